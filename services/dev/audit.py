"""Do the books balance, from every receipt to the circulars, in one snapshot?"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import asyncpg
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.contracts.flow import TOPICS
from services.contracts.vocabulary import SERVICES
from services.dev.audit_assessments import assessments
from services.dev.audit_checks import EXAMPLES, Check, Result, not_run, result
from services.dev.audit_circulars import CIRCULARS
from services.dev.audit_facts import FACTS
from services.dev.audit_further import FURTHER
from services.dev.audit_gaming import GAMING
from services.dev.audit_letters import LETTERS
from services.dev.audit_listings import LISTINGS
from services.dev.audit_lists import LISTS
from services.dev.audit_path import PATH
from services.dev.audit_projects import PROJECTS
from services.dev.audit_promises import PROMISES
from services.dev.problem import Problem
from services.dev.running import Running
from services.dev.settle import Backlogs, Round
from services.kit.topics import end_offsets

WIDE: Final = 130
"""Columns of a terminal on which the checks' English names have room, too."""
_PLUMBING: Final = " UNION ALL ".join(
    f"SELECT '{service}' AS service, * FROM {service}.audit_plumbing" for service in SERVICES
)
DEAD: Final = Check(
    "no_dead_letters",
    "无死信",
    "no dead letters are left (`yinuo dlq list`)",
    f"SELECT sum(dead_letters)::bigint FROM ({_PLUMBING}) AS p",
    f"SELECT service || ' ' || n AS what FROM ({_PLUMBING}) AS p, generate_series(1, dead_letters) AS n",
)
CHECKS: Final = (
    *PATH,
    *FURTHER,
    *PROJECTS,
    *FACTS,
    *CIRCULARS,
    *LISTS,
    *GAMING,
    *PROMISES,
    *LETTERS,
    *LISTINGS,
    DEAD,
)
_OFFSETS: Final = " UNION ALL ".join(
    f"SELECT '{service}' AS service, * FROM {service}.audit_offsets" for service in SERVICES
)
_ASIDE: Final = f"""
    SELECT (SELECT count(*) FROM assignment.audit_waiting) AS waiting,
           (SELECT sum(dropped_letters) FROM ({_PLUMBING}) AS p)::bigint AS dropped
"""


async def audit(running: Running, cut: datetime | None = None) -> list[Result]:
    """Make every check; the books balance when all results do.

    `cut` is real time, aware; None = now. Errors: Problem where PostgreSQL is away.
    """
    async with Backlogs(running) as backlogs:
        before = await backlogs.read()
        snapshot = await _snapshot(running, cut or datetime.now(UTC), backlogs, before)
    return [*snapshot, await _offsets(running)]


async def _snapshot(running: Running, cut: datetime, backlogs: Backlogs, before: Round) -> list[Result]:
    """All checks in the database, as it is at one moment."""
    try:
        connection = await asyncpg.connect(running.audit_url, server_settings={"jit": "off"})
    except (OSError, asyncpg.PostgresError) as away:
        raise Problem(f"PostgreSQL doesn't answer: {away}", "look at `yinuo status`") from away
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await connection.execute("SET LOCAL work_mem = '128MB'")
            aside = await connection.fetchrow(_ASIDE)
            after = await backlogs.read()
            events = events_on_their_way(before, after)
            results = [await _made(connection, check, cut, events) for check in CHECKS]
            results.append(await assessments(connection))
    finally:
        await connection.close()
    assert aside is not None  # noqa: S101  a SELECT without FROM has one row
    return [*results, *_asides(before, after, events, aside["waiting"], aside["dropped"])]


def events_on_their_way(before: Round, after: Round) -> int:
    """How many events a snapshot between two rounds may not show: the larger backlog, and what came since."""
    came = sum(one.end_offsets for one in after) - sum(one.end_offsets for one in before)
    return max(sum(one.events for one in before), sum(one.events for one in after)) + max(0, came)


async def _made(connection: asyncpg.Connection, check: Check, cut: datetime, events: int) -> Result:
    try:
        async with connection.transaction():
            row = await connection.fetchrow(check.sql(), cut)
    except asyncpg.PostgresError as error:
        return not_run(check.name, check.zh, check.en, f"{type(error).__name__}: {error}")
    assert row is not None  # noqa: S101  the statement gives one row
    return result(check, row["walked"], row["wrong"], row["examples"], events)


def _asides(before: Round, after: Round, events: int, waiting: int, dropped: int) -> list[Result]:
    """What has to be said besides: it explains, and only a service without an answer is at fault."""
    silent = tuple(dict.fromkeys(str(one) for one in (*before, *after) if one.silent))
    answer = "every service says what is on its way"
    return [
        Result("services_answer", "各服务均有应答", answer, len(before), len(silent), examples=silent),
        Result("on_the_way", "在途事件", "events not handled yet: `yinuo settle`", events, 0, events),
        Result("waiting", "待单位目录的诉求", "demands that wait for a directory", waiting, 0, waiting),
        Result("dropped", "已放弃的死信", "dead letters that somebody dropped", dropped, 0),
    ]


async def _offsets(running: Running) -> Result:
    """Whether every reader stands within its topics. Read before the ends: these only grow."""
    names = ("offsets_within_log", "消费位点未超出日志", "no reader stands beyond the end of a topic")
    connection = await asyncpg.connect(running.audit_url)
    try:
        offsets = await connection.fetch(_OFFSETS)
        ends = await end_offsets(running.kafka, TOPICS)
    except (KafkaError, OSError) as away:
        return not_run(*names, f"Kafka doesn't answer: {away!r}")
    finally:
        await connection.close()
    beyond = [
        f"{row['service']} {row['topic']}/{row['partition']}: {row['next_offset']}"
        for row in offsets
        if row["next_offset"] > ends.get((row["topic"], row["partition"]), 0)
    ]
    return Result(*names, len(offsets), len(beyond), examples=tuple(beyond[:EXAMPLES]))


def print_findings(console: Console, findings: Sequence[Result]) -> None:
    """The audit as a table, and the verdict below."""
    table = Table("", "核对", box=None)
    for heading in ("核对数", "不符", "在途"):
        table.add_column(heading, justify="right", no_wrap=True)
    if console.width >= WIDE:
        table.add_column("", style="dim")
    for one in findings:
        mark = "[green]✓[/]" if one.balanced else "[red]✗[/]"
        cells = (mark, one.zh, *map(str, (one.walked, one.wrong, one.on_its_way)), one.en)
        table.add_row(*cells[: len(table.columns)])
        for example in one.examples:
            table.add_row("", Text(f"  {example}", style="yellow"))
    console.print(table)
    balanced = all(one.balanced for one in findings)
    console.print(
        "[green]账实相符[/]" if balanced else "[red]账实不符[/]",
        "The books",
        "balance." if balanced else "do not balance.",
    )
