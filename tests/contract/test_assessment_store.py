"""Assessment by two paths over random histories: SQL over all cases, pure functions over one at a time."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from services.dev.audit_assessments import assessments
from services.dev.credentials import new_secrets
from services.dev.stack import Infrastructure
from services.kit.auth import TokenReader, issue_token
from services.kit.clock import LOCAL, local_day, local_midnight
from services.kit.http import build_api
from services.kit.postgres import Database
from services.reporting import store_assessment as store
from services.reporting import store_gaming
from services.reporting.api_assessment import assessment_routes
from services.reporting.api_gaming import gaming_routes
from services.reporting.api_requests import request_routes
from services.reporting.assess.assessment import Excluded
from services.reporting.assess.compose import Numbers, applied, compose, numbers_of, period_of
from services.reporting.assess.gaming import GameFact, default_parameters, signals
from services.reporting.assess.observe import EXCLUDABLE, Observation, Period, by_case, observations
from services.reporting.assess.preset import preset
from services.reporting.assess.score import Key
from services.reporting.assess.wilson import wilson
from services.reporting.directory import Directory
from tests.contract.reporting_histories import FIRST, history, seeded
from tests.contract.test_reporting_store import WEEKS, _draft_all, _elsewhere, _read, admin, database

__all__ = ["admin", "database"]

LAST = FIRST + timedelta(days=7 * WEEKS)
PERIODS = (
    (FIRST, LAST),
    (FIRST + timedelta(days=7), FIRST + timedelta(days=21)),
    (FIRST, FIRST + timedelta(7)),
)


_LATE_RATINGS_AND_CALLS = """
    INSERT INTO facts (event_id, at, day, kind, topic, partition, "offset", late, case_id, unit, outcome)
    SELECT gen_random_uuid(), at + interval '1 hour', day, v.kind, 'case', 0, 0, false, case_id, unit,
           v.outcome
    FROM facts JOIN (VALUES
        ('rated', 'rating_late', NULL, 3), ('rated', 'rated', 'dissatisfied', 2),
        ('completed', 'called_back', 'very_dissatisfied', 3), ('completed', 'called_back', NULL, 2)
    ) AS v (of_kind, kind, outcome, every) ON v.of_kind = facts.kind
    WHERE get_byte(uuid_send(case_id), 0) % v.every = 0
"""
"""What random histories don't have: ratings too late and given anew, answers when called back."""


async def _rows(database: Database, period: Period) -> list[Observation]:
    """Every single row that the pure functions see."""
    rows: list[Observation] = []
    async with database.pool.acquire() as connection, connection.transaction():
        async for facts in store.case_by_case(connection, period.until):
            rows += observations(facts, period, lambda at: at.astimezone(LOCAL).date())
    return rows


