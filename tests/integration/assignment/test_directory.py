"""The directory and the lexicon of a running process decide about the demands after them."""

import asyncio

import asyncpg

from services.assignment.case import case_id_of
from services.contracts.case import CaseAssigned
from services.contracts.directory import UnitRecorded
from tests.assignment_process import CONFLICT, Assignment, numbered
from tests.unit.directory_samples import county


async def test_a_demand_before_any_directory_waits_and_is_assigned_on_its_load(bare: Assignment) -> None:
    early = numbered()
    await bare.tell(early)
    database = await asyncpg.connect(bare.stack.admin_url)
    async with asyncio.timeout(30):
        while not await database.fetchval("SELECT EXISTS (SELECT FROM assignment.waiting)"):
            await database.execute("SELECT pg_sleep(0.02)")
    await database.close()
    assert (await bare.http.get("/directory", headers=bare.staff("clerk"))).status_code == 404
    assert (await bare.http.get("/units")).json() == {"units": []}
    assert (await bare.load()).json()["version"] == 1
    [event] = await bare.until(CaseAssigned, case_id_of(early.demand_id))
    assert (event.unit, event.receipt) == ("water", early.receipt)


async def test_an_identical_load_changes_nothing_and_a_changed_one_is_told(assignment: Assignment) -> None:
    before = (await assignment.load()).json()
    assert before["identical"]
    units = [unit.model_dump() for unit in county().units]
    units[2]["name"] = "水利和供水局"
    after = (await assignment.load(units=units)).json()
    assert after == {
        "version": before["version"] + 1,
        "identical": False,
        "changed": {"unit": 1},
        "retired": 0,
    }
    await assignment.until_seen(
        lambda: any(isinstance(e, UnitRecorded) and e.name == "水利和供水局" for e in assignment.seen)
    )


async def test_a_directory_with_problems_is_refused_with_all_of_them(assignment: Assignment) -> None:
    refused = await assignment.load(routes=[{"category": "moon", "unit": "mars"}])
    assert refused.status_code == 422
    assert [problem["column"] for problem in refused.json()["problems"]] == ["category", "unit"]
    assert refused.json()["remedy"]


async def test_a_directory_with_a_nul_character_is_refused(assignment: Assignment) -> None:
    words = [{"field": "category", "value": "road", "word": "坑\x00洼"}]
    assert (await assignment.load(words=words)).status_code == 422


async def test_a_directory_larger_than_an_ordinary_body_is_loaded(assignment: Assignment) -> None:
    words = [{"field": "category", "value": "road", "word": f"坑洼路段{n}"} for n in range(6000)]
    assert (await assignment.load(words=words)).status_code == 200


async def test_edited_words_decide_about_the_demands_after_them(assignment: Assignment) -> None:
    clerk = assignment.staff("clerk")
    lexicon = (await assignment.http.get("/lexicon", headers=clerk)).json()
    lexicon["words"].append({"field": "category", "value": "water", "word": "水管冒泡", "weight": 9})
    edited = await assignment.http.put("/lexicon", json=lexicon, headers=clerk)
    again = await assignment.http.put("/lexicon", json=lexicon, headers=clerk)
    assert (edited.status_code, again.status_code) == (200, CONFLICT)
    case_id = await assignment.opened(title="水管冒泡了", body="请来看看")
    assert (await assignment.case(case_id))["category"] == "water"


async def test_anybody_reads_the_units_in_force_and_nothing_but_their_names_and_places(
    assignment: Assignment,
) -> None:
    units = [unit.model_dump() for unit in county().units]
    units[2]["name"] = "水务局"
    (await assignment.load(units=units)).raise_for_status()
    answer = await assignment.http.get("/units")
    told = [{name: unit[name] for name in ("code", "name", "kind", "parent")} for unit in units]
    assert (answer.status_code, answer.json()) == (200, {"units": told})
