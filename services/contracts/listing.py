"""Listings (挂牌督办) in topic `supervision`, keyed by the case or project that is listed.

`version` counts the events of one listing from 1. A listing is public from its first day to its last.
"""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from services.contracts.envelope import Event
from services.contracts.public_text import PublicText

Listable = Literal["case", "project"]
OpenedBy = Literal["rule", "hand"]
SubjectEnd = Literal["done", "replaced", "dropped", "withdrawn", "refused", "merged"]
"""How what is listed ended: 已办结 已替代 已终止 of a project, 已撤回 不予受理 并入他件 of a case."""


class ListingEvent(Event):
    """What each event of a listing carries; `unit` is the one that must put the matter right."""

    listing_id: UUID
    version: int
    subject_kind: Listable
    subject_id: UUID
    unit: str

    def subject(self) -> str:
        return str(self.subject_id)

    def identity(self) -> str:
        return f"{self.listing_id}/{self.version}"


class ListingOpened(ListingEvent):
    """A badly rated case or project was put under special supervision (挂牌), by a rule or by hand.

    `rule` and `ratings` (how many bad ratings it rests on) are those of the rule. `authority`: the code of
    the unit that listed it, None where it is the authority's own office. `report_due`: when the unit's first
    progress report is due, None = its calendar isn't loaded.
    """

    type: ClassVar[str] = "yinuo.listing.opened.v1"

    post: str
    title: PublicText
    reason: PublicText
    opened_by: OpenedBy
    rule: str | None = None
    ratings: int = 0
    authority: str | None = None
    report_due: datetime | None


class ListingProgressed(ListingEvent):
    """The unit reported its progress (每周报进展); the next report is due a week later."""

    type: ClassVar[str] = "yinuo.listing.progressed.v1"

    text: PublicText
    report_due: datetime | None


class ListingHandedOver(ListingEvent):
    """What is listed lies with another unit or post (移交), and so does the listing, with its report's limit.

    `unit` and `post` are the new ones. It goes on as it stood, and when its report is due stays the same.
    """

    type: ClassVar[str] = "yinuo.listing.handed-over.v1"

    from_unit: str
    post: str


class ListingStrikeOffAsked(ListingEvent):
    """The unit says that the matter is put right and asks to be struck off (申请销号).

    `subject_ended`: nobody asked; what is listed ended so, and the authority has to decide.
    """

    type: ClassVar[str] = "yinuo.listing.strike-off-asked.v1"

    text: PublicText
    subject_ended: SubjectEnd | None = None


class ListingSentBack(ListingEvent):
    """The listing authority isn't content (退回); the weekly reports go on."""

    type: ClassVar[str] = "yinuo.listing.sent-back.v1"

    reason: PublicText
    report_due: datetime | None


class ListingStruckOff(ListingEvent):
    """The listing authority struck it off (销号)."""

    type: ClassVar[str] = "yinuo.listing.struck-off.v1"

    note: PublicText | None = None
