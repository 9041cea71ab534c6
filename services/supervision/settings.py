"""Settings of supervision: those of every service, with its own default port."""

from pydantic import Field

from services.kit.settings import ServiceSettings


class SupervisionSettings(ServiceSettings):
    """Environment variables, prefixed YINUO_."""

    port: int = Field(default=8103, ge=1, le=65535)
