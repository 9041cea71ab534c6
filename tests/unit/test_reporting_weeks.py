"""Which week a record belongs to: its position decides."""

from datetime import UTC, date, datetime

from services.contracts.envelope import Envelope, Event, Record
from services.contracts.watermark import WatermarkPassed
from services.kit.clock import monday
from services.reporting.weeks import Cut, place
from tests.builders import NOON, demand

FIRST, SECOND = date(2021, 3, 1), date(2021, 3, 8)


def record(event: Event, offset: int, at: datetime = NOON, partition: int = 0) -> Record:
    envelope = Envelope(event.event_id(), event.type, "/yinuo/test", event.subject(), at)
    return Record(envelope, event, "demand", partition, offset)


def mark(week: date, offset: int, partition: int = 0) -> Record:
    return record(WatermarkPassed(week=week, topic="demand", partition=partition), offset, NOON, partition)


def test_a_record_behind_a_watermark_belongs_to_the_week_that_it_opens() -> None:
    placed = place(
        [record(demand(), 5), mark(SECOND, 6), record(demand(), 7)], {("demand", 0): FIRST}, monday
    )
    assert [week for _, week in placed.records] == [FIRST, SECOND]
    assert placed.cuts == (Cut(SECOND, "demand", 0, 6),)
    assert placed.positions == {("demand", 0): SECOND}


def test_a_watermark_moves_only_its_own_partition() -> None:
    known = {("demand", 0): FIRST, ("demand", 1): FIRST}
    placed = place([mark(SECOND, 3, partition=1), record(demand(), 9)], known, monday)
    assert [week for _, week in placed.records] == [FIRST]


def test_the_time_of_a_record_does_not_move_it_into_another_week() -> None:
    months_later = datetime(2021, 9, 1, tzinfo=UTC)
    placed = place([record(demand(), 1, months_later)], {("demand", 0): FIRST}, monday)
    assert [week for _, week in placed.records] == [FIRST]


def test_before_any_watermark_a_record_gets_the_monday_of_its_local_time() -> None:
    sunday_evening_in_utc = datetime(2021, 3, 7, 16, tzinfo=UTC)
    placed = place([record(demand(), 0, sunday_evening_in_utc)], {}, monday)
    assert [week for _, week in placed.records] == [SECOND]


def test_an_older_watermark_never_moves_a_partition_back() -> None:
    placed = place([mark(FIRST, 8), record(demand(), 9)], {("demand", 0): SECOND}, monday)
    assert [week for _, week in placed.records] == [SECOND]
