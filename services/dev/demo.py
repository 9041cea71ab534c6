"""The demonstration: weeks of a county on a fresh stack, played through the public APIs.

With the county's own messages the clock stops at each 08:00 and 18:00 and each Monday 00:00; with
messages from a file it jumps from week to week with messages.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from services.assignment.directory import Directory
from services.dev import stack
from services.dev.directory import load_directory, read_county
from services.dev.messages import Message, Refusal, fitting_map, message_of, read_map
from services.dev.player import Citizens, Office, channel_keys
from services.dev.problem import Problem
from services.dev.running import Running
from services.dev.settle import settle
from services.dev.staff import read_staff
from services.dev.table_files import read_rows
from services.kit.clock import LOCAL, local_midnight, monday, set_clock

MESSAGES: Final = "messages.csv"
MAP: Final = "messages-map.yaml"
STAFF: Final = "staff.yaml"
MORNING, EVENING, LAST_MINUTE = timedelta(hours=8), timedelta(hours=18), timedelta(hours=23, minutes=59)
STOPS: Final = {
    0: (timedelta(0), MORNING, EVENING),
    **dict.fromkeys(range(1, 6), (MORNING, EVENING)),
    6: (MORNING, EVENING, LAST_MINUTE),
}
"""Where the clock stops, by weekday (Monday is 0), from midnight."""
WEEK: Final = timedelta(days=7)
SUNDAY_EVENING: Final = timedelta(days=6, hours=18)
ISSUE: Final = timedelta(hours=8)
"""Circulars are issued on Monday 08:00 (design, section 3)."""


@dataclass(frozen=True, slots=True)
class Script:
    """What will be played. `messages` in order of their time; `refusals` could not even be read."""

    directory: Directory
    folder: Path
    messages: Sequence[tuple[datetime, Message]]
    refusals: Sequence[Refusal]
    stops: Sequence[datetime]

    @property
    def start(self) -> datetime:
        """Where the clock begins: Monday 00:00 of the first week."""
        return local_midnight(monday(self.messages[0][0]))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. Every message is accepted or refused. `last` is the last circular, as JSON."""

    messages: int
    accepted: int
    refused: Sequence[tuple[str, str]]
    cases: int
    at_backstop: int
    circulars: Sequence[str]
    last: dict[str, Any]
    html: Path


@dataclass(frozen=True, slots=True)
class Moment:
    """How far the play has come."""

    number: int
    of: int
    now: datetime
    sent: int
    steps: int


Watch = Callable[[Moment], None]


def write_script(folder: Path, messages: Path | None) -> Script:
    """Read the directory and the messages. Raises Problem where they don't fit."""
    read = list(_messages(folder, messages or folder / MESSAGES))
    refusals = [one for one in read if isinstance(one, Refusal)]
    dated = sorted(((_time(one), one) for one in read if isinstance(one, Message)), key=lambda pair: pair[0])
    if not dated:
        raise Problem("there are no messages that can be read", f"look at {messages or folder / MESSAGES}")
    instants = [moment for moment, _ in dated]
    stops = weekly_stops(instants) if messages else daily_stops(instants[0], instants[-1])
    return Script(read_county(folder), folder, dated, refusals, list(stops))


def _messages(folder: Path, file: Path) -> Iterator[Message | Refusal]:
    given = read_map(folder / MAP) if (folder / MAP).exists() else None
    mapping = None
    for row in read_rows(file):
        mapping = mapping or fitting_map(row.cells.keys(), given, None)
        yield message_of(row, mapping)


def _time(message: Message) -> datetime:
    text = message.demand.get("occurred_at")
    if text is None:
        raise Problem(
            f"message {message.demand['external_id']} has no time", "the demonstration needs occurred_at"
        )
    return datetime.fromisoformat(text).astimezone(UTC)


def daily_stops(first: datetime, last: datetime) -> Iterator[datetime]:
    """Each local 08:00 and 18:00, Sunday 23:59 and Monday 00:00, from the first message on.

    The last one is the Monday 08:00 after the last message, when its week's circular is issued.
    """
    day, end = first.astimezone(LOCAL).date(), local_midnight(monday(last)) + WEEK + ISSUE
    while (midnight := local_midnight(day)) < end:
        moments = [midnight + offset for offset in STOPS[day.weekday()]]
        yield from (moment for moment in moments if first < moment <= end)
        day += timedelta(days=1)


