"""Adapters' keys: shown once, stored as a digest, looked up without asking the database."""

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from services.contracts.vocabulary import Channel
from services.intake.vault import key_digest
from services.kit.in_time import in_time
from services.kit.postgres import UNAVAILABLE

PREFIX: Final = "yk_"
"""What every key begins with."""
FRESH_SECONDS: Final = 2.0
"""A revoked key is refused after this at the latest."""
PATIENCE_SECONDS: Final = 3.0
"""How long looking up an unknown key may take."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key that may send demands of its channel."""

    id: int
    channel: Channel
    name: str


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What an administrator sees of a key. `revoked_at` None = it works."""

    id: int
    channel: Channel
    name: str
    created_at: datetime
    created_by: str
    revoked_at: datetime | None


class Keys(Protocol):
    """Where keys are stored. All may raise what a database that is away raises."""

    async def working(self) -> Sequence[tuple[bytes, Key]]:
        """Every key that isn't revoked, with its digest."""
        ...

    async def of_digest(self, digest: bytes) -> Key | None: ...

    async def create(self, channel: Channel, name: str, digest: bytes, by: str) -> KeyRecord: ...

    async def listed(self) -> list[KeyRecord]: ...

    async def revoke(self, key_id: int, by: str) -> KeyRecord | None:
        """The key, revoked now or before; None where there is no such key."""
        ...


def new_secret(channel: Channel) -> str:
    """A key that says its channel and holds 256 random bits."""
    return f"{PREFIX}{channel}_{secrets.token_urlsafe(32)}"


@dataclass(slots=True)
class KeyRing:
    """The working keys, read anew every FRESH_SECONDS by `refresh` (run it over and over)."""

    keys: Keys
    _by_digest: dict[bytes, Key] = field(default_factory=dict)

    async def find(self, secret: bytes) -> Key | None:
        """The key, None where it is unknown or revoked. Asks the store for one it hasn't seen.

        Raises what a database that is away raises, TimeoutError too. What isn't made like a key, a staff
        token for instance, is none: the database isn't asked.
        """
        if not secret.startswith(PREFIX.encode()):
            return None
        digest = key_digest(secret)
        if known := self._by_digest.get(digest):
            return known
        found: Key | None = await in_time(self.keys.of_digest(digest), PATIENCE_SECONDS)
        return found

    def forget(self, key_id: int) -> None:
        """Refuse a revoked key at once in this process."""
        self._by_digest = {digest: key for digest, key in self._by_digest.items() if key.id != key_id}

    async def refresh(self) -> int:
        """Read the keys anew, then rest. While the database is away the known ones stay: nothing can be
        accepted then anyway."""
        with suppress(*UNAVAILABLE):
            self._by_digest = dict(await self.keys.working())
        await asyncio.sleep(FRESH_SECONDS)
        return 0
