"""Assignment and intake on a real stack: a matching case is linked to its project, and its citizen told."""

import asyncio
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

from services.assignment.project_labels import DirectoryLabels
from services.assignment.project_sheet import row_of
from services.contracts.project import project_id_of
from services.dev.audit_projects import PROJECTS
from services.dev.stack import Infrastructure, migrate, remove, start_infrastructure, start_services
from services.kit.auth import issue_token
from services.kit.clock import set_clock
from tests.intake_process import new_key
from tests.project_fakes import plan
from tests.service_process import eventually
from tests.unit.directory_samples import county

MONDAY = datetime(2021, 3, 1, 1, 0, tzinfo=UTC)
"""2021-03-01 09:00 local."""
BY = {"approver": "magistrate"}
_numbers = count(1)


@pytest.fixture(scope="module")
def stack() -> Iterator[Infrastructure]:
    data = Path(tempfile.mkdtemp(prefix="yinuo-projects-"))
    try:
        started = start_infrastructure(data)
        migrate(started)
        asyncio.run(set_clock(started.admin_url, MONDAY))
        start_services(data, ["assignment", "intake"])
        yield started
    finally:
        remove(data)
        shutil.rmtree(data, ignore_errors=True)


class County:
    """Citizens and staff of the small county, over HTTP alone."""

    def __init__(
        self, stack: Infrastructure, assignment: httpx.AsyncClient, intake: httpx.AsyncClient
    ) -> None:
        self.stack = stack
        self.assignment = assignment
        self.intake = intake
        self.key: dict[str, str] = {}

    def staff(self, role: str, unit: str | None = None) -> dict[str, str]:
        key = self.stack.secrets["YINUO_TOKEN_PRIVATE_KEY"]
        token = issue_token(key, subject=f"{role} of {unit}", role=role, unit=unit)  # type: ignore[arg-type]
        return {"Authorization": f"Bearer {token}"}

    async def post(self, path: str, body: Any, who: dict[str, str] | None = None) -> httpx.Response:
        who = self.staff("clerk") if who is None else who
        return await self.assignment.post(path, json=body, headers=who)

    async def opened(self, ledger: str = "", **given: Any) -> str:
        """The ledger number of a new project."""
        ledger = ledger or f"县项-{next(_numbers)}"
        answer = await self.post("/projects", body(ledger, **given))
        assert answer.status_code == 201, answer.text
        return ledger

    async def say(self, title: str, place: str | None = None) -> dict[str, str]:
        """A demand; its receipt and tracking code."""
        demand = {"channel": "hotline", "title": title, "body": "请处理。", "place": place}
        demand["external_id"] = f"H-{next(_numbers)}"
        answer = await self.intake.post("/demands", json=demand, headers=self.key)
        assert answer.status_code == 202, answer.text
        found: dict[str, str] = answer.json()
        return found

    async def tracked(self, said: dict[str, str]) -> dict[str, Any]:
        answer = await self.intake.get(
            f"/demands/{said['receipt']}", params={"tracking_code": said["tracking_code"]}
        )
        found: dict[str, Any] = answer.json()
        return found

    async def project(self, ledger: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.assignment.get(f"/projects/{ledger}")).json()
        return found

    async def case_of(self, said: dict[str, str]) -> str:
        """The id of the case of a demand, once it is there."""

        async def found() -> Any:
            page = await self.assignment.get(
                "/cases", params={"q": said["receipt"]}, headers=self.staff("clerk")
            )
            return page.json()["cases"]

        return str((await eventually(found))[0]["case_id"])


def body(ledger: str, **given: Any) -> dict[str, Any]:
    return {"ledger": ledger, **plan().model_dump(mode="json"), **given}


