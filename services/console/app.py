"""Puts the console together: the only place that knows every concrete class."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.resources import files

import httpx
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from services.console.apis import Apis, clients, opened
from services.console.pages import Pages, templates
from services.console.pages_cases import case_routes
from services.console.pages_entry import entry_routes
from services.console.pages_errors import UnexpectedPage, add_error_pages
from services.console.pages_hand_overs import hand_over_routes
from services.console.pages_inbox import inbox_routes
from services.console.pages_login import login_routes
from services.console.pages_new_project import new_project_routes
from services.console.pages_originals import original_routes
from services.console.pages_projects import project_routes
from services.console.pages_promises import promise_routes
from services.console.pages_public import public_routes
from services.console.pages_samples import sample_routes
from services.console.pages_track import track_routes
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
    pages = Pages(templates(), reader, CookieNames.of(settings.secure), settings.secure)
    console = FastAPI(title="Yinuo console", openapi_url=None, lifespan=lifespan, telemetry=NO_TELEMETRY)
    console.add_middleware(UnexpectedPage, pages=pages)
    console.add_middleware(Border, service="console")
    console.add_middleware(Policy)
    add_operation(console, {}, apis.checks())
    add_error_pages(console, pages)
    console.include_router(public_routes(pages, apis.reporting))
    console.include_router(track_routes(pages, apis.intake))
    console.include_router(promise_routes(pages, apis.promises))
    console.include_router(project_routes(pages, apis))
    console.include_router(new_project_routes(pages, apis))
    console.include_router(login_routes(pages))
    console.include_router(inbox_routes(pages, apis.supervision, apis.assignment))
    console.include_router(hand_over_routes(pages, apis.assignment))
    console.include_router(sample_routes(pages, apis.assignment))
    console.include_router(case_routes(pages, apis))
    console.include_router(original_routes(pages, apis))
    console.include_router(entry_routes(pages, apis.intake, settings.address))
    console.mount("/static", StaticFiles(directory=str(files("services.console").joinpath("static"))))
    return console
