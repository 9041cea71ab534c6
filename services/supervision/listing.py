"""A listing (挂牌督办) and what each step makes of it. Pure; the table is in `listing_transitions`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.contracts.listing import (
    Listable,
    ListingEvent,
    ListingHandedOver,
    ListingOpened,
    ListingProgressed,
    ListingSentBack,
    ListingStrikeOffAsked,
    ListingStruckOff,
    OpenedBy,
    SubjectEnd,
)
from services.contracts.named_ids import Namespace
from services.contracts.public_text import PublicText
from services.supervision.listing_transitions import ListingState, ListingStep, leads_to

_ID_OF: Final = Namespace.of("b0b7c7d5-2d5c-5b0e-9a57-6f0f2f6a8d13")


def listing_id_of(subject_id: UUID, times: int) -> UUID:
    """The id of a subject's listing, the `times`-th from 1: the same one is never opened twice."""
    return _ID_OF(f"{subject_id}/{times}")


@dataclass(frozen=True, slots=True)
class Ground:
    """What is listed and why. `rule` None: by hand. `authority` None: the authority's own office."""

    subject_kind: Listable
    subject_id: UUID
    unit: str
    post: str
    title: PublicText
    reason: PublicText
    rule: str | None = None
    ratings: int = 0
    authority: str | None = None

    @property
    def opened_by(self) -> OpenedBy:
        return "hand" if self.rule is None else "rule"


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing as its steps left it. `version` counts its steps, its opening is 1."""

    listing_id: UUID
    version: int
    state: ListingState
    ground: Ground
    times: int
    opened_at: datetime
    opened_by: str
    reports: int = 0
    reported_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StepNotAllowed:
    """The step doesn't follow from the listing's state."""

    listing: Listing
    step: ListingStep


def opened(ground: Ground, times: int, now: datetime, by: str) -> Listing:
    """The `times`-th listing of a subject."""
    return Listing(listing_id_of(ground.subject_id, times), 1, "listed", ground, times, now, by)


def step(listing: Listing, step: ListingStep, now: datetime) -> Listing | StepNotAllowed:
    """The listing after a step."""
    state = leads_to(listing.state, step)
    if state is None:
        return StepNotAllowed(listing, step)
    effect = _EFFECTS.get(step)
    changed = effect(listing, now) if effect else {}
    return replace(listing, version=listing.version + 1, state=state, **changed)


def handed_over(listing: Listing, unit: str, post: str) -> Listing:
    """An open listing with the unit and the post that answer for what is listed now."""
    ground = replace(listing.ground, unit=unit, post=post)
    return replace(listing, version=listing.version + 1, ground=ground)


def told_handed_over(after: Listing, from_unit: str) -> ListingHandedOver:
    """What is told of it."""
    return ListingHandedOver(**_head(after), from_unit=from_unit, post=after.ground.post)


def told_offered(after: Listing, ended: SubjectEnd) -> ListingStrikeOffAsked:
    """What is told where the subject ended, with the reason."""
    return ListingStrikeOffAsked(**_head(after), text=ENDED[ended], subject_ended=ended)


def told_opened(listing: Listing, report_due: datetime | None) -> ListingOpened:
    """What is told of its opening."""
    ground = listing.ground
    return ListingOpened(
        **_head(listing),
        post=ground.post,
        title=ground.title,
        reason=ground.reason,
        opened_by=ground.opened_by,
        rule=ground.rule,
        ratings=ground.ratings,
        authority=ground.authority,
        report_due=report_due,
    )


def told(
    listing: Listing, step: ListingStep, words: PublicText | None, report_due: datetime | None
) -> ListingEvent:
    """What is told of a step that was taken. `report_due`: of the steps that a report follows."""
    event, field, dated = _TOLD[step]
    said: dict[str, Any] = {field: words, **({"report_due": report_due} if dated else {})}
    return event(**_head(listing), **said)


def _head(listing: Listing) -> dict[str, Any]:
    return {
        "listing_id": listing.listing_id,
        "version": listing.version,
        "subject_kind": listing.ground.subject_kind,
        "subject_id": listing.ground.subject_id,
        "unit": listing.ground.unit,
    }


ENDED: Final[Mapping[SubjectEnd, PublicText]] = {
    "done": PublicText("所挂项目已办结，提请决定是否销号"),
    "replaced": PublicText("所挂项目已由其他项目替代，提请决定是否销号"),
    "dropped": PublicText("所挂项目已终止，提请决定是否销号"),
    "withdrawn": PublicText("所挂办件已由群众撤回，提请决定是否销号"),
    "refused": PublicText("所挂办件已决定不予受理，提请决定是否销号"),
    "merged": PublicText("所挂办件已并入其他办件，提请决定是否销号"),
}
"""Why a listing that nobody asked to strike off is put before the authority."""

_EFFECTS: Final[Mapping[ListingStep, Callable[[Listing, datetime], dict[str, Any]]]] = {
    "progress": lambda listing, now: {"reports": listing.reports + 1, "reported_at": now},
    "strike_off": lambda _, now: {"ended_at": now},
}
"""What a step changes besides version and state."""

_TOLD: Final[Mapping[ListingStep, tuple[type[ListingEvent], str, bool]]] = {
    "progress": (ListingProgressed, "text", True),
    "ask": (ListingStrikeOffAsked, "text", False),
    "send_back": (ListingSentBack, "reason", True),
    "strike_off": (ListingStruckOff, "note", False),
}
"""The event of a step, the field that its words fill, and whether it says when a report is due."""
