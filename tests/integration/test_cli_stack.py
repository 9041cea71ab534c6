"""The command line against a running stack: three weeks of the demonstration county, small.

The tests of this file build on one stack and leave it balanced.
"""

import csv
import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from click.testing import CliRunner, Result
from pydantic import SecretStr

from services.cli.__main__ import build
from services.cli.clock import instant_of
from services.dev.audit import CHECKS
from services.dev.chaos import COUNTY
from services.dev.clock import advance
from services.dev.credentials import KEYS
from services.dev.problem import Problem
from services.dev.running import Running
from services.dev.settle import settle
from services.intake.settings import raw
from services.intake.vault import Vault
from services.kit.clock import read_clock
from tests.audit_faults import FAULTS
from tests.e2e.conftest import running_stack

MONDAY = "2021-03-01T08:00+08:00"
MESSAGES = 60
PROMISE = {
    "tier": "county_leader",
    "unit": "county",
    "post": "magistrate",
    "words": "六月底前修通环城路。",
    "made_on": "2021-03-01",
    "due": "2021-06-30",
    "occasion": "meeting",
}

PROJECT = {
    "ledger": "县项-1",
    "name": "河口镇自来水管网改造",
    "content": "更换老旧主管道。",
    "tier": "department",
    "owner": "head_water_bureau",
    "lead_unit": "water_bureau",
    "budget": "0",
    "start": "2021-03-01",
    "completion": "2021-10-31",
}


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[Running]:
    async with running_stack(MONDAY) as stack:
        yield stack.running


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The county's first messages, and one that says nothing."""
    with (COUNTY / "messages.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))[:MESSAGES]
    file = tmp_path_factory.mktemp("messages") / "messages.csv"
    with file.open("w", encoding="gbk", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0].keys())
        writer.writeheader()
        writer.writerows([*rows, {**rows[0], "external_id": "empty", "body": ""}])
        writer.writerow({**rows[0], "external_id": "long", "title": "长" * 201})
    return file


@pytest.fixture(scope="module")
async def three_weeks(running: Running, messages: Path) -> Running:
    """Imported, partly handled, two circulars issued."""
    imported = yinuo(running, "import", str(messages))
    assert imported.exit_code == 0, imported.exception
    await settle(running)
    cases = (await asked(running, "assignment", "GET", "/cases?limit=200"))["cases"]
    steps = [{"case_id": case["case_id"], "step": "sign_for"} for case in cases[:40]]
    steps += [{"case_id": case["case_id"], "step": "complete", "reply": "已修好。"} for case in cases[:20]]
    steps += [
        {"case_id": case["case_id"], "step": "return", "reason": "不属本单位职责"} for case in cases[40:45]
    ]
    await asked(running, "assignment", "POST", "/cases/steps", json=steps)
    await whole_life(running, cases)
    for number in ("诺1", "诺2"):
        await asked(running, "assignment", "POST", "/promises", json={**PROMISE, "number": number})
    answers = {**PROJECT, "cases": [cases[5]["case_id"]]}
    await asked(running, "assignment", "POST", "/projects", json=answers)
    done = {"on": "2021-03-01", "text": "已完工。"}
    await asked(running, "assignment", "POST", f"/projects/{PROJECT['ledger']}/done", json=done)
    await settle(running)
    rating = {"ledger": PROJECT["ledger"], "level": "satisfied"}
    await said_by_citizen(running, cases[5], "project-ratings", **rating)
    now, _ = await read_clock(running.audit_url)
    await advance(running, instant_of("1w", now))
    unit = cases[-1]["unit"]
    notice = (await asked(running, "supervision", "GET", f"/inbox?unit={unit}"))["notices"][0]
    recipient = {"recipient": f"unit:{unit}"}
    await asked(running, "supervision", "POST", f"/notices/{notice['notice_id']}/ack", json=recipient)
    again = {"case_id": cases[4]["case_id"], "step": "redo", "reason": "未说明"}  # its book is closed
    await asked(running, "assignment", "POST", "/cases/steps", json=[again])
    await advance(running, instant_of("2w", now))
    return running


