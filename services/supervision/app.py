"""Supervision's process: the only place that knows every concrete class."""

from functools import partial

from fastapi import FastAPI

from services.kit.delivery.wiring import build_delivery
from services.kit.runtime import Runtime
from services.kit.topics import end_offsets
from services.supervision import api, presets, schedule
from services.supervision.api_letter_office import LetterOffice
from services.supervision.api_letters import letter_routes
from services.supervision.api_listings import listing_routes
from services.supervision.api_meetings import meeting_routes
from services.supervision.api_photos import photo_routes
from services.supervision.api_rounds import RoundOffice, round_routes
from services.supervision.calendars import Policies, built_in_years
from services.supervision.catch_up import TOPICS, CaughtUp, once_caught_up, read_offsets
from services.supervision.policy import Presets
from services.supervision.settings import SupervisionSettings
from services.supervision.stream import handlers


def shipped_policies() -> Policies:
    """The presets and the years that come with this release."""
    limits = {name: presets.limit_set(name) for name in presets.LIMITS}
    ladders = {name: presets.ladder(name) for name in presets.LADDERS}
    return Policies(Presets(limits, ladders), built_in_years())


def build(settings: SupervisionSettings) -> FastAPI:
    """The API with everything that runs around it."""
    policies = shipped_policies()
    runtime = Runtime("supervision", settings, handlers(policies))
    database = runtime.database
    runtime.due = partial(schedule.due, database, policies)
    caught_up = CaughtUp(partial(end_offsets, settings.kafka, TOPICS), partial(read_offsets, database.pool))
    delivery = build_delivery(database, settings)
    runtime.warnings = delivery.warnings
    runtime.steps = {
        **delivery.steps,
        "fire": once_caught_up(caught_up, partial(schedule.fire_due, database, policies)),
        "compute awaiting": partial(schedule.compute_what_awaits, database, policies),
        "measure": schedule.Gauges(database, policies).measure,
    }
    built = runtime.build_api("Yinuo supervision")
    letters = LetterOffice(database, policies)
    rounds = RoundOffice(letters)
    for part in (
        api.routes(database, policies),
        letter_routes(letters),
        listing_routes(database, policies),
        meeting_routes(database, policies),
        round_routes(rounds),
        photo_routes(rounds),
        delivery.routes,
    ):
        built.include_router(part)
    return built
