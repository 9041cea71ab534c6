"""A browser without scripts on a console over fakes of the four APIs."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import httpx
from pydantic import SecretStr

from services.console.app import build_on
from services.console.settings import ConsoleSettings
from services.contracts.vocabulary import Role
from services.dev.credentials import new_secrets
from services.kit.auth import TokenReader, issue_token
from tests.api_documents import document_of
from tests.console_fakes import CASE_ID, FakeApis

SECRETS: Final = new_secrets()
CASE_PAGE: Final = f"/cases/{CASE_ID}"


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser without scripts: it keeps cookies, and sends a form with the token that the page gave it."""

    http: httpx.AsyncClient
    apis: FakeApis

    async def get(self, path: str) -> httpx.Response:
        return await self.http.get(path)

    async def form_token(self, path: str) -> str:
        page = (await self.http.get(path)).text
        found = re.search(r'name="form_token" value="([0-9a-f]{64})"', page)
        assert found
        return found[1]

    async def send(self, page: str, action: str, **fields: str) -> httpx.Response:
        """Fill in a form that stands on `page`."""
        token = await self.form_token(page)
        return await self.http.post(action, data={**fields, "form_token": token})

    async def login(self, role: Role, unit: str | None = None, **lifetime: timedelta) -> httpx.Response:
        token = issue_token(
            SECRETS["YINUO_TOKEN_PRIVATE_KEY"], subject="tester", role=role, unit=unit, **lifetime
        )
        return await self.send("/login", "/login", token=token)


Open = Callable[..., Browser]


@asynccontextmanager
async def consoles() -> AsyncIterator[Open]:
    """Opens browsers, each on a console of its own: `open_(environment="production")`."""
    description = document_of("assignment")
    async with AsyncExitStack() as stack:
        made: list[httpx.AsyncClient] = []

        def open_(environment: str = "test", scheme: str = "http", keys: bool = True, **more: str) -> Browser:
            apis = FakeApis(description, TokenReader.of(SECRETS["YINUO_TOKEN_PUBLIC_KEY"]))
            settings = ConsoleSettings.model_validate(
                {
                    **more,
                    "environment": environment,
                    "token_public_key": SECRETS["YINUO_TOKEN_PUBLIC_KEY"],
                    "intake_keys": {"hotline": SecretStr("yk_hotline_1")} if keys else {},
                }
            )
            transport = httpx.ASGITransport(build_on(settings, apis.clients()))
            http = httpx.AsyncClient(transport=transport, base_url=f"{scheme}://console")
            made.append(http)
            return Browser(http, apis)

        yield open_
        for http in made:
            stack.push_async_callback(http.aclose)
