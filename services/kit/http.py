"""The HTTP border that all services share: problem details, staff authentication, limits, health, metrics."""

import errno
import socket
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Annotated, Any, Final

import structlog
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.telemetry import TelemetryConfig
from prometheus_client import Counter, Histogram
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.contracts.vocabulary import Process, Role, Service
from services.kit import metrics
from services.kit.auth import Staff, TokenReader, TokenRefused
from services.kit.postgres import CONTENDED, UNAVAILABLE
from services.kit.reason import described

BODY_BYTES: Final = 256 * 1024
"""The largest body of an ordinary request; streams have limits of their own."""
RETRY_SECONDS: Final = 5
BEGAN: Final = "yinuo.began"
"""Where an ASGI scope says when its request began, if something before the border took it."""

_MISCOUNTED: Final = "the server expects"
"""How asyncpg tells that a query got too few or too many arguments, in the class of its lost connections."""
_UNREACHABLE: Final = {
    *(errno.EHOSTUNREACH, errno.EHOSTDOWN, errno.ENETUNREACH, errno.ENETDOWN),
    errno.ENOENT,  # the server's Unix socket: a file that we open is named in the error, it isn't
}
"""What a connection attempt may say besides ConnectionError, TimeoutError and a name without address."""

Check = Callable[[], Awaitable[str | None]]
"""None when all is well, else what is missing."""

log = structlog.get_logger(__name__)
NO_TELEMETRY: Final = TelemetryConfig(tracing=False, metrics=False, logs=False)
"""We have metrics and logs of our own."""
STAFF_TOKEN: Final = HTTPBearer(
    scheme_name="staff_token", description="a staff token: `yinuo staff token`", auto_error=False
)
STAFF_OR_ANYBODY: Final[dict[str, Any]] = {"security": [{}, {STAFF_TOKEN.scheme_name: []}]}
"""`openapi_extra` of a route that shows staff more than others."""


class Problem(Exception):
    """An error as RFC 9457 problem details. `field` names the input at fault, `remedy` says what to do."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        *,
        field: str | None = None,
        remedy: str | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = dict(headers or {})
        self.body = {
            "type": "about:blank",
            "title": title,
            "status": status,
            "detail": detail,
            **({"field": field} if field else {}),
            **({"remedy": remedy} if remedy else {}),
            **more,
        }

    def response(self) -> Response:
        return JSONResponse(
            self.body, self.status, headers=self.headers, media_type="application/problem+json"
        )


def unavailable(detail: str) -> Problem:
    """503: try the same request again later; nothing of it was kept."""
    return Problem(
        503,
        "Service Unavailable",
        detail,
        remedy="send the same request again later",
        headers={"Retry-After": str(RETRY_SECONDS)},
    )


def build_api(
    service: Service,
    title: str,
    reader: TokenReader,
    checks: Mapping[str, Check],
    warnings: Mapping[str, Check] | None = None,
) -> FastAPI:
    """A FastAPI with the border of all services.

    `checks` answer for /health/ready; of what it names besides, `warnings`, the service can do without.
    """
    api = FastAPI(
        title=title,
        version="0.1.0",
        docs_url="/docs",
        redoc_url=None,
        telemetry=NO_TELEMETRY,
    )
    api.state.token_reader = reader
    api.add_exception_handler(Problem, _problem)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(HTTPException, _http_exception)
    for error in UNAVAILABLE:
        api.add_exception_handler(error, _away)
    for contended in CONTENDED:
        api.add_exception_handler(contended, _contended)
    api.add_middleware(Border, service=service)
    add_operation(api, checks, warnings)
    return api


def add_operation(
    api: FastAPI, checks: Mapping[str, Check], warnings: Mapping[str, Check] | None = None
) -> None:
    """/health/live, /health/ready and /metrics, as every process has them."""

    @api.get("/health/live", tags=["operation"], summary="Whether the process runs")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    @api.get("/health/ready", tags=["operation"], summary="Whether it can work, and what is missing")
    async def ready() -> JSONResponse:
        missing, degraded = await _said(checks), await _said(warnings or {})
        status = "missing" if missing else "degraded" if degraded else "ok"
        return JSONResponse(
            {"status": status, "missing": missing, "degraded": degraded}, 503 if missing else 200
        )

    @api.get("/metrics", tags=["operation"], summary="Prometheus metrics")
    async def exposition() -> Response:
        return Response(metrics.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")


async def _said(checks: Mapping[str, Check]) -> dict[str, str]:
    return {name: why for name, check in checks.items() if (why := await check())}


def staff_with(*roles: Role) -> Callable[[Request], Awaitable[Staff]]:
    """A dependency: the caller's staff token, with one of these roles. 401 and 403 say what is needed.

    STAFF_TOKEN refuses nobody: it is there for OpenAPI to say that the route needs the token.
    """

    async def caller(
        request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(STAFF_TOKEN)] = None
    ) -> Staff:
        staff = staff_of(request)
        if staff.role not in roles:
            raise Problem(
                403,
                "Forbidden",
                f"role {staff.role} may not do this",
                remedy=f"use a token with one of the roles: {', '.join(roles)}",
            )
        return staff

    return caller


def staff_of(request: Request) -> Staff:
    """Whom the request's bearer token names. Raises Problem 401."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise _unauthorised("no bearer token was sent")
    reader: TokenReader = request.app.state.token_reader
    try:
        return reader.staff(token)
    except TokenRefused as refused:
        raise _unauthorised(str(refused)) from refused


