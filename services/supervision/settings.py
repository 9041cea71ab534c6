"""Settings of supervision: those of every service that sends messages, with its own default port."""

from pydantic import Field

from services.kit.settings import DeliverySettings


class SupervisionSettings(DeliverySettings):
    """Environment variables, prefixed YINUO_."""

    port: int = Field(default=8103, ge=1, le=65535)
