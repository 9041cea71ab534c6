"""Cases over HTTP: staff list, search and read them; steps are in `api_steps`."""

from asyncio import to_thread
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi import Query as FromQuery

from services.assignment import api_models as models
from services.assignment.api_cases_asked import CasesAsked, unit_of
from services.assignment.api_outcomes import problem_of
from services.assignment.assists import Assist, assists_of
from services.assignment.rulebook import Rulebook
from services.assignment.steps import NoSuchCase, person_of
from services.assignment.store_directory import Rulebooks
from services.assignment.store_reading import CaseReading, matter_of
from services.assignment.transitions import Place, allowed_steps
from services.assignment.twins import likely_twins
from services.kit.auth import Staff
from services.kit.http import staff_with
from services.kit.page import Cursor
from services.kit.postgres import Database

RECTIFICATION: Final = ("rectification_opened", "rectification_due", "rectified_at")
PART: Final = ("part_open", "part_state", "part_due", "part_ended")
UNSHOWN: Final = ("citizen_ref", "lead", *RECTIFICATION, *PART)
"""Columns that a case is shown without, or in another form."""

Reader = Annotated[
    Staff,
    Depends(
        staff_with(
            "handler",
            "unit_head",
            "clerk",
            "callback_clerk",
            "administrator",
            "supervision_office",
            "inspector",
            "leader",
        )
    ),
]
_OTHERS: Final = "clerks, administrator, supervision_office, inspector, leader: all"
READERS: Final = f"handler and unit_head: what their unit handles or assists with; {_OTHERS}"
TWIN_READERS: Final = f"handler and unit_head: of their unit's; {_OTHERS}"


def case_routes(database: Database, rulebooks: Rulebooks) -> APIRouter:
    """The routes; each summary says who may call it."""
    routes = APIRouter(tags=["cases"])

    @routes.get("/cases", summary=f"Cases by filter, page by page ({READERS})")
    async def list_cases(staff: Reader, asked: Annotated[CasesAsked, FromQuery()]) -> models.CasePage:
        cursor = Cursor.parse(asked.after) if asked.after is not None else None
        wanted = asked.filter(staff)  # refuses before the database is touched
        async with database.pool.acquire() as connection:
            rulebook = await rulebooks.current(connection)
            if rulebook is None:
                return models.CasePage(cases=[], next=None)
            wanted = replace(wanted, categories=asked.categories(rulebook))
            rows = await CaseReading(connection).page(wanted, cursor, asked.limit + 1)
        return _page(rows, asked.limit, rulebook)

    @routes.get("/cases/{case_id}", summary=f"One case with its timeline ({READERS})")
    async def read_case(case_id: UUID, staff: Reader) -> models.CaseView:
        async with database.pool.acquire() as connection:
            reading = CaseReading(connection)
            row = await reading.case(case_id)
            rulebook = await rulebooks.current(connection)
            if row is None or rulebook is None:
                raise problem_of(NoSuchCase(case_id))
            moments = await reading.timeline(case_id)
            _refuse_others(staff, row["unit"], moments)
            dues = await reading.assist_dues(case_id)
            group = await reading.group(case_id, row["lead"])
        return _view(row, moments, dues, group, rulebook, staff)

    _twins(routes, database, rulebooks)
    return routes


def _twins(routes: APIRouter, database: Database, rulebooks: Rulebooks) -> None:
    @routes.get("/cases/{case_id}/twins", summary=f"Open cases of what seems one matter ({TWIN_READERS})")
    async def read_twins(case_id: UUID, staff: Reader) -> models.Twins:
        async with database.pool.acquire() as connection:
            reading = CaseReading(connection)
            row = await reading.case(case_id)
            rulebook = await rulebooks.current(connection)
            if row is None or rulebook is None:
                raise problem_of(NoSuchCase(case_id))
            unit_of(staff, row["unit"])
            near = {str(one["case_id"]): one for one in await reading.near(case_id)}
        # In a thread: some hundred texts are compared.
        twins = await to_thread(likely_twins, matter_of(row), map(matter_of, near.values()))
        found = [_grouped({**near[twin.case_id], "why": twin.why}, rulebook) for twin in twins]
        return models.Twins(twins=found)


