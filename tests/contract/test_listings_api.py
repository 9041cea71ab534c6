"""Listings and meetings on PostgreSQL: events come by the own handlers, people through the API."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from services.contracts.case import CaseMerged, CaseReassigned, CaseRectificationOpened
from services.contracts.demand import ProjectRated
from services.contracts.directory import PostRecorded, UnitRecorded
from services.contracts.envelope import Envelope, Event, Record
from services.contracts.flow import topic_of
from services.contracts.project import Plan, ProjectChanged, ProjectDropped, ProjectOpened, project_id_of
from services.dev.audit_listings import LISTINGS
from services.dev.stack import Infrastructure
from services.kit.auth import TokenReader
from services.kit.http import build_api
from services.kit.postgres import Database
from services.supervision.api_listings import listing_routes
from services.supervision.api_meetings import meeting_routes
from services.supervision.calendar import LOCAL, WorkCalendar, parse_year
from services.supervision.calendars import Policies
from services.supervision.fire import fire
from services.supervision.policy import Presets
from services.supervision.presets import ladder, limit_set
from services.supervision.store import PostgresLimits
from services.supervision.store_calendars import PostgresCalendars
from services.supervision.store_directory import PostgresCopy
from services.supervision.store_meetings import PostgresMeetings
from services.supervision.store_names import PostgresNames
from services.supervision.store_notices import PostgresDueLimits
from services.supervision.stream import cases_moved, projects_moved, projects_rated
from tests.builders import authority, case_assigned
from tests.conftest import DatabaseOf

Headers = Callable[..., dict[str, str]]
TODAY = datetime.now(LOCAL).date()
CALENDAR = WorkCalendar.of(
    parse_year(f"date,kind,name\n{year}-10-01,holiday,国庆节\n", source="test")
    for year in (TODAY.year - 1, TODAY.year, TODAY.year + 1)
)
POLICIES = Policies(
    Presets({"guangdong": limit_set("guangdong")}, {"default": ladder("default")}), CALENDAR.years
)
LEDGER = "挂-1"
PROJECT = project_id_of(LEDGER)
TABLES = (
    *("follow_ups", "meeting_words", "meeting_items", "meetings", "posts"),
    "listing_steps",
    "listings",
    "project_ratings",
    "happenings",
    "notices",
    "projects",
    "units",
)


async def _forget(infrastructure: Infrastructure) -> None:
    """As the administrator of the database: the service itself may not."""
    admin = await asyncpg.connect(infrastructure.admin_url, server_settings={"search_path": "supervision"})
    try:
        for table in TABLES:
            await admin.execute(f"DELETE FROM {table}")
        await admin.execute(
            "DELETE FROM limits WHERE subject IN ('listing', 'project', 'follow_up')"
            " OR unit IN ('hekou', 'roads')"
        )
        await admin.execute("DELETE FROM outbox")
        await admin.execute("UPDATE policy SET directory_version = 0, letters = '{}'")
    finally:
        await admin.close()


@pytest.fixture
async def database(database_of: DatabaseOf, infrastructure: Infrastructure) -> AsyncIterator[Database]:
    """Supervision's, with a town and a project of it."""
    database = database_of("supervision")
    await _forget(infrastructure)
    async with database.writing() as writing:
        copy = PostgresCopy(writing.connection)
        await copy.choose(authority(version=1))
        town = {"version": 1, "kind": "town", "post": "hekou.head"}
        await copy.keep_units([UnitRecorded(code="hekou", name="河口镇", **town)])  # type: ignore[arg-type]
        await copy.keep_posts(
            [PostRecorded(code="hekou.head", title="镇长", unit="hekou", tier="town", version=1)]
        )
    yield database
    await _forget(infrastructure)


def record(event: Event, at: datetime | None = None) -> Record:
    time = at or datetime.now(UTC)
    envelope = Envelope(event.event_id(), event.type, "/yinuo/test", event.subject(), time)
    return Record(envelope, event, topic_of(event), 0, 0)


def plan(**given: Any) -> Plan:
    values: dict[str, Any] = {"lead_unit": "hekou", "owner": "hekou.head", **given}
    return Plan(
        name="河口镇自来水管网改造",  # type: ignore[arg-type]
        content="换管三公里。",  # type: ignore[arg-type]
        tier="town",
        budget="1000.00",  # type: ignore[arg-type]
        start=date(TODAY.year, 1, 1),
        completion=TODAY,
        **values,
    )


