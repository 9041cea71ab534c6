"""Settings from the environment, all prefixed YINUO_. The same names stand in docker-compose.yml."""

import base64
import binascii
from typing import Literal, Self

from pydantic import AnyHttpUrl, Field, PostgresDsn, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.kit.delivery import address

KEY_BYTES = 32


class ProcessSettings(BaseSettings):
    """What each process with an HTTP port needs. Durations are in seconds."""

    model_config = SettingsConfigDict(env_prefix="YINUO_", frozen=True, hide_input_in_errors=True)

    environment: Literal["production", "demonstration", "test"] = "production"
    host: str = "127.0.0.1"
    port: int = Field(ge=1, le=65535)
    token_public_key: str = Field(description="Ed25519 public key of staff tokens, base64 of 32 bytes")
    log_format: Literal["json", "console"] = "json"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    stop_timeout: float = Field(default=8.0, gt=0, description="how long a graceful stop may take")


class ServiceSettings(ProcessSettings):
    """What each service needs besides: its database and Kafka."""

    database_url: PostgresDsn = Field(description="the service's application role")
    kafka: str = Field(default="127.0.0.1:9092", description="bootstrap servers, comma-separated")
    pool_size: int = Field(default=10, ge=3, description="PostgreSQL connections of this process")
    batch_size: int = Field(default=1000, ge=1, description="events a consumer takes at once")

    @property
    def dsn(self) -> str:
        return str(self.database_url)


class DeliverySettings(ServiceSettings):
    """What a service needs besides that sends messages to people. Without a mail server e-mails wait."""

    delivery_key: SecretStr = Field(
        description="base64 of 32 bytes: webhook secrets are derived from it; changing it changes them all"
    )
    delivery_former_key: SecretStr | None = Field(
        default=None, description="the one before: webhooks carry its signature, too, until it is taken out"
    )
    smtp_url: SecretStr | None = Field(
        default=None, description="smtps://user:password@host, or smtp:// for STARTTLS"
    )
    mail_sender: str | None = Field(
        default=None, description="who e-mails come from: 督查办 <duban@example.org>"
    )
    public_url: AnyHttpUrl | None = Field(default=None, description="where staff find the console")

    @field_validator("delivery_key", "delivery_former_key")
    @classmethod
    def _32_bytes(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        try:
            found = len(base64.b64decode(value.get_secret_value(), validate=True))
        except binascii.Error as unreadable:
            raise ValueError("must be base64") from unreadable
        if found != KEY_BYTES:
            raise ValueError(f"must be base64 of {KEY_BYTES} bytes, not of {found}")
        return value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.smtp_url is not None:
            address.mail_server(self.smtp_url.get_secret_value())
            address.sender(self.mail_sender or "")
        return self
