"""The ledger page (台账页) of a project: HTML like an official form, fit for A4; no outside resources."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from services.assignment.project_history import SEPARATOR, Difference, Entry, MilestoneStanding
from services.assignment.project_labels import DirectoryLabels
from services.assignment.project_sheet import HEADINGS, STATES_ZH
from services.assignment.promise_words import STATES as PROMISE_STATES_ZH
from services.assignment.sheet_words import TIERS_ZH
from services.contracts.project import Plan
from services.contracts.vocabulary import PromiseState
from services.kit.clock import LOCAL

DASH: Final = "—"
NOTHING: Final = "无"
KINDS_ZH: Final = {
    "opened": "立项",
    "changed": "变更",
    "progress": "进展",
    "milestone": "节点完成",
    "done": "办结",
    "replaced": "替代",
    "dropped": "终止",
}
_IN_YUAN: Final = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise that stands on the project. `who`: unit, post and whoever held it when it was made."""

    number: str
    who: str
    words: str
    due: date
    state: PromiseState


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """Everything on the page. `leader` holds the owner's post at `printed_at`, an aware instant.

    `promises`: those that stand on it; `more_promises`: there are others, which the page leaves out.
    """

    authority: str
    ledger: str
    state: str
    overdue: bool
    percent: int | None
    done_on: date | None
    replaced_by: str | None
    cases: int
    promises: tuple[Promised, ...]
    more_promises: bool
    leader: str | None
    plan: Plan
    milestones: tuple[MilestoneStanding, ...]
    entries: tuple[Entry, ...]
    labels: DirectoryLabels
    printed_at: datetime

    @property
    def today(self) -> date:
        """The local day of print."""
        return self.printed_at.astimezone(LOCAL).date()


def to_html(page: LedgerPage) -> str:
    """The whole page, UTF-8, Chinese."""
    text: str = (
        _environment()
        .get_template("ledger.html")
        .render(
            p=page,
            plan=page.plan,
            states=STATES_ZH,
            tiers=TIERS_ZH,
            kinds=KINDS_ZH,
            promise_states=PROMISE_STATES_ZH,
            headings=HEADINGS,
            units=page.labels.units.label,
            posts=page.labels.posts.label,
            categories=page.labels.categories.label,
            places=page.labels.places.label,
            shown=lambda one: shown(one, page.labels),
            dash=DASH,
            nothing=NOTHING,
        )
    )
    return text


def day(value: date | datetime) -> str:
    """2021年3月15日, local."""
    local = value.astimezone(LOCAL) if isinstance(value, datetime) else value
    return f"{local.year}年{local.month}月{local.day}日"


def yuan(amount: Decimal) -> str:
    """6,400,000.00, without the fen where there are none."""
    return f"{amount:,.2f}".removesuffix(".00")


def in_ten_thousands(amount: Decimal) -> str:
    """640 for 6400000.00: counties speak in 万元."""
    return f"{(amount / _IN_YUAN).normalize():,f}"


def shown(one: Difference, labels: DirectoryLabels) -> tuple[str, str]:
    """Before and after of a changed field, codes by their labels and days in Chinese.

    Of several funds or milestones only those that differ.
    """
    before, after = one.before, one.after
    if one.field in ("funds", "milestones"):
        before, after = _without(before, after), _without(after, before)
    return _value(one.field, before, labels), _value(one.field, after, labels)


def _without(some: str | None, others: str | None) -> str | None:
    there = (others or "").split(SEPARATOR)
    return SEPARATOR.join(part for part in (some or "").split(SEPARATOR) if part not in there) or None


def _value(field: str, text: str | None, labels: DirectoryLabels) -> str:
    if text is None:
        return NOTHING
    named = labels.of_field(field, text)
    if named is not None:
        return named
    if field == "tier":
        return {str(tier): zh for tier, zh in TIERS_ZH.items()}.get(text, text)
    if field in ("start", "completion"):
        return day(date.fromisoformat(text))
    return f"{yuan(Decimal(text))}元" if field == "budget" else text


@cache
def _environment() -> Environment:
    """Built once, when first asked for; strict, so that a misspelt field is an error, not a blank."""
    environment = Environment(
        loader=PackageLoader("services.assignment.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"day": day, "yuan": yuan, "in_ten_thousands": in_ten_thousands}
    return environment
