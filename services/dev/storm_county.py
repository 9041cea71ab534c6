"""A county before a busy Monday: so much was left undone for weeks that many limits fall due on it.

Limits in hours (北京), a ladder with rungs at −2, 0, +2, +5 working days (广元); all have addresses.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Final, Literal

import httpx

from services.assignment.directory import Directory
from services.dev.chaos_load import Adapters
from services.dev.http import bearer
from services.dev.running import Running
from services.kit.clock import LOCAL

URGENT: Final = ("", "请马上来人。", "已停水，家里没水。")
"""Words by which a case becomes urgent, or a priority."""
INSPECTORS: Final = tuple(f"督查员{name}" for name in "甲乙丙丁戊己庚辛")
TOLD: Final = 10
"""How many units get each circular."""
STEPS_AT_ONCE: Final = 500
LEAD_DAYS: Final = 42
"""How long before the Monday the county's record begins."""

Signing = Literal["automatic", "by_hand"]


@dataclass(frozen=True, slots=True)
class Size:
    """How much is left undone: cases sent in at each hour, on the days before the Monday that count most."""

    cases: int = 30
    hours: Sequence[int] = (1, 4, 7, 9, 11, 14, 16, 19, 22)
    projects: int = 60
    letters: int = 12


@dataclass(frozen=True, slots=True)
class Errand:
    """What is done at an instant before the Monday."""

    at: datetime
    what: Literal["projects", "demands", "letters", "work"]


def script(monday: date, size: Size) -> list[Errand]:
    """In the order of time.

    Of priorities (24 hours) sent in 8, 5, 1 days before, the rungs at +5, +2 and 0 fall on the Monday; of
    what has a week or fifteen days, those at −2 and 0 of the other days.
    """
    days = ((8, size.hours), (5, size.hours), (1, size.hours), (15, (10,)), (7, (9,)), (4, (9,)), (3, (15,)))
    sent = [Errand(_at(monday, -before, hour), "demands") for before, hours in days for hour in hours]
    letters = [Errand(_at(monday, -before, 10), "letters") for before in (7, 5, 4, 3)]
    work = [Errand(_at(monday, -before, 17), "work") for before in (5, 3)]
    return sorted([*sent, *letters, *work], key=lambda errand: errand.at)


def _at(monday: date, days: int, hour: int) -> datetime:
    return datetime.combine(monday + timedelta(days=days), time(hour), LOCAL)


def busy(county: Directory, signing: Signing) -> Directory:
    """The county with limits in hours, and another way of signing letters."""
    letters = county.authority.letters.model_copy(update={"signing": signing})
    circular = county.authority.circular.model_copy(update={"editions": ("monthly",)})
    policy = {"limits": "beijing", "ladder": "guangyuan", "letters": letters, "circular": circular}
    return county.model_copy(update={"authority": county.authority.model_copy(update=policy)})


def addresses(county: Directory) -> dict[str, list[str]]:
    """Who gets e-mails of which service."""
    everybody = [
        *(f"unit:{unit.code}" for unit in county.units),
        *(f"post:{post.code}" for post in county.posts),
    ]
    return {"supervision": everybody, "reporting": everybody[:TOLD]}


async def give_addresses(running: Running, county: Directory) -> None:
    """Each recipient has a mailbox of its own."""
    for service, recipients in addresses(county).items():
        given = [{"recipient": one, "email": f"{one.replace(':', '-')}@mail.example"} for one in recipients]
        async with client(running, service) as http:
            (await http.post("/delivery/addresses", json={"addresses": given})).raise_for_status()


def client(running: Running, service: str) -> httpx.AsyncClient:
    """An administrator's, of the first process."""
    headers = bearer(running.token("administrator"))
    url = running.service_url(service)
    return httpx.AsyncClient(base_url=url, headers=headers, timeout=60, trust_env=False)


async def open_projects(running: Running, county: Directory, monday: date, size: Size) -> list[str]:
    """Projects whose first report is due around the Monday; their ledger numbers."""
    async with client(running, "assignment") as http:
        for project in _projects(county, monday, size):
            (await http.post("/projects", json=project)).raise_for_status()
    return [project["ledger"] for project in _projects(county, monday, size)]


def _projects(county: Directory, monday: date, size: Size) -> Iterator[dict[str, Any]]:
    """A report is due after 30 days; those that begin a week apart climb different rungs on one day."""
    leading = [unit for unit in county.units if unit.kind in ("town", "department") and unit.post]
    for number in range(size.projects):
        unit = leading[number % len(leading)]
        start = monday - timedelta(days=30 + number % 8)
        yield {
            "ledger": f"风暴-{monday:%Y%m%d}-{number + 1:03}",
            "name": f"{unit.name}办实事项目{number + 1}",
            "content": "为群众办的一件实事。",
            "tier": unit.kind,
            "owner": unit.post,
            "lead_unit": unit.code,
            "budget": "100000",
            "funds": [{"source": "县财政", "year": monday.year, "amount": "100000"}],
            "start": start.isoformat(),
            "completion": (monday + timedelta(days=200)).isoformat(),
        }


async def plan_round(running: Running, county: Directory, round_id: str, monday: date) -> None:
    """A round over all towns, drawn and open."""
    towns = [unit.code for unit in county.units if unit.kind == "town"]
    planned = {
        "name": "周一巡回指导",
        "first_day": (monday - timedelta(days=7)).isoformat(),
        "last_day": (monday + timedelta(days=7)).isoformat(),
        "targets": [{"kind": "unit", "key": town} for town in towns],
        "inspectors": INSPECTORS,
    }
    async with client(running, "supervision") as http:
        (await http.put(f"/rounds/{round_id}", json=planned)).raise_for_status()
        (await http.post(f"/rounds/{round_id}/draw")).raise_for_status()


async def send_demands(adapters: Adapters, random: Random, count: int) -> None:
    """Demands that come in together, some of them urgent; each of a citizen of its own."""
    demands = [adapters.new_demand() | {"channel": "bulk"} for _ in range(count)]
    await adapters.post_batch(
        [
            one | {"body": f"{one['body']}{random.choice(URGENT)}", "author_ref": one["external_id"]}
            for one in demands
        ]
    )


async def do_some_work(running: Running, random: Random) -> int:
    """Staff sign for some cases and complete some; how many steps."""
    done = 0
    async with client(running, "assignment") as http:
        for state, step, share in WORKED:
            listed = await http.get("/cases", params={"state": state, "limit": str(STEPS_AT_ONCE)})
            cases = [case["case_id"] for case in listed.raise_for_status().json()["cases"]]
            asked = [{"case_id": case, **step} for case in cases if random.random() < share]
            if asked:
                (await http.post("/cases/steps", json=asked)).raise_for_status()
            done += len(asked)
    return done


WORKED: Final[tuple[tuple[str, dict[str, str], float], ...]] = (
    ("signed_for", {"step": "complete", "reply": "已现场处理并电话回复群众。"}, 0.3),
    ("dispatched", {"step": "sign_for"}, 0.15),
)
"""State, step, and the share of cases with which it is taken at each look."""
