"""What went wrong, as a page that says what to do."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.console.call import Away, Refused
from services.console.pages import CitizenNeeded, ForeignForm, LoginNeeded, Pages, RoleNeeded, see
from services.kit.http import RETRY_SECONDS, Problem, unexpected

log = structlog.get_logger(__name__)

Handler = Callable[[Request, Exception], Awaitable[Response]]
KNOWN = (400, 403, 404, 405, 409, 413, 422)


def add_error_pages(api: FastAPI, pages: Pages) -> None:
    """A page for each way in which a request can fail."""
    handlers: dict[type[Exception], Handler] = {
        LoginNeeded: _login_needed,
        ForeignForm: _told(pages, 403, "foreign_form"),
        CitizenNeeded: _told(pages, 403, "citizen"),
        RoleNeeded: _role_needed(pages),
        RequestValidationError: _told(pages, 404),
        ValidationError: _unreadable(pages),
        Refused: _refused(pages),
        Away: _away(pages),
        HTTPException: _http(pages),
        Problem: _border(pages),
    }
    for error, handler in handlers.items():
        api.add_exception_handler(error, handler)


def _page(pages: Pages, request: Request, status: int, code: str = "", detail: Any = "") -> Response:
    """`code` names the texts; where none is given, the status does."""
    said = code or (str(status) if status in KNOWN else "other")
    return pages.show(request, "error.html", status, code=said, detail=detail)


def _told(pages: Pages, status: int, code: str = "") -> Handler:
    async def handle(request: Request, _: Exception) -> Response:
        return _page(pages, request, status, code)

    return handle


async def _login_needed(request: Request, _: Exception) -> Response:
    then = request.url.path if request.method == "GET" else ""
    query = f"?{request.url.query}" if then and request.url.query else ""
    return see(f"/login?then={quote(then + query, safe='')}")


def _role_needed(pages: Pages) -> Handler:
    async def handle(request: Request, error: Exception) -> Response:
        assert isinstance(error, RoleNeeded)  # noqa: S101  registered for this class alone
        return _page(pages, request, 403, "role", error.roles)

    return handle


def _refused(pages: Pages) -> Handler:
    async def handle(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)  # noqa: S101  registered for this class alone
        if error.status == 401:
            return see("/login?expired=true")
        return _page(pages, request, error.status, detail=error.detail)

    return handle


def _away(pages: Pages) -> Handler:
    async def handle(request: Request, error: Exception) -> Response:
        assert isinstance(error, Away)  # noqa: S101  registered for this class alone
        log.warning("service away", of=error.service, reason=str(error))
        page = _page(pages, request, 503, "away", error.service)
        page.headers["Retry-After"] = str(RETRY_SECONDS)
        return page

    return handle


def _unreadable(pages: Pages) -> Handler:
    async def handle(request: Request, error: Exception) -> Response:
        assert isinstance(error, ValidationError)  # noqa: S101  registered for this class alone
        log.error("an answer doesn't fit", model=error.title, errors=error.error_count())
        return _page(pages, request, 502, "unreadable")

    return handle


def _http(pages: Pages) -> Handler:
    async def handle(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101  registered for this class alone
        return _page(pages, request, error.status_code)

    return handle


def _border(pages: Pages) -> Handler:
    async def handle(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)  # noqa: S101  registered for this class alone
        return _page(pages, request, error.status)

    return handle


class UnexpectedPage:
    """Pure ASGI, within the border: what nothing caught is a page with a reference that the log has, too."""

    def __init__(self, app: ASGIApp, pages: Pages) -> None:
        self.app = app
        self.pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began_to_answer = False

        async def sending(message: Message) -> None:
            nonlocal began_to_answer
            began_to_answer = began_to_answer or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception as uncaught:
            if began_to_answer or scope["type"] != "http":
                raise
            page = self._page(Request(scope), uncaught)
            await page(scope, receive, send)

    def _page(self, request: Request, uncaught: Exception) -> Response:
        reference = uuid4().hex[:8]
        with structlog.contextvars.bound_contextvars(reference=reference):
            unexpected(uncaught)
        return _page(self.pages, request, 500, "500", reference)
