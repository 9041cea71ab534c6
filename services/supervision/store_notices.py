"""Notices and the recipients' inboxes in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from services.contracts.vocabulary import Trigger
from services.kit.bulk import Insertion
from services.kit.connection import Connection
from services.supervision.acknowledge import Delivery, Page
from services.supervision.answer import Answer
from services.supervision.calendar import WorkCalendar
from services.supervision.ladder import Task
from services.supervision.notices import Above, Drawn, Notice, Slip
from services.supervision.send_notices import send_notices
from services.supervision.store import PostgresLimits
from services.supervision.store_directory import PostgresCopy
from services.supervision.triggered import Happening

_COLUMNS: Final = ", ".join(Notice._fields)

_RECORD: Final = Insertion(
    "notices",
    Notice._fields,
    f"""
INSERT INTO notices ({_COLUMNS})
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::int[], $6::smallint[], $7::text[],
                     $8::text[], $9::text[], $10::smallint[], $11::boolean[], $12::boolean[], $13::boolean[],
                     $14::text[], $15::text[], $16::timestamptz[], $17::timestamptz[], $18::timestamptz[],
                     $19::text[], $20::text[], $21::smallint[], $22::timestamptz[])
ON CONFLICT (notice_id) DO NOTHING
""",
)

_DELIVER: Final = Insertion(
    "deliveries",
    ("notice_id", "recipient", "sent_at"),
    """
INSERT INTO deliveries (notice_id, recipient, sent_at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) ON CONFLICT DO NOTHING
""",
)

_PAGE: Final = f"""
SELECT {", ".join(f"n.{name}" for name in Notice._fields)}
FROM deliveries AS d JOIN notices AS n USING (notice_id)
WHERE recipient = $1 AND acknowledged_at IS NULL AND (d.sent_at, d.notice_id) > ($2, $3)
ORDER BY d.sent_at, d.notice_id LIMIT $4
"""

_OF_NOTICE: Final = """
SELECT recipient, acknowledged_at, acknowledged_by, subject, subject_id
FROM deliveries JOIN notices USING (notice_id) WHERE notice_id = $1
ORDER BY recipient FOR UPDATE OF deliveries
"""

_ACKNOWLEDGE: Final = """
UPDATE deliveries SET acknowledged_at = $3, acknowledged_by = $4
WHERE notice_id = $1 AND recipient = ANY($2::text[]) AND acknowledged_at IS NULL
"""

_OF_SUBJECT: Final = f"SELECT {_COLUMNS} FROM notices WHERE subject_id = $1 ORDER BY sent_at, at, rung"

_LOCK_TASKS: Final = "SELECT pg_advisory_xact_lock($1::int, hashtext(id::text)) FROM unnest($2::uuid[]) AS id"
_TASKS: Final = """
SELECT subject_id, unit, colour, count(*) AS times FROM notices
WHERE subject_id = ANY($1::uuid[]) AND counts GROUP BY subject_id, unit, colour
"""
_TASK_LOCKS: Final = 0x4C61
"""The class of advisory locks under which one transaction counts the notices of a task."""

_DRAW: Final = f"""
INSERT INTO consequences ({", ".join(Drawn._fields)})
SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::smallint[],
                     $8::text[], $9::smallint[], $10::text[], $11::uuid[], $12::timestamptz[])
ON CONFLICT DO NOTHING RETURNING consequence_id
"""

_HAPPENED: Final = f"""
INSERT INTO happenings ({", ".join(Happening._fields)})
SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::uuid[], $6::text[], $7::text[],
                     $8::timestamptz[])
