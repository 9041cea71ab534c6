"""Reporting on the real stack: events through Kafka, the clock over Mondays, circulars over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import orjson
import pytest

from services.contracts.case import CaseCompleted, CaseSignedFor
from services.contracts.envelope import Event
from services.contracts.public_text import PublicText
from services.contracts.supervision import LimitsSet
from services.contracts.vocabulary import Role, Service
from services.dev.credentials import service_environment
from services.dev.rebuild import rebuild
from services.dev.stack import Infrastructure
from services.kit.auth import issue_token
from services.kit.clock import set_clock
from services.kit.postgres import Database, pool
from services.kit.relay import Relay
from services.reporting.app import build
from services.reporting.settings import ReportingSettings
from tests.builders import case_assigned, demand
from tests.contract.reporting_histories import ROOT, directory
from tests.service_process import eventually, own_stack

WRITERS: tuple[Service, ...] = ("intake", "assignment", "supervision")
WEDNESDAY = datetime(2021, 3, 10, 2, tzinfo=UTC)
MONDAY_AT_EIGHT = datetime(2021, 3, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def own() -> Iterator[Infrastructure]:
    """A stack of this module's own: its clock moves, and its log must hold nothing else."""
    with own_stack() as started:
        yield started


class County:
    """The other three services' writing ends, and reporting itself, in this process."""

    def __init__(self, stack: Infrastructure, writers: dict[Service, Database], http: httpx.AsyncClient):
        self.stack, self.writers, self.http = stack, writers, http

    async def say(self, writer: Service, *events: Event) -> None:
        async with self.writers[writer].writing() as writing:
            writing.publish_all(events)

    async def move_clock(self, instant: datetime) -> None:
        await set_clock(self.stack.admin_url, instant)
        for database in self.writers.values():
            await database.pass_watermarks()

    async def get(self, path: str, role: Role | None = None, **query: Any) -> httpx.Response:
        return await self.http.get(path, params=query, headers=self._token(role))

    async def post(
        self, path: str, role: Role | None = None, unit: str | None = None, **body: Any
    ) -> httpx.Response:
        return await self.http.post(path, json=body, headers=self._token(role, unit))

    async def circulars(self, count: int, role: Role | None = None) -> list[dict[str, Any]]:
        """The list, newest first, once it is that long."""

        async def found() -> list[dict[str, Any]] | None:
            query = {"drafts": "true"} if role else {}
            listed: list[dict[str, Any]] = (await self.get("/circulars", role, **query)).json()["circulars"]
            return listed if len(listed) >= count else None

        answer: list[dict[str, Any]] = await eventually(found)
        return answer

    async def sql(self, query: str, *values: object) -> list[asyncpg.Record]:
        """As the administrator."""
        connection = await asyncpg.connect(self.stack.admin_url)
        try:
            return list(await connection.fetch(query, *values))
        finally:
            await connection.close()

    async def schemas(self) -> list[str]:
        """What a rebuild left behind."""
        rows = await self.sql("SELECT nspname FROM pg_namespace WHERE nspname LIKE '%rebuild%'")
        return [row["nspname"] for row in rows]

    async def tamper(self, number: str, figure: str, value: int) -> None:
        """Let an issued circular say another figure."""
        await self.sql(
            """
            UPDATE reporting.circulars
            SET document = jsonb_set(document::jsonb, ARRAY['counts', $2], to_jsonb($3::int))::text
            WHERE number = $1
            """,
            number,
            figure,
            value,
        )

    async def acts(self, reference: str) -> list[str]:
        """The steps of a circular in the audit log."""
        monday = (await self.get(f"/circulars/{reference}", role="leader")).json()["ref"]
        rows = await self.sql(
            "SELECT told FROM reporting.acts WHERE told ->> 'ref' = $1 ORDER BY act_id", monday
        )
        states = [orjson.loads(row["told"]).get("state", "issued") for row in rows]
        return [{"checked": "check", "signed": "sign", "issued": "issue"}[state] for state in states]

    def _token(self, role: Role | None, unit: str | None = None) -> dict[str, str]:
        if role is None:
            return {}
        key = self.stack.secrets["YINUO_TOKEN_PRIVATE_KEY"]
        return {"Authorization": f"Bearer {issue_token(key, subject='tester', role=role, unit=unit)}"}


