"""Laying millions of rows: without the table's indexes, which are then built over all of them at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

_INDEXES: Final = """
SELECT conname AS name, pg_get_indexdef(indexrelid) AS definition, indexrelid::regclass::text AS index,
       pg_get_constraintdef(c.oid) AS rule
FROM pg_index LEFT JOIN pg_constraint AS c ON conindid = indexrelid AND conrelid = indrelid AND contype <> 'n'
WHERE indrelid = $1::text::regclass
"""


@asynccontextmanager
async def without_indexes(admin: asyncpg.Connection, table: str) -> AsyncIterator[None]:
    """Within it the table has no index; after it, the very same ones."""
    indexes = await admin.fetch(_INDEXES, table)
    for one in indexes:
        dropped = f"ALTER TABLE {table} DROP CONSTRAINT {one['name']}" if one["rule"] else ""
        await admin.execute(dropped or f"DROP INDEX {one['index']}")
    yield
    await admin.execute("SET maintenance_work_mem = '1GB'")
    for one in indexes:
        added = f"ALTER TABLE {table} ADD CONSTRAINT {one['name']} {one['rule']}" if one["rule"] else ""
        await admin.execute(added or one["definition"])
    await admin.execute("RESET maintenance_work_mem")
