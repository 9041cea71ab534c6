"""Circulars in PostgreSQL: numbers without gaps, reading, steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.contracts.circular import CircularIssued
from services.kit.postgres import Connection, Pool, Writing
from services.reporting.circular import Circular, Edition, Issued, Series
from services.reporting.directory import Directory
from services.reporting.issue import Draft
from services.reporting.periods import Kind
from services.reporting.steps import State, Step
from services.reporting.store_books import DRAFTING, book_directory
from services.reporting.store_progress import waiting


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list of circulars. `corrected_by`: number of the correction that was issued."""

    ref: str
    kind: Kind
    first: date
    last: date
    state: State
    number: str | None
    drafted_at: datetime
    issued_at: datetime | None
    figures_sha256: str
    corrects: str | None
    corrected_by: str | None


class PostgresCirculars:
    """The Circulars of issue.py and the Corrections of correct.py over one writing transaction."""

    def __init__(self, writing: Writing) -> None:
        self._connection = writing.connection
        self._writing = writing

    async def waiting(self) -> list[Draft]:
        await self._hold()
        return await waiting(self._connection)

    async def held(self, ref: str) -> Draft | None:
        await self._hold()
        row = await self._connection.fetchrow(
            """
            SELECT ref, kind, first, until, state, policy, corrects FROM circulars
            WHERE number = $1 OR ref = $1 FOR UPDATE
            """,
            ref,
        )
        return Draft(**dict(row)) if row else None

    async def step(self, draft: Draft, step: Step, at: datetime, by: str) -> None:
        await self._connection.execute(
            f"UPDATE circulars SET state = $2, {step.after}_at = $3, {step.after}_by = $4 WHERE ref = $1",
            draft.ref,
            step.after,
            at,
            by,
        )

    async def next_count(self, series: Series, year: int) -> int:
        count: int = await self._connection.fetchval(
            """
            INSERT INTO numbers AS n (kind, year, last) VALUES ($1, $2, 1)
            ON CONFLICT (kind, year) DO UPDATE SET last = n.last + 1 RETURNING last
            """,
            series,
            year,
        )
        return count

    async def issue(self, draft: Draft, number: str, at: datetime, by: str) -> str:
        """What was not checked and signed by somebody is so by whoever issues: the policy."""
        sha256: str = await self._connection.fetchval(
            """
            UPDATE circulars SET state = 'issued', number = $2, issued_at = $3, issued_by = $4,
                checked_at = coalesce(checked_at, $3), checked_by = coalesce(checked_by, $4),
                signed_at = coalesce(signed_at, $3), signed_by = coalesce(signed_by, $4)
            WHERE ref = $1 AND state <> 'issued' RETURNING figures_sha256
            """,
            draft.ref,
            number,
            at,
            by,
        )
        return sha256

    def publish(self, event: CircularIssued) -> None:
        self._writing.publish(event)

    async def edition(self, ref: str) -> Edition | None:
        return await find(self._connection, ref)

    async def correction_of(self, number: str) -> str | None:
        ref: str | None = await self._connection.fetchval(
            "SELECT ref FROM circulars WHERE corrects = $1", number
        )
        return ref

    async def directory_end(self) -> int:
        end: int = await self._connection.fetchval(
            'SELECT coalesce(max("offset") + 1, 0) FROM directory_entries'
        )
        return end

    async def directory_up_to(self, offset: int) -> Directory:
        return await book_directory(self._connection, date.max, offset)

    async def _hold(self) -> None:
        await self._connection.execute("SELECT pg_advisory_xact_lock($1)", DRAFTING)


async def find(connection: Connection | Pool, name: str) -> Edition | None:
    """A circular by its number or ref."""
    row = await connection.fetchrow(
        """
        SELECT c.*, m.number AS corrected_by FROM circulars AS c
        LEFT JOIN circulars AS m ON m.corrects = c.number AND m.state = 'issued'
        WHERE c.number = $1 OR c.ref = $1
        """,
        name,
    )
    return _edition(row) if row else None


def _edition(row: Any) -> Edition:
    return Edition(
        circular=Circular.model_validate_json(row["document"]),
        book=row["book"],
        figures_sha256=row["figures_sha256"],
        drafted_at=row["drafted_at"],
        issue=Issued(**{name: row[name] for name in Issued.model_fields}),
    )


async def listed(
    pool: Pool,
    *,
    before: tuple[date, str] | None,
    limit: int,
    states: Sequence[str],
    kinds: Sequence[str],
) -> list[Listed]:
    """Circulars, those of the newest days first, from before one (its first day and ref) on."""
    rows = await pool.fetch(
        """
        SELECT c.ref, c.kind, c.first, c.until - 1 AS last, c.state, c.number, c.drafted_at, c.issued_at,
               c.figures_sha256, c.corrects, m.number AS corrected_by
        FROM circulars AS c LEFT JOIN circulars AS m ON m.corrects = c.number AND m.state = 'issued'
        WHERE c.state = ANY ($4) AND c.kind = ANY ($5) AND ($1::date IS NULL OR (c.first, c.ref) < ($1, $2))
        ORDER BY c.first DESC, c.ref DESC LIMIT $3
        """,
        *(before or (None, None)),
        limit,
        list(states),
        list(kinds),
    )
    return [Listed(**dict(row)) for row in rows]
