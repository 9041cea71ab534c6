"""Books in PostgreSQL: each a fold of its days onto the book before, written once, counted from then on."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import orjson

from services.kit.clock import local_midnight
from services.kit.postgres import Connection, Pool, Writing
from services.reporting.circular import Circular, CutAt, PromiseHead, canonical, sha256
from services.reporting.compose import Again, Group, Numbers, OpenLate
from services.reporting.directory import Directory, build
from services.reporting.figure import Figure
from services.reporting.figures import FACTS, FIGURES, LEDGER
from services.reporting.periods import Period, SoFar, next_over
from services.reporting.store_gaming import gaming_counts
from services.reporting.store_lists import close_lists
from services.reporting.store_progress import PATIENCE, so_far

LISTED: Final = 200
"""How many overdue cases and repeats a circular lists; the figures count all."""
DRAFTING: Final = 0x79_6E_64
"""The advisory lock under which one process drafts or issues at a time."""

_SQL: Final = Path(__file__).parent / "sql"


def _counts(figures: Iterable[Figure]) -> str:
    return ", ".join(f"count(*) FILTER (WHERE {figure.condition})" for figure in figures)


_WRITE: Final = (_SQL / "ledger.sql").read_text(encoding="utf-8")
_COUNT: Final = f"""
SELECT unit, NULL AS case_kind, NULL AS category, NULL AS town, ARRAY[{_counts(LEDGER)}] AS counts
FROM book GROUP BY unit
UNION ALL
SELECT NULL, case_kind, category, town, ARRAY[count(*)]
FROM book WHERE {FIGURES["assigned"].condition} GROUP BY case_kind, category, town
"""
"""Figures by unit, then new cases by what they are."""
_WRITE_AND_COUNT: Final = f"""
WITH book AS (
    {_WRITE}
    RETURNING unit, carried, settling, origin, case_kind, category, town, backstop, repeat_of, sign_for_due,
              complete_due, signed_at, signed_within, sign_judged, closed_as, closed_at
)
{_COUNT}
"""
"""Writes the book and counts it while it is at hand."""
_COUNT_AGAIN: Final = f"""
WITH book AS (SELECT * FROM ledger WHERE book = $1 AND $2::timestamptz IS NOT NULL) {_COUNT}
"""
_EVENTS: Final = {figure.name: figure for figure in FACTS if figure.name != "latecomers"}
_COUNT_FACTS: Final = f"""
SELECT channel, colour, ARRAY[{_counts(_EVENTS.values())}] AS counts
FROM facts WHERE day = ANY ($1::date[]) AND kind IN ('registered', 'notice', 'acknowledged', 'rated')
GROUP BY channel, colour
"""
_LATE: Final = (
    f"SELECT count(*) FROM facts WHERE day >= $1 AND day < $2 AND {FIGURES['latecomers'].condition}"
)

_Counted = tuple[dict[str, dict[str, int]], list[Group]]
"""Figures by unit; groups of new cases."""


class PostgresBooks:
    """The Books of draft.py over one writing transaction."""

    def __init__(self, writing: Writing) -> None:
        self._connection = writing.connection
        self._now = writing.now

    async def next_over(self) -> Period | None:
        await self.hold()
        return next_over(await so_far(self._connection))

    async def hold(self) -> None:
        """One process drafts or issues at a time."""
        await self._connection.execute("SELECT pg_advisory_xact_lock($1)", DRAFTING)

    async def so_far(self) -> SoFar:
        return await so_far(self._connection)

    async def close(self, period: Period) -> Numbers:
        found = await self._connection.fetchval(
            "SELECT book FROM books WHERE kind = $1 AND first = $2 AND until = $3", *period
        )
        if found is None:
            book, counted = await self._write(period, await self._opening(period))
        else:
            book, counted = found, await self._count_again(found, period)
        channels, notices, whole = await self._facts(period)
        return Numbers(
            *counted,
            channels=channels,
            notices=notices,
            whole=whole,
            overdue=await self._overdue(book, period),
            repeats=await self._repeats(book),
            cut=await self._cut(period),
            promise_heads=await self._promise_heads(period),
            lists=await close_lists(self._connection, period),
            gaming=await gaming_counts(self._connection, period.first, period.until),
        )

    async def directory(self, period: Period) -> Directory:
        return await book_directory(self._connection, period.last)

    async def circular(self, period: Period) -> Circular | None:
        document = await self._connection.fetchval(
            """
            SELECT document FROM circulars WHERE first = $2 AND until = $3 AND corrects IS NULL
            ORDER BY kind <> $1, kind LIMIT 1
            """,
            *period,
        )
        return Circular.model_validate_json(document) if document else None

    async def keep(self, circular: Circular, policy: str, by: str) -> None:
        document = canonical(circular)
        await self._connection.execute(
            """
            INSERT INTO circulars (ref, kind, first, until, book, state, policy, document, figures_sha256,
                                   drafted_at, drafted_by, corrects)
            SELECT $1, kind, first, until, book, 'draft', $5, $6, $7, $8, $9, $10
            FROM books WHERE kind = $2 AND first = $3 AND until = $4
            """,
            circular.ref,
            *circular.period,
            policy,
            document.decode(),
            sha256(document),
            self._now,
            by,
            circular.correction.corrects if circular.correction else None,
        )

    async def _opening(self, period: Period) -> int | None:
        """The book whose balance is carried over; None at the record's beginning.

        One of its own kind, so that each kind judges a completion once; else any that ends there; else the
        days since the last book that ended before are folded onto that one first.
        """
        last = await self._connection.fetchrow(
            """
            SELECT book, until FROM books WHERE until <= $1
            ORDER BY until DESC, kind <> $2, kind <> 'weekly', book LIMIT 1
            """,
            period.first,
            period.kind,
        )
        if last and last["until"] == period.first:
            return int(last["book"])
        begins = last["until"] if last else (await self.so_far()).began
        if begins is None or begins >= period.first:
            return None
        between = Period("between", begins, period.first)
        book, _ = await self._write(between, last["book"] if last else None)
        return book

    async def _write(self, period: Period, opening: int | None) -> tuple[int, _Counted]:
        """Statistics of the newest days are never fresh, so the planner may not bet on few rows."""
        book: int = await self._connection.fetchval(
            "INSERT INTO books (kind, first, until, opens_from) VALUES ($1, $2, $3, $4) RETURNING book",
            *period,
            opening,
        )
        await self._connection.execute(
            "SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off; SET LOCAL work_mem = '64MB'"
        )
        known = (book, local_midnight(period.until), opening, period.days, period.first)
        rows = await self._connection.fetch(_WRITE_AND_COUNT, *known, timeout=PATIENCE)
        await self._connection.execute("SET LOCAL enable_nestloop = on")
        return book, _counted(rows)

    async def _count_again(self, book: int, period: Period) -> _Counted:
        cut_at = local_midnight(period.until)
        return _counted(await self._connection.fetch(_COUNT_AGAIN, book, cut_at, timeout=PATIENCE))

    async def _facts(self, period: Period) -> tuple[Counter[str], Counter[str], dict[str, int]]:
        """Demands by channel, notices by colour, and the whole figures."""
        channels, colours, whole = Counter[str](), Counter[str](), Counter[str](dict.fromkeys(_EVENTS, 0))
        for row in await self._connection.fetch(_COUNT_FACTS, period.days, timeout=PATIENCE):
            counts = dict(zip(_EVENTS, row["counts"], strict=True))
            whole.update(counts)
            channels[row["channel"]] += counts["received"]
            colours[row["colour"]] += counts["notices"]
        whole["latecomers"] = await self._connection.fetchval(_LATE, period.first, period.until)
        return +channels, +colours, dict(whole)

    async def _overdue(self, book: int, period: Period) -> list[OpenLate]:
        rows = await self._connection.fetch(
            f"""
            SELECT case_id, dispatch, receipt, unit, post, category, town, opened_at, complete_due,
                   signed_at IS NOT NULL AS signed
            FROM ledger WHERE book = $1 AND {FIGURES["overdue"].condition}
            ORDER BY complete_due, case_id LIMIT $3
            """,
            book,
            local_midnight(period.until),
            LISTED,
        )
        return [OpenLate(**dict(row)) for row in rows]

    async def _repeats(self, book: int) -> list[Again]:
        rows = await self._connection.fetch(
            f"""
            SELECT r.case_id, r.receipt, e.receipt AS earlier, r.unit, r.category,
                   coalesce(r.closed_as = 'completed', false) AS completed
            FROM (SELECT * FROM ledger
                  WHERE book = $1 AND {FIGURES["repeats"].condition}
                  ORDER BY opened_at, case_id LIMIT $2) AS r
            LEFT JOIN LATERAL (SELECT receipt FROM ledger
                               WHERE book = $1 AND case_id = r.repeat_of LIMIT 1) AS e ON true
            ORDER BY r.opened_at, r.case_id
            """,
            book,
            LISTED,
        )
        return [Again(**dict(row)) for row in rows]

    async def _cut(self, period: Period) -> tuple[CutAt, ...]:
        rows = await self._connection.fetch(
            """
            SELECT DISTINCT ON (topic, partition) topic, partition, "offset" FROM cuts WHERE day >= $1
            ORDER BY topic, partition, day
            """,
            period.until,
        )
        return tuple(CutAt(topic=r["topic"], partition=r["partition"], offset=r["offset"]) for r in rows)

    async def _promise_heads(self, period: Period) -> dict[str, PromiseHead]:
        rows = await self._connection.fetch(
            """
            SELECT DISTINCT ON (authority) authority, seq, hash, signature, key FROM promise_heads
            WHERE day < $1 ORDER BY authority, seq DESC
            """,
            period.until,
        )
        return {row.pop("authority"): PromiseHead(**row) for row in map(dict, rows)}


def _counted(rows: Sequence[Any]) -> _Counted:
    names = [figure.name for figure in LEDGER]
    units = {row["unit"]: dict(zip(names, row["counts"], strict=True)) for row in rows if row["unit"]}
    others = [row for row in rows if not row["unit"]]
    return units, [Group(r["case_kind"], r["category"], r["town"], r["counts"][0]) for r in others]


async def book_directory(
    connection: Connection | Pool, day: date, before_offset: int | None = None
) -> Directory:
    """The directory as it was known at the end of a day, or as it was told before an offset of its topic."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT ON (kind, code) kind, body FROM directory_entries
        WHERE day <= $1 AND ($2::bigint IS NULL OR "offset" < $2) ORDER BY kind, code, version DESC
        """,
        day,
        before_offset,
    )
    return build((row["kind"], orjson.loads(row["body"])) for row in rows)
