"""The services' APIs and OpenAPI documents, from their own code; nothing is started and nothing connects."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from fastapi import FastAPI
from pydantic import TypeAdapter

from services.assignment.app import build as assignment
from services.assignment.settings import AssignmentSettings
from services.contracts.vocabulary import Service
from services.dev.credentials import new_secrets, service_environment
from services.dev.ports import DEFAULTS
from services.intake.app import build as intake
from services.intake.settings import IntakeSettings
from services.kit.settings import ServiceSettings
from services.reporting.app import build as reporting
from services.reporting.settings import ReportingSettings
from services.supervision.app import build as supervision
from services.supervision.settings import SupervisionSettings

BUILDS: Final[dict[Service, tuple[Callable[[Any], FastAPI], type[ServiceSettings]]]] = {
    "intake": (intake, IntakeSettings),
    "assignment": (assignment, AssignmentSettings),
    "supervision": (supervision, SupervisionSettings),
    "reporting": (reporting, ReportingSettings),
}


def api_of(service: Service) -> FastAPI:
    """To be called on an event loop: the pool of connections is bound to one, though never opened."""
    build, settings = BUILDS[service]
    environment = service_environment(service, new_secrets(), DEFAULTS)
    fields = {name.removeprefix("YINUO_").lower(): value for name, value in environment.items()}
    return build(TypeAdapter(settings).validate_python(fields))


@cache
def document_of(service: Service) -> dict[str, Any]:
    """To be called on an event loop, as `api_of`."""
    return api_of(service).openapi()
