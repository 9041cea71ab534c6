"""Messages in PostgreSQL: queued, claimed, marked, logged. Their instants are real time."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.kit.connection import Connection, Pool
from services.kit.delivery.message import Attachment, Channel, Claimed, Outgoing, message_id
from services.kit.delivery.retry import Verdict

Reachable = Mapping[str, tuple[Channel, ...]]
"""Recipients that have an address, with the channels that they have one for."""

_CONTENT: Final = """
INSERT INTO delivery_contents (content_id, subject, body, html, page, payload)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
ON CONFLICT DO NOTHING
"""
_ATTACH: Final = """
INSERT INTO delivery_attachments (content_id, position, name, media_type, content)
SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::text[], $5::bytea[]) ON CONFLICT DO NOTHING
"""
_QUEUE: Final = """
INSERT INTO delivery_messages (message_id, content_id, recipient, channel)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) ON CONFLICT DO NOTHING
"""
_DUE: Final = """
SELECT EXISTS (SELECT FROM delivery_messages
               WHERE state = 'waiting' AND channel = $1 AND due_at <= clock_timestamp())
"""
_CLAIM: Final = """
WITH due AS (
    SELECT message_id FROM delivery_messages
    WHERE state = 'waiting' AND channel = $1 AND due_at <= clock_timestamp()
    ORDER BY due_at, message_id LIMIT $2 FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE delivery_messages AS m
    SET due_at = clock_timestamp() + $3, attempts = m.attempts + 1,
        mail_domain = coalesce(m.mail_domain, $4)
    FROM due WHERE m.message_id = due.message_id RETURNING m.*
)
SELECT m.message_id, m.content_id, m.recipient,
       CASE m.channel WHEN 'email' THEN a.email ELSE a.webhook END AS address,
       c.subject, c.body, c.html, c.page, c.payload, m.created_at, m.attempts, m.mail_domain
FROM claimed AS m JOIN delivery_contents AS c USING (content_id)
LEFT JOIN delivery_addresses AS a USING (recipient)
ORDER BY m.created_at, m.message_id
"""
_FAILING: Final = (
    "SELECT failing_since, clock_timestamp() AS now FROM delivery_messages WHERE message_id = $1"
)
_MARK: Final = """
WITH marked AS (
    UPDATE delivery_messages SET state = $2, due_at = coalesce($3, due_at),
        failing_since = CASE WHEN $4 = 'failed' THEN coalesce(failing_since, clock_timestamp()) END
    WHERE message_id = $1 AND state <> 'sent' AND ($2 = 'sent' OR attempts = $6)
)
INSERT INTO delivery_log (message_id, attempt, outcome, detail) VALUES ($1, $6, $4, $5)
"""
_POSTPONE: Final = """
UPDATE delivery_messages SET due_at = $3 WHERE message_id IN (
    SELECT message_id FROM delivery_messages
    WHERE recipient = $1 AND channel = $2 AND state = 'waiting' AND due_at < $3 FOR UPDATE SKIP LOCKED)
"""
_ASK_AGAIN: Final = """
WITH again AS (
    UPDATE delivery_messages SET state = 'waiting', due_at = clock_timestamp(), failing_since = NULL
    WHERE message_id = $1 AND state <> 'sent' RETURNING message_id, attempts
)
INSERT INTO delivery_log (message_id, attempt, outcome, detail)
SELECT message_id, attempts, 'asked_again', $2 FROM again RETURNING message_id
"""
# Each through the partial index of its state: asked for both at once, every row ever written is read.
COUNT: Final = """
SELECT channel, count(*) AS waiting, 0 AS given_up,
       extract(epoch FROM clock_timestamp() - min(created_at))::float8 AS age
