"""Intake's HTTP API, a real process on the real stack."""

import asyncio
import json
import re
from uuid import uuid4

import httpx
import pytest

from services.dev.credentials import service_environment
from services.dev.stack import Infrastructure
from services.kit.postgres import Database
from tests.builders import case_assigned
from tests.intake_process import (
    DEMAND,
    Headers,
    Publish,
    TokenFor,
    demand_id,
    identity,
    intake_process,
    send,
)
from tests.service_process import eventually


def _raw(request: httpx.Request) -> bytes:
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    return f"{request.method} {request.url.path} HTTP/1.1\r\n{head}\r\n".encode() + request.content


async def count(database: Database, external_id: str) -> int:
    found: int = await database.pool.fetchval(
        "SELECT count(*) FROM demands WHERE external_id = $1", external_id
    )
    return found


async def test_a_demand_gets_a_receipt_and_a_tracking_code(client: httpx.AsyncClient, key: Headers) -> None:
    answer = await send(client, key | identity())
    assert answer.status_code == 202
    assert re.fullmatch(r"YN\d{8}-\d{8}", answer.json()["receipt"])
    assert re.fullmatch(r"[0-9A-Z]{10}", answer.json()["tracking_code"])


async def test_the_same_key_and_content_give_the_same_receipt(
    client: httpx.AsyncClient, key: Headers
) -> None:
    headers = key | identity()
    first, again = await send(client, headers), await send(client, headers)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()


async def test_the_same_key_with_other_content_is_refused_by_name(
    client: httpx.AsyncClient, key: Headers
) -> None:
    headers = key | identity()
    await send(client, headers)
    other = await send(client, headers, title="别的")
    assert (other.status_code, other.json()["field"]) == (409, "Idempotency-Key")
    assert other.headers["content-type"] == "application/problem+json"


async def test_the_same_external_id_with_other_content_is_refused_by_name(
    client: httpx.AsyncClient, key: Headers
) -> None:
    external = str(uuid4())
    assert (await send(client, key | identity(), external_id=external)).status_code == 202
    other = await send(client, key | identity(), external_id=external, title="别的")
    assert (other.status_code, other.json()["field"]) == (409, "external_id")


async def test_a_key_and_an_external_id_of_the_same_writing_are_two_identities(
    client: httpx.AsyncClient, key: Headers, database: Database
) -> None:
    number = str(uuid4())
    keyed = await send(client, key | identity(number), title="只有幂等键")
    named = await send(client, key, external_id=number, title="渠道自己的编号")
    assert (keyed.status_code, named.status_code) == (202, 202)
    assert keyed.json()["receipt"] != named.json()["receipt"]
    assert (await count(database, number), await count(database, f"key:{number}")) == (1, 1)


async def test_fifty_at_once_are_one_demand(
    client: httpx.AsyncClient, key: Headers, database: Database
) -> None:
    external = str(uuid4())
    answers = await asyncio.gather(*(send(client, key, external_id=external) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["receipt"] for answer in answers}) == 1
    assert await count(database, external) == 1


async def test_many_requests_share_a_commit(
    client: httpx.AsyncClient, key: Headers, database: Database
) -> None:
    mark = str(uuid4())
    lines = [await asyncio.open_connection(client.base_url.host, client.base_url.port) for _ in range(80)]
    for number, (_, writer) in enumerate(lines):
        writer.write(
            _raw(
                client.build_request(
                    "POST", "/demands", json=DEMAND | {"external_id": f"{mark}-{number}"}, headers=key
                )
            )
        )
    for reader, writer in lines:
        assert b" 202 " in await reader.readline()
        writer.close()
    commits = await database.pool.fetchval(
        "SELECT count(DISTINCT xmin::text) FROM demands WHERE external_id LIKE $1", f"{mark}-%"
    )
    assert commits < 40


@pytest.mark.parametrize(
    ("content", "headers", "status", "field"),
    [
        (b"", {}, 400, "body"),
        (b"{", {}, 400, "body"),
        (b"[" * 50_000, {}, 400, "body"),
        (b'{"title":"\\ud800"}', {}, 400, "body"),
        (b"null", {}, 422, "body"),
        (b'{"channel":"hotline","title":"\\u0000","body":"b","external_id":"1"}', {}, 422, "title"),
        (b'{"channel":"hotline","title":"a","body":"b"}', {}, 422, "external_id"),
        (b'{"channel":"hotline","title":"a","body":"b","x":1}', {}, 422, "x"),
        (b'{"channel":"wechat","title":"a","body":"b","external_id":"1"}', {}, 403, "channel"),
        (b'{"channel":"hotline","title":"a","body":"b"}', {"Idempotency-Key": "a b"}, 422, "Idempotency-Key"),
        (b"{}", {"Content-Type": "text/plain"}, 415, "Content-Type"),
        (b"x" * 300_000, {}, 413, "body"),
        (b"{}", {"Authorization": "Bearer nobody"}, 401, "Authorization"),
        (b"{}", {"Authorization": "Basic eDp5"}, 401, "Authorization"),
    ],
)
async def test_what_is_wrong_is_named_with_a_remedy(
    client: httpx.AsyncClient, key: Headers, content: bytes, headers: Headers, status: int, field: str
) -> None:
    sent = {"Content-Type": "application/json"} | key | headers
    answer = await client.post("/demands", content=content, headers=sent)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert answer.json()["remedy"]


