"""POST /demands, one or a batch: translate, submit, answer. The hot path parses once and builds bytes."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict
from starlette.types import ASGIApp, Receive, Scope, Send

from services.intake.api_door import JSON, Headers, key_of, refuse_other_types, whole_body
from services.intake.demand import RawDemand
from services.intake.identity import Submission
from services.intake.keys import Key, KeyRing
from services.intake.reading import read_demand, read_idempotency_key
from services.intake.receive import Away, Receiver
from services.intake.submit import Desk, refused
from services.kit.http import BEGAN, Problem, bounded, count_request, unavailable

PATH: Final = "/demands"
WRONG: Final = "yinuo.wrong"
"""Where an ASGI scope holds the error that a request met on the fast lane."""
_JSON_ANSWER: Final = (b"content-type", b"application/json")
IDEMPOTENCY_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "makes a repeat recognisable; needed unless the demand has an external_id",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"description": "Not JSON"},
    401: {"description": "No working key"},
    403: {"description": "Another channel than the key's"},
    409: {"description": "The identity belongs to a demand with other content"},
    413: {"description": "Too long"},
    415: {"description": "Another content type"},
    422: {"description": "A field is wrong; the problem names it and the remedy"},
    503: {"description": "Nothing was kept; send the same again after Retry-After seconds"},
}


class Receipt(BaseModel):
    """The demand is on disk. The code proves to whoever asks that the receipt is his."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"receipt": "YN20260316-00000042", "tracking_code": "F6FA4EWCZV"}]}
    )

    receipt: str
    tracking_code: str


class DirectRoute(APIRoute):
    """A route whose endpoint takes the request and returns a response: no dependencies, no second parsing.

    It stands in the OpenAPI document like any other.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in (self.methods or ()):
            raise HTTPException(405, headers={"Allow": ", ".join(self.methods or ())})
        response: Response = await self.endpoint(Request(scope, receive))
        await response(scope, receive, send)


Post: TypeAlias = Callable[[Headers, Receive], Awaitable[bytes]]
"""From a request's headers and its body to the answer's. Raises Problem, and whatever stops the reading."""


@dataclass(frozen=True, slots=True)
class DemandDoor:
    """POST /demands from its headers and its body to the answer's body."""

    ring: KeyRing
    desk: Desk
    receiver: Receiver

    async def post(self, headers: Headers, receive: Receive) -> bytes:
        """The receipt as JSON, once the demand is on disk. Raises Problem, and whatever stops the reading."""
        key = await key_of(self.ring, headers)
        try:
            submission = await self._read(key, headers, receive)
            receipt, code = self.desk.receipt(await self.receiver.receive(submission))
        except Problem as problem:
            raise refused(key, problem) from None
        except Away as away:
            raise refused(key, unavailable(str(away))) from away
        return b'{"receipt":"%b","tracking_code":"%b"}' % (receipt.encode(), code.encode())

    async def _read(self, key: Key, headers: Headers, receive: Receive) -> Submission:
        refuse_other_types(headers, JSON)
        idempotency_key = read_idempotency_key(headers.get(b"idempotency-key"))
        return self.desk.submission(key, read_demand(RawDemand, await whole_body(receive)), idempotency_key)


@dataclass(frozen=True, slots=True)
class FastLane:
    """The outermost layer of the API: answers POST /demands itself where all goes well.

    The layers that FastAPI and Starlette put around a route took a sixth of this process's CPU (py-spy), as
    much as all the handling of a request before its commit. What goes wrong, and every other request, goes
    the ordinary way: the route of POST /demands finds the error in its scope and raises it for the handlers.
    """

    api: ASGIApp
    post: Post

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self.api(scope, receive, send)
            return
        began = time.perf_counter()
        try:
            said = await self.post(dict(scope["headers"]), bounded(scope, receive))
        except Exception as error:  # noqa: BLE001  whatever it is, the API's handlers tell it
            scope[BEGAN], scope[WRONG] = began, error
            await self.api(scope, receive, send)
            return
        headers = [_JSON_ANSWER, (b"content-length", b"%d" % len(said))]
        await send({"type": "http.response.start", "status": 202, "headers": headers})
        await send({"type": "http.response.body", "body": said})
        count_request("intake", PATH, "POST", 202, began)


def add_demand_route(api: FastAPI, post: Post) -> None:
    """POST /demands, for adapters: described as any route, answered on the fast lane.

    Handlers of errors and middleware have to be there already.
    """

    async def post_demand(request: Request) -> Response:
        raise request.scope[WRONG]

    route = DirectRoute(
        PATH,
        post_demand,
        methods=["POST"],
        status_code=202,
        tags=["demands"],
        summary="Send a demand; for adapters, with a key of the demand's channel",
        openapi_extra={
            "requestBody": body_schema("application/json", RawDemand),
            "parameters": [IDEMPOTENCY_KEY],
        },
        responses={202: {"model": Receipt}, **REFUSALS},
    )
    api.router.routes.append(route)
    api.middleware_stack = FastLane(api.build_middleware_stack(), post)


def body_schema(media_type: str, model: type[BaseModel]) -> dict[str, Any]:
    """The OpenAPI request body of a model, its definitions written in place."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})
    return {"required": True, "content": {media_type: {"schema": _in_place(schema, definitions)}}}


def _in_place(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_in_place(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return definitions[node["$ref"].rpartition("/")[2]]
    return {name: _in_place(item, definitions) for name, item in node.items()}
