"""Times and texts as people read them; pure. Instants are shown in Asia/Shanghai."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from services.console.catalogue import Catalogue

LOCAL: Final = ZoneInfo("Asia/Shanghai")


def moment(value: datetime | None) -> str:
    """2021-03-15 08:00; nothing for None."""
    return f"{value.astimezone(LOCAL):%Y-%m-%d %H:%M}" if value else ""


def limit(value: datetime | None) -> str:
    """As `moment`, but midnight is 24:00 of the day that ends."""
    if value is None:
        return ""
    local = value.astimezone(LOCAL)
    if local.hour == local.minute == local.second == 0:
        return f"{local - timedelta(days=1):%Y-%m-%d} 24:00"
    return moment(value)


def yuan(value: Decimal) -> str:
    """6,400,000; cents only where there are any."""
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"


def long_day(value: datetime | date, words: Catalogue) -> str:
    """2021年3月15日; 2021-03-15 in English."""
    day = value.astimezone(LOCAL).date() if isinstance(value, datetime) else value
    if words.language == "zh-CN":
        return f"{day.year}年{day.month}月{day.day}日"
    return day.isoformat()


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