@pytest.fixture(scope="module")
async def county(own: Infrastructure) -> AsyncIterator[County]:
    await set_clock(own.admin_url, WEDNESDAY)
    async with AsyncExitStack() as opened:
        writers: dict[Service, Database] = {}
        for service in WRITERS:
            environment = service_environment(service, own.secrets, own.ports)
            plain = await opened.enter_async_context(pool(environment["YINUO_DATABASE_URL"], service, 4))
            relay = Relay(service, plain, own.kafka)
            running = asyncio.create_task(relay.run())
            opened.push_async_callback(_ended, running)
            writers[service] = Database(service, plain, relay.wake)
            await writers[service].pass_watermarks()
        environment = service_environment("reporting", own.secrets, own.ports)
        fields = {name.removeprefix("YINUO_").lower(): value for name, value in environment.items()}
        api = build(ReportingSettings(**fields))  # type: ignore[arg-type]
        await opened.enter_async_context(api.router.lifespan_context(api))
        http = httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://reporting")
        yield County(own, writers, await opened.enter_async_context(http))


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


async def _a_demand_is_handled(county: County) -> None:
    said = demand(channel="wechat")
    case = case_assigned(demand_id=said.demand_id, receipt=said.receipt, unit="water", category="water.bill")
    ids: dict[str, Any] = {"case_id": case.case_id, "demand_id": case.demand_id, "dispatch": 1}
    due = WEDNESDAY + timedelta(days=2)
    await county.say("intake", said)
    await county.say(
        "assignment",
        *directory(),
        case,
        CaseSignedFor(**ids, version=2, unit="water"),
        CaseCompleted(**ids, version=3, unit="water", reply=PublicText("已恢复供水")),
    )
    await county.say("supervision", LimitsSet(**ids, version=1, sign_for_due=due, complete_due=due))


async def test_the_weeks_circular_is_issued_by_itself_on_monday_at_eight(county: County) -> None:
    await _a_demand_is_handled(county)
    await county.move_clock(MONDAY_AT_EIGHT - timedelta(hours=1))
    drafts = await county.circulars(1, role="leader")
    assert [line["state"] for line in drafts] == ["draft"]
    assert (await county.get("/circulars/2021-W10")).status_code == 401
    await county.move_clock(MONDAY_AT_EIGHT)
    (line,) = await county.circulars(1)
    assert (line["number"], line["first"], line["state"]) == ("2021-01", "2021-03-08", "issued")


async def test_a_circular_is_read_as_json_page_and_table(county: County) -> None:
    await county.circulars(1)
    read = (await county.get("/circulars/2021-01")).json()
    counts = read["circular"]["counts"]
    assert (counts["received"], counts["completed_on_time"], counts["carried_forward"]) == (1, 1, 0)
    assert read["circular"]["last_period"] is None
    page = await county.get("/circulars/2021-01.html")
    assert "凤县诉求办理周通报" in page.text
    assert "〔2021〕第1期" in page.text
    assert read["figures_sha256"] in page.text
    table = (await county.get("/circulars/2021-01.csv")).content
    assert table.startswith("\ufeff单位代码".encode())


async def test_a_circular_is_had_as_files_whose_bytes_are_the_same_each_time(county: County) -> None:
    await county.circulars(1)
    for form, start in {"pdf": b"%PDF", "docx": b"PK", "xlsx": b"PK"}.items():
        first, again = [await county.get(f"/circulars/2021-01.{form}") for _ in range(2)]
        assert first.content.startswith(start)
        assert first.content == again.content
        assert first.headers["content-disposition"] == f'attachment; filename="circular-2021-01.{form}"'


