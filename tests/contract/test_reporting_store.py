"""The store against the oracle: random histories, every figure, every row."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import asyncpg
import pytest

from services.assignment.chain import Head, chained
from services.contracts.case import CaseCompleted, CaseReturned, CaseSignedFor
from services.contracts.envelope import Record
from services.contracts.public_text import PublicText
from services.contracts.supervision import LimitsSet
from services.contracts.vocabulary import Service
from services.dev.audit_checks import Check
from services.dev.audit_circulars import CIRCULARS
from services.dev.audit_facts import FACTS
from services.dev.audit_gaming import GAMING
from services.dev.audit_lists import LISTS
from services.dev.credentials import migration_environment
from services.dev.rebuild import replay
from services.dev.rebuild_late import Held, out_of_place
from services.dev.stack import Infrastructure
from services.kit.dead_letters import Letter
from services.kit.delivery.store_addresses import Address, set_addresses
from services.kit.migrate import migrate_all
from services.kit.postgres import Database, pool
from services.reporting import store_circulars, store_list_counts, store_rows
from services.reporting.circular import Circular, Edition
from services.reporting.draft import NotClosed, draft_next, order
from services.reporting.figures import FIGURES, named
from services.reporting.periods import DAY, Period, containing
from services.reporting.schedule import Schedule
from services.reporting.store_books import PostgresBooks, book_directory
from services.reporting.stream import record_facts
from tests.builders import case_assigned, demand
from tests.contract.reporting_books import FakeBooks
from tests.contract.reporting_histories import FIRST, READ, Log, directory, history, midnight, seeded
from tests.promise_builders import SEAL, promise_made

NAME = "yinuo_reporting_books"
WEEKS = 5
TABLES = (
    "facts, positions, cuts, directory_entries, promise_heads, ledger, books, circulars, numbers, outbox,"
    " list_facts, list_standing, list_closed, list_cuts,"
    " delivery_addresses, delivery_attachments, delivery_contents, delivery_messages"
)


def _elsewhere(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{NAME}"))


@pytest.fixture(scope="module")
async def admin(infrastructure: Infrastructure) -> AsyncIterator[asyncpg.Connection]:
    """The administrator of a database of reporting's own: a history must be all that is in it."""
    url = _elsewhere(infrastructure.admin_url)
    main = await asyncpg.connect(infrastructure.admin_url)
    await main.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    await main.execute(f"CREATE DATABASE {NAME}")
    environ = migration_environment(infrastructure.secrets, infrastructure.ports)
    await migrate_all({**environ, "YINUO_ADMIN_URL": url})
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()
    await main.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
    await main.close()


@pytest.fixture
async def database(
    admin: asyncpg.Connection, environment_of: Callable[[Service], dict[str, str]]
) -> AsyncIterator[Database]:
    """That database, empty."""
    await admin.execute(f"SET search_path = reporting; TRUNCATE {TABLES}, replayed_letters")
    async with pool(_elsewhere(environment_of("reporting")["YINUO_DATABASE_URL"]), "reporting", 3) as opened:
        yield Database("reporting", opened, lambda: None)


async def _read(database: Database, log: Log, random: Random) -> FakeBooks:
    """Let the store and the oracle read the same batches."""
    fake = FakeBooks()
    for batch in log.batches(random):
        fake.take(batch)
        async with database.writing() as writing:
            await record_facts(writing, batch)
    return fake


async def _draft_all(database: Database, fake: FakeBooks) -> None:
    while await draft_next(fake):
        pass
    while True:
        async with database.writing() as writing:
            if not await draft_next(PostgresBooks(writing)):
                return


async def _drafted(database: Database, number: int) -> Circular:
    return await _kept(database, containing("weekly", FIRST + timedelta(days=7 * number)))


async def _kept(database: Database, of: Period) -> Circular:
    async with database.writing() as writing:
        circular = await PostgresBooks(writing).circular(of)
    assert circular is not None
    return circular


async def _order(database: Database, fake: FakeBooks, first: date, until: date) -> Circular:
    """Let the store and the oracle draft the same county circular, and hold them together."""
    of = Period("county", first, until)
    expected = await order(fake, of, "tester")
    async with database.writing() as writing:
        found = await order(PostgresBooks(writing), of, "tester")
    assert isinstance(expected, Circular)
    assert isinstance(found, Circular)
    told = found.model_dump()
    for name, value in expected.model_dump().items():
        assert told[name] == value, (of, name)
    return found


