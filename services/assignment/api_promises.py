"""Promises over HTTP: anybody reads and verifies them, staff put them on record."""

import json
from collections import defaultdict
from collections.abc import Sequence
from operator import itemgetter
from typing import Annotated, Any, Final
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends
from fastapi import Query as FromQuery

from services.assignment import api_promise_models as models
from services.assignment.api_models import UnitCode
from services.assignment.api_promise_office import PromiseOffice
from services.assignment.api_promise_outcomes import no_promise, refused_rows
from services.assignment.api_promise_proof import PUBLIC, fact_view, proof_routes
from services.assignment.chain import Fact, Seal
from services.assignment.directory import Directory
from services.assignment.pledge import (
    Entry,
    NoSuchPromise,
    PromiseDesk,
    PromisesRefused,
    air,
    change,
    look_over,
    make,
    settle,
)
from services.assignment.promise import Airing, Complaint, Ending, Line, NewPromise, Promise
from services.assignment.promise_rows import Reader, heading_complaints, whole_row
from services.assignment.promise_words import sentence
from services.assignment.store_directory import Rulebooks
from services.assignment.store_promise_reading import PromiseFilter, PromiseReading
from services.assignment.store_promises import PostgresPromises
from services.contracts.vocabulary import Occasion, PromiseState, PromiseTier
from services.kit.auth import Staff
from services.kit.http import staff_with
from services.kit.large_body import LargeBodyRoute
from services.kit.masking import mask
from services.kit.page import Cursor
from services.kit.postgres import Database, Writing

log = structlog.get_logger(__name__)

PAGE: Final = 50
LARGEST_PAGE: Final = 500
HEADING_ROW: Final = 1

Actor = Annotated[Staff, Depends(staff_with("handler", "unit_head", "clerk", "administrator"))]
Keeper = Annotated[Staff, Depends(staff_with("clerk", "administrator"))]
ACTORS: Final = "handler and unit_head: their unit's; clerk, administrator: all"
KEEPERS: Final = "clerk, administrator"


def promise_routes(database: Database, rulebooks: Rulebooks, seal: Seal) -> APIRouter:
    """The routes; each summary says who may call it."""
    routes, large = APIRouter(tags=["promises"]), APIRouter(tags=["promises"], route_class=LargeBodyRoute)
    office = PromiseOffice(database, rulebooks, seal)
    routes.include_router(proof_routes(office))
    _reading(routes, office)
    _acting(routes, office)
    _importing(large, office)
    routes.include_router(large)
    return routes


def _reading(routes: APIRouter, office: PromiseOffice) -> None:
    @routes.get("/promises", summary=f"一诺 Promises by filter, page by page ({PUBLIC})")
    async def list_promises(
        number: UnitCode | None = None,
        tier: PromiseTier | None = None,
        unit: UnitCode | None = None,
        state: PromiseState | None = None,
        post: UnitCode | None = None,
        occasion: Occasion | None = None,
        overdue: bool | None = None,
        aired: Annotated[bool | None, FromQuery(description="said on television")] = None,
        project: Annotated[Line | None, FromQuery(description="ledger number of a project")] = None,
        after: Annotated[str | None, FromQuery(description="`next` of the page before")] = None,
        limit: Annotated[int, FromQuery(ge=1, le=LARGEST_PAGE)] = PAGE,
    ) -> models.PromisePage:
        wanted = PromiseFilter(number, tier, unit, state, post, occasion, overdue, aired, project)
        cursor = Cursor.parse(after) if after is not None else None
        async with office.reading() as (reading, directory):
            rows = await reading.page(wanted, cursor, limit + 1)
        shown = rows[:limit]
        more = str(Cursor(shown[-1]["recorded_at"], shown[-1]["promise_id"])) if len(rows) > limit else None
        return models.PromisePage(promises=[_row(row, directory) for row in shown], next=more)

    @routes.get("/promises/{promise_id}", summary=f"One promise with everything said about it ({PUBLIC})")
    async def read_promise(promise_id: UUID) -> models.PromiseView:
        async with office.reading() as (reading, directory):
            row = await reading.one(promise_id)
            if row is None:
                raise no_promise(promise_id)
            facts = await reading.facts(promise_id)
        said = [_said(fact, directory) for fact in facts]
        return models.PromiseView.model_validate({**_named(row, directory), "facts": said})


