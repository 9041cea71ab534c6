"""Settings of assignment: those of every service, with its own default port."""

from pydantic import Field

from services.kit.settings import ServiceSettings


class AssignmentSettings(ServiceSettings):
    """Environment variables, prefixed YINUO_."""

    port: int = Field(default=8102, ge=1, le=65535)