@pytest.mark.parametrize("seed", range(3))
async def test_every_circular_equals_the_oracles(database: Database, seed: int) -> None:
    random = seeded(seed)
    fake = await _read(database, history(random, WEEKS, cases=250), random)
    await _draft_all(database, fake)
    assert len(fake.weekly) == WEEKS
    for period, expected in fake.circulars.items():
        found = (await _kept(database, period)).model_dump()
        for name, value in expected.model_dump().items():
            assert found[name] == value, name


async def test_every_figure_counts_exactly_the_rows_that_it_lists(database: Database) -> None:
    random = seeded(7)
    fake = await _read(database, history(random, WEEKS, cases=250), random)
    await _draft_all(database, fake)
    for circular in fake.circulars.values():
        assert set(FIGURES) <= set(circular.counts)
        for figure, value in circular.counts.items():
            assert len(await _all_rows(database, circular, figure)) == value, (circular.ref, figure)


async def _found(database: Database, circular: Circular) -> Edition:
    found = await store_circulars.find(database.pool, circular.ref)
    assert found is not None
    return found


async def _all_rows(database: Database, circular: Circular, figure: str) -> list[dict[str, Any]]:
    asked, after, rows = named(figure), store_rows.After(), []
    values = [asked.value] if asked.value is not None else []
    if asked.dimension == "category" and asked.value is not None:
        values = (await book_directory(database.pool, circular.last)).categories_under(asked.value)
    book = (await _found(database, circular)).book
    while True:
        if asked.figure.source in ("ledger", "facts"):
            page = await store_rows.rows(database.pool, asked, values, book, circular.period, after, limit=17)
        else:
            page = await store_list_counts.list_rows(database.pool, asked, circular.period, after, limit=17)
        rows += page.rows
        if page.next is None:
            return rows
        after = page.next


@pytest.mark.parametrize("seed", range(3))
async def test_a_circular_of_any_range_equals_the_oracles(database: Database, seed: int) -> None:
    """Ordered before, between and after the weekly ones, over days that overlap, touch or leave gaps."""
    random = seeded(100 + seed)
    fake = await _read(database, history(random, WEEKS, cases=250), random)
    ranges = [sorted(random.sample(range(7 * WEEKS + 1), 2)) for _ in range(6)]
    for number, (first, until) in enumerate(ranges):
        if number == 2:
            await _draft_all(database, fake)
        circular = await _order(database, fake, FIRST + first * DAY, FIRST + until * DAY)
        for figure in (
            *("completed_late", "latecomers", "returned_overdue", "carried_over"),
            *("called_back", "further_met_late", "further_passed", "promises_kept", "projects_open"),
        ):
            assert len(await _all_rows(database, circular, figure)) == circular.counts[figure]


async def test_the_audit_counts_circulars_of_any_range_again_by_other_sql(
    database: Database, admin: asyncpg.Connection
) -> None:
    random = seeded(31)
    fake = await _read(database, history(random, WEEKS, cases=250), random)
    await _order(database, fake, FIRST + 4 * DAY, FIRST + 9 * DAY)
    await _draft_all(database, fake)
    await _order(database, fake, FIRST, FIRST + 17 * DAY)
    for check in (*CIRCULARS, *LISTS, *GAMING):
        if not re.search(r"\b(intake|assignment|supervision)\.audit", check.wrong):
            row = await admin.fetchrow(check.sql(), midnight(FIRST))
            assert row is not None
            assert (row["wrong"], row["walked"] > 0) == (0, True), (check.name, row["examples"])