def _acting(routes: APIRouter, office: PromiseOffice) -> None:
    @routes.post("/promises", summary=f"承诺 Put a promise on record; again, it adds nothing ({ACTORS})")
    async def make_promise(asked: NewPromise, staff: Actor) -> models.Made:
        async with office.writing(staff) as (desk, writing):
            try:
                [entry] = await make(desk, [asked])
            except PromisesRefused as refused:
                raise refused_rows([(None, complaint) for _, complaint in refused.found]) from refused
            row = await _present(writing, entry.promise, desk.directory)
        return models.Made(promise=row, repeated=entry.repeated)

    @routes.post(
        "/promises/{promise_id}/change",
        summary=f"变更 Give it a new date, other words or projects ({ACTORS})",
    )
    async def change_promise(promise_id: UUID, given: models.Change, staff: Actor) -> models.PromiseRow:
        async with office.writing(staff) as (desk, writing):
            asked = given.due, given.words, given.reason, given.approver, given.projects
            after = await change(desk, promise_id, *asked)
            return await _present(writing, after, desk.directory)

    @routes.post(
        "/promises/{promise_id}/airing", summary=f"电视亮诺 Say that it was on television, too ({ACTORS})"
    )
    async def air_promise(promise_id: UUID, given: models.Aired, staff: Actor) -> models.PromiseRow:
        async with office.writing(staff) as (desk, writing):
            clip = mask(given.clip) if given.clip is not None else None
            airing = Airing(mask(given.programme), given.aired_on, clip)
            after = await air(desk, promise_id, airing)
            return await _present(writing, after, desk.directory)

    @routes.post("/promises/{promise_id}/settle", summary=f"销账 Say how it ended ({ACTORS})")
    async def settle_promise(promise_id: UUID, given: models.Settle, staff: Actor) -> models.PromiseRow:
        async with office.writing(staff) as (desk, writing):
            after = await settle(desk, promise_id, _ending(given, desk))
            return await _present(writing, after, desk.directory)

    @routes.post(
        "/promises/{promise_id}/erase", summary=f"Erase an ordinary member's name for good ({KEEPERS})"
    )
    async def erase_name(promise_id: UUID, staff: Keeper) -> models.Erased:
        """Name and salt go; the commitment in the chain then says nothing, and the chain stays whole."""
        async with office.writing(staff) as (desk, writing):
            promises = PostgresPromises(writing.connection)
            if await promises.one(promise_id) is None:
                raise NoSuchPromise(promise_id)
            erased = await promises.erase(promise_id, staff.subject, desk.now)
        if erased:
            log.info("name of a member erased", promise=str(promise_id), by=staff.subject)
        return models.Erased(promise_id=promise_id, erased=erased)


def _importing(routes: APIRouter, office: PromiseOffice) -> None:
    @routes.post("/promises/import", summary=f"A whole list, all or nothing ({KEEPERS})")
    async def import_promises(given: models.Import, staff: Keeper) -> models.Imported:
        """422 names everything wrong with its row, column and remedy; a repeat adds nothing."""
        async with office.writing(staff) as (desk, writing):
            entries = await _made(desk, given.rows)
            head = await PromiseReading(writing.connection).head(desk.directory.authority.code)
        repeated = sum(entry.repeated for entry in entries)
        return models.Imported(made=len(entries) - repeated, repeated=repeated, seq=head.seq)


async def _made(desk: PromiseDesk, rows: Sequence[models.ImportRow]) -> list[Entry]:
    """Entries of all rows. Raises Problem with everything wrong in the whole list."""
    sound = [one for one in rows if one.fault is None]
    headings = heading_complaints([one.cells for one in sound])
    missing, reader = {one.column for one in headings}, Reader(desk.directory)
    read = [reader.read(one.cells, missing) for one in sound]
    asked = [one.promise for one in read]
    told = [(HEADING_ROW, one) for one in headings] + [
        (one.row, whole_row(one.fault)) for one in rows if one.fault is not None
    ]
    if told or any(one.unread for one in read):
        found = await look_over(desk, asked, {at for at, one in enumerate(read) if one.unread})
    else:
        try:
            return await make(desk, asked)
        except PromisesRefused as refused:
            found = refused.found
    of_row: defaultdict[int, list[Complaint]] = defaultdict(list)
    for position, complaint in found:
        of_row[position].append(complaint)
    told += [
        (sound[at].row, complaint) for at, one in enumerate(read) for complaint in one.with_found(of_row[at])
    ]
    raise refused_rows(sorted(told, key=itemgetter(0)))


def _ending(given: models.Settle, desk: PromiseDesk) -> Ending:
    reason = mask(given.reason) if given.reason is not None else None
    evidence = mask(given.evidence) if given.evidence is not None else None
    return Ending(given.outcome, given.on or desk.today, reason, evidence, given.approver)


async def _present(writing: Writing, promise: Promise, directory: Directory) -> models.PromiseRow:
    row = await PromiseReading(writing.connection).one(promise.promise_id)
    return _row(row, directory)


def _named(row: Any, directory: Directory) -> dict[str, Any]:
    unit = directory.units_by_code.get(row["unit"])
    post = directory.posts_by_code.get(row["post"] or "")
    return {
        **dict(row),
        "unit_name": unit.name if unit else None,
        "post_title": post.title if post else None,
    }


def _row(row: Any, directory: Directory) -> models.PromiseRow:
    return models.PromiseRow.model_validate(_named(row, directory))


def _said(fact: Fact, directory: Directory) -> models.SaidView:
    said = json.loads(fact.body)

    def title(code: str) -> str:
        post = directory.posts_by_code.get(code)
        return post.title if post else code

    return models.SaidView(at=said["at"], says=sentence(said, title), said=said, fact=fact_view(fact))
