"""Published assessments, counted again one case at a time by pure functions; reporting counts them in SQL."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import asyncpg
import orjson

from services.dev.audit_checks import EXAMPLES, Result, not_run
from services.kit.clock import local_midnight
from services.reporting.assess.assessment import Assessment, Row
from services.reporting.assess.compose import compose, period_of
from services.reporting.assess.observe import Observation, Period, observations
from services.reporting.assessing import local_day, recount
from services.reporting.circular import canonical, sha256
from services.reporting.directory import Directory, build
from services.reporting.store_assessment import case_by_case

NAMES: Final = (
    "assessments_recounted",
    "考核结果逐件重算一致",
    "every figure of the published assessments, counted again one case at a time",
)
_DIRECTORY: Final = """
SELECT DISTINCT ON (kind, code) kind, body FROM reporting.audit_directory_entries WHERE day < $1
ORDER BY kind, code, version DESC
"""


async def assessments(connection: asyncpg.Connection) -> Result:
    """The check of all published revisions, inside the audit's transaction."""
    try:
        async with connection.transaction():
            rows = await connection.fetch(
                "SELECT * FROM reporting.audit_assessments ORDER BY first, until, revision"
            )
            wrong = [said for row in rows async for said in _faults(connection, row)]
    except asyncpg.PostgresError as error:
        return not_run(*NAMES, f"{type(error).__name__}: {error}")
    return Result(*NAMES, len(rows), len(wrong), examples=tuple(wrong[:EXAMPLES]))


async def _faults(connection: asyncpg.Connection, row: Any) -> Any:
    told = Assessment.model_validate_json(row["document"])
    name = f"{told.first} – {told.until} no. {row['revision']}"
    if sha256(canonical(told)) != row["figures_sha256"]:
        yield f"{name}: its SHA-256 is another"
    entries = await connection.fetch(_DIRECTORY, told.until)
    directory = build((entry["kind"], orjson.loads(entry["body"])) for entry in entries)
    for said in differing(told, await _recounted(connection, told, directory)):
        yield f"{name} {said}"


async def _recounted(connection: asyncpg.Connection, told: Assessment, directory: Directory) -> Assessment:
    """The same assessment by the other path, with the exclusions that it names."""
    period: Period = period_of(told.first, told.until, local_midnight)
    rows: list[Observation] = []
    async for facts in case_by_case(connection, told.until, "reporting.audit_assessed_facts"):
        rows += observations(facts, period, local_day)
    numbers = recount(rows, told.exclusions, directory)
    return compose(period, numbers, told.preset, told.exclusions, directory)


def differing(told: Assessment, counted: Assessment) -> Iterator[str]:
    """What one says and the other doesn't, by unit or leader and figure."""
    for one, other in ((told.units, counted.units), (told.leaders, counted.leaders)):
        left, right = _by_name(one), _by_name(other)
        for name in sorted(left.keys() | right.keys()):
            if left.get(name) != right.get(name):
                yield f"{name}: {_said(left.get(name))} told, {_said(right.get(name))} counted"
    if told.lists != counted.lists:
        yield "red and black lists"


def _by_name(rows: Iterable[Row]) -> dict[str, Row]:
    return {f"{row.post} {row.person or '-'}" if row.post else row.unit or "": row for row in rows}


def _said(row: Row | None) -> str:
    if row is None:
        return "nothing"
    shares = " ".join(f"{one.indicator} {one.hits}/{one.n}" for one in row.measures)
    return f"{shares} score {row.score} rank {row.rank}"
