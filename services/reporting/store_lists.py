"""The lists at a cut in PostgreSQL: folded from the cut before, then counted."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date
from typing import Final
from uuid import UUID

from services.kit.clock import local_midnight
from services.kit.postgres import Connection
from services.reporting.figures import FIGURES
from services.reporting.further import FURTHER, KINDS, Act, Due, fold_further, with_dues
from services.reporting.list_facts import COLUMNS as FACT_COLUMNS
from services.reporting.list_facts import ListFact
from services.reporting.lists import Late, Listed, ListNumbers, Money
from services.reporting.periods import Period
from services.reporting.standing import COLUMNS, Folded, Item, fold
from services.reporting.store_list_counts import count_lists

LISTED: Final = 200
"""How many late items of each list a circular names; the figures count all."""
_COLUMNS: Final = ", ".join(COLUMNS)
_CLOSE: Final = f"""
INSERT INTO list_closed ({_COLUMNS}) VALUES ({", ".join(f"${place}" for place in range(1, len(COLUMNS) + 1))})
ON CONFLICT (list, item, part, opening) DO NOTHING
"""


async def fold_lists(connection: Connection, until: date) -> None:
    """Write what stands in the lists at the cut of a day's 00:00, and what was closed since the cut before.

    The same cut twice does nothing the second time.
    """
    if await connection.fetchval("SELECT true FROM list_cuts WHERE cut = $1", until):
        return
    since: date | None = await connection.fetchval("SELECT max(cut) FROM list_cuts WHERE cut < $1", until)
    before = await _standing(connection, since) if since else []
    first = since or date.min
    lists = fold((one for one in before if one.list != FURTHER), await _facts(connection, first, until))
    further = await _further(connection, [one for one in before if one.list == FURTHER], first, until)
    await _keep(
        connection, until, Folded([*lists.standing, *further.standing], lists.closed + further.closed)
    )


async def _standing(connection: Connection, cut: date) -> list[Item]:
    rows = await connection.fetch(f"SELECT {_COLUMNS} FROM list_standing WHERE cut = $1", cut)
    return [Item(*row) for row in rows]


async def _facts(connection: Connection, first: date, until: date) -> list[ListFact]:
    columns = ", ".join(f'"{column}"' for column in FACT_COLUMNS)
    rows = await connection.fetch(
        f"SELECT {columns} FROM list_facts WHERE day >= $1 AND day < $2", first, until
    )
    return [ListFact(*row) for row in rows]


async def _further(connection: Connection, before: Sequence[Item], first: date, until: date) -> Folded:
    """Acts that open further limits, and of those that end them the ones about cases that have any."""
    rows = await connection.fetch(
        """
        WITH acts AS MATERIALIZED (
            SELECT case_id, version, kind, at, day, unit, about FROM facts
            WHERE day >= $1 AND day < $2 AND kind = ANY($3)
        )
        SELECT * FROM acts WHERE case_id = ANY($4) OR case_id IN (
            SELECT case_id FROM acts
            WHERE kind IN ('returned', 'extension_asked', 'assist_asked', 'rectification_opened')
        )
        """,
        first,
        until,
        list(KINDS),
        [one.item for one in before],
    )
    folded = fold_further(before, (Act(*row) for row in rows))
    told = await _dues(connection, {one.item for one in folded.standing}, until)
    # When what was closed was due is asked at each cut that counts it: it may be told only after this one.
    return Folded(with_dues(folded.standing, told), [one._replace(due=None) for one in folded.closed])


async def _dues(connection: Connection, cases: Iterable[UUID], until: date) -> list[Due]:
    """What supervision told by the cut of the cases' further limits, maybe before they were opened here."""
    rows = await connection.fetch(
        """
        SELECT case_id, limit_kind || CASE WHEN about = '' THEN '' ELSE ':' || about END AS part,
               opened_by, version, complete_due
        FROM facts WHERE kind = 'further_set' AND case_id = ANY($1) AND day < $2
        """,
        list(cases),
        until,
    )
    return [Due(*row) for row in rows]


async def _keep(connection: Connection, until: date, folded: Folded) -> None:
    await connection.execute("INSERT INTO list_cuts VALUES ($1)", until)
    await connection.copy_records_to_table(
        "list_standing",
        records=((until, *one) for one in folded.standing),
        columns=("cut", *COLUMNS),
    )
    await connection.executemany(_CLOSE, folded.closed)


async def close_lists(connection: Connection, period: Period) -> ListNumbers:
    """Fold the lists up to the cut of a period, and count them for its days."""
    until = period.until
    await fold_lists(connection, until)
    return ListNumbers(
        counts=await count_lists(connection, period),
        late_promises=await _late(connection, until, "promises_overdue"),
        late_projects=await _late(connection, until, "projects_overdue"),
        late_further=await _late(connection, until, "further_passed"),
        late_letters=await _late(connection, until, "letters_overdue"),
        listings=await _listed(connection, until),
        money=await _money(connection, until),
    )


async def _late(connection: Connection, until: date, figure: str) -> list[Late]:
    """What a figure of the standing lists counts at the cut, the longest late first."""
    rows = await connection.fetch(
        f"""
        SELECT {", ".join(field.name for field in fields(Late))} FROM list_standing
        WHERE cut = $1 AND ({FIGURES[figure].condition}) ORDER BY due, item, part LIMIT $3
        """,
        until,
        local_midnight(until),
        LISTED,
    )
    return [Late(*row) for row in rows]


async def _listed(connection: Connection, until: date) -> list[Listed]:
    """The listings that stood at the cut, the oldest first."""
    rows = await connection.fetch(
        f"""
        SELECT {", ".join(field.name for field in fields(Listed))} FROM list_standing
        WHERE cut = $1 AND list = 'listing' ORDER BY opened_at, item LIMIT $2
        """,
        until,
        LISTED,
    )
    return [Listed(*row) for row in rows]


async def _money(connection: Connection, until: date) -> dict[str | None, Money]:
    """Budget and funds of the projects that are open at the cut or were done before it, by tier."""
    rows = await connection.fetch(
        """
        SELECT tier, coalesce(sum(amount), 0), coalesce(sum(funded), 0) FROM (
            SELECT tier, amount, funded FROM list_standing WHERE cut = $1 AND list = 'project'
            UNION ALL
            SELECT tier, amount, funded FROM list_closed
            WHERE list = 'project' AND state = 'done' AND closed_in < $1
        ) AS projects GROUP BY tier
        """,
        until,
    )
    return {tier: (budget, funded) for tier, budget, funded in rows}
