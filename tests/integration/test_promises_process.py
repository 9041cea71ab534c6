"""Promises over HTTP, in the process itself: made, changed, settled, read by anybody, rewritten by nobody."""

import asyncio
import hashlib
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from services.assignment.chain import Broken, Fact, Head, Witness, verify
from services.dev.credentials import database_url
from services.dev.stack import Infrastructure, migrate, remove, start_infrastructure, start_services
from services.kit.auth import issue_token
from services.kit.clock import set_clock
from tests.unit.directory_samples import county

MEETING = datetime(2021, 4, 30, 2, 0, tzinfo=UTC)
"""2021-04-30 10:00 local."""
FORBIDDEN, NOT_FOUND, CONFLICT, UNPROCESSABLE, UNAUTHORIZED = 403, 404, 409, 422, 401


@pytest.fixture(scope="module")
def stack() -> Iterator[Infrastructure]:
    data = Path(tempfile.mkdtemp(prefix="yinuo-promises-"))
    try:
        started = start_infrastructure(data)
        migrate(started)
        asyncio.run(set_clock(started.admin_url, MEETING))
        start_services(data, ["assignment"])
        yield started
    finally:
        remove(data)
        shutil.rmtree(data, ignore_errors=True)


class Promises:
    """Talks to the process over HTTP, and to its database as its owner or its application role."""

    def __init__(self, stack: Infrastructure, http: httpx.AsyncClient) -> None:
        self.stack = stack
        self.http = http
        self.numbers = count(1)

    def staff(self, role: str, unit: str | None = None) -> dict[str, str]:
        key = self.stack.secrets["YINUO_TOKEN_PRIVATE_KEY"]
        token = issue_token(key, subject="tester", role=role, unit=unit)  # type: ignore[arg-type]
        return {"Authorization": f"Bearer {token}"}

    async def post(
        self, path: str, body: Any, role: str = "clerk", unit: str | None = None
    ) -> httpx.Response:
        return await self.http.post(path, json=body, headers=self.staff(role, unit))

    async def made(self, **given: Any) -> dict[str, Any]:
        answer = await self.post("/promises", self.asked(**given))
        assert answer.status_code == httpx.codes.OK, answer.text
        found: dict[str, Any] = answer.json()["promise"]
        return found

    def asked(self, **given: Any) -> dict[str, Any]:
        values = {
            "number": f"诺{next(self.numbers)}",
            "tier": "department",
            "unit": "water",
            "post": "water.head",
            "words": "六月底前修好老街水管。",
            "made_on": "2021-04-30",
            "due": "2021-06-30",
            "occasion": "meeting",
        }
        return {**values, **given}

    async def head(self) -> tuple[Head, str]:
        found = (await self.http.get("/promises/head")).json()
        public_key = found.pop("public_key")
        return Head(**found), public_key

    async def facts(self) -> list[Fact]:
        facts: list[Fact] = []
        following: int | None = 0
        while following is not None:
            page = (await self.http.get("/promises/chain", params={"after": following, "limit": 7})).json()
            facts += [Fact(**{**fact, "body": fact["body"].encode()}) for fact in page["facts"]]
            following = page["next"]
        return facts

    async def verified(self, *witnesses: Witness) -> Broken | None:
        head, public_key = await self.head()
        return verify(await self.facts(), head, public_key, witnesses)

    async def as_role(self, role: str) -> asyncpg.Connection:
        password = self.stack.secrets[f"YINUO_ASSIGNMENT_{role.upper()}_PASSWORD"]
        url = database_url(f"yinuo_assignment_{role}", password, self.stack.ports["postgres"])
        return await asyncpg.connect(url, server_settings={"search_path": "assignment"})


@pytest.fixture(scope="module")
async def promises(stack: Infrastructure) -> AsyncIterator[Promises]:
    url = f"http://127.0.0.1:{stack.ports['assignment']}"
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        talking = Promises(stack, http)
        holders = [
            {"post": post, "person": "某人", "from": "2020-01-01"}
            for post in ("magistrate", "petition.head", "water.head", "river_town.head")
        ]
        answer = await http.post(
            "/directory",
            content=county(holders=holders).model_dump_json(),
            headers={**talking.staff("administrator"), "Content-Type": "application/json"},
        )
        assert answer.status_code == httpx.codes.OK, answer.text
        yield talking


async def test_anybody_reads_a_promise_with_every_change_and_its_reason(promises: Promises) -> None:
    made = await promises.made(number="改期")
    change = {"due": "2021-08-31", "reason": "汛期道路中断", "approver": "magistrate"}
    changed = await promises.post(f"/promises/{made['promise_id']}/change", change)
    assert (changed.json()["due"], changed.json()["first_due"]) == ("2021-08-31", "2021-06-30")
    seen = (await promises.http.get(f"/promises/{made['promise_id']}")).json()
    assert [one["says"] for one in seen["facts"]] == [
        "2021-04-30 会议承诺：六月底前修好老街水管。 期限 2021-06-30",
        "期限 2021-06-30 → 2021-08-31，因为汛期道路中断。批准：县长",
    ]
    assert (seen["holder"], seen["unit_name"], seen["post_title"]) == ("某人", "水利局", "局长")
    for one in seen["facts"]:
        assert hashlib.sha256(one["fact"]["body"].encode()).hexdigest() == one["fact"]["hash"]
        assert json.loads(one["fact"]["body"]) == one["said"]


async def test_the_chain_verifies_from_its_first_fact_with_the_published_key(promises: Promises) -> None:
    await promises.made()
    assert await promises.verified() is None
