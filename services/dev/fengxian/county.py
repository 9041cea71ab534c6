"""The replay's directory: the demonstration county with all departments, leaders and section-level cadres.

Every person is invented: names are drawn from a fixed list by a seed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Final

from services.assignment.directory import Directory, Holder, Post, Unit

TOWNS: Final = 9
DEPARTMENTS: Final = 48
LEADERS: Final = 27
SECTION_LEADERS: Final = 436

HEADS: Final = ("town", "department")
"""The tiers of posts that head a unit."""
PARTY: Final = "party_committee"
"""Its posts are the county's leaders: no department."""

SINCE: Final = date(2020, 6, 1)
MORE_DEPARTMENTS: Final = {
    "party_office": "中共凤县县委办公室",
    "organisation": "中共凤县县委组织部",
    "publicity": "中共凤县县委宣传部",
    "united_front": "中共凤县县委统战部",
    "political_legal": "中共凤县县委政法委员会",
    "discipline": "中共凤县纪律检查委员会",
    "congress_office": "县人大常委会办公室",
    "consultative_office": "县政协办公室",
    "youth_league": "共青团凤县委员会",
    "women_federation": "县妇女联合会",
    "trade_unions": "县总工会",
    "commerce_federation": "县工商业联合会",
}
"""What the demonstration doesn't need and the replay does: the departments make 48 with them."""

TITLES: Final = ("副局长", "纪检组长", "总工程师", "主任科员", "副主任", "科级干部")
_SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN: Final = "安邦承德恩方刚广国海浩宏怀建江杰景军凯康立林明宁平启强庆荣山生松涛天文贤祥晓新学义永远泽"


@dataclass(frozen=True, slots=True)
class County:
    """Who can promise in the replay: codes of units and posts, in a fixed order."""

    directory: Directory
    towns: tuple[str, ...]
    departments: tuple[str, ...]
    leaders: tuple[str, ...]
    section_leaders: tuple[str, ...]

    def unit_of(self, post: str) -> str:
        return self.directory.posts_by_code[post].unit

    def head_of(self, unit: str) -> str:
        """The post of a town's or department's own head, who speaks for it; cases name the leader above."""
        return next(one.code for one in self.directory.posts if one.unit == unit and one.tier in HEADS)


def county_of(demonstration: Directory, random: Random) -> County:
    """The demonstration's directory grown to the size of the real county's."""
    units = (*demonstration.units, *(_department(code, name) for code, name in MORE_DEPARTMENTS.items()))
    towns = tuple(unit.code for unit in units if unit.kind == "town")
    departments = tuple(
        unit.code for unit in units if unit.kind not in ("town", "county") and unit.code != PARTY
    )
    heads = tuple(
        Post(code=f"{code}.head", title=f"{name}主要负责人", unit=code, tier="department")
        for code, name in MORE_DEPARTMENTS.items()
    )
    leaders = tuple(_leaders(demonstration))
    known = tuple(one.code for one in demonstration.posts if one.tier == "section_leader")
    section = tuple(_section_leaders((*towns, *departments), SECTION_LEADERS - len(known), units))
    added = (*heads, *leaders, *section)
    grown = demonstration.model_copy(
        update={
            "units": units,
            "posts": (*demonstration.posts, *added),
            "holders": (*demonstration.holders, *(_holder(post, random) for post in added)),
        }
    )
    return County(
        directory=Directory.model_validate(grown.model_dump()),
        towns=towns,
        departments=departments,
        leaders=tuple(one.code for one in grown.posts if one.tier == "county_leader"),
        section_leaders=(*known, *(post.code for post in section)),
    )


def _department(code: str, name: str) -> Unit:
    return Unit(
        code=code, name=name, kind="committee", parent="county", party_committee=name, post=f"{code}.head"
    )


def _leaders(demonstration: Directory) -> Iterator[Post]:
    """County leaders beyond those of the demonstration."""
    known = sum(post.tier == "county_leader" for post in demonstration.posts)
    for number in range(1, LEADERS - known + 1):
        yield Post(
            code=f"county_leader_{number}",
            title=f"县级领导（第{number}席）",
            unit="county",
            tier="county_leader",
        )


def _section_leaders(codes: tuple[str, ...], count: int, units: tuple[Unit, ...]) -> Iterator[Post]:
    """Posts dealt out to towns and departments in turn."""
    names = {unit.code: unit.name for unit in units}
    for number in range(count):
        unit, rank = codes[number % len(codes)], number // len(codes)
        title = f"{names[unit]}{TITLES[rank % len(TITLES)]}（{rank + 1}）"
        yield Post(code=f"{unit}.section{rank + 1}", title=title, unit=unit, tier="section_leader")


def _holder(post: Post, random: Random) -> Holder:
    return Holder(post=post.code, person=person(random), since=SINCE)


def person(random: Random) -> str:
    """An invented name."""
    return random.choice(_SURNAMES) + "".join(random.sample(_GIVEN, random.choice((1, 2, 2, 2))))
