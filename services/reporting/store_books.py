"""The weekly book in PostgreSQL: closed once at its cut, counted from then on."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import orjson

from services.contracts.flow import TOPICS, topics_read_by
from services.kit.clock import local_midnight
from services.kit.postgres import Connection, Pool, Writing
from services.reporting.circular import Circular, CutAt, PromiseHead, canonical, sha256
from services.reporting.compose import Again, Group, Numbers, OpenLate
from services.reporting.directory import Directory, build
from services.reporting.draft import Week
from services.reporting.facts import week_after
from services.reporting.figure import Figure
from services.reporting.figures import FACTS, FIGURES, LEDGER
from services.reporting.store_lists import close_lists

LISTED: Final = 200
"""How many overdue cases and repeats a circular lists; the figures count all."""
PATIENCE: Final = 300.0
"""Seconds that closing a week may take on an overloaded machine; it takes about one."""
DRAFTING: Final = 0x79_6E_64
"""The advisory lock under which one process drafts or issues at a time."""

_SQL: Final = Path(__file__).parent / "sql"
PARTITIONS: Final = sum(TOPICS[topic].partitions for topic in topics_read_by("reporting"))


def _counts(figures: Iterable[Figure]) -> str:
    return ", ".join(f"count(*) FILTER (WHERE {figure.condition})" for figure in figures)


_WRITE: Final = (_SQL / "ledger.sql").read_text(encoding="utf-8")
_WRITE_AND_COUNT: Final = f"""
WITH book AS (
    {_WRITE}
    RETURNING unit, carried, settling, origin, case_kind, category, town, backstop, repeat_of, sign_for_due,
              complete_due, signed_at, signed_this_week, sign_judged, closed_as, closed_at
)
SELECT unit, NULL AS case_kind, NULL AS category, NULL AS town, ARRAY[{_counts(LEDGER)}] AS counts
FROM book GROUP BY unit
UNION ALL
SELECT NULL, case_kind, category, town, ARRAY[count(*)]
FROM book WHERE {FIGURES["assigned"].condition} GROUP BY case_kind, category, town
"""
"""Writes the book and counts it while it is at hand: figures by unit, then new cases by what they are."""
_EVENTS: Final = {figure.name: figure for figure in FACTS if figure.name != "latecomers"}
_COUNT_FACTS: Final = f"""
SELECT channel, colour, ARRAY[{_counts(_EVENTS.values())}] AS counts
FROM facts WHERE week = $1 AND kind IN ('registered', 'notice', 'acknowledged', 'rated')
GROUP BY channel, colour
"""


class PostgresBooks:
    """The Books of draft.py over one writing transaction."""

    def __init__(self, writing: Writing) -> None:
        self._connection = writing.connection
        self._now = writing.now

    async def next_week(self) -> Week | None:
        await self._connection.execute("SELECT pg_advisory_xact_lock($1)", DRAFTING)
        row = await self._connection.fetchrow(
            """
            SELECT (SELECT max(week) + 7 FROM circulars WHERE kind = 'weekly') AS following,
                   (SELECT least(min(week), (SELECT min(week) FROM facts)) FROM cuts) AS first,
                   (SELECT min(week) FROM positions HAVING count(*) = $1) AS reached
            """,
            PARTITIONS,
        )
        if row is None:
            return None
        monday: date | None = row["following"] or row["first"]
        if monday is None or row["reached"] is None or row["reached"] < week_after(monday):
            return None
        return Week(monday, local_midnight(week_after(monday)))

    async def close(self, week: Week) -> Numbers:
        by_unit, groups = await self._write_and_count(week)
        channels, notices, whole = await self._facts(week.monday)
        return Numbers(
            by_unit=by_unit,
            groups=groups,
            channels=channels,
            notices=notices,
            whole=whole,
            overdue=await self._overdue(week),
            repeats=await self._repeats(week.monday),
            cut=await self._cut(week.monday),
            promise_heads=await self._promise_heads(week.monday),
            lists=await close_lists(self._connection, week.monday, week_after(week.monday), week.cut_at),
        )

    async def directory(self, week: Week) -> Directory:
        return await book_directory(self._connection, week.monday)

    async def before(self, week: Week) -> Circular | None:
        document = await self._connection.fetchval(
            "SELECT document FROM circulars WHERE kind = 'weekly' AND week = $1",
            week.monday - timedelta(days=7),
        )
        return Circular.model_validate_json(document) if document else None

    async def keep(self, circular: Circular, policy: str) -> None:
        document = canonical(circular)
        await self._connection.execute(
            """
            INSERT INTO circulars (kind, week, state, policy, document, figures_sha256, drafted_at)
            VALUES ('weekly', $1, 'draft', $2, $3, $4, $5)
            """,
            circular.week,
            policy,
            document.decode(),
            sha256(document),
            self._now,
        )

    async def _write_and_count(self, week: Week) -> tuple[dict[str, dict[str, int]], list[Group]]:
        """Statistics of the newest week are never fresh, so the planner may not bet on few rows."""
        await self._connection.execute(
            "SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off; SET LOCAL work_mem = '64MB'"
        )
        rows = await self._connection.fetch(_WRITE_AND_COUNT, week.monday, week.cut_at, timeout=PATIENCE)
        await self._connection.execute("SET LOCAL enable_nestloop = on")
        names = [figure.name for figure in LEDGER]
        units = {row["unit"]: dict(zip(names, row["counts"], strict=True)) for row in rows if row["unit"]}
        others = [row for row in rows if not row["unit"]]
        return units, [Group(r["case_kind"], r["category"], r["town"], r["counts"][0]) for r in others]

    async def _facts(self, week: date) -> tuple[Counter[str], Counter[str], dict[str, int]]:
        """Demands by channel, notices by colour, and the whole figures."""
        channels, colours, whole = Counter[str](), Counter[str](), Counter[str](dict.fromkeys(_EVENTS, 0))
        for row in await self._connection.fetch(_COUNT_FACTS, week):
            counts = dict(zip(_EVENTS, row["counts"], strict=True))
            whole.update(counts)
            channels[row["channel"]] += counts["received"]
            colours[row["colour"]] += counts["notices"]
        late = "SELECT count(*) FROM facts WHERE week = $1 AND late"
        whole["latecomers"] = await self._connection.fetchval(late, week)
        return +channels, +colours, dict(whole)

    async def _overdue(self, week: Week) -> list[OpenLate]:
        rows = await self._connection.fetch(
            f"""
            SELECT case_id, dispatch, receipt, unit, post, category, town, opened_at, complete_due,
                   signed_at IS NOT NULL AS signed
            FROM ledger WHERE week = $1 AND {FIGURES["overdue"].condition}
            ORDER BY complete_due, case_id LIMIT $3
            """,
            week.monday,
            week.cut_at,
            LISTED,
        )
        return [OpenLate(**dict(row)) for row in rows]

    async def _repeats(self, week: date) -> list[Again]:
        rows = await self._connection.fetch(
            f"""
            SELECT r.case_id, r.receipt, e.receipt AS earlier, r.unit, r.category,
                   coalesce(r.closed_as = 'completed', false) AS completed
            FROM (SELECT * FROM ledger
                  WHERE week = $1 AND {FIGURES["repeats"].condition}
                  ORDER BY opened_at, case_id LIMIT $2) AS r
            LEFT JOIN LATERAL (SELECT receipt FROM ledger
                               WHERE week = $1 AND case_id = r.repeat_of LIMIT 1) AS e ON true
            ORDER BY r.opened_at, r.case_id
            """,
            week,
            LISTED,
        )
        return [Again(**dict(row)) for row in rows]

    async def _cut(self, week: date) -> tuple[CutAt, ...]:
        rows = await self._connection.fetch(
            """
            SELECT DISTINCT ON (topic, partition) topic, partition, "offset" FROM cuts WHERE week >= $1
            ORDER BY topic, partition, week
            """,
            week_after(week),
        )
        return tuple(CutAt(topic=r["topic"], partition=r["partition"], offset=r["offset"]) for r in rows)

    async def _promise_heads(self, week: date) -> dict[str, PromiseHead]:
        rows = await self._connection.fetch(
            """
            SELECT DISTINCT ON (authority) authority, seq, hash, signature, key FROM promise_heads
            WHERE week <= $1 ORDER BY authority, seq DESC
            """,
            week,
        )
        return {row.pop("authority"): PromiseHead(**row) for row in map(dict, rows)}


async def book_directory(connection: Connection | Pool, week: date) -> Directory:
    """The directory as it was known at the cut of a week, from its Monday."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT ON (kind, code) kind, body FROM directory_entries WHERE week <= $1
        ORDER BY kind, code, version DESC
        """,
        week,
    )
    return build((row["kind"], orjson.loads(row["body"])) for row in rows)
