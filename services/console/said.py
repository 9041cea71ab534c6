"""Times and texts as people read them; pure. Instants are shown in Asia/Shanghai."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from services.console.catalogue import Catalogue

LOCAL: Final = ZoneInfo("Asia/Shanghai")
WEEKDAYS: Final = "一二三四五六日"


def moment(value: datetime | None, words: Catalogue | None) -> str:
    """2021年3月15日（周一）08:00; in English Mon 2021-03-15 08:00; nothing for None.

    Without `words`, for the narrow cells of a printed form: 2021-03-15 08:00.
    """
    if value is None:
        return ""
    local = value.astimezone(LOCAL)
    return _at(local.date(), f"{local:%H:%M}", words)


def limit(value: datetime | None, words: Catalogue | None) -> str:
    """As `moment`, but midnight is 24:00 of the day that ends."""
    if value is None:
        return ""
    local = value.astimezone(LOCAL)
    if local.hour == local.minute == local.second == 0:
        return _at(local.date() - timedelta(days=1), "24:00", words)
    return moment(value, words)


def _at(day: date, clock: str, words: Catalogue | None) -> str:
    if words is None:
        return f"{day} {clock}"
    return f"{long_day(day, words)}{'' if words.language == 'zh-CN' else ' '}{clock}"


def yuan(value: Decimal) -> str:
    """6,400,000; cents only where there are any."""
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"


def long_day(value: datetime | date, words: Catalogue) -> str:
    """2021年3月15日（周一）; Mon 2021-03-15 in English."""
    day = value.astimezone(LOCAL).date() if isinstance(value, datetime) else value
    if words.language == "zh-CN":
        return f"{day.year}年{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"
    return f"{day:%a %Y-%m-%d}"


def period(first: date, until: date, words: Catalogue) -> str:
    """The days from `first` to before `until`: 2021年, 2021年3月, 2021年3月1日至3月12日."""
    last = until - timedelta(days=1)
    if words.language != "zh-CN":
        return f"{first} to {last}"
    if first == last:
        return f"{first.year}年{first.month}月{first.day}日"
    whole = first.day == until.day == 1
    if whole and first.month == until.month == 1 and until.year == first.year + 1:
        return f"{first.year}年"
    if whole and (first.year, first.month) == (last.year, last.month):
        return f"{first.year}年{first.month}月"
    year = "" if first.year == last.year else f"{last.year}年"
    return f"{first.year}年{first.month}月{first.day}日至{year}{last.month}月{last.day}日"


def days(first: date, last: date, words: Catalogue) -> str:
    """As `period`, from the last day itself."""
    return period(first, last + timedelta(days=1), words)


def fault(name: str, text: str, words: Catalogue) -> str:
    """What is wrong with an input: in the reader's language first, then what the service said of it."""
    if words.knows("unfit", text):
        return words.say(f"unfit.{text}")
    if words.language == "en" or not text or any("\u4e00" <= one <= "\u9fff" for one in text):
        return text or words.say("fault.check")
    ours = words.name("fault", name) if words.knows("fault", name) else words.say("fault.check")
    return words.say("fault.said", ours=ours, text=text)


def note(step: str, text: str | None, words: Catalogue) -> str:
    """A timeline's note; that of a notice (`complete 2 red sent`) and of tags are codes, told in words."""
    if text and step == "tag":
        return "、".join(words.name("tags", tag) for tag in text.split())
    if not text or step != "notice":
        return text or ""
    parts = text.split(" ")
    if len(parts) != 4:
        return text
    kind, rung, colour, outcome = parts
    return words.say(
        "case.notice_note",
        limit=words.name("limit" if words.knows("limit", kind) else "trigger", kind),
        rung=rung,
        colour=words.name("colour", colour),
        outcome=words.name("outcome", outcome),
    )
