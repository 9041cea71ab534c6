"""Connections, and names for asyncpg's generic types, which only type checkers can subscript."""

from typing import TYPE_CHECKING

import asyncpg
from asyncpg.pool import PoolConnectionProxy

if TYPE_CHECKING:
    Connection = PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Connection = PoolConnectionProxy
    Pool = asyncpg.Pool


class PlainConnection(asyncpg.Connection):
    """A connection that goes back to its pool without a round trip to reset it.

    Nothing here leaves session state behind but the relay, which unlocks its buckets itself.
    """

    def get_reset_query(self) -> str:
        return ""
