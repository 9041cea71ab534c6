"""How a limit came about, line by line, told again from its inputs.

A line is a code and its parameters: dates as YYYY-MM-DD, instants as ISO 8601 in UTC. `say` makes the
sentence of it, Chinese or English; what comes of it is shown, never stored.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Literal

from services.supervision.calendar import LOCAL, UnknownYear, WorkCalendar, last_day, local_ordinal
from services.supervision.holidays import SATURDAY
from services.supervision.limits import Limit, Unit, paused_amount

Language = Literal["zh", "en"]
Code = Literal[
    "start_by_day", "start_by_hour", "amount", "extension", "weekends", "holidays", "make_up_days", "pause",
    "due", "calendar_changed",
]  # fmt: skip
"""In the order in which the lines come."""


@dataclass(frozen=True, slots=True)
class Line:
    """One step of a derivation."""

    code: Code
    params: Mapping[str, str]


def explain(limit: Limit, calendar: WorkCalendar) -> list[Line]:
    """Start, what is counted, the days off and make-up days passed, pauses, extension, and the limit.

    Where the calendar isn't the one the limit rests on any more, the last line says so. Raises
    `UnknownYear` where a year it rests on isn't loaded.
    """
    steps = (_started(limit), _counted(limit), _passed(limit, calendar), _paused(limit, calendar))
    lines = [*chain.from_iterable(steps), Line("due", {"at": limit.due_at.isoformat()})]
    now = calendar.version(limit.dispatched_at, limit.due_at) if limit.calendar_version else ""
    if now != limit.calendar_version:
        lines.append(Line("calendar_changed", {"stored": limit.calendar_version, "loaded": now}))
    return lines


def explained(limit: Limit | None, calendar: WorkCalendar) -> list[Line]:
    """As far as it can be told: nothing before its calendar is there, the limit alone without a year."""
    if limit is None:
        return []
    try:
        return explain(limit, calendar)
    except UnknownYear:
        return [Line("due", {"at": limit.due_at.isoformat()})]


def _started(limit: Limit) -> Iterator[Line]:
    by_day = limit.rule.unit in ("working_days", "days")
    yield Line("start_by_day" if by_day else "start_by_hour", {"at": limit.dispatched_at.isoformat()})


def _counted(limit: Limit) -> Iterator[Line]:
    rule = limit.rule
    yield Line(
        "amount",
        {"amount": str(rule.amount), "unit": rule.unit, "rule": rule.id, "version": str(rule.version)},
    )
    if limit.extension:
        yield Line("extension", {"amount": str(limit.extension.amount), "unit": rule.unit})


def _passed(limit: Limit, calendar: WorkCalendar) -> Iterator[Line]:
    if not limit.calendar_version:
        return
    first, last = local_ordinal(limit.dispatched_at) + 1, last_day(limit.due_at)
    days = [date.fromordinal(day) for day in range(first, last + 1)]
    names = {day: name for year in calendar.years for day, name in year.names}
    holidays = {day for year in calendar.years for day in year.holidays}
    make_up = [day for year in calendar.years for day in year.make_up_days if day in set(days)]
    weekends = [day for day in days if day.weekday() >= SATURDAY and day not in make_up]
    if weekends:
        yield Line("weekends", {"days": _ranges(weekends, {})})
    if off := [day for day in days if day in holidays]:
        yield Line("holidays", {"days": _ranges(off, names)})
    if make_up:
        yield Line("make_up_days", {"days": _ranges(make_up, {})})


def _paused(limit: Limit, calendar: WorkCalendar) -> Iterator[Line]:
    for pause in limit.pauses:
        amount = f"{paused_amount(limit, pause, calendar):.4g}"
        start, end = pause.start.isoformat(), pause.end.isoformat()
        yield Line("pause", {"start": start, "end": end, "amount": amount, "unit": limit.rule.unit})


def _ranges(days: Iterable[date], names: Mapping[date, str]) -> str:
    """`2021-05-03/2021-05-05 劳动节, 2021-06-14 端午`: consecutive days of one name as one."""
    runs: list[list[date]] = []
    for day in days:
        last = runs[-1][-1] if runs else None
        if last and day - last == timedelta(days=1) and names.get(day) == names.get(last):
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(_span(run, names.get(run[0], "")) for run in runs)


def _span(run: list[date], name: str) -> str:
    dates = run[0].isoformat() if len(run) == 1 else f"{run[0].isoformat()}/{run[-1].isoformat()}"
    return f"{dates} {name}".strip()


TEXTS: Mapping[Language, Mapping[Code, str]] = {
    "zh": {
        "start_by_day": "{at} 派单，当日不计",
        "start_by_hour": "{at} 派单，即时起算",
        "amount": "规定时限 {amount} {unit}（规则 {rule}，第 {version} 版）",
        "extension": "批准延期 {amount} {unit}",
        "weekends": "其间周末不计：{days}",
        "holidays": "其间法定节假日不计：{days}",
        "make_up_days": "其间调休上班日计入：{days}",
        "pause": "{start} 至 {end} 挂起，不计 {amount} {unit}",
        "due": "到期：{at}",
        "calendar_changed": "工作日历已变更：计算时 {stored}，现为 {loaded}",
    },
    "en": {
        "start_by_day": "Dispatched {at}; that day doesn't count",
        "start_by_hour": "Dispatched {at}; counted from then on",
        "amount": "{amount} {unit} (rule {rule}, version {version})",
        "extension": "Extended by {amount} {unit}",
        "weekends": "Weekends that don't count: {days}",
        "holidays": "Public holidays that don't count: {days}",
        "make_up_days": "Make-up days that count: {days}",
        "pause": "Suspended from {start} to {end}: {amount} {unit} don't count",
        "due": "Due: {at}",
        "calendar_changed": "The calendar has changed: computed with {stored}, now {loaded}",
    },
}

UNIT_NAMES: Mapping[Language, Mapping[Unit, str]] = {
    "zh": {
        "working_days": "个工作日",
        "working_hours": "个工作小时",
        "hours": "小时",
        "days": "天（自然日）",
    },
    "en": {
        "working_days": "working days",
        "working_hours": "working hours",
        "hours": "hours",
        "days": "days (calendar days)",
    },
}


def say(line: Line, language: Language = "zh") -> str:
    """The line as a sentence; instants in local time, a limit at midnight as 24:00 of the day it ends."""
    words = {name: _shown(line, name, value, language) for name, value in line.params.items()}
    return TEXTS[language][line.code].format(**words)


def _shown(line: Line, name: str, value: str, language: Language) -> str:
    if name == "unit":
        return next(text for unit, text in UNIT_NAMES[language].items() if unit == value)
    if name in ("at", "start", "end"):
        return _moment(datetime.fromisoformat(value).astimezone(LOCAL), ends_a_day=line.code == "due")
    return value


def _moment(local: datetime, *, ends_a_day: bool) -> str:
    if ends_a_day and local.hour == local.minute == local.second == 0:
        return f"{local - timedelta(days=1):%Y-%m-%d} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"
