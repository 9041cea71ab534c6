"""Adapters' keys over HTTP, for administrators."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.contracts.vocabulary import Channel
from services.intake.keys import KeyRing, Keys, new_secret
from services.intake.vault import key_digest
from services.kit.auth import Staff
from services.kit.http import Problem, staff_with

Administrator = Annotated[Staff, Depends(staff_with("administrator"))]


class NewKey(BaseModel):
    """What a new key is for."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"channel": "wechat", "name": "WeChat adapter of the county"}]},
    )

    channel: Channel
    name: str = Field(default="", max_length=100, pattern=r"^[^\x00]*$")


class ShownKey(BaseModel):
    """A key without its secret."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: int
    channel: Channel
    name: str
    created_at: datetime
    created_by: str
    revoked_at: datetime | None


class CreatedKey(ShownKey):
    """A new key with its secret, which is shown this once."""

    key: str


def key_routes(keys: Keys, ring: KeyRing) -> APIRouter:
    """The routes, for role administrator only."""
    routes = APIRouter(tags=["keys"])

    @routes.post("/keys", status_code=201, summary="Create an adapter's key; for administrators")
    async def create_key(new: NewKey, staff: Administrator) -> CreatedKey:
        secret = new_secret(new.channel)
        record = await keys.create(new.channel, new.name, key_digest(secret.encode()), staff.subject)
        return CreatedKey(**asdict(record), key=secret)

    @routes.get("/keys", summary="List adapters' keys; for administrators")
    async def list_keys(_: Administrator) -> list[ShownKey]:
        return [ShownKey.model_validate(record) for record in await keys.listed()]

    @routes.delete("/keys/{key_id}", summary="Revoke an adapter's key; for administrators")
    async def revoke_key(key_id: Annotated[int, Field(ge=1, le=2**31 - 1)], staff: Administrator) -> ShownKey:
        record = await keys.revoke(key_id, staff.subject)
        if record is None:
            raise Problem(
                404, "Not Found", f"no key {key_id}", field="key_id", remedy="see `yinuo keys list`"
            )
        ring.forget(key_id)
        return ShownKey.model_validate(record)

    return routes
