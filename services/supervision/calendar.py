"""Working days and working hours over the years that are loaded.

Days are local days of Asia/Shanghai; instants go in and come out aware, in UTC. Everything is counted in
ordinals (`date.toordinal`) over the working days of consecutive years, listed once and searched by
bisection, so that a limit costs microseconds.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from services.supervision.holidays import (
    InvalidCalendar,
    UnknownYear,
    YearCalendar,
    days_of,
    from_chinesecalendar,
    parse_year,
)
from services.supervision.hours import OFFICE_HOURS, WorkingHours

__all__ = [
    "LOCAL",
    "OFFICE_HOURS",
    "InvalidCalendar",
    "UnknownYear",
    "WorkCalendar",
    "WorkingHours",
    "YearCalendar",
    "from_chinesecalendar",
    "last_day",
    "local_midnight",
    "local_ordinal",
    "parse_year",
]

LOCAL = ZoneInfo("Asia/Shanghai")
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class _Run:
    """Consecutive loaded years from day `first` to `last`; `worked` are their working days in order."""

    first: int
    last: int
    worked: tuple[int, ...]

    def works(self, day: int) -> bool:
        return self.at_or_after(day, 0) == day if day <= self.worked[-1] else False

    def at_or_after(self, day: int, skip: int) -> int:
        """The first working day that is `day` or later, `skip` working days further on."""
        index = bisect_left(self.worked, day) + skip
        if index >= len(self.worked):
            raise UnknownYear(date.fromordinal(self.last).year + 1)
        return self.worked[index]

    def later(self, day: int, n: int) -> int:
        """The n-th working day after `day` (n ≥ 1)."""
        return self.at_or_after(day + 1, n - 1)

    def earlier(self, day: int, n: int) -> int:
        """The n-th working day before `day` (n ≥ 1)."""
        index = bisect_left(self.worked, day) - n
        if index < 0:
            raise UnknownYear(date.fromordinal(self.first).year - 1)
        return self.worked[index]


def _local(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} has no time zone; give an aware instant")
    return instant.astimezone(LOCAL)


@lru_cache(maxsize=4096)  # limits share their instants: of dispatch within a batch, due within a day
def local_ordinal(instant: datetime) -> int:
    """Ordinal of the local day an instant falls on; 00:00 belongs to the day it begins."""
    return _local(instant).toordinal()


def _local_instant(day: int, moment: time) -> datetime:
    return datetime.combine(date.fromordinal(day), moment, LOCAL).astimezone(UTC)


def local_midnight(day: int) -> datetime:
    """The instant at which a local day (an ordinal) begins; 24:00 of a day is the next one's."""
    return _local_instant(day, time())


def last_day(due_at: datetime) -> int:
    """Ordinal of the last local day before a due instant: 24:00 belongs to the day that it ends."""
    return local_ordinal(due_at - INSTANT)


def _run(years: list[YearCalendar]) -> _Run:
    days = [(day.toordinal(), year.works(day)) for year in years for day in days_of(year.year)]
    return _Run(
        first=days[0][0],
        last=days[-1][0],
        worked=tuple(day for day, works in days if works),
    )


def _runs(years: Iterable[YearCalendar]) -> tuple[_Run, ...]:
    groups: list[list[YearCalendar]] = []
    for year in years:
        if groups and groups[-1][-1].year == year.year - 1:
            groups[-1].append(year)
        else:
            groups.append([year])
    return tuple(map(_run, groups))


