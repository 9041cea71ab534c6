"""Listings: open by rule or by hand, and take each step, within one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from services.contracts.listing import Listable, ListingEvent, SubjectEnd
from services.contracts.public_text import PublicText
from services.contracts.supervision import SubjectLimitSet
from services.kit.auth import Staff
from services.supervision.listing import (
    Ground,
    Listing,
    StepNotAllowed,
    handed_over,
    opened,
    step,
    told,
    told_handed_over,
    told_offered,
    told_opened,
)
from services.supervision.listing_rules import ListingRule, Rating, broken_by
from services.supervision.listing_transitions import ListingStep, may, who_may
from services.supervision.policy import Policy
from services.supervision.subjects import (
    SubjectLimit,
    SubjectLimits,
    end_all,
    end_limit,
    hand_over_limit,
    open_limit,
)

BY_RULE: Final = "rule"
"""Who opened what nobody opened by hand."""


class Known(NamedTuple):
    """What a case or a project is here: with whom it lies, and its number and name; of a case empty.

    `over`: it ended undone, and nobody can put it right any more.
    """

    unit: str
    post: str
    reference: str
    title: str
    over: bool


class Became(NamedTuple):
    """What an event made of a case or a project: it lies with a unit and a post now, or has `ended`."""

    subject_id: UUID
    unit: str
    post: str
    ended: SubjectEnd | None = None


class Past(NamedTuple):
    """How often a subject was listed, the listing that is open, and when the last one ended."""

    times: int
    open: Listing | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class NoSuchListing:
    listing_id: UUID


@dataclass(frozen=True, slots=True)
class NoSuchSubject:
    """Neither a case nor a project of that id is known here."""

    kind: Listable
    subject_id: UUID


@dataclass(frozen=True, slots=True)
class AlreadyListed:
    """One listing of a subject is open at a time."""

    listing: Listing


@dataclass(frozen=True, slots=True)
class NotTheirs:
    """Somebody else takes this step."""

    step: ListingStep
    who: str


Refused = NoSuchListing | NoSuchSubject | AlreadyListed | NotTheirs | StepNotAllowed


class Listings(Protocol):
    """Where listings and their steps are kept, within one transaction."""

    async def past(self, subject_id: UUID) -> Past:
        """What was listed of a subject; nobody else lists it until commit."""
        ...

    async def one(self, listing_id: UUID) -> Listing | None:
        """Held until commit."""
        ...

    async def open_of(self, subjects: Sequence[UUID]) -> Sequence[Listing]:
        """The open listings of some subjects, held until commit."""
        ...

    async def open(self, listing: Listing, event: ListingEvent) -> None: ...

    async def record(
        self,
        listing: Listing,
        step: ListingStep,
        words: str | None,
        event: ListingEvent,
        at: datetime,
        by: str,
    ) -> None:
        """The listing after a step, and the step."""
        ...

    async def known(self, kind: Listable, subject_id: UUID) -> Known | None:
        """It stays so until commit."""
        ...

    async def ratings(self, kind: Listable, subjects: Sequence[UUID]) -> Mapping[UUID, Sequence[Rating]]: ...


@dataclass(frozen=True, slots=True)
class ListingDesk:
    """Works on listings within one transaction."""

    listings: Listings
    limits: SubjectLimits
    publish: Callable[[ListingEvent | SubjectLimitSet], None]
    policy: Policy
    now: datetime

    async def open_by_rule(
        self, kind: Listable, subjects: Sequence[UUID], rules: Sequence[ListingRule]
    ) -> list[Listing]:
        """List those of some subjects whose ratings break a rule; the same ratings again list nothing."""
        found = await self.listings.ratings(kind, sorted(set(subjects)))
        made = []
        for subject_id in sorted(found):
            if broken_by(rules, kind, found[subject_id], None) is None:
                continue
            listing = await self._by_rule(kind, subject_id, rules, found[subject_id])
            made += [listing] if listing else []
        return made

    async def _by_rule(
        self, kind: Listable, subject_id: UUID, rules: Sequence[ListingRule], ratings: Sequence[Rating]
    ) -> Listing | None:
        known, past = await self.listings.known(kind, subject_id), await self.listings.past(subject_id)
        broken = broken_by(rules, kind, ratings, past.ended_at)
        if known is None or known.over or past.open is not None or broken is None:
            return None
        reason = f"{broken.rule.days}日内群众评价不满意{broken.ratings}次"
        title = known.title or "群众多次评价不满意的办件"
        ground = Ground(
            kind,
            subject_id,
            known.unit,
            known.post,
            PublicText(title),
            PublicText(reason),
            rule=broken.rule.id,
            ratings=broken.ratings,
        )
        return await self._open(ground, past.times + 1, BY_RULE)

    async def follow(self, happened: Sequence[Became]) -> None:
        """Keep open listings with what they are about, in the order in which it happened to it."""
        found = await self.listings.open_of(sorted({one.subject_id for one in happened}))
        there = {one.ground.subject_id: one for one in found}
        for one in happened:
            if (listing := there.get(one.subject_id)) is not None:
                there[one.subject_id] = await self._followed(listing, one)

    async def _followed(self, listing: Listing, became: Became) -> Listing:
        if became.ended is not None:
            return await self._offered(listing, became.ended)
        ground = listing.ground
        if (became.unit, became.post) == (ground.unit, ground.post):
            return listing
        after = handed_over(listing, became.unit, became.post)
        now_with, of = (became.unit, became.post), listing.listing_id
        await hand_over_limit(self.limits, self.publish, of, "listing_report", *now_with)
        await self._keep(after, "hand_over", None, told_handed_over(after, ground.unit), BY_RULE)
        return after

    async def _offered(self, listing: Listing, ended: SubjectEnd) -> Listing:
        """The authority decides; no more reports are due until then. One that was asked for waits already."""
        after = step(listing, "offer", self.now)
        if isinstance(after, StepNotAllowed):
            return listing
        await end_limit(self.limits, listing.listing_id, "listing_report", "closed", self.now)
        event = told_offered(after, ended)
        await self._keep(after, "offer", event.text, event, BY_RULE)
        return after

    async def open_by_hand(
        self, kind: Listable, subject_id: UUID, title: PublicText | None, reason: PublicText, staff: Staff
    ) -> Listing | Refused:
        """By the supervision office. The same again, while it is open, changes nothing."""
        known = await self.listings.known(kind, subject_id)
        if known is None:
            return NoSuchSubject(kind, subject_id)
        past = await self.listings.past(subject_id)
        if past.open is not None:
            there = past.open.ground
            same = (there.rule, there.reason) == (None, reason) and title in (None, there.title)
            return past.open if same else AlreadyListed(past.open)
        named = title or PublicText(known.title or "挂牌督办的办件")
        ground = Ground(kind, subject_id, known.unit, known.post, named, reason, authority=staff.unit)
        return await self._open(ground, past.times + 1, staff.subject)

    async def take(
        self, listing_id: UUID, wanted: ListingStep, words: PublicText | None, staff: Staff
    ) -> Listing | Refused:
        """Any other step."""
        listing = await self.listings.one(listing_id)
        if listing is None:
            return NoSuchListing(listing_id)
        ground = listing.ground
        if not may(staff.role, staff.unit, ground.unit, ground.authority, wanted):
            return NotTheirs(wanted, who_may(wanted))
        after = step(listing, wanted, self.now)
        if isinstance(after, StepNotAllowed):
            return after
        event = told(after, wanted, words, await self._watch(after, wanted))
        await self._keep(after, wanted, words, event, staff.subject)
        return after

    async def _keep(
        self, after: Listing, taken: ListingStep, words: PublicText | None, event: ListingEvent, by: str
    ) -> None:
        await self.listings.record(after, taken, words, event, self.now, by)
        self.publish(event)

    async def _open(self, ground: Ground, times: int, by: str) -> Listing:
        listing = opened(ground, times, self.now, by)
        event = told_opened(listing, await self._next_report(listing))
        await self.listings.open(listing, event)
        self.publish(event)
        return listing

    async def _watch(self, listing: Listing, taken: ListingStep) -> datetime | None:
        """A report, or sending back, opens the next week's limit; asking to be struck off ends it.

        What is struck off asks for nothing more, answers to notices about it among that.
        """
        if taken in ("progress", "send_back"):
            return await self._next_report(listing)
        if taken == "ask":
            await end_limit(self.limits, listing.listing_id, "listing_report", "met", self.now)
        if taken == "strike_off":
            await end_all(self.limits, listing.listing_id, "closed", self.now)
        return None

    async def _next_report(self, listing: Listing) -> datetime | None:
        ground = listing.ground
        asked = SubjectLimit(
            "listing", listing.listing_id, "listing_report", ground.unit, ground.post, self.now
        )
        return (await open_limit(self.limits, self.policy, self.publish, asked)).due_at
