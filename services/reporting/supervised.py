"""The supervision list (督办清单) of a circular: letters, listings, consequences, gaming. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from services.reporting.assess.gaming import SignalKind
from services.reporting.directory import Directory
from services.reporting.figures import sliced
from services.reporting.lists import Listed, ListNumbers, last_day, late_item
from services.reporting.sections import GamingSign, LetterRow, ListedItem, Measured, Supervised, UnitCount
from services.reporting.words import GAMING_EN, GAMING_ZH, MEASURES_ZH

_LETTERS: Final = ("issued", "answered", "struck_off", "open", "overdue")


def supervised(
    counts: Mapping[str, int],
    numbers: ListNumbers,
    directory: Directory,
    cut_at: datetime,
) -> Supervised:
    """The section, from the circular's figures, the letters that are late and the listings that stand."""
    units = sorted({unit for figure in _LETTERS for unit in _units(counts, f"letters_{figure}")})
    return Supervised(
        letters=tuple(_letters(counts, unit, directory) for unit in units),
        late_letters=tuple(late_item(row, directory, cut_at) for row in numbers.late_letters),
        listings=tuple(_listing(row, directory, cut_at) for row in numbers.listings),
        consequences=tuple(_measured(counts, code, zh) for code, zh in MEASURES_ZH.items()),
        red_slips=_by_unit(_units(counts, "red_slips"), directory),
    )


def gaming(found: Mapping[SignalKind, Mapping[str, int]], directory: Directory) -> tuple[GamingSign, ...]:
    """How many signs of each kind there are, and with which units: something to look at, no proof."""
    return tuple(
        GamingSign(
            kind=kind,
            zh=zh,
            en=GAMING_EN[kind],
            count=sum(found.get(kind, {}).values()),
            units=_by_unit(found.get(kind, {}), directory),
        )
        for kind, zh in GAMING_ZH.items()
    )


def _units(counts: Mapping[str, int], figure: str) -> dict[str, int]:
    """Unit → how much of a figure is its."""
    prefix = sliced(figure, "unit", "")[:-1]
    return {name.removeprefix(prefix): count for name, count in counts.items() if name.startswith(prefix)}


def _by_unit(counts: Mapping[str, int], directory: Directory) -> tuple[UnitCount, ...]:
    """The most first, codes deciding ties."""
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return tuple(UnitCount(code=code, name=directory.unit_name(code), count=count) for code, count in ordered)


def _measured(counts: Mapping[str, int], code: str, zh: str) -> Measured:
    drawn = counts.get(sliced("consequences_drawn", "measure", code), 0)
    return Measured(measure=code, name=zh, count=drawn)


def _letters(counts: Mapping[str, int], unit: str, directory: Directory) -> LetterRow:
    of = {name: counts.get(sliced(f"letters_{name}", "unit", unit), 0) for name in _LETTERS}
    return LetterRow(code=unit, name=directory.unit_name(unit), **of)


def _listing(row: Listed, directory: Directory, cut_at: datetime) -> ListedItem:
    waits = row.due if row.state == "listed" else None
    answers_on = waits if waits is not None and waits <= cut_at else cut_at
    return ListedItem(
        subject="case" if row.tier == "case" else "project",
        text=row.text or "",
        unit=row.unit,
        unit_name=directory.unit_name(row.unit),
        post_title=directory.post_title(row.post),
        holder=directory.holder(row.post, last_day(answers_on)),
        since=row.opened_at,
        report_due=waits,
        silent=waits is not None and waits <= cut_at,
    )