@pytest.fixture
async def town(stack: Infrastructure) -> AsyncIterator[County]:
    """The county with its directory; projects of earlier tests are gone from the open ones."""
    base = "http://127.0.0.1:"
    async with (
        httpx.AsyncClient(base_url=f"{base}{stack.ports['assignment']}", timeout=30) as assignment,
        httpx.AsyncClient(base_url=f"{base}{stack.ports['intake']}", timeout=30) as intake,
    ):
        found = County(stack, assignment, intake)
        loaded = await assignment.post(
            "/directory",
            content=county().model_dump_json(),
            headers={**found.staff("administrator"), "Content-Type": "application/json"},
        )
        loaded.raise_for_status()
        found.key = await new_key(intake, found.staff("administrator"))
        await close_all(found)
        yield found


async def close_all(town: County) -> None:
    for state in ("planned", "under_way"):
        page = await town.assignment.get("/projects", params={"state": state, "limit": 500})
        for one in page.json()["projects"]:
            dropped = await town.post(f"/projects/{one['ledger']}/drop", {"reason": "不再实施。", **BY})
            dropped.raise_for_status()


async def test_a_matching_case_is_linked_and_its_citizen_sees_the_project(town: County) -> None:
    ledger = await town.opened()
    said = await town.say("家里停水三天", "河口镇")

    async def linked() -> Any:
        return (await town.tracked(said))["projects"]

    [project] = await eventually(linked)
    assert (project["ledger"], project["name"], project["completion"]) == (ledger, plan().name, "2021-06-30")
    assert project["milestones"] == [{"name": "主体完工", "due": "2021-06-10", "reached_on": None}]
    assert (await town.project(ledger))["cases"] == 1

    reached = await town.post(f"/projects/{ledger}/milestones", {"milestone": "主体完工", "on": "2021-03-01"})
    changed = await town.post(
        f"/projects/{ledger}/change", {"completion": "2021-08-31", "reason": "汛期无法施工。", **BY}
    )
    assert (reached.status_code, changed.status_code) == (200, 200)

    async def told() -> Any:
        [now] = (await town.tracked(said))["projects"]
        return now["completion"] == "2021-08-31" and now["milestones"][0]["reached_on"] == "2021-03-01"

    assert await eventually(told)


async def test_an_adapter_that_polls_learns_of_the_project(town: County) -> None:
    said = await town.say("家里停水四天", "河口镇")
    case_id = await town.case_of(said)
    ledger = await town.opened(category=None)
    await town.post(f"/projects/{ledger}/cases", {"case_id": case_id, "reason": "同一管网。"})

    async def polled() -> Any:
        page = (await town.intake.get("/demands", headers=town.key)).json()
        return [one for one in page["demands"] if one["receipt"] == said["receipt"] and one["projects"]]

    [standing] = await eventually(polled)
    assert standing["projects"][0]["ledger"] == ledger


async def test_a_case_that_may_be_answered_is_offered_and_a_clerk_decides(town: County) -> None:
    ledger = await town.opened(place=None)
    said = await town.say("停水没人管", "河口镇")
    case_id = await town.case_of(said)
    path = f"/cases/{case_id}/projects/offers"

    async def offers(role: str, unit: str | None = None) -> Any:
        return (await town.assignment.get(path, headers=town.staff(role, unit))).json()

    [offer] = await offers("clerk")
    assert (offer["ledger"], offer["accepted"]) == (ledger, None)
    assert offer["why"] == "类别同为“供水”，项目未限地点"
    assert len(await offers("handler", "water")) == 1

    async def awaits(role: str, unit: str | None = None) -> bool:
        asked = {"offers": "true", "limit": "500"}
        listed = await town.assignment.get("/cases", params=asked, headers=town.staff(role, unit))
        return str(case_id) in [one["case_id"] for one in listed.json()["cases"]]

    assert await awaits("clerk")
    assert await awaits("handler", "water")
    assert await offers("handler", "river_town") == []
    other = await town.post(f"{path}/{ledger}", {"accept": True}, town.staff("handler", "river_town"))
    first = await town.post(f"{path}/{ledger}", {"accept": True}, town.staff("unit_head", "water"))
    again = await town.post(f"{path}/{ledger}", {"accept": False})
    assert (other.status_code, first.status_code, again.status_code) == (403, 204, 409)
    assert not await awaits("clerk")
    assert (await town.project(ledger))["cases"] == 1


