"""What supervision tells as facts of its list (督办清单): letters, rounds, findings, listings, consequences.

A case's letter or listing names the case nowhere here: the circular needs numbers and units.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from services.contracts.envelope import Event
from services.contracts.letter import (
    LetterAccepted,
    LetterEvent,
    LetterIssued,
    LetterReceived,
    LetterReplied,
    LetterReturned,
    LetterStruckOff,
    LetterVoided,
)
from services.contracts.listing import (
    ListingEvent,
    ListingHandedOver,
    ListingOpened,
    ListingProgressed,
    ListingSentBack,
    ListingStrikeOffAsked,
    ListingStruckOff,
)
from services.contracts.round import FindingRecorded, RoundClosed
from services.contracts.supervision import ConsequenceDrawn
from services.reporting.days import Midnight, end_of

Values = dict[str, Any]
Make = Callable[[Any, Midnight], Values]


def _letter(state: str) -> Make:
    def make(event: LetterEvent, _: Midnight) -> Values:
        ids = {"item": event.letter_id, "version": event.version, "number": event.number}
        return ids | {"unit": event.unit, "state": state}

    return make


def _replies(state: str) -> Make:
    """A letter that waits for a reply by a last day."""

    def make(event: LetterIssued | LetterReturned, midnight: Midnight) -> Values:
        finding = {"finding": event.finding_id} if isinstance(event, LetterIssued) else {}
        return _letter(state)(event, midnight) | {"due": end_of(event.reply_by, midnight)} | finding

    return make


def _listing(state: str) -> Make:
    def make(event: ListingEvent, _: Midnight) -> Values:
        ids = {"item": event.listing_id, "version": event.version, "tier": event.subject_kind}
        return ids | {"unit": event.unit, "state": state}

    return make


def _listed(event: ListingOpened | ListingProgressed | ListingSentBack, midnight: Midnight) -> Values:
    """A report is due, or awaits a calendar: then nobody may be called late by the day before."""
    due: datetime | None = event.report_due
    return _listing("undated" if due is None else "listed")(event, midnight) | {"due": due}


def _opened(event: ListingOpened, midnight: Midnight) -> Values:
    return _listed(event, midnight) | {"post": event.post, "text": event.title}


def _handed_over(event: ListingHandedOver, _: Midnight) -> Values:
    """It stands as it stood, with another unit."""
    ids = {"item": event.listing_id, "version": event.version, "tier": event.subject_kind}
    return ids | {"unit": event.unit, "post": event.post}


def _round(event: RoundClosed, _: Midnight) -> Values:
    return {"item": event.round_id, "version": event.version}


def _finding(event: FindingRecorded, _: Midnight) -> Values:
    return {"item": event.finding_id, "unit": event.unit, "finding": event.finding_id}


def _consequence(event: ConsequenceDrawn, _: Midnight) -> Values:
    drawn = {"item": event.consequence_id, "unit": event.unit, "post": event.post}
    return drawn | {"tier": event.measure}


SUPERVISED: Final[Mapping[type[Event], tuple[str, str, Make]]] = {
    LetterIssued: ("letter", "issued", _replies("issued")),
    LetterReceived: ("letter", "received", _letter("received")),
    LetterReplied: ("letter", "replied", _letter("replied")),
    LetterAccepted: ("letter", "accepted", _letter("accepted")),
    LetterReturned: ("letter", "returned", _replies("returned")),
    LetterVoided: ("letter", "voided", _letter("voided")),
    LetterStruckOff: ("letter", "struck_off", _letter("struck_off")),
    RoundClosed: ("round", "closed", _round),
    FindingRecorded: ("finding", "recorded", _finding),
    ListingOpened: ("listing", "opened", _opened),
    ListingProgressed: ("listing", "progressed", _listed),
    ListingHandedOver: ("listing", "handed_over", _handed_over),
    ListingStrikeOffAsked: ("listing", "strike_off_asked", _listing("asked")),
    ListingSentBack: ("listing", "sent_back", _listed),
    ListingStruckOff: ("listing", "struck_off", _listing("struck_off")),
    ConsequenceDrawn: ("consequence", "drawn", _consequence),
}
"""As the table of `list_facts`: event → the list, the fact's kind, and what makes its values."""
