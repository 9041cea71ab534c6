"""Projects as the API shows them: codes with the names of the directory in force."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, get_args

from services.assignment import api_project_models as models
from services.assignment.directory import Directory
from services.assignment.project import allowed_acts
from services.assignment.project_history import Entry, Told, history, milestones
from services.assignment.project_labels import DirectoryLabels
from services.assignment.project_sheet import HEADINGS, KNOWN_BY_THE_SYSTEM, STATES_ZH
from services.assignment.project_sheet import row_of as sheet_cells
from services.assignment.promise import ORDINARY
from services.assignment.render.ledger_page import LedgerPage, Promised
from services.assignment.store_project_reading import Listed
from services.contracts.vocabulary import Satisfaction
from services.kit.page import Cursor

PROMISES: Final = 50
"""The most that a ledger page lists: thousands of members may promise to help with one project."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A project with its facts, under the directory in force, at an aware instant.

    `ratings`: how many citizens gave each level; `promises`: at most PROMISES + 1 that stand on it.
    """

    listed: Listed
    facts: tuple[Told, ...]
    ratings: Mapping[str, int]
    promises: tuple[Mapping[str, Any], ...]
    directory: Directory
    now: datetime


def row_of(listed: Listed, directory: Directory, now: datetime) -> models.ProjectRow:
    """`now` decides who holds the owner's post."""
    return models.ProjectRow.model_validate(_row(listed, directory, now))


def page_of(rows: Sequence[Listed], limit: int, directory: Directory, now: datetime) -> models.ProjectPage:
    """`rows` has one more than `limit` where a further page exists."""
    shown = rows[:limit]
    last = shown[-1].project if len(rows) > limit else None
    more = str(Cursor(last.opened_at, last.project_id)) if last else None
    return models.ProjectPage(projects=[row_of(one, directory, now) for one in shown], next=more)


def view_of(whole: Whole) -> models.ProjectView:
    """The project whole."""
    listed, directory = whole.listed, whole.directory
    plan, entries = listed.project.plan, list(history(whole.facts))
    labels = DirectoryLabels.of(directory)
    category = directory.categories_by_code.get(plan.category or "")
    place = directory.places_by_code.get(plan.place or "")
    return models.ProjectView.model_validate(
        {
            **_row(listed, directory, whole.now),
            "content": plan.content,
            "assisting_units": [
                models.UnitView(code=code, name=unit_name(directory, code)) for code in plan.assisting_units
            ],
            "category": plan.category,
            "category_name": category.name if category else None,
            "place": plan.place,
            "place_name": place.name if place else None,
            "funds": plan.funds,
            "milestones": [models.MilestoneView.model_validate(one) for one in milestones(plan, entries)],
            "allowed": allowed_acts(listed.project.state),
            "facts": [_fact(one, labels, directory) for one in entries],
            "ratings": {level: whole.ratings.get(level, 0) for level in get_args(Satisfaction)},
        }
    )


def _fact(entry: Entry, labels: DirectoryLabels, directory: Directory) -> models.ProjectFactView:
    differences = [
        models.DifferenceView(
            field=one.field,
            before=one.before,
            after=one.after,
            before_names=labels.of_field(one.field, one.before),
            after_names=labels.of_field(one.field, one.after),
        )
        for one in entry.differences
    ]
    post = directory.posts_by_code.get(entry.approver or "")
    title = post.title if post else None
    return models.ProjectFactView.model_validate(
        {**asdict(entry), "differences": differences, "approver_title": title}
    )


def page_for_print(whole: Whole) -> LedgerPage:
    """What the ledger page shows."""
    project, directory, entries = whole.listed.project, whole.directory, tuple(history(whole.facts))
    holder = directory.holder(project.plan.owner, whole.now)
    return LedgerPage(
        authority=directory.authority.name,
        ledger=project.ledger,
        state=project.state,
        overdue=whole.listed.overdue,
        percent=project.percent,
        done_on=project.done_on,
        replaced_by=project.replaced_by,
        cases=whole.listed.cases,
        promises=tuple(_promised(row, directory) for row in whole.promises[:PROMISES]),
        more_promises=len(whole.promises) > PROMISES,
        leader=holder.person if holder else None,
        plan=project.plan,
        milestones=tuple(milestones(project.plan, entries)),
        entries=entries,
        labels=DirectoryLabels.of(directory),
        printed_at=whole.now,
    )


def _promised(row: Mapping[str, Any], directory: Directory) -> Promised:
    post = directory.posts_by_code.get(row["post"] or "")
    title = post.title if post else row["post"]
    who = "党员" if row["tier"] == ORDINARY else f"{title or ''} {row['holder'] or ''}".strip()
    unit = unit_name(directory, row["unit"]) or row["unit"]
    whole = who if who.startswith(unit) else f"{unit} {who}"
    return Promised(row["number"], whole, row["words"], row["due"], row["state"])


def sheet_of(listed: Sequence[Listed], directory: Directory | None) -> models.SheetView:
    """Without a directory there are no projects, and the sheet is its headings alone."""
    headings = [*HEADINGS.values(), *KNOWN_BY_THE_SYSTEM]
    if directory is None:
        return models.SheetView(headings=headings, rows=[])
    labels = DirectoryLabels.of(directory)
    return models.SheetView(headings=headings, rows=[_sheet_row(one, labels) for one in listed])


def _sheet_row(listed: Listed, labels: DirectoryLabels) -> dict[str, str]:
    project = listed.project
    known = (
        STATES_ZH[project.state],
        "" if project.percent is None else str(project.percent),
        project.done_on.isoformat() if project.done_on else "",
        project.replaced_by or "",
        str(listed.cases),
    )
    return {
        **sheet_cells(project.ledger, project.plan, labels),
        **dict(zip(KNOWN_BY_THE_SYSTEM, known, strict=True)),
    }


def unit_name(directory: Directory, code: str) -> str | None:
    """None for a unit that the directory no longer has."""
    unit = directory.units_by_code.get(code)
    return unit.name if unit else None


def _row(listed: Listed, directory: Directory, now: datetime) -> dict[str, Any]:
    project, plan = listed.project, listed.project.plan
    post, holder = directory.posts_by_code.get(plan.owner), directory.holder(plan.owner, now)
    return {
        "project_id": project.project_id,
        "ledger": project.ledger,
        "name": plan.name,
        "tier": plan.tier,
        "state": project.state,
        "owner": plan.owner,
        "owner_title": post.title if post else None,
        "leader": holder.person if holder else None,
        "lead_unit": plan.lead_unit,
        "lead_unit_name": unit_name(directory, plan.lead_unit),
        "budget": plan.budget,
        "start": plan.start,
        "completion": plan.completion,
        "percent": project.percent,
        "done_on": project.done_on,
        "replaced_by": project.replaced_by,
        "overdue": listed.overdue,
        "updated": listed.updated,
        "cases": listed.cases,
        "version": project.version,
        "opened_at": project.opened_at,
    }
