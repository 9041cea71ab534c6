"""POST /demands/batch on the real stack: streamed both ways, and broken off."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.kit.postgres import Database
from tests.intake_process import DEMAND, Headers
from tests.service_process import eventually


@pytest.fixture
def ndjson(key: Headers) -> Headers:
    """An adapter's key, for a batch."""
    return key | {"Content-Type": "application/x-ndjson"}


def line(external_id: str, **change: Any) -> bytes:
    return json.dumps(DEMAND | {"external_id": external_id} | change, ensure_ascii=False).encode() + b"\n"


async def test_a_batch_is_answered_line_by_line(client: httpx.AsyncClient, ndjson: Headers) -> None:
    mark = str(uuid4())
    body = b"".join(line(f"{mark}-{n}") for n in range(1_500)) + b"{\n" + line(f"{mark}-0")
    answer = await client.post("/demands/batch", content=body, headers=ndjson)
    found = [json.loads(one) for one in answer.text.splitlines()]
    assert [one["line"] for one in found] == list(range(1, 1_503))
    assert {one["status"] for one in found[:1_500]} == {202}
    assert (found[1_500]["status"], found[1_500]["field"]) == (400, "body")
    assert found[1_501]["receipt"] == found[0]["receipt"]


async def test_a_batch_sent_again_adds_nothing(
    client: httpx.AsyncClient, ndjson: Headers, database: Database
) -> None:
    mark = str(uuid4())
    body = b"".join(line(f"{mark}-{n}", idempotency_key=f"{mark}-{n}") for n in range(700))
    first = await client.post("/demands/batch", content=body, headers=ndjson)
    again = await client.post("/demands/batch", content=body, headers=ndjson)
    assert first.text == again.text
    assert await _count(database, mark) == 700


async def test_answers_come_while_the_client_still_sends(client: httpx.AsyncClient, ndjson: Headers) -> None:
    host, port = client.base_url.host, client.base_url.port
    reader, writer = await asyncio.open_connection(host, port)
    await _begin(writer, ndjson)
    mark = str(uuid4())
    for number in range(3):
        await _chunk(writer, line(f"{mark}-{number}"))
        async with asyncio.timeout(20):
            said = b""
            while b'"line":%d,' % (number + 1) not in said:
                said += await reader.read(4096)
        assert b'"status":202' in said
    writer.write(b"0\r\n\r\n")
    async with asyncio.timeout(20):
        rest = await reader.readuntil(b"0\r\n\r\n")
    assert rest.endswith(b"0\r\n\r\n")
    writer.close()


async def test_what_was_answered_before_the_client_broke_off_is_kept(
    client: httpx.AsyncClient, ndjson: Headers, database: Database
) -> None:
    reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    await _begin(writer, ndjson)
    mark = str(uuid4())
    await _chunk(writer, line(f"{mark}-0") + line(f"{mark}-1")[:-9])
    async with asyncio.timeout(20):
        said = b""
        while b'"line":1,' not in said:
            said += await reader.read(4096)
    writer.transport.abort()
    assert await _count(database, mark) == 1
    again = await client.post("/demands/batch", content=line(f"{mark}-0") + line(f"{mark}-1"), headers=ndjson)
    assert [json.loads(one)["status"] for one in again.text.splitlines()] == [202, 202]
    assert await _count(database, mark) == 2


async def test_an_endless_line_is_refused_and_the_next_one_taken(
    client: httpx.AsyncClient, ndjson: Headers
) -> None:
    body = b'{"body":"' + b"x" * 1_000_000 + b'"}\n' + line(str(uuid4()))
    answer = await client.post("/demands/batch", content=body, headers=ndjson)
    assert [json.loads(one)["status"] for one in answer.text.splitlines()] == [413, 202]


async def test_a_key_posts_for_its_own_channel_only(client: httpx.AsyncClient, ndjson: Headers) -> None:
    body = line(str(uuid4()), channel="bulk") + line(str(uuid4()))
    answer = await client.post("/demands/batch", content=body, headers=ndjson)
    assert [json.loads(one)["status"] for one in answer.text.splitlines()] == [403, 202]


@pytest.mark.parametrize(
    ("change", "status"), [({"Content-Type": "text/csv"}, 415), ({"Authorization": "x"}, 401)]
)
async def test_a_batch_is_refused_before_it_begins(
    client: httpx.AsyncClient, ndjson: Headers, change: Headers, status: int
) -> None:
    answer = await client.post("/demands/batch", content=line("1"), headers=ndjson | change)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def _begin(writer: asyncio.StreamWriter, headers: Headers) -> None:
    head = {"Host": "intake", "Transfer-Encoding": "chunked", **headers}
    writer.write(b"POST /demands/batch HTTP/1.1\r\n")
    writer.write("".join(f"{name}: {value}\r\n" for name, value in head.items()).encode() + b"\r\n")
    await writer.drain()


async def _chunk(writer: asyncio.StreamWriter, piece: bytes) -> None:
    writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    await writer.drain()


async def _count(database: Database, mark: str) -> int:
    async def found() -> int:
        counted: int = await database.pool.fetchval(
            "SELECT count(*) FROM demands WHERE external_id LIKE $1", f"{mark}-%"
        )
        return counted

    counted: int = await eventually(found)
    return counted
