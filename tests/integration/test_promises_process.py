"""Promises over HTTP, in the process itself: made, changed, settled, read by anybody, rewritten by nobody."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import pytest
import rfc8785
from aiokafka import AIOKafkaConsumer

from services.assignment.chain import Witness
from services.dev.audit_promises import PROMISES
from services.dev.credentials import database_url
from services.dev.stack import Infrastructure
from tests.project_fakes import plan
from tests.promise_builders import FORGER, forged
from tests.promises_process import Promises, assignment_at_the_meeting, talking_to

FORBIDDEN, NOT_FOUND, CONFLICT, UNPROCESSABLE, UNAUTHORIZED = 403, 404, 409, 422, 401
MOVED = {"due": "2021-08-31", "reason": "汛期道路中断", "approver": "magistrate"}


@pytest.fixture(scope="module")
def stack() -> Iterator[Infrastructure]:
    with assignment_at_the_meeting() as started:
        yield started


@pytest.fixture(scope="module")
async def promises(stack: Infrastructure) -> AsyncIterator[Promises]:
    async with talking_to(stack) as talking:
        yield talking


def said_too_late(said: dict[str, Any]) -> dict[str, Any]:
    return {**said, "due": "2021-12-31"}


async def test_anybody_reads_a_promise_with_every_change_and_its_reason(promises: Promises) -> None:
    made = await promises.made(number="改期")
    changed = await promises.post(f"/promises/{made['promise_id']}/change", MOVED)
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


async def test_a_promise_that_was_kept_is_kept_against_the_date_in_force(promises: Promises) -> None:
    made = await promises.made(due="2021-04-30")
    kept = await promises.post(
        f"/promises/{made['promise_id']}/settle", {"outcome": "kept", "evidence": "验收报告"}
    )
    assert (kept.json()["state"], kept.json()["settled_on"]) == ("kept", "2021-04-30")
    again = await promises.post(f"/promises/{made['promise_id']}/change", MOVED)
    assert (again.status_code, again.json()["remedy"]) == (CONFLICT, "另立一项新的承诺")


async def test_the_same_promise_again_adds_nothing_and_another_under_its_number_is_refused(
    promises: Promises,
) -> None:
    asked = promises.asked()
    first, again = await promises.post("/promises", asked), await promises.post("/promises", asked)
    assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)
    assert first.json()["promise"] == again.json()["promise"]
    other = await promises.post("/promises", {**asked, "words": "另一件事"})
    assert (other.status_code, other.json()["field"]) == (UNPROCESSABLE, "number")


async def test_personal_data_in_a_promise_is_masked_before_it_is_said(promises: Promises) -> None:
    made = await promises.made(words="有事请打13812345678")
    assert made["words"] == "有事请打〔手机号〕"
    assert "13812345678" not in " ".join(fact.body.decode() for fact in await promises.facts())


@pytest.mark.parametrize(
    ("role", "unit", "status"),
    [
        ("clerk", None, 200),
        ("administrator", None, 200),
        ("unit_head", "water", 200),
        ("handler", "water", 200),
        ("handler", "river_town", FORBIDDEN),
        ("unit_head", "river_town", FORBIDDEN),
        ("leader", None, FORBIDDEN),
        ("supervision_office", None, FORBIDDEN),
        ("inspector", None, FORBIDDEN),
        ("callback_clerk", None, FORBIDDEN),
    ],
)
async def test_each_role_makes_changes_and_settles_what_is_its_to_decide(
    promises: Promises, role: str, unit: str | None, status: int
) -> None:
    assert (await promises.post("/promises", promises.asked(), role, unit)).status_code == status
    path = f"/promises/{(await promises.made())['promise_id']}"
    assert (await promises.post(f"{path}/change", MOVED, role, unit)).status_code == status
    ending = {"outcome": "withdrawn", "reason": "并入另一项目", "approver": "magistrate"}
    assert (await promises.post(f"{path}/settle", ending, role, unit)).status_code == status


@pytest.mark.parametrize("role", ["handler", "unit_head", "leader"])
async def test_whole_lists_and_erasure_are_for_clerk_and_administrator(promises: Promises, role: str) -> None:
    made = await promises.made()
    rows = {"rows": [{"row": 2, "cells": promises.asked()}]}
    assert (await promises.post("/promises/import", rows, role, "water")).status_code == FORBIDDEN
    erase = await promises.post(f"/promises/{made['promise_id']}/erase", None, role, "water")
    assert erase.status_code == FORBIDDEN


@pytest.mark.parametrize("path", ["/promises", "/promises/import"])
async def test_nothing_is_put_on_record_without_a_token(promises: Promises, path: str) -> None:
    assert (await promises.http.post(path, json=promises.asked())).status_code == UNAUTHORIZED


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"due": "2021-04-29"}, "due"),
        ({"made_on": "2021-05-01"}, "made_on"),
        ({"unit": "moon"}, "unit"),
        ({"post": "moon.head"}, "post"),
        ({"post": None}, "post"),
        ({"tier": "section_leader", "post": "water.clerk"}, "post"),
        ({"post": "petition.head"}, "post"),
        ({"tier": "county_leader"}, "tier"),
        ({"tier": "ordinary_member", "member": "张三", "words": "张三每周巡河。"}, "words"),
        ({"member": "张三"}, "member"),
        ({"tier": "ordinary_member"}, "member"),
        ({"occasion": "television"}, "programme"),
        ({"clip": "03"}, "programme"),
        ({"projects": ["没有的"]}, "projects"),
    ],
)
async def test_a_promise_that_cannot_be_is_refused_with_its_field_and_a_remedy(
    promises: Promises, given: dict[str, Any], field: str
) -> None:
    refused = await promises.post("/promises", promises.asked(**given))
    assert (refused.status_code, refused.json()["field"]) == (UNPROCESSABLE, field)
    assert refused.json()["remedy"]


@pytest.mark.parametrize(
    ("step", "body", "field"),
    [
        ("change", {**MOVED, "due": "2021-04-01"}, "due"),
        ("change", {**MOVED, "due": "2021-06-30"}, "due"),
        ("change", {**MOVED, "approver": "moon.head"}, "approver"),
        ("change", {**MOVED, "approver": "water.clerk"}, "approver"),
        ("change", {**MOVED, "projects": ["没有的"]}, "projects"),
        ("settle", {"outcome": "kept"}, "evidence"),
        ("settle", {"outcome": "broken"}, "reason"),
        ("settle", {"outcome": "broken", "reason": "没有做"}, "outcome"),
        ("settle", {"outcome": "withdrawn", "reason": "并入"}, "approver"),
        ("settle", {"outcome": "kept", "evidence": "报告", "on": "2021-05-01"}, "on"),
    ],
)
async def test_what_cannot_be_said_about_a_promise_is_refused_with_its_field(
    promises: Promises, step: str, body: dict[str, Any], field: str
) -> None:
    made = await promises.made()
    refused = await promises.post(f"/promises/{made['promise_id']}/{step}", body)
    assert (refused.status_code, refused.json()["field"]) == (UNPROCESSABLE, field)


async def test_a_promise_names_projects_that_are_there_at_once_or_by_a_change(promises: Promises) -> None:
    for ledger in ("项-1", "项-2"):
        opened = await promises.post("/projects", {"ledger": ledger, **plan().model_dump(mode="json")})
        assert opened.status_code == 201
    first = await promises.made(projects=["项-1"])
    made = await promises.made()
    for projects, says in (
        (["项-1", "项-2"], "列入项目 项-1、项-2，因为已立项。批准：县长"),
        (["项-2"], "不再列入项目 项-1，因为已立项。批准：县长"),
    ):
        said = {"projects": projects, "reason": "已立项", "approver": "magistrate"}
        changed = await promises.post(f"/promises/{made['promise_id']}/change", said)
        assert (changed.json()["projects"], changed.json()["due"]) == (projects, made["due"])
        seen = (await promises.http.get(f"/promises/{made['promise_id']}")).json()
        assert seen["facts"][-1]["says"] == says
    for ledger, number in (("项-1", first["number"]), ("项-2", made["number"])):
        found = (await promises.http.get("/promises", params={"project": ledger})).json()["promises"]
        assert [one["number"] for one in found] == [number]
        page = (await promises.http.get(f"/projects/{ledger}/page")).text
        assert f"<td>{number}</td>" in page
        assert "水利局 局长 某人" in page
    assert await promises.verified() is None


async def test_a_later_directory_says_of_no_promise_that_another_made_it(promises: Promises) -> None:
    made, before = await promises.made(), await promises.directory()
    holders = [{**one, "person": "另一人"} for one in before["holders"]]
    refused = await promises.load({**before, "holders": holders})
    assert refused.status_code == UNPROCESSABLE
    assert [(one["row"], one["column"]) for one in refused.json()["problems"]] == [
        (row, "person") for row in range(2, 2 + len(holders))
    ]
    moved = await promises.load({**before, "authority": {**before["authority"], "code": "city"}})
    assert (moved.status_code, moved.json()["field"]) == (UNPROCESSABLE, "authority.yaml:None:code")
    seen = (await promises.http.get(f"/promises/{made['promise_id']}")).json()
    assert (seen["holder"], seen["facts"][0]["said"]["holder"]) == ("某人", "某人")


async def test_a_list_with_a_project_that_is_not_there_is_refused_by_row_and_column(
    promises: Promises,
) -> None:
    rows = [
        {"row": 2, "cells": promises.asked()},
        {"row": 3, "cells": promises.asked(projects="没有的")},
        {"row": 4, "cells": promises.asked(due="不是日期")},
    ]
    before, _ = await promises.head()
    refused = await promises.post("/promises/import", {"rows": rows})
    assert refused.status_code == UNPROCESSABLE
    assert [(one["row"], one["column"]) for one in refused.json()["problems"]] == [
        (3, "projects"),
        (4, "due"),
    ]
    assert all(one["remedy"] for one in refused.json()["problems"])
    assert (await promises.head())[0] == before


async def test_a_promise_that_is_not_there_is_not_found(promises: Promises) -> None:
    nowhere = "/promises/00000000-0000-4000-8000-000000000000"
    assert (await promises.http.get(nowhere)).status_code == NOT_FOUND
    for step in ("change", "erase"):
        assert (await promises.post(f"{nowhere}/{step}", MOVED)).status_code == NOT_FOUND


async def test_lists_are_filtered_and_go_on_page_by_page(promises: Promises) -> None:
    mine = [
        (await promises.made(tier="town", unit="river_town", post="river_town.head"))["number"]
        for _ in range(5)
    ]
    seen: list[str] = []
    asked: dict[str, Any] = {"unit": "river_town", "state": "standing", "limit": 2}
    while True:
        page = (await promises.http.get("/promises", params=asked)).json()
        seen += [one["number"] for one in page["promises"]]
        if page["next"] is None:
            break
        asked["after"] = page["next"]
    assert sorted(seen) == sorted(mine)
    nothing = await promises.http.get("/promises", params={"unit": "river_town", "overdue": True})
    assert nothing.json()["promises"] == []


async def test_a_name_is_a_commitment_that_can_be_erased_while_the_chain_holds(promises: Promises) -> None:
    made = await promises.made(tier="ordinary_member", post=None, member="张三丰")
    async with promises.as_role("owner") as owner:
        [kept] = await owner.fetch("SELECT name, salt FROM promise_members WHERE name = '张三丰'")
        assert hashlib.sha256(kept["salt"] + "张三丰".encode()).hexdigest() == made["member"]
        erased = [await promises.post(f"/promises/{made['promise_id']}/erase") for _ in range(2)]
        assert [one.json()["erased"] for one in erased] == [True, False]
        assert await owner.fetchval("SELECT count(*) FROM promise_members WHERE name = '张三丰'") == 0
    assert "张三丰" not in " ".join(fact.body.decode() for fact in await promises.facts())
    assert await promises.verified() is None


@pytest.mark.parametrize(
    "altering",
    [
        "UPDATE promise_facts SET at = at",
        "DELETE FROM promise_facts",
        "TRUNCATE promise_facts",
        "DELETE FROM promise_heads",
    ],
)
async def test_the_service_s_own_role_can_add_facts_but_not_alter_them(
    promises: Promises, altering: str
) -> None:
    async with promises.as_role("app") as app:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute(altering)


async def test_a_fact_rewritten_with_every_hash_after_it_is_caught_by_its_signature(
    promises: Promises,
) -> None:
    for _ in range(3):
        await promises.made()
    facts = await promises.facts()
    victim = len(facts) - 2
    for seal in (None, FORGER):
        async with promises.rewritten(*forged(facts, victim, said_too_late, seal)):
            broken = await promises.verified()
            assert broken is not None
            assert broken.seq == (victim if seal is None else len(facts))
    assert await promises.verified() is None


async def test_a_service_adds_nothing_to_a_head_that_it_did_not_sign(promises: Promises) -> None:
    await promises.made()
    facts = await promises.facts()
    async with promises.rewritten(*forged(facts, len(facts), said_too_late)):
        refused = await promises.post("/promises", promises.asked())
        assert refused.status_code == CONFLICT
        assert len(await promises.facts()) == len(facts)
    assert (await promises.post("/promises", promises.asked())).status_code == httpx.codes.OK


async def test_whoever_stole_the_key_is_caught_by_a_head_printed_before(promises: Promises) -> None:
    await promises.made()
    printed, _ = await promises.head()
    await promises.made()
    facts = await promises.facts()
    async with promises.rewritten(*forged(facts, printed.seq, said_too_late, promises.seal)):
        assert await promises.verified() is None
        broken = await promises.verified(Witness(printed.seq, printed.hash))
        assert broken is not None
        assert broken.seq == printed.seq
    assert await promises.verified(Witness(printed.seq, printed.hash)) is None


async def test_anybody_asks_whether_the_chain_holds_and_an_old_head_is_on_it(promises: Promises) -> None:
    await promises.made()
    printed, _ = await promises.head()
    await promises.made()
    on_it, off_it = f"{printed.seq}:{printed.hash}", f"{printed.seq}:{'0' * 64}"

    async def told(head: str | None = None) -> tuple[bool, int | None, bool | None]:
        answer = await promises.http.get("/promises/verify", params={"head": head} if head else {})
        found = answer.json()
        return found["holds"], found["broken"] and found["broken"]["seq"], found["on_chain"]

    assert await told() == (True, None, None)
    assert await told(on_it.upper()) == (True, None, True)
    assert await told(off_it) == await told(f"{printed.seq + 99}:{printed.hash}") == (True, None, False)
    assert set(await asyncio.gather(*(told(on_it) for _ in range(8)))) == {(True, None, True)}
    facts = await promises.facts()
    async with promises.rewritten(*forged(facts, printed.seq, said_too_late)):
        assert await told(on_it) == (False, printed.seq, False)
    async with promises.rewritten(*forged(facts, printed.seq, said_too_late, promises.seal)):
        assert await told(on_it) == (True, None, False)
    assert await told(on_it) == (True, None, True)
    wrong = await promises.http.get("/promises/verify", params={"head": "7"})
    assert wrong.status_code == UNPROCESSABLE


async def test_many_writers_at_once_keep_one_chain(promises: Promises) -> None:
    before, _ = await promises.head()
    answers = await asyncio.gather(*(promises.post("/promises", promises.asked()) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {httpx.codes.OK}
    after, _ = await promises.head()
    assert after.seq == before.seq + 20
    assert await promises.verified() is None


async def test_writers_of_the_same_promise_at_once_make_one(promises: Promises) -> None:
    asked = promises.asked()
    answers = await asyncio.gather(*(promises.post("/promises", asked) for _ in range(8)))
    assert sorted(answer.json()["repeated"] for answer in answers) == [False] + [True] * 7


async def test_each_fact_leaves_as_an_event_that_anybody_can_hash_again(promises: Promises) -> None:
    made = await promises.made(tier="ordinary_member", post=None, member="李四光")
    consumer = AIOKafkaConsumer(
        "promise", bootstrap_servers=promises.stack.kafka, auto_offset_reset="earliest", group_id=None
    )
    await consumer.start()
    try:
        async with asyncio.timeout(30):
            async for message in consumer:
                assert "李四光" not in message.value.decode()
                if message.key.decode() == made["promise_id"]:
                    break
    finally:
        await consumer.stop()
    said = json.loads(message.value)
    seals = {name: said.pop(name) for name in ("hash", "signature", "key")}
    event_type = dict(message.headers)["ce_type"].decode()
    body = rfc8785.dumps({"type": event_type, **said})
    assert (event_type, hashlib.sha256(body).hexdigest()) == ("yinuo.promise.made.v1", seals["hash"])
    assert body in [fact.body for fact in await promises.facts()]


async def wrong_in_the_books(promises: Promises) -> dict[str, tuple[str, ...]]:
    """What the audit finds of promises, by the name of the check."""
    url = database_url(
        "yinuo_audit", promises.stack.secrets["YINUO_AUDIT_PASSWORD"], promises.stack.ports["postgres"]
    )
    auditor = await asyncpg.connect(url)
    try:
        found = {one.name: await auditor.fetchrow(one.sql(), datetime.now(UTC)) for one in PROMISES}
    finally:
        await auditor.close()
    return {name: tuple(row["examples"]) for name, row in found.items() if row and row["wrong"]}


async def test_the_audit_holds_chain_head_and_list_against_each_other(promises: Promises) -> None:
    made = await promises.made()
    await promises.post(f"/promises/{made['promise_id']}/change", {**MOVED, "words": "修好并通水。"})
    assert await wrong_in_the_books(promises) == {}
    facts, (head, _) = await promises.facts(), await promises.head()
    altered = replace(facts[1], body=facts[1].body.replace(b"2021", b"2022"))
    async with promises.rewritten([facts[0], altered, *facts[2:]], replace(head, hash=facts[0].hash)):
        found = await wrong_in_the_books(promises)
        assert (found["promise_chain"], found["promise_head"]) == (("county 2",), ("county",))
    assert await wrong_in_the_books(promises) == {}


async def test_the_audit_finds_each_column_of_the_list_that_somebody_altered(promises: Promises) -> None:
    made = await promises.made(occasion="television", programme="亮诺台", aired_on="2021-04-29", clip="3")
    async for column in promises.altering_each_column(made):
        found = await wrong_in_the_books(promises)
        whose = "另一号" if column == "number" else made["number"]
        assert whose in found.get("promise_list", ()), column
    assert await wrong_in_the_books(promises) == {}


async def test_the_audit_finds_a_rewrite_by_what_a_circular_printed(promises: Promises) -> None:
    await promises.made()
    printed, _ = await promises.head()
    document = {"authority": {"code": "county"}, "promise_head": {"seq": printed.seq, "hash": printed.hash}}
    admin = await asyncpg.connect(promises.stack.admin_url)
    try:
        await admin.execute(
            """
            WITH book AS (
                INSERT INTO reporting.books (kind, first, until) VALUES ('weekly', '2021-04-26', '2021-05-03')
                RETURNING book, kind, first, until
            )
            INSERT INTO reporting.circulars (
                ref, kind, first, until, book, state, policy, document, figures_sha256,
                drafted_at, drafted_by, signed_at, signed_by, number, issued_at, issued_by
            )
            SELECT 'weekly-2021-04-26', kind, first, until, book, 'issued', 'automatic', $1, '',
                   now(), 'policy', now(), 'policy', '2021-07', now(), 'policy'
            FROM book
            """,
            json.dumps(document),
        )
        assert await wrong_in_the_books(promises) == {}
        stolen = forged(await promises.facts(), printed.seq, said_too_late, promises.seal)
        async with promises.rewritten(*stolen):
            found = await wrong_in_the_books(promises)
        assert found["promise_head_printed"] == (f"circular 2021-07 fact {printed.seq}",)
    finally:
        await admin.execute("DELETE FROM reporting.circulars")
        await admin.execute("DELETE FROM reporting.books")
        await admin.close()
