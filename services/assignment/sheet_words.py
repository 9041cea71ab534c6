"""What people write in a county's spreadsheets for a tier, a day, a post: read alike in every sheet. Pure."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from services.assignment.directory import Directory, Post
from services.contracts.vocabulary import PromiseTier

TIERS_ZH: Final[Mapping[PromiseTier, str]] = {
    "county_leader": "县级领导",
    "town": "镇",
    "department": "部门",
    "section_leader": "科级干部",
    "ordinary_member": "普通党员",
}
"""How a tier is written; more words than these are read."""
_TIERS: Final[Mapping[str, PromiseTier]] = {
    **{zh: tier for tier, zh in TIERS_ZH.items()},
    **{tier: tier for tier in TIERS_ZH},
    "乡镇": "town",
    "科级领导": "section_leader",
}
_DAY: Final = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T]00:00(?::00)?)?")


def tier_of(text: str) -> PromiseTier | None:
    """The tier that a word stands for; None: for none."""
    return _TIERS.get(text)


def day_of(text: str) -> date | None:
    """A day as counties write it: 2021-06-30, 2021/6/30, 2021.6.30, 2021年6月30日; None: it is none."""
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def whole_title(post: Post, directory: Directory) -> str:
    """A post's title after its unit's name: 水利局局长."""
    return f"{directory.units_by_code[post.unit].name}{post.title}"
