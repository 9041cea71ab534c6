"""Settings of reporting: what every service has that sends messages, on its own default port."""

from pydantic import Field

from services.kit.settings import DeliverySettings


class ReportingSettings(DeliverySettings):
    """Nothing of its own yet: policies are the directory's."""

    port: int = Field(default=8104, ge=1, le=65535)