async def test_cases_are_promoted_to_a_project_and_told(town: County) -> None:
    said = [await town.say("道路坑洼", "河口镇"), await town.say("路面坑洼难走")]
    cases = [await town.case_of(one) for one in said]
    ledger = await town.opened(cases=cases, category="road")
    assert (await town.project(ledger))["cases"] == 2

    async def linked() -> Any:
        return all([(await town.tracked(one))["projects"] for one in said])

    assert await eventually(linked)
    gone = await town.post(f"/projects/{ledger}/cases/{cases[0]}/unlink", {"reason": "另案处理。"})
    assert gone.status_code == 200

    async def unlinked() -> Any:
        return not (await town.tracked(said[0]))["projects"]

    assert await eventually(unlinked)


async def test_a_citizen_rates_a_project_that_answers_his_demand_once_it_is_done(town: County) -> None:
    said = await town.say("道路坑洼", "河口镇")
    ledger = await town.opened(cases=[await town.case_of(said)], category="road")
    path = f"/demands/{said['receipt']}/project-ratings"
    given = {"tracking_code": said["tracking_code"], "ledger": ledger, "level": "satisfied", "comment": "好"}

    async def standing() -> Any:
        return (await town.tracked(said))["projects"]

    await eventually(standing)
    early = await town.intake.post(path, json=given)
    other = await town.intake.post(path, json={**given, "ledger": "别的"})
    staff = await town.intake.post(path, json=given, headers=town.staff("clerk"))
    assert [one.status_code for one in (early, other, staff)] == [409, 404, 403]
    assert (early.json()["field"], other.json()["field"]) == ("ledger", "ledger")
    done = await town.post(f"/projects/{ledger}/done", {"on": "2021-03-01", "text": "已完工。"})
    assert done.status_code == 200

    async def finished() -> Any:
        return (await standing())[0]["done_on"]

    await eventually(finished)
    answers = [await town.intake.post(path, json=given) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 409]
    assert (await standing())[0]["rating"] == "satisfied"

    async def kept() -> Any:
        return (await town.project(ledger))["ratings"]["satisfied"] == 1

    assert await eventually(kept)


async def test_a_replaced_project_hands_its_cases_over(town: County) -> None:
    said = await town.say("道路坑洼", "河口镇")
    case_id = await town.case_of(said)
    old = await town.opened(cases=[case_id], category="road")
    new = await town.opened(category="road")
    assert (
        await town.post(f"/projects/{old}/replace", {"by": new, "reason": "合并。", **BY})
    ).status_code == 200
    found = await town.project(old)
    assert (found["state"], found["replaced_by"], (await town.project(new))["cases"]) == ("replaced", new, 1)

    async def both() -> Any:
        return {one["ledger"]: one["replaced_by"] for one in (await town.tracked(said))["projects"]} == {
            old: new,
            new: None,
        }

    assert await eventually(both)


async def test_a_dropped_project_is_told_to_its_citizen_and_its_case_goes_on(town: County) -> None:
    said = await town.say("道路坑洼", "河口镇")
    case_id = await town.case_of(said)
    ledger = await town.opened(cases=[case_id], category="road")
    dropped = {"reason": "规划调整，不再实施。", **BY}
    vacant = await town.post(f"/projects/{ledger}/drop", {**dropped, "approver": "water.head"})
    assert (vacant.status_code, vacant.json()["field"]) == (422, "approver")
    assert (await town.post(f"/projects/{ledger}/drop", dropped)).status_code == 200

    async def told() -> Any:
        return [(one["ledger"], one["dropped"]) for one in (await town.tracked(said))["projects"]] == [
            (ledger, True)
        ]

    assert await eventually(told)
    found = await town.project(ledger)
    assert (found["state"], found["allowed"], found["cases"]) == ("dropped", ["unlink"], 1)
    assert found["facts"][-1]["kind"] == "dropped"
    case = (await town.assignment.get(f"/cases/{case_id}", headers=town.staff("clerk"))).json()
    signed = await town.post(f"/cases/{case_id}/sign-for", None, town.staff("handler", case["unit"]))
    assert (case["state"], signed.status_code) == ("dispatched", 200)
    again = await town.post(f"/projects/{ledger}/drop", dropped)
    assert (again.status_code, again.json()["allowed"]) == (409, ["unlink"])
    rows = (await town.assignment.get("/project-sheet")).json()["rows"]
    assert [row["状态"] for row in rows if row["台账编号"] == ledger] == ["已终止"]
    assert "规划调整，不再实施。 批准：县长。" in (await town.assignment.get(f"/projects/{ledger}/page")).text