ON CONFLICT DO NOTHING RETURNING subject_id, trigger, version
"""

_ASK_BY: Final = """
UPDATE notices SET reply_by = answer.due_at
FROM unnest($1::uuid[], $2::timestamptz[]) AS answer (notice_id, due_at)
WHERE notices.notice_id = answer.notice_id
"""
_FOUND: Final = "SELECT count(*) FROM happenings WHERE subject_id = $1 AND trigger = 'finding'"
_NOTICE: Final = f"SELECT {_COLUMNS} FROM notices WHERE notice_id = $1"
_ANSWER: Final = """
INSERT INTO answers (notice_id, unit, text, answered_at, answered_by) VALUES ($1, $2, $3, $4, $5)
"""
_ANSWERED: Final = "SELECT notice_id, unit, text, answered_at, answered_by FROM answers WHERE notice_id = $1"


class PostgresDueLimits(PostgresLimits):
    """Limits that are due, and what their firing leaves."""

    async def above(self, units: Sequence[str]) -> Mapping[str, Above]:
        return await PostgresCopy(self._connection).above(units)

    async def record(self, notices: Sequence[Notice]) -> None:
        await _RECORD.add(self._connection, notices)

    async def deliver(self, recipients: Sequence[tuple[UUID, str, datetime]]) -> None:
        await _DELIVER.add(self._connection, recipients)

    async def send(self, slips: Sequence[Slip], calendar: WorkCalendar) -> None:
        await send_notices(self._connection, slips, calendar)

    async def tasks(self, subjects: Sequence[UUID]) -> Mapping[Task, int]:
        """The lock comes first, so that what another transaction counted is seen."""
        await self._connection.execute(_LOCK_TASKS, _TASK_LOCKS, subjects)
        rows = await self._connection.fetch(_TASKS, subjects)
        return {Task(row["subject_id"], row["unit"], row["colour"]): row["times"] for row in rows}

    async def draw(self, drawn: Sequence[Drawn]) -> set[UUID]:
        rows = await self._connection.fetch(_DRAW, *zip(*drawn, strict=True))
        return {row["consequence_id"] for row in rows}

    async def ask_by(self, answers: Sequence[tuple[UUID, datetime]]) -> None:
        await self._connection.execute(_ASK_BY, *zip(*answers, strict=True))

    async def found_before(self, subject_id: UUID) -> int:
        await self._connection.execute(_LOCK_TASKS, _TASK_LOCKS, [subject_id])
        return int(await self._connection.fetchval(_FOUND, subject_id))

    async def happened(self, happenings: Sequence[Happening]) -> set[tuple[UUID, Trigger, int]]:
        rows = await self._connection.fetch(_HAPPENED, *zip(*happenings, strict=True))
        return {(row["subject_id"], row["trigger"], row["version"]) for row in rows}


class PostgresInbox:
    """What lies in the recipients' inboxes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def deliveries(self, notice_id: UUID) -> list[Delivery]:
        """Held until the end of the transaction."""
        rows = await self._connection.fetch(_OF_NOTICE, notice_id)
        return [
            Delivery(
                notice_id,
                row["subject"],
                row["subject_id"],
                row["recipient"],
                row["acknowledged_at"],
                row["acknowledged_by"],
            )
            for row in rows
        ]

    async def mark(self, notice_id: UUID, recipients: Sequence[str], at: datetime, by: str) -> None:
        await self._connection.execute(_ACKNOWLEDGE, notice_id, recipients, at, by)

    async def waiting(self, recipient: str, page: Page) -> list[Notice]:
        """What a recipient hasn't acknowledged, oldest first, after a place in that order."""
        rows = await self._connection.fetch(_PAGE, recipient, page.after, page.after_id, page.limit)
        return [Notice(*row) for row in rows]

    async def of_subject(self, subject_id: UUID) -> list[Notice]:
        """Every rung recorded for a case or another subject, oldest first."""
        return [Notice(*row) for row in await self._connection.fetch(_OF_SUBJECT, subject_id)]


class PostgresAnswers(PostgresLimits, PostgresInbox):
    """Notices to be answered, with the limits of their answers."""

    async def notice(self, notice_id: UUID) -> Notice | None:
        row = await self._connection.fetchrow(_NOTICE, notice_id)
        return None if row is None else Notice(*row)

    async def answered(self, notice_id: UUID) -> Answer | None:
        row = await self._connection.fetchrow(_ANSWERED, notice_id)
        return None if row is None else Answer(*row)

    async def keep(self, answer: Answer) -> None:
        await self._connection.execute(_ANSWER, *answer)
