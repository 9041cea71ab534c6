"""How much is measured: enough to tell by default, years of history in full, a taste for the test."""

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Scale:
    """Counts, and durations in seconds. `rounds` alternate what is measured and its limit.

    `grown`: cases, and then limits, of a short and of a long history.
    """

    rounds: int
    post_seconds: float
    post_connections: int
    demands: int
    streams: int
    open_loop_seconds: float
    open_limits: int
    few_limits: int
    due_limits: int
    history_facts: int
    history_weeks: int
    week_cases: int
    grown: tuple[int, int]


_DEFAULT: Final = Scale(
    rounds=3,
    post_seconds=5,
    post_connections=64,
    demands=25_000,
    streams=4,
    open_loop_seconds=20,
    open_limits=1_000_000,
    few_limits=10_000,
    due_limits=50_000,
    history_facts=2_000_000,
    history_weeks=20,
    week_cases=100_000,
    grown=(100_000, 500_000),
)
SCALES: Final = {
    "default": _DEFAULT,
    "full": replace(_DEFAULT, grown=(100_000, 10_000_000)),
    "small": Scale(
        rounds=1,
        post_seconds=0.5,
        post_connections=16,
        demands=500,
        streams=2,
        open_loop_seconds=1,
        open_limits=5_000,
        few_limits=1_000,
        due_limits=1_000,
        history_facts=10_000,
        history_weeks=2,
        week_cases=1_000,
        grown=(1_000, 4_000),
    ),
}