def weekly_stops(instants: Sequence[datetime]) -> Iterator[datetime]:
    """Sunday 18:00 of each week with messages, and the Monday 08:00 after the last.

    What was written on a Sunday evening is handled in the next week.
    """
    evening = WEEK - SUNDAY_EVENING
    weeks = sorted({monday(moment + evening) for moment in instants})
    for week in weeks:
        yield local_midnight(week) + SUNDAY_EVENING
    yield local_midnight(weeks[-1]) + WEEK + ISSUE


async def play(script: Script, data: Path, report: Callable[[str], None], watch: Watch) -> Outcome:
    """Play the script on a fresh stack in `data`, which goes on running."""
    stack.remove(data)
    await stack.start(data, report, clock=script.start.isoformat(), free_ports=True)
    running = Running.find(data)
    async with AsyncExitStack() as opened:
        clients = {name: _client(running, name) for name in ("intake", "assignment", "reporting")}
        for client in clients.values():
            await opened.enter_async_context(client)
        report(f"Loading the directory {script.folder.name}")
        await load_directory(running, script.directory)
        keys = await channel_keys(running, {message.channel for _, message in script.messages})
        citizens = Citizens(clients["intake"], keys)
        backstop = script.directory.authority.backstop_unit
        office = Office(clients["assignment"], read_staff(script.folder / STAFF), backstop)
        await _play_stops(script, running, citizens, office, watch)
        numbers = await _issued(clients["reporting"])
        last = await _circular(clients["reporting"], numbers[-1])
        html = await _save_html(clients["reporting"], numbers[-1], data)
    unreadable = [(f"row {one.row.number}", f"{one.field}: {one.reason}") for one in script.refusals]
    return Outcome(
        messages=len(script.messages) + len(script.refusals),
        accepted=len(citizens.accepted),
        refused=[*citizens.refused, *unreadable],
        cases=office.cases,
        at_backstop=office.at_backstop,
        circulars=numbers,
        last=last,
        html=html,
    )


def _client(running: Running, name: str) -> httpx.AsyncClient:
    """Intake is called with the channels' keys, the others with a staff token."""
    token = {"Authorization": f"Bearer {running.token('administrator')}"}
    headers = {} if name == "intake" else token
    return httpx.AsyncClient(base_url=running.service_url(name), headers=headers, timeout=60, trust_env=False)


async def _play_stops(
    script: Script, running: Running, citizens: Citizens, office: Office, watch: Watch
) -> None:
    """At each stop: move the clock, let citizens write and staff work, wait until all is handled."""
    waiting = list(script.messages)
    steps = 0
    for number, now in enumerate(script.stops, start=1):
        next_stop = script.stops[number] if number < len(script.stops) else now + WEEK
        await set_clock(running.admin_url, now)
        await settle(running)
        come = [message for moment, message in waiting if moment <= now]
        waiting = waiting[len(come) :]
        await citizens.send(come)
        steps += await office.act(now, now)
        await settle(running)
        await office.look()
        if taken := await office.act(now, next_stop):
            steps += taken
            await settle(running)
        sent = len(citizens.accepted) + len(citizens.refused)
        watch(Moment(number, len(script.stops), now, sent, steps))


async def _issued(reporting: httpx.AsyncClient) -> list[str]:
    """The numbers of the weekly circulars, in the order of their weeks."""
    found: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        answer = await reporting.get(
            "/circulars", params={"kind": "weekly", "limit": "1000", **({"after": after} if after else {})}
        )
        answer.raise_for_status()
        found += answer.json()["circulars"]
        after = answer.json()["next"]
    return [one["number"] for one in sorted(found, key=lambda one: one["first"])]


async def _circular(reporting: httpx.AsyncClient, number: str) -> dict[str, Any]:
    answer = await reporting.get(f"/circulars/{number}")
    answer.raise_for_status()
    return dict(answer.json())


async def _save_html(reporting: httpx.AsyncClient, number: str, data: Path) -> Path:
    answer = await reporting.get(f"/circulars/{number}.html")
    answer.raise_for_status()
    path = data / f"circular-{number}.html"
    path.write_text(answer.text, encoding="utf-8")
    return path
