"""What only PostgreSQL's store does: races between processes, citizens, sealed columns, the event."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.contracts.supervision import LimitsSet
from services.intake.api_tracking import OVERLAP
from services.intake.demand import Contact, RawDemand, canonical
from services.intake.identity import Accepted, Outcome, Submission
from services.intake.receive import accept
from services.intake.store import PostgresDemands
from services.intake.store_tracking import PostgresTracking, record_cases, record_dues
from services.intake.tracking import CaseStep
from services.intake.vault import Vault
from services.kit.auth import Staff
from services.kit.postgres import Database, Writing
from tests.conftest import DatabaseOf

VAULT = Vault(b"m" * 32, b"i" * 32, b"t" * 32)


@pytest.fixture
def database(database_of: DatabaseOf) -> Database:
    return database_of("intake")


def submission(external_id: str | None = None, **change: Any) -> Submission:
    said: dict[str, Any] = {"channel": "hotline", "title": "停水", "body": "停水三天"}
    demand = RawDemand(**{**said, **change})
    external_id = external_id or str(uuid4())
    digest = VAULT.content_digest(canonical(demand, external_id))
    return Submission(uuid4(), demand, external_id, None, digest, 1)


def ids(outcomes: list[Outcome | Exception]) -> list[UUID]:
    return [outcome.demand_id for outcome in outcomes if isinstance(outcome, Accepted)]


async def events(database: Database, demands: list[UUID]) -> list[dict[str, Any]]:
    rows = await database.pool.fetch(
        "SELECT value FROM outbox WHERE subject = ANY($1::text[])", [str(demand) for demand in demands]
    )
    return [json.loads(row["value"]) for row in rows]


async def test_processes_that_race_for_the_same_identities_agree(database: Database) -> None:
    wanted = [str(uuid4()) for _ in range(30)]
    author = str(uuid4())
    groups = [
        [submission(external, author_ref=author) for external in (wanted if n % 2 else wanted[::-1])]
        for n in range(6)
    ]
    stores = [PostgresDemands(database, VAULT) for _ in groups]
    outcomes = await asyncio.gather(*(accept(s, g) for s, g in zip(stores, groups, strict=True)))
    found = [ids(one if n % 2 else one[::-1]) for n, one in enumerate(outcomes)]
    assert len(found[0]) == 30
    assert all(one == found[0] for one in found)
    assert len(await events(database, found[0])) == 30
    citizens = {event["citizen_ref"] for event in await events(database, found[0])}
    assert len(citizens) == 1


async def test_one_citizen_is_recognised_and_strangers_are_not(database: Database) -> None:
    phone = f"138{uuid4().int % 10**8:08}"
    group = [
        submission(contact=Contact(phone=phone)),
        submission(contact=Contact(phone=f"+86 {phone[:3]}-{phone[3:]}", name="李某"), channel="visit"),
        submission(),
        submission(),
    ]
    found = ids(await accept(PostgresDemands(database, VAULT), group))
    later = ids(await accept(PostgresDemands(database, VAULT), [submission(contact=Contact(phone=phone))]))
    refs = {event["demand_id"]: event["citizen_ref"] for event in await events(database, [*found, *later])}
    first, second, third, fourth, fifth = (refs[str(demand)] for demand in [*found, *later])
    assert first == second == fifth
    assert len({first, third, fourth}) == 3


async def test_no_column_and_no_event_holds_what_identifies_the_citizen(database: Database) -> None:
    secrets = ["李秀英", "13912345678", "lixiuying@example.cn", "author-4711"]
    marked = "请回电13912345678，或写信到lixiuying@example.cn。"
    [demand] = ids(
        await accept(
            PostgresDemands(database, VAULT),
            [
                submission(
                    title="停水" + secrets[1],
                    body=marked,
                    place=secrets[2],
                    author_ref="author-4711",
                    contact=Contact(name=secrets[0], phone=secrets[1], email=secrets[2]),
                )
            ],
        )
    )
    tables = ("demands", "citizens", "citizen_indexes", "idempotency_keys", "outbox")
    dumped = b""
    for table in tables:
        for row in await database.pool.fetch(f"SELECT * FROM {table}"):
            dumped += b"".join(v if isinstance(v, bytes) else str(v).encode() for v in row.values())
    assert str(demand).encode() in dumped
    assert [secret for secret in [*secrets, marked] if secret.encode() in dumped] == []


@pytest.mark.parametrize("delay", [timedelta(seconds=20), timedelta(minutes=5)])
async def test_a_poll_sees_a_limit_however_late_it_comes(database: Database, delay: timedelta) -> None:
    sent = replace(submission(), key_id=uuid4().int % 2**31)
    [demand] = ids(await accept(PostgresDemands(database, VAULT), [sent]))
    due = datetime(2021, 3, 9, tzinfo=UTC)
    case = CaseStep(demand, uuid4(), 1, due, "assigned", "dispatched", "water", None)
    ids_of_case: dict[str, Any] = {"case_id": case.case_id, "demand_id": demand, "dispatch": 1}
    limits = [LimitsSet(**ids_of_case, version=1, sign_for_due=due, complete_due=due)]
    async with database.writing() as writing:
        assigned = writing.now
        await record_cases(writing, [case])
    polled = assigned + delay - timedelta(seconds=1)
    async with database.writing() as writing:
        await record_dues(Writing(writing.connection, assigned + delay), limits)
    tracking = PostgresTracking(database.pool)
    [seen] = await tracking.changed(sent.key_id, polled - OVERLAP, UUID(int=0), 10)
    assert (seen.demand_id, seen.limit) == (demand, due)
    async with database.writing() as writing:
        await record_dues(Writing(writing.connection, assigned + timedelta(days=1)), limits)
    assert await tracking.changed(sent.key_id, seen.changed_at, demand, 10) == []


async def test_a_reading_can_be_written_and_never_be_changed(database: Database) -> None:
    staff = Staff("tester", "callback_clerk", None)
    demand = uuid4()
    await database.pool.execute(
        """
        INSERT INTO readings (demand_id, what, subject, role, read_at)
        VALUES ($1, 'contact', $2, $3, clock.now())
        """,
        demand,
        staff.subject,
        staff.role,
    )
    for forbidden in ("UPDATE readings SET subject = 'other'", "DELETE FROM readings", "TRUNCATE readings"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await database.pool.execute(forbidden)
    assert await database.pool.fetchval("SELECT count(*) FROM readings WHERE demand_id = $1", demand) == 1
