"""The figures of the replay, computed from what the services' public APIs say.

Each figure has its name, what it is called, the calls that anybody can make himself, and what is counted
of their answers.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import httpx

from services.assignment.directory import Directory
from services.contracts.vocabulary import AFTER_REPLY, Tier
from services.dev.fengxian.write_promises import CENTRAL, COUNTY, SECRETARY

PAGE: Final = 200
GIVEN_UP: Final = frozenset({"replaced", "dropped"})
NO_LETTER: Final = frozenset({"drafted", "discarded", "voided"})
NOT_COUNTED: Final = frozenset({"refused", "withdrawn", "merged"})
TIERS: Final[Mapping[Tier, str]] = {
    "county_leader": "县级领导",
    "town": "镇",
    "department": "部门",
    "section_leader": "科级领导",
}

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Figure:
    """`calls`: those that anybody can make, page by page; `counted`: what is counted of their answers.

    `more`: what the county wrote behind its round number.
    """

    name: str
    title: str
    calls: str
    counted: str
    more: str = ""


_P: Final = "GET /promises"
_STANDING: Final = "state 不是 withdrawn"
_UNITS: Final = "GET /promises?tier=town、GET /promises?tier=department"
_MET: Final = "GET /promises?occasion=meeting"
_TV: Final = "GET /promises?aired=true"
_L: Final = "GET /projects"
_FUNDS: Final = "GET /projects，逐项 GET /projects/{ledger}"
_LISTED: Final = "state 不是 replaced、dropped"
_C: Final = "GET /cases"
_R: Final = "GET /rounds"
_HANDLED: Final = "state 不是 refused、withdrawn、merged"

FIGURES: Final = (
    Figure("promises.towns", "亮诺的镇", f"{_P}?tier=town", f"{_STANDING} 的不同 unit"),
    Figure("promises.departments", "亮诺的部门", f"{_P}?tier=department", f"{_STANDING} 的不同 unit"),
    Figure("promises.by_units", "镇和部门的项目承诺", _UNITS, f"{_STANDING} 的承诺"),
    Figure("promises.by_leaders", "县级领导承诺", f"{_P}?tier=county_leader", f"{_STANDING} 的承诺"),
    Figure("promises.by_section_leaders", "科级干部承诺", f"{_P}?tier=section_leader", f"{_STANDING} 的承诺"),
    Figure(
        "promises.by_members",
        "普通党员承诺",
        f"{_P}?tier=ordinary_member",
        f"{_STANDING} 的承诺",
        more="余",
    ),
    Figure(
        "promises.at_meeting.secretary",
        "动员会上县委书记承诺",
        f"{_MET}&post={SECRETARY}",
        f"{_STANDING} 的承诺",
    ),
    Figure(
        "promises.at_meeting.leaders",
        "动员会上其他县级领导承诺",
        f"{_MET}&tier=county_leader",
        f"{_STANDING}、post 不是 {SECRETARY} 的承诺",
    ),
    Figure(
        "promises.at_meeting.section_leaders",
        "动员会上科级领导承诺",
        f"{_MET}&tier=section_leader",
        f"{_STANDING} 的承诺",
    ),
    Figure(
        "promises.on_television.leaders",
        "电视亮诺的县级领导",
        f"{_TV}&tier=county_leader",
        f"{_STANDING} 的不同 post",
    ),
    Figure(
        "promises.on_television.heads",
        "电视亮诺的镇、部门主要负责人",
        f"{_TV}&tier=town、{_TV}&tier=department",
        f"{_STANDING} 的不同 post",
    ),
    Figure("promises.redated", "改过期限的承诺", _P, "due 与 first_due 不同的承诺"),
    Figure("projects.ledgers", "项目台账", _L, f"{_LISTED} 的项目"),
    *(
        Figure(f"projects.{tier}", f"{title}的项目台账", f"{_L}?tier={tier}", f"{_LISTED} 的项目")
        for tier, title in TIERS.items()
    ),
    Figure(
        "projects.promises_on_ledgers",
        "台账上的承诺",
        f"{_P}、{_L}",
        f"{_STANDING}、所属项目在清单上（{_LISTED}）的承诺",
    ),
    Figure("projects.done", "办结的项目", f"{_L}?state=done", "项目"),
    Figure("projects.county_funded", "县级资金投入的项目", _FUNDS, f"{_LISTED}、funds 中有{COUNTY}的项目"),
    Figure("projects.county_funds", "县级资金（元）", _FUNDS, f"{_LISTED} 的项目 funds 中{COUNTY}之和"),
    Figure(
        "projects.centrally_funded",
        "此外由中央资金投入的项目",
        _FUNDS,
        f"{_LISTED}、funds 中有{CENTRAL}而没有{COUNTY}的项目",
    ),
    Figure("projects.central_funds", "中央资金（元）", _FUNDS, f"{_LISTED} 的项目 funds 中{CENTRAL}之和"),
    Figure("demands.counted", "诉求", _C, f"{_HANDLED} 的办件"),
    Figure("demands.sources", "诉求来源", _C, f"{_HANDLED} 的办件的不同 channel"),
    Figure(
        "demands.answered_for",
        "有归纳、办理单位、责任领导的诉求",
        f"{_C}、GET /directory",
        f"{_HANDLED}、summary 和 unit 都有、dispatched_at 当日 post 有人担任的办件",
    ),
    Figure(
        "results.petitions_settled", "办结的信访积案", f"{_C}?tag=petition", f"{_HANDLED}、已有答复的办件"
    ),
    Figure(
        "results.enterprises_helped",
        "解决的企业困难",
        f"{_C}?tag=enterprise",
        f"{_HANDLED}、已有答复的办件",
    ),
    Figure("supervision.rounds", "巡回指导轮次", _R, "state 是 closed 的轮次"),
    Figure("supervision.findings", "巡查发现的问题", f"{_R}，逐轮 GET /rounds/{{id}}", "findings"),
    Figure(
        "supervision.opinions",
        "整改意见（督办函）",
        "GET /letters",
        f"有 finding、state 不是 {'、'.join(sorted(NO_LETTER))} 的函",
    ),
    Figure("supervision.struck_off", "销号的督办函", "GET /letters", "state 是 struck_off 的函"),
    Figure(
        "supervision.projects_updated",
        "因巡查更新的项目",
        _L,
        "updated 为 true 的项目：因巡查发现的问题被替换，或改了完成期限、名称、内容",
    ),
    Figure(
        "supervision.county_circulars",
        "全县通报",
        "GET /circulars?kind=county",
        "已印发、corrects 为空的通报",
    ),
)


async def computed(
    assignment: httpx.AsyncClient, supervision: httpx.AsyncClient, reporting: httpx.AsyncClient
) -> dict[str, int]:
    """Every figure from the running services. The clients carry a token that may read all of it."""
    promises = [row async for row in rows(assignment, "/promises")]
    all_projects = [row async for row in rows(assignment, "/projects")]
    projects = [row for row in all_projects if row["state"] not in GIVEN_UP]
    cases = [row async for row in rows(assignment, "/cases") if row["state"] not in NOT_COUNTED]
    standing = [row for row in promises if row["state"] != "withdrawn"]
    directory = await _directory(assignment)
    return {
        **_of_promises(standing),
        **_on_television(standing),
        "promises.redated": sum(row["due"] != row["first_due"] for row in promises),
        "projects.promises_on_ledgers": _on_ledgers(standing, projects),
        **await _of_projects(assignment, projects),
        "demands.counted": len(cases),
        "demands.sources": len({row["channel"] for row in cases}),
        "demands.answered_for": sum(_answered_for(row, directory) for row in cases),
        "results.petitions_settled": _settled(cases, "petition"),
        "results.enterprises_helped": _settled(cases, "enterprise"),
        **await _of_supervision(supervision),
        "supervision.projects_updated": sum(row["updated"] for row in all_projects),
        "supervision.county_circulars": await _county_circulars(reporting),
    }


async def _of_supervision(supervision: httpx.AsyncClient) -> dict[str, int]:
    rounds = [row async for row in rows(supervision, "/rounds")]
    findings = 0
    for row in rounds:
        answer = await supervision.get(f"/rounds/{row['round_id']}")
        findings += len(answer.raise_for_status().json()["findings"])
    letters = [row async for row in rows(supervision, "/letters")]
    opinions = [row for row in letters if row["finding_id"] and row["state"] not in NO_LETTER]
    return {
        "supervision.rounds": sum(row["state"] == "closed" for row in rounds),
        "supervision.findings": findings,
        "supervision.opinions": len(opinions),
        "supervision.struck_off": sum(row["state"] == "struck_off" for row in letters),
    }


async def _county_circulars(reporting: httpx.AsyncClient) -> int:
    circulars = [row async for row in rows(reporting, "/circulars", kind="county")]
    return sum(row["corrects"] is None for row in circulars)


async def _directory(assignment: httpx.AsyncClient) -> Directory:
    answer = await assignment.get("/directory")
    answer.raise_for_status()
    return Directory.model_validate(answer.json()["directory"])


def _answered_for(case: Mapping[str, Any], directory: Directory) -> bool:
    """Whether it has a summary, a unit, and a leader: somebody who held its post when it was dispatched."""
    holder = directory.holder(case["post"], datetime.fromisoformat(case["dispatched_at"]))
    return bool(case["summary"] and case["unit"] and holder)


async def rows(http: httpx.AsyncClient, path: str, **asked: str) -> AsyncIterator[dict[str, Any]]:
    """All rows of a list that comes in pages."""
    after: str | None = None
    while True:
        page_asked = {"limit": str(PAGE), **asked, **({"after": after} if after else {})}
        answer = await http.get(path, params=page_asked)
        answer.raise_for_status()
        page = answer.json()
        for row in page[path.strip("/")]:
            yield row
        after = page["next"]
        if after is None:
            return


def _of_promises(standing: Rows) -> dict[str, int]:
    tiers = Counter(row["tier"] for row in standing)
    met = [row for row in standing if row["occasion"] == "meeting"]
    at_meeting = Counter("secretary" if row["post"] == SECRETARY else row["tier"] for row in met)
    promising = {(row["tier"], row["unit"]) for row in standing}
    return {
        "promises.towns": sum(tier == "town" for tier, _ in promising),
        "promises.departments": sum(tier == "department" for tier, _ in promising),
        "promises.by_units": tiers["town"] + tiers["department"],
        "promises.by_leaders": tiers["county_leader"],
        "promises.by_section_leaders": tiers["section_leader"],
        "promises.by_members": tiers["ordinary_member"],
        "promises.at_meeting.secretary": at_meeting["secretary"],
        "promises.at_meeting.leaders": at_meeting["county_leader"],
        "promises.at_meeting.section_leaders": at_meeting["section_leader"],
    }


def _on_television(standing: Rows) -> dict[str, int]:
    aired = {(row["tier"], row["post"]) for row in standing if row["aired_on"] is not None}
    return {
        "promises.on_television.leaders": len({post for tier, post in aired if tier == "county_leader"}),
        "promises.on_television.heads": len({post for tier, post in aired if tier in ("town", "department")}),
    }


def _settled(cases: Rows, tag: str) -> int:
    return sum(tag in row["tags"] and row["state"] in AFTER_REPLY for row in cases)


def _on_ledgers(standing: Rows, projects: Rows) -> int:
    listed = {row["ledger"] for row in projects}
    return sum(not listed.isdisjoint(row["projects"]) for row in standing)


async def _of_projects(assignment: httpx.AsyncClient, projects: Rows) -> dict[str, int]:
    funds: list[tuple[str, str, Decimal]] = []
    for row in projects:
        if Decimal(row["budget"]):
            answer = await assignment.get(f"/projects/{row['ledger']}")
            answer.raise_for_status()
            funds += [
                (row["ledger"], fund["source"], Decimal(fund["amount"])) for fund in answer.json()["funds"]
            ]
    by_county, by_centre = ({one[0] for one in funds if one[1] == source} for source in (COUNTY, CENTRAL))
    return {
        "projects.ledgers": len(projects),
        **{f"projects.{tier}": sum(row["tier"] == tier for row in projects) for tier in TIERS},
        "projects.done": sum(row["state"] == "done" for row in projects),
        "projects.county_funded": len(by_county),
        "projects.county_funds": int(sum(amount for _, source, amount in funds if source == COUNTY)),
        "projects.centrally_funded": len(by_centre - by_county),
        "projects.central_funds": int(sum(amount for _, source, amount in funds if source == CENTRAL)),
    }
