"""The directory's copy in PostgreSQL; of each entry the highest version stands."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from services.contracts.directory import (
    AuthorityRecorded,
    HolderRecorded,
    LetterRules,
    PostRecorded,
    UnitRecorded,
)
from services.kit.connection import Connection
from services.supervision.notices import Above

_UNITS: Final = """
INSERT INTO units AS u (code, name, parent, party_committee, post, version, retired, kind)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::boolean[],
                     $8::text[])
ON CONFLICT (code) DO UPDATE SET name = excluded.name, parent = excluded.parent,
    party_committee = excluded.party_committee, post = excluded.post, version = excluded.version,
    retired = excluded.retired, kind = excluded.kind
WHERE u.version < excluded.version
"""

_POSTS: Final = """
INSERT INTO posts AS p (code, title, unit, version, retired)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::boolean[])
ON CONFLICT (code) DO UPDATE SET title = excluded.title, unit = excluded.unit, version = excluded.version,
    retired = excluded.retired
WHERE p.version < excluded.version
"""

_HOLDERS: Final = """
INSERT INTO holders AS h (post, since, person, until, version, retired)
SELECT * FROM unnest($1::text[], $2::date[], $3::text[], $4::date[], $5::int[], $6::boolean[])
ON CONFLICT (post, since) DO UPDATE SET person = excluded.person, until = excluded.until,
    version = excluded.version, retired = excluded.retired
WHERE h.version < excluded.version
"""

_CHOOSE: Final = """
UPDATE policy SET limits = $1, ladder = $2, directory_version = $3, issuer = $4, letters = $5::jsonb
WHERE directory_version < $3
"""

# A committee is written by its name, or by the code of the unit that it is.
_ABOVE: Final = """
SELECT u.code, u.parent, u.party_committee, min(c.code) AS committee_unit
FROM units AS u LEFT JOIN units AS c ON u.party_committee IN (c.code, c.name) AND NOT c.retired
WHERE u.code = ANY($1::text[]) GROUP BY u.code
"""

_HOLDER: Final = """
SELECT person FROM holders
WHERE post = $1 AND NOT retired AND since <= $2 AND (until IS NULL OR until > $2) ORDER BY since DESC LIMIT 1
"""


class PostgresCopy:
    """Units, posts, holders and the chosen presets, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def keep_units(self, units: Sequence[UnitRecorded]) -> None:
        rows = [
            (u.code, u.name, u.parent, u.party_committee, u.post, u.version, u.retired, u.kind) for u in units
        ]
        await self._connection.execute(_UNITS, *zip(*rows, strict=True))

    async def keep_posts(self, posts: Sequence[PostRecorded]) -> None:
        rows = [(one.code, one.title, one.unit, one.version, one.retired) for one in posts]
        await self._connection.execute(_POSTS, *zip(*rows, strict=True))

    async def keep_holders(self, holders: Sequence[HolderRecorded]) -> None:
        rows = [(one.post, one.since, one.person, one.until, one.version, one.retired) for one in holders]
        await self._connection.execute(_HOLDERS, *zip(*rows, strict=True))

    async def choose(self, authority: AuthorityRecorded) -> None:
        letters = authority.letters.model_dump_json()
        chosen = (authority.limits, authority.ladder, authority.version, authority.issuer, letters)
        await self._connection.execute(_CHOOSE, *chosen)

    async def letter_rules(self) -> tuple[str, LetterRules]:
        """Who issues letters, and how; the defaults before the authority's directory is known."""
        row = await self._connection.fetchrow("SELECT issuer, letters FROM policy")
        assert row is not None  # noqa: S101  the migration wrote it and nothing deletes it
        return row["issuer"], LetterRules.model_validate_json(row["letters"])

    async def above(self, units: Sequence[str]) -> Mapping[str, Above]:
        """Who stands above some units; what the copy doesn't know is left out."""
        rows = await self._connection.fetch(_ABOVE, units)
        return {row["code"]: Above(*list(row)[1:]) for row in rows}

    async def unit_of_post(self, post: str) -> str | None:
        """The unit a post belongs to; None where the copy doesn't know the post."""
        found: str | None = await self._connection.fetchval("SELECT unit FROM posts WHERE code = $1", post)
        return found

    async def posts_of(self, unit: str) -> frozenset[str]:
        """The posts that belong to a unit."""
        rows = await self._connection.fetch("SELECT code FROM posts WHERE unit = $1 AND NOT retired", unit)
        return frozenset(row["code"] for row in rows)

    async def holder(self, post: str, day: date) -> str | None:
        """Who holds a post on a local day."""
        found: str | None = await self._connection.fetchval(_HOLDER, post, day)
        return found
