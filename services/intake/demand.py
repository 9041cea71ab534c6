"""A demand as a channel sends it: parsed once, here; inside, nothing is missing or untyped."""

import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Final, Self

import orjson
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic_core import PydanticCustomError

from services.contracts.vocabulary import Channel

EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
KEYED: Final = "key:"
"""Begins the external id of a demand that brought only an idempotency key; no channel's own may begin so."""


def _not_blank(text: str) -> str:
    if "\x00" in text:
        raise PydanticCustomError("nul", "holds the character U+0000, which can't be stored")
    if not text.strip():
        raise PydanticCustomError("blank", "says nothing")
    return text


def _written(moment: object) -> object:
    """A bare number could be seconds or milliseconds, of any epoch."""
    if not isinstance(moment, str | datetime):
        raise PydanticCustomError("instant_type", "must be a string such as 2026-03-16T08:00:00+08:00")
    return moment


def _utc(moment: datetime) -> datetime:
    if not EARLIEST <= moment <= LATEST:
        raise PydanticCustomError("instant_range", "must lie between the years 1900 and 2200")
    return moment.astimezone(UTC)


def _composed(text: str) -> str:
    """One writing of what compares as an identity: é may be one character or two (Unicode, form NFC)."""
    return unicodedata.normalize("NFC", text)


def _unreserved(text: str) -> str:
    if text.startswith(KEYED):
        raise PydanticCustomError("reserved", f"may not begin with {KEYED}")
    return text


NonBlank = Annotated[str, AfterValidator(_not_blank)]
Mark = Annotated[NonBlank, AfterValidator(_composed)]
Instant = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_utc)]


class Contact(BaseModel):
    """How to reach the citizen; none of it ever leaves intake in an event, a log or a metric."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: NonBlank | None = Field(default=None, max_length=100)
    phone: NonBlank | None = Field(default=None, max_length=40)
    email: NonBlank | None = Field(default=None, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")


class RawDemand(BaseModel):
    """One citizen's message through one channel.

    `external_id` is the channel's own number of the message, `author_ref` its own id of the sender;
    `occurred_at` is an instant with an offset and starts no limit; coordinates are degrees (WGS 84), both
    or none.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        json_schema_extra={
            "examples": [
                {
                    "channel": "wechat",
                    "title": "凤州镇自来水停水三天",
                    "body": "凤州镇邓家台村从周一起停水，至今没有人来修，老人小孩用水困难。",
                    "place": "凤州镇邓家台村",
                    "contact": {"name": "李某", "phone": "13800000000"},
                    "occurred_at": "2026-03-16T08:00:00+08:00",
                    "external_id": "wx-20260318-0007",
                    "author_ref": "openid-o6_bmjrPTlm6",
                }
            ]
        },
    )

    channel: Channel
    title: NonBlank = Field(max_length=200)
    body: NonBlank = Field(max_length=20_000)
    place: NonBlank | None = Field(default=None, max_length=200)
    contact: Contact | None = None
    occurred_at: Instant | None = None
    external_id: Annotated[Mark, AfterValidator(_unreserved)] | None = Field(default=None, max_length=255)
    author_ref: Mark | None = Field(default=None, max_length=255)
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)

    @model_validator(mode="after")
    def _whole_coordinates(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise PydanticCustomError(
                "half_coordinates", "latitude and longitude come together or not at all"
            )
        return self


class BatchDemand(RawDemand):
    """A line of a batch: a demand that may bring its idempotency key along."""

    idempotency_key: str | None = Field(default=None, pattern=r"^[!-~]{1,255}$")


def canonical(demand: RawDemand, external_id: str) -> bytes:
    """The content in one writing, whatever order, spacing or time zone it was sent in.

    Absent fields don't show, so that a field added by a later release leaves old digests alone.
    """
    content = demand.model_dump(mode="json", exclude_none=True, exclude={"idempotency_key"})
    content["external_id"] = external_id
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
