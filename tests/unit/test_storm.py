"""The busy Monday's own reckoning: which rungs there must be, and what counts as a repeat."""

from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from services.contracts.directory import AuthorityRecorded
from services.contracts.envelope import Envelope, Event
from services.contracts.letter import LetterReceived
from services.contracts.supervision import SubjectLimitSet
from services.dev.chaos_victims import shuffled
from services.dev.storm_county import Size, script
from services.dev.storm_monday import KINDS
from services.dev.storm_rungs import Expected, Reckoning, expected, unexpected
from services.dev.storm_topics import Topics
from services.kit.clock import LOCAL
from services.supervision.calendar import WorkCalendar
from services.supervision.calendars import built_in_years
from services.supervision.ladder import Ladder
from services.supervision.notices import notice_id
from services.supervision.presets import ladder

LETTER = UUID(int=7)
SIGNED = datetime(2021, 2, 25, 10, tzinfo=LOCAL)
DUE = datetime(2021, 2, 27, tzinfo=LOCAL)
"""The end of Friday; a working day later is the end of Monday."""
TUESDAY = datetime(2021, 3, 2, 9, tzinfo=LOCAL)


@pytest.fixture(scope="module")
def calendar() -> WorkCalendar:
    return WorkCalendar.of(built_in_years())


@pytest.fixture(scope="module")
def ladders() -> dict[str, Ladder]:
    return {name: ladder(name) for name in ("default", "guangyuan")}


def told(topics: Topics, event: Event, at: datetime) -> None:
    """One message in a topic."""
    envelope = Envelope(event.event_id(), event.type, "/yinuo/supervision", event.subject(), at)
    topics.note(envelope, event.model_dump_json().encode())


def of_a_letter() -> Topics:
    """An authority that climbs by 广元, and a letter that has to be signed for by Friday."""
    topics = Topics()
    chosen = AuthorityRecorded(
        code="fengxian",
        version=1,
        name="凤县",
        name_en="Feng County",
        issuer="督查室",
        backstop_unit="xinfang",
        limits="beijing",
        ladder="guangyuan",
        on_time_threshold=0.85,
        issue="automatic",
    )
    told(topics, chosen, SIGNED - timedelta(days=30))
    limit = SubjectLimitSet(
        subject_kind="letter",
        subject_id=LETTER,
        limit="letter_receipt",
        about="",
        generation=1,
        version=1,
        unit="town_hekou",
        post="",
        due=DUE,
    )
    told(topics, limit, SIGNED)
    return topics


def received(topics: Topics, at: datetime) -> None:
    told(topics, LetterReceived(letter_id=LETTER, version=2, number="1", unit="town_hekou"), at)


def rungs_of(found: Expected) -> tuple[list[int], list[int]]:
    """The numbers of the rungs that must be there, and of those that may."""
    named = {notice_id(LETTER, "letter_receipt", 1, number): number for number in (1, 2)}
    return [named[one] for one in found.must], [named[one] for one in found.may]


def test_a_limit_that_never_ended_has_climbed_every_rung_up_to_now(
    calendar: WorkCalendar, ladders: dict[str, Ladder]
) -> None:
    topics = of_a_letter()
    for now, climbed in ((DUE - timedelta(hours=1), []), (DUE, [1]), (TUESDAY, [1, 2])):
        by = Reckoning.of(topics, ladders, calendar, [SIGNED, now])
        assert rungs_of(expected(topics, by)) == (climbed, [])


def test_of_a_limit_that_ended_only_what_fell_before_the_stack_last_stood_settled_is_sure(
    calendar: WorkCalendar, ladders: dict[str, Ladder]
) -> None:
    topics = of_a_letter()
    received(topics, DUE + timedelta(hours=9))
    for settled, sure in (([SIGNED], []), ([SIGNED, DUE + timedelta(hours=8)], [1])):
        by = Reckoning.of(topics, ladders, calendar, [*settled, TUESDAY])
        found = rungs_of(expected(topics, by))
        assert (found[0], sorted([*found[0], *found[1]])) == (sure, [1])


def test_a_notice_that_no_limit_explains_is_unexpected_but_of_subjects_that_were_moved_about() -> None:
    sure, late, strange = UUID(int=1), UUID(int=2), UUID(int=3)
    known = Expected({sure: "rung 1"}, {late: "rung 2"}, {UUID(int=9)})
    recorded = [(sure, LETTER), (late, LETTER), (strange, LETTER), (UUID(int=4), UUID(int=9))]
    assert unexpected(recorded, known) == [strange]


def test_an_event_published_again_is_a_repeat_and_one_with_other_words_a_contradiction() -> None:
    topics = of_a_letter()
    received(topics, DUE)
    received(topics, DUE)
    assert (topics.repeats, topics.contradicted, len(topics.of(LetterReceived))) == (1, [], 1)
    received(topics, DUE + timedelta(hours=1))
    assert [one.split()[0] for one in topics.contradicted] == [LetterReceived.type]


def test_each_scheduler_is_killed_equally_often() -> None:
    order = shuffled(100, Random(1), KINDS)  # noqa: S311  a play
    assert {kind: order.count(kind) for kind in KINDS} == dict.fromkeys(KINDS, 25)


def test_errands_are_run_in_the_order_of_time_and_before_the_monday() -> None:
    instants = [errand.at for errand in script(date(2021, 3, 1), Size())]
    assert instants == sorted(instants)
    assert instants[-1] < datetime(2021, 3, 1, tzinfo=LOCAL)
