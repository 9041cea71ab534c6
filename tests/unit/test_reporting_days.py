"""Which day a record belongs to: its position decides."""

from datetime import UTC, date, datetime

from services.contracts.envelope import Envelope, Event, Record
from services.contracts.watermark import WatermarkPassed
from services.kit.clock import local_day
from services.reporting.days import Cut, place
from tests.builders import NOON, demand

FIRST, SECOND = date(2021, 3, 1), date(2021, 3, 2)


def record(event: Event, offset: int, at: datetime = NOON, partition: int = 0) -> Record:
    envelope = Envelope(event.event_id(), event.type, "/yinuo/test", event.subject(), at)
    return Record(envelope, event, "demand", partition, offset)


def mark(day: date, offset: int, partition: int = 0) -> Record:
    return record(WatermarkPassed(day=day, topic="demand", partition=partition), offset, NOON, partition)


def test_a_record_behind_a_watermark_belongs_to_the_day_that_it_opens() -> None:
    placed = place(
        [record(demand(), 5), mark(SECOND, 6), record(demand(), 7)], {("demand", 0): FIRST}, local_day
    )
    assert [day for _, day in placed.records] == [FIRST, SECOND]
    assert placed.cuts == (Cut(SECOND, "demand", 0, 6),)
    assert placed.positions == {("demand", 0): SECOND}


def test_a_watermark_moves_only_its_own_partition() -> None:
    known = {("demand", 0): FIRST, ("demand", 1): FIRST}
    placed = place([mark(SECOND, 3, partition=1), record(demand(), 9)], known, local_day)
    assert [day for _, day in placed.records] == [FIRST]


def test_the_time_of_a_record_does_not_move_it_into_another_day() -> None:
    months_later = datetime(2021, 9, 1, tzinfo=UTC)
    placed = place([record(demand(), 1, months_later)], {("demand", 0): FIRST}, local_day)
    assert [day for _, day in placed.records] == [FIRST]


def test_before_any_watermark_a_record_gets_the_day_of_its_local_time() -> None:
    evening_in_utc = datetime(2021, 3, 1, 16, tzinfo=UTC)
    placed = place([record(demand(), 0, evening_in_utc)], {}, local_day)
    assert [day for _, day in placed.records] == [SECOND]


def test_an_older_watermark_never_moves_a_partition_back() -> None:
    placed = place([mark(FIRST, 8), record(demand(), 9)], {("demand", 0): SECOND}, local_day)
    assert [day for _, day in placed.records] == [SECOND]
