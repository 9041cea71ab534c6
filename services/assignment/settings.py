"""Settings of assignment: those of every service, and the key that signs the promise chain."""

import base64
import binascii
from typing import Final

from pydantic import Field, SecretStr, field_validator

from services.kit.settings import ServiceSettings

KEY_BYTES: Final = 32


class AssignmentSettings(ServiceSettings):
    """Environment variables, prefixed YINUO_."""

    port: int = Field(default=8102, ge=1, le=65535)
    promise_signing_key: SecretStr = Field(
        description="Ed25519 private key, base64 of 32 bytes; never in the database that it vouches for"
    )

    promise_former_key: str | None = Field(
        default=None, description="the public key before an exchange, until the new one has signed a fact"
    )

    @field_validator("promise_signing_key", "promise_former_key")
    @classmethod
    def _32_bytes(cls, value: SecretStr | str | None) -> SecretStr | str | None:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if text is None:
            return value
        try:
            found = len(base64.b64decode(text, validate=True))
        except binascii.Error as unreadable:
            raise ValueError("must be base64") from unreadable
        if found != KEY_BYTES:
            raise ValueError(f"must be base64 of {KEY_BYTES} bytes, not of {found}")
        return value