OF_PROJECT: dict[str, Any] = {"project_id": PROJECT, "ledger": LEDGER}
DECIDED: dict[str, Any] = {"reason": "工作调整。", "approver": "county.head"}


def project_opened() -> ProjectOpened:
    return ProjectOpened(**OF_PROJECT, version=1, plan=plan())


def handed_to_roads() -> ProjectChanged:
    moved = plan(lead_unit="roads", owner="roads.head")
    changed = ("lead_unit", "owner")
    return ProjectChanged(**OF_PROJECT, **DECIDED, version=2, plan=moved, changed=changed)


def dropped(version: int = 2) -> ProjectDropped:
    return ProjectDropped(**OF_PROJECT, **DECIDED, version=version)


def rated(level: str = "dissatisfied", demand_id: UUID | None = None) -> ProjectRated:
    return ProjectRated(demand_id=demand_id or uuid4(), project_id=PROJECT, level=level)  # type: ignore[arg-type]


class County:
    """What happens in supervision, by the topics and by people."""

    def __init__(self, database: Database, client: httpx.AsyncClient, token_for: Headers) -> None:
        self.database, self.client = database, client
        self.office = token_for("supervision_office")
        self.unit = token_for("unit_head", "hekou")
        self.others = token_for("unit_head", "roads")
        self.leader = token_for("leader", "hekou")
        self.other_leader = token_for("leader", "roads")

    async def told(self, *events: Event, at: datetime | None = None) -> None:
        """Events of one topic, as one batch."""
        handler = {"case": cases_moved, "project": projects_moved, "demand": projects_rated}
        async with self.database.writing() as writing:
            await handler[topic_of(events[0])](POLICIES, writing, [record(one, at) for one in events])

    async def send(self, method: str, path: str, who: dict[str, str] | None, **body: Any) -> httpx.Response:
        return await self.client.request(method, path, headers=who, json=body or None)

    async def ok(self, method: str, path: str, who: dict[str, str] | None = None, **body: Any) -> Any:
        answer = await self.send(method, path, who, **body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def listings(self, **asked: str) -> list[Any]:
        return list((await self.client.get("/listings", params=asked)).json()["listings"])

    async def listed(self, reason: str = "群众不满意。", **given: Any) -> Any:
        return await self.ok("POST", "/listings", self.office, project=LEDGER, reason=reason, **given)

    async def events(self, subject: object) -> list[str]:
        sql = (
            "SELECT type FROM outbox WHERE subject = $1 AND type ~ '(listing|meeting|follow-up)' ORDER BY id"
        )
        rows = await self.database.pool.fetch(sql, str(subject))
        return [
            row["type"].removeprefix("yinuo.listing.").removeprefix("yinuo.").removesuffix(".v1")
            for row in rows
        ]


@pytest.fixture
async def county(
    database: Database, infrastructure: Infrastructure, token_for: Headers
) -> AsyncIterator[County]:
    reader = TokenReader.of(infrastructure.secrets["YINUO_TOKEN_PUBLIC_KEY"])
    api = build_api("supervision", "test", reader, {})
    api.include_router(listing_routes(database, POLICIES))
    api.include_router(meeting_routes(database, POLICIES))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://test") as client:
        yield County(database, client, token_for)


@pytest.fixture
async def books(infrastructure: Infrastructure) -> AsyncIterator[Callable[[], Any]]:
    """What the checks of listings say."""
    connection = await asyncpg.connect(infrastructure.admin_url)

    async def audited() -> list[tuple[str, list[str]]]:
        rows = [(one.name, await connection.fetchrow(one.sql(), datetime.now(UTC))) for one in LISTINGS]
        return [(name, list(row["examples"])) for name, row in rows if row and row["wrong"]]

    yield audited
    await connection.close()


async def test_three_bad_ratings_list_a_project_once_whatever_comes_twice(
    county: County, books: Callable[[], Any]
) -> None:
    await county.told(project_opened())
    ratings = [rated(), rated("very_dissatisfied"), rated("satisfied"), rated()]
    await county.told(*ratings[:3])
    assert await county.listings() == []
    await county.told(ratings[3])
    await county.told(*ratings)
    [listing] = await county.listings()
    assert (listing["project"], listing["unit_name"], listing["ratings"]) == (LEDGER, "河口镇", 3)
    assert (listing["opened_by"], listing["rule"], listing["state"]) == (
        "rule",
        "project-rated-badly",
        "listed",
    )
    assert await county.events(PROJECT) == ["opened"]
    assert await books() == []


async def test_ratings_that_come_before_their_project_list_it_when_it_comes(county: County) -> None:
    await county.told(rated(), rated(), rated())
    assert await county.listings() == []
    await county.told(project_opened())
    assert [one["project"] for one in await county.listings(kind="project")] == [LEDGER]


async def test_a_case_that_is_rated_badly_again_is_listed(county: County) -> None:
    case = case_assigned(unit="hekou", post="hekou.head")
    head: dict[str, Any] = {
        "case_id": case.case_id,
        "demand_id": case.demand_id,
        "dispatch": 1,
        "unit": "hekou",
    }
    bad = [
        CaseRectificationOpened(**head, version=version, post="hekou.head", state="completed")
        for version in (5, 9)
    ]
    await county.told(case, bad[0])
    assert await county.listings() == []
    await county.told(bad[1])
    await county.told(bad[1])
    [listing] = await county.listings(kind="case")
    assert (listing["case_id"], listing["unit"], listing["ratings"]) == (str(case.case_id), "hekou", 2)
    assert await county.events(case.case_id) == ["opened"]


async def test_a_listing_goes_its_way_in_public_until_the_authority_strikes_it_off(
    county: County, books: Callable[[], Any]
) -> None:
    await county.told(project_opened())
    listing = await county.listed(reason="电话13912345678的群众不满意。")
    path = f"/listings/{listing['listing_id']}"
    assert "13912345678" not in listing["reason"]
    due = datetime.fromisoformat(listing["report_due"])
    assert due.astimezone(LOCAL) == datetime.combine(TODAY + timedelta(days=8), datetime.min.time(), LOCAL)
    await county.ok("POST", f"{path}/progress", county.unit, text="已进场。")
    await county.ok("POST", f"{path}/ask", county.unit, text="已整改。")
    await county.ok("POST", f"{path}/send-back", county.office, reason="仍有漏点。")
    await county.ok("POST", f"{path}/progress", county.unit, text="已补漏。")
    asked = await county.ok("POST", f"{path}/ask", county.unit, text="已整改。")
    assert (asked["report_due"], asked["state"]) == (None, "asked")
    await county.ok("POST", f"{path}/strike-off", county.office, note="已复核。")
    public = await county.ok("GET", path)
    assert (public["state"], public["reports"], public["allowed"]) == ("struck_off", 2, [])
    assert "by" not in public["steps"][0]
    assert await county.events(PROJECT) == [
        *("opened", "progressed", "strike-off-asked", "sent-back", "progressed"),
        *("strike-off-asked", "struck-off"),
    ]
    limits = await county.database.pool.fetch(
        "SELECT state, generation FROM limits WHERE subject = 'listing'"
    )
    assert [tuple(row) for row in limits] == [("met", 4)]
    assert await books() == []


async def test_an_illegal_step_names_the_allowed_ones_and_others_are_refused(county: County) -> None:
    await county.told(project_opened())
    path = f"/listings/{(await county.listed())['listing_id']}"
    early = await county.send("POST", f"{path}/strike-off", county.office)
    assert (early.status_code, early.json()["state"], early.json()["allowed"]) == (409, "listed", [])
    assert (await county.send("POST", f"{path}/strike-off", county.unit)).status_code == 403
    assert (await county.send("POST", f"{path}/progress", county.others, text="x")).status_code == 403
    await county.ok("POST", f"{path}/ask", county.unit, text="已整改。")
    late = await county.send("POST", f"{path}/progress", county.unit, text="x")
    assert (late.status_code, late.json()["allowed"]) == (409, [])
    shown = await county.ok("GET", path, county.office)
    assert shown["allowed"] == ["send_back", "strike_off"]
    assert (await county.send("GET", f"/listings/{uuid4()}", None)).status_code == 404


async def test_a_subject_has_one_open_listing_and_may_have_another_later(
    county: County, books: Callable[[], Any]
) -> None:
    await county.told(project_opened())
    first = await county.listed()
    assert (await county.listed())["listing_id"] == first["listing_id"]
    other = await county.send("POST", "/listings", county.office, project=LEDGER, reason="别的。")
    assert (other.status_code, other.json()["listing_id"]) == (409, first["listing_id"])
    body = {"project": LEDGER, "reason": "群众不满意。", "title": "另一个题目"}
    assert (await county.send("POST", "/listings", county.office, **body)).status_code == 409
    await county.told(rated(), rated(), rated())
    assert len(await county.listings()) == 1
    path = f"/listings/{first['listing_id']}"
    await county.ok("POST", f"{path}/ask", county.unit, text="已整改。")
    await county.ok("POST", f"{path}/strike-off", county.office)
    await county.told(rated())
    assert [one["state"] for one in await county.listings()] == ["struck_off"]
    again = await county.listed()
    assert (again["times"], again["listing_id"] != first["listing_id"]) == (2, True)
    assert await books() == []


async def report_limits(county: County) -> list[tuple[str, str, str]]:
    sql = "SELECT unit, post, state FROM limits WHERE kind = 'listing_report'"
    return [tuple(row) for row in await county.database.pool.fetch(sql)]


async def test_a_listing_follows_its_project_to_another_unit(
    county: County, books: Callable[[], Any]
) -> None:
    await county.told(project_opened())
    listing = await county.listed()
    path = f"/listings/{listing['listing_id']}"
    await county.told(handed_to_roads())
    moved = await county.ok("GET", path, county.others)
    assert (moved["unit"], moved["state"], moved["allowed"]) == ("roads", "listed", ["progress", "ask"])
    assert moved["report_due"] == listing["report_due"]
    assert moved["steps"][-1]["step"] == "hand_over"
    assert await report_limits(county) == [("roads", "roads.head", "open")]
    assert (await county.send("POST", f"{path}/progress", county.unit, text="x")).status_code == 403
    await county.ok("POST", f"{path}/progress", county.others, text="已接手。")
    assert await county.events(PROJECT) == ["opened", "handed-over", "progressed"]
    assert await books() == []


async def test_a_listing_follows_its_case_and_is_put_before_the_authority_when_it_is_merged(
    county: County, books: Callable[[], Any]
) -> None:
    case = case_assigned(unit="hekou", post="hekou.head")
    head: dict[str, Any] = {"case_id": case.case_id, "demand_id": case.demand_id}
    await county.told(case)
    listing = await county.ok(
        "POST", "/listings", county.office, case_id=str(case.case_id), reason="群众不满意。"
    )
    again = {"case_id": str(case.case_id), "reason": "别的。"}
    refused = await county.send("POST", "/listings", county.office, **again)
    assert (refused.status_code, refused.json()["field"]) == (409, "case_id")
    to_roads: dict[str, Any] = {"unit": "roads", "post": "roads.head", "from_unit": "hekou"}
    await county.told(CaseReassigned(**head, **to_roads, version=2, dispatch=2))
    assert [one["unit"] for one in await county.listings()] == ["roads"]
    merged: dict[str, Any] = {"lead": uuid4(), "state": "dispatched", "reason": "同一事项。", "unit": "water"}
    await county.told(CaseMerged(**head, **merged, version=3, dispatch=2))
    offered = await county.ok("GET", f"/listings/{listing['listing_id']}", county.office)
    assert (offered["state"], offered["allowed"]) == ("asked", ["send_back", "strike_off"])
    assert offered["steps"][-1]["words"] == "所挂办件已并入其他办件，提请决定是否销号"
    assert await county.events(case.case_id) == ["opened", "handed-over", "strike-off-asked"]
    assert await books() == []


async def test_a_listing_whose_project_ended_waits_for_the_authority_and_goes_on_if_sent_back(
    county: County, books: Callable[[], Any]
) -> None:
    await county.told(project_opened())
    path = f"/listings/{(await county.listed())['listing_id']}"
    await county.told(dropped())
    ended = await county.ok("GET", path)
    assert (ended["state"], ended["report_due"]) == ("asked", None)
    assert ended["steps"][-1]["step"] == "offer"
    assert await report_limits(county) == [("hekou", "hekou.head", "closed")]
    back = await county.ok("POST", f"{path}/send-back", county.office, reason="遗留问题未处理。")
    assert back["state"] == "listed"
    await county.ok("POST", f"{path}/ask", county.unit, text="已处理。")
    await county.ok("POST", f"{path}/strike-off", county.office)
    assert await county.events(PROJECT) == [
        *("opened", "strike-off-asked", "sent-back", "strike-off-asked", "struck-off")
    ]
    assert await books() == []


async def test_a_project_that_ended_undone_is_not_listed_by_rule(county: County) -> None:
    await county.told(rated(), rated(), rated())
    await county.told(project_opened(), dropped())
    assert await county.listings() == []


async def test_what_notices_about_a_listing_ask_for_ends_when_it_is_struck_off(county: County) -> None:
    await county.told(project_opened())
    listing = await county.listed()
    async with county.database.writing() as writing:
        limits = PostgresLimits(writing.connection)
        [report] = await limits.of_subjects([UUID(listing["listing_id"])])
        await limits.add([report._replace(kind="notice_reply", about="a notice")])
    path = f"/listings/{listing['listing_id']}"
    await county.ok("POST", f"{path}/ask", county.unit, text="已整改。")
    await county.ok("POST", f"{path}/strike-off", county.office)
    states = await county.database.pool.fetch(
        "SELECT kind, state FROM limits WHERE subject = 'listing' ORDER BY kind"
    )
    assert [tuple(row) for row in states] == [("listing_report", "met"), ("notice_reply", "closed")]


async def test_what_is_not_known_can_not_be_listed(county: County) -> None:
    for given in ({"project": "无"}, {"case_id": str(uuid4())}, {}):
        answer = await county.send("POST", "/listings", county.office, reason="x", **given)
        assert answer.status_code == 422, answer.text
    assert (
        await county.send("POST", "/listings", county.unit, project=LEDGER, reason="x")
    ).status_code == 403


LONG_AGO = datetime.now(UTC) - timedelta(days=40)
TOMORROW = str(TODAY + timedelta(days=1))


async def meeting(county: County, **given: Any) -> Any:
    body = {"name": "六月例会", "day": str(TODAY), **given}
    return await county.ok("POST", "/meetings", county.office, **body)


async def test_an_agenda_is_what_is_overdue_or_badly_rated_and_stays_as_it_was_drawn(
    county: County, books: Callable[[], Any]
) -> None:
    await county.told(case_assigned(unit="hekou", post="hekou.head"), at=LONG_AGO)
    await county.told(project_opened())
    await county.told(rated(), rated(), rated())
    held = await meeting(county)
    items = [(one["kind"], one["unit_name"], one["what"], one["count"]) for one in held["agenda"]]
    assert items == [
        ("listing", "河口镇", "listed", 1),
        *(("overdue", "河口镇", kind, 1) for kind in ("sign_for", "complete")),
        ("bad_rating", "河口镇", "project", 3),
    ]
    await county.told(rated())
    path = f"/meetings/{held['meeting_id']}"
    assert (await county.ok("GET", path, county.leader))["agenda"] == held["agenda"]
    again = await meeting(county, meeting_id=held["meeting_id"])
    assert again["agenda"] == held["agenda"]
    assert len((await county.ok("GET", "/meetings", county.office))["meetings"]) == 1
    assert await books() == []


async def test_what_a_meeting_sets_stands_in_the_next_agenda_until_it_is_done(
    county: County, books: Callable[[], Any]
) -> None:
    await county.told(project_opened())
    await county.listed()
    first = await meeting(county)
    path = f"/meetings/{first['meeting_id']}"
    said = {"post": "hekou.head", "item": 1, "text": "本周完成。"}
    await county.ok("POST", f"{path}/reports", county.leader, **said)
    await county.ok("POST", f"{path}/comments", county.office, post="hekou.head", text="进度偏慢。")
    task = {"unit": "hekou", "item": 1, "task": "书面报告。", "due": TOMORROW, "follow_up_id": str(uuid4())}
    for _ in range(2):
        shown = await county.ok("POST", f"{path}/follow-ups", county.office, **task)
    assert [(one["task"], one["done"], one["overdue"]) for one in shown["follow_ups"]] == [
        ("书面报告。", None, False)
    ]
    held = await county.ok("POST", f"{path}/close", county.office, minutes="听取了汇报。")
    assert [(one["kind"], one["post_title"], one["text"]) for one in held["said"]] == [
        ("report", "镇长", "本周完成。"),
        ("comment", "镇长", "进度偏慢。"),
    ]
    late = await county.send("POST", f"{path}/comments", county.office, post="hekou.head", text="x")
    assert late.status_code == 409
    second = await meeting(county)
    assert (second["agenda"][0]["kind"], second["agenda"][0]["due"]) == ("follow_up", TOMORROW)
    done = f"/follow-ups/{task['follow_up_id']}/done"
    await county.ok("POST", done, county.unit, text="已报告。")
    await county.ok("POST", done, county.unit, text="已报告。")
    third = await meeting(county)
    assert [one["kind"] for one in third["agenda"]] == ["listing"]
    told = await county.events(first["meeting_id"])
    assert told == ["follow-up.set", "meeting.held", "follow-up.done"]
    [limit] = await county.database.pool.fetch("SELECT * FROM limits WHERE subject = 'follow_up'")
    assert (limit["post"], limit["state"]) == ("hekou.head", "met")
    assert limit["due_at"].astimezone(LOCAL).date() == TODAY + timedelta(days=2)
    assert await books() == []


async def test_a_follow_up_that_is_late_climbs_the_ladder_and_stands_once_in_the_next_agenda(
    county: County, books: Callable[[], Any]
) -> None:
    path = f"/meetings/{(await meeting(county))['meeting_id']}"
    await county.ok(
        "POST", f"{path}/follow-ups", county.office, unit="hekou", task="书面报告。", due=TOMORROW
    )
    late = datetime.now(UTC) + timedelta(days=3)
    async with county.database.writing() as writing:
        policy = await POLICIES.current(PostgresCalendars(writing.connection))
        [fired] = await fire(PostgresDueLimits(writing.connection), writing.publish, policy, late)
        called = await PostgresNames(writing.connection).called([fired.limit.subject_id])
    assert [(one.notice.unit, one.notice.subject) for one in fired.notices if one.to] == [
        ("hekou", "follow_up")
    ]
    assert called[fired.limit.subject_id] == ("六月例会", "书面报告。")
    async with county.database.writing() as writing:
        found = await PostgresMeetings(writing.connection).found(late, late)
    assert [(one.kind, one.unit) for one in found] == [("follow_up", "hekou")]
    assert await books() == []


async def test_a_leader_reports_for_the_own_posts_and_a_head_finishes_the_own_follow_ups(
    county: County,
) -> None:
    path = f"/meetings/{(await meeting(county))['meeting_id']}"
    said = {"post": "hekou.head", "text": "本周完成。"}
    refused = await county.send("POST", f"{path}/reports", county.other_leader, **said)
    assert refused.status_code == 403
    task = {"unit": "hekou", "task": "书面报告。", "due": TOMORROW}
    shown = await county.ok("POST", f"{path}/follow-ups", county.office, **task)
    done = f"/follow-ups/{shown['follow_ups'][0]['follow_up_id']}/done"
    assert (await county.send("POST", done, county.others, text="已报告。")).status_code == 403
    for body in ({"unit": "nowhere"}, {"due": str(TODAY)}, {"due": "9999-12-31"}, {"item": 9}):
        answer = await county.send("POST", f"{path}/follow-ups", county.office, **{**task, **body})
        assert (answer.status_code, answer.json()["field"]) == (422, next(iter(body)))
    assert (
        await county.send("POST", f"/follow-ups/{uuid4()}/done", county.unit, text="x")
    ).status_code == 404


async def test_the_same_id_with_other_words_is_refused_and_the_same_words_change_nothing(
    county: County,
) -> None:
    held = await meeting(county)
    path = f"/meetings/{held['meeting_id']}"
    drawn = {"meeting_id": held["meeting_id"], "name": "六月例会", "day": str(TODAY)}
    said = {"post": "hekou.head", "text": "本周完成。", "entry_id": str(uuid4())}
    task = {"unit": "hekou", "task": "书面报告。", "due": TOMORROW, "follow_up_id": str(uuid4())}
    for to, body, field, other in (
        ("/meetings", drawn, "meeting_id", {"name": "七月例会"}),
        (f"{path}/reports", said, "entry_id", {"text": "下周完成。"}),
        (f"{path}/follow-ups", task, "follow_up_id", {"task": "口头报告。"}),
    ):
        for _ in range(2):
            await county.ok("POST", to, county.office, **body)
        refused = await county.send("POST", to, county.office, **{**body, **other})
        assert (refused.status_code, refused.json()["field"]) == (409, field)
    other_meeting = f"/meetings/{(await meeting(county))['meeting_id']}"
    for act, body in (("reports", said), ("comments", said), ("follow-ups", task)):
        elsewhere = await county.send("POST", f"{other_meeting}/{act}", county.office, **body)
        assert elsewhere.status_code == 409
    await county.ok("POST", f"{path}/close", county.office, minutes="听取了汇报。")
    again = await county.ok("POST", f"{path}/reports", county.office, **said)
    assert [one["text"] for one in again["said"]] == ["本周完成。"]
