"""Settings from the environment, all prefixed YINUO_. The same names stand in docker-compose.yml."""

from typing import Literal

from pydantic import Field, PostgresDsn
from pydantic_settings import BaseSettings, SettingsConfigDict


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