def _refuse_others(staff: Staff, unit: str, moments: Sequence[Any]) -> None:
    """A case is read by its unit and, for good, by each that was asked to assist. Raises Problem 403."""
    asked = {moment["assisting"] for moment in moments if moment["assisting"]}
    if staff.unit not in asked:
        unit_of(staff, unit)


def _named(row: Any, rulebook: Rulebook) -> dict[str, Any]:
    directory = rulebook.directory
    unit = directory.units_by_code.get(row["unit"])
    post = directory.posts_by_code.get(row["post"])
    place = directory.places_by_code.get(row["place"] or "")
    category = directory.categories_by_code.get(row["category"])
    return {
        **{name: value for name, value in row.items() if name not in UNSHOWN},
        "unit_name": unit.name if unit else None,
        "post_title": post.title if post else None,
        "place_name": place.name if place else None,
        "category_name": category.name if category else None,
    }


def _row(row: Any, rulebook: Rulebook) -> models.CaseRow:
    return models.CaseRow.model_validate({**_named(row, rulebook), "part": _part(row)})


def _part(row: Mapping[str, Any]) -> models.PartShown | None:
    if "part_state" not in row:
        return None
    return models.PartShown(state=row["part_state"], due=row["part_due"], ended_at=row["part_ended"])


def _page(rows: Sequence[Any], limit: int, rulebook: Rulebook) -> models.CasePage:
    """`rows` has one more than `limit` where a further page exists."""
    shown = rows[:limit]
    more = str(_cursor(shown[-1])) if len(rows) > limit else None
    return models.CasePage(cases=[_row(row, rulebook) for row in shown], next=more)


def _cursor(row: Mapping[str, Any]) -> Cursor:
    return Cursor(row["assigned_at"], row["case_id"], row.get("part_open", False))


def _grouped(row: Mapping[str, Any], rulebook: Rulebook) -> models.Grouped:
    unit = rulebook.directory.units_by_code.get(row["unit"])
    known = {name: row[name] for name in models.Grouped.model_fields if name in row}
    return models.Grouped.model_validate({**known, "unit_name": unit.name if unit else None})


def _view(
    row: Any,
    moments: Sequence[Any],
    dues: Mapping[str, datetime | None],
    group: Sequence[Any],
    rulebook: Rulebook,
    staff: Staff,
) -> models.CaseView:
    asked = row["extension_asked"] is not None
    lead = next((one for one in group if one["case_id"] == row["lead"]), None)
    place = Place(
        row["state"],
        row["unit"],
        rulebook.backstop_unit,
        asked,
        lead and lead["state"],
        row["rectify"],
        tuple(row["assisting"]),
    )
    return models.CaseView.model_validate(
        {
            **_named(row, rulebook),
            "lead": _grouped({**lead, "since": _since(moments)}, rulebook) if lead else None,
            "members": [_grouped(dict(one), rulebook) for one in group if one is not lead],
            "rectification": _rectification(row),
            "assists": [_assist(one, dues, rulebook) for one in assists_of(moments, row["assisting"])],
            "allowed": allowed_steps(person_of(staff), place),
            "timeline": [dict(moment) for moment in moments],
        }
    )


def _assist(one: Assist, dues: Mapping[str, datetime | None], rulebook: Rulebook) -> models.AssistShown:
    unit = rulebook.directory.units_by_code.get(one.unit)
    ended = one.done_at or one.released_at
    return models.AssistShown(
        **one._asdict(), unit_name=unit.name if unit else None, due=None if ended else dues.get(one.unit)
    )


def _rectification(row: Any) -> models.RectificationShown | None:
    opened, due, done = (row[name] for name in RECTIFICATION)
    return models.RectificationShown(opened=opened, due=due, done=done) if opened else None


def _since(moments: Sequence[Any]) -> datetime | None:
    """When the case was merged last."""
    return max((one["at"] for one in moments if one["step"] == "merge"), default=None)