def _unauthorised(detail: str) -> Problem:
    return Problem(
        401,
        "Unauthorized",
        detail,
        field="Authorization",
        remedy="send `Authorization: Bearer <token>` with a token from `yinuo staff token`",
        headers={"WWW-Authenticate": "Bearer"},
    )


def validation_problem(errors: list[Any]) -> Problem:
    """422 with each field that is wrong, from pydantic's errors, without the input: it may be personal."""
    fields = [
        {"field": ".".join(str(part) for part in error["loc"]), "detail": error["msg"]} for error in errors
    ]
    first = fields[0]
    return Problem(
        422,
        "Unprocessable Content",
        f"{first['field']}: {first['detail']}",
        field=first["field"],
        remedy="correct the fields named in `errors` and send the request again; nothing of it was kept",
        errors=fields,
    )


async def _problem(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)  # noqa: S101  registered for this class alone
    return problem.response()


async def _invalid(_request: Request, invalid: Exception) -> Response:
    assert isinstance(invalid, RequestValidationError)  # noqa: S101  registered for this class alone
    return validation_problem(list(invalid.errors())).response()


async def _http_exception(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  registered for this class alone
    if isinstance(error.__cause__, Problem):  # FastAPI tells whatever stops the reading of a body as a 400
        return error.__cause__.response()
    title = {404: "Not Found", 405: "Method Not Allowed"}.get(error.status_code, "Error")
    return Problem(error.status_code, title, str(error.detail), headers=error.headers).response()


async def _away(_request: Request, reason: Exception) -> Response:
    if not is_away(reason):
        return unexpected(reason).response()
    log.warning("database away", reason=described(reason))
    return unavailable("the database is away").response()


async def _contended(_request: Request, reason: Exception) -> Response:
    log.warning("somebody else was in the way", reason=described(reason))
    return unavailable("somebody else is changing the same").response()


def is_away(reason: Exception) -> bool:
    """Whether an error says that PostgreSQL is away, and not that some file, pipe or query of ours failed."""
    if not isinstance(reason, UNAVAILABLE) or str(reason).startswith(_MISCOUNTED):
        return False
    if not isinstance(reason, OSError) or isinstance(
        reason, ConnectionError | TimeoutError | socket.gaierror
    ):
        return True
    # Where a name has several addresses, asyncio tells all their errors in one without a number.
    return (reason.errno in _UNREACHABLE and reason.filename is None) or (
        reason.errno is None and "Multiple exceptions" in str(reason)
    )


def unexpected(reason: Exception) -> Problem:
    """500 that tells nothing of the inside; the log has the reason and its place, without quoted data."""
    where = traceback.format_tb(reason.__traceback__)[-3:]
    log.error("request failed", reason=described(reason), where="".join(where))
    return Problem(
        500,
        "Internal Server Error",
        "the request could not be handled",
        remedy="report it to the operator, who finds the reason in the service's log",
    )


class Border:
    """Pure ASGI: counts and times each request by its route, bounds its body, answers what nothing caught."""

    def __init__(self, app: ASGIApp, service: Process) -> None:
        self.app = app
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status, began_to_answer = scope.get(BEGAN) or time.perf_counter(), 500, False

        async def sending(message: Message) -> None:
            nonlocal status, began_to_answer
            if message["type"] == "http.response.start":
                status, began_to_answer = message["status"], True
            await send(message)

        try:
            await self.app(scope, bounded(scope, receive), sending)
        except Exception as uncaught:
            if began_to_answer:
                raise
            await unexpected(uncaught).response()(scope, receive, send)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            count_request(self.service, route, scope["method"], status, began)


def count_request(service: Process, route: str, method: str, status: int, began: float) -> None:
    """Count and time a request that was answered; `began` by time.perf_counter()."""
    _counter(service, route, method, status).inc()
    _timer(service, route).observe(time.perf_counter() - began)


@cache
def _counter(service: Process, route: str, method: str, status: int) -> Counter:
    """Looking a metric's child up by its labels costs more than counting; there are few of them."""
    return metrics.HTTP_REQUESTS.labels(service, route, method, str(status))


@cache
def _timer(service: Process, route: str) -> Histogram:
    return metrics.HTTP_SECONDS.labels(service, route)


def bounded(scope: Scope, receive: Receive) -> Receive:
    """Receive no more than BODY_BYTES; streaming routes lift the bound by `scope["yinuo.stream"]`."""
    received = 0

    async def receiving() -> Message:
        nonlocal received
        message = await receive()
        if message["type"] == "http.request" and not scope.get("yinuo.stream"):
            received += len(message.get("body", b""))
            if received > BODY_BYTES:
                raise Problem(
                    413,
                    "Content Too Large",
                    f"the body is larger than {BODY_BYTES} bytes",
                    field="body",
                    remedy="shorten the text, or send many demands through /demands/batch",
                )
        return message

    return receiving
