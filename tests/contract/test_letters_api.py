"""Findings, letters and rounds over HTTP on PostgreSQL: the API in this process, the stores its own."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from services.cli.rounds import redrawn
from services.contracts.directory import AuthorityRecorded, HolderRecorded, LetterRules, UnitRecorded
from services.contracts.project import project_id_of
from services.dev.audit_letters import LETTERS
from services.dev.stack import Infrastructure
from services.kit.auth import TokenReader
from services.kit.http import build_api
from services.kit.postgres import Database
from services.supervision.api import routes as inbox_and_limits
from services.supervision.api_letter_office import LetterOffice
from services.supervision.api_letters import letter_routes
from services.supervision.api_photos import MOST_BYTES, photo_routes
from services.supervision.api_rounds import RoundOffice, round_routes
from services.supervision.calendar import LOCAL, WorkCalendar, parse_year
from services.supervision.calendars import Policies
from services.supervision.fire import fire
from services.supervision.follow_projects import Ended, Planned
from services.supervision.policy import Presets
from services.supervision.presets import ladder, limit_set
from services.supervision.store_calendars import PostgresCalendars
from services.supervision.store_directory import PostgresCopy
from services.supervision.store_notices import PostgresDueLimits
from services.supervision.store_projects import PostgresProjectCopy
from tests.builders import authority
from tests.conftest import DatabaseOf

Headers = Callable[..., dict[str, str]]
TODAY = datetime.now(LOCAL).date()
CALENDAR = WorkCalendar.of(
    parse_year(f"date,kind,name\n{year}-10-01,holiday,国庆节\n", source="test")
    for year in (TODAY.year, TODAY.year + 1)
)
PRESETS = Presets(
    {"guangdong": limit_set("guangdong")}, {name: ladder(name) for name in ("default", "guangyuan")}
)
POLICIES = Policies(PRESETS, CALENDAR.years)
LEDGERS = {"函-1": "water", "函-2": "hekou", "函-3": "roads"}
JPEG = b"\xff\xd8\xff\xda" + b"picture" + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n" + b"picture" + b"IEND\xaeB`\x82"
FOUND = {
    "place": "安河村泵站",
    "found": "泵站未安装，联系电话13912345678。",
    "needs_letter": True,
    "required": "限期安装。",
}


def told_of_authority(version: int, ladder: str = "default", **letters: Any) -> AuthorityRecorded:
    rules = LetterRules(**{"word": "凤督函", "signer": "office.head", **letters})
    return authority(version=version, ladder=ladder, letters=rules)


async def _know(database: Database) -> None:
    async with database.writing() as writing:
        copy, projects = PostgresCopy(writing.connection), PostgresProjectCopy(writing.connection)
        town = {"version": 1, "kind": "town", "post": "hekou.head"}
        await copy.keep_units(
            [
                UnitRecorded(code="hekou", name="河口镇", party_committee="中共河口镇委员会", **town),  # type: ignore[arg-type]
                UnitRecorded(code="roads", name="交通局", version=1, kind="department"),
                UnitRecorded(code="water", name="水利局", version=1, kind="department"),
            ]
        )
        await copy.keep_holders(
            [HolderRecorded(version=1, post="office.head", person="褚石泉", since=TODAY - timedelta(days=9))]
        )
        await projects.keep_projects(
            [
                Planned(project_id_of(ledger), ledger, f"项目{ledger}", unit, "town", 1)
                for ledger, unit in LEDGERS.items()
            ]
        )


@pytest.fixture
async def database(database_of: DatabaseOf, infrastructure: Infrastructure) -> AsyncIterator[Database]:
    """Supervision's, with a small directory; letters and rounds are gone before and after."""
    database = database_of("supervision")
    await _forget(infrastructure)
    await _know(database)
    await choose(database)
    yield database
    await _forget(infrastructure)


async def choose(database: Database, **letters: Any) -> None:
    async with database.writing() as writing:
        version = await writing.connection.fetchval("SELECT directory_version + 1 FROM policy")
        await PostgresCopy(writing.connection).choose(told_of_authority(version, **letters))


