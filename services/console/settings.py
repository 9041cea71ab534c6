"""Settings of the console: where the four APIs are, and the keys with which clerks enter demands."""

import os
from typing import Final

from pydantic import AnyHttpUrl, Field, SecretStr

from services.contracts.vocabulary import Channel, Service
from services.kit.settings import ProcessSettings

SECRETS: Final = "YINUO_SECRETS_DIR"
"""Names a folder of files, one a setting, each named as its variable in lower case (`yinuo_intake_keys`)."""


class ConsoleSettings(ProcessSettings):
    """`intake_keys` maps channels to adapters' keys; a clerk enters demands of these channels alone."""

    port: int = Field(default=8100, ge=1, le=65535)
    intake_url: AnyHttpUrl = AnyHttpUrl("http://127.0.0.1:8101")
    assignment_url: AnyHttpUrl = AnyHttpUrl("http://127.0.0.1:8102")
    supervision_url: AnyHttpUrl = AnyHttpUrl("http://127.0.0.1:8103")
    reporting_url: AnyHttpUrl = AnyHttpUrl("http://127.0.0.1:8104")
    intake_keys: dict[Channel, SecretStr] = Field(
        default_factory=dict, description='JSON, {"hotline": "yk_hotline_…"}; from `yinuo keys create`'
    )

    public_url: AnyHttpUrl | None = Field(
        default=None, description="where citizens find the console, for slips; else the request's own address"
    )

    def url(self, service: Service) -> str:
        """The address of a service's API."""
        return str(getattr(self, f"{service}_url"))

    @property
    def address(self) -> str | None:
        """Printed on receipt slips, without a slash at its end; None: as the clerk's browser asked."""
        return str(self.public_url).rstrip("/") if self.public_url else None

    @property
    def secure(self) -> bool:
        """Whether browsers get cookies that they send over TLS alone: everywhere outside demonstrations."""
        return self.environment == "production"


def read_settings() -> ConsoleSettings:
    """From the environment, and from the folder of secrets that it may name."""
    return ConsoleSettings(_secrets_dir=os.environ.get(SECRETS))  # type: ignore[call-arg]
