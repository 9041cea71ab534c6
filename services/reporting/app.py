"""Reporting's parts put together: the only file that knows every concrete class."""

from fastapi import FastAPI

from services.kit.delivery.wiring import build_delivery
from services.kit.runtime import Runtime
from services.reporting.api import routes
from services.reporting.api_assessment import assessment_routes
from services.reporting.api_gaming import gaming_routes
from services.reporting.api_requests import request_routes
from services.reporting.api_steps import step_routes
from services.reporting.schedule import Schedule
from services.reporting.settings import ReportingSettings
from services.reporting.stream import HANDLERS


def build(settings: ReportingSettings) -> FastAPI:
    """The service's API; its lifespan runs the consumers and the schedule."""
    runtime = Runtime("reporting", settings, HANDLERS)
    schedule = Schedule(runtime.database)
    delivery = build_delivery(runtime.database, settings)
    runtime.steps = {"draft": schedule.draft, "issue": schedule.issue, **delivery.steps}
    runtime.warnings = delivery.warnings
    runtime.due = schedule.due
    api = runtime.build_api("Yinuo reporting: facts and circulars")
    api.include_router(routes(runtime.database))
    api.include_router(step_routes(runtime.database, schedule))
    api.include_router(delivery.routes)
    api.include_router(assessment_routes(runtime.database))
    api.include_router(request_routes(runtime.database))
    api.include_router(gaming_routes(runtime.database))
    return api
