"""How a circular is named in a URL: by number (2021-03), ISO week (2021-W09) or a day (2021-03-01)."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_NUMBER: Final = re.compile(r"\d{4}-\d{2,3}")
_ISO_WEEK: Final = re.compile(r"(\d{4})-W(\d{2})")


@dataclass(frozen=True, slots=True)
class Reference:
    """Either a number or the Monday of a week."""

    number: str | None = None
    week: date | None = None


class NotAReference(ValueError):
    """It names neither a number nor a week."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is no circular number (2021-03), ISO week (2021-W09) or date (2021-03-01)"
        )


def parse(text: str) -> Reference:
    """Raises NotAReference."""
    if _NUMBER.fullmatch(text):
        return Reference(number=text)
    return Reference(week=parse_week(text))


def parse_week(text: str) -> date:
    """The Monday of an ISO week, or of the week that a date lies in. Raises NotAReference."""
    try:
        if match := _ISO_WEEK.fullmatch(text):
            return date.fromisocalendar(int(match[1]), int(match[2]), 1)
        day = date.fromisoformat(text)
    except ValueError as unreadable:
        raise NotAReference(text) from unreadable
    return day - timedelta(days=day.weekday())
