"""A console over fakes that refuse whom the services' own APIs refuse.

So whoever gets a page here has a role that the services let through, and what they would answer is canned.
"""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from services.console.app import build_on
from services.console.settings import ConsoleSettings
from services.contracts.vocabulary import ROLES, SERVICES, Service
from services.kit.auth import TokenReader
from tests.api_documents import api_of, document_of
from tests.console_browser import SECRETS, Browser
from tests.console_fakes import FakeApis

REFUSALS = frozenset({401, 403})


def guarded_console() -> tuple[FastAPI, FakeApis]:
    """To be called on an event loop."""
    fakes = FakeApis(document_of("assignment"))
    clients = {service: _client(service, fakes) for service in SERVICES}
    settings = ConsoleSettings.model_validate(
        {
            "environment": "test",
            "token_public_key": SECRETS["YINUO_TOKEN_PUBLIC_KEY"],
            "intake_keys": {"hotline": "yk_hotline_1"},
        }
    )
    return build_on(settings, clients), fakes


@asynccontextmanager
async def browser_of(console: FastAPI, fakes: FakeApis, caller: str) -> AsyncIterator[Browser]:
    """A citizen's browser, an adapter's with its key in a token's place, or one where staff logged in."""
    transport = httpx.ASGITransport(console)
    async with httpx.AsyncClient(transport=transport, base_url="http://console") as http:
        browser = Browser(http, fakes)
        for role in ROLES:
            if role == caller:
                await browser.login(role, "water")
        if caller == "adapter":
            http.cookies.set("yinuo-login", "yk_wechat_never-made")
        yield browser


def _client(service: Service, fakes: FakeApis) -> httpx.AsyncClient:
    transport = httpx.MockTransport(_answering(service, fakes))
    return httpx.AsyncClient(base_url=f"http://{service}", transport=transport)


def _answering(
    service: Service, fakes: FakeApis
) -> Callable[[httpx.Request], Coroutine[None, None, httpx.Response]]:
    api = api_of(service)
    api.state.token_reader = TokenReader.of(SECRETS["YINUO_TOKEN_PUBLIC_KEY"])
    guard = httpx.ASGITransport(api)

    async def answer(request: httpx.Request) -> httpx.Response:
        said = await guard.handle_async_request(request)
        return said if said.status_code in REFUSALS else fakes.answer(service, request)

    return answer
