"""Loaded calendars and chosen presets in PostgreSQL."""

import json
from datetime import datetime
from typing import Final

from services.kit.connection import Connection
from services.supervision.calendar import YearCalendar
from services.supervision.calendars import Choice

_LOAD: Final = """
INSERT INTO calendars (year, calendar, version, loaded_at, loaded_by) VALUES ($1, $2::jsonb, $3, $4, $5)
ON CONFLICT (year) DO UPDATE SET calendar = excluded.calendar, version = excluded.version,
    loaded_at = excluded.loaded_at, loaded_by = excluded.loaded_by
"""


class PostgresCalendars:
    """The table of calendars and the one row of policy, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def choice(self) -> Choice:
        row = await self._connection.fetchrow("SELECT limits, ladder, calendar_revision FROM policy")
        assert row is not None  # noqa: S101  the migration wrote it and nothing deletes it
        return Choice(*row)

    async def chosen(self) -> bool:
        """Whether the authority has chosen presets; before, those of the migration stand there."""
        return bool(await self._connection.fetchval("SELECT directory_version > 0 FROM policy"))

    async def loaded(self) -> list[YearCalendar]:
        rows = await self._connection.fetch("SELECT calendar FROM calendars ORDER BY year")
        return [YearCalendar.from_json(json.loads(row["calendar"])) for row in rows]

    async def load(self, year: YearCalendar, now: datetime, by: str) -> None:
        await self._connection.execute("UPDATE policy SET calendar_revision = calendar_revision + 1")
        calendar = json.dumps(year.to_json(), ensure_ascii=False)
        await self._connection.execute(_LOAD, year.year, calendar, year.version, now, by)