async def test_signs_of_gaming_are_counted_again_by_other_sql(
    database: Database, admin: asyncpg.Connection
) -> None:
    """Good ratings every two minutes, over a midnight between two weeks, in runs of four to nine."""
    await _read(database, history(seeded(37), WEEKS, cases=250), seeded(37))
    await admin.execute(
        """
        INSERT INTO reporting.facts (event_id, at, day, kind, topic, partition, "offset", late, case_id, unit,
                                     outcome)
        SELECT gen_random_uuid(), at, (at AT TIME ZONE 'Asia/Shanghai')::date, 'rated', 'demand', 0, 0, false,
               gen_random_uuid(), 'water', 'satisfied'
        FROM generate_series(4, 9) AS run CROSS JOIN generate_series(1, run) AS place
        CROSS JOIN LATERAL (
            SELECT $1::timestamptz + run * interval '1 hour' + place * interval '2 minutes') AS t (at)
        """,
        midnight(FIRST + 14 * DAY) - timedelta(hours=6, minutes=5),
    )
    await _draft_all(database, FakeBooks())
    async with database.writing() as writing:
        await order(PostgresBooks(writing), Period("county", FIRST + 5 * DAY, FIRST + 33 * DAY), "tester")
    [check] = GAMING
    assert await _wrong(admin, check) == 0
    weeks = [(await _drafted(database, number)).gaming for number in range(WEEKS)]
    assert all(any(sign.count for sign in kind) for kind in zip(*weeks, strict=True))
    await admin.execute("UPDATE reporting.facts SET unit = 'roads' WHERE kind = 'rated' AND unit = 'water'")
    assert await _wrong(admin, check) > 0


async def test_a_book_of_many_days_is_that_of_the_first_of_them_folded_on_by_the_rest(
    database: Database,
) -> None:
    """What was done adds up; what stands at the end is the same; what is judged is judged once."""
    random = seeded(23)
    fake = await _read(database, history(random, WEEKS, cases=250), random)
    for _ in range(3):
        a, b, c = (FIRST + number * DAY for number in sorted(random.sample(range(7 * WEEKS + 1), 3)))
        early = (await _order(database, fake, a, b)).counts
        late = (await _order(database, fake, b, c)).counts
        whole = (await _order(database, fake, a, c)).counts
        for name in FLOWS:
            assert whole[name] == early[name] + late[name], name
        for name in STOCKS:
            assert whole[name] == late[name], name
        for parts in JUDGED:
            told, first, rest = (sum(of[name] for name in parts) for of in (whole, early, late))
            assert told == first + rest, parts
        assert whole["carried_over"] == early["carried_over"]
        assert late["carried_over"] == early["carried_forward"]


FLOWS = (
    *("received", "notices", "acknowledged", "rated", "dispatched", "assigned", "repeats", "signed"),
    *("completed", "returned", "reassigned", "redone", "withdrawn", "refused", "merged", "parted", "closed"),
    *(
        "called_back",
        "called_back_satisfied",
        "promises_made",
        "promises_kept",
        "projects_opened",
        "projects_done",
    ),
    *("further_set", "further_met", "further_ended", "limits_acted_on"),
)
JUDGED = (("completed_on_time", "completed_late"), ("signed_in_time", "signed_late"))
"""A limit that is moved after the first cut may tell the longer book otherwise, but nothing is told twice."""
STOCKS = (
    *("carried_forward", "overdue", "without_limit", "unsigned_overdue", "unjudged"),
    *("promises_standing", "promises_overdue", "promises_kept_in_all", "projects_open", "milestones_overdue"),
    *("further_open", "further_passed"),
)


async def test_months_and_years_are_drafted_where_the_authority_asks_for_them(database: Database) -> None:
    random = seeded(29)
    log = history(random, WEEKS, cases=60)
    asked = directory(version=2, editions=("monthly", "yearly"))[0]
    log.write(asked, midnight(FIRST + timedelta(days=7 * WEEKS)) + timedelta(hours=30))
    for day in range(7 * WEEKS + 2, 310):
        log.watermark(FIRST + day * DAY)
    await _draft_all(database, fake := await _read(database, log, random))
    months = [of for of in fake.circulars if of.kind == "monthly"]
    assert [of.first for of in months] == [date(2021, month, 1) for month in range(4, 13)]
    assert [of.first for of in fake.circulars if of.kind == "yearly"] == [date(2021, 1, 1)]
    for of in (months[0], months[1], Period("yearly", date(2021, 1, 1), date(2022, 1, 1))):
        found = (await _kept(database, of)).model_dump()
        for name, value in fake.circulars[of].model_dump().items():
            assert found[name] == value, (of, name)
    year = fake.circulars[Period("yearly", date(2021, 1, 1), date(2022, 1, 1))]
    assert year.last_period is None
    assert fake.circulars[months[1]].last_period is not None