async def _forget(infrastructure: Infrastructure) -> None:
    """As the administrator of the database: the service itself may not."""
    admin = await asyncpg.connect(infrastructure.admin_url, server_settings={"search_path": "supervision"})
    try:
        for table in ("letter_steps", "letters", "letter_numbers", "findings", "photos"):
            await admin.execute(f"DELETE FROM {table}")
        for table in ("round_visits", "round_draws", "rounds", "projects", "units", "holders"):
            await admin.execute(f"DELETE FROM {table}")
        for table in ("limits", "notices", "happenings", "consequences"):
            await admin.execute(f"DELETE FROM {table} WHERE subject <> 'case'")
        for table in ("deliveries", "delivery_attachments", "delivery_messages", "delivery_contents"):
            await admin.execute(f"DELETE FROM {table}")
        await admin.execute("DELETE FROM delivery_addresses")
        await admin.execute("DELETE FROM outbox WHERE type ~ '^yinuo.(letter|round|finding|notice|subject)'")
        await admin.execute("UPDATE policy SET directory_version = 0, letters = '{}'")
    finally:
        await admin.close()


@pytest.fixture
async def client(database: Database, infrastructure: Infrastructure) -> AsyncIterator[httpx.AsyncClient]:
    reader = TokenReader.of(infrastructure.secrets["YINUO_TOKEN_PUBLIC_KEY"])
    api = build_api("supervision", "test", reader, {})
    letters = LetterOffice(database, POLICIES)
    rounds = RoundOffice(letters)
    own = (letter_routes(letters), round_routes(rounds), photo_routes(rounds))
    for routes in (*own, inbox_and_limits(database, POLICIES)):
        api.include_router(routes)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://test") as client:
        yield client


