"""Directories in PostgreSQL: every version is kept, the highest is in force."""

import zlib
from collections.abc import Set
from dataclasses import dataclass, field
from typing import Final

from services.assignment.directory import Directory
from services.assignment.publish import Edition
from services.assignment.rulebook import Rulebook
from services.kit.connection import Connection

_CURRENT: Final = """
SELECT version, content, digest, loaded_at, loaded_by FROM directories ORDER BY version DESC LIMIT 1
"""
_ADD: Final = """
INSERT INTO directories (version, content, digest, loaded_at, loaded_by) VALUES ($1, $2::jsonb, $3, $4, $5)
"""


LOADING: Final = zlib.crc32(b"yinuo/assignment/loading")
"""The advisory lock that whoever loads a directory takes."""


class PostgresDirectories:
    """The versions of the directory, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def lock(self) -> None:
        """One load at a time; readers go on."""
        await self._connection.execute("SELECT pg_advisory_xact_lock($1)", LOADING)

    async def stand_on(self) -> None:
        """Whoever puts on record what the directory says holds a load off until he commits, no one else."""
        await self._connection.execute("SELECT pg_advisory_xact_lock_shared($1)", LOADING)

    async def promising(self) -> Set[str]:
        """The authorities that have a promise on record."""
        rows = await self._connection.fetch("SELECT authority FROM promise_heads WHERE seq > 0")
        return {row["authority"] for row in rows}

    async def version(self) -> int | None:
        """The version in force; None before the first load."""
        found: int | None = await self._connection.fetchval("SELECT max(version) FROM directories")
        return found

    async def current(self) -> Edition | None:
        row = await self._connection.fetchrow(_CURRENT)
        if row is None:
            return None
        directory = Directory.model_validate_json(row["content"])
        return Edition(row["version"], directory, row["digest"], row["loaded_at"], row["loaded_by"])

    async def add(self, edition: Edition) -> None:
        await self._connection.execute(
            _ADD,
            edition.version,
            edition.directory.model_dump_json(),
            edition.digest,
            edition.loaded_at,
            edition.loaded_by,
        )


@dataclass(slots=True)
class Rulebooks:
    """The rulebook in force, kept in this process until another version is."""

    kept: Rulebook | None = field(default=None)

    async def current(self, connection: Connection) -> Rulebook | None:
        """Looks the version up each time: one small query a batch."""
        directories = PostgresDirectories(connection)
        version = await directories.version()
        if version is None:
            return None
        kept = self.kept
        if kept is None or kept.version != version:
            edition = await directories.current()
            assert edition is not None  # noqa: S101  a version was found, and none is ever deleted
            kept = self.kept = Rulebook.build(edition.version, edition.directory)
        return kept
