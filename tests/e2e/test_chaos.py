"""Rounds of chaos: every kind of process is killed under load, and every receipt still counts once.

Then, on the same stack, a busy Monday with two schedulers of each kind, which are killed, too.
"""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from random import Random

import pytest
from rich.console import Console

from services.dev import chaos, stack, storm
from services.dev.chaos_books import Books, compare
from services.dev.chaos_report import print_outcome
from services.dev.chaos_victims import KINDS, shuffled
from services.dev.running import Running
from services.dev.storm_county import SMALL
from services.dev.storm_report import print_outcome as print_storm

ROUNDS = 8
SCHEDULERS = 4
MONDAY = date(2021, 3, 29)
"""Three weeks after the week of chaos."""


@pytest.fixture(scope="module")
async def data(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    folder = tmp_path_factory.mktemp("chaos") / "stack"
    yield folder
    stack.remove(folder)


async def test_processes_killed_under_load_lose_no_demand_and_double_none(data: Path) -> None:
    outcome = await chaos.run(ROUNDS, 1, data, print)
    print_outcome(outcome, Console())
    assert (outcome.lost, outcome.duplicated, outcome.books.surprises) == (0, 0, [])
    assert [one for one in outcome.audit if not one.balanced] == []
    assert outcome.books.accepted >= ROUNDS * chaos.ACCEPTED_A_ROUND
    assert min(outcome.in_flight) > 0
    assert set(outcome.victims.killed) == set(KINDS)
    assert outcome.good


async def test_schedulers_killed_on_a_busy_monday_record_and_number_and_mail_everything_once(
    data: Path,
) -> None:
    outcome = await storm.play(
        Running.find(data), MONDAY, SCHEDULERS, 1, print, SMALL, lull=SCHEDULERS, hurry=True
    )
    print_storm(outcome, Console())
    assert [str(one) for one in outcome.found.differences if not one.none] == []
    assert outcome.found.mail_faults == ()
    assert [one for one in outcome.audit if not one.balanced] == []
    assert outcome.offices.surprises == []
    assert outcome.under_fire > 0
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
