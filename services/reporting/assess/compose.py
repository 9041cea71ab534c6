"""From counts by subject to an assessment, with the names that the directory had at its cut."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from services.reporting.assess.assessment import Assessment, Excluded, Group, Row
from services.reporting.assess.observe import Observation, Period
from services.reporting.assess.preset import Preset
from services.reporting.assess.score import Counts, lists, ranked, scored, tallied
from services.reporting.directory import TERRITORIAL, Directory


class Leader(NamedTuple):
    """Whoever held a post then; None while it was vacant."""

    post: str
    person: str | None


class Numbers(NamedTuple):
    """Counts of each unit and of each leader."""

    units: Mapping[str, Counts]
    leaders: Mapping[Leader, Counts]


def compose(
    period: Period, numbers: Numbers, preset: Preset, exclusions: Iterable[Excluded], directory: Directory
) -> Assessment:
    """Everybody's score. Units that the directory has and that had nothing to do stand there without one."""
    codes = set(numbers.units) | {code for code, unit in directory.units.items() if not unit.retired}
    units = ranked([_unit(code, numbers.units.get(code, {}), preset, directory) for code in sorted(codes)])
    leaders = [_leader(who, numbers.leaders[who], preset, directory) for who in numbers.leaders]
    return Assessment(
        first=period.first,
        until=period.until,
        cut_at=period.cut_at,
        preset=preset,
        exclusions=tuple(sorted(exclusions, key=lambda one: str(one.request_id))),
        units=units,
        leaders=ranked(leaders),
        lists=lists(units, preset.listed),
    )


def _unit(code: str, counts: Counts, preset: Preset, directory: Directory) -> Row:
    return Row(
        unit=code,
        post=None,
        person=None,
        name=directory.unit_name(code),
        group=group_of(code, directory),
        rank=None,
        **scored(counts, preset)._asdict(),
    )


def _leader(who: Leader, counts: Counts, preset: Preset, directory: Directory) -> Row:
    post = directory.posts.get(who.post)
    unit = post.unit if post else None
    return Row(
        unit=unit,
        post=who.post,
        person=who.person,
        name=f"{directory.unit_name(unit)}{directory.post_title(who.post)} {who.person or '（空缺）'}",
        group=group_of(unit, directory),
        rank=None,
        **scored(counts, preset)._asdict(),
    )


def group_of(code: str | None, directory: Directory) -> Group:
    """Where a unit is ranked: a city's districts as a county's towns, the authority itself with neither.

    One that no directory has told is taken for a department.
    """
    unit = directory.units.get(code or "")
    if unit is None or unit.kind not in TERRITORIAL:
        return "department"
    return "county" if code == directory.own_unit or directory.is_root(code) else "town"


def applied(
    observations: Iterable[Observation], exclusions: Iterable[Excluded]
) -> tuple[list[Observation], list[Observation]]:
    """What counts, and what was excluded."""
    out = {(one.unit, one.case_id, name) for one in exclusions for name in one.indicators}
    counted: list[Observation] = []
    excluded: list[Observation] = []
    for one in observations:
        (excluded if (one.unit, one.case_id, one.indicator) in out else counted).append(one)
    return counted, excluded


def numbers_of(observations: Iterable[Observation], directory: Directory) -> Numbers:
    """The counts of single rows by unit and by whoever held the post then: what SQL does set-wise."""
    units: dict[str, list[Observation]] = {}
    leaders: dict[Leader, list[Observation]] = {}
    for one in observations:
        units.setdefault(one.unit, []).append(one)
        if one.post is not None:
            who = Leader(one.post, directory.holder(one.post, one.then))
            leaders.setdefault(who, []).append(one)
    return Numbers(
        {code: tallied(rows) for code, rows in units.items()},
        {who: tallied(rows) for who, rows in leaders.items()},
    )


def period_of(first: date, until: date, midnight: Callable[[date], datetime]) -> Period:
    """The period of local days. Raises ValueError where it holds none."""
    if until <= first:
        raise ValueError(f"{until.isoformat()} doesn't lie after {first.isoformat()}")
    return Period(first, until, midnight(until))
