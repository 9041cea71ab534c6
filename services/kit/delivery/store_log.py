"""The delivery log as it is read: each message with its tries."""

from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

from services.kit.connection import Pool
from services.kit.delivery.message import Channel, State
from services.kit.page import Cursor


class Wanted(NamedTuple):
    """Which messages somebody asks for; None asks for all."""

    recipient: str | None
    message: UUID | None
    state: State | None
    channel: Channel | None


_PAGE: Final = """
SELECT m.message_id, m.recipient, m.channel, m.state, c.subject, m.created_at, m.attempts,
       CASE m.state WHEN 'waiting' THEN m.due_at END AS next_try,
       (SELECT coalesce(json_agg(json_build_object('at', l.at, 'attempt', l.attempt, 'outcome', l.outcome,
                                                   'detail', l.detail) ORDER BY l.entry_id), '[]')
        FROM delivery_log AS l WHERE l.message_id = m.message_id) AS tries
FROM delivery_messages AS m JOIN delivery_contents AS c USING (content_id)
WHERE {conditions}
ORDER BY m.created_at DESC, m.message_id DESC LIMIT {most}
"""
_COLUMNS: Final = {"message": "message_id"}
NEWEST: Final = Cursor(datetime.fromisoformat("9999-12-30T00:00:00+00:00"), UUID(int=2**128 - 1))


async def page(pool: Pool, wanted: Wanted, before: Cursor, limit: int) -> list[dict[str, Any]]:
    """Messages, the newest first, from before a place on, each with its tries in their order."""
    asked = {name: value for name, value in wanted._asdict().items() if value is not None}
    named = [f"m.{_COLUMNS.get(name, name)} = ${number}" for number, name in enumerate(asked, start=3)]
    conditions = " AND ".join(["(m.created_at, m.message_id) < ($1, $2)", *named])
    statement = _PAGE.format(conditions=conditions, most=f"${len(asked) + 3}")
    rows = await pool.fetch(statement, before.at, before.id, *asked.values(), limit)
    return [{**row, "tries": orjson.loads(row["tries"])} for row in rows]