async def test_only_closed_days_can_be_ordered_and_the_same_days_are_ordered_once(
    database: Database,
) -> None:
    fake = await _read(database, history(random := seeded(31), 1, cases=20), random)
    early, late = Period("county", FIRST - DAY, FIRST + DAY), Period("county", FIRST, FIRST + 9 * DAY)
    async with database.writing() as writing:
        books = PostgresBooks(writing)
        for of in (early, late):
            assert await order(books, of, "tester") == NotClosed(FIRST, FIRST + 7 * DAY)
    again = [await _order(database, fake, FIRST, FIRST + 2 * DAY) for _ in range(2)]
    assert again[0] == again[1]


async def test_each_units_books_balance_and_carry_into_the_next_week(database: Database) -> None:
    random = seeded(11)
    fake = await _read(database, history(random, WEEKS, cases=250), random)
    await _draft_all(database, fake)
    forward = dict.fromkeys(fake.weekly[FIRST].counts, 0)
    for circular in fake.weekly.values():
        for row in circular.units:
            away = row.completed + row.returned + row.reassigned + row.withdrawn + row.refused + row.merged
            assert row.carried_over + row.dispatched - away == row.carried_forward
            assert row.carried_over == forward.get(row.code, 0)
        forward = {row.code: row.carried_forward for row in circular.units}


async def test_each_completion_is_judged_once_over_all_weeks_or_waits_at_the_end(database: Database) -> None:
    random = seeded(13)
    log = history(random, WEEKS, cases=350)
    await _draft_all(database, fake := await _read(database, log, random))
    judged: Counter[tuple[UUID, int]] = Counter()
    settled, before = 0, 0
    for circular in fake.weekly.values():
        counts = circular.counts
        assert counts["unjudged_before"] == before
        told = counts["completed_on_time"] + counts["completed_late"]
        assert counts["completed"] + before == told + counts["unjudged"]
        before, settled = counts["unjudged"], settled + counts["judged_afterwards"]
        for figure in ("completed_on_time", "completed_late"):
            rows = await _all_rows(database, circular, figure)
            judged.update((row["case_id"], row["dispatch"]) for row in rows)
    waiting = await _all_rows(database, circular, "unjudged")
    judged.update((row["case_id"], row["dispatch"]) for row in waiting)
    assert settled > 5
    assert waiting
    assert judged == Counter(_completions_before(log, midnight(FIRST + timedelta(days=7 * WEEKS))))


async def test_what_is_done_while_supervision_is_down_is_judged_in_the_week_its_limit_comes(
    database: Database,
) -> None:
    log = Log()
    log.watermark(FIRST)
    second, friday = FIRST + timedelta(days=7), midnight(FIRST + timedelta(days=4))
    limits = [_done_unwatched(log, friday, number) for number in range(5)]
    log.watermark(second, [topic for topic in READ if topic != "supervision"])
    log.watermark(second, ["supervision"])
    for event in limits[:4]:
        log.write(event, midnight(second) + timedelta(hours=9))
    log.watermark(second + timedelta(days=7))
    await _draft_all(database, fake := await _read(database, log, seeded(2)))
    unjudged = (await _drafted(database, 0)).counts
    judged = (await _drafted(database, 1)).counts
    names = ("completed", "signed", "signed_in_time", "signed_unjudged", "due", "unjudged")
    assert [unjudged[name] for name in names] == [4, 5, 0, 5, 0, 4]
    names = ("completed", "returned", "completed_on_time", "completed_late", "judged_afterwards", "unjudged")
    assert [judged[name] for name in names] == [0, 0, 2, 1, 3, 1]
    names = ("returned_overdue", "due", "signed", "signed_in_time", "signed_late", "signed_unjudged")
    assert [judged[name] for name in names] == [1, 4, 0, 2, 2, 1]
    assert judged == fake.weekly[second].counts


def _done_unwatched(log: Log, at: datetime, number: int) -> LimitsSet:
    """A case that is dispatched and over before anybody sets its limits; these. Two are late, one of them
    is returned."""
    said = demand()
    case = case_assigned(demand_id=said.demand_id, receipt=said.receipt, unit="water", category="water.bill")
    ids: dict[str, Any] = {"case_id": case.case_id, "demand_id": case.demand_id, "dispatch": 1}
    log.write(said, at)
    log.write(case, at)
    log.write(CaseSignedFor(**ids, version=2, unit="water"), at + timedelta(hours=3))
    over = at + timedelta(hours=5)
    if number == 0:
        ids_again = {**ids, "dispatch": 2, "version": 3, "post": "petitions.head"}
        where: dict[str, Any] = {
            "from_unit": "water",
            "unit": "petitions",
            "reason": PublicText("不属本单位"),
        }
        log.write(CaseReturned(**ids_again, **where), over)
    else:
        log.write(CaseCompleted(**ids, version=3, unit="water", reply=PublicText("已办")), over)
    due = at + timedelta(hours=2 if number < 2 else 6)
    return LimitsSet(**ids, version=1, sign_for_due=due, complete_due=due)


