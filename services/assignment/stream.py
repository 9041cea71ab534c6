"""From topics to use cases; the table event topic → handler is at the end."""

from collections.abc import Mapping, Sequence
from functools import partial

from services.assignment.assign import Registered, assign
from services.assignment.lapse import lapse
from services.assignment.link_cases import link_cases
from services.assignment.respond import Responses, respond
from services.assignment.rulebook import Rulebook
from services.assignment.store import PostgresCases
from services.assignment.store_directory import Rulebooks
from services.assignment.store_projects import Matchers, PostgresProjects
from services.contracts.case import CaseAssigned
from services.contracts.demand import DemandRated, DemandRegistered, DemandWithdrawn, ProjectRated
from services.contracts.envelope import Record
from services.contracts.supervision import FurtherLimitSet, LimitPassed, LimitsSet, NoticeSent
from services.kit.consume import Handler
from services.kit.postgres import Writing


async def demands_told(
    rulebooks: Rulebooks, matchers: Matchers, writing: Writing, records: Sequence[Record]
) -> None:
    """Open a case for each new demand of a batch, close what was withdrawn, keep what was rated.

    Then link new and regrouped cases to the projects that answer them.
    """
    demands = [
        Registered(record.event, record.time)
        for record in records
        if isinstance(record.event, DemandRegistered)
    ]
    withdrawn = [record.event for record in records if isinstance(record.event, DemandWithdrawn)]
    rated = [(one.event, one.time) for one in records if isinstance(one.event, DemandRated)]
    projects_rated = [(one.event, one.time) for one in records if isinstance(one.event, ProjectRated)]
    said = Responses(withdrawn, rated, [one for one, _ in projects_rated])
    rulebook, cases = await rulebooks.current(writing.connection), PostgresCases(writing.connection)
    if said.case_ids:
        # Before any project is held, as staff do; alone, since a batch that is repeated by halves may bring
        # its ratings first and its withdrawals later, in this same transaction.
        await cases.hold_groups(regrouping=True)
    await assign(cases, writing.publish, rulebook, demands, writing.now)
    await respond(cases, writing.publish, rulebook, said, writing.now)
    if projects_rated:
        await PostgresProjects(writing.connection).keep_ratings(projects_rated)
    await link_told(writing, matchers, rulebook)


async def link_told(writing: Writing, matchers: Matchers, rulebook: Rulebook | None) -> None:
    """Link the cases that this transaction has opened or regrouped to the projects that answer them."""
    events = [event for event, _ in writing.events]
    opened = rulebook is not None and any(isinstance(event, CaseAssigned) for event in events)
    matcher = await matchers.current(writing.connection, rulebook) if rulebook and opened else None
    await link_cases(PostgresProjects(writing.connection), writing.publish, matcher, events, writing.now)


async def supervised(rulebooks: Rulebooks, writing: Writing, records: Sequence[Record]) -> None:
    """Copy the dues and the notices of a batch; then act on the limits that passed."""
    cases = PostgresCases(writing.connection)
    limits = latest_limits(records)
    notices = [
        (record.event, record)
        for record in records
        if isinstance(record.event, NoticeSent) and record.event.case_id is not None
    ]
    if limits:
        await cases.set_dues(limits)
    if notices:
        await cases.note_notices(notices)
    if further := latest_further(records):
        await cases.set_further_dues(further)
    passed = [record.event for record in records if isinstance(record.event, LimitPassed)]
    if passed and (rulebook := await rulebooks.current(writing.connection)):
        await lapse(cases, writing.publish, rulebook, passed, writing.now)


def latest_limits(records: Sequence[Record]) -> list[LimitsSet]:
    """Of each case the limits with the highest version, sorted by case so that batches don't deadlock."""
    latest: dict[int, LimitsSet] = {}
    for record in records:
        event = record.event
        if isinstance(event, LimitsSet):
            key = event.case_id.int
            if key not in latest or latest[key].version < event.version:
                latest[key] = event
    return [latest[key] for key in sorted(latest)]


def latest_further(records: Sequence[Record]) -> list[FurtherLimitSet]:
    """Of each further limit its highest version, sorted likewise."""
    events = [record.event for record in records if isinstance(record.event, FurtherLimitSet)]
    ordered = sorted(events, key=lambda one: (one.case_id.int, one.limit, one.about, one.version))
    return list({(one.case_id, one.limit, one.about): one for one in ordered}.values())


def handlers(rulebooks: Rulebooks, matchers: Matchers) -> Mapping[str, Handler]:
    """What each topic's events go to."""
    return {
        "demand": partial(demands_told, rulebooks, matchers),
        "supervision": partial(supervised, rulebooks),
    }
