"""The services' own OpenAPI documents, from their own code; nothing is started and nothing connects."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from fastapi import FastAPI
from pydantic import SecretStr

from services.assignment import app as assignment
from services.assignment.settings import AssignmentSettings
from services.contracts.vocabulary import Service
from services.dev.credentials import new_secrets
from services.intake import app as intake
from services.intake.settings import IntakeSettings
from services.reporting import app as reporting
from services.reporting.settings import ReportingSettings
from services.supervision import app as supervision
from services.supervision.settings import SupervisionSettings

_NOWHERE: Final = "postgresql://nobody:nothing@127.0.0.1:1/nothing"
BUILT: Final[Mapping[str, Callable[[Mapping[str, Any]], FastAPI]]] = {
    "assignment": lambda given: assignment.build(AssignmentSettings.model_validate(given)),
    "supervision": lambda given: supervision.build(SupervisionSettings.model_validate(given)),
    "reporting": lambda given: reporting.build(ReportingSettings.model_validate(given)),
}


@cache
def document_of(service: Service) -> dict[str, Any]:
    """To be called on an event loop: the pool of connections is bound to one, though never opened."""
    secret = new_secrets()
    plain = {"database_url": _NOWHERE, "port": 1, "token_public_key": secret["YINUO_TOKEN_PUBLIC_KEY"]}
    if service == "intake":
        names = ("master_key", "index_key", "tracking_key")
        keys = {name: SecretStr(secret[f"YINUO_{name.upper()}"]) for name in names}
        return intake.build(IntakeSettings.model_validate({**plain, **keys})).openapi()
    return BUILT[service](plain).openapi()
