"""Figures of answers and lists counted in PostgreSQL, and the rows that each counts."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from services.kit.postgres import Connection, Pool
from services.reporting.figure import Figure, Source
from services.reporting.figures import DIMENSIONS, FIGURES, Sliced, sliced
from services.reporting.list_figures import LIST_FIGURES, SLICES
from services.reporting.store_rows import After, Page, slice_condition

_FACTS_OF: Final = (
    *("called_back", "returned", "extension_asked", "assist_asked", "rectification_opened", "limit_passed"),
    *("rated", "notice"),
)
_WITHIN: Final[Mapping[Source, str]] = {
    "facts": f"facts WHERE week >= $1 AND week < $3 AND kind IN {_FACTS_OF}",
    "lists": "list_facts WHERE week >= $1 AND week < $3",
    "standing": "list_standing WHERE cut = $3 AND $1::date < $3",
    "closed": "list_closed WHERE closed_in >= $1 AND closed_in < $3",
    "ended": "list_closed WHERE list <> 'further' AND closed_in < $3 AND $1::date < $3",
}
"""Where the rows of a period lie: $1 its first day, $3 the day of its cut; $2 is the instant of that."""
_KEYS: Final[Mapping[Source, str]] = {
    "lists": "at, event_id",
    **dict.fromkeys(("standing", "closed", "ended"), "list, item, part, opening"),
}
_COLUMNS: Final[Mapping[Source, str]] = {
    "lists": 'event_id, at, list, kind, topic, partition, "offset", late, item, number, unit, tier, state',
    **dict.fromkeys(
        ("standing", "closed", "ended"),
        "list, item, part, opening, number, unit, post, tier, state, opened_at, due, changes, closed_at",
    ),
}
EXTRA: Final = ("rated", "notices")
"""Figures whose whole is counted elsewhere, and only parts of them here."""


async def count_lists(connection: Connection, first: date, until: date, cut_at: datetime) -> dict[str, int]:
    """Every figure of LIST_FIGURES with its slices, for the days [first, until)."""
    counts = Counter[str](dict.fromkeys((one.name for one in LIST_FIGURES), 0))
    for source, figures in _by_source().items():
        for row in await connection.fetch(_counting(source, figures), first, cut_at, until):
            counts.update(dict(_named(row, source, figures)))
    return dict(counts)


def _by_source() -> Mapping[Source, list[Figure]]:
    found: dict[Source, list[Figure]] = defaultdict(list)
    for figure in (*LIST_FIGURES, *(FIGURES[name] for name in EXTRA)):
        found[figure.source].append(figure)
    return found


def _counting(source: Source, figures: Sequence[Figure]) -> str:
    """One row for the whole and one for each value of each dimension, `dimension` naming which."""
    columns = _dimensions(source, figures)
    which = " ".join(f"WHEN grouping({column}) = 0 THEN '{column}'" for column in columns)
    value = f"coalesce({', '.join(columns)})" if len(columns) > 1 else columns[0]
    counts = ", ".join(f"count(*) FILTER (WHERE {figure.condition})" for figure in figures)
    sets = ", ".join(f"({column})" for column in ("", *columns))
    return (
        f"SELECT CASE {which} END AS dimension, {value} AS value, ARRAY[{counts}] AS counts"
        f" FROM {_WITHIN[source]} AND $2::timestamptz IS NOT NULL GROUP BY GROUPING SETS ({sets})"
    )


def _dimensions(source: Source, figures: Sequence[Figure]) -> list[str]:
    """The columns along which any of the figures is told in parts."""
    names = {dimension for figure in figures for dimension in SLICES.get(figure.name, ())}
    return sorted({DIMENSIONS[source][name] for name in names})


def _named(row: Any, source: Source, figures: Sequence[Figure]) -> Iterator[tuple[str, int]]:
    for figure, count in zip(figures, row["counts"], strict=True):
        if row["dimension"] is None:
            if figure.name not in EXTRA:
                yield figure.name, count
            continue
        for dimension in SLICES.get(figure.name, ()):
            if count and DIMENSIONS[source][dimension] == row["dimension"]:
                yield sliced(figure.name, dimension, row["value"]), count


async def list_rows(
    connection: Connection | Pool,
    asked: Sliced,
    first: date,
    until: date,
    cut_at: datetime,
    after: After,
    limit: int,
) -> Page:
    """A page of the rows that a figure of the lists counts."""
    source = asked.figure.source
    keys = _KEYS[source]
    key = (
        (after.at, after.event_id)
        if source == "lists"
        else (after.list, after.case_id, after.part, after.dispatch)
    )
    places = ", ".join(f"${place}{kind}" for place, kind in enumerate(_TYPES[source], 5))
    found = await connection.fetch(
        f"""
        SELECT {_COLUMNS[source]} FROM {_WITHIN[source]} AND $2::timestamptz IS NOT NULL
          AND ({asked.figure.condition}) AND {slice_condition(asked, 4)}
          AND ({"$5::timestamptz" if source == "lists" else "$5::text"} IS NULL OR ({keys}) > ({places}))
        ORDER BY {keys} LIMIT ${5 + len(key)}
        """,
        first,
        cut_at,
        until,
        [asked.value] if asked.value is not None else [],
        *key,
        limit + 1,
    )
    shown = [dict(row) for row in found[:limit]]
    return Page(shown, _after(shown[-1]) if len(found) > limit else None)


_TYPES: Final[Mapping[Source, tuple[str, ...]]] = {
    "lists": ("::timestamptz", "::uuid"),
    **dict.fromkeys(("standing", "closed", "ended"), ("::text", "::uuid", "::text", "::int")),
}


def _after(row: Mapping[str, Any]) -> After:
    if "event_id" in row:
        return After(at=row["at"], event_id=row["event_id"])
    return After(list=row["list"], case_id=row["item"], part=row["part"], dispatch=row["opening"])
