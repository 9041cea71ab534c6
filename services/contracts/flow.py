"""The one table of event → topic, writer, readers. Topics, AsyncAPI and docs/flow.md are made from it."""

from dataclasses import dataclass
from typing import Final

from services.contracts.case import (
    CaseArchived,
    CaseAssigned,
    CaseAssistAsked,
    CaseAssistDone,
    CaseAssistReleased,
    CaseCalledBack,
    CaseCompleted,
    CaseExtensionAsked,
    CaseExtensionGranted,
    CaseExtensionRefused,
    CaseFollowed,
    CaseLeadChanged,
    CaseMerged,
    CaseParted,
    CaseRatingLate,
    CaseReassigned,
    CaseRectificationOpened,
    CaseRectified,
    CaseRedone,
    CaseRefused,
    CaseResumed,
    CaseReturned,
    CaseReviewed,
    CaseSignedFor,
    CaseSummarised,
    CaseSuspended,
    CaseTagged,
    CaseWithdrawalLate,
    CaseWithdrawn,
)
from services.contracts.circular import CircularIssued
from services.contracts.demand import DemandRated, DemandRegistered, DemandWithdrawn, ProjectRated
from services.contracts.directory import (
    AuthorityRecorded,
    CategoryRecorded,
    HolderRecorded,
    PostRecorded,
    UnitRecorded,
)
from services.contracts.envelope import Event
from services.contracts.letter import (
    LetterAccepted,
    LetterIssued,
    LetterReceived,
    LetterReplied,
    LetterReturned,
    LetterStruckOff,
    LetterVoided,
)
from services.contracts.listing import (
    ListingHandedOver,
    ListingOpened,
    ListingProgressed,
    ListingSentBack,
    ListingStrikeOffAsked,
    ListingStruckOff,
)
from services.contracts.meeting import FollowUpDone, FollowUpSet, MeetingHeld
from services.contracts.project import (
    CaseLinkedToProject,
    CaseUnlinkedFromProject,
    MilestoneReached,
    ProgressReported,
    ProjectChanged,
    ProjectDone,
    ProjectDropped,
    ProjectOpened,
    ProjectReplaced,
)
from services.contracts.promise import PromiseAired, PromiseChanged, PromiseMade, PromiseSettled
from services.contracts.round import FindingRecorded, RoundClosed, RoundDrawn, RoundPlanned
from services.contracts.supervision import (
    ConsequenceDrawn,
    ConsequenceSettled,
    FurtherLimitSet,
    LimitPassed,
    LimitsSet,
    NoticeAcknowledged,
    NoticeAnswered,
    NoticeSent,
    SubjectLimitSet,
)
from services.contracts.vocabulary import Service
from services.contracts.watermark import WatermarkPassed


@dataclass(frozen=True, slots=True)
class Topic:
    """A Kafka topic. Partition counts are fixed for good: more would move keys."""

    name: str
    partitions: int
    writer: Service


@dataclass(frozen=True, slots=True)
class Flow:
    """Who reads one type of event in one topic."""

    event: type[Event]
    topic: str
    readers: frozenset[Service]


def _flow(event: type[Event], topic: str, *readers: Service) -> Flow:
    return Flow(event, topic, frozenset(readers))


TOPICS: Final[dict[str, Topic]] = {
    topic.name: topic
    for topic in (
        Topic("demand", 8, "intake"),
        Topic("directory", 1, "assignment"),
        Topic("case", 8, "assignment"),
        Topic("promise", 8, "assignment"),
        Topic("project", 8, "assignment"),
        Topic("supervision", 8, "supervision"),
        Topic("circular", 8, "reporting"),
    )
}

