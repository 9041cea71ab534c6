"""From topics to use cases; the table topic → handler is at the end."""

from collections.abc import Mapping, Sequence
from functools import partial

from services.contracts.case import CaseEvent
from services.contracts.directory import DirectoryEvent
from services.contracts.envelope import Record
from services.contracts.project import ProjectEvent
from services.kit.consume import Handler, NotYet
from services.kit.postgres import Writing
from services.supervision.calendars import Policies
from services.supervision.directory import record
from services.supervision.follow_listed import follow_listed
from services.supervision.follow_projects import follow
from services.supervision.list_by_rule import keep_ratings, list_cases, list_projects
from services.supervision.policy import Policy
from services.supervision.set_reports import set_reports
from services.supervision.store import PostgresLimits
from services.supervision.store_calendars import PostgresCalendars
from services.supervision.store_directory import PostgresCopy
from services.supervision.store_notices import PostgresDueLimits
from services.supervision.store_projects import PostgresProjectCopy
from services.supervision.watch_cases import watch_cases


async def cases_moved(policies: Policies, writing: Writing, records: Sequence[Record]) -> None:
    """Watch a batch's cases; open listings go along first, as who fires locks limits before notices.

    A dispatch counts from the time of its event.
    """
    policy = await _chosen(policies, writing)
    happened = [(one.event, one.time) for one in records if isinstance(one.event, CaseEvent)]
    await follow_listed(writing, policy, [event for event, _ in happened])
    store = PostgresDueLimits(writing.connection)
    await watch_cases(store, writing.publish, policy, happened, writing.now)
    await list_cases(writing, policy, [event for event, _ in happened])


async def projects_moved(policies: Policies, writing: Writing, records: Sequence[Record]) -> None:
    """Keep the copy of the project list, and watch the reports of a batch's projects."""
    policy = await _chosen(policies, writing)
    happened = [(one.event, one.time) for one in records if isinstance(one.event, ProjectEvent)]
    await set_reports(PostgresLimits(writing.connection), writing.publish, policy, happened)
    await follow(PostgresProjectCopy(writing.connection), [event for event, _ in happened])
    await follow_listed(writing, policy, [event for event, _ in happened])
    await list_projects(writing, policy, [event for event, _ in happened])


async def projects_rated(policies: Policies, writing: Writing, records: Sequence[Record]) -> None:
    """Keep what was said of a batch's projects; enough of it lists one."""
    await keep_ratings(writing, await _chosen(policies, writing), records)


async def _chosen(policies: Policies, writing: Writing) -> Policy:
    """Raises NotYet before the authority's presets are known: assignment tells them before any case or
    project, but in another topic, and a limit set by other presets than the authority's would stay.
    """
    calendars = PostgresCalendars(writing.connection)
    if not await calendars.chosen():
        raise NotYet("the directory hasn't told which limits and ladder the authority chose")
    return await policies.current(calendars)


async def directory_recorded(policies: Policies, writing: Writing, records: Sequence[Record]) -> None:
    """Copy a batch of the directory's entries."""
    events = [one.event for one in records if isinstance(one.event, DirectoryEvent)]
    await record(PostgresCopy(writing.connection), policies.presets, events)


def handlers(policies: Policies) -> Mapping[str, Handler]:
    """What each topic's events go to."""
    return {
        "case": partial(cases_moved, policies),
        "project": partial(projects_moved, policies),
        "directory": partial(directory_recorded, policies),
        "demand": partial(projects_rated, policies),
    }