async def whole_life(running: Running, cases: list[dict[str, Any]]) -> None:
    """What becomes of cases besides signing for, completing and returning: 19 steps with the redo later.

    A bad rating opens a rectification; the five returns are decided by rule.
    """
    await settle(running)
    for number, step, said in (
        *((number, "redo", {"reason": "未说明"}) for number in (0, 1)),
        *((number, "review", {}) for number in (2, 3)),
        (2, "call_back", {"note": "满意"}),
        (2, "archive", {}),
        *((number, "suspend", {"reason": "待批复"}) for number in (20, 21)),
        (21, "resume", {}),
        *((number, "refuse", {"reason": "属诉讼事项"}) for number in (45, 46)),
        *((number, "merge", {"into": cases[50]["case_id"], "reason": "同一事项"}) for number in (51, 52, 53)),
        (53, "part", {"reason": "并非同一事项"}),
    ):
        asking = {"case_id": cases[number]["case_id"], "step": step, **said}
        [result] = await asked(running, "assignment", "POST", "/cases/steps", json=[asking])
        assert result["status"] == 200, result
    path, unit = f"/cases/{cases[22]['case_id']}/extension", cases[22]["unit"]
    wanted = {"days": 3, "reason": "等配件"}
    await asked(running, "assignment", "POST", path, running.token("handler", unit), json=wanted)
    await asked(running, "assignment", "POST", f"{path}/grant")
    await said_by_citizen(running, cases[47], "withdrawal")
    await said_by_citizen(running, cases[5], "rating", level="dissatisfied", comment="没修好")


def code_of(running: Running, case: dict[str, Any]) -> dict[str, str]:
    keys = (raw(SecretStr(running.secrets[name])) for name in KEYS["intake"])
    return {"tracking_code": Vault(*keys).tracking_code(UUID(case["demand_id"]))}


async def said_by_citizen(running: Running, case: dict[str, Any], what: str, **given: str) -> None:
    async with httpx.AsyncClient(base_url=running.service_url("intake"), trust_env=False) as http:
        sent = code_of(running, case) | given
        (await http.post(f"/demands/{case['receipt']}/{what}", json=sent)).raise_for_status()


async def tracked(running: Running, case: dict[str, Any]) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=running.service_url("intake"), trust_env=False) as http:
        answer = await http.get(f"/demands/{case['receipt']}", params=code_of(running, case))
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


async def asked(
    running: Running, service: str, method: str, path: str, token: str | None = None, **sent: Any
) -> Any:
    headers = {"Authorization": f"Bearer {token or running.token('administrator')}"}
    async with httpx.AsyncClient(base_url=running.service_url(service), trust_env=False, timeout=60) as http:
        answer = await http.request(method, path, headers=headers, **sent)
    return answer.raise_for_status().json()


