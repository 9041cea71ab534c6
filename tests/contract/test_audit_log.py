"""What people did is on record: the application roles add to it and never alter it."""

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

import services
from services.contracts.vocabulary import SERVICES, Service
from services.intake.store_keys import PostgresKeys
from services.kit.connection import Connection
from tests.conftest import DatabaseOf

SERVICES_FOLDER = Path(services.__file__).parent
REVOKED = re.compile(r"REVOKE ([A-Z, ]+) ON ([\w, ]+) FROM (?:yinuo_\w+_app|%I)")
STATEMENTS = {
    "INSERT": "INSERT INTO {table} DEFAULT VALUES",
    "UPDATE": "UPDATE {table} SET {column} = {column}",
    "DELETE": "DELETE FROM {table}",
}


def taken_away() -> Iterator[tuple[Service, str, str]]:
    """Every right that a migration takes from a service's application role: service, table, right."""
    for service in SERVICES:
        for folder in ("kit", service):
            for path in sorted((SERVICES_FOLDER / folder / "migrations").glob("*.sql")):
                for rights, tables in REVOKED.findall(path.read_text(encoding="utf-8")):
                    pairs = product(tables.split(", "), rights.split(", "))
                    yield from ((service, table, right) for table, right in pairs)


@pytest.mark.parametrize(("service", "table", "right"), list(taken_away()))
async def test_what_a_migration_takes_from_a_service_it_can_not_do(
    database_of: DatabaseOf, service: Service, table: str, right: str
) -> None:
    async with database_of(service).pool.acquire() as connection:
        column = await connection.fetchval(
            """
            SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0
            ORDER BY attnum = 2 DESC LIMIT 1
            """,
            table,
        )
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(STATEMENTS[right].format(table=table, column=column))


def test_each_revocation_is_tried_however_it_is_written() -> None:
    for path in SERVICES_FOLDER.glob("*/migrations/*.sql"):
        text = path.read_text(encoding="utf-8")
        assert len(REVOKED.findall(text)) == text.count("REVOKE"), path.name


async def test_who_makes_and_who_revokes_a_key_is_on_record(database_of: DatabaseOf) -> None:
    pool = database_of("intake").pool
    keys = PostgresKeys(pool)
    made = await keys.create("website", "test", uuid4().bytes, "甲")
    await keys.revoke(made.id, "乙")
    await keys.revoke(made.id, "丙")
    sql = "SELECT by, changed FROM acts WHERE told ->> 'id' = $1 ORDER BY act_id"
    rows = await pool.fetch(sql, str(made.id))
    assert [(row["by"], row["changed"]) for row in rows] == [("甲", "keys"), ("乙", "keys")]


async def acts_of(connection: Connection) -> list[tuple[str, str]]:
    rows = await connection.fetch("SELECT changed, by FROM acts ORDER BY act_id DESC LIMIT 1")
    return [(row["changed"], row["by"]) for row in rows]


DELIVERY = """
INSERT INTO deliveries (notice_id, recipient, sent_at) VALUES (gen_random_uuid(), 'unit:x', now())
"""
ACKNOWLEDGED = """
UPDATE deliveries SET acknowledged_at = now(), acknowledged_by = '甲' WHERE recipient = 'unit:x'
"""
LOADED = "INSERT INTO calendars VALUES (2088, '{}', 'v', now(), '乙')"
OFFER = """
INSERT INTO projects VALUES ('00000000-0000-4000-8000-000000000088', '录-1', 1, 'planned', 'town', 'u',
    '2021-06-30', '{}', '{}', NULL, NULL, NULL, now(), now());
INSERT INTO project_offers (case_id, project_id, why, offered_at)
VALUES (gen_random_uuid(), '00000000-0000-4000-8000-000000000088', '', now())
"""
DECIDED = """
UPDATE project_offers SET accepted = true, decided_by = '丙', decided_at = now()
WHERE project_id = '00000000-0000-4000-8000-000000000088'
"""


@pytest.mark.parametrize(
    ("service", "given", "altered", "act"),
    [
        ("supervision", DELIVERY, ACKNOWLEDGED, ("deliveries", "甲")),
        ("supervision", "SELECT 1", LOADED, ("calendars", "乙")),
        ("assignment", OFFER, DECIDED, ("project_offers", "丙")),
    ],
)
async def test_what_is_altered_in_place_leaves_who_did_it(
    database_of: DatabaseOf, service: Service, given: str, altered: str, act: tuple[str, str]
) -> None:
    async with database_of(service).pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute(given)
            await connection.execute(altered)
            assert await acts_of(connection) == [act]
        finally:
            await transaction.rollback()


async def test_a_temporary_table_of_that_name_takes_no_act_away(database_of: DatabaseOf) -> None:
    """PostgreSQL looks for tables among the temporary ones first, unless told otherwise."""
    async with database_of("supervision").pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute("CREATE TEMP TABLE acts (LIKE supervision.acts INCLUDING IDENTITY)")
            await connection.execute("GRANT ALL ON acts TO PUBLIC")
            await connection.execute(LOADED)
            sql = "SELECT by FROM supervision.acts WHERE told ->> 'year' = '2088'"
            assert [row["by"] for row in await connection.fetch(sql)] == ["乙"]
        finally:
            await transaction.rollback()
