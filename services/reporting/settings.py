"""Settings of reporting: what every service has, on its own default port."""

from pydantic import Field

from services.kit.settings import ServiceSettings


class ReportingSettings(ServiceSettings):
    """Nothing of its own yet: policies are the directory's."""

    port: int = Field(default=8104, ge=1, le=65535)
