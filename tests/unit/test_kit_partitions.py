"""A worker without partitions is noticed after a while, not at once."""

import time

import pytest

from services.kit.partitions import Partitions


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_it_counts_from_the_start_and_anew_whenever_there_was_one(now: list[float]) -> None:
    assigned: list[int] = []
    partitions = Partitions(lambda: assigned)
    now[0] = 130
    assert partitions.missing_for() == 30
    assigned.append(1)
    assert partitions.missing_for() == 0
    assigned.clear()
    now[0] = 170
    assert partitions.missing_for() == 40