async def test_a_unit_that_returns_a_case_past_its_limit_has_it_on_its_account(database: Database) -> None:
    random = seeded(17)
    await _draft_all(database, fake := await _read(database, history(random, WEEKS, cases=250), random))
    whole = Counter[str]()
    for circular in fake.circulars.values():
        for row in circular.units:
            late = circular.counts.get(f"completed_late.unit.{row.code}", 0)
            assert row.due == row.completed_on_time + late + row.overdue + row.returned_overdue
            whole[row.code] += row.returned_overdue
        rows = await _all_rows(database, circular, "returned_overdue")
        assert all(row["closed_as"] == "returned" and row["closed_at"] > row["complete_due"] for row in rows)
    assert sum(whole.values()) > 5


def _completions_before(log: Log, end: datetime) -> Iterator[tuple[UUID, int]]:
    """Assignment passes its watermarks on time, so these are the completions of all weeks drafted."""
    for record in log.records:
        if isinstance(record.event, CaseCompleted) and record.time < end:
            yield record.event.case_id, record.event.dispatch


async def test_a_week_is_drafted_only_when_every_partition_has_passed_its_end(database: Database) -> None:
    log = Log()
    log.watermark(FIRST)
    log.watermark(FIRST + timedelta(days=7), topics=[topic for topic in READ if topic != "directory"])
    fake = await _read(database, log, seeded(1))
    async with database.writing() as writing:
        assert await PostgresBooks(writing).next_over() is None
        assert await fake.next_over() is None
    log = Log(ends=log.ends)
    log.watermark(FIRST + timedelta(days=7), topics=("directory",))
    for batch in log.batches(seeded(1)):
        fake.take(batch)
        async with database.writing() as writing:
            await record_facts(writing, batch)
    async with database.writing() as writing:
        assert await PostgresBooks(writing).next_over() == await fake.next_over() != None  # noqa: E711


async def test_a_latecomer_counts_in_the_next_circular_and_is_marked(
    database: Database, admin: asyncpg.Connection
) -> None:
    random = seeded(3)
    log = history(random, 2, cases=30)
    late = next(
        record
        for record in log.records
        if record.topic == "demand" and record.event.type.endswith("registered.v1")
    )
    log.records.remove(late)
    fake = FakeBooks()
    for batch in [*log.batches(random), [late]]:
        fake.take(batch)
        async with database.writing() as writing:
            await record_facts(writing, batch)
    before = len(log.records)
    for day in range(16, 22):
        log.watermark(FIRST + timedelta(days=day))
    for record in log.records[before:]:
        fake.take([record])
        async with database.writing() as writing:
            await record_facts(writing, [record])
    await _draft_all(database, fake)
    third = await _drafted(database, 2)
    assert third.counts["latecomers"] >= 1
    assert third == fake.weekly[third.first]
    rows = await _all_rows(database, third, "latecomers")
    assert late.envelope.id in {row["event_id"] for row in rows}
    await _audited_and_rebuilt(database, admin, [*log.records, late], late)


async def _audited_and_rebuilt(
    database: Database, admin: asyncpg.Connection, records: Sequence[Record], late: Record
) -> None:
    """A replayed letter is no fault to the audit, and its circulars read anew from the start are the same."""
    [check] = [one for one in FACTS if one.name == "days_follow_cuts"]
    assert (await _wrong(admin, check)) == 1
    await database.pool.execute(
        """
        INSERT INTO replayed_letters (topic, partition, "offset", key, reason, replayed_by)
        VALUES ($1, $2, $3, '', '', '甲')
        """,
        *(late.topic, late.partition, late.offset),
    )
    assert (await _wrong(admin, check)) == 0
    shas = await database.pool.fetch("SELECT ref, figures_sha256 FROM circulars ORDER BY ref")
    moved = await out_of_place(database.pool)
    assert list(moved.late) == [(late.topic, late.partition, late.offset)]
    await admin.execute(f"TRUNCATE {TABLES}")
    held = Held(moved)
    there = {(one.topic, one.partition, one.offset): one for one in records}
    for topic in READ:
        for part in held.parts(_letter(there[place]) for place in sorted(there) if place[0] == topic):
            taken = [there[one.topic, one.partition, one.offset] for one in part.letters]
            async with database.writing() as writing:
                await record_facts(writing, taken)
            await replay(database, part.replayed)
    await _draft_all(database, FakeBooks())
    assert await database.pool.fetch("SELECT ref, figures_sha256 FROM circulars ORDER BY ref") == shas


