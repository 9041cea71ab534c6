"""Notices that events bring, answers in writing, limits of other subjects, consequences: on the fake."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.contracts.case import CaseMerged, CaseParted, CaseRectificationOpened, CaseWithdrawn
from services.contracts.envelope import Event
from services.contracts.project import ProjectDone, ProjectDropped
from services.contracts.public_text import PublicText
from services.contracts.supervision import (
    ConsequenceDrawn,
    ConsequenceSettled,
    NoticeAnswered,
    NoticeSent,
    SubjectLimitSet,
)
from services.supervision.acknowledge import NotARecipient
from services.supervision.answer import AlreadyAnswered, WantsNoAnswer, answer_notice
from services.supervision.calendar import WorkCalendar, from_chinesecalendar
from services.supervision.consequences import (
    AlreadySettled,
    How,
    NoLetterProposed,
    NoSuchConsequence,
    Proposal,
    settle,
)
from services.supervision.finding import Finding
from services.supervision.finding_notices import FindingNotices
from services.supervision.fire import fire
from services.supervision.ladder import Consequence
from services.supervision.set_further import compute_further
from services.supervision.set_limits import Happened
from services.supervision.set_reports import set_reports
from services.supervision.subjects import DuePast, SubjectLimit, end_limit, open_limit
from services.supervision.triggered import Happening, bring_notices
from services.supervision.watch_cases import watch_cases
from tests.builders import case_assigned
from tests.ladder_player import policy_of
from tests.supervision_fakes import FakeLimits

MONDAY = datetime(2021, 3, 1, 1, 0, tzinfo=UTC)
SANMING = policy_of("guangdong", "sanming", "2021")
DEFAULT = policy_of("guangdong", "default", "2021")
LETTER = SubjectLimit("letter", UUID(int=5), "letter_reply", "water", "water.head", MONDAY)
TEXT = PublicText("已整改")
ANSWERED = replace(
    SANMING,
    ladder=replace(SANMING.ladder, events={"bad_rating": SANMING.ladder.events["repeat"]}),
)
"""A bad rating wants an answer, too."""


def found(subject: UUID, version: int = 1) -> Happening:
    """A finding of a round, about a project."""
    return Happening(subject, "finding", version, "project", None, "water", "water.head", MONDAY)


async def test_the_same_event_twice_brings_one_notice_and_one_limit_of_its_answer() -> None:
    store, told = FakeLimits(), list[Event]()
    project = uuid4()
    for _ in range(2):
        await bring_notices(store, told.append, SANMING, [found(project)], MONDAY)
    assert [type(one) for one in told] == [NoticeSent, SubjectLimitSet]
    [notice] = [one for one in told if isinstance(one, NoticeSent)]
    assert (notice.trigger, notice.limit, notice.due_at) == ("finding", None, None)
    assert notice.reply_by == datetime(2021, 3, 8, 16, 0, tzinfo=UTC)
    assert notice.subject() == str(project)
    await bring_notices(store, told.append, SANMING, [found(project, 2)], MONDAY)
    assert len(store.notices) == 2


async def test_a_ladder_without_a_rung_for_it_keeps_what_happened_and_sends_nothing() -> None:
    store, told = FakeLimits(), list[Event]()
    await bring_notices(store, told.append, DEFAULT, [found(uuid4())], MONDAY)
    assert (told, len(store.happenings)) == ([], 1)


async def test_an_answer_is_given_once_by_a_recipient_and_ends_its_limit() -> None:
    store, told = FakeLimits(), list[Event]()
    [slip] = await bring_notices(store, told.append, SANMING, [found(uuid4())], MONDAY)
    notice, later = slip.notice.notice_id, MONDAY + timedelta(days=1)

    async def answer(by: str, may: bool = True) -> None:
        await answer_notice(store, told.append, notice, TEXT, lambda _: may, later, by)

    with pytest.raises(NotARecipient):
        await answer("小王", may=False)
    await answer("小李")
    assert isinstance(told[-1], NoticeAnswered)
    with pytest.raises(AlreadyAnswered, match="by water already"):
        await answer("小王")
    assert not [one for one in await fire_all(store) if one.limit == "notice_reply"]


async def test_a_notice_names_the_day_of_its_answer_once_the_years_calendar_is_loaded() -> None:
    store, told = FakeLimits(), list[Event]()
    new_years_eve = datetime(2021, 12, 31, 1, 0, tzinfo=UTC)
    [slip] = await bring_notices(store, told.append, SANMING, [found(uuid4())], new_years_eve)
    notice = slip.notice.notice_id
    assert store.notices[notice].reply_by is None
    known = WorkCalendar.of([*SANMING.calendar.years, from_chinesecalendar(2022)])
    both = replace(SANMING, calendar=known, years=frozenset({2021, 2022}))
    assert await compute_further(store, told.append, both) == 1
    assert store.notices[notice].reply_by == datetime(2022, 1, 10, 16, 0, tzinfo=UTC)


async def fire_all(store: FakeLimits) -> list[NoticeSent]:
    told = list[Event]()
    await fire(store, told.append, SANMING, MONDAY + timedelta(days=200))
    return [one for one in told if isinstance(one, NoticeSent)]


@pytest.mark.parametrize(("end", "asks"), [("dropped", False), ("done", True)])
async def test_what_a_dropped_project_was_asked_need_not_be_answered(end: str, asks: bool) -> None:
    store, told = FakeLimits(), list[Event]()
    project: dict[str, Any] = {"project_id": uuid4(), "ledger": "1", "version": 2}
    await bring_notices(store, told.append, SANMING, [found(project["project_id"])], MONDAY)
    over = {
        "dropped": ProjectDropped(**project, reason=TEXT, approver="magistrate"),
        "done": ProjectDone(**project, on=MONDAY.date(), text=TEXT),
    }
    await set_reports(store, told.append, SANMING, [(over[end], MONDAY)])
    assert [one.limit for one in await fire_all(store)] == ["notice_reply"] * asks


@pytest.mark.parametrize("batches", [1, 2])
async def test_what_a_withdrawn_case_was_asked_need_not_be_answered(batches: int) -> None:
    store, told = FakeLimits(), list[Event]()
    case = case_assigned(repeat_of=uuid4())
    gone = CaseWithdrawn(case_id=case.case_id, demand_id=case.demand_id, version=2, dispatch=1, unit="water")
    happened: list[Happened] = [(case, MONDAY), (gone, MONDAY)]
    for batch in [happened] if batches == 1 else [[one] for one in happened]:
        await watch_cases(store, told.append, SANMING, batch, MONDAY)
    [notice] = [one for one in told if isinstance(one, NoticeSent)]
    with pytest.raises(WantsNoAnswer):
        await answer_notice(store, told.append, notice.notice_id, TEXT, lambda _: True, MONDAY, "小李")


async def test_what_was_asked_after_a_case_was_parted_is_to_be_answered() -> None:
    store, told = FakeLimits(), list[Event]()
    case = case_assigned()
    of: dict[str, Any] = {"case_id": case.case_id, "demand_id": case.demand_id, "unit": "water"}
    parted: list[Happened] = [
        (case, MONDAY),
        (CaseMerged(**of, version=2, dispatch=1, lead=uuid4(), state="dispatched", reason=TEXT), MONDAY),
        (CaseParted(**of, version=3, dispatch=2, lead=uuid4(), post="water.head", reason=TEXT), MONDAY),
        (CaseRectificationOpened(**of, version=4, dispatch=2, post="water.head", state="completed"), MONDAY),
    ]
    await watch_cases(store, told.append, ANSWERED, parted, MONDAY)
    [notice] = [one for one in told if isinstance(one, NoticeSent)]
    await answer_notice(store, told.append, notice.notice_id, TEXT, lambda _: True, MONDAY, "小李")


async def test_an_answer_climbs_the_ladder_of_its_notice_though_the_authority_chose_another() -> None:
    store, told = FakeLimits(), list[Event]()
    await watch_cases(store, told.append, SANMING, [(case_assigned(), MONDAY)], MONDAY)
    await fire(store, told.append, replace(SANMING, ladder=DEFAULT.ladder), MONDAY + timedelta(days=15))
    [asked] = [one for one in told if isinstance(one, NoticeSent) and one.reply_by]
    red = [one for one in await fire_all(store) if one.limit == "notice_reply"]
    assert [(one.colour, one.due_at) for one in red] == [("red", asked.reply_by)]


async def test_a_letters_limit_is_due_by_the_rule_or_at_the_end_of_the_day_that_was_named() -> None:
    store, told = FakeLimits(), list[SubjectLimitSet]()
    ruled = await open_limit(store, DEFAULT, told.append, LETTER)
    assert ruled.due_at == datetime(2021, 3, 8, 16, 0, tzinfo=UTC)
    named = await open_limit(store, DEFAULT, told.append, replace(LETTER, due_day=date(2021, 3, 14)))
    assert (named.due_at, named.generation) == (datetime(2021, 3, 14, 16, 0, tzinfo=UTC), 2)
    assert [(one.version, one.due) for one in told] == [(1, ruled.due_at), (2, named.due_at)]
    with pytest.raises(DuePast, match="name that day or a later one"):
        await open_limit(store, DEFAULT, told.append, replace(LETTER, due_day=date(2021, 2, 28)))


async def test_an_ended_limit_fires_nothing_and_is_opened_anew_when_the_reply_is_returned() -> None:
    store, told = FakeLimits(), list[SubjectLimitSet]()
    await open_limit(store, SANMING, told.append, LETTER)
    met = await end_limit(store, LETTER.subject_id, "letter_reply", "met", MONDAY)
    assert met is not None
    assert (met.state, met.met_at) == ("met", MONDAY)
    assert await end_limit(store, LETTER.subject_id, "letter_reply", "met", MONDAY) is None
    assert await fire_all(store) == []
    again = await open_limit(store, SANMING, told.append, LETTER)
    assert (again.state, again.generation, again.met_at) == ("open", 2, None)
    fired = await fire_all(store)
    assert [(one.rung, one.outcome) for one in fired] == [(1, "collapsed"), (2, "collapsed"), (3, "sent")]
    assert {one.case_id for one in fired} == {None}


class FakeProposals:
    def __init__(self, *proposals: Proposal) -> None:
        self.kept = {one.consequence_id: one for one in proposals}

    async def proposal(self, consequence_id: UUID) -> Proposal | None:
        return self.kept.get(consequence_id)

    async def settle(self, settled: Proposal) -> None:
        self.kept[settled.consequence_id] = settled


async def test_a_consequence_is_settled_once() -> None:
    waiting = Proposal(
        uuid4(), "case", uuid4(), "water", "water.head", "yellow", 2, "special_letter", 1, "guangyuan",
        uuid4(), MONDAY, None, None, None, None, None,
    )  # fmt: skip
    store, told = FakeProposals(waiting), list[ConsequenceSettled]()

    async def decide(how: How, which: UUID = waiting.consequence_id) -> Proposal:
        return await settle(store, told.append, which, how, TEXT, MONDAY, "督查室")

    assert (await decide("waived")).settled_as == "waived"
    assert (await decide("waived")).settled_by == "督查室"
    with pytest.raises(AlreadySettled, match="waived by 督查室"):
        await decide("followed")
    with pytest.raises(NoSuchConsequence):
        await decide("followed", uuid4())
    assert len(told) == 1


async def test_a_letter_follows_a_special_letter_alone_and_once() -> None:
    special = Proposal(
        uuid4(), "case", uuid4(), "water", "water.head", "yellow", 2, "special_letter", 1, "guangyuan",
        uuid4(), MONDAY, None, None, None, None, None,
    )  # fmt: skip
    interview = special._replace(consequence_id=uuid4(), measure="interview")
    store, told, letter = FakeProposals(special, interview), list[ConsequenceSettled](), uuid4()

    async def follow(one: Proposal, by: UUID | None) -> Proposal:
        return await settle(store, told.append, one.consequence_id, "followed", TEXT, MONDAY, "督查室", by)

    with pytest.raises(NoLetterProposed, match="proposes interview"):
        await follow(interview, letter)
    assert [(await follow(special, letter)).letter_id for _ in range(2)] == [letter] * 2
    with pytest.raises(AlreadySettled):
        await follow(special, None)
    assert len(told) == 1


async def test_one_notice_may_bring_a_letter_and_an_interview() -> None:
    store, told = FakeLimits(), list[Event]()
    ladder = policy_of("guangdong", "guangyuan", "2021").ladder
    both = (Consequence("yellow", 1, "special_letter", 1), Consequence("yellow", 1, "interview", 2))
    harder = replace(SANMING, ladder=replace(ladder, consequences=both))
    await bring_notices(store, told.append, harder, [found(uuid4())], MONDAY)
    drawn = [one for one in told if isinstance(one, ConsequenceDrawn)]
    assert [(one.measure, one.points) for one in drawn] == [("special_letter", 1), ("interview", 2)]
    assert {one.consequence_id for one in drawn} == set(store.drawn)
    assert len(store.drawn) == 2


async def test_findings_of_one_project_count_together_and_each_of_a_unit_stands_alone() -> None:
    store, told = FakeLimits(), list[Event]()
    notices = FindingNotices(store, told.append, policy_of("guangdong", "guangyuan", "2021"))
    project = uuid4()
    for about in (project, project, None):
        await notices.bring(finding(about), "water.head", MONDAY)
    sent = [one for one in told if isinstance(one, NoticeSent)]
    assert [(one.subject_kind, one.trigger, one.generation) for one in sent] == [
        ("project", "finding", 1),
        ("project", "finding", 2),
        ("finding", "finding", 1),
    ]
    assert [(one.measure, one.subject_id) for one in store.drawn.values()] == [("special_letter", project)]
    assert [slip.notice.subject for slip in store.queued] == ["project", "project", "finding"]


def finding(project_id: UUID | None) -> Finding:
    """Of a round, at a unit."""
    return Finding(
        finding_id=uuid4(),
        round_id=uuid4(),
        unit="water",
        project_id=project_id,
        place=TEXT,
        found_at=MONDAY,
        found=TEXT,
        required=None,
        item=None,
        photos=(),
        needs_letter=False,
        reply_days=None,
        reply_by=None,
    )