async def test_rows_need_a_token_and_unknown_names_say_what_to_do(county: County) -> None:
    await county.circulars(1)
    rows = "/circulars/2021-01/figures/completed.unit.water/rows"
    assert (await county.get(rows)).status_code == 401
    page = (await county.get(rows, role="handler")).json()
    assert page["value"] == len(page["rows"]) == 1
    unknown = await county.get("/circulars/2021-01/figures/nonsense/rows", role="handler")
    assert unknown.status_code == 404
    assert unknown.json()["remedy"]
    assert (await county.get("/circulars/2021-77")).status_code == 404
    assert (await county.get("/circulars/soon")).status_code == 422
    assert (await county.get(rows, role="handler", after="%")).status_code == 422


async def test_after_a_downtime_every_week_is_caught_up_in_order(county: County) -> None:
    await county.circulars(1)
    await county.move_clock(MONDAY_AT_EIGHT + timedelta(days=21))
    listed = await county.circulars(4)
    assert [line["number"] for line in listed] == ["2021-04", "2021-03", "2021-02", "2021-01"]
    assert [line["first"] for line in listed] == ["2021-03-29", "2021-03-22", "2021-03-15", "2021-03-08"]


async def test_where_a_signature_is_asked_for_a_draft_waits_for_it(county: County) -> None:
    await county.circulars(4)
    await county.say("assignment", *directory(version=2, issue="after_signature"))
    await county.move_clock(MONDAY_AT_EIGHT + timedelta(days=35))
    drafts = await county.circulars(6, role="leader")
    assert [line["state"] for line in drafts[:2]] == ["draft", "draft"]
    assert (await county.post("/circulars/2021-W14/issue", role="handler")).status_code == 403
    for other in ("water", "town_east", "nobody", None):
        refused = await county.post("/circulars/2021-W14/sign", role="leader", unit=other)
        assert (refused.status_code, bool(refused.json()["remedy"])) == (403, True)
    unchecked = await county.post("/circulars/2021-W14/sign", role="leader", unit=ROOT)
    assert (unchecked.status_code, unchecked.json()["remedy"]) == (409, "allowed now: check")
    for week in ("2021-W14", "2021-W15"):
        assert (await county.post(f"/circulars/{week}/check", role="clerk")).json()["state"] == "checked"
        assert (await county.post(f"/circulars/{week}/sign", role="leader", unit=ROOT)).status_code == 200
    too_early = await county.post("/circulars/2021-W15/issue", role="leader", unit=ROOT)
    assert too_early.status_code == 409
    assert "weekly-2021-04-05" in too_early.json()["remedy"]
    issued = (await county.post("/circulars/2021-W14/issue", role="supervision_office")).json()
    assert (issued["number"], issued["checked_by"], issued["issued_by"]) == ("2021-05", "tester", "tester")
    again = (await county.post("/circulars/2021-05/issue", role="clerk")).json()
    assert again["number"] == "2021-05"
    assert (await county.post("/circulars/2021-W30/issue", role="administrator")).status_code == 404
    assert await county.acts("2021-W14") == ["check", "sign", "issue"]


