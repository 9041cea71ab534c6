"""How the values of a circular read: rates, days, amounts, changes, names."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from services.kit.clock import LOCAL
from services.reporting.circular import Edition, UnitRow

DASH: Final = "—"
"""What stands where a share of nothing would: never 0 %."""
TERRITORY_ZH: Final = {"town": "镇", "district": "区", "county": "县", "city": "市"}
TITLES_ZH: Final = {"weekly": "周通报", "monthly": "月通报", "yearly": "年度通报", "county": "全县通报"}
TITLES_EN: Final = {"weekly": "Weekly", "monthly": "Monthly", "yearly": "Yearly", "county": "County"}
THEN_ZH: Final = {"weekly": "上周", "monthly": "上月", "yearly": "上年", "county": "上期"}
"""What a kind's figures are compared with is called."""


def percent(value: float | None, digits: int = 1) -> str:
    """0.8542 → 85.4%; a dash for a share of nothing."""
    return DASH if value is None else f"{value:.{digits}%}"


def day(value: date | datetime) -> str:
    """2021年3月15日, local."""
    local = value.astimezone(LOCAL) if isinstance(value, datetime) else value
    return f"{local.year}年{local.month}月{local.day}日"


def short_day(value: date | datetime) -> str:
    """3月15日, local."""
    return day(value).partition("年")[2]


def limit_day(due: datetime) -> str:
    """The day on which a limit ends: one that falls on midnight ends at 24:00 of the day before."""
    return short_day(due - timedelta(microseconds=1))


def moment(value: datetime) -> str:
    """2021年3月15日 08:00, local."""
    return f"{day(value)} {value.astimezone(LOCAL):%H:%M}"


def dated(edition: Edition) -> date:
    """The local day of the issue, of drafting where it isn't issued."""
    return (edition.issue.issued_at or edition.drafted_at).astimezone(LOCAL).date()


def change(now: int, before: int, then: str) -> str:
    """How a count of cases changed on the period before, in words: 环比上升20.5%（增加87件）."""
    if now == before:
        return f"与{then}持平"
    word, verb = ("上升", "增加") if now > before else ("下降", "减少")
    difference = abs(now - before)
    if not before:
        return f"{then}为0，{verb}{difference}件"
    return f"环比{word}{difference / before:.1%}（{verb}{difference}件）"


def tick(now: int, before: int | None, then: str) -> str:
    """How a count changed on the period before, in short: 较上周 +100（+56.2%）."""
    if before is None:
        return f"首期，无{then}数据"
    if now == before:
        return f"与{then}持平"
    share = f"（{(now - before) / before:+.1%}）" if before else ""
    return f"较{then} {now - before:+d}{share}".replace("-", "−")


def step(now: int, before: int) -> str:
    """+3, −2 or ±0."""
    return f"{now - before:+d}".replace("-", "−") if now != before else "±0"


def if_any(n: Mapping[str, int], figure: str, said: str) -> str:
    """What is said of a figure where there is anything to say; `{}` stands for it."""
    return said.format(n[figure]) if n[figure] else ""


def or_dash(count: int) -> str:
    """A nought as a dash, so that a table of many is readable."""
    return str(count) if count else DASH


def some(names: Sequence[str], most: int) -> str:
    """甲、乙、丙等12个: the first of many, and how many there are."""
    told = "、".join(names[:most])
    return told if len(names) <= most else f"{told}等{len(names)}个"


def territory(units: Iterable[UnitRow]) -> str:
    """What the territorial units are called here: 镇, or 区、县."""
    kinds = {unit.kind for unit in units if unit.territorial}
    return "、".join(zh for kind, zh in TERRITORY_ZH.items() if kind in kinds)


def place(unit: str) -> str:
    """河口镇人民政府 → 河口镇: the place that a government's name says."""
    return unit.removesuffix("人民政府")


def person(post: str, holder: str | None) -> str:
    """镇长, and beneath it 王建国; of either what is known."""
    return "\n".join(filter(None, (post, holder)))


def short(text: str, most: int) -> str:
    """At most so many characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def wan(yuan: str | Decimal) -> str:
    """Yuan as 万元, one digit; a dash for nothing."""
    amount = Decimal(yuan)
    return f"{amount / 10000:,.1f}" if amount else DASH