FLOWS: Final[tuple[Flow, ...]] = (
    _flow(DemandRegistered, "demand", "assignment", "reporting"),
    _flow(DemandWithdrawn, "demand", "assignment"),
    _flow(DemandRated, "demand", "assignment", "reporting"),
    _flow(ProjectRated, "demand", "assignment", "supervision", "reporting"),
    _flow(WatermarkPassed, "demand", "reporting"),
    _flow(AuthorityRecorded, "directory", "supervision", "reporting"),
    _flow(UnitRecorded, "directory", "intake", "supervision", "reporting"),
    _flow(PostRecorded, "directory", "supervision", "reporting"),
    _flow(HolderRecorded, "directory", "supervision", "reporting"),
    _flow(CategoryRecorded, "directory", "reporting"),
    _flow(WatermarkPassed, "directory", "reporting"),
    _flow(CaseAssigned, "case", "intake", "supervision", "reporting"),
    _flow(CaseSummarised, "case", "reporting"),
    _flow(CaseTagged, "case", "reporting"),
    _flow(CaseSignedFor, "case", "intake", "supervision", "reporting"),
    _flow(CaseCompleted, "case", "intake", "supervision", "reporting"),
    _flow(CaseReturned, "case", "intake", "supervision", "reporting"),
    _flow(CaseReassigned, "case", "intake", "supervision", "reporting"),
    _flow(CaseRedone, "case", "intake", "supervision", "reporting"),
    _flow(CaseSuspended, "case", "intake", "supervision", "reporting"),
    _flow(CaseResumed, "case", "intake", "supervision", "reporting"),
    _flow(CaseExtensionAsked, "case", "supervision", "reporting"),
    _flow(CaseExtensionGranted, "case", "intake", "supervision", "reporting"),
    _flow(CaseExtensionRefused, "case", "supervision", "reporting"),
    _flow(CaseAssistAsked, "case", "intake", "supervision", "reporting"),
    _flow(CaseAssistDone, "case", "supervision", "reporting"),
    _flow(CaseAssistReleased, "case", "intake", "supervision", "reporting"),
    _flow(CaseRectificationOpened, "case", "intake", "supervision", "reporting"),
    _flow(CaseRectified, "case", "intake", "supervision", "reporting"),
    _flow(CaseReviewed, "case", "intake", "reporting"),
    _flow(CaseCalledBack, "case", "intake", "reporting"),
    _flow(CaseArchived, "case", "intake", "reporting"),
    _flow(CaseWithdrawn, "case", "intake", "supervision", "reporting"),
    _flow(CaseWithdrawalLate, "case", "intake", "reporting"),
    _flow(CaseRatingLate, "case", "intake", "reporting"),
    _flow(CaseRefused, "case", "intake", "supervision", "reporting"),
    _flow(CaseMerged, "case", "intake", "supervision", "reporting"),
    _flow(CaseLeadChanged, "case", "intake", "reporting"),
    _flow(CaseFollowed, "case", "intake", "reporting"),
    _flow(CaseParted, "case", "intake", "supervision", "reporting"),
    _flow(WatermarkPassed, "case", "reporting"),
    _flow(PromiseMade, "promise", "reporting"),
    _flow(PromiseChanged, "promise", "reporting"),
    _flow(PromiseAired, "promise", "reporting"),
    _flow(PromiseSettled, "promise", "reporting"),
    _flow(WatermarkPassed, "promise", "reporting"),
    _flow(ProjectOpened, "project", "intake", "supervision", "reporting"),
    _flow(ProjectChanged, "project", "intake", "supervision", "reporting"),
    _flow(ProgressReported, "project", "supervision", "reporting"),
    _flow(MilestoneReached, "project", "intake", "reporting"),
    _flow(ProjectDone, "project", "intake", "supervision", "reporting"),
    _flow(ProjectReplaced, "project", "intake", "supervision", "reporting"),
    _flow(ProjectDropped, "project", "intake", "supervision", "reporting"),
    _flow(CaseLinkedToProject, "project", "intake"),
    _flow(CaseUnlinkedFromProject, "project", "intake"),
    _flow(WatermarkPassed, "project", "reporting"),
    _flow(LimitsSet, "supervision", "intake", "assignment", "reporting"),
    _flow(FurtherLimitSet, "supervision", "assignment", "reporting"),
    _flow(LimitPassed, "supervision", "assignment", "reporting"),
    _flow(NoticeSent, "supervision", "assignment", "reporting"),
    _flow(NoticeAcknowledged, "supervision", "reporting"),
    _flow(LetterIssued, "supervision", "reporting"),
    _flow(LetterReceived, "supervision", "reporting"),
    _flow(LetterReplied, "supervision", "reporting"),
    _flow(LetterAccepted, "supervision", "reporting"),
    _flow(LetterReturned, "supervision", "reporting"),
    _flow(LetterVoided, "supervision", "reporting"),
    _flow(LetterStruckOff, "supervision", "reporting"),
    _flow(RoundPlanned, "supervision"),
    _flow(RoundDrawn, "supervision"),
    _flow(FindingRecorded, "supervision", "reporting"),
    _flow(RoundClosed, "supervision", "reporting"),
    _flow(ListingOpened, "supervision", "reporting"),
    _flow(ListingProgressed, "supervision", "reporting"),
    _flow(ListingHandedOver, "supervision", "reporting"),
    _flow(ListingStrikeOffAsked, "supervision", "reporting"),
    _flow(ListingSentBack, "supervision", "reporting"),
    _flow(ListingStruckOff, "supervision", "reporting"),
    _flow(MeetingHeld, "supervision"),
    _flow(FollowUpSet, "supervision"),
    _flow(FollowUpDone, "supervision"),
    _flow(NoticeAnswered, "supervision"),
    _flow(SubjectLimitSet, "supervision"),
    _flow(ConsequenceDrawn, "supervision", "reporting"),
    _flow(ConsequenceSettled, "supervision"),
    _flow(WatermarkPassed, "supervision", "reporting"),
    _flow(CircularIssued, "circular"),
)

EVENTS: Final[dict[str, type[Event]]] = {flow.event.type: flow.event for flow in FLOWS}
_TOPIC_OF: Final = {flow.event: flow.topic for flow in FLOWS if flow.event is not WatermarkPassed}

_READERS: Final = {(flow.topic, flow.event.type): flow.readers for flow in FLOWS}


def topic_of(event: Event) -> str:
    """The topic that an event travels in."""
    return event.topic if isinstance(event, WatermarkPassed) else _TOPIC_OF[type(event)]


def topics_read_by(service: Service) -> tuple[str, ...]:
    """The topics that a service subscribes to, in the table's order."""
    return tuple(dict.fromkeys(flow.topic for flow in FLOWS if service in flow.readers))


def topics_written_by(service: Service) -> tuple[Topic, ...]:
    """The topics that a service writes, in the table's order."""
    return tuple(topic for topic in TOPICS.values() if topic.writer == service)


def reads(service: Service, topic: str, event_type: str) -> bool:
    """Whether a service has a use for this type of event in this topic."""
    return service in _READERS.get((topic, event_type), frozenset())
