"""The figures of the replay, computed from what the services' public APIs say.

Each figure has its name, what it is called, and the query that anybody can make himself.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import httpx

from services.contracts.vocabulary import AFTER_REPLY
from services.dev.fengxian.county import County
from services.dev.fengxian.write_promises import CENTRAL, COUNTY, SECRETARY

PAGE: Final = 500
GIVEN_UP: Final = frozenset({"replaced", "dropped"})
NOT_COUNTED: Final = frozenset({"refused", "withdrawn", "merged"})

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Figure:
    """`query`: where the figure comes from, in words that name the call and its filter."""

    name: str
    title: str
    query: str


_P: Final = "GET /promises，除去 state=withdrawn"
_TV: Final = "GET /promises?aired=true，除去 state=withdrawn"
_L: Final = "GET /projects，除去 state=replaced、dropped"
_C: Final = "GET /cases，除去 state=refused、withdrawn、merged"

FIGURES: Final = (
    Figure("promises.towns", "亮诺的镇", f"{_P}，tier=town 的不同 unit"),
    Figure("promises.departments", "亮诺的部门", f"{_P}，tier=department 的不同 unit"),
    Figure("promises.by_units", "镇和部门的项目承诺", f"{_P}，tier=town、department"),
    Figure("promises.by_leaders", "县级领导承诺", f"{_P}，tier=county_leader"),
    Figure("promises.by_section_leaders", "科级干部承诺", f"{_P}，tier=section_leader"),
    Figure("promises.by_members", "普通党员承诺", f"{_P}，tier=ordinary_member"),
    Figure(
        "promises.at_meeting.secretary", "动员会上县委书记承诺", f"{_P}，occasion=meeting，post={SECRETARY}"
    ),
    Figure(
        "promises.at_meeting.leaders",
        "动员会上其他县级领导承诺",
        f"{_P}，occasion=meeting，tier=county_leader，其余",
    ),
    Figure(
        "promises.at_meeting.section_leaders",
        "动员会上科级领导承诺",
        f"{_P}，occasion=meeting，tier=section_leader",
    ),
    Figure("promises.on_television.leaders", "电视亮诺的县级领导", f"{_TV}，是县级领导的不同 post"),
    Figure(
        "promises.on_television.heads",
        "电视亮诺的镇、部门主要负责人",
        f"{_TV}，tier=town、department 的不同 post",
    ),
    Figure("promises.redated", "改过期限的承诺", "GET /promises，due 与 first_due 不同"),
    Figure("projects.ledgers", "项目台账", _L),
    Figure("projects.promises_on_ledgers", "台账上的承诺", f"{_P}，projects 中有清单上的台账编号"),
    Figure("projects.done", "办结的项目", f"{_L}，state=done"),
    Figure("projects.county_funded", "县级资金投入的项目", f"{_L}，funds 中有{COUNTY}"),
    Figure("projects.county_funds", "县级资金（元）", f"{_L}，funds 中{COUNTY}之和"),
    Figure("projects.centrally_funded", "中央资金投入的项目", f"{_L}，funds 中有{CENTRAL}"),
    Figure("projects.central_funds", "中央资金（元）", f"{_L}，funds 中{CENTRAL}之和"),
    Figure("demands.counted", "诉求", _C),
    Figure("demands.sources", "诉求来源", f"{_C}，不同的 channel"),
    Figure("demands.answered_for", "有归纳、办理单位、责任职务的诉求", f"{_C}，summary、unit、post 都有"),
    Figure("results.petitions_settled", "办结的信访积案", "GET /cases?tag=petition，已有答复"),
    Figure("results.enterprises_helped", "解决的企业困难", "GET /cases?tag=enterprise，已有答复"),
)


async def computed(assignment: httpx.AsyncClient, county: County) -> dict[str, int]:
    """Every figure from the running services. The client carries a token that may read cases."""
    promises = [row async for row in rows(assignment, "/promises")]
    projects = [row async for row in rows(assignment, "/projects") if row["state"] not in GIVEN_UP]
    cases = [row async for row in rows(assignment, "/cases") if row["state"] not in NOT_COUNTED]
    standing = [row for row in promises if row["state"] != "withdrawn"]
    return {
        **_of_promises(standing, county),
        **_on_television(standing, county),
        "promises.redated": sum(row["due"] != row["first_due"] for row in promises),
        "projects.promises_on_ledgers": _on_ledgers(standing, projects),
        **await _of_projects(assignment, projects),
        "demands.counted": len(cases),
        "demands.sources": len({row["channel"] for row in cases}),
        "demands.answered_for": sum(bool(row["summary"] and row["unit"] and row["post"]) for row in cases),
        "results.petitions_settled": _settled(cases, "petition"),
        "results.enterprises_helped": _settled(cases, "enterprise"),
    }


async def rows(http: httpx.AsyncClient, path: str) -> AsyncIterator[dict[str, Any]]:
    """All rows of a list that comes in pages."""
    after: str | None = None
    while True:
        answer = await http.get(path, params={"limit": PAGE} | ({"after": after} if after else {}))
        answer.raise_for_status()
        page = answer.json()
        for row in page[path.strip("/")]:
            yield row
        after = page["next"]
        if after is None:
            return


def _of_promises(standing: Rows, county: County) -> dict[str, int]:
    tiers = Counter(row["tier"] for row in standing)
    met = [row for row in standing if row["occasion"] == "meeting"]
    at_meeting = Counter("secretary" if row["post"] == SECRETARY else row["tier"] for row in met)
    promising = {row["unit"] for row in standing if row["tier"] in ("town", "department")}
    return {
        "promises.towns": len(promising.intersection(county.towns)),
        "promises.departments": len(promising.intersection(county.departments)),
        "promises.by_units": tiers["town"] + tiers["department"],
        "promises.by_leaders": tiers["county_leader"],
        "promises.by_section_leaders": tiers["section_leader"],
        "promises.by_members": tiers["ordinary_member"],
        "promises.at_meeting.secretary": at_meeting["secretary"],
        "promises.at_meeting.leaders": at_meeting["county_leader"],
        "promises.at_meeting.section_leaders": at_meeting["section_leader"],
    }


def _on_television(standing: Rows, county: County) -> dict[str, int]:
    aired = [row for row in standing if row["aired_on"] is not None]
    return {
        "promises.on_television.leaders": len({row["post"] for row in aired}.intersection(county.leaders)),
        "promises.on_television.heads": len(
            {row["post"] for row in aired if row["tier"] in ("town", "department")}
        ),
    }


def _settled(cases: Rows, tag: str) -> int:
    return sum(tag in row["tags"] and row["state"] in AFTER_REPLY for row in cases)


def _on_ledgers(standing: Rows, projects: Rows) -> int:
    listed = {row["ledger"] for row in projects}
    return sum(not listed.isdisjoint(row["projects"]) for row in standing)


async def _of_projects(assignment: httpx.AsyncClient, projects: Rows) -> dict[str, int]:
    funds: list[tuple[str, Decimal]] = []
    for row in projects:
        if Decimal(row["budget"]):
            answer = await assignment.get(f"/projects/{row['ledger']}")
            answer.raise_for_status()
            funds += [(fund["source"], Decimal(fund["amount"])) for fund in answer.json()["funds"]]
    return {
        "projects.ledgers": len(projects),
        "projects.done": sum(row["state"] == "done" for row in projects),
        "projects.county_funded": sum(source == COUNTY for source, _ in funds),
        "projects.county_funds": int(sum(amount for source, amount in funds if source == COUNTY)),
        "projects.centrally_funded": sum(source == CENTRAL for source, _ in funds),
        "projects.central_funds": int(sum(amount for source, amount in funds if source == CENTRAL)),
    }