def _some_excluded(random: Random, rows: list[Observation]) -> list[Excluded]:
    return [
        Excluded(
            request_id=one.case_id,
            unit=one.unit,
            case_id=one.case_id,
            receipt=one.receipt,
            indicators=tuple(random.sample(EXCLUDABLE, 3)),
        )
        for one in random.sample(rows, len(rows) // 8)
    ]


@pytest.mark.parametrize("seed", range(3))
async def test_sql_and_pure_functions_agree_on_every_count_with_and_without_exclusions(
    database: Database, seed: int
) -> None:
    random = seeded(100 + seed)
    await _read(database, history(random, WEEKS, cases=300), random)
    await database.pool.execute(_LATE_RATINGS_AND_CALLS)
    for first, until in PERIODS:
        period = period_of(first, until, local_midnight)
        directory = await store.directory_before(database.pool, until)
        rows = await _rows(database, period)
        assert {one.indicator for one in rows} == set(EXCLUDABLE)
        for exclusions in ([], _some_excluded(random, rows)):
            counted, excluded = applied(rows, exclusions)
            assert bool(excluded) == bool(exclusions)
            expected = numbers_of(counted, directory)
            found = await store.count(database.pool, period, exclusions, directory)
            assert found.units == expected.units
            assert found.leaders == expected.leaders
            assert _told(period, found, directory) == _told(period, expected, directory)


async def test_what_is_counted_from_the_last_book_on_is_what_is_counted_from_the_start(
    database: Database,
) -> None:
    random = seeded(104)
    fake = await _read(database, history(random, WEEKS, cases=250), random)
    await database.pool.execute(_LATE_RATINGS_AND_CALLS)
    periods = [
        period_of(FIRST + timedelta(days=first), FIRST + timedelta(days=until), local_midnight)
        for first, until in ((7, 14), (14, 28), (24, 31), (0, 7 * WEEKS))
    ]
    directory = await store.directory_before(database.pool, LAST)
    before = [await store.count(database.pool, period, [], directory) for period in periods]
    await _draft_all(database, fake)
    for period, expected in zip(periods, before, strict=True):
        assert await store.count(database.pool, period, [], directory) == expected, period
        for unit in expected.units:
            cases = await store.cases_of_unit(database.pool, unit, period)
            facts = await store.facts_of_cases(database.pool, cases, period.until)
            rows = [one for case in by_case(facts) for one in observations(case, period, local_day)]
            counted = numbers_of([one for one in rows if one.unit == unit], directory)
            assert counted.units[unit] == expected.units[unit], (period, unit)


def _told(period: Period, numbers: Numbers, directory: Directory) -> str:
    return compose(period, numbers, preset("default"), [], directory).model_dump_json()


async def test_sql_finds_the_shares_and_wilson_bounds_that_the_scores_are_made_of(database: Database) -> None:
    random = seeded(21)
    await _read(database, history(random, WEEKS, cases=200), random)
    period = period_of(FIRST, LAST, local_midnight)
    directory = await store.directory_before(database.pool, LAST)
    rows = await store.tallies(database.pool, period, [], directory)
    assert len(rows) > 40
    for row in rows:
        interval = wilson(row["hits"], row["n"])
        assert row["share"] == pytest.approx(row["hits"] / row["n"])
        assert (row["lower"], row["upper"]) == pytest.approx(interval, abs=1e-12)


async def test_over_one_week_the_shares_are_those_of_its_circular(database: Database) -> None:
    """What is due, on time, signed for in time and overdue means the same in both."""
    random = seeded(33)
    fake = await _read(database, history(random, WEEKS, cases=300), random)
    await _draft_all(database, fake)
    for monday, circular in fake.weekly.items():
        until = monday + timedelta(days=7)
        directory = await store.directory_before(database.pool, until)
        period = period_of(monday, until, local_midnight)
        found = (await store.count(database.pool, period, [], directory)).units
        for row in circular.units:
            counts = found.get(row.code, {})
            on_time, receipt = counts.get(Key("on_time"), (0, 0)), counts.get(Key("receipt"), (0, 0))
            assert on_time == (row.due, row.completed_on_time), (monday, row.code)
            named = ("signed_in_time", "signed_late", "unsigned_overdue")
            told = [circular.counts.get(f"{figure}.unit.{row.code}", 0) for figure in named]
            assert receipt == (sum(told), told[0]), (monday, row.code)


async def test_what_was_late_is_the_leaders_who_held_the_post_when_it_fell_due(database: Database) -> None:
    random = seeded(5)
    await _read(database, history(random, WEEKS, cases=250), random)
    directory = await store.directory_before(database.pool, LAST)
    period = period_of(FIRST, LAST, local_midnight)
    leaders = (await store.count(database.pool, period, [], directory)).leaders
    handed_over = date(2021, 3, 14)
    held = {one.person for one in leaders if one.post == "water.head"}
    assert held == {"甲", "乙"}
    rows = [one for one in await _rows(database, period) if one.post == "water.head"]
    before = [one for one in rows if one.then < handed_over and one.indicator == "on_time"]
    [first] = [counts for one, counts in leaders.items() if one.person == "甲"]
    assert first[Key("on_time")].n == len(before) > 0


async def test_a_day_is_over_only_when_every_partition_has_passed_it(
    database: Database, admin: asyncpg.Connection
) -> None:
    random = seeded(1)
    await _read(database, history(random, 1, cases=5), random)
    assert await store.reached(database.pool, FIRST + timedelta(days=7))
    assert not await store.reached(database.pool, FIRST + timedelta(days=9))
    await admin.execute("DELETE FROM reporting.positions WHERE topic = 'directory'")
    assert not await store.reached(database.pool, FIRST + timedelta(days=7))


class Office:
    """The API over the store, as staff call it."""

    def __init__(self, database: Database) -> None:
        self.database, secrets = database, new_secrets()
        reader = TokenReader.of(secrets["YINUO_TOKEN_PUBLIC_KEY"])
        api = build_api("reporting", "test", reader, {})
        api.include_router(assessment_routes(database))
        api.include_router(request_routes(database))
        api.include_router(gaming_routes(database))
        self._key = secrets["YINUO_TOKEN_PRIVATE_KEY"]
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://test")

    async def call(self, who: str, method: str, path: str, expected: int = 200, **json: Any) -> Any:
        """`who`: name, role and unit, as `甲 supervision_office`."""
        subject, role, unit = (*who.split(), None)[:3]
        token = issue_token(self._key, subject=subject or "", role=role, unit=unit)  # type: ignore[arg-type]
        sent: dict[str, Any] = {"json": json} if method == "POST" else {"params": json}
        bearer = {"Authorization": f"Bearer {token}"}
        answer = await self._client.request(method, path, headers=bearer, **sent)
        assert answer.status_code == expected, answer.text
        return answer.json()


OFFICE, OTHER, HEAD = "甲 supervision_office", "乙 supervision_office", "丙 unit_head water"
PERIOD = f"/assessments/{FIRST}/{LAST}"


@pytest.fixture
async def office(database: Database, admin: asyncpg.Connection) -> Office:
    """After five weeks of history."""
    await admin.execute("TRUNCATE reporting.assessments, reporting.assessment_requests CASCADE")
    random = seeded(44)
    await _read(database, history(random, WEEKS, cases=250), random)
    return Office(database)


async def test_what_is_published_stays_and_a_request_calls_for_the_next_revision(office: Office) -> None:
    first = await office.call(OFFICE, "POST", PERIOD)
    assert first["published"]["revision"] == 1
    refused = await office.call(OFFICE, "POST", PERIOD, 409)
    assert "because" in refused["remedy"]
    late = await _one_late(office)
    request = await _asked(office, late)
    path = f"/assessment-requests/{request['request_id']}"
    await office.call(OFFICE, "POST", f"{path}/approve", reason="停电所致")
    second = await office.call(OFFICE, "POST", PERIOD, because=request["request_id"], reason="剔除一件")
    assert second["published"]["revision"] == 2
    before, after = (_measure(one, "water", "on_time") for one in (first, second))
    assert (after["n"], after["hits"]) == (before["n"] - 1, before["hits"])
    assert await office.call(HEAD, "GET", PERIOD, revision=1) == first
    again = await office.call(OFFICE, "POST", PERIOD, 409, because=request["request_id"])
    assert again["field"] == "because"
    told = await office.call(HEAD, "GET", f"{PERIOD}/explanation", unit="water")
    [part] = [one for one in told["parts"] if one["indicator"] == "on_time"]
    assert [row["case_id"] for row in part["excluded"]] == [late["case_id"]]
    assert part["counted"] == after["n"]


async def test_a_revision_keeps_its_preset_and_an_exclusion_calls_for_one_in_each_period(
    office: Office,
) -> None:
    """What is open over the end of a month counts in both, and in the year."""
    shorter = f"/assessments/{FIRST}/{LAST - timedelta(days=3)}"
    for period in (PERIOD, shorter):
        await office.call(OFFICE, "POST", period, preset="yulin")
    request = await _asked(office, await _one_late(office))
    because = {"because": request["request_id"], "reason": "剔除一件"}
    await office.call(OFFICE, "POST", f"/assessment-requests/{because['because']}/approve", reason="停电所致")
    refused = await office.call(OFFICE, "POST", PERIOD, 409, preset="default", **because)
    assert (refused["field"], "yulin" in refused["detail"]) == ("preset", True)
    for period in (PERIOD, shorter):
        revised = await office.call(OFFICE, "POST", period, **because)
        assert revised["published"]["revision"] == 2
        assert revised["assessment"]["preset"]["id"] == "yulin"
        again = await office.call(OFFICE, "POST", period, 409, **because)
        assert again["field"] == "because"


async def test_each_score_is_explained_by_exactly_its_rows(office: Office) -> None:
    found = (await office.call(OFFICE, "GET", f"{PERIOD}/preview"))["assessment"]
    for row in found["units"] + found["leaders"]:
        names = ("post", "person") if row["post"] else ("unit",)
        whose = {name: row[name] for name in names if row[name]}
        told = await office.call(OFFICE, "GET", f"{PERIOD}/explanation", **whose)
        parts = {one["indicator"]: one for one in told["parts"]}
        for measure in row["measures"]:
            part = parts[measure["indicator"]]
            assert part["counted"] == measure["n"]
            assert sum(one["hit"] for one in part["rows"]) == measure["hits"]
        assert parts["notices"]["counted"] == sum(one["notices"] for one in row["deductions"])


async def test_an_appeal_is_decided_by_somebody_else_than_who_decided_before(office: Office) -> None:
    await office.call(OFFICE, "POST", PERIOD)
    request = await _asked(office, await _one_late(office))
    path = f"/assessment-requests/{request['request_id']}"
    await office.call(OFFICE, "POST", f"{path}/refuse", reason="证据不足")
    wrong = await office.call(OFFICE, "POST", f"{path}/uphold", 409, reason="成立")
    assert wrong["allowed"] == ["appeal"]
    await office.call(HEAD, "POST", f"{path}/appeal", reason="补充证据")
    await office.call(OFFICE, "POST", f"{path}/uphold", 403, reason="成立")
    settled = await office.call(OTHER, "POST", f"{path}/uphold", reason="成立")
    assert (settled["state"], settled["allowed"]) == ("approved", [])
    assert [one["by"] for one in settled["steps"]] == ["丙", "甲", "丙", "乙"]
    asked = {"first": str(FIRST), "until": str(LAST), "revision": 1, "reason": "少算一件", "evidence": "台账"}
    score = await office.call(HEAD, "POST", "/appeals", 201, **asked)
    await office.call(
        OFFICE, "POST", f"/assessment-requests/{score['request_id']}/dismiss", 403, reason="不成立"
    )


async def _on(admin: asyncpg.Connection, day: date) -> None:
    """Set the clock to nine o'clock of a day."""
    await admin.execute("UPDATE clock.setting SET instant = $1", local_midnight(day) + timedelta(hours=9))


async def test_nobody_is_late_yet_by_what_falls_due_in_the_rest_of_a_period(
    office: Office, admin: asyncpg.Connection
) -> None:
    await _on(admin, LAST)
    running, now = (
        f"/assessments/{FIRST}/{LAST + timedelta(days=60)}",
        local_midnight(LAST) + timedelta(hours=9),
    )
    open_later = await admin.fetchval(
        "SELECT count(*) FROM reporting.facts WHERE kind = 'limits_set' AND complete_due > $1", now
    )
    assert open_later > 0
    found = (await office.call(OFFICE, "GET", f"{running}/preview"))["assessment"]
    assert datetime.fromisoformat(found["cut_at"]) == now
    for unit in [row["unit"] for row in found["units"] if row["score"] is not None]:
        told = await office.call(OFFICE, "GET", f"{running}/explanation", unit=unit)
        for part in told["parts"]:
            late = [row["due"] for row in part["rows"] if row["due"] and not row["hit"]]
            assert all(datetime.fromisoformat(due) <= now for due in late), (unit, part["indicator"])
        measured = {one["indicator"]: one["n"] for one in told["row"]["measures"]}
        assert {
            one["indicator"]: one["counted"] for one in told["parts"] if one["indicator"] != "notices"
        } == measured


async def test_a_period_is_assessed_by_the_authoritys_preset_unless_another_is_named(
    office: Office, admin: asyncpg.Connection
) -> None:
    chosen = '{"preset": "yulin", "appeal_days": 3}'
    await admin.execute(
        "UPDATE reporting.directory_entries SET body = jsonb_set(body, '{assessment}', $1::jsonb)"
        " WHERE kind = 'authority'",
        chosen,
    )
    seen = [await office.call(OFFICE, "GET", f"{PERIOD}/preview"), await office.call(OFFICE, "POST", PERIOD)]
    assert [one["assessment"]["preset"]["id"] for one in seen] == ["yulin", "yulin"]
    other = await office.call(OFFICE, "GET", f"{PERIOD}/preview", preset="default")
    assert other["assessment"]["preset"]["id"] == "default"


async def test_an_appeal_comes_within_the_authoritys_days_after_what_was_decided(
    office: Office, admin: asyncpg.Connection
) -> None:
    """15 of them: the last is the 15th local day after."""
    await _on(admin, LAST)
    request = await _asked(office, await _one_late(office))
    path = f"/assessment-requests/{request['request_id']}"
    await office.call(OFFICE, "POST", f"{path}/refuse", reason="证据不足")
    published = await office.call(OFFICE, "POST", PERIOD)
    assert published["assessment"]["preset"]["id"] == "default"
    asked = {"first": str(FIRST), "until": str(LAST), "revision": 1, "reason": "少算一件", "evidence": "台账"}
    await _on(admin, LAST + timedelta(days=16))
    late = await office.call(HEAD, "POST", "/appeals", 409, **asked)
    assert (late["field"], str(LAST + timedelta(days=15)) in late["detail"]) == ("revision", True)
    assert (await office.call(HEAD, "POST", f"{path}/appeal", 409, reason="补充证据"))[
        "field"
    ] == "request_id"
    await _on(admin, LAST + timedelta(days=15))
    await office.call(HEAD, "POST", "/appeals", 201, **asked)
    await office.call(HEAD, "POST", f"{path}/appeal", reason="补充证据")


async def test_a_head_sees_and_asks_for_the_own_unit_alone(office: Office) -> None:
    late = await _one_late(office)
    request = await _asked(office, late)
    stranger = "丁 unit_head roads"
    await office.call(stranger, "GET", f"{PERIOD}/explanation", 403, unit="water")
    await office.call(stranger, "GET", f"{PERIOD}/explanation", 403, post="water.head")
    await office.call(stranger, "GET", f"/assessment-requests/{request['request_id']}", 404)
    path = f"/assessment-requests/{request['request_id']}/withdraw"
    await office.call(stranger, "POST", path, 404, reason="撤回")
    assert (await office.call(stranger, "GET", "/assessment-requests"))["requests"] == []
    asked = {"indicators": ["on_time"], "reason": "停电", "evidence": "证明", "case_id": str(uuid4())}
    assert (await office.call(HEAD, "POST", "/exclusions", 422, **asked))["field"] == "case_id"


async def test_other_weights_are_shown_beside_and_nothing_is_kept(office: Office) -> None:
    before = await office.call(OFFICE, "GET", f"{PERIOD}/preview")
    told = await office.call(OFFICE, "POST", f"{PERIOD}/what-if", weights={"on_time": 0, "returned": 80})
    assert any(one["score"] != one["score_then"] for one in told["units"])
    same = await office.call(OFFICE, "POST", f"{PERIOD}/what-if", weights={})
    assert all((o["score"], o["rank"]) == (o["score_then"], o["rank_then"]) for o in same["units"])
    assert await office.call(OFFICE, "GET", f"{PERIOD}/preview") == before
    assert await office.call(OFFICE, "GET", "/assessments") == {"assessments": []}
    refused = await office.call(OFFICE, "POST", f"{PERIOD}/what-if", 422, weights={"speed": 1})
    assert refused["field"] == "weights"


async def _one_late(office: Office) -> dict[str, Any]:
    told = await office.call(OFFICE, "GET", f"{PERIOD}/explanation", unit="water")
    [part] = [one for one in told["parts"] if one["indicator"] == "on_time"]
    late: dict[str, Any] = next(row for row in part["rows"] if not row["hit"])
    assert sum(row["case_id"] == late["case_id"] for row in part["rows"]) == 1
    return late


async def _asked(office: Office, late: dict[str, Any]) -> dict[str, Any]:
    asked = {
        "case_id": late["case_id"],
        "indicators": ["on_time"],
        "reason": "停电",
        "evidence": "供电所证明",
    }
    request: dict[str, Any] = await office.call(HEAD, "POST", "/exclusions", 201, **asked)
    assert request["receipt"] == late["receipt"]
    return request


def _measure(answer: dict[str, Any], unit: str, indicator: str) -> dict[str, Any]:
    [row] = [one for one in answer["assessment"]["units"] if one["unit"] == unit]
    measure: dict[str, Any]
    [measure] = [one for one in row["measures"] if one["indicator"] == indicator]
    return measure


async def test_gaming_is_found_in_the_facts_that_matter_as_in_all_facts(office: Office) -> None:
    pool, first = office.database.pool, FIRST + timedelta(days=14)
    columns = ", ".join(name for name in GameFact._fields if name != "day")
    every = await pool.fetch(f"SELECT {columns}, day FROM facts WHERE case_id IS NOT NULL")
    asked = default_parameters()
    expected = signals((GameFact(**dict(row)) for row in every), asked, first, LAST)
    assert {one.kind for one in expected} >= {"closed_unheard", "limit_edited_late"}
    assert await store_gaming.found(pool, first, LAST) == expected
    told = await office.call(OFFICE, "GET", "/gaming", first=str(first), until=str(LAST))
    assert len(told["signals"]) == len(expected)
    assert told["counts"] == await store_gaming.gaming_counts(pool, first, LAST)
    await office.call(HEAD, "GET", "/gaming", 403, first=str(first), until=str(LAST))


async def test_the_audit_counts_what_is_published_again_and_notices_what_was_altered(
    office: Office, admin: asyncpg.Connection, infrastructure: Infrastructure
) -> None:
    request = await _asked(office, await _one_late(office))
    await office.call(OFFICE, "POST", f"/assessment-requests/{request['request_id']}/approve", reason="属实")
    await office.call(OFFICE, "POST", PERIOD, preset="yulin")
    reader = await asyncpg.connect(_elsewhere(infrastructure.admin_url))
    try:
        await reader.execute("SET ROLE yinuo_audit")
        found = await assessments(reader)
        assert (found.walked, found.wrong) == (1, 0), found.examples
        lost = "SELECT min(ctid) FROM reporting.facts WHERE kind = 'completed'"
        await admin.execute(f"DELETE FROM reporting.facts WHERE ctid = ({lost})")
        found = await assessments(reader)
        assert found.wrong
        assert "told" in found.examples[0]
    finally:
        await reader.close()
