"""The presets' ladders against what was worked out by hand (`ladder_tables/README.md`)."""

from typing import Any

import pytest

from services.supervision.notices import Above
from tests.ladder_player import Player, Table, local, tables
from tests.supervision_fakes import FakeLimits

EVERY = tables()


class Store(FakeLimits):
    async def know(self, unit: str, above: Above) -> None:
        self.directory[unit] = above


def named(table: Table) -> str:
    return f"{table.ladder}: {table.case['name']}"


async def played(table: Table) -> Player:
    player = Player(table, Store())
    await player.play()
    return player


@pytest.mark.parametrize("table", EVERY, ids=named)
async def test_each_notice_falls_where_it_falls_by_hand(table: Table) -> None:
    player = await played(table)
    assert player.notices() == player.expected()


@pytest.mark.parametrize("table", EVERY, ids=named)
async def test_each_limit_ends_where_it_ends_by_hand(table: Table) -> None:
    store = (await played(table)).store
    dues = [
        limit.due_at
        for limit in (*store.limits.values(), *store.further.values())
        if limit.kind in ("complete", "project_report")
    ]
    assert dues == [local(table.case["due"])]


@pytest.mark.parametrize("table", EVERY, ids=named)
async def test_each_consequence_and_its_points_fall_on_whom_they_fall_by_hand(table: Table) -> None:
    player = await played(table)
    drawn: list[dict[str, Any]] = [
        {"at": one.at, "measure": one.measure, "points": one.points, "unit": one.unit}
        for one in player.store.drawn.values()
    ]
    wanted = table.case.get("consequences", [])
    assert drawn == [
        {"at": local(one["at"]), **{name: one[name] for name in ("measure", "points", "unit")}}
        for one in wanted
    ]
    assert len(player.drawn) == len(wanted)
    assert [player.holder_on(one["at"]) for one in drawn] == [one.get("holder") for one in wanted]


@pytest.mark.parametrize("table", [one for one in EVERY if "holders" in one.case], ids=named)
async def test_a_notice_is_that_of_whoever_holds_the_post_on_its_day(table: Table) -> None:
    player = await played(table)
    found = [player.holder_on(at) for _, at in player.sent]
    assert found == [one["holder"] for one in table.case["notices"]]
    assert len(set(found)) == 2
