"""A dry run of the ladder in force says what it sent, of limits that were never set anew."""

from datetime import datetime
from typing import Any

import pytest

from services.supervision.calendar import LOCAL
from services.supervision.dry_run import Past, counted, would_send
from services.supervision.presets import ladder
from tests.ladder_player import Player, Table, tables
from tests.unit.test_ladder_tables import Store, named

SET_ANEW = ("returned", "reported", "calendar", "extension_granted")
STEADY = [table for table in tables() if not {one["what"] for one in table.case["happens"]} & set(SET_ANEW)]
SINCE, UNTIL = datetime(2020, 1, 1, tzinfo=LOCAL), datetime(2022, 1, 1, tzinfo=LOCAL)


def past(player: Player, since: datetime = SINCE, until: datetime = UNTIL) -> Past:
    store: Any = player.store
    limits = [*store.limits.values(), *store.further.values()]
    return Past(limits, list(store.happenings.values()), since, until)


async def played(table: Table) -> Player:
    player = Player(table, Store())
    await player.play()
    return player


def by_name(ladder_id: str, start: str) -> Table:
    return next(one for one in STEADY if one.ladder == ladder_id and one.case["name"].startswith(start))


@pytest.mark.parametrize("table", STEADY, ids=named)
async def test_the_ladder_in_force_would_have_sent_what_it_sent(table: Table) -> None:
    player = await played(table)
    would = would_send(past(player), player.policy.ladders[table.ladder], player.policy.calendar)
    sent = [
        (one.limit or one.trigger, one.rung, one.colour, at)
        for one, at in player.sent
        if one.limit != "notice_reply"
    ]
    assert [(one.what, one.rung, one.colour, one.at) for one in would if one.rung is not None] == sent
    assert sum(one.points for one in would) == sum(one.points for one in player.drawn)


async def test_another_ladder_is_tried_on_the_same_past() -> None:
    player = await played(by_name("sanming", "Labour Day"))
    would = would_send(past(player), ladder("guangyuan"), player.policy.calendar)
    assert [(one.colour, one.what) for one in would] == [
        ("blue", "complete"), ("yellow", "complete"), ("yellow", "complete"), ("yellow", "consequence"),
        ("red", "complete"), ("red", "consequence"),
    ]  # fmt: skip
    times, points = counted(would)
    assert (sum(times.values()), sum(points.values())) == (6, 3)


async def test_only_what_falls_within_the_days_is_told_but_earlier_notices_count_for_a_consequence() -> None:
    player = await played(by_name("guangyuan", "two yellows"))
    days = (datetime(2021, 5, 8, tzinfo=LOCAL), datetime(2021, 5, 9, tzinfo=LOCAL))
    would = would_send(past(player, *days), player.policy.ladder, player.policy.calendar)
    assert [(one.what, one.measure, one.points) for one in would] == [
        ("complete", "overdue", 0),
        ("consequence", "special_letter", 1),
    ]
