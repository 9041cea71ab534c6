"""By what the units' people are recognised when they write as citizens; nobody rates his own work.

Own work is what a unit does that somebody belongs to, and what the units below it do: whoever is above
answers for it. Units beneath and beside may rate: a town's clerk whose water fails is a citizen like others.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol, Self
from uuid import UUID

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from services.contracts.vocabulary import Channel
from services.intake.demand import Mark, NonBlank
from services.intake.vault import Vault, marks, normal_phone, open_sealed


def _number(written: str) -> str:
    if normal_phone(written) is None:
        raise PydanticCustomError("no_phone", "must be a phone number of 7 to 15 digits")
    return written


class StaffContact(BaseModel):
    """One of a unit's people: any of phone, e-mail and a channel's own id of him (`channel`, `author_ref`).

    Its index alone is kept. What is wrong with it is told without the value.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={"examples": [{"unit": "water", "phone": "13800000000"}]},
    )

    unit: NonBlank = Field(max_length=64)
    phone: Annotated[NonBlank, AfterValidator(_number)] | None = Field(default=None, max_length=40)
    email: NonBlank | None = Field(default=None, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")
    channel: Channel | None = None
    author_ref: Mark | None = Field(default=None, max_length=255)

    @model_validator(mode="after")
    def _recognisable(self) -> Self:
        if (self.channel is None) != (self.author_ref is None):
            raise PydanticCustomError("half_author", "channel and author_ref come together or not at all")
        if not (self.phone or self.email or self.author_ref):
            raise PydanticCustomError("no_contact", "needs a phone, an e-mail or an author_ref")
        return self


class StaffContacts(BaseModel):
    """All of them, as they shall be: who isn't in it any more is forgotten."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    contacts: tuple[StaffContact, ...] = Field(max_length=100_000)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a demand, sealed; `contact` None: nothing was left that identifies him."""

    citizen_ref: UUID
    key_wrapped: bytes
    channel: str
    contact: bytes | None


class People(Protocol):
    """Where indexes of the units' people and senders of demands are found."""

    async def sender(self, demand_id: UUID) -> Sender: ...

    async def answer(self, indexes: Collection[bytes], units: Collection[str]) -> bool:
        """Whether one of the indexes is of one of the units' people, or of a unit's above them."""
        ...


async def is_own_work(people: People, vault: Vault, demand_id: UUID, units: Collection[str]) -> bool:
    """Whether a demand's sender is one of those who answer for what the units do."""
    sender = await people.sender(demand_id)
    if sender.contact is None:
        return False
    key = vault.unwrap(sender.citizen_ref, sender.key_wrapped)
    said = orjson.loads(open_sealed(key, demand_id, "contact", sender.contact))
    known = marks(sender.channel, said.get("author_ref"), said.get("phone"), said.get("email"))
    return await people.answer([vault.index_of(mark) for mark in known], units)


def entries(vault: Vault, contacts: Sequence[StaffContact]) -> list[tuple[bytes, str]]:
    """Index and unit of all that the contacts are recognised by, sorted, each once."""
    return sorted({entry for contact in contacts for entry in _entries(vault, contact)})


def _entries(vault: Vault, contact: StaffContact) -> Iterator[tuple[bytes, str]]:
    for mark in marks(contact.channel or "", contact.author_ref, contact.phone, contact.email):
        yield vault.index_of(mark), contact.unit
