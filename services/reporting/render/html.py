"""A circular as HTML that looks like a Chinese official document, fit for A4; no outside resources."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Final, TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from services.kit.clock import LOCAL
from services.reporting.circular import Edition, UnitRow, number_zh
from services.reporting.figures import FIGURES
from services.reporting.part import Part, Share
from services.reporting.render.charts import columns, lines
from services.reporting.render.ranking import ranking
from services.reporting.sections import Burning, LetterRow, Place, UnitCount

Row = TypeVar("Row", bound=Part)

DASH: Final = "—"
"""What stands where a share of nothing would: never 0 %."""
NUMERALS: Final = ("零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十")
TERRITORY_ZH: Final = {"town": "镇", "district": "区", "county": "县", "city": "市"}
TITLES_ZH: Final = {"weekly": "周通报", "monthly": "月通报", "yearly": "年度通报", "county": "全县通报"}
TITLES_EN: Final = {"weekly": "Weekly", "monthly": "Monthly", "yearly": "Yearly", "county": "County"}
THEN_ZH: Final = {"weekly": "上周", "monthly": "上月", "yearly": "上年", "county": "上期"}
"""What a kind's figures are compared with is called."""
TOP: Final = 3
OVERDUE_LISTED: Final = 30
REPEATS_LISTED: Final = 10
LATE_LISTED: Final = 10
UNITS_NAMED: Final = 12
LONGEST: Final = frozenset({"overdue", "promises_overdue", "projects_overdue", "letters_overdue"})
"""What burns by how long it is late."""


def to_html(edition: Edition, *, files: bool = True) -> str:
    """The whole page, UTF-8, Chinese first, headings with English beneath.

    `files`: with links to its other forms, where they lie beside it; a mail has none beside.
    """
    circular = edition.circular
    text: str = (
        _environment()
        .get_template("circular.html")
        .render(
            edition=edition,
            c=circular,
            title=TITLES_ZH[circular.kind],
            title_en=TITLES_EN[circular.kind],
            then=THEN_ZH[circular.kind],
            n=dict.fromkeys(FIGURES, 0) | circular.counts,
            last=circular.last_period,
            answers=circular.satisfaction,
            lists=circular.progress,
            watched=circular.supervised,
            boards=circular.boards,
            ranking=ranking(circular.units),
            territory=territory(circular.units),
            overdue_listed=OVERDUE_LISTED,
            repeats_listed=REPEATS_LISTED,
            late_listed=LATE_LISTED,
            files=files,
            top=TOP,
            reference=edition.issue.number or circular.ref,
        )
    )
    return text


def territory(units: Sequence[UnitRow]) -> str:
    """What the territorial units are called here: 镇, or 区、县."""
    kinds = {unit.kind for unit in units if unit.territorial}
    return "、".join(zh for kind, zh in TERRITORY_ZH.items() if kind in kinds)


@cache
def _environment() -> Environment:
    """Built once, when first asked for; strict, so that a misspelt figure is an error, not a blank."""
    environment = Environment(
        loader=PackageLoader("services.reporting.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "percent": percent,
        "day": day,
        "moment": moment,
        "short_day": short_day,
        "limit_day": limit_day,
        "change": _change,
        "tick": _tick,
        "number_zh": number_zh,
        "or_dash": or_dash,
        "top": named_shares,
        "numeral": numeral,
        "columns": columns,
        "lines": lines,
        "longest": longest,
        "step": step,
        "some": some,
        "ends": ends,
        "touched": touched,
        "short": short,
        "wan": wan,
        "wan_sum": wan_sum,
        "worst": worst,
        "with_counts": with_counts,
        "overdue_named": overdue_named,
    }
    return environment


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


@pass_context
def _change(context: Context, now: int, before: int | None) -> str:
    return change(now, before, THEN_ZH[context["c"].kind])


@pass_context
def _tick(context: Context, now: int, before: int | None) -> str:
    return tick(now, before, THEN_ZH[context["c"].kind])


def change(now: int, before: int | None, then: str = "上周") -> str:
    """How a count changed on the period before, in words: 环比上升20.5%（增加87件）."""
    if before is None:
        return ""
    if now == before:
        return f"与{then}持平"
    word, verb = ("上升", "增加") if now > before else ("下降", "减少")
    difference = abs(now - before)
    if not before:
        return f"{then}为0，{verb}{difference}件"
    return f"环比{word}{difference / before:.1%}（{verb}{difference}件）"


def tick(now: int, before: int | None, then: str = "上周") -> str:
    """How a count changed on the period before, in short: 较上周 +100（+56.2%）."""
    if before is None:
        return f"首期，无{then}数据"
    if now == before:
        return f"与{then}持平"
    share = f"（{(now - before) / before:+.1%}）" if before else ""
    return f"较{then} {now - before:+d}{share}".replace("-", "−")


def or_dash(count: int) -> str:
    """A nought as a faint dash, so that a table of many is readable."""
    return str(count) if count else DASH


def named_shares(shares: tuple[Share, ...], most: int) -> list[Share]:
    """The largest slices that have a name."""
    return [share for share in shares if share.code is not None and share.count][:most]


def numeral(number: int) -> str:
    """1 → 一, up to ten."""
    return NUMERALS[number]


def longest(shares: Sequence[Share]) -> int:
    """The longest bar: this period's or the one before's; at least 1, since bars are shares of it."""
    return max((max(share.count, share.last_period or 0) for share in shares), default=0) or 1


def step(now: int, before: int) -> str:
    """+3, −2 or ±0."""
    return f"{now - before:+d}".replace("-", "−") if now != before else "±0"


def some(names: Sequence[str], most: int) -> str:
    """甲、乙、丙等12个: the first of many, and how many there are."""
    told = "、".join(names[:most])
    return told if len(names) <= most else f"{told}等{len(names)}个"


def ends(given: Sequence[Place]) -> list[tuple[str, float]]:
    """Name and value of those at one end of a board, three or so; more of one value in one line."""
    told: list[tuple[str, float]] = []
    for place in given:
        if len(told) >= TOP:
            break
        names = place.names if len(place.names) <= TOP - len(told) else (some(place.names, TOP),)
        told += ((name, place.value) for name in names)
    return told


def worst(one: Burning) -> str:
    """Which of what burns burns most."""
    return f"最久{one.worst}" if one.worst and one.kind in LONGEST else one.worst


def with_counts(units: Sequence[UnitCount], measure: str = "起") -> str:
    """（甲3起、乙1起）: whose they are; nothing where nobody is named."""
    return f"（{some([f'{one.name}{one.count}{measure}' for one in units], UNITS_NAMED)}）" if units else ""


def overdue_named(rows: Sequence[LetterRow]) -> str:
    """甲（2件）、乙（1件）: the units that owe replies."""
    return some([f"{row.name}（{row.overdue}件）" for row in rows if row.overdue], UNITS_NAMED)


def touched(rows: Sequence[Row]) -> list[Row]:
    """The rows in which anything is counted."""
    return [row for row in rows if any(type(value) is int and value for value in dict(row).values())]


def short(text: str, most: int) -> str:
    """At most so many characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def wan(yuan: str) -> str:
    """Yuan as 万元, one digit; a dash for nothing."""
    amount = Decimal(yuan)
    return f"{amount / 10000:,.1f}" if amount else DASH


def wan_sum(amounts: Iterable[str]) -> str:
    return wan(str(sum(map(Decimal, amounts), Decimal(0))))
