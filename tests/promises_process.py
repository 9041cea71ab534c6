"""Assignment as a process with a clock that stands at a meeting, and who talks to it about promises."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from services.assignment.chain import Broken, Fact, Head, Seal, Witness, verify
from services.dev.credentials import database_url
from services.dev.stack import Infrastructure, migrate, remove, start_infrastructure, start_services
from services.kit.auth import issue_token
from services.kit.clock import set_clock
from tests.promise_builders import MEETING
from tests.unit.directory_samples import POSTS, county

MEMBERS = {"code": "water.clerk", "title": "干事", "unit": "water", "tier": "section_leader"}
ALTERED = {
    "promise_id": "'a0000000-0000-4000-8000-000000000000'",
    "authority": "'city'",
    "number": "'另一号'",
    "version": "version + 1",
    "tier": "'town'",
    "unit": "'petition'",
    "post": "'petition.head'",
    "holder": "'另一人'",
    "member": "repeat('0', 64)",
    "first_words": "'另一句'",
    "words": "'另一句'",
    "projects": "'{项-9}'",
    "made_on": "made_on - 1",
    "first_due": "first_due + 90",
    "due": "due + 90",
    "occasion": "'written'",
    "programme": "'别的栏目'",
    "aired_on": "aired_on - 1",
    "clip": "'9'",
    "evidence": "'另一份'",
    "recorded_at": "recorded_at - interval '1 day'",
    "state": "'kept'",
    "settled_on": "'2021-04-30'",
}
"""Each column of the list of promises, and what somebody could write there."""


@contextmanager
def assignment_at_the_meeting() -> Iterator[Infrastructure]:
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

    @property
    def seal(self) -> Seal:
        """The authority's own, as somebody has it who stole the key."""
        return Seal.of(self.stack.secrets["YINUO_PROMISE_SIGNING_KEY"])

    def staff(self, role: str, unit: str | None = None) -> dict[str, str]:
        key = self.stack.secrets["YINUO_TOKEN_PRIVATE_KEY"]
        token = issue_token(key, subject="tester", role=role, unit=unit)  # type: ignore[arg-type]
        return {"Authorization": f"Bearer {token}"}

    async def post(
        self, path: str, body: Any = None, role: str = "clerk", unit: str | None = None
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

    @asynccontextmanager
    async def as_role(self, role: str) -> AsyncIterator[asyncpg.Connection]:
        """The database as `owner` or `app`."""
        password = self.stack.secrets[f"YINUO_ASSIGNMENT_{role.upper()}_PASSWORD"]
        url = database_url(f"yinuo_assignment_{role}", password, self.stack.ports["postgres"])
        connection = await asyncpg.connect(url, server_settings={"search_path": "assignment"})
        try:
            yield connection
        finally:
            await connection.close()

    async def directory(self) -> dict[str, Any]:
        answer = await self.http.get("/directory", headers=self.staff("administrator"))
        found: dict[str, Any] = answer.json()["directory"]
        return found

    async def load(self, directory: dict[str, Any]) -> httpx.Response:
        return await self.http.post("/directory", json=directory, headers=self.staff("administrator"))

    async def altering_each_column(self, made: Mapping[str, Any]) -> AsyncIterator[str]:
        """Each column of a promise's row, while the database's owner has altered it; then it is restored."""
        async with self.as_role("owner") as owner:
            columns = (
                "SELECT attname::text FROM pg_attribute WHERE attrelid = 'promises'::regclass AND attnum > 0"
            )
            assert {row["attname"] for row in await owner.fetch(columns)} == set(ALTERED)
            for column, value in ALTERED.items():
                before = await owner.fetchval(
                    f"SELECT {column} FROM promises WHERE promise_id = $1", made["promise_id"]
                )
                row = await owner.fetchval(
                    "SELECT ctid::text FROM promises WHERE promise_id = $1", made["promise_id"]
                )
                setting = "UPDATE promises SET {} = {} WHERE ctid = '{}'::tid RETURNING ctid::text"
                row = await owner.fetchval(setting.format(column, value, row))
                try:
                    yield column
                finally:
                    await owner.execute(setting.format(column, "$1", row), before)

    @asynccontextmanager
    async def rewritten(self, facts: Sequence[Fact], head: Head) -> AsyncIterator[None]:
        """The record as the owner of the database rewrote it; afterwards it is as it was."""
        before, (end, _) = await self.facts(), await self.head()
        async with self.as_role("owner") as owner:
            try:
                await _write(owner, facts, head)
                yield
            finally:
                await _write(owner, before, end)


async def _write(owner: asyncpg.Connection, facts: Sequence[Fact], head: Head) -> None:
    async with owner.transaction():
        await owner.executemany(
            "UPDATE promise_facts SET body = $2, hash = $3, signature = $4, key = $5 WHERE seq = $1",
            [(one.seq, one.body, one.hash, one.signature, one.key) for one in facts],
        )
        await owner.execute(
            "UPDATE promise_heads SET seq = $1, hash = $2, signature = $3, key = $4",
            *(head.seq, head.hash, head.signature, head.key),
        )


@asynccontextmanager
async def talking_to(stack: Infrastructure) -> AsyncIterator[Promises]:
    """Whoever calls the process, once it has a directory with a holder of each post."""
    url = f"http://127.0.0.1:{stack.ports['assignment']}"
    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as http:
        talking = Promises(stack, http)
        holders = [{"post": post["code"], "person": "某人", "from": "2020-01-01"} for post in POSTS]
        answer = await talking.load(county(posts=[*POSTS, MEMBERS], holders=holders).model_dump(mode="json"))
        assert answer.status_code == httpx.codes.OK, answer.text
        yield talking
