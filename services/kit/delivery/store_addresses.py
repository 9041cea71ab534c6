"""Where recipients get their messages, in PostgreSQL."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from services.kit.connection import Connection, Pool


class Address(NamedTuple):
    """A recipient's e-mail address and webhook, one of them at least."""

    recipient: str
    email: str | None
    webhook: str | None


_SET: Final = """
INSERT INTO delivery_addresses AS a (recipient, email, webhook, set_by)
SELECT t.*, $4 FROM unnest($1::text[], $2::text[], $3::text[]) AS t ORDER BY 1
ON CONFLICT (recipient) DO UPDATE
SET email = excluded.email, webhook = excluded.webhook, set_by = excluded.set_by
WHERE (a.email, a.webhook) IS DISTINCT FROM (excluded.email, excluded.webhook) RETURNING recipient
"""
_TRY_NOW: Final = """
UPDATE delivery_messages SET due_at = clock_timestamp(), failing_since = NULL WHERE message_id IN (
    SELECT message_id FROM delivery_messages
    WHERE recipient = ANY ($1::text[]) AND state = 'waiting' AND (failing_since IS NOT NULL OR attempts = 0)
    FOR UPDATE SKIP LOCKED)
"""
"""What failed, and what was held back untried; not what another process is trying for the first time."""
_SHOWN: Final = "SELECT recipient, email, webhook FROM delivery_addresses"


async def set_addresses(connection: Connection, addresses: Sequence[Address], by: str) -> int:
    """Set these, in one transaction; how many changed. What waits for a changed one is tried at once.

    The days until it is given up are counted anew: it was the old address that failed.
    """
    async with connection.transaction():
        rows = await connection.fetch(_SET, *zip(*addresses, strict=True), by)
        await connection.execute(_TRY_NOW, [row["recipient"] for row in rows])
    return len(rows)


async def remove(connection: Connection, recipient: str, by: str) -> bool:
    """Forget a recipient's addresses; False where there were none. What waits for them is given up."""
    done: str = await connection.execute(
        """
        UPDATE delivery_addresses SET email = NULL, webhook = NULL, set_by = $2
        WHERE recipient = $1 AND (email IS NOT NULL OR webhook IS NOT NULL)
        """,
        recipient,
        by,
    )
    return done == "UPDATE 1"


async def listed(pool: Pool, after: str, limit: int) -> list[Address]:
    """Recipients by code, from behind one on."""
    rows = await pool.fetch(
        f"{_SHOWN} WHERE recipient > $1 AND (email IS NOT NULL OR webhook IS NOT NULL) ORDER BY 1 LIMIT $2",
        after,
        limit,
    )
    return [Address(*row) for row in rows]


async def found(pool: Pool, recipient: str) -> Address | None:
    """One recipient's; None where there is none."""
    rows = await pool.fetch(f"{_SHOWN} WHERE recipient = $1", recipient)
    known = [Address(*row) for row in rows]
    return next((one for one in known if one.email or one.webhook), None)
