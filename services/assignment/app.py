"""Puts assignment together: the only place that knows every concrete class."""

from functools import partial

from fastapi import FastAPI

from services.assignment import (
    api,
    api_directory,
    api_hand_overs,
    api_project_sheet,
    api_projects,
    api_promises,
    api_samples,
    api_steps,
    schedule,
    stream,
)
from services.assignment.chain import Seal
from services.assignment.count import counting
from services.assignment.settings import AssignmentSettings
from services.assignment.store_directory import Rulebooks
from services.assignment.store_projects import Matchers
from services.kit.runtime import Runtime


def build(settings: AssignmentSettings) -> FastAPI:
    """The API of one process; its lifespan runs consumer, relay and schedule."""
    rulebooks, matchers = Rulebooks(), Matchers()
    runtime = Runtime("assignment", settings, handlers=stream.handlers(rulebooks, matchers))
    runtime.database = counting(runtime.database)
    runtime.steps["waiting"] = partial(schedule.assign_what_waits, runtime.database, rulebooks, matchers)
    runtime.steps["gauges"] = schedule.Gauges(runtime.database, rulebooks).measure
    runtime.due = partial(schedule.due, runtime.database)
    app = runtime.build_api("Yinuo assignment")
    app.include_router(api.case_routes(runtime.database, rulebooks))
    app.include_router(api_steps.step_routes(runtime.database, rulebooks))
    office = api_projects.Office(runtime.database, rulebooks)
    app.include_router(api_project_sheet.project_sheet_routes(office))
    app.include_router(api_projects.project_routes(office))
    app.include_router(api_directory.directory_routes(runtime.database, rulebooks))
    registry = api_hand_overs.Registry(runtime.database, rulebooks)
    app.include_router(api_hand_overs.hand_over_routes(registry))
    seal = Seal.of(settings.promise_signing_key.get_secret_value(), settings.promise_former_key)
    app.include_router(api_promises.promise_routes(runtime.database, rulebooks, seal))
    app.include_router(api_samples.sample_routes(runtime.database, rulebooks))
    return app
