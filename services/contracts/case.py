"""Topic `case`: how the authority handles a demand, keyed by case.

A *dispatch* is one handing of a case to a unit: the first is number 1, each return or
reassignment opens the next. `version` counts the events of one case from 1.
"""

from typing import ClassVar
from uuid import UUID

from services.contracts.envelope import Event
from services.contracts.public_text import PublicText
from services.contracts.vocabulary import CaseState, Channel, Kind, Satisfaction, Tag, Urgency


class CaseEvent(Event):
    """What every event of a case carries. `unit` is the one that it lies with from then on."""

    case_id: UUID
    demand_id: UUID
    version: int
    dispatch: int
    unit: str

    def subject(self) -> str:
        return str(self.case_id)

    def identity(self) -> str:
        return f"{self.case_id}/{self.version}"


class CaseAssigned(CaseEvent):
    """A demand became a case, with its lead unit and responsible post. The dispatch starts the limits."""

    type: ClassVar[str] = "yinuo.case.assigned.v1"

    receipt: str
    citizen_ref: UUID
    channel: Channel
    kind: Kind
    urgency: Urgency
    category: str
    place: str | None
    town: str | None
    post: str
    backstop: bool
    summary: PublicText
    repeat_of: UUID | None = None


class CaseSummarised(CaseEvent):
    """Somebody put the summary (归纳) that a rule had written into better words."""

    type: ClassVar[str] = "yinuo.case.summarised.v1"

    summary: PublicText


class CaseTagged(CaseEvent):
    """The tags of the case from now on, in the vocabulary's order: all of them, none included."""

    type: ClassVar[str] = "yinuo.case.tagged.v1"

    tags: tuple[Tag, ...]


class CaseSignedFor(CaseEvent):
    """The lead unit took the case over (签收)."""

    type: ClassVar[str] = "yinuo.case.signed-for.v1"


class CaseCompleted(CaseEvent):
    """The lead unit completed the case with a reply to the citizen (办结)."""

    type: ClassVar[str] = "yinuo.case.completed.v1"

    reply: PublicText


class CaseReturned(CaseEvent):
    """The unit returned the case with its reason (退回); it lies with the backstop unit from now on.

    `dispatch` is the new dispatch, to the backstop unit; the one before it ended here.
    """

    type: ClassVar[str] = "yinuo.case.returned.v1"

    from_unit: str
    reason: PublicText
    post: str


class CaseReassigned(CaseEvent):
    """The backstop unit dispatched the case anew. `dispatch` is the new one; the one before it ended here."""

    type: ClassVar[str] = "yinuo.case.reassigned.v1"

    from_unit: str
    post: str


class CaseRedone(CaseEvent):
    """The reply was sent back (重办): the same unit handles the case anew.

    `dispatch` is the new one; the one before it had ended with its reply. A rectification that was open ends:
    the new dispatch's limits stand in its place.
    """

    type: ClassVar[str] = "yinuo.case.redone.v1"

    post: str
    reason: PublicText


class CaseSuspended(CaseEvent):
    """The case rests for a reason (挂起): from the event's time on its limit to complete doesn't run."""

    type: ClassVar[str] = "yinuo.case.suspended.v1"

    reason: PublicText


class CaseResumed(CaseEvent):
    """A suspended case goes on (恢复办理), and its limit with it."""

    type: ClassVar[str] = "yinuo.case.resumed.v1"


class CaseExtensionAsked(CaseEvent):
    """The unit asks for more time to complete the case (延期申请); nothing changes until it is decided.

    `days` are of the kind that the limit counts: working days, or 24 hours each.
    """

    type: ClassVar[str] = "yinuo.case.extension-asked.v1"

    days: int
    reason: PublicText


class CaseExtensionGranted(CaseEvent):
    """The extension was granted (准予延期): the limit to complete is set anew, of a case that rests when it
    goes on. `state` stays what it was.
    """

    type: ClassVar[str] = "yinuo.case.extension-granted.v1"

    days: int
    state: CaseState = "signed_for"


class CaseExtensionRefused(CaseEvent):
    """The extension was refused (不予延期)."""

    type: ClassVar[str] = "yinuo.case.extension-refused.v1"

    reason: PublicText