async def _wrong(admin: asyncpg.Connection, check: Check) -> int:
    row = await admin.fetchrow(check.sql(), midnight(FIRST))
    assert row is not None
    return int(row["wrong"])


def _letter(record: Record) -> Letter:
    """A record as Kafka had delivered it."""
    value = record.event.model_dump_json().encode()
    place = (record.topic, record.partition, record.offset)
    return Letter(*place, record.envelope.subject, record.envelope.headers(), value)


async def test_two_processes_draft_issue_and_send_each_week_once_and_number_without_gaps(
    database: Database, admin: asyncpg.Connection
) -> None:
    random = seeded(5)
    async with database.pool.acquire() as connection:
        address = Address("unit:water", "water@fengxian.example", "https://oa.fengxian.example/yinuo")
        await set_addresses(connection, [address], "甲")
    fake = await _read(database, history(random, WEEKS, cases=40), random)
    await _draft_all(database, fake)
    await admin.execute("TRUNCATE reporting.circulars, reporting.ledger, reporting.books")
    monday_at_eight = midnight(FIRST + timedelta(days=7 * WEEKS)) + timedelta(hours=8)
    await admin.execute("UPDATE clock.setting SET instant = $1", monday_at_eight)
    schedules = [Schedule(database), Schedule(database)]
    for _ in range(WEEKS + 1):
        await asyncio.gather(*(schedule.draft() for schedule in schedules))
        await asyncio.gather(*(schedule.issue() for schedule in schedules))
    rows = await database.pool.fetch("SELECT number, first FROM circulars ORDER BY first")
    assert [row["number"] for row in rows] == [f"2021-{count:02d}" for count in range(1, WEEKS + 1)]
    assert await schedules[0].due() == 0
    assert await database.pool.fetchval("SELECT count(*) FROM outbox WHERE topic = 'circular'") == WEEKS
    assert await database.pool.fetchval("SELECT count(*) FROM delivery_messages") == 2 * WEEKS
    content = await database.pool.fetchrow("SELECT subject, html, payload FROM delivery_contents LIMIT 1")
    assert content is not None
    assert "诉求办理周通报〔2021〕第" in content["subject"]
    assert "<h1>" in content["html"]
    assert "回执号" not in content["html"]
    assert 'class="formats"' not in content["html"]
    assert '"type":"yinuo.circular.issued"' in content["payload"]
    attached = await database.pool.fetchval("SELECT count(*) FROM delivery_attachments")
    assert attached == WEEKS
    assert (await _drafted(database, WEEKS - 1)).counts == fake.weekly[rows[-1]["first"]].counts


async def test_a_circular_prints_the_head_of_the_promise_chain_at_its_cut(database: Database) -> None:
    """Six facts in three partitions or more, read in any order; none in the third week."""
    made = [promise_made(number=f"诺{number}") for number in range(6)]
    linked, _, _ = chained(SEAL, Head("feng"), made)
    log = Log()
    log.watermark(FIRST)
    for event in directory():
        log.write(event, midnight(FIRST))
    for number, facts in enumerate((linked[:4], linked[4:], [])):
        week = FIRST + timedelta(days=7 * number)
        for event in facts:
            log.write(event, midnight(week) + timedelta(hours=9))
        log.watermark(week + timedelta(days=7))
    assert len({record.partition for record in log.records if record.topic == "promise"}) > 3
    await _draft_all(database, fake := await _read(database, log, seeded(5)))
    printed = [(await _drafted(database, number)).promise_head for number in range(3)]
    assert [head and (head.seq, head.hash) for head in printed] == [
        (4, linked[3].hash),
        (6, linked[5].hash),
        (6, linked[5].hash),
    ]
    assert printed == [circular.promise_head for _, circular in sorted(fake.weekly.items())]