async def test_the_books_of_projects_balance_and_a_lost_link_is_found(town: County) -> None:
    said = await town.say("家里停水五天", "河口镇")
    ledger = await town.opened(cases=[await town.case_of(said)])
    await town.post(f"/projects/{ledger}/change", {"completion": "2021-09-30", "reason": "汛期。", **BY})

    async def balanced() -> Any:
        return not any((await audited(town.stack)).values())

    assert await eventually(balanced)
    database = await asyncpg.connect(town.stack.admin_url)
    lost = "DELETE FROM assignment.project_cases WHERE project_id = $1 RETURNING project_cases.*"
    [row] = await database.fetch(lost, project_id_of(ledger))
    found = await audited(town.stack)
    await database.execute("INSERT INTO assignment.project_cases VALUES ($1, $2, $3, $4, $5)", *row)
    await database.close()
    assert {name for name, wrong in found.items() if wrong} == {
        "project_cases_equal_facts",
        "citizens_know_projects",
    }


async def audited(stack: Infrastructure) -> dict[str, int]:
    """How much each check of projects finds wrong."""
    database = await asyncpg.connect(stack.admin_url)
    rows = {one.name: await database.fetchrow(one.sql(), datetime.now(UTC)) for one in PROJECTS}
    found = {name: row["wrong"] for name, row in rows.items() if row}
    await database.close()
    return found


async def test_the_ledger_page_is_there_for_anybody(town: County) -> None:
    ledger = await town.opened("县项〔2021〕7号")
    page = await town.assignment.get(f"/projects/{ledger}/page")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "某县办实事项目台账" in page.text
    assert (await town.assignment.get("/projects/没有/page")).status_code == 404


async def test_a_sheet_goes_in_whole_or_not_at_all_and_comes_out_as_it_went_in(town: County) -> None:
    labels = DirectoryLabels.of(county())
    rows = [{"row": at, "cells": row_of(f"表-{at}", plan(), labels)} for at in (2, 3)]
    wrong = {"row": 4, "cells": {**row_of("表-4", plan(), labels), "预算（元）": "1", "牵头单位": "水务局"}}
    refused = await town.post("/project-sheet", {"rows": [*rows, wrong]})
    assert refused.status_code == 422
    assert [(one["row"], one["column"]) for one in refused.json()["problems"]] == [
        (4, "牵头单位"),
        (4, "资金来源"),
    ]
    assert (await town.assignment.get("/projects/表-2")).status_code == 404
    first, again = [(await town.post("/project-sheet", {"rows": rows})).json() for _ in range(2)]
    assert (first, again) == ({"opened": 2, "unchanged": 0}, {"opened": 0, "unchanged": 2})
    sheet = (await town.assignment.get("/project-sheet")).json()
    exported = [{"row": 2, "cells": row} for row in sheet["rows"] if row["台账编号"].startswith("表-")]
    back = await town.post("/project-sheet", {"rows": exported})
    assert back.json() == {"opened": 0, "unchanged": 2}


