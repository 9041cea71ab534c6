"""Facts of the lists in PostgreSQL: what the stream writes."""

from collections.abc import Iterable
from typing import Final

from services.kit.postgres import Connection
from services.reporting.list_facts import COLUMNS, ListFact

TABLE: Final = "list_facts"


async def append(connection: Connection, facts: Iterable[ListFact]) -> None:
    """COPY the facts in; the inbox has let each event pass once."""
    await connection.copy_records_to_table(TABLE, records=facts, columns=COLUMNS)
