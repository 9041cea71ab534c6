"""POST /demands/batch: NDJSON in, NDJSON out, both streamed."""

from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from services.intake.api import DirectRoute, body_schema
from services.intake.api_door import NDJSON, key_of, refuse_other_types
from services.intake.batch import Batch
from services.intake.demand import BatchDemand
from services.intake.identity import Submission
from services.intake.keys import Key, KeyRing
from services.intake.reading import read_demand
from services.intake.receive import Demands
from services.intake.submit import Desk, refused


class _Stream(Response):
    """Answers while the request is still being read. Starlette's own streaming response may listen for
    the client's leaving, and would take parts of the request's body for that."""

    media_type = "application/x-ndjson"

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        super().__init__()
        del self.headers["content-length"]
        self.pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        with suppress(ClientDisconnect):
            async for piece in self.pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def batch_routes(ring: KeyRing, desk: Desk, demands: Demands) -> APIRouter:
    """The route of many demands, for adapters."""
    routes = APIRouter(tags=["demands"], route_class=DirectRoute)

    @routes.post(
        "/demands/batch",
        summary="Send many demands, one JSON object a line; for adapters, with a key of their channel",
        description=(
            "Each line is a demand as in POST /demands and needs external_id or idempotency_key. The answer "
            "has a line for each, in order, as groups of up to 200 are committed: line, status, and receipt "
            "and tracking_code or what is wrong. What was answered with 202 is on disk, whatever happens to "
            "the rest. "
            "Read the answers while you send: a client that doesn't is made to wait."
        ),
        openapi_extra={"requestBody": body_schema("application/x-ndjson", BatchDemand)},
    )
    async def post_batch(request: Request) -> Response:
        request.scope["yinuo.stream"] = True
        headers = dict(request.scope["headers"])
        key = await key_of(ring, headers)
        refuse_other_types(headers, NDJSON, b"application/ndjson", b"application/jsonl")
        batch = Batch(demands, partial(_read, desk, key), desk.receipt, partial(refused, key))
        return _Stream(batch.answers(request.stream()))

    return routes


def _read(desk: Desk, key: Key, line: bytes) -> Submission:
    demand = read_demand(BatchDemand, line)
    return desk.submission(key, demand, demand.idempotency_key)
