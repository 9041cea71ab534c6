"""POST /demands, one or a batch: translate, submit, answer. The hot path parses once and builds bytes."""

from typing import Any, Final

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict
from starlette.types import Receive, Scope, Send

from services.intake.api_door import JSON, key_of, refuse_other_types, whole_body
from services.intake.demand import RawDemand
from services.intake.identity import Submission
from services.intake.keys import Key, KeyRing
from services.intake.reading import read_demand, read_idempotency_key
from services.intake.receive import Away, Receiver
from services.intake.submit import Desk, refused
from services.kit.http import Problem, unavailable

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


def add_demand_route(api: FastAPI, ring: KeyRing, desk: Desk, receiver: Receiver) -> None:
    """The route of one demand, for adapters; looked at first, since most requests are for it."""

    async def post_demand(request: Request) -> Response:
        headers = dict(request.scope["headers"])
        key = await key_of(ring, headers)
        try:
            submission = await _read(request, headers, desk, key)
            receipt, code = desk.receipt(await receiver.receive(submission))
        except Problem as problem:
            raise refused(key, problem) from None
        except Away as away:
            raise refused(key, unavailable(str(away))) from away
        said = f'{{"receipt":"{receipt}","tracking_code":"{code}"}}'
        return Response(said, 202, media_type="application/json")

    route = DirectRoute(
        "/demands",
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
    api.router.routes.insert(0, route)


async def _read(request: Request, headers: dict[bytes, bytes], desk: Desk, key: Key) -> Submission:
    refuse_other_types(headers, JSON)
    idempotency_key = read_idempotency_key(headers.get(b"idempotency-key"))
    return desk.submission(key, read_demand(RawDemand, await whole_body(request)), idempotency_key)


def body_schema(media_type: str, model: type[RawDemand]) -> dict[str, Any]:
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
