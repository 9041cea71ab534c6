"""Where the clock stops on its way, and what `3d` means."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.cli.clock import instant_of
from services.dev.clock import advance, stops
from services.dev.problem import Problem
from services.dev.running import Running
from services.kit.clock import LOCAL


def local(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2021, 3, day, hour, minute, tzinfo=LOCAL)


def test_the_clock_stops_at_both_ends_of_the_office_day_at_monday_midnight_and_at_the_end() -> None:
    saturday, monday = local(6, 9), local(8, 9, 30)
    assert list(stops(saturday, monday)) == [
        local(6, 18),
        local(7, 8),
        local(7, 18),
        local(8, 0),
        local(8, 8),
        local(8, 9, 30),
    ]


def test_a_stop_at_the_very_end_is_made_once() -> None:
    assert list(stops(local(1, 8), local(1, 18))) == [local(1, 18)]
    assert list(stops(local(7, 18), local(8, 0))) == [local(8, 0)]


def test_instants_in_utc_stop_at_local_hours() -> None:
    assert list(stops(local(1, 8).astimezone(UTC), local(2, 8).astimezone(UTC))) == [
        local(1, 18),
        local(2, 8),
    ]


@pytest.mark.parametrize(
    ("text", "later"),
    [("90m", timedelta(minutes=90)), ("12h", timedelta(hours=12)), ("3d", timedelta(days=3))],
)
def test_durations_count_from_now(text: str, later: timedelta) -> None:
    assert instant_of(text, local(1)) == local(1) + later


def test_an_instant_needs_its_offset() -> None:
    assert instant_of("2021-03-08T08:00+08:00", local(1)) == local(8, 8)
    with pytest.raises(Problem, match="offset"):
        instant_of("2021-03-08T08:00", local(1))
    with pytest.raises(Problem, match="no instant"):
        instant_of("soon", local(1))


async def test_in_production_nobody_moves_the_clock() -> None:
    production = Running(Path("."), "production", "", {}, {}, "")
    with pytest.raises(Problem, match="production"):
        await advance(production, local(2), jump=True)
