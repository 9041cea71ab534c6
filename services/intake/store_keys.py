"""Adapters' keys in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.contracts.vocabulary import Channel
from services.intake.keys import Key, KeyRecord
from services.kit.postgres import Pool

_SHOWN = "id, channel, name, created_at, created_by, revoked_at"


@dataclass(frozen=True, slots=True)
class PostgresKeys:
    """Implements `keys.Keys`."""

    pool: Pool

    async def working(self) -> Sequence[tuple[bytes, Key]]:
        rows = await self.pool.fetch("SELECT digest, id, channel, name FROM keys WHERE revoked_at IS NULL")
        return [(row["digest"], Key(row["id"], row["channel"], row["name"])) for row in rows]

    async def of_digest(self, digest: bytes) -> Key | None:
        row = await self.pool.fetchrow(
            "SELECT id, channel, name FROM keys WHERE digest = $1 AND revoked_at IS NULL", digest
        )
        return Key(row["id"], row["channel"], row["name"]) if row else None

    async def create(self, channel: Channel, name: str, digest: bytes, by: str) -> KeyRecord:
        row = await self.pool.fetchrow(
            f"""
            INSERT INTO keys (channel, name, digest, created_at, created_by)
            VALUES ($1, $2, $3, clock.now(), $4) RETURNING {_SHOWN}
            """,
            channel,
            name,
            digest,
            by,
        )
        assert row is not None  # noqa: S101  an INSERT without a condition returns its row
        return KeyRecord(*row.values())

    async def listed(self) -> list[KeyRecord]:
        rows = await self.pool.fetch(f"SELECT {_SHOWN} FROM keys ORDER BY id")
        return [KeyRecord(*row.values()) for row in rows]

    async def revoke(self, key_id: int, by: str) -> KeyRecord | None:
        row = await self.pool.fetchrow(
            f"""
            UPDATE keys
            SET revoked_at = coalesce(revoked_at, clock.now()), revoked_by = coalesce(revoked_by, $2)
            WHERE id = $1 RETURNING {_SHOWN}
            """,
            key_id,
            by,
        )
        return KeyRecord(*row.values()) if row else None
