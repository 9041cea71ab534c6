"""The windows in which an office works, as data, and working time within one working day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta


def _since_midnight(moment: time) -> timedelta:
    return timedelta(
        hours=moment.hour, minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond
    )


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """The windows of a working day as (opening, closing), local time, in order and apart."""

    windows: tuple[tuple[time, time], ...]

    @property
    def opening(self) -> time:
        return self.windows[0][0]

    @property
    def length(self) -> timedelta:
        """Working time of one working day."""
        return sum(
            (_since_midnight(end) - _since_midnight(start) for start, end in self.windows), timedelta()
        )

    def worked_by(self, moment: time) -> timedelta:
        """Working time that has passed in a working day by `moment`."""
        now = _since_midnight(moment)
        spans = ((_since_midnight(start), _since_midnight(end)) for start, end in self.windows)
        return sum((min(now, end) - start for start, end in spans if now > start), timedelta())

    def reached(self, worked: timedelta) -> time:
        """The earliest moment by which `worked` (above 0, at most `length`) has passed."""
        for start, end in self.windows:
            window = _since_midnight(end) - _since_midnight(start)
            if worked <= window:
                return (datetime.combine(date.min, start) + worked).time()
            worked -= window
        raise ValueError(f"{worked} more than a working day's {self.length}")


OFFICE_HOURS = WorkingHours(((time(8, 30), time(12, 0)), (time(14, 0), time(17, 30))))
"""Policy default of the design (section 3, Time)."""
