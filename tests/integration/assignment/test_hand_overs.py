"""A post changes hands: its list in the running process, who sees and confirms it, what nobody holds."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from services.assignment.schedule import vacant_posts
from services.assignment.store_directory import Rulebooks
from services.dev.credentials import service_environment
from services.kit.clock import set_clock
from services.kit.postgres import Database, pool
from tests.assignment_process import CONFLICT, FORBIDDEN, Assignment
from tests.project_fakes import plan

NEW_DAY: Final = datetime(2021, 3, 3, 1, 0, tzinfo=UTC)
VACANT_DAY: Final = datetime(2021, 3, 4, 1, 0, tzinfo=UTC)
OLD: Final = {"post": "water.head", "person": "水甲", "from": "2020-01-01"}
NEW: Final = {"post": "water.head", "person": "水乙", "from": "2021-03-03"}
BEFORE: Final = [OLD]
AFTER: Final = [OLD | {"to": "2021-03-03"}, NEW]
PROMISE: Final = {
    "tier": "department",
    "unit": "water",
    "post": "water.head",
    "words": "六月底前修好老街水管。",
    "made_on": "2021-03-01",
    "due": "2021-06-30",
    "occasion": "meeting",
}


@pytest.fixture
async def database(bare: Assignment) -> AsyncIterator[Database]:
    environment = service_environment("assignment", bare.stack.secrets, bare.stack.ports)
    async with pool(environment["YINUO_DATABASE_URL"], "assignment", 2) as connections:
        yield Database("assignment", connections, lambda: None)


async def hand_over(one: Assignment, role: str = "leader", unit: str | None = "water") -> Any:
    answer = await one.http.get("/posts/water.head/hand-over", headers=one.staff(role, unit))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def listed(one: Assignment, role: str, unit: str | None, **asked: str) -> list[Any]:
    answer = await one.http.get("/hand-overs", params=asked, headers=one.staff(role, unit))
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["hand_overs"]
    return found


async def confirmed(one: Assignment, digest: str, role: str = "leader", unit: str | None = "water") -> Any:
    return await one.http.post(
        "/posts/water.head/hand-over", json={"digest": digest}, headers=one.staff(role, unit)
    )


async def test_each_role_sees_and_confirms_the_hand_overs_it_may(bare: Assignment) -> None:
    """What the predecessor took on passes; what comes on the successor's first day is his own."""
    (await bare.load(holders=BEFORE)).raise_for_status()
    clerk = bare.staff("clerk")
    first, second = await bare.opened(), await bare.opened()
    promised = await bare.http.post("/promises", json=PROMISE | {"number": "交1"}, headers=clerk)
    assert promised.status_code == 200, promised.text
    given = {**plan().model_dump(mode="json"), "ledger": "交项-1"}
    opened = await bare.http.post("/projects", json=given, headers=clerk)
    assert opened.is_success, opened.text
    nothing = await bare.http.get("/posts/water.head/hand-over", headers=bare.staff("administrator"))
    assert nothing.status_code == 404

    (await bare.load(holders=AFTER)).raise_for_status()
    assert await listed(bare, "supervision_office", None) == []
    await set_clock(bare.stack.admin_url, NEW_DAY)
    own = await bare.opened()
    seen = await hand_over(bare)
    ids = {line["id"] for line in seen["passing"]}
    assert {str(first), str(second)} <= ids
    assert str(own) not in ids
    assert (seen["predecessor"], seen["holder"], seen["since"]) == ("水甲", "水乙", "2021-03-03")
    assert (seen["cases"], seen["promises"], seen["projects"], seen["confirmation"]) == (2, 1, 1, None)
    assert [(line["number"], line["due_on"]) for line in seen["passing"][2:]] == [
        ("交项-1", "2021-06-30"),
        ("交1", "2021-06-30"),
    ]

    for role, unit, rows in [
        ("supervision_office", None, 1),
        ("administrator", None, 1),
        ("unit_head", "water", 1),
        ("leader", "river_town", 0),
        ("unit_head", None, 0),
    ]:
        assert len(await listed(bare, role, unit, confirmed="false")) == rows, (role, unit)
    [counted] = await listed(bare, "administrator", None)
    assert [counted[kind] for kind in ("cases", "promises", "projects")] == [2, 1, 1]
    assert await listed(bare, "supervision_office", None, confirmed="true") == []
    for role, unit in [("leader", "river_town"), ("unit_head", "petition"), ("unit_head", None)]:
        strange = await bare.http.get("/posts/water.head/hand-over", headers=bare.staff(role, unit))
        assert (strange.status_code, strange.json()["field"]) == (FORBIDDEN, "post")
        assert (await confirmed(bare, seen["digest"], role, unit)).status_code == FORBIDDEN
    assert (await confirmed(bare, seen["digest"], "supervision_office", None)).status_code == FORBIDDEN

    await bare.take(first, "sign-for", clerk)
    assert (await hand_over(bare))["digest"] == seen["digest"]
    await bare.take(first, "complete", clerk, reply="已修好。")
    old = await confirmed(bare, seen["digest"])
    assert (old.status_code, old.json()["field"]) == (CONFLICT, "digest")
    now = await hand_over(bare, "unit_head")
    assert (now["cases"], now["days"]) == (1, 0)
    done = await confirmed(bare, now["digest"])
    assert (done.status_code, done.json()["cases"], done.json()["by"]) == (201, 1, "leader of water")
    again = await confirmed(bare, now["digest"])
    assert (again.status_code, "leader of water" in again.json()["detail"]) == (CONFLICT, True)
    assert await listed(bare, "leader", "water", confirmed="false") == []
    [row] = await listed(bare, "supervision_office", None, confirmed="true")
    assert row["confirmation"]["at"].startswith("2021-03-03T01:00")


async def test_a_post_that_answers_for_something_open_and_has_no_holder_is_named(
    bare: Assignment, database: Database
) -> None:
    (await bare.load(holders=AFTER)).raise_for_status()
    await bare.opened()
    assert "water.head" not in await vacant_posts(database, Rulebooks())
    await set_clock(bare.stack.admin_url, VACANT_DAY)
    (await bare.load(holders=[AFTER[0], NEW | {"to": "2021-03-04"}])).raise_for_status()
    assert "water.head" in await vacant_posts(database, Rulebooks())
    answer = await bare.http.get("/posts", params={"vacant": "true"}, headers=bare.staff("inspector"))
    posts = {one["code"]: one for one in answer.json()["posts"]}
    assert (posts["water.head"]["answers"], posts["water.head"]["holder"]) == (True, None)
    assert not posts["magistrate"]["answers"]
    assert await vacant_posts(database, Rulebooks()) == ["water.head"]