async def test_a_county_circular_is_ordered_over_closed_days_and_numbered_by_itself(county: County) -> None:
    await county.circulars(6, role="leader")
    days = {"first": "2021-03-10", "last": "2021-03-24"}
    assert (await county.post("/circulars", role="leader", unit=ROOT, **days)).status_code == 403
    future = await county.post("/circulars", role="supervision_office", first="2021-04-01", last="2021-06-30")
    assert future.status_code == 409
    assert (future.json()["field"], "2021-04-18" in future.json()["detail"]) == ("last", True)
    early = await county.post("/circulars", role="supervision_office", first="2021-01-01", last="2021-03-24")
    assert (early.status_code, early.json()["field"]) == (409, "first")
    backwards = await county.post(
        "/circulars", role="supervision_office", first="2021-04-02", last="2021-04-01"
    )
    assert (backwards.status_code, backwards.json()["field"]) == (422, "last")
    ordered = (await county.post("/circulars", role="supervision_office", **days)).json()
    assert (ordered["ref"], ordered["state"]) == ("county-2021-03-10-2021-03-24", "draft")
    counts = ordered["circular"]["counts"]
    assert (counts["received"], counts["completed_on_time"], counts["carried_over"]) == (1, 1, 0)
    assert (await county.post("/circulars", role="administrator", **days)).json() == ordered
    for verb in ("check", "sign", "issue"):
        step = await county.post(f"/circulars/{ordered['ref']}/{verb}", role="supervision_office")
        assert step.status_code == 200, step.text
    (line,) = (await county.get("/circulars", kind="county")).json()["circulars"]
    assert (line["number"], line["last"]) == ("county-2021-01", "2021-03-24")
    assert "诉求办理全县通报" in (await county.get("/circulars/county-2021-01.html")).text


async def test_a_mistake_is_mended_by_a_numbered_correction_and_the_old_one_stays(county: County) -> None:
    await county.circulars(6, role="leader")
    before = (await county.get("/circulars/2021-01")).json()
    correct: dict[str, Any] = {"role": "supervision_office", "reason": "单位名称有误"}
    assert (await county.post("/circulars/2021-01/correct", role="clerk", reason="有误")).status_code == 403
    unissued = await county.post("/circulars/2021-W15/correct", **correct)
    assert (unissued.status_code, "allowed now: issue" in unissued.json()["remedy"]) == (409, True)
    mended = [
        event.model_copy(update={"name": "县水利局"}) if event.subject() == "unit/water" else event
        for event in directory(version=3, issue="after_signature")
    ]
    await county.say("assignment", *mended)

    async def drafted() -> dict[str, Any] | None:
        answer = await county.post("/circulars/2021-01/correct", **correct)
        return answer.json() if answer.status_code == 201 else None

    draft: dict[str, Any] = await eventually(drafted)
    assert (draft["ref"], draft["state"]) == ("correction-of-2021-01", "draft")
    [change] = draft["circular"]["correction"]["changes"]
    assert (change["path"], change["new"]) == ("units/water/name", "县水利局")
    for verb in ("check", "sign", "issue"):
        assert (
            await county.post(f"/circulars/{draft['ref']}/{verb}", role="administrator")
        ).status_code == 200
    again = await county.post("/circulars/2021-01/correct", **correct)
    assert (again.status_code, "correction-of-2021-01" in again.json()["remedy"]) == (409, True)
    old = (await county.get("/circulars/2021-01")).json()
    assert old == before | {"corrected_by": "correction-2021-01"}
    assert "已由更正〔2021〕第1期" in (await county.get("/circulars/2021-01.html")).text
    rows = "/circulars/correction-2021-01/figures/completed.unit.water/rows"
    assert (await county.get(rows, role="handler")).json()["value"] == 1


@pytest.mark.parametrize("number", ["2021-05", "county-2021-01", "correction-2021-01"])
async def test_a_circular_rebuilt_from_the_topics_is_the_same_to_the_last_figure(
    county: County, number: str
) -> None:
    assert (await county.get(f"/circulars/{number}")).status_code == 200
    found = await rebuild(county.stack.admin_url, county.stack.kafka, number)
    assert found.equal, found
    assert found.events > 41 * 35
    assert await county.schemas() == []


async def test_a_circular_that_was_tampered_with_is_not_the_one_that_the_topics_give(county: County) -> None:
    await county.tamper("2021-01", "received", 2)
    found = await rebuild(county.stack.admin_url, county.stack.kafka, "2021-01")
    assert not found.equal
    assert found.figures == {"received": (2, 1)}
