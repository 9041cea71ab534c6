"""POST /demands, one or a batch: translate, submit, answer. The hot path parses once and builds bytes."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from services.intake.demand import RawDemand
from services.intake.door import JSON, key_of, refuse_other_types
from services.intake.identity import Submission
from services.intake.keys import Key, KeyRing
from services.intake.reading import read_demand, read_idempotency_key
from services.intake.receive import Away, Receiver
from services.intake.submit import Desk, refused
from services.kit.http import Problem, unavailable


class DirectRoute(APIRoute):
    """A route whose endpoint takes the request and returns a response: no dependencies, no second parsing."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return endpoint


def demand_routes(ring: KeyRing, desk: Desk, receiver: Receiver) -> APIRouter:
    """The route of one demand, for adapters."""
    routes = APIRouter(tags=["demands"], route_class=DirectRoute)

    @routes.post(
        "/demands",
        status_code=202,
        summary="Send a demand; for adapters, with a key of the demand's channel",
        openapi_extra={"requestBody": body_schema("application/json", RawDemand)},
    )
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
        return Response(
            f'{{"receipt":"{receipt}","tracking_code":"{code}"}}', 202, media_type="application/json"
        )

    return routes


async def _read(request: Request, headers: dict[bytes, bytes], desk: Desk, key: Key) -> Submission:
    refuse_other_types(headers, JSON)
    idempotency_key = read_idempotency_key(headers.get(b"idempotency-key"))
    return desk.submission(key, read_demand(RawDemand, await request.body()), idempotency_key)


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
