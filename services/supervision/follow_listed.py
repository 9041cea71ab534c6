"""From what becomes of cases and projects to their open listings (挂牌督办); the tables are at the end."""

from collections.abc import Mapping, Sequence
from typing import Final

from services.contracts.case import (
    CaseEvent,
    CaseMerged,
    CaseParted,
    CaseReassigned,
    CaseRedone,
    CaseRefused,
    CaseReturned,
    CaseWithdrawn,
)
from services.contracts.listing import SubjectEnd
from services.contracts.project import (
    ProjectChanged,
    ProjectDone,
    ProjectDropped,
    ProjectEvent,
    ProjectReplaced,
)
from services.kit.postgres import Writing
from services.supervision.listings import Became, ListingDesk
from services.supervision.policy import Policy
from services.supervision.store import PostgresLimits
from services.supervision.store_listings import PostgresListings


async def follow_listed(
    writing: Writing, policy: Policy, events: Sequence[CaseEvent] | Sequence[ProjectEvent]
) -> None:
    """Keep the open listings of a batch's cases or projects with them; most batches have nothing for it."""
    happened = [one for event in events if (one := became(event)) is not None]
    if happened:
        listings, limits = PostgresListings(writing.connection), PostgresLimits(writing.connection)
        await ListingDesk(listings, limits, writing.publish, policy, writing.now).follow(happened)


def became(event: CaseEvent | ProjectEvent) -> Became | None:
    """What an event made of its subject; None where its listing stays as it is."""
    match event:
        case CaseReturned() | CaseReassigned() | CaseRedone() | CaseParted():
            return Became(event.case_id, event.unit, event.post)
        case CaseEvent() if type(event) in CASES_END:
            return Became(event.case_id, event.unit, "", CASES_END[type(event)])
        case ProjectChanged():
            return Became(event.project_id, event.plan.lead_unit, event.plan.owner)
        case ProjectEvent() if type(event) in PROJECTS_END:
            return Became(event.project_id, "", "", PROJECTS_END[type(event)])
    return None


CASES_END: Final[Mapping[type[CaseEvent], SubjectEnd]] = {
    CaseWithdrawn: "withdrawn",
    CaseRefused: "refused",
    CaseMerged: "merged",
}
"""A completed or filed case isn't over for its listing: whether it was put right is what is watched."""
PROJECTS_END: Final[Mapping[type[ProjectEvent], SubjectEnd]] = {
    ProjectDone: "done",
    ProjectReplaced: "replaced",
    ProjectDropped: "dropped",
}
