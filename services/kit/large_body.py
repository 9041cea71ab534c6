"""Routes whose body may be larger than the border's bound: whole directories, many steps at once."""

from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any, ClassVar, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute

from services.kit.http import Problem, staff_of

LARGE_BYTES: Final = 8 * 1024 * 1024
"""A directory of 20,000 words and routes has some 3 MB, a thousand long replies have 6, 60,000 contacts 8."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]


class LargeBodyRoute(APIRoute):
    """A route for staff that lifts the border's bound on the body and sets its own, `most` bytes.

    FastAPI reads and parses a body before any dependency runs; so the token is looked at here first.
    """

    most: ClassVar[int] = LARGE_BYTES
    remedy: ClassVar[str] = "send fewer entries at once"

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_large(request: Request) -> Response:
            staff_of(request)
            request.scope["yinuo.stream"] = True
            return await handle(Request(request.scope, bounded(request.receive, self.most, self.remedy)))

        return handle_large


def bounded(receive: Receive, most: int = LARGE_BYTES, remedy: str = LargeBodyRoute.remedy) -> Receive:
    """Receive a body of at most `most` bytes; Problem 413 past it."""
    received = 0

    async def receiving() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > most:
            raise Problem(
                413,
                "Content Too Large",
                f"the body is larger than {most} bytes",
                field="body",
                remedy=remedy,
            )
        return message

    return receiving
