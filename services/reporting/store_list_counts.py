"""Figures of answers and lists counted in PostgreSQL, and the rows that each counts."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from services.kit.clock import local_midnight
from services.kit.postgres import Connection, Pool
from services.reporting.figure import Figure, Source
from services.reporting.figures import DIMENSIONS, FIGURES, Sliced, sliced
from services.reporting.list_figures import LIST_FIGURES, SLICES
from services.reporting.periods import Period
from services.reporting.store_rows import After, Page, slice_condition

_FACTS_OF: Final = (
    *("called_back", "returned", "extension_asked", "assist_asked", "rectification_opened", "limit_passed"),
    *("rated", "notice"),
)
_DAYS: Final = "ARRAY(SELECT generate_series($1::date, $3::date - 1, interval '1 day')::date)"
"""Listed, not ranged, so that the index gives just the kinds asked."""
_CLOSED: Final = """
SELECT list, item, part, opening, number, unit, post, tier, state, opened_at, changes, closed_at, CASE
    WHEN list <> 'further' THEN due
    ELSE (SELECT complete_due FROM facts AS f
          WHERE f.kind = 'further_set' AND f.case_id = c.item AND f.opened_by = c.opening AND f.day < $3
              AND f.limit_kind || CASE WHEN f.about = '' THEN '' ELSE ':' || f.about END = c.part
          ORDER BY f.version DESC LIMIT 1)
    END AS due
FROM list_closed AS c WHERE closed_in >= $1 AND closed_in < $3
"""
"""What left the lists, further limits as supervision had told them by the cut that counts them."""
_WITHIN: Final[Mapping[Source, str]] = {
    "facts": f"facts WHERE day = ANY ({_DAYS}) AND kind IN {_FACTS_OF}",
    "lists": "list_facts WHERE day >= $1 AND day < $3",
    "standing": "list_standing WHERE cut = $3 AND $1::date < $3",
    "closed": f"({_CLOSED}) AS list_closed WHERE true",
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


async def count_lists(connection: Connection, period: Period) -> dict[str, int]:
    """Every figure of LIST_FIGURES with its slices, for the days of a period."""
    within = (period.first, local_midnight(period.until), period.until)
    counts = Counter[str](dict.fromkeys((one.name for one in LIST_FIGURES), 0))
    for source, figures in _by_source().items():
        for row in await connection.fetch(_counting(source, figures), *within):
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
    connection: Connection | Pool, asked: Sliced, period: Period, after: After, limit: int
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
        period.first,
        local_midnight(period.until),
        period.until,
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