class People:
    """Whoever calls, by role."""

    def __init__(self, client: httpx.AsyncClient, token_for: Headers) -> None:
        self.client = client
        self.office = token_for("supervision_office")
        self.inspector = token_for("inspector")
        self.unit = token_for("unit_head", "hekou")
        self.others = token_for("unit_head", "roads")

    async def send(self, method: str, path: str, headers: dict[str, str], **body: Any) -> httpx.Response:
        return await self.client.request(method, path, headers=headers, json=body or None)

    async def ok(self, method: str, path: str, headers: dict[str, str], **body: Any) -> Any:
        answer = await self.send(method, path, headers, **body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def round(self, *targets: str, team: int = 1, **draw: Any) -> str:
        """A round that was drawn to go to some targets."""
        plan = await self.plan(*targets, team=team)
        await self.ok("POST", f"/rounds/{plan}/draw", self.office, **draw)
        return plan

    async def plan(self, *targets: str, inspectors: str = "甲乙丙丁", team: int = 1) -> str:
        days = {"first_day": str(TODAY), "last_day": str(TODAY)}
        named = [dict(zip(("kind", "key"), one.split(":"), strict=True)) for one in targets]
        body = {"name": "第一轮", "targets": named, "inspectors": list(inspectors), "team": team, **days}
        answer = await self.ok("PUT", f"/rounds/{uuid4()}", self.office, **body)
        return str(answer["round_id"])

    async def find(self, of_round: str, finding: UUID | None = None, **given: Any) -> httpx.Response:
        body = {"unit": "hekou", "found_at": datetime.now(UTC).isoformat(), **FOUND, **given}
        path = f"/rounds/{of_round}/findings/{finding or uuid4()}"
        return await self.send("PUT", path, self.inspector, **body)

    async def letter(self, **given: Any) -> Any:
        body = {"unit": "hekou", "found": "逾期。", "required": "办结。", **given}
        return await self.ok("POST", "/letters", self.office, **body)


@pytest.fixture
def people(client: httpx.AsyncClient, token_for: Headers) -> People:
    return People(client, token_for)


async def fired(database: Database, at: datetime) -> int:
    """Fire what is due at an instant; how many limits."""
    async with database.writing() as writing:
        policy = await POLICIES.current(PostgresCalendars(writing.connection))
        return len(await fire(PostgresDueLimits(writing.connection), writing.publish, policy, at))


async def queued(database: Database) -> list[str]:
    """The subjects of what waits to be sent, in their order."""
    sql = """
        SELECT c.subject FROM delivery_messages AS m JOIN delivery_contents AS c USING (content_id)
        ORDER BY m.created_at, c.subject
    """
    return [row["subject"] for row in await database.pool.fetch(sql)]


async def reached_by_mail(database: Database, *recipients: str) -> None:
    sql = "INSERT INTO delivery_addresses (recipient, email, set_by) VALUES ($1, 'a@example.org', 'test')"
    await database.pool.executemany(sql, [[one] for one in recipients])


async def events_of(database: Database, subject: str) -> list[str]:
    sql = "SELECT type FROM outbox WHERE subject = $1 ORDER BY id"
    return [row["type"].split(".", 1)[1] for row in await database.pool.fetch(sql, subject)]


async def audited(infrastructure: Infrastructure) -> list[tuple[str, list[str]]]:
    """What the checks of letters say; what they walked must be something."""
    connection = await asyncpg.connect(infrastructure.admin_url)
    try:
        rows = [(one.name, await connection.fetchrow(one.sql(), datetime.now(UTC))) for one in LETTERS]
    finally:
        await connection.close()
    assert any(row and row["walked"] for _, row in rows)
    return [(name, list(row["examples"])) for name, row in rows if row and row["wrong"]]


async def test_a_finding_becomes_a_letter_at_once_and_goes_its_way_to_the_end(
    people: People, database: Database, infrastructure: Infrastructure
) -> None:
    of_round = await people.round("unit:hekou")
    answer = (await people.find(of_round)).json()
    path = f"/letters/{answer['letter_id']}"
    letter = await people.ok("GET", path, people.unit)
    assert letter["number"] == f"凤督函〔{TODAY.year}〕1号"
    assert (letter["state"], letter["addressee"]) == ("issued", "中共河口镇委员会")
    assert (letter["signed_by"], letter["signed_post"]) == ("褚石泉", "office.head")
    assert "13912345678" not in letter["found"]
    due = CALENDAR.nth_working_day(TODAY.toordinal(), 10)
    assert letter["reply_by"] == datetime.fromordinal(due).date().isoformat()
    assert letter["allowed"] == ["receive"]

    await people.ok("POST", f"{path}/receive", people.unit)
    await people.ok("POST", f"{path}/reply", people.unit, reply="已安装。")
    back = await people.ok("POST", f"{path}/return", people.office, reason="请附照片。", reply_days=3)
    assert (back["state"], back["returns"]) == ("returned", 1)
    await people.ok("POST", f"{path}/reply", people.unit, reply="已安装，照片附后。")
    await people.ok("POST", f"{path}/accept", people.office)
    end = await people.ok("POST", f"{path}/strike-off", people.office, note="现场已复核。")
    assert [one["step"] for one in end["steps"]] == [
        *("draft", "sign", "receive", "reply", "return", "reply", "accept", "strike_off")
    ]
    assert await events_of(database, answer["letter_id"]) == [
        "letter.issued.v1",
        *["subject-limit.set.v1"] * 2,
        "letter.received.v1",
        "letter.replied.v1",
        "letter.returned.v1",
        "subject-limit.set.v1",
        "letter.replied.v1",
        "letter.accepted.v1",
        "letter.struck-off.v1",
    ]
    assert await audited(infrastructure) == []


STATES_AND_FAULTS = (
    ((), "UPDATE limits SET state = 'met' WHERE kind = 'letter_receipt'"),
    (("receive",), "UPDATE limits SET state = 'open', due_at = now() WHERE kind = 'letter_receipt'"),
    (("receive",), "UPDATE limits SET due_at = due_at + interval '1 day' WHERE kind = 'letter_reply'"),
    (("receive", "reply", "return"), "UPDATE limits SET generation = 1 WHERE kind = 'letter_reply'"),
    (("void",), "UPDATE limits SET state = 'open' WHERE kind = 'letter_reply'"),
    (("receive", "reply", "accept", "strike-off"), "DELETE FROM limits WHERE kind = 'letter_reply'"),
)


@pytest.mark.parametrize(("steps", "fault"), STATES_AND_FAULTS)
async def test_the_audit_holds_a_letters_limits_against_its_state(
    people: People, infrastructure: Infrastructure, steps: tuple[str, ...], fault: str
) -> None:
    path = f"/letters/{(await people.letter())['letter_id']}"
    words = {"reply": {"reply": "已办。"}, "return": {"reason": "请补充。"}, "void": {"reason": "写错了。"}}
    for one in steps:
        who = people.unit if one in ("receive", "reply") else people.office
        await people.ok("POST", f"{path}/{one}", who, **words.get(one, {}))
    assert await audited(infrastructure) == []
    admin = await asyncpg.connect(infrastructure.admin_url, server_settings={"search_path": "supervision"})
    await admin.execute(fault)
    await admin.close()
    assert [name for name, _ in await audited(infrastructure)] == ["letter_limits_follow_states"]


async def test_an_illegal_step_is_refused_and_the_allowed_ones_are_named(people: People) -> None:
    path = f"/letters/{(await people.letter())['letter_id']}"
    early = await people.send("POST", f"{path}/reply", people.unit, reply="已办。")
    assert (early.status_code, early.json()["state"], early.json()["allowed"]) == (409, "issued", ["receive"])
    for act in ("receive", "reply"):
        other = await people.send("POST", f"{path}/{act}", people.others, reply="已办。")
        assert other.status_code == 403
    assert (await people.send("GET", path, people.others)).status_code == 403
    assert (await people.send("GET", f"{path}/text", people.others)).status_code == 403
    assert (await people.send("GET", "/letters?unit=hekou", people.others)).status_code == 403
    late = await people.send("POST", f"{path}/return", people.office, reason="x", reply_by=str(TODAY))
    assert late.status_code == 409
    assert (await people.send("POST", f"/letters/{uuid4()}/receive", people.unit)).status_code == 404


async def test_numbers_have_no_gaps_whatever_fails_and_a_voided_letter_keeps_its_own(
    people: People, infrastructure: Infrastructure
) -> None:
    first = await people.letter()
    refused = [
        await people.send("POST", "/letters", people.office, unit="nowhere", found="x", required="y"),
        await people.send(
            "POST", "/letters", people.office, unit="water", found="x", required="y", reply_by=str(TODAY)
        ),
        await people.send(
            "POST",
            "/letters",
            people.office,
            unit="water",
            found="x",
            required="y",
            addressed="party_committee",
        ),
        await people.send(
            "POST", "/letters", people.office, unit="water", found="x", required="y", project="无"
        ),
    ]
    assert [one.status_code for one in refused] == [422] * 4
    await people.ok("POST", f"/letters/{first['letter_id']}/void", people.office, reason="写错了。")
    many = await asyncio.gather(*(people.letter() for _ in range(8)))
    serials = sorted(int(one["number"].split("〕")[1].removesuffix("号")) for one in many)
    assert serials == list(range(2, 10))
    shown = await people.ok("GET", f"/letters/{first['letter_id']}", people.office)
    assert (shown["state"], shown["number"]) == ("voided", f"凤督函〔{TODAY.year}〕1号")
    assert await audited(infrastructure) == []


async def test_the_same_letter_sent_again_changes_nothing(people: People) -> None:
    mine = str(uuid4())
    body = {"unit": "hekou", "found": "逾期。", "required": "办结。", "letter_id": mine}
    answers = [await people.send("POST", "/letters", people.office, **body) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 200]
    other = await people.send("POST", "/letters", people.office, **{**body, "found": "别的。"})
    assert (other.status_code, other.json()["field"]) == (409, "letter_id")
    assert len((await people.ok("GET", "/letters", people.office))["letters"]) == 1


async def test_where_the_policy_asks_for_a_signature_a_letter_waits_for_it(
    people: People, database: Database, infrastructure: Infrastructure
) -> None:
    await choose(database, signing="by_hand")
    of_round = await people.round("unit:hekou")
    letter_id = (await people.find(of_round)).json()["letter_id"]
    waiting = await people.ok("GET", f"/letters/{letter_id}", people.office)
    assert (waiting["state"], waiting["number"], waiting["allowed"]) == ("drafted", None, ["sign", "discard"])
    assert (await people.send("GET", f"/letters/{letter_id}/text", people.office)).status_code == 409
    assert await events_of(database, letter_id) == []
    assert (await people.send("GET", f"/letters/{letter_id}", people.unit)).status_code == 404
    assert (await people.ok("GET", "/letters", people.unit))["letters"] == []
    signed = await people.ok("POST", f"/letters/{letter_id}/sign", people.office)
    assert (signed["state"], signed["signed_by"], signed["signed_post"]) == ("issued", "tester", None)
    text = await people.ok("GET", f"/letters/{letter_id}/text", people.unit)
    assert (text["number"], text["copies"]) == (signed["number"], ["河口镇"])
    assert await audited(infrastructure) == []


async def test_a_finding_whose_day_is_over_waits_as_a_draft_and_is_not_lost(people: People) -> None:
    of_round = await people.round("unit:hekou")
    answer = await people.find(of_round, reply_by=str(TODAY - timedelta(days=1)))
    letter = await people.ok("GET", f"/letters/{answer.json()['letter_id']}", people.office)
    assert (answer.status_code, letter["state"]) == (201, "drafted")
    tomorrow = str(TODAY + timedelta(days=1))
    signed = await people.ok("POST", f"/letters/{letter['letter_id']}/sign", people.office, reply_by=tomorrow)
    assert (signed["state"], signed["reply_by"]) == ("issued", tomorrow)


async def test_a_day_for_the_reply_that_is_years_ahead_is_a_slip_of_the_pen(people: People) -> None:
    for day in ("9999-12-31", str(TODAY + timedelta(days=367))):
        words = {"unit": "hekou", "found": "逾期。", "required": "办结。", "reply_by": day}
        refused = await people.send("POST", "/letters", people.office, **words)
        assert (refused.status_code, refused.json()["field"]) == (422, "reply_by")
    assert (await people.letter(reply_by=str(TODAY + timedelta(days=366))))["state"] == "issued"


async def test_letters_are_listed_by_unit_state_and_page(people: People) -> None:
    for unit in ("hekou", "roads", "hekou"):
        await people.letter(unit=unit)
    mine = await people.ok("GET", "/letters", people.unit)
    assert [one["unit"] for one in mine["letters"]] == ["hekou", "hekou"]
    page = await people.ok("GET", "/letters?limit=2", people.office)
    rest = await people.ok("GET", f"/letters?limit=2&after={page['next']}", people.office)
    assert (len(page["letters"]), len(rest["letters"]), rest["next"]) == (2, 1, None)
    for asked, count in (("state=issued", 3), ("state=voided", 0), ("overdue=true", 0), ("overdue=false", 3)):
        assert len((await people.ok("GET", f"/letters?{asked}", people.office))["letters"]) == count


async def test_the_same_finding_again_changes_nothing_and_another_body_is_refused(
    people: People, database: Database, infrastructure: Infrastructure
) -> None:
    of_round, mine, at = await people.round("unit:hekou"), uuid4(), datetime.now(UTC).isoformat()
    both = await asyncio.gather(*(people.find(of_round, mine, found_at=at) for _ in range(2)))
    assert sorted(one.status_code for one in both) == [200, 201]
    other = await people.find(of_round, mine, found_at=at, found="别的问题")
    assert (other.status_code, other.json()["field"]) == (409, "finding_id")
    assert "is on record" in other.json()["detail"]
    assert await events_of(database, str(mine)) == ["finding.recorded.v1"]
    assert len((await people.ok("GET", "/letters", people.office))["letters"]) == 1
    assert await audited(infrastructure) == []


async def test_a_finding_that_comes_again_after_its_unit_is_gone_changes_nothing(
    people: People, database: Database
) -> None:
    of_round, mine, at = await people.round("unit:hekou"), uuid4(), datetime.now(UTC).isoformat()
    assert (await people.find(of_round, mine, found_at=at)).status_code == 201
    async with database.writing() as writing:
        gone = UnitRecorded(code="hekou", name="河口镇", version=2, kind="town", retired=True)
        await PostgresCopy(writing.connection).keep_units([gone])
    assert (await people.find(of_round, mine, found_at=at)).status_code == 200
    other = await people.find(of_round, found_at=at)
    assert (other.status_code, other.json()["field"]) == (422, "unit")


async def test_a_refusal_names_the_field_that_is_at_fault(people: People) -> None:
    of_round = await people.round("unit:hekou")
    for given in ({"unit": None, "project": "函-9"}, {"project": "函-9"}, {"unit": "nowhere"}):
        answer = await people.find(of_round, **given)
        assert (answer.status_code, answer.json()["field"]) == (422, next(reversed(given)))
    missed = await people.send("POST", f"/rounds/{of_round}/close", people.office, missed=["unit:roads"])
    assert (missed.status_code, missed.json()["field"]) == (422, "missed")


async def test_no_telephone_number_leaves_in_what_names_an_inspector_or_an_item(
    people: People, database: Database
) -> None:
    of_round, mine = await people.round("unit:hekou"), uuid4()
    await people.find(of_round, mine, item="电话13912345678", needs_letter=False)
    sql = "SELECT convert_from(value, 'UTF8') AS value FROM outbox WHERE subject = $1"
    [told] = await database.pool.fetch(sql, str(mine))
    assert "13912345678" not in told["value"]
    named = {**_planned("函-1"), "inspectors": ["甲 13912345678"]}
    assert (await people.send("PUT", f"/rounds/{uuid4()}", people.office, **named)).status_code == 422


async def test_a_leader_is_not_told_where_a_round_will_go(people: People, token_for: Headers) -> None:
    leader, of_round = token_for("leader", "hekou"), await people.round("unit:hekou")
    path = f"/rounds/{of_round}"
    assert (await people.ok("GET", path, leader))["draw"] is None
    assert (await people.send("GET", f"{path}/draw", leader)).status_code == 403
    assert (await people.ok("GET", path, people.inspector))["draw"]["drawn"]
    await people.ok("POST", f"{path}/close", people.office)
    assert (await people.ok("GET", path, leader))["draw"] is not None


async def test_what_was_found_before_the_round_was_closed_may_come_afterwards_and_is_marked(
    people: People,
) -> None:
    of_round = await people.round("unit:hekou")
    before = datetime.now(UTC).isoformat()
    await people.ok("POST", f"/rounds/{of_round}/close", people.office)
    late = await people.find(of_round, found_at=before)
    assert (late.status_code, late.json()["late"]) == (201, True)
    after = await people.find(of_round, found_at=datetime.now(UTC).isoformat())
    assert (after.status_code, after.json()["field"]) == (409, "found_at")
    assert (await people.find(await people.plan("unit:hekou"))).status_code == 409
    assert (await people.find(str(uuid4()))).status_code == 404


async def test_photographs_come_before_their_finding_or_after_it(people: People) -> None:
    before, after = (hashlib.sha256(one).hexdigest() for one in (JPEG, PNG))

    async def put(digest: str, content: bytes) -> httpx.Response:
        return await people.client.put(f"/photos/{digest}", content=content, headers=people.inspector)

    assert [(await put(before, JPEG)).status_code for _ in range(2)] == [201, 200]
    of_round = await people.round("unit:hekou")
    await people.find(of_round, photos=[before, after])
    [shown] = (await people.ok("GET", f"/rounds/{of_round}", people.inspector))["findings"]
    assert [one["there"] for one in shown["photos"]] == [True, False]
    assert (await put(after, PNG)).status_code == 201
    seen = await people.client.get(f"/photos/{after}", headers=people.unit)
    assert (seen.content, seen.headers["content-type"]) == (PNG, "image/png")
    assert (await people.client.get(f"/photos/{after}", headers=people.others)).status_code == 403
    assert (await people.client.get(f"/photos/{'0' * 64}", headers=people.office)).status_code == 404
    large = b"\xff\xd8\xff" + bytes(MOST_BYTES)
    refused = [
        await put(after, JPEG),
        await put(hashlib.sha256(b"GIF").hexdigest(), b"GIF"),
        await put(hashlib.sha256(large).hexdigest(), large),
    ]
    assert [(one.status_code, one.json()["field"]) for one in refused] == [
        (422, "digest"),
        (422, "body"),
        (413, "body"),
    ]


async def test_an_overdue_receipt_climbs_the_ladder_and_the_inbox_names_the_letter(
    people: People, database: Database
) -> None:
    await reached_by_mail(database, "unit:hekou")
    letter = await people.letter()
    path, limits = f"/letters/{letter['letter_id']}", f"/subjects/{letter['letter_id']}/limits"
    shown = await people.ok("GET", limits, people.unit)
    assert (shown["reference"], shown["post"]) == (letter["number"], "hekou.head")
    receipt, reply = shown["limits"]
    assert (receipt["limit"], receipt["due_at"]) == ("letter_receipt", letter["receipt_due"])
    assert (reply["limit"], reply["state"]) == ("letter_reply", "open")
    assert "规定时限 1 个工作日" in receipt["derivation"][1]["zh"]

    due = datetime.fromisoformat(receipt["due_at"])
    assert (await fired(database, due - timedelta(seconds=1)), await fired(database, due)) == (0, 1)
    [notice] = (await people.ok("GET", "/inbox", people.unit))["notices"]
    assert (notice["limit"], notice["reference"]) == ("letter_receipt", letter["number"])
    last_day = f"{due.astimezone(LOCAL) - timedelta(days=1):%Y-%m-%d}"
    assert await queued(database) == [
        f"【督办函】{letter['number']}：整改督办函",
        f"【督办单】黄单·警告：河口镇，督办函签收时限{last_day} 24:00",
    ]
    await people.ok("POST", f"{path}/receive", people.unit)
    met = await people.ok("GET", limits, people.unit)
    assert [one["state"] for one in met["limits"]] == ["met", "open"]
    assert (
        await people.send("GET", f"/subjects/{letter['letter_id']}/limits", people.others)
    ).status_code == 403


async def test_a_letter_reaches_its_unit_and_the_committee_that_is_a_unit_once_signed(
    people: People, database: Database
) -> None:
    async with database.writing() as writing:
        committee = UnitRecorded(code="hekou_party", name="中共河口镇委员会", version=1, kind="committee")
        await PostgresCopy(writing.connection).keep_units([committee])
    await reached_by_mail(database, "unit:hekou", "unit:hekou_party", "unit:roads")
    await choose(database, signing="by_hand")
    waits = await people.letter(addressed="party_committee")
    assert await queued(database) == []
    await people.ok("POST", f"/letters/{waits['letter_id']}/sign", people.office)
    rows = await database.pool.fetch(
        "SELECT recipient, a.name, a.content FROM delivery_messages JOIN delivery_attachments AS a "
        "USING (content_id) ORDER BY recipient"
    )
    assert [row["recipient"] for row in rows] == ["unit:hekou", "unit:hekou_party"]
    read = await people.client.get(f"/letters/{waits['letter_id']}.pdf", headers=people.unit)
    assert (read.headers["content-type"], read.content) == ("application/pdf", rows[0]["content"])


async def test_a_signed_letter_is_had_as_files_by_those_who_may_read_it(
    people: People, database: Database
) -> None:
    letter = (await people.letter())["letter_id"]
    for ending in ("pdf", "docx"):
        path = f"/letters/{letter}.{ending}"
        one, again = [await people.client.get(path, headers=people.unit) for _ in range(2)]
        assert (one.status_code, one.content) == (200, again.content)
        assert (await people.client.get(path, headers=people.others)).status_code == 403
    await choose(database, signing="by_hand")
    draft = (await people.letter())["letter_id"]
    refused = await people.client.get(f"/letters/{draft}.pdf", headers=people.office)
    assert (refused.status_code, refused.json()["field"]) == (409, "letter_id")


async def test_two_findings_of_a_project_bring_a_special_letter_which_is_written_once(
    people: People, database: Database
) -> None:
    await choose(database, ladder="guangyuan")
    await reached_by_mail(database, "unit:hekou")
    of_round = await people.round("project:函-2")
    for _ in range(2):
        found = await people.find(of_round, unit=None, project="函-2", needs_letter=False)
        assert found.status_code == 201
    [first, second] = (await people.ok("GET", "/inbox", people.unit))["notices"]
    assert (first["trigger"], first["colour"], first["reference"]) == ("finding", "yellow", "函-2")
    assert second["subject_id"] == str(project_id_of("函-2"))
    assert await queued(database) == ["【督办单】黄单·警告：河口镇，巡查问题"] * 2

    [proposed] = (await people.ok("GET", "/consequences", people.office))["consequences"]
    path = f"/consequences/{proposed['consequence_id']}/settle"
    words = {"found": "同一项目两次发现问题。", "required": "限期整改。"}
    body = {"how": "followed", "note": "专函督办", "letter": words}
    assert (await people.send("POST", path, people.office, **{**body, "how": "waived"})).status_code == 422
    done, again = [await people.ok("POST", path, people.office, **body) for _ in range(2)]
    assert done["letter_id"] == again["letter_id"]
    [letter] = (await people.ok("GET", "/letters", people.office))["letters"]
    assert (letter["letter_id"], letter["unit"], letter["project"]) == (done["letter_id"], "hekou", "函-2")
    assert letter["title"] == "专函督办"
    other = await people.send("POST", path, people.office, **{**body, "letter": {**words, "found": "别的。"}})
    assert (other.status_code, other.json()["field"]) == (409, "letter_id")


async def test_a_letter_is_found_by_its_finding(people: People) -> None:
    of_round, mine = await people.round("unit:hekou"), uuid4()
    await people.find(of_round, mine)
    await people.letter()
    [found] = (await people.ok("GET", f"/letters?finding={mine}", people.office))["letters"]
    assert found["finding_id"] == str(mine)
    assert (await people.ok("GET", f"/letters?finding={uuid4()}", people.office))["letters"] == []


async def test_the_same_plan_again_changes_nothing_and_another_one_is_refused(
    people: People, database: Database
) -> None:
    path, body = f"/rounds/{uuid4()}", _planned("函-1")
    answers = [await people.send("PUT", path, people.office, **body) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 200]
    await people.ok("POST", f"{path}/draw", people.office)
    later = await people.send("PUT", path, people.office, **body)
    assert (later.status_code, later.json()["state"]) == (200, "drawn")
    other = await people.send("PUT", path, people.office, **{**body, "name": "y"})
    assert (other.status_code, other.json()["field"]) == (409, "round_id")
    assert await events_of(database, path.rpartition("/")[2]) == ["round.planned.v1", "round.drawn.v1"]
    assert len((await people.ok("GET", "/rounds", people.inspector))["rounds"]) == 1


async def test_a_draw_can_be_done_again_from_what_it_says_and_nobody_goes_twice_running(
    people: People,
) -> None:
    targets = ("unit:hekou", "project:函-2", "project:函-1")
    first = await people.round(*targets, seed="2026-1")
    anybody = await people.client.get(f"/rounds/{first}/draw")
    assert anybody.status_code == 401
    again = await people.send("POST", f"/rounds/{first}/draw", people.office)
    assert (again.status_code, again.json()["state"]) == (409, "drawn")
    await people.ok("POST", f"/rounds/{first}/close", people.office)
    second = await people.round(*targets)
    await people.ok("POST", f"/rounds/{second}/close", people.office)
    before: dict[str, set[str]] = {}
    for one in (first, second):
        shown = (await people.client.get(f"/rounds/{one}/draw")).json()
        assert redrawn(shown) == shown["drawn"]
        for visit in shown["drawn"]:
            assert not before.get(visit["target"]["unit"], set()) & set(visit["inspectors"])
        before = {}
        for visit in shown["drawn"]:
            before.setdefault(visit["target"]["unit"], set()).update(visit["inspectors"])
    assert shown["barred"]
    alone = await people.plan("unit:hekou", inspectors="甲", team=2)
    few = await people.send("POST", f"/rounds/{alone}/draw", people.office)
    assert (few.status_code, few.json()["field"]) == (409, "inspectors")


async def test_coverage_names_what_no_round_has_seen(people: People, database: Database) -> None:
    of_round = await people.round("unit:hekou", "project:函-1")
    await people.find(of_round, unit=None, project="函-2")
    await people.ok("POST", f"/rounds/{of_round}/close", people.office, missed=["project:函-1"])
    covered = await people.ok("GET", "/rounds/coverage", people.inspector)
    seen = {one["key"]: one["rounds"] for one in covered["targets"]}
    assert seen == {"hekou": 1, "函-1": 0, "函-2": 1, "函-3": 0}
    never = await people.ok("GET", "/rounds/coverage?never=true", people.inspector)
    assert [one["key"] for one in never["targets"]] == ["函-1", "函-3"]
    async with database.writing() as writing:
        ended = Ended(project_id_of("函-3"), "done", 2)
        await PostgresProjectCopy(writing.connection).end_projects([ended])
    over = await people.ok("GET", "/rounds/coverage?never=true", people.inspector)
    assert [one["key"] for one in over["targets"]] == ["函-1"]
    wrong = await people.send("PUT", f"/rounds/{uuid4()}", people.office, **_planned("函-9"))
    assert (wrong.status_code, wrong.json()["field"]) == (422, "targets")


def _planned(ledger: str) -> dict[str, Any]:
    days = {"first_day": str(TODAY), "last_day": str(TODAY)}
    return {
        "name": "x",
        "targets": [{"kind": "project", "key": ledger}],
        "inspectors": ["甲"],
        "team": 1,
        **days,
    }


async def test_rounds_are_listed_last_first_with_their_state(people: People) -> None:
    first, second = await people.plan("unit:hekou"), await people.round("unit:hekou")
    page = await people.ok("GET", "/rounds?limit=1", people.inspector)
    rest = await people.ok("GET", f"/rounds?after={page['next']}", people.inspector)
    rounds = [(one["round_id"], one["state"]) for one in (*page["rounds"], *rest["rounds"])]
    assert rounds == [(second, "drawn"), (first, "planned")]