@dataclass(frozen=True, slots=True, eq=False)
class WorkCalendar:
    """The loaded years, with everything that is counted over them. Make it with `WorkCalendar.of`.

    A question that touches a year that isn't loaded raises `UnknownYear`. The memo only saves making the
    same instant twice; it holds at most a few instants for each loaded day.
    """

    years: tuple[YearCalendar, ...]
    hours: WorkingHours
    _runs: tuple[_Run, ...]
    _versions: dict[int, str]
    _ends: dict[tuple[int, int], tuple[datetime, str]]
    _shifts: dict[tuple[int, tuple[int, ...]], tuple[datetime | None, ...]]

    @classmethod
    def of(cls, years: Iterable[YearCalendar], hours: WorkingHours = OFFICE_HOURS) -> "WorkCalendar":
        """A calendar over these years; of a year given twice the later one holds."""
        latest = {year.year: year for year in years}
        ordered = tuple(latest[year] for year in sorted(latest))
        versions = {year.year: f"{year.year}:{year.version}" for year in ordered}
        return cls(ordered, hours, _runs(ordered), versions, {}, {})

    def version(self, start: datetime, due_at: datetime) -> str:
        """The versions of the local years a limit touches, such as `2021:1f0c…`: what is stored with it."""
        first, last = _local(start).year, _local(due_at - INSTANT).year
        try:
            if first == last:
                return self._versions[first]
            return "+".join([self._versions[year] for year in range(first, last + 1)])
        except KeyError as missing:
            raise UnknownYear(missing.args[0]) from None

    def _run_of(self, day: int) -> _Run:
        for run in self._runs:
            if run.first <= day <= run.last:
                return run
        raise UnknownYear(date.fromordinal(day).year)

    def is_working_day(self, day: date) -> bool:
        """Whether a local date is worked."""
        return self.working_days_between(day - timedelta(days=1), day) == 1

    def working_days_between(self, after: date, until: date) -> int:
        """Number of working days d with after < d ≤ until."""
        return len(self.working_ordinals(after.toordinal(), until.toordinal()))

    def working_ordinals(self, after: int, until: int) -> tuple[int, ...]:
        """The working days d with after < d ≤ until, as ordinals."""
        if until <= after:
            return ()
        run = self._run_of(until)
        if after + 1 < run.first:
            raise UnknownYear(date.fromordinal(run.first).year - 1)
        return run.worked[bisect_right(run.worked, after) : bisect_right(run.worked, until)]

    def nth_working_day(self, day: int, n: int) -> int:
        """The n-th working day after (n > 0) or before (n < 0) a day, all as ordinals; n is not 0."""
        run = self._run_of(day)
        return run.later(day, n) if n > 0 else run.earlier(day, -n)

    def add_working_days(self, start: datetime, n: int) -> datetime:
        """24:00 of the n-th working day after the local day of `start`, which doesn't count (n ≥ 1)."""
        return self.working_days_end(start, n)[0]

    def working_days_end(self, start: datetime, n: int) -> tuple[datetime, str]:
        """`add_working_days` and the `version` it rests on: all limits of one day share them."""
        key = (local_ordinal(start), n)
        end = self._ends.get(key)
        if end is None:
            if n < 1:
                raise ValueError(f"{n} working days; at least 1")
            due_at = local_midnight(self.nth_working_day(*key) + 1)
            end = self._ends[key] = due_at, self.version(start, due_at)
        return end

    def shift(self, due_at: datetime, working_days: int) -> datetime:
        """The instant `working_days` before (< 0) or after (> 0) a limit; 0 is the limit itself.

        Both sides count from the last day (24:00 belongs to the day it ends) and land on the opening of
        office: that is when somebody reads it, and a whole office day is left to act. Counting the
        instant itself would wake nobody at 00:00. Before: the N-th working day before the last day;
        after: the N-th working day after it.
        """
        return due_at if working_days == 0 else self._opening_of(last_day(due_at), working_days)

    def shifts(self, due_at: datetime, offsets: tuple[int, ...]) -> tuple[datetime | None, ...]:
        """`shift` by several offsets at once; None for one that reaches a year that isn't loaded."""
        key = (last_day(due_at), offsets)
        found = self._shifts.get(key)
        if found is None:
            found = self._shifts[key] = tuple(self._known_opening(key[0], n) if n else None for n in offsets)
        return tuple([instant if n else due_at for n, instant in zip(offsets, found, strict=True)])

    def _known_opening(self, day: int, n: int) -> datetime | None:
        try:
            return self._opening_of(day, n)
        except UnknownYear:
            return None

    def _opening_of(self, day: int, n: int) -> datetime:
        return _local_instant(self.nth_working_day(day, n), self.hours.opening)

    def subtract_working_days(self, due_at: datetime, n: int) -> datetime:
        """Opening of the n-th working day before a limit's last day (n ≥ 1)."""
        return self.shift(due_at, -n)

    def add_working_hours(self, start: datetime, hours: float) -> datetime:
        """The instant by which so many working hours (above 0) have passed since `start`.

        Hours that end with a window end at its closing (12:00, not 14:00).
        """
        return self.add_working_time(start, timedelta(hours=hours))

    def add_working_time(self, start: datetime, amount: timedelta) -> datetime:
        """Like `add_working_hours`, with a duration."""
        if amount <= timedelta():
            raise ValueError(f"{amount} of working time; more than 0")
        day, worked = self._position(start)
        wanted = worked + amount
        whole_days = -(-wanted // self.hours.length) - 1
        landing = self._run_of(day).at_or_after(day, whole_days)
        return _local_instant(landing, self.hours.reached(wanted - whole_days * self.hours.length))

    def _position(self, instant: datetime) -> tuple[int, timedelta]:
        """The local day of an instant, and the working time of that day that has passed."""
        moment = _local(instant)
        day = moment.toordinal()
        worked = self._run_of(day).works(day)
        return day, self.hours.worked_by(moment.time()) if worked else timedelta()

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Working time that passes from `start` to `end`; 0 where `end` isn't later."""
        if end <= start:
            return timedelta()
        (first, before), (last, worked) = self._position(start), self._position(end)
        whole_days = len(self.working_ordinals(first - 1, last - 1)) if last > first else 0
        return whole_days * self.hours.length + worked - before