async def test_a_revoked_key_works_no_longer(client: httpx.AsyncClient, token_for: TokenFor) -> None:
    administrator = token_for("administrator")
    created = (await client.post("/keys", json={"channel": "hotline"}, headers=administrator)).json()
    headers = {"Authorization": f"Bearer {created['key']}"}
    assert (await send(client, headers | identity())).status_code == 202
    assert (await client.delete(f"/keys/{created['id']}", headers=administrator)).json()["revoked_at"]
    assert (await send(client, headers | identity())).status_code == 401
    listed = (await client.get("/keys", headers=administrator)).json()
    assert created["key"] not in json.dumps(listed)
    assert created["id"] in {shown["id"] for shown in listed}


async def test_keys_are_for_administrators(client: httpx.AsyncClient, token_for: TokenFor) -> None:
    assert (await client.get("/keys")).status_code == 401
    assert (await client.get("/keys", headers=token_for("clerk"))).status_code == 403


async def test_originals_are_for_the_cases_unit_and_call_back_clerks_and_readings_are_recorded(
    client: httpx.AsyncClient, key: Headers, token_for: TokenFor, database: Database, publish: Publish
) -> None:
    sent = await send(
        client, key | identity(), body="请打13912345678", contact={"phone": "13912345678"}, author_ref="a7"
    )
    receipt = sent.json()["receipt"]
    unit = f"u-{uuid4().hex[:8]}"
    await publish([case_assigned(demand_id=await demand_id(database, receipt), receipt=receipt, unit=unit)])
    original, contact = f"/demands/{receipt}/original", f"/demands/{receipt}/contact"

    async def readable() -> bool:
        return (await client.get(original, headers=token_for("handler", unit))).is_success

    await eventually(readable)
    for role, of in (("handler", "other"), ("unit_head", None), ("leader", unit), ("administrator", None)):
        assert (await client.get(original, headers=token_for(role, of))).status_code == 403
    assert (await client.get(original)).status_code == 401
    assert (await client.get(original, headers=token_for("unit_head", unit))).json()[
        "body"
    ] == "请打13912345678"
    by_id = f"/demands/{await demand_id(database, receipt)}/contact"
    found = (await client.get(by_id, headers=token_for("callback_clerk"))).json()
    assert (found["phone"], found["author_ref"]) == ("13912345678", "a7")
    assert (await client.get(contact, headers=token_for("clerk", unit))).is_success

    readings = (await client.get(f"/demands/{receipt}/readings", headers=token_for("inspector"))).json()
    assert [(reading["what"], reading["role"]) for reading in readings] == [
        ("original", "handler"),
        ("original", "unit_head"),
        ("contact", "callback_clerk"),
        ("contact", "clerk"),
    ]


async def test_a_caller_s_earlier_demands_are_found_in_any_writing_of_the_phone_and_each_is_on_record(
    client: httpx.AsyncClient, key: Headers, token_for: TokenFor
) -> None:
    phone = f"139{uuid4().int % 10**8:08d}"
    first = await send(client, key | identity(), title="停水，请打13912345678", contact={"phone": phone})
    second = await send(client, key | identity(), title="又停水", contact={"phone": f"+86 {phone}"})
    clerk = token_for("clerk")
    asked = {"phone": f"{phone[:3]}-{phone[3:7]}-{phone[7:]}"}
    found = (await client.post("/citizens/history", json=asked, headers=clerk)).json()
    receipts = [answer.json()["receipt"] for answer in (second, first)]
    assert (found["total"], [one["receipt"] for one in found["demands"]]) == (2, receipts)
    assert "13912345678" not in json.dumps(found)
    assert phone not in json.dumps(found)
    overseer = token_for("inspector")
    readings = (await client.get(f"/demands/{receipts[0]}/readings", headers=overseer)).json()
    assert [(one["what"], one["role"]) for one in readings] == [("history", "clerk")]


async def test_an_anonymous_caller_has_no_history_and_the_error_names_the_field(
    client: httpx.AsyncClient, token_for: TokenFor
) -> None:
    for caller in ({}, {"phone": "110"}, {"name": "李某"}):
        answer = await client.post("/citizens/history", json=caller, headers=token_for("administrator"))
        assert (answer.status_code, answer.json()["field"]) == (422, "phone")


async def test_an_original_without_case_is_for_call_back_clerks_alone(
    client: httpx.AsyncClient, key: Headers, token_for: TokenFor
) -> None:
    receipt = (await send(client, key | identity())).json()["receipt"]
    path = f"/demands/{receipt}/original"
    assert (await client.get(path, headers=token_for("handler", "water"))).status_code == 403
    assert (await client.get(path, headers=token_for("callback_clerk"))).is_success
    unknown = await client.get("/demands/nothing/original", headers=token_for("callback_clerk"))
    assert unknown.status_code == 404


async def test_the_api_describes_itself(client: httpx.AsyncClient) -> None:
    described = (await client.get("/openapi.json")).json()
    body = described["paths"]["/demands"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["required"]) == {"channel", "title", "body"}
    assert "$ref" not in json.dumps(body)


async def test_two_processes_accept_one_demand_between_them(
    infrastructure: Infrastructure, client: httpx.AsyncClient, key: Headers, database: Database
) -> None:
    environment = service_environment("intake", infrastructure.secrets, infrastructure.ports)
    async with intake_process(environment) as other:
        externals = [str(uuid4()) for _ in range(10)]
        answers = await asyncio.gather(
            *(send(process, key, external_id=e) for e in externals for process in (client, other) * 5)
        )
    receipts = [answer.json()["receipt"] for answer in answers]
    assert {answer.status_code for answer in answers} == {202}
    assert len(set(receipts)) == 10
    assert [await count(database, external) for external in externals] == [1] * 10
