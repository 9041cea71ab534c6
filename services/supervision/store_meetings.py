"""Meetings of the leading group in PostgreSQL, within one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.contracts.meeting import AgendaItem, Said
from services.kit.connection import Connection
from services.kit.page import Cursor
from services.supervision.agenda import Found
from services.supervision.meetings import Entry, Meeting, SaidAs, Task
from services.supervision.store_directory import PostgresCopy
from services.supervision.store_letters import lock_id

Rows = Sequence[Mapping[str, Any]]

_ITEM: Final = tuple(AgendaItem.model_fields)
# A follow-up stands there by itself, overdue or not.
_FOUND: Final = """
SELECT 'overdue' AS kind, unit, kind AS what, count(*)::int AS count, min(due_at) AS since, NULL::date AS due,
       NULL::uuid AS source, NULL AS title
FROM limits WHERE state = 'open' AND due_at <= $1 AND subject <> 'follow_up' GROUP BY unit, kind
UNION ALL
SELECT 'bad_rating', unit, subject, sum(times)::int, min(since), NULL, NULL, NULL FROM (
    SELECT unit, subject, count(*) AS times, min(at) AS since FROM happenings
    WHERE trigger = 'bad_rating' AND at >= $2 GROUP BY unit, subject
    UNION ALL
    SELECT p.unit, 'project', count(*), min(r.at)
    FROM project_ratings AS r JOIN projects AS p USING (project_id)
    WHERE r.at >= $2 AND r.level IN ('dissatisfied', 'very_dissatisfied') GROUP BY p.unit
) AS rated GROUP BY unit, subject
UNION ALL
SELECT 'listing', unit, state, 1, opened_at, NULL, listing_id, title FROM listings WHERE state <> 'struck_off'
UNION ALL
SELECT 'consequence', unit, measure, count(*)::int, min(at), NULL, NULL, NULL
FROM consequences WHERE settled_at IS NULL GROUP BY unit, measure
UNION ALL
SELECT 'follow_up', unit, '', 1, set_at, due, follow_up_id, task FROM follow_ups WHERE done_at IS NULL
"""
_DRAW: Final = """
INSERT INTO meetings (meeting_id, name, day, drawn_at, drawn_by) VALUES ($1, $2, $3, $4, $5)
"""
_ITEMS: Final = f"""
INSERT INTO meeting_items (meeting_id, {", ".join(_ITEM)})
VALUES ($1, {", ".join(f"${number}" for number in range(2, len(_ITEM) + 2))})
"""
_SAY: Final = """
INSERT INTO meeting_words (meeting_id, entry_id, kind, item, post, text, at, by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_CLOSE: Final = "UPDATE meetings SET minutes = $2, closed_at = $3, closed_by = $4 WHERE meeting_id = $1"
_TASK: Final = tuple(name for name in Task._fields if name != "done")
_SET: Final = f"""
INSERT INTO follow_ups ({", ".join(_TASK)}, set_at, set_by)
VALUES ({", ".join(f"${number}" for number in range(1, len(_TASK) + 3))})
"""
_FINISH: Final = "UPDATE follow_ups SET done = $2, done_at = $3, done_by = $4 WHERE follow_up_id = $1"
_SHOWN_ITEMS: Final = """
SELECT i.*, u.name AS unit_name FROM meeting_items AS i LEFT JOIN units AS u ON u.code = i.unit
WHERE meeting_id = $1 ORDER BY number
"""
_SHOWN_WORDS: Final = """
SELECT w.kind, w.item, w.post, p.title AS post_title, w.text, w.at
FROM meeting_words AS w LEFT JOIN posts AS p ON p.code = w.post WHERE meeting_id = $1 ORDER BY place
"""
_SHOWN_TASKS: Final = """
SELECT f.*, u.name AS unit_name,
       f.done_at IS NULL AND f.due < (clock.now() AT TIME ZONE 'Asia/Shanghai')::date AS overdue
FROM follow_ups AS f LEFT JOIN units AS u ON u.code = f.unit
WHERE meeting_id = $1 ORDER BY set_at, follow_up_id
"""
_PAGE: Final = """
SELECT m.*, (SELECT count(*) FROM meeting_items AS i WHERE i.meeting_id = m.meeting_id) AS items
FROM meetings AS m WHERE $1::timestamptz IS NULL OR (m.drawn_at, m.meeting_id) < ($1, $2::uuid)
ORDER BY m.drawn_at DESC, m.meeting_id DESC LIMIT $3
"""


class PostgresMeetings:
    """It never commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def found(self, now: datetime, rated_since: datetime) -> Sequence[Found]:
        return [Found(*row) for row in await self._connection.fetch(_FOUND, now, rated_since)]

    async def one(self, meeting_id: UUID) -> Meeting | None:
        await lock_id(self._connection, meeting_id)
        row = await self._connection.fetchrow("SELECT * FROM meetings WHERE meeting_id = $1", meeting_id)
        if row is None:
            return None
        items = await self._connection.fetch(_SHOWN_ITEMS, meeting_id)
        agenda = tuple(AgendaItem(**{name: one[name] for name in _ITEM}) for one in items)
        return Meeting(meeting_id, row["name"], row["day"], row["drawn_at"], agenda, row["minutes"])

    async def draw(self, meeting: Meeting, by: str) -> None:
        drawn = (meeting.meeting_id, meeting.name, meeting.day, meeting.drawn_at, by)
        await self._connection.execute(_DRAW, *drawn)
        items = [(meeting.meeting_id, *(getattr(one, name) for name in _ITEM)) for one in meeting.agenda]
        await self._connection.executemany(_ITEMS, items)

    async def entry(self, entry_id: UUID) -> Entry | None:
        await lock_id(self._connection, entry_id)
        row = await self._connection.fetchrow("SELECT * FROM meeting_words WHERE entry_id = $1", entry_id)
        if row is None:
            return None
        return Entry(row["meeting_id"], row["kind"], _said(dict(row)))

    async def say(self, entry_id: UUID, entry: Entry, at: datetime, by: str) -> None:
        said = entry.said
        words = (entry.meeting_id, entry_id, entry.kind, said.item, said.post, said.text, at, by)
        await self._connection.execute(_SAY, *words)

    async def said(self, meeting_id: UUID, kind: SaidAs) -> Sequence[Said]:
        rows = await self._connection.fetch(_SHOWN_WORDS, meeting_id)
        return [_said(dict(one)) for one in rows if one["kind"] == kind]

    async def close(self, meeting_id: UUID, minutes: str, at: datetime, by: str) -> None:
        await self._connection.execute(_CLOSE, meeting_id, minutes, at, by)

    async def task(self, follow_up_id: UUID) -> Task | None:
        await lock_id(self._connection, follow_up_id)
        sql = f"SELECT {', '.join(Task._fields)} FROM follow_ups WHERE follow_up_id = $1"
        row = await self._connection.fetchrow(sql, follow_up_id)
        return Task(*row) if row else None

    async def set_task(self, task: Task, at: datetime, by: str) -> None:
        await self._connection.execute(_SET, *task[: len(_TASK)], at, by)

    async def finish(self, follow_up_id: UUID, text: str, at: datetime, by: str) -> None:
        await self._connection.execute(_FINISH, follow_up_id, text, at, by)

    async def unit_of_post(self, post: str) -> str | None:
        return await PostgresCopy(self._connection).unit_of_post(post)

    async def post_of(self, unit: str) -> str | None:
        known = "SELECT coalesce(post, '') FROM units WHERE code = $1 AND NOT retired"
        found: str | None = await self._connection.fetchval(known, unit)
        return found

    async def page(self, after: Cursor | None, limit: int) -> Rows:
        """Those drawn last first, at most `limit`."""
        at, entry = (after.at, after.id) if after else (None, None)
        return [dict(row) for row in await self._connection.fetch(_PAGE, at, entry, limit)]

    async def shown(self, meeting_id: UUID) -> Mapping[str, Any] | None:
        """One meeting with all that belongs to it, and the names that it needs."""
        row = await self._connection.fetchrow("SELECT * FROM meetings WHERE meeting_id = $1", meeting_id)
        if row is None:
            return None
        parts = {"agenda": _SHOWN_ITEMS, "said": _SHOWN_WORDS, "follow_ups": _SHOWN_TASKS}
        found = {name: await self._connection.fetch(sql, meeting_id) for name, sql in parts.items()}
        shown = {name: [dict(one) for one in rows] for name, rows in found.items()}
        return {**dict(row), "items": len(shown["agenda"]), **shown}


def _said(row: Mapping[str, Any]) -> Said:
    return Said(post=row["post"], text=row["text"], item=row["item"])
