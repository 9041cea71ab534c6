"""The process itself, on Kafka and PostgreSQL of its own since these tests move the business clock.

It runs forwards only: the tests stand in the order of the business time they play in.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from uuid import uuid4

import pytest

from services.contracts.directory import HolderRecorded, PostRecorded, UnitRecorded
from services.contracts.envelope import Event
from services.contracts.project import Plan, ProjectOpened
from services.contracts.public_text import PublicText
from services.contracts.supervision import LimitsSet, NoticeAcknowledged, NoticeSent, SubjectLimitSet
from services.dev.stack import Infrastructure
from services.kit.clock import set_clock
from tests.builders import authority, case_assigned
from tests.service_process import MONDAY, Neighbour, own_process
from tests.unit.test_supervision_following import resumed, suspended
from tests.unit.test_supervision_limits import completed, returned, signed_for


@pytest.fixture(scope="module")
def stack() -> Iterator[Infrastructure]:
    with own_process("supervision") as started:
        yield started


class Supervision(Neighbour):
    """Moves the clock and reads inboxes."""

    async def advance(self, instant: datetime) -> None:
        await set_clock(self.stack.admin_url, instant)

    async def inbox(self, headers: dict[str, str], **asked: str) -> list[dict[str, str]]:
        answer = await self.http.get("/inbox", params=asked, headers=headers)
        answer.raise_for_status()
        found: list[dict[str, str]] = answer.json()["notices"]
        return found


@pytest.fixture
async def supervision(stack: Infrastructure) -> AsyncIterator[Supervision]:
    async with Supervision.of_process(stack, "supervision", "supervision") as talking:
        yield talking


def _directory() -> Sequence[Event]:
    return (
        authority(),
        UnitRecorded(version=1, code="water", name="水利局", kind="department", post="water.head"),
        PostRecorded(version=1, code="water.head", title="局长", unit="water", tier="department"),
        HolderRecorded(version=1, post="water.head", person="王建国", since=MONDAY.date()),
    )


async def test_a_case_gets_its_limits_and_its_rungs_fire_until_unit_and_leader_acknowledge(
    supervision: Supervision,
) -> None:
    case = case_assigned(kind="consultation")
    await supervision.tell(*_directory())
    await supervision.tell(case)
    [limits] = await supervision.until(LimitsSet, case.case_id)
    assert limits.sign_for_due == datetime(2021, 3, 2, 16, 0, tzinfo=UTC)
    assert limits.complete_due == datetime(2021, 3, 3, 16, 0, tzinfo=UTC)

    await supervision.advance(datetime(2021, 3, 3, 0, 0, tzinfo=UTC))
    [yellow] = await supervision.until(NoticeSent, case.case_id)
    assert (yellow.limit, yellow.colour, yellow.late) == ("sign_for", "yellow", True)
    assert yellow.recipients == ("unit:water", "post:water.head")

    handler, leader = supervision.staff("handler", "water"), supervision.staff("leader", "water")
    notice = str(yellow.notice_id)
    assert [one["notice_id"] for one in await supervision.inbox(handler)] == [notice]
    assert [one["notice_id"] for one in await supervision.inbox(leader, post="water.head")] == [notice]
    for headers, recipient in ((handler, "unit:water"), (leader, "post:water.head")):
        answer = await supervision.http.post(f"/notices/{notice}/ack", headers=headers)
        assert [one["recipient"] for one in answer.json()] == [recipient]
    assert await supervision.inbox(handler) == []
    assert await supervision.inbox(leader, post="water.head") == []
    told = await supervision.until(NoticeAcknowledged, case.case_id, 2)
    assert {one.recipient for one in told} == {"unit:water", "post:water.head"}


async def test_a_new_dispatch_begins_signing_for_anew(supervision: Supervision) -> None:
    case, friday = case_assigned(kind="complaint"), datetime(2021, 3, 5, 2, 0, tzinfo=UTC)
    await supervision.advance(friday)
    await supervision.tell(case, at=MONDAY)
    await supervision.tell(returned(case), at=friday)
    first, second = await supervision.until(LimitsSet, case.case_id, 2)
    assert (first.dispatch, second.dispatch) == (1, 2)
    assert second.sign_for_due == datetime(2021, 3, 8, 16, 0, tzinfo=UTC)
    assert second.complete_due == first.complete_due


async def test_a_suspended_case_is_not_reminded_of_and_its_limit_moves_by_the_pause(
    supervision: Supervision,
) -> None:
    case, monday = case_assigned(kind="consultation"), datetime(2021, 3, 8, 1, 0, tzinfo=UTC)
    await supervision.advance(monday + timedelta(days=1))
    await supervision.tell(case, signed_for(case), at=monday)
    await supervision.tell(suspended(case), at=monday + timedelta(days=1))
    first, resting = await supervision.until(LimitsSet, case.case_id, 2)
    assert (first.complete_due, resting.complete_due) == (datetime(2021, 3, 10, 16, 0, tzinfo=UTC), None)
    await supervision.advance(monday + timedelta(days=11))
    await supervision.tell(resumed(case), at=monday + timedelta(days=11))
    *_, moved = await supervision.until(LimitsSet, case.case_id, 3)
    assert moved.complete_due == datetime(2021, 3, 22, 16, 0, tzinfo=UTC)
    assert [one.limit for one in supervision.of(NoticeSent, case.case_id)] == []
    path, handler = f"/cases/{case.case_id}/limits", supervision.staff("handler", "water")
    complete = (await supervision.http.get(path, headers=handler)).json()["limits"][1]
    assert (complete["state"], complete["generation"]) == ("open", 2)
    assert "2021-03-09 09:00 至 2021-03-19 09:00 挂起，不计 8 个工作日" in [
        line["zh"] for line in complete["derivation"]
    ]


async def test_a_clock_jumped_across_months_collapses_the_rungs_of_the_downtime(
    supervision: Supervision,
) -> None:
    case = case_assigned(kind="help")
    await supervision.tell(case, at=datetime(2021, 3, 26, 2, 0, tzinfo=UTC))
    [limits] = await supervision.until(LimitsSet, case.case_id)
    assert limits.complete_due == datetime(2021, 4, 12, 16, 0, tzinfo=UTC)  # 清明 3 to 5 April lies between
    await supervision.advance(datetime(2021, 6, 1, 0, 0, tzinfo=UTC))
    notices = await supervision.until(NoticeSent, case.case_id, 6)
    outcomes = {(one.limit, one.rung): one.outcome for one in notices}
    assert outcomes == {
        ("sign_for", 1): "collapsed",
        ("sign_for", 2): "sent",
        ("complete", 1): "collapsed",
        ("complete", 2): "collapsed",
        ("complete", 3): "collapsed",
        ("complete", 4): "sent",
    }
    assert all(one.late for one in notices)
    shown = await supervision.http.get(
        f"/cases/{case.case_id}/limits", headers=supervision.staff("handler", "water")
    )
    complete = shown.json()["limits"][1]
    lines = [line["zh"] for line in complete["derivation"]]
    assert lines[0] == "2021-03-26 10:00 派单，当日不计"
    assert "清明" in "".join(lines)
    assert lines[-1] == "到期：2021-04-12 24:00"
    assert shown.json()["leader"] == "王建国"


async def test_a_case_in_an_unknown_year_awaits_the_calendar_that_an_administrator_loads(
    supervision: Supervision,
) -> None:
    case, closed = case_assigned(kind="help"), case_assigned(kind="help")
    in_2039 = datetime(2039, 3, 1, 2, 0, tzinfo=UTC)
    await supervision.tell(case, closed, completed(closed, 2), at=in_2039)
    for one in (case, closed):
        [limits] = await supervision.until(LimitsSet, one.case_id)
        assert (limits.sign_for_due, limits.complete_due) == (None, None)
    metrics = await supervision.http.get("/metrics")
    assert "yinuo_limits_awaiting_calendar" in metrics.text

    administrator = supervision.staff("administrator")
    missing = await supervision.http.get("/calendar/2039", headers=administrator)
    assert (missing.status_code, missing.json()["field"]) == (404, "year")
    wrong = await supervision.http.put(
        "/calendar/2039", content="date,kind\n2039-13-01,x\n", headers=administrator
    )
    assert (wrong.status_code, wrong.json()["field"]) == (422, "row 2, kind")
    text = "date,kind,name\n2039-10-03,holiday,国庆节\n"
    other = await supervision.http.put("/calendar/2038", content=text.encode(), headers=administrator)
    assert (other.status_code, other.json()["field"]) == (422, "year")
    loaded = await supervision.http.put("/calendar/2039", content=text.encode(), headers=administrator)
    assert loaded.status_code == 200
    for one in (case, closed):
        _, limits = await supervision.until(LimitsSet, one.case_id, 2)
        assert limits.complete_due == datetime(2039, 3, 15, 16, 0, tzinfo=UTC)
    shown = await supervision.http.get("/calendar/2039", headers=supervision.staff("handler", "water"))
    assert shown.json() == loaded.json()


async def test_each_endpoint_says_who_may_use_it(supervision: Supervision) -> None:
    case = case_assigned()
    await supervision.tell(case)
    notice = (await supervision.until(NoticeSent, case.case_id, 6))[-1]
    assert notice.outcome == "sent"
    limits, ack = f"/cases/{case.case_id}/limits", f"/notices/{notice.notice_id}/ack"

    async def status(method: str, path: str, *staff: str | None) -> int:
        headers = supervision.staff(*staff) if staff else {}  # type: ignore[arg-type]
        return (await supervision.http.request(method, path, headers=headers)).status_code

    assert await status("GET", limits) == 401
    assert await status("GET", limits, "handler", "roads") == 403
    assert await status("GET", limits, "inspector") == 200
    assert await status("GET", f"/cases/{notice.notice_id}/limits", "inspector") == 404
    assert await status("GET", "/inbox?unit=water", "handler", "roads") == 403
    assert await status("GET", "/inbox?post=water.head", "handler", "water") == 403
    assert await status("GET", "/inbox?unit=water", "clerk") == 403
    assert await status("GET", "/inbox", "supervision_office") == 422
    assert await status("GET", "/inbox?unit=water&post=water.head", "supervision_office") == 422
    assert await status("GET", "/inbox?unit=water&after=x", "supervision_office") == 422
    assert await status("POST", ack, "supervision_office") == 403
    assert await status("POST", ack, "handler", "roads") == 403
    assert await status("POST", f"/notices/{case.case_id}/ack", "handler", "water") == 404
    assert await status("PUT", "/calendar/2040", "supervision_office") == 403
    assert await status("GET", f"/subjects/{case.case_id}/limits", "inspector") == 404
    answer = f"/notices/{notice.notice_id}/answer"
    assert await status("POST", answer, "supervision_office") == 403
    assert await status("GET", "/consequences", "unit_head", "water") == 403


async def test_a_projects_report_is_watched_and_asked_about_as_what_it_is_called(
    supervision: Supervision,
) -> None:
    plan = Plan(
        name=PublicText("供水管网改造"),
        content=PublicText("改造"),
        tier="department",
        owner="water.head",
        lead_unit="water",
        budget=Decimal(0),
        start=MONDAY.date(),
        completion=MONDAY.date(),
    )
    opened = ProjectOpened(project_id=uuid4(), ledger="7", version=1, plan=plan)
    await supervision.tell(opened)
    [told] = await supervision.until(SubjectLimitSet, opened.project_id)
    assert (told.limit, told.unit, told.post) == ("project_report", "water", "water.head")
    path = f"/subjects/{opened.project_id}/limits"
    shown = (await supervision.http.get(path, headers=supervision.staff("handler", "water"))).json()
    assert (shown["reference"], shown["title"]) == ("7", "供水管网改造")
    assert [one["limit"] for one in shown["limits"]] == ["project_report"]
    refused = await supervision.http.get(path, headers=supervision.staff("handler", "roads"))
    assert refused.status_code == 403


async def test_a_notice_that_wants_no_answer_takes_none(supervision: Supervision) -> None:
    handler = supervision.staff("handler", "water")
    [first, *_] = await supervision.inbox(handler)
    path = f"/notices/{first['notice_id']}/answer"
    answer = await supervision.http.post(path, headers=handler, json={"text": "已办"})
    assert (answer.status_code, answer.json()["field"]) == (409, "notice_id")


async def test_a_dry_run_counts_what_a_ladder_would_have_sent_beside_what_was(
    supervision: Supervision,
) -> None:
    office = supervision.staff("supervision_office")
    asked = {"from": "2021-03-01", "to": "2021-12-31", "each": "true"}
    run = (await supervision.http.get("/ladders/suqian/dry-run", params=asked, headers=office)).json()
    assert run["next"] is None
    assert sum(one["would"] for one in run["groups"]) == len(run["notices"]) > 0
    assert sum(one["sent"] for one in run["groups"]) > 0
    own = files("services.supervision").joinpath("presets", "ladder-suqian.yaml").read_bytes()
    again = await supervision.http.post("/ladders/dry-run", params=asked, content=own, headers=office)
    assert again.json() == run
    paged = await supervision.http.get(
        "/ladders/suqian/dry-run", params={**asked, "limit": "1"}, headers=office
    )
    assert paged.json()["next"] is not None
    for preset, days in (("atlantis", asked), ("suqian", {"from": "2021-03-02", "to": "2021-03-01"})):
        wrong = await supervision.http.get(f"/ladders/{preset}/dry-run", params=days, headers=office)
        assert wrong.json()["remedy"]


async def test_an_inbox_is_read_page_by_page(supervision: Supervision) -> None:
    office = supervision.staff("supervision_office")
    whole = await supervision.inbox(office, unit="water", limit="200")
    seen: list[dict[str, str]] = []
    after: dict[str, str] = {}
    while True:
        page = await supervision.http.get(
            "/inbox", params={"unit": "water", "limit": "2", **after}, headers=office
        )
        seen += page.json()["notices"]
        if page.json()["next"] is None:
            break
        after = {"after": page.json()["next"]}
    assert seen == whole
    assert len(seen) > 2


async def test_when_all_is_done_nothing_is_left_to_do(supervision: Supervision) -> None:
    await supervision.settled()
    letters = await supervision.http.get("/dead-letters", headers=supervision.staff("administrator"))
    assert letters.json() == {"letters": [], "next": None}