async def test_every_fact_of_a_project_is_public(town: County) -> None:
    ledger = await town.opened()
    path = f"/projects/{ledger}"
    await town.post(
        f"{path}/progress", {"text": "开挖，联系13912345678。", "percent": 30, "evidence": "照片"}
    )
    change = {"completion": "2021-08-31", "owner": "magistrate", "reason": "汛期。", **BY}
    await town.post(f"{path}/change", change)
    await town.post(f"{path}/done", {"on": "2021-03-01", "text": "已通水。"})
    found = await town.project(ledger)
    assert [fact["kind"] for fact in found["facts"]] == ["opened", "progress", "changed", "done"]
    assert found["facts"][1]["text"] == "开挖，联系〔手机号〕。"
    assert found["facts"][2]["differences"] == [
        {
            "field": "owner",
            "before": "water.head",
            "after": "magistrate",
            "before_names": "水利局局长",
            "after_names": "县长",
        },
        {
            "field": "completion",
            "before": "2021-06-30",
            "after": "2021-08-31",
            "before_names": None,
            "after_names": None,
        },
    ]
    assert (found["facts"][2]["approver"], found["facts"][2]["approver_title"]) == ("magistrate", "县长")
    assert (found["state"], found["percent"], found["done_on"]) == ("done", 100, "2021-03-01")
    late = await town.post(f"{path}/progress", {"text": "再报。"})
    assert (late.status_code, late.json()["allowed"]) == (409, ["unlink"])


async def test_the_list_is_filtered_and_paged_without_a_token(town: County) -> None:
    ledgers = [await town.opened(tier="section_leader") for _ in range(3)]
    seen, after = list[str](), None
    while True:
        asked: dict[str, str | int] = {
            "tier": "section_leader",
            "limit": 2,
            **({"after": after} if after else {}),
        }
        page = (await town.assignment.get("/projects", params=asked)).json()
        seen += [one["ledger"] for one in page["projects"]]
        if (after := page["next"]) is None:
            break
    assert sorted(seen) == sorted(ledgers)
    elsewhere = await town.assignment.get("/projects", params={"unit": "petition"})
    assert elsewhere.json() == {"projects": [], "next": None}


@pytest.mark.parametrize(
    ("role", "unit", "status"),
    [
        ("clerk", None, 201),
        ("administrator", None, 201),
        ("handler", "water", 201),
        ("unit_head", "water", 201),
        ("handler", "river_town", 403),
        ("unit_head", None, 403),
        ("leader", "water", 403),
        ("supervision_office", None, 403),
        ("callback_clerk", None, 403),
        ("inspector", None, 403),
    ],
)
async def test_each_role_opens_and_moves_the_projects_it_may(
    town: County, role: str, unit: str | None, status: int
) -> None:
    ledger, who = f"角-{role}-{unit}", town.staff(role, unit)
    opened = await town.post("/projects", body(ledger), who)
    theirs = await town.opened()
    moved = await town.post(f"/projects/{theirs}/progress", {"text": "在建。"}, who)
    sheet = await town.post("/project-sheet", {"rows": []}, who)
    assert (opened.status_code, moved.status_code) == (status, 200 if status == 201 else 403)
    assert sheet.status_code == (422 if role in ("clerk", "administrator") else 403)


async def test_without_a_token_nothing_is_changed(town: County) -> None:
    answers = [
        await town.post("/projects", body("无"), {}),
        await town.post("/projects/无/change", {"reason": "无"}, {}),
        await town.post("/project-sheet", {"rows": []}, {}),
    ]
    assert [answer.status_code for answer in answers] == [401, 401, 401]


async def test_a_project_that_cannot_be_is_refused_with_every_fault(town: County) -> None:
    wrong = body("错-1", lead_unit="moon", budget="1.00", completion="2021-01-01")
    answer = await town.post("/projects", wrong)
    assert answer.status_code == 422
    fields = [one["field"] for one in answer.json()["errors"]]
    assert fields == ["lead_unit", "funds", "completion", "milestones"]
    assert all(one["remedy"] for one in answer.json()["errors"])
    assert (await town.assignment.get("/projects/错-1")).status_code == 404


async def test_the_same_project_again_adds_nothing_and_another_one_is_refused(town: County) -> None:
    ledger = await town.opened()
    again = await town.post("/projects", body(ledger))
    other = await town.post("/projects", body(ledger, name="别的"))
    assert (again.status_code, other.status_code, other.json()["field"]) == (200, 409, "ledger")
    assert (await town.project(ledger))["version"] == 1
