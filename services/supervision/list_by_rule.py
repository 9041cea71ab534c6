"""From a batch's ratings to listings (挂牌督办) that nobody opened by hand."""

from collections.abc import Sequence
from uuid import UUID

from services.contracts.case import CaseEvent, CaseRectificationOpened
from services.contracts.demand import ProjectRated
from services.contracts.envelope import Record
from services.contracts.listing import Listable
from services.contracts.project import ProjectEvent
from services.kit.postgres import Writing
from services.supervision.listing_rules import listing_rules
from services.supervision.listings import ListingDesk
from services.supervision.policy import Policy
from services.supervision.store import PostgresLimits
from services.supervision.store_listings import PostgresListings, ProjectRating


async def keep_ratings(writing: Writing, policy: Policy, records: Sequence[Record]) -> None:
    """Keep what was said of projects, and list those that a rule names."""
    rated = [
        ProjectRating(event.project_id, event.demand_id, event.level, one.time)
        for one in records
        if isinstance(event := one.event, ProjectRated)
    ]
    await PostgresListings(writing.connection).rate(rated)
    await _list(writing, policy, "project", [one.project_id for one in rated])


async def list_cases(writing: Writing, policy: Policy, events: Sequence[CaseEvent]) -> None:
    """List the cases of a batch that were rated badly, where a rule says so."""
    rated = [one.case_id for one in events if isinstance(one, CaseRectificationOpened)]
    await _list(writing, policy, "case", rated)


async def list_projects(writing: Writing, policy: Policy, events: Sequence[ProjectEvent]) -> None:
    """List the projects of a batch whose ratings came before they were known here: topics have no order."""
    await _list(writing, policy, "project", [one.project_id for one in events])


async def _list(writing: Writing, policy: Policy, kind: Listable, subjects: Sequence[UUID]) -> None:
    if subjects:
        listings, limits = PostgresListings(writing.connection), PostgresLimits(writing.connection)
        desk = ListingDesk(listings, limits, writing.publish, policy, writing.now)
        await desk.open_by_rule(kind, subjects, listing_rules().rules)
