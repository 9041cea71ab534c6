"""Puts the console together: the only place that knows every concrete class."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from importlib.resources import files

import httpx
from fastapi import APIRouter, Depends, FastAPI
from fastapi.staticfiles import StaticFiles

from services.console.apis import Apis, clients, opened
from services.console.pages import Pages, templates
from services.console.pages_assessment import assessment_routes
from services.console.pages_cases import case_routes
from services.console.pages_circulars import circular_routes
from services.console.pages_deliveries import delivery_routes
from services.console.pages_entry import entry_routes
from services.console.pages_errors import UnexpectedPage, add_error_pages
from services.console.pages_hand_overs import hand_over_routes
from services.console.pages_inbox import inbox_routes
from services.console.pages_letters import letter_routes
from services.console.pages_listings import listing_routes
from services.console.pages_login import login_routes
from services.console.pages_meetings import meeting_routes
from services.console.pages_new_project import new_project_routes
from services.console.pages_new_round import new_round_routes
from services.console.pages_originals import original_routes
from services.console.pages_projects import project_routes
from services.console.pages_promises import promise_routes
from services.console.pages_public import public_routes
from services.console.pages_rounds import round_routes
from services.console.pages_samples import sample_routes
from services.console.pages_track import track_routes
from services.console.pages_weights import weight_routes
from services.console.policy import Policy
from services.console.session import CookieNames
from services.console.settings import ConsoleSettings
from services.contracts.vocabulary import Service
from services.kit.auth import TokenReader
from services.kit.http import NO_TELEMETRY, Border, add_operation


def build(settings: ConsoleSettings) -> FastAPI:
    """The console on the APIs that the settings name."""
    return build_on(settings, clients(settings.url))


def build_on(settings: ConsoleSettings, http: Mapping[Service, httpx.AsyncClient]) -> FastAPI:
    """The console on given HTTP clients. It has no API of its own, so it describes none."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with opened(http):
            yield

    keys = {channel: key.get_secret_value() for channel, key in settings.intake_keys.items()}
    apis = Apis.over(http, keys)
    reader = TokenReader.of(settings.token_public_key)
    pages = Pages(templates(), reader, CookieNames.of(settings.secure), settings.secure, apis.units)
    console = FastAPI(title="Yinuo console", openapi_url=None, lifespan=lifespan, telemetry=NO_TELEMETRY)
    console.add_middleware(UnexpectedPage, pages=pages)
    console.add_middleware(Border, service="console")
    console.add_middleware(Policy)
    add_operation(console, {}, apis.checks())
    add_error_pages(console, pages)
    for routes in _routes(pages, apis, settings):
        console.include_router(routes, dependencies=[Depends(apis.units.refresh)])
    console.mount("/static", StaticFiles(directory=str(files("services.console").joinpath("static"))))
    return console


def _routes(pages: Pages, apis: Apis, settings: ConsoleSettings) -> Iterator[APIRouter]:
    """Every page; all of them name units."""
    yield public_routes(pages, apis.reporting)
    yield circular_routes(pages, apis.reporting)
    yield track_routes(pages, apis.intake)
    yield promise_routes(pages, apis.promises)
    yield project_routes(pages, apis)
    yield new_project_routes(pages, apis)
    yield login_routes(pages)
    yield inbox_routes(pages, apis.supervision, apis.assignment)
    yield hand_over_routes(pages, apis.assignment)
    yield sample_routes(pages, apis.assignment)
    yield assessment_routes(pages, apis.assessments)
    yield weight_routes(pages, apis.assessments)
    yield delivery_routes(pages, apis)
    yield letter_routes(pages, apis.letters, apis.assignment)
    yield round_routes(pages, apis.rounds)
    yield new_round_routes(pages, apis.rounds)
    yield listing_routes(pages, apis.listings, apis.assignment)
    yield meeting_routes(pages, apis.meetings, apis.assignment)
    yield case_routes(pages, apis)
    yield original_routes(pages, apis)
    yield entry_routes(pages, apis.intake, settings.address)
