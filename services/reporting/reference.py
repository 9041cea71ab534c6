"""How a circular is named in a URL: by number, by kind and days, a weekly one also by ISO week or a day."""

import re
from datetime import date, timedelta
from typing import Final

from services.reporting.circular import ref_of
from services.reporting.periods import containing

_SERIES: Final = "(?:monthly|yearly|county|correction)"
_NUMBER: Final = re.compile(rf"(?:{_SERIES}-)?\d{{4}}-\d{{2,4}}")
_DAY: Final = r"\d{4}-\d{2}-\d{2}"
_REF: Final = re.compile(
    rf"(?:weekly|monthly|yearly)-{_DAY}|county-{_DAY}-{_DAY}|correction-of-[a-z0-9-]{{7,20}}"
)
_ISO_WEEK: Final = re.compile(r"(\d{4})-W(\d{2})")


class NotAReference(ValueError):
    """It names neither a number nor days."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is no circular number (2021-03, county-2021-03), reference"
            " (county-2021-03-01-2021-03-12), ISO week (2021-W09) or date (2021-03-01)"
        )


def parse(text: str) -> str:
    """The number or ref that a circular goes by. Raises NotAReference."""
    if _NUMBER.fullmatch(text) or _REF.fullmatch(text):
        return text
    return ref_of(containing("weekly", parse_week(text)))


def parse_week(text: str) -> date:
    """The Monday of an ISO week, or of the week that a date lies in. Raises NotAReference."""
    try:
        if match := _ISO_WEEK.fullmatch(text):
            return date.fromisocalendar(int(match[1]), int(match[2]), 1)
        day = date.fromisoformat(text)
        return day - timedelta(days=day.weekday())
    except (ValueError, OverflowError) as unreadable:
        raise NotAReference(text) from unreadable
