"""Feng County's first half of 2021 on a fresh stack: written, played, computed, compared."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

import httpx
import yaml

from services.dev import stack
from services.dev.directory import load_directory, read_county
from services.dev.fengxian.actions import Action
from services.dev.fengxian.county import county_of
from services.dev.fengxian.deaths import Deaths
from services.dev.fengxian.draw import FIRST_DAY, LAST_DAY
from services.dev.fengxian.figures import computed
from services.dev.fengxian.oracle import expected
from services.dev.fengxian.player import Player, ReadList, Text
from services.dev.fengxian.script import Script, write
from services.dev.fengxian.totals import Totals
from services.dev.player import channel_keys
from services.dev.running import Running
from services.dev.settle import settle
from services.dev.table_files import read_rows
from services.kit.clock import LOCAL, set_clock

FOLDER: Final = Path(__file__).parents[3] / "examples" / "fengxian"
PUBLISHED: Final = FOLDER / "published.yaml"
SEED: Final = 2021
MORNING: Final = time(8)
EVENING: Final = time(18)
WEEK: Final = timedelta(days=7)

Watch = Callable[[datetime, int, int], None]
"""Told the clock, the actions played and how many there are."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure as published, None if it wasn't; as the independent model has it; as it was computed."""

    name: str
    published: int | None
    expected: int
    computed: int

    @property
    def equal(self) -> bool:
        return self.computed == self.expected and self.published in (None, self.computed)


def read_published() -> dict[str, int]:
    """The county's published figures, which nothing else reads."""
    figures: dict[str, int] = yaml.safe_load(PUBLISHED.read_text("utf-8"))
    return figures


def write_script(seed: int | None) -> Script:
    """Feng County's script; with a seed another county's, whose totals are drawn as well."""
    directory = read_county(FOLDER)
    random = Random(SEED if seed is None else seed)  # noqa: S311  a play, not a secret
    totals = Totals() if seed is None else Totals.drawn(random)
    return write(county_of(directory, random), totals, random)


def texts() -> list[Text]:
    """What the demonstration's invented citizens write."""
    return [
        {name: row.cells[name] for name in ("title", "body", "place") if row.cells.get(name)}
        for row in read_rows(FOLDER / "messages.csv")
    ]


def compare(script: Script, found: Mapping[str, int], *, with_published: bool) -> list[Compared]:
    """Each figure against the model's, and with Feng County's own script against the published ones."""
    published = read_published() if with_published else {}
    wanted = expected(script)
    return [Compared(name, published.get(name), value, found[name]) for name, value in wanted.items()]


async def play(
    script: Script,
    data: Path,
    report: Callable[[str], None],
    watch: Watch,
    read_list: ReadList,
    deaths: Deaths | None = None,
) -> dict[str, int]:
    """Play it on a fresh stack in `data`, which goes on running; the figures computed at the end.

    `read_list` reads a spreadsheet of promises. With `deaths` each process is killed once on the way.
    """
    stack.remove(data)
    start = datetime.combine(FIRST_DAY, MORNING, LOCAL)
    await stack.start(data, report, clock=start.isoformat(), free_ports=True)
    running = Running.find(data)
    headers = {"Authorization": f"Bearer {running.token('administrator')}"}
    async with AsyncExitStack() as opened:
        assignment, supervision, reporting = [
            await opened.enter_async_context(_client(running, name, headers))
            for name in ("assignment", "supervision", "reporting")
        ]
        intake = await opened.enter_async_context(_client(running, "intake", {}))
        await load_directory(running, script.county.directory)
        keys = await channel_keys(running, _channels(script.actions))

        async def settled() -> None:
            await settle(running)

        player = Player(
            assignment,
            intake,
            supervision,
            reporting,
            keys,
            texts(),
            settled,
            read_list,
            partial(running.token, "handler"),
        )
        await _play_stops(script.actions, player, running, watch, deaths)
        return await computed(assignment, supervision, reporting)


def stops() -> Iterator[datetime]:
    """Each Sunday evening, and the last day's."""
    evening = datetime.combine(FIRST_DAY, EVENING, LOCAL) + timedelta(days=6)
    last = datetime.combine(LAST_DAY, EVENING, LOCAL)
    while evening < last:
        yield evening
        evening += WEEK
    yield last


async def _play_stops(
    actions: Sequence[Action], player: Player, running: Running, watch: Watch, deaths: Deaths | None
) -> None:
    waiting, played = list(actions), 0
    for stop, now in enumerate(stops()):
        await set_clock(running.admin_url, now.astimezone(UTC))
        await settle(running)
        come = [action for action in waiting if action.at <= now]
        waiting = waiting[len(come) :]
        async with deaths.during(stop, running) if deaths else nullcontext():
            await player.play(come)
        played += len(come)
        watch(now, played, len(actions))
    await settle(running)


def _channels(actions: Sequence[Action]) -> set[str]:
    return {channel for one in actions if (channel := getattr(one, "channel", None))} | {"visit"}


def _client(running: Running, name: str, headers: Mapping[str, str]) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=running.service_url(name), headers=dict(headers), timeout=120, trust_env=False
    )
