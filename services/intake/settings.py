"""Settings of intake: what every service has, and the keys of the vault."""

import base64
import binascii

from pydantic import Field, SecretStr, field_validator

from services.kit.settings import ServiceSettings

KEY_BYTES = 32


class IntakeSettings(ServiceSettings):
    """Each of the three keys is base64 of 32 random bytes; intake alone has them."""

    port: int = Field(default=8101, ge=1, le=65535)
    master_key: SecretStr = Field(description="wraps each citizen's key; losing it loses all originals")
    index_key: SecretStr = Field(
        description="keys blind indexes and, derived, digests; changing it forgets who is who, what was sent"
    )
    tracking_key: SecretStr = Field(description="derives tracking codes; changing it voids those given out")

    @field_validator("master_key", "index_key", "tracking_key")
    @classmethod
    def _32_bytes(cls, value: SecretStr) -> SecretStr:
        try:
            found = len(raw(value))
        except binascii.Error as unreadable:
            raise ValueError("must be base64") from unreadable
        if found != KEY_BYTES:
            raise ValueError(f"must be base64 of {KEY_BYTES} bytes, not of {found}")
        return value


def raw(key: SecretStr) -> bytes:
    """The key's bytes. Raises binascii.Error."""
    return base64.b64decode(key.get_secret_value(), validate=True)
