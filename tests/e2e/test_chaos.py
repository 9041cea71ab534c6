"""Eight rounds of chaos: every kind of process is killed under load, and every receipt still counts once."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest
from rich.console import Console

from services.dev import chaos, stack
from services.dev.chaos_books import Books, compare
from services.dev.chaos_report import print_outcome
from services.dev.chaos_victims import KINDS, shuffled

ROUNDS = 8


async def test_processes_killed_under_load_lose_no_demand_and_double_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        outcome = await chaos.run(ROUNDS, 1, tmp_path / "stack", print)
        print_outcome(outcome, Console())
    finally:
        stack.remove(tmp_path / "stack")
    assert (outcome.lost, outcome.duplicated, outcome.books.surprises) == (0, 0, [])
    assert [one for one in outcome.audit if not one.balanced] == []
    assert outcome.books.accepted >= ROUNDS * chaos.ACCEPTED_A_ROUND
    assert min(outcome.in_flight) > 0
    assert set(outcome.victims.killed) == set(KINDS)
    assert outcome.good


def test_each_kind_of_process_is_killed_equally_often_in_another_order_for_each_seed() -> None:
    orders = [shuffled(100, Random(seed)) for seed in range(3)]  # noqa: S311  a play
    for order in orders:
        counted = Counter(order)
        assert set(counted) == set(KINDS)
        assert max(counted.values()) - min(counted.values()) <= 1
    assert len({tuple(order) for order in orders}) == 3


def test_the_comparison_names_what_is_lost_doubled_or_unknown() -> None:
    found = compare("cases", ["A", "B", "C"], ["A", "B", "B", "D"])
    assert (found.lost, found.duplicated, found.strangers) == (("C",), ("B",), ("D",))
    assert not found.none
    assert compare("limits", ["A"], ["A", "A"], times=2).none


def test_two_receipts_for_one_demand_are_a_contradiction() -> None:
    books = Books()
    for demand, receipt in [("1", "A"), ("1", "A"), ("1", "B"), ("2", "A")]:
        books.note(demand, receipt)
    assert books.contradictions == ["1: A and B", "A: 1 and 2"]