def yinuo(running: Running, *arguments: str) -> Result:
    """Run a command in this process, in a thread without a loop. A Problem is in `exception`."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(CliRunner().invoke, build(), [*arguments, "--data", str(running.data)]).result()


def shown(running: Running, *arguments: str) -> Any:
    result = yinuo(running, *arguments, "--json")
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.stdout)


def test_importing_again_adds_nothing_and_refused_rows_are_written_down(
    three_weeks: Running, messages: Path
) -> None:
    found = shown(three_weeks, "import", str(messages))
    assert (found["read"], found["accepted"], found["refused"]) == (MESSAGES + 2, MESSAGES, 2)
    with Path(found["refused_rows"]).open(encoding="utf-8-sig", newline="") as lines:
        refused = list(csv.DictReader(lines))
    assert [(row["行号"], row["字段"], row["external_id"]) for row in refused] == [
        (str(MESSAGES + 2), "body", "empty"),
        (str(MESSAGES + 3), "title", "long"),
    ]
    assert all(row["原因"] and row["办法"] for row in refused)


def test_settle_says_that_nothing_is_left(three_weeks: Running) -> None:
    found = shown(three_weeks, "settle")
    assert (found["settled"], found["left"]) == (True, [])


def test_the_books_balance(three_weeks: Running) -> None:
    found = shown(three_weeks, "audit")
    assert found["balanced"]
    walked = {check["name"]: check["walked"] for check in found["checks"]}
    assert walked["demand_has_case"] == MESSAGES
    assert walked["case_has_two_limits"] == MESSAGES
    assert walked["steps_counted"] == 90
    assert walked["acknowledgements_counted"] == 1
    assert walked["ratings_counted"] == walked["withdrawal_ends_case"] == 1
    assert walked["circulars_equal_facts"] == 2
    assert "账实相符" in yinuo(three_weeks, "audit").stdout


async def test_citizens_of_merged_demands_get_the_reply_of_the_lead_case(three_weeks: Running) -> None:
    merged = (await asked(three_weeks, "assignment", "GET", "/cases?state=merged"))["cases"]
    one = await asked(three_weeks, "assignment", "GET", f"/cases/{merged[0]['case_id']}")
    lead = await asked(three_weeks, "assignment", "GET", f"/cases/{one['lead']['case_id']}")
    assert {member["case_id"] for member in lead["members"]} == {case["case_id"] for case in merged}
    assert (one["allowed"], one["complete_due"], one["overdue"]) == (["tag", "merge", "part"], None, False)
    limits = await asked(three_weeks, "supervision", "GET", f"/cases/{one['case_id']}/limits")
    assert {limit["state"] for limit in limits["limits"]} == {"closed"}
    itself = {"case_id": lead["case_id"], "step": "merge", "into": one["case_id"], "reason": "同一事项"}
    [refused] = await asked(three_weeks, "assignment", "POST", "/cases/steps", json=[itself])
    assert (refused["status"], refused["field"]) == (409, "into")
    steps = [{"case_id": lead["case_id"], "step": "sign_for"}]
    steps += [{"case_id": lead["case_id"], "step": "complete", "reply": "已一并修好。"}]
    taken = await asked(three_weeks, "assignment", "POST", "/cases/steps", json=steps)
    assert [step["status"] for step in taken] == [200, 200]
    await settle(three_weeks)
    for case in (lead, *merged):
        standing = await tracked(three_weeks, case)
        assert (standing["state"], standing["reply"]) == ("completed", "已一并修好。")
    await said_by_citizen(three_weeks, merged[0], "rating", level="satisfied")
    await settle(three_weeks)
    rated = await asked(three_weeks, "assignment", "GET", f"/cases/{merged[0]['case_id']}")
    assert (rated["state"], rated["rating"]) == ("merged", "satisfied")
    assert shown(three_weeks, "audit")["balanced"]


def test_the_clock_shows_where_it_stands_and_does_not_go_back(three_weeks: Running) -> None:
    assert shown(three_weeks, "clock", "show") == {"now": "2021-03-15T08:00:00+08:00", "stopped": True}
    refused = yinuo(three_weeks, "clock", "advance", "2021-03-01T08:00+08:00").exception
    assert isinstance(refused, Problem)
    assert "can't be set back" in refused.what


def test_circulars_are_listed_shown_and_issued_once(three_weeks: Running) -> None:
    listed = shown(three_weeks, "circulars", "list")
    assert [(line["number"], line["first"]) for line in listed] == [
        ("2021-02", "2021-03-08"),
        ("2021-01", "2021-03-01"),
    ]
    assert shown(three_weeks, "circulars", "show", "2021-01")["circular"]["counts"]["received"] == MESSAGES
    assert shown(three_weeks, "circulars", "issue", "2021-W09")["number"] == "2021-01"
    text = yinuo(three_weeks, "circulars", "show", "2021-W10").stdout
    assert "结转下期" in text
    assert "/circulars/2021-W10.html" in text


def test_a_week_that_is_not_over_is_not_issued(three_weeks: Running) -> None:
    refused = yinuo(three_weeks, "circulars", "issue", "2021-W11").exception
    assert isinstance(refused, Problem)
    assert refused.remedy


def test_keys_are_shown_once_and_work_until_revoked(three_weeks: Running) -> None:
    made = shown(three_weeks, "keys", "create", "--channel", "tv", "--name", "test")
    assert made["key"].startswith("yk_tv_")
    line = next(key for key in shown(three_weeks, "keys", "list") if key["id"] == made["id"])
    assert "key" not in line
    assert shown(three_weeks, "keys", "revoke", str(made["id"]))["revoked_at"]
    refused = yinuo(three_weeks, "keys", "create", "--channel", "fax").exception
    assert isinstance(refused, Problem)


def test_the_imports_own_key_is_replaced_when_somebody_revokes_it(
    three_weeks: Running, messages: Path
) -> None:
    for key in shown(three_weeks, "keys", "list"):
        if key["name"] == "yinuo import":
            shown(three_weeks, "keys", "revoke", str(key["id"]))
    assert shown(three_weeks, "import", str(messages))["accepted"] == MESSAGES


async def test_a_staff_token_opens_what_its_role_may_see(three_weeks: Running) -> None:
    token = shown(three_weeks, "staff", "token", "--role", "clerk")["token"]
    url = f"{three_weeks.service_url('assignment')}/cases"
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(url, headers={"Authorization": f"Bearer {token}"})).is_success


async def test_addresses_are_loaded_whole_and_what_was_given_up_is_sent_again(
    three_weeks: Running, tmp_path: Path
) -> None:
    file = tmp_path / "addresses.csv"
    rows = ["recipient,email,webhook,receives", "unit:water_bureau,w@fx.cn,http://127.0.0.1:9/hook,notices"]
    file.write_text("\n".join([*rows, "unit:moon,m@fx.cn,,"]), encoding="utf-8")
    refused = yinuo(three_weeks, "delivery", "addresses", "load", str(file))
    assert (refused.exit_code, "第 3 行 recipient 列" in refused.stdout) == (1, True)
    file.write_text("\n".join([*rows, "list:press,p@fx.cn,,circulars"]), encoding="utf-8")
    loaded = yinuo(three_weeks, "delivery", "addresses", "load", str(file), "--json")
    assert json.loads(loaded.stdout) == {"ok": True, "problems": [], "changed": 2}
    listed = json.loads(yinuo(three_weeks, "delivery", "addresses", "list", "--json").stdout)
    assert [(one["service"], one["recipient"]) for one in listed] == [
        ("supervision", "unit:water_bureau"),
        ("reporting", "list:press"),
    ]
    secret = yinuo(three_weeks, "delivery", "addresses", "secret", "unit:water_bureau")
    assert secret.stdout.startswith("whsec_")
    await given_up(three_weeks, 3)
    asked_again = yinuo(three_weeks, "delivery", "retry", "--recipient", "unit:water_bureau")
    assert asked_again.stdout.count("将立即重发") == 3
    log = json.loads(yinuo(three_weeks, "delivery", "log", "--state", "waiting", "--json").stdout)
    assert [(one["recipient"], one["tries"][0]["outcome"]) for one in log] == [
        ("unit:water_bureau", "asked_again")
    ] * 3
    for recipient in ("unit:water_bureau", "list:press"):
        assert yinuo(three_weeks, "delivery", "addresses", "remove", recipient).exit_code == 0
    assert isinstance(yinuo(three_weeks, "delivery", "retry").exception, Problem)


async def given_up(running: Running, count: int) -> None:
    """E-mails of supervision to the water bureau that nothing is tried for any more."""
    admin = await asyncpg.connect(running.admin_url)
    await admin.execute(
        """
        SET search_path = supervision;
        INSERT INTO delivery_contents (content_id, subject, body, payload)
        VALUES (gen_random_uuid(), '', '', '');
        """
    )
    await admin.execute(
        """
        INSERT INTO delivery_messages (message_id, content_id, recipient, channel, state)
        SELECT gen_random_uuid(), content_id, 'unit:water_bureau', 'email', 'given_up'
        FROM delivery_contents, generate_series(1, $1)
        """,
        count,
    )
    await admin.close()


def test_a_calendar_is_loaded_and_shown(three_weeks: Running, tmp_path: Path) -> None:
    assert shown(three_weeks, "calendar", "show", "2021")["source"] == "chinesecalendar"
    file = tmp_path / "2090.csv"
    file.write_text("date,kind,name\n2090-01-02,holiday,元旦\n2090-01-07,makeup,\n", encoding="gbk")
    assert shown(three_weeks, "calendar", "load", str(file))["year"] == 2090
    assert "2090-01-02 休 元旦" in yinuo(three_weeks, "calendar", "show", "2090").stdout
    file.write_text("date,kind\n2090-02-30,holiday\n2090-01-02,feast\n")
    refused = yinuo(three_weeks, "calendar", "load", str(file)).exception
    assert isinstance(refused, Problem)
    assert "row 2" in refused.what
    assert "row 3" in refused.what


def test_migrating_again_changes_nothing(three_weeks: Running) -> None:
    assert shown(three_weeks, "migrate") == {"topics_created": []}


LETTER = """
    INSERT INTO supervision.dead_letters (topic, partition, "offset", key, headers, value, reason)
    VALUES ('case', 0, 1000000 + $1::int, 'k', $2::jsonb, '{}', 'made by a test') RETURNING id
