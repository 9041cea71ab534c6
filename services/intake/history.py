"""What a caller said before: from a phone or an e-mail address to earlier demands, without any contact."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

import orjson

from services.contracts.public_text import PublicText
from services.intake.vault import Vault, marks, open_sealed
from services.kit.auth import Staff
from services.kit.masking import mask

SHOWN: Final = 20
"""As many earlier demands as a clerk can look through while the caller waits."""


class NotACaller(ValueError):
    """Nothing to recognise anybody by: no contact at all, or a phone that can't be a number."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """An earlier demand as it is stored. `case_id` and `unit` are None until it has a case."""

    demand_id: UUID
    receipt: str
    channel: str
    received_at: datetime
    state: str
    case_id: UUID | None
    unit: str | None
    unit_name: str | None
    citizen_ref: UUID
    key_wrapped: bytes
    original: bytes


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier demand as a clerk sees it; the title is masked."""

    receipt: str
    channel: str
    title: PublicText
    received_at: datetime
    state: str
    case_id: UUID | None
    unit: str | None
    unit_name: str | None


class Histories(Protocol):
    """Demands by what their senders are recognised by."""

    async def read(self, indexes: Collection[bytes], most: int, staff: Staff) -> tuple[int, Sequence[Sealed]]:
        """How many there are, and the newest; that these were read is on record when it returns."""
        ...


async def history(
    histories: Histories, vault: Vault, phone: str | None, email: str | None, staff: Staff
) -> tuple[int, list[Earlier]]:
    """How many demands this caller made, and the newest. Raises NotACaller.

    Who wrote through a channel with ids of its own is known by these alone (`vault.citizen_mark`), so what
    was sent there isn't found by a phone.
    """
    indexes = [vault.index_of(mark) for mark in marks("", None, phone, email)]
    if not indexes:
        raise NotACaller
    total, found = await histories.read(indexes, SHOWN, staff)
    return total, [_opened(vault, sealed) for sealed in found]


def _opened(vault: Vault, sealed: Sealed) -> Earlier:
    key = vault.unwrap(sealed.citizen_ref, sealed.key_wrapped)
    said = orjson.loads(open_sealed(key, sealed.demand_id, "original", sealed.original))
    return Earlier(
        receipt=sealed.receipt,
        channel=sealed.channel,
        title=mask(said["title"]),
        received_at=sealed.received_at,
        state=sealed.state,
        case_id=sealed.case_id,
        unit=sealed.unit,
        unit_name=sealed.unit_name,
    )