FROM delivery_messages WHERE state = 'waiting' GROUP BY channel
UNION ALL
SELECT channel, 0, count(*), 0 FROM delivery_messages WHERE state = 'given_up' GROUP BY channel
"""


async def reachable(connection: Connection, recipients: Collection[str] | None = None) -> Reachable:
    """Which of some recipients, or of all where None is given, have an address."""
    rows = await connection.fetch(
        """
        SELECT recipient, array_remove(
            ARRAY[CASE WHEN email IS NOT NULL THEN 'email' END,
                  CASE WHEN webhook IS NOT NULL THEN 'webhook' END], NULL) AS channels
        FROM delivery_addresses WHERE $1::text[] IS NULL OR recipient = ANY ($1) ORDER BY recipient
        """,
        None if recipients is None else sorted(recipients),
    )
    return {row["recipient"]: tuple(row["channels"]) for row in rows if row["channels"]}


async def enqueue(connection: Connection, to: Reachable, outgoing: Sequence[Outgoing]) -> int:
    """Queue each thing for those of its recipients that can be reached, within the caller's transaction.

    Said again it changes nothing. How many messages these are, new or not.
    """
    messages = [
        (message_id(one.about, recipient, channel), one.content_id(), recipient, channel)
        for one in outgoing
        for recipient in one.recipients
        for channel in to.get(recipient, ())
    ]
    wanted = {content for _, content, _, _ in messages}
    contents = [one for one in outgoing if one.content_id() in wanted]
    await _insert(connection, _CONTENT, [_content(one) for one in contents])
    await _insert(connection, _ATTACH, [row for one in contents for row in _attachments(one)])
    await _insert(connection, _QUEUE, messages)
    return len(messages)


async def _insert(connection: Connection, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        await connection.execute(statement, *zip(*rows, strict=True))


def _content(one: Outgoing) -> tuple[Any, ...]:
    return one.content_id(), one.subject, one.body, one.html, one.page, one.payload()


def _attachments(one: Outgoing) -> list[tuple[Any, ...]]:
    return [(one.content_id(), position, *file) for position, file in enumerate(one.attachments)]


class PostgresMessages:
    """The messages that a process sends; each statement is a transaction of its own."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def any_due(self, channel: Channel) -> bool:
        found: bool = await self._pool.fetchval(_DUE, channel)
        return found

    async def claim(
        self, channel: Channel, most: int, lease: timedelta, mail_domain: str | None
    ) -> list[Claimed]:
        """The longest due, for `lease`: then another process may try, since this one seems to be dead."""
        rows = await self._pool.fetch(_CLAIM, channel, most, lease, mail_domain)
        files = await self._attachments({row["content_id"] for row in rows} if channel == "email" else set())
        return [_claimed(row, files) for row in rows]

    async def _attachments(self, contents: Collection[UUID]) -> Mapping[UUID, tuple[Attachment, ...]]:
        if not contents:
            return {}
        rows = await self._pool.fetch(
            """
            SELECT content_id, name, media_type, content FROM delivery_attachments
            WHERE content_id = ANY ($1::uuid[]) ORDER BY content_id, position
            """,
            list(contents),
        )
        found: dict[UUID, tuple[Attachment, ...]] = {}
        for content, *file in rows:
            found[content] = (*found.get(content, ()), Attachment(*file))
        return found

    async def failing_since(self, message: UUID) -> tuple[datetime | None, datetime]:
        """Since when it fails without a break, and now."""
        row = await self._pool.fetchrow(_FAILING, message)
        assert row is not None  # noqa: S101  messages are never deleted
        return row["failing_since"], row["now"]

    async def mark(self, message: Claimed, verdict: Verdict) -> None:
        """What became of a try, with its line in the log; what was sent once stays sent.

        A try that outlived its lease says nothing of the later one that somebody else is at.
        """
        await self._pool.execute(
            _MARK,
            message.message_id,
            verdict.state,
            verdict.due_at,
            verdict.outcome,
            verdict.detail,
            message.attempts,
        )

    async def postpone(self, recipient: str, channel: Channel, until: datetime) -> None:
        """Don't try a recipient's other messages before an instant either."""
        await self._pool.execute(_POSTPONE, recipient, channel, until)

    async def ask_again(self, message: UUID, by: str) -> bool:
        """Try a message now that waits or was given up; False where there is none or it was sent."""
        return await self._pool.fetchval(_ASK_AGAIN, message, f"by {by}") is not None

    async def count(self) -> dict[Channel, tuple[int, int, float]]:
        """By channel: how many wait, how many were given up, and how long the oldest waits, in seconds."""
        found: dict[Channel, tuple[int, int, float]] = {}
        for channel, waiting, given_up, age in await self._pool.fetch(COUNT):
            before = found.get(channel, (0, 0, 0.0))
            found[channel] = (before[0] + waiting, before[1] + given_up, before[2] + age)
        return found


def _claimed(row: Any, files: Mapping[UUID, tuple[Attachment, ...]]) -> Claimed:
    values = dict(row)
    attachments = files.get(values.pop("content_id"), ())
    return Claimed(**values, attachments=attachments)
