"""One year's holidays and make-up days (调休), as the State Council's yearly notice sets them.

Only what differs from the ordinary week counts: weekdays that are off and weekend days that are
worked. A notice may reach back into the old year (that for 2019 made 2018-12-29 a make-up day), so a year
can be loaded again; its `version` then changes.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

COLUMNS = ("date", "kind", "name")
KINDS = ("holiday", "makeup", "workday")
SATURDAY = 5


class UnknownYear(LookupError):
    """No calendar is loaded for this year; what needs it waits, since a year is never guessed."""

    def __init__(self, year: int, reason: str = "no holidays loaded") -> None:
        super().__init__(f"{year}: {reason}")
        self.year = year
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a calendar file: where (row 1 is the header), what stands there, and what to do."""

    row: int
    column: str
    value: str
    remedy: str

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column}: {self.value!r}; {self.remedy}"


class InvalidCalendar(ValueError):
    """A calendar file that can't be loaded, with everything that is wrong in it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True, slots=True)
class YearCalendar:
    """The exceptions of one year: `holidays` are weekdays off, `make_up_days` weekend days worked; sorted.

    `names` holds (date, what it is called in Chinese) for any of the notice's days, weekends too.
    """

    year: int
    holidays: tuple[date, ...]
    make_up_days: tuple[date, ...]
    source: str
    names: tuple[tuple[date, str], ...] = ()

    @property
    def version(self) -> str:
        """12 hex digits over the dates alone: another source or name doesn't move a limit."""
        days = [[day.isoformat() for day in days] for days in (self.holidays, self.make_up_days)]
        return hashlib.sha256(json.dumps([self.year, *days]).encode()).hexdigest()[:12]

    def works(self, day: date) -> bool:
        """Whether `day`, a date of this year, is a working day."""
        return day in self.make_up_days if day.weekday() >= SATURDAY else day not in self.holidays

    def to_json(self) -> dict[str, Any]:
        """A value for `json.dumps`; `from_json` reads it back. `version` is in it for the reader's eye."""
        return {
            "year": self.year,
            "holidays": [day.isoformat() for day in self.holidays],
            "make_up_days": [day.isoformat() for day in self.make_up_days],
            "names": {day.isoformat(): name for day, name in self.names},
            "source": self.source,
            "version": self.version,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "YearCalendar":
        """The inverse of `to_json`. Raises `KeyError` or `ValueError` where it isn't such a value."""
        return cls(
            year=int(value["year"]),
            holidays=tuple(map(date.fromisoformat, value["holidays"])),
            make_up_days=tuple(map(date.fromisoformat, value["make_up_days"])),
            source=str(value["source"]),
            names=tuple((date.fromisoformat(day), name) for day, name in value.get("names", {}).items()),
        )


def days_of(year: int) -> Iterator[date]:
    """Every date of a year, in order."""
    first = date(year, 1, 1)
    return (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))


def from_chinesecalendar(year: int) -> YearCalendar:
    """The year as the package `chinesecalendar` knows it. Raises `UnknownYear` where it doesn't."""
    import chinese_calendar

    try:
        details = [(day, *chinese_calendar.get_holiday_detail(day)) for day in days_of(year)]
    except NotImplementedError as unknown:
        raise UnknownYear(
            year, "chinesecalendar doesn't know it yet; load its notice from a file"
        ) from unknown
    chinese = {holiday.value: str(holiday.chinese) for holiday in chinese_calendar.Holiday}
    return YearCalendar(
        year=year,
        holidays=tuple(day for day, off, _ in details if off and day.weekday() < SATURDAY),
        make_up_days=tuple(day for day, off, _ in details if not off and day.weekday() >= SATURDAY),
        source="chinesecalendar",
        names=tuple((day, chinese[name]) for day, _, name in details if name),
    )


def parse_year(text: str, source: str = "file") -> YearCalendar:
    """One year from CSV with the header `date,kind[,name]`; kind is holiday, makeup or workday.

    A weekend day within a holiday and a `workday` row change nothing and may stand for completeness.
    Raises `InvalidCalendar` with every fault of the file.
    """
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    _check_header([cell.strip().lower() for cell in rows[0]] if rows else [])
    days, faults = _read(rows)
    faults = faults or _faults_of_the_whole(days)
    if faults:
        raise InvalidCalendar(faults)
    return _year_of(days, source)


@dataclass(frozen=True, slots=True)
class _Day:
    row: int
    day: date
    kind: str
    name: str


def _check_header(header: list[str]) -> None:
    if header[:2] != list(COLUMNS[:2]) or header[2:] not in ([], ["name"]):
        remedy = "the first row must read date,kind or date,kind,name"
        raise InvalidCalendar([Fault(1, "date", ",".join(header), remedy)])


def _read(rows: list[list[str]]) -> tuple[list[_Day], list[Fault]]:
    days: list[_Day] = []
    faults: list[Fault] = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        try:
            days.append(_read_row(number, [cell.strip() for cell in row]))
        except InvalidCalendar as invalid:
            faults += invalid.faults
    return days, faults


def _read_row(number: int, row: list[str]) -> _Day:
    if len(row) not in (2, 3):
        remedy = "a row has a date, a kind and perhaps a name, separated by commas"
        raise InvalidCalendar([Fault(number, "date", ",".join(row), remedy)])
    if row[1] not in KINDS:
        raise InvalidCalendar([Fault(number, "kind", row[1], f"write one of {', '.join(KINDS)}")])
    try:
        day = date.fromisoformat(row[0])
    except ValueError:
        remedy = "write an existing date as YYYY-MM-DD"
        raise InvalidCalendar([Fault(number, "date", row[0], remedy)]) from None
    if row[1] == "makeup" and day.weekday() < SATURDAY:
        remedy = "a make-up day is a Saturday or Sunday; an ordinary weekday is a workday"
        raise InvalidCalendar([Fault(number, "kind", f"{row[0]} {row[1]}", remedy)])
    if row[1] == "workday" and day.weekday() >= SATURDAY:
        remedy = "a Saturday or Sunday that is worked is a makeup"
        raise InvalidCalendar([Fault(number, "kind", f"{row[0]} {row[1]}", remedy)])
    return _Day(number, day, row[1], row[2] if len(row) == len(COLUMNS) else "")


def _faults_of_the_whole(days: list[_Day]) -> list[Fault]:
    if not any(day.kind == "holiday" for day in days):
        return [Fault(2, "kind", "", "list the whole notice of the year: there is no holiday in the file")]
    faults: list[Fault] = []
    first_rows: dict[date, int] = {}
    for day in days:
        if day.day.year != days[0].day.year:
            remedy = f"a file holds one year, here {days[0].day.year}; put other years into their own files"
            faults.append(Fault(day.row, "date", day.day.isoformat(), remedy))
        if day.day in first_rows:
            remedy = f"remove one: row {first_rows[day.day]} already has this date"
            faults.append(Fault(day.row, "date", day.day.isoformat(), remedy))
        first_rows.setdefault(day.day, day.row)
    return faults


def _year_of(days: list[_Day], source: str) -> YearCalendar:
    days = sorted(days, key=lambda day: day.day)
    return YearCalendar(
        year=days[0].day.year,
        holidays=tuple(d.day for d in days if d.kind == "holiday" and d.day.weekday() < SATURDAY),
        make_up_days=tuple(d.day for d in days if d.kind == "makeup"),
        source=source,
        names=tuple((d.day, d.name) for d in days if d.name),
    )
