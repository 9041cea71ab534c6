"""Requests, their steps, published assessments in PostgreSQL: added to, never altered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.kit.postgres import Connection, Pool
from services.reporting.assess.assessment import Assessment, Excluded
from services.reporting.assess.requests import DECISIONS, Kind, Standing, State
from services.reporting.circular import canonical, sha256


@dataclass(frozen=True, slots=True)
class Published:
    """A published revision."""

    assessment: Assessment
    revision: int
    figures_sha256: str
    because: UUID | None
    reason: str | None
    published_at: datetime
    published_by: str


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it was asked, and its state now."""

    request_id: UUID
    kind: Kind
    unit: str
    case_id: UUID | None
    receipt: str | None
    indicators: tuple[str, ...]
    post: str | None
    first: date | None
    until: date | None
    revision: int | None
    evidence: str
    state: State


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One step of a request."""

    step: str
    state: str
    by: str
    role: str
    reason: str
    at: datetime


_REQUEST = """
SELECT r.*, s.state FROM assessment_requests AS r JOIN LATERAL (
    SELECT state FROM assessment_steps AS s WHERE s.request_id = r.request_id ORDER BY number DESC LIMIT 1
) AS s ON true
"""


async def published(
    connection: Connection | Pool, first: date, until: date, revision: int | None = None
) -> Published | None:
    """A revision of a period's assessment; the newest where none is named."""
    row = await connection.fetchrow(
        """
        SELECT * FROM assessments WHERE first = $1 AND until = $2 AND ($3::int IS NULL OR revision = $3)
        ORDER BY revision DESC LIMIT 1
        """,
        first,
        until,
        revision,
    )
    if row is None:
        return None
    return Published(
        Assessment.model_validate_json(row["document"]),
        row["revision"],
        row["figures_sha256"],
        row["because"],
        row["reason"],
        row["published_at"],
        row["published_by"],
    )


async def all_published(connection: Connection | Pool) -> list[Any]:
    """Every revision without its figures, the newest period first."""
    return await connection.fetch(
        """
        SELECT first, until, revision, figures_sha256, because, reason, published_at, published_by
        FROM assessments ORDER BY until DESC, first DESC, revision DESC
        """
    )


async def keep(connection: Connection, one: Published) -> None:
    """Freeze a revision."""
    document = canonical(one.assessment)
    await connection.execute(
        """
        INSERT INTO assessments (first, until, revision, document, figures_sha256, because, reason,
                                 published_at, published_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        one.assessment.first,
        one.assessment.until,
        one.revision,
        document.decode(),
        sha256(document),
        one.because,
        one.reason,
        one.published_at,
        one.published_by,
    )


async def lock_period(connection: Connection, first: date, until: date) -> None:
    """One publication of a period at a time."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"assessment {first} {until}"
    )


async def approved(connection: Connection | Pool) -> list[Excluded]:
    """What doesn't count, by whose approval."""
    rows = await connection.fetch(f"{_REQUEST} WHERE r.kind = 'exclusion' AND s.state = 'approved'")
    return [
        Excluded(
            request_id=row["request_id"],
            unit=row["unit"],
            case_id=row["case_id"],
            receipt=row["receipt"],
            indicators=tuple(row["indicators"]),
        )
        for row in rows
    ]


async def receipt_of(connection: Connection | Pool, unit: str, case_id: UUID) -> str | None:
    """The receipt of a case that a unit had to do with; None where it had not."""
    receipt: str | None = await connection.fetchval(
        """
        SELECT (SELECT receipt FROM facts WHERE case_id = $2 AND kind = 'assigned' LIMIT 1)
        WHERE EXISTS (SELECT FROM facts WHERE case_id = $2 AND unit = $1)
        """,
        unit,
        case_id,
    )
    return receipt


async def open_request(connection: Connection, request: Request, asked: StepTaken) -> None:
    """Keep a new request with its first step."""
    await connection.execute(
        """
        INSERT INTO assessment_requests (request_id, kind, unit, case_id, receipt, indicators, post, first,
                                         until, revision, evidence)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        request.request_id,
        request.kind,
        request.unit,
        request.case_id,
        request.receipt,
        list(request.indicators),
        request.post,
        request.first,
        request.until,
        request.revision,
        request.evidence,
    )
    await add_step(connection, request.request_id, asked)


async def add_step(connection: Connection, request_id: UUID, taken: StepTaken) -> None:
    """Append a step; the caller has locked the request."""
    await connection.execute(
        """
        INSERT INTO assessment_steps (request_id, number, step, state, by, role, reason, at)
        SELECT $1, count(*) + 1, $2, $3, $4, $5, $6, $7 FROM assessment_steps WHERE request_id = $1
        """,
        request_id,
        taken.step,
        taken.state,
        taken.by,
        taken.role,
        taken.reason,
        taken.at,
    )


async def standing(connection: Connection, request_id: UUID) -> Standing | None:
    """Where a request stands; until the transaction ends nobody else takes a step of it."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", str(request_id))
    row = await connection.fetchrow(
        "SELECT kind, unit, first, until, revision FROM assessment_requests WHERE request_id = $1", request_id
    )
    if row is None:
        return None
    steps = await steps_of(connection, request_id)
    decided = {one.by for one in steps if one.step in DECISIONS}
    publisher = await connection.fetchval(
        "SELECT published_by FROM assessments WHERE first = $1 AND until = $2 AND revision = $3",
        row["first"],
        row["until"],
        row["revision"],
    )
    known: Any = steps[-1].state
    return Standing(row["kind"], known, row["unit"], frozenset(decided | ({publisher} - {None})))


async def steps_of(connection: Connection | Pool, request_id: UUID) -> list[StepTaken]:
    """What became of a request, in order."""
    rows = await connection.fetch(
        """
        SELECT step, state, by, role, reason, at FROM assessment_steps WHERE request_id = $1 ORDER BY number
        """,
        request_id,
    )
    return [StepTaken(**dict(row)) for row in rows]


async def request(connection: Connection | Pool, request_id: UUID) -> Request | None:
    found = await connection.fetchrow(f"{_REQUEST} WHERE r.request_id = $1", request_id)
    return _request(found) if found else None


async def requests(
    connection: Connection | Pool, unit: str | None, states: Sequence[str], limit: int
) -> list[Request]:
    """Requests of a unit, or of all, in some states; those last opened first."""
    rows = await connection.fetch(
        f"""
        {_REQUEST}
        WHERE ($1::text IS NULL OR r.unit = $1) AND s.state = ANY($2::text[])
        ORDER BY (SELECT at FROM assessment_steps AS a
                  WHERE a.request_id = r.request_id AND a.number = 1) DESC, r.request_id
        LIMIT $3
        """,
        unit,
        list(states),
        limit,
    )
    return [_request(row) for row in rows]


def _request(row: Any) -> Request:
    return Request(**{**dict(row), "indicators": tuple(row["indicators"])})


async def revised_for(connection: Connection | Pool, request_id: UUID, first: date, until: date) -> bool:
    """Whether a revision of a period was published because of a request."""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM assessments WHERE because = $1 AND first = $2 AND until = $3)",
        request_id,
        first,
        until,
    )
    return found