"""
OF_NO_USE = [
    ["ce_specversion", "1.0"],
    ["ce_id", "00000000-0000-0000-0000-000000000001"],
    ["ce_source", "/test"],
    ["ce_type", "yinuo.watermark.passed.v1"],
    ["ce_subject", "k"],
    ["ce_time", "2021-03-01T00:00:00Z"],
]


async def parked(running: Running, number: int, headers: list[list[str]]) -> str:
    connection = await asyncpg.connect(running.admin_url)
    try:
        return f"supervision/{await connection.fetchval(LETTER, number, json.dumps(headers))}"
    finally:
        await connection.close()


async def test_a_dead_letter_is_listed_shown_refused_dropped_and_unbalances_the_books_until_then(
    three_weeks: Running,
) -> None:
    name = await parked(three_weeks, 1, [])
    assert [letter["letter"] for letter in shown(three_weeks, "dlq", "list")] == [name]
    assert "made by a test" in yinuo(three_weeks, "dlq", "show", name).stdout
    unbalanced = yinuo(three_weeks, "audit")
    assert unbalanced.exit_code == 1
    assert "账实不符" in unbalanced.stdout
    replayed = yinuo(three_weeks, "dlq", "replay", name, "--json")
    assert replayed.exit_code == 1
    assert json.loads(replayed.stdout)["refused"][0]["letter"] == name
    assert shown(three_weeks, "dlq", "drop", name, "--yes") == {"dropped": 1, "waiting": 0}
    checks = {check["name"]: check for check in shown(three_weeks, "audit")["checks"]}
    assert checks["dropped"]["walked"] == 1


async def test_a_dead_letter_that_can_be_applied_is_gone_after_replay(three_weeks: Running) -> None:
    await parked(three_weeks, 2, OF_NO_USE)
    assert shown(three_weeks, "dlq", "replay", "--all") == {"applied": 1, "refused": []}
    assert shown(three_weeks, "dlq", "list") == []


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_audit_notices_that(three_weeks: Running, fault: str) -> None:
    statement, noticed_by = FAULTS[fault]
    connection = await asyncpg.connect(three_weeks.admin_url)
    try:
        now = await connection.fetchval("SELECT clock_timestamp()")
        change = connection.transaction()
        await change.start()
        assert await connection.execute(statement) in ("DELETE 1", "UPDATE 1", "INSERT 0 1")
        found = {check.name: await connection.fetch(check.sql(), now) for check in CHECKS}
        await change.rollback()
    finally:
        await connection.close()
    assert noticed_by <= {name for name, rows in found.items() if rows[0]["wrong"]}


def test_every_check_has_a_fault_that_it_notices() -> None:
    assert set().union(*(names for _, names in FAULTS.values())) == {check.name for check in CHECKS}
