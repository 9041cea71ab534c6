"""A county's spreadsheet of projects (项目台账表): Chinese headings, a row a project. Rows to plans and back.

Several funds or milestones stand in one cell, parted by ；: `中央预算内资金 2021年 6400000.00元` and
`主体完工 2021-06-10`. Units, posts, categories and places are written by name or by code. What the system
itself knows (状态, 进度 …) is exported and passed over on import.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, get_args

from services.assignment.open_projects import Opening
from services.assignment.project import Fault
from services.assignment.project_labels import DirectoryLabels
from services.assignment.project_plan import (
    FIRST_YEAR,
    LAST_YEAR,
    LEDGER,
    LONGEST_CONTENT,
    LONGEST_NAME,
    LONGEST_PART,
    MOST_PARTS,
)
from services.assignment.sheet_words import TIERS_ZH, day_of, tier_of
from services.contracts.project import FEN, Fund, Milestone, Plan
from services.contracts.public_text import PublicText
from services.contracts.vocabulary import ProjectState, Tier
from services.kit.masking import mask

HEADINGS: Final[Mapping[str, str]] = {
    "ledger": "台账编号",
    "name": "项目名称",
    "content": "项目内容",
    "tier": "层级",
    "owner": "责任职务",
    "lead_unit": "牵头单位",
    "assisting_units": "协办单位",
    "category": "类别",
    "place": "地点",
    "budget": "预算（元）",
    "funds": "资金来源",
    "start": "开工日期",
    "completion": "完成期限",
    "milestones": "节点",
}
"""Field → heading, in the order of the columns."""
OPTIONAL: Final = frozenset({"assisting_units", "category", "place", "funds", "milestones"})
KNOWN_BY_THE_SYSTEM: Final = ("状态", "进度（%）", "办结日期", "替代项目", "关联办件")

STATES_ZH: Final[Mapping[ProjectState, str]] = {
    "planned": "未开工",
    "under_way": "在办",
    "done": "已办结",
    "replaced": "已替代",
    "dropped": "已终止",
}

SEPARATOR: Final = "；"
_PARTED: Final = re.compile(r"[；;\n]+")
_UNITS_PARTED: Final = re.compile(r"[；;、，,\n]+")
_FUND: Final = re.compile(r"(.+?)\s+([0-9]{4})年?\s+([0-9,]+(?:\.[0-9]+)?)元?")
_MILESTONE: Final = re.compile(r"(.+?)\s+(\S+)")
_LEDGER: Final = re.compile(LEDGER)
_MOST_YUAN: Final = Decimal(10) ** 12
_RELATED: Final = (frozenset({"budget", "funds"}), frozenset({"start", "completion", "milestones"}))
"""Fields checked against each other: where one can't be read, the others aren't judged by it."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row as it stands in the sheet: its number there, its cells by heading.

    `fault`: why the row itself can't be read; then nothing is said of its cells.
    """

    row: int
    cells: Mapping[str, str | None]
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """One thing to correct in the sheet: row (the headings are 1), heading, what, and the remedy."""

    row: int
    column: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ReadRow:
    """What was read of a row. Where `unread` fields have no value of theirs, the plan holds a stand-in."""

    row: int
    opening: Opening
    faults: tuple[Fault, ...]

    @property
    def unread(self) -> frozenset[str]:
        return frozenset(fault.field for fault in self.faults)

    def problems(self, found: Sequence[Fault], missing: Set[str] = frozenset()) -> Iterator[SheetProblem]:
        """Those of reading, and of those `found` in the plan the ones that don't stem from a stand-in.

        Of columns that are `missing` nothing is said: they are told once for the whole sheet.
        """
        doubted = self.unread.union(*(group for group in _RELATED if group & self.unread))
        told = [one for one in self.faults if HEADINGS.get(one.field) not in missing]
        for fault in (*told, *(one for one in found if one.field not in doubted)):
            heading = HEADINGS.get(fault.field, fault.field)
            yield SheetProblem(self.row, heading, fault.what, fault.remedy)


class Unreadable(ValueError):
    """A cell can't be read; the arguments are what is wrong and the remedy, in Chinese."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


def row_problems(rows: Sequence[SheetRow]) -> list[SheetProblem]:
    """The rows that can't be read as such."""
    remedy = "改正这一行，或另存为 XLSX"
    return [SheetProblem(row.row, "整行", row.fault, remedy) for row in rows if row.fault is not None]


def heading_problems(rows: Sequence[SheetRow]) -> list[SheetProblem]:
    """Columns that are missing or unknown, told once for the whole sheet."""
    present = {heading for row in rows for heading in row.cells}
    missing = [zh for name, zh in HEADINGS.items() if zh not in present and name not in OPTIONAL]
    unknown = sorted(present - set(HEADINGS.values()) - set(KNOWN_BY_THE_SYSTEM))
    return [
        *(SheetProblem(1, zh, "缺少这一列", "加上这一列（可先导出一份作样表）") for zh in missing),
        *(
            SheetProblem(1, zh, "不认识的列", f"删去，或改为：{'、'.join(HEADINGS.values())}")
            for zh in unknown
        ),
    ]