class CaseRectificationOpened(CaseEvent):
    """A reply was rated badly, or a project that answers it: its unit has to put the matter right (整改).

    Its state stays.
    """

    type: ClassVar[str] = "yinuo.case.rectification-opened.v1"

    post: str
    state: CaseState


class CaseRectified(CaseEvent):
    """The unit put right what was rated badly (整改完成); the citizen reads how."""

    type: ClassVar[str] = "yinuo.case.rectified.v1"

    state: CaseState
    rectification: PublicText


class CaseAssistAsked(CaseEvent):
    """Another unit is to do a part of the case (协办), within its own limit; the lead unit stays the same."""

    type: ClassVar[str] = "yinuo.case.assist-asked.v1"

    assisting: str
    post: str
    what: PublicText


class CaseAssistDone(CaseEvent):
    """An assisting unit did its part (协办完成). `result` is what came of it."""

    type: ClassVar[str] = "yinuo.case.assist-done.v1"

    assisting: str
    result: PublicText


class CaseAssistReleased(CaseEvent):
    """An assisting unit need not do its part any more."""

    type: ClassVar[str] = "yinuo.case.assist-released.v1"

    assisting: str
    reason: PublicText


class CaseReviewed(CaseEvent):
    """The reply was looked at and stands (审核)."""

    type: ClassVar[str] = "yinuo.case.reviewed.v1"


class CaseCalledBack(CaseEvent):
    """The citizen was asked about the reply (回访). `note` is what was said; a filed case stays filed.

    `answer`: how satisfied the citizen is; None: nobody was reached, or no answer was given.
    """

    type: ClassVar[str] = "yinuo.case.called-back.v1"

    note: PublicText
    state: CaseState = "called_back"
    answer: Satisfaction | None = None


class CaseArchived(CaseEvent):
    """The case is filed (归档): its handling is over. It may be called back about, and put right, still."""

    type: ClassVar[str] = "yinuo.case.archived.v1"


class CaseWithdrawn(CaseEvent):
    """The citizen took the demand back (撤回) before a reply: the case ends without one."""

    type: ClassVar[str] = "yinuo.case.withdrawn.v1"


class CaseWithdrawalLate(CaseEvent):
    """The citizen took the demand back when it had its reply or was refused (撤回过晚): that stands.

    `unit` and `state`, of a merged case its lead case's, stay. A case handled anew may be withdrawn again.
    """

    type: ClassVar[str] = "yinuo.case.withdrawal-late.v1"

    state: CaseState


class CaseRatingLate(CaseEvent):
    """The citizen rated a reply that was sent back meanwhile (评价过晚): the rating isn't spent.

    `unit` and `state`, of a merged case its lead case's, stay. The next reply may be rated.
    """

    type: ClassVar[str] = "yinuo.case.rating-late.v1"

    state: CaseState


class CaseRefused(CaseEvent):
    """The authority doesn't accept the demand (不予受理); the citizen reads why."""

    type: ClassVar[str] = "yinuo.case.refused.v1"

    reason: PublicText


class CaseMerged(CaseEvent):
    """The case is of the same matter as another one, its lead case (同一事项并办): its own limits end.

    `unit` and `state` are the lead case's: it lies with that unit, and the citizen sees what becomes of it.
    """

    type: ClassVar[str] = "yinuo.case.merged.v1"

    lead: UUID
    state: CaseState
    reason: PublicText


class CaseLeadChanged(CaseEvent):
    """A merged case has another lead case: the one before was merged itself, or its demand withdrawn."""

    type: ClassVar[str] = "yinuo.case.lead-changed.v1"

    lead: UUID
    state: CaseState
    reason: PublicText


class CaseFollowed(CaseEvent):
    """A merged case went the way of its lead case. `reply`: what the citizen is told with it.

    `rectification`: how what was rated badly was put right, of the matter that both are about.
    """

    type: ClassVar[str] = "yinuo.case.followed.v1"

    lead: UUID
    state: CaseState
    reply: PublicText | None = None
    rectification: PublicText | None = None


class CaseParted(CaseEvent):
    """A merged case stands alone again (拆分). `dispatch` is a new one, to the unit that it had before."""

    type: ClassVar[str] = "yinuo.case.parted.v1"

    lead: UUID
    post: str
    reason: PublicText