def read_row(row: SheetRow, labels: DirectoryLabels) -> ReadRow:
    """The project of a row, with every cell that can't be read."""
    cells, faults = _Cells(row.cells), list[Fault]()

    def read(name: str, parse: Callable[[str], Any], otherwise: Any) -> Any:
        try:
            return parse(cells.text(name))
        except Unreadable as unreadable:
            faults.append(Fault(name, unreadable.what, unreadable.remedy))
            return otherwise

    plan = Plan(
        name=read("name", _at_most(LONGEST_NAME), PublicText("")),
        content=read("content", _at_most(LONGEST_CONTENT), PublicText("")),
        tier=read("tier", _tier, "department"),
        owner=labels.posts.code(read("owner", str, "")),
        lead_unit=labels.units.code(read("lead_unit", str, "")),
        assisting_units=tuple(
            labels.units.code(one) for one in _UNITS_PARTED.split(cells.raw("assisting_units")) if one
        ),
        category=labels.categories.code(cells.raw("category")) or None,
        place=labels.places.code(cells.raw("place")) or None,
        budget=read("budget", _yuan, Decimal(0)),
        funds=read("funds", _funds, ()),
        start=read("start", _day, date.min),
        completion=read("completion", _day, date.min),
        milestones=read("milestones", _milestones, ()),
    )
    return ReadRow(row.row, Opening(read("ledger", _ledger, ""), plan), tuple(faults))


def row_of(ledger: str, plan: Plan, labels: DirectoryLabels) -> dict[str, str]:
    """A project as cells by heading; read again, it is the same project."""
    values = {
        "ledger": ledger,
        "name": plan.name,
        "content": plan.content,
        "tier": TIERS_ZH[plan.tier],
        "owner": labels.posts.label(plan.owner),
        "lead_unit": labels.units.label(plan.lead_unit),
        "assisting_units": "、".join(labels.units.label(code) for code in plan.assisting_units),
        "category": labels.categories.label(plan.category) if plan.category else "",
        "place": labels.places.label(plan.place) if plan.place else "",
        "budget": f"{plan.budget:.2f}",
        "funds": SEPARATOR.join(f"{one.source} {one.year}年 {one.amount:.2f}元" for one in plan.funds),
        "start": plan.start.isoformat(),
        "completion": plan.completion.isoformat(),
        "milestones": SEPARATOR.join(f"{one.name} {one.due.isoformat()}" for one in plan.milestones),
    }
    return {HEADINGS[name]: value for name, value in values.items()}


@dataclass(frozen=True, slots=True)
class _Cells:
    by_heading: Mapping[str, str | None]

    def raw(self, name: str) -> str:
        return (self.by_heading.get(HEADINGS[name]) or "").strip()

    def text(self, name: str) -> str:
        """Raises Unreadable where a required cell is empty, or what stands there can't be kept."""
        found = self.raw(name)
        if not found and name not in OPTIONAL:
            raise Unreadable("必填，但没有值", "填写这一格")
        if "\x00" in found:
            raise Unreadable("含有不可见的控制字符", "删去该字符，重新输入")
        return found


def _at_most(longest: int) -> Callable[[str], PublicText]:
    def read(text: str) -> PublicText:
        if len(text) > longest:
            raise Unreadable(f"有 {len(text)} 个字，超过 {longest} 个", "缩短")
        return mask(text)

    return read


def _ledger(text: str) -> str:
    if not _LEDGER.fullmatch(text):
        raise Unreadable(f"台账编号“{text[:64]}”的写法不对", "不超过64个字，不用空格、/、?、# 和 %")
    return text


def _tier(text: str) -> Tier:
    tier = tier_of(text)
    if tier is None or tier == "ordinary_member":
        there = "、".join(TIERS_ZH[one] for one in get_args(Tier))
        raise Unreadable(f"没有“{text}”这个层级", f"改为 {there} 之一")
    return tier


def _yuan(text: str) -> Decimal:
    try:
        amount = Decimal(text.replace(",", "").replace("，", "").removesuffix("元"))
        readable = Decimal(0) <= amount < _MOST_YUAN and amount == amount.quantize(FEN)
    except InvalidOperation:
        readable = False
    if not readable:
        raise Unreadable(f"“{text}”不是金额", "以元为单位，最多两位小数，如 6400000.00")
    return amount.quantize(FEN)


def _day(text: str) -> date:
    if (day := day_of(text)) is None:
        raise Unreadable(f"“{text}”不是日期", "写成 2021-03-01")
    return day


def _parts(text: str) -> list[str]:
    parts = [part.strip() for part in _PARTED.split(text) if part.strip()]
    if len(parts) > MOST_PARTS:
        raise Unreadable(f"有 {len(parts)} 项，超过 {MOST_PARTS} 项", "合并几项")
    return parts


def _funds(text: str) -> tuple[Fund, ...]:
    return tuple(map(_fund, _parts(text)))


def _fund(text: str) -> Fund:
    found = _FUND.fullmatch(text)
    if found is None:
        raise Unreadable(
            f"资金“{text}”的写法不对", "写成：来源 年度 金额，如：中央预算内资金 2021年 6400000.00元"
        )
    source, year, amount = found.groups()
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        raise Unreadable(f"资金“{text}”的年度 {year} 不对", f"写 {FIRST_YEAR} 到 {LAST_YEAR} 之间的年度")
    return Fund(source=_PART(source), year=int(year), amount=_yuan(amount))


def _milestones(text: str) -> tuple[Milestone, ...]:
    return tuple(map(_milestone, _parts(text)))


def _milestone(text: str) -> Milestone:
    found = _MILESTONE.fullmatch(text)
    if found is None:
        raise Unreadable(f"节点“{text}”的写法不对", "写成：名称 日期，如：主体完工 2021-06-10")
    name, due = found.groups()
    return Milestone(name=_PART(name), due=_day(due))


_PART: Final = _at_most(LONGEST_PART)
