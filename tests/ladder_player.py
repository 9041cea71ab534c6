"""Plays a case of a hand-worked ladder table through the real functions, on whichever store."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

import yaml

from services.contracts.case import (
    CaseCompleted,
    CaseEvent,
    CaseExtensionGranted,
    CaseRectificationOpened,
    CaseRectified,
    CaseResumed,
    CaseReturned,
    CaseSignedFor,
    CaseSuspended,
)
from services.contracts.envelope import Event
from services.contracts.project import Plan, ProgressReported, ProjectDone, ProjectEvent, ProjectOpened
from services.contracts.public_text import PublicText
from services.contracts.supervision import ConsequenceDrawn, NoticeSent
from services.supervision.answer import answer_notice
from services.supervision.calendar import LOCAL, WorkCalendar, parse_year
from services.supervision.fire import fire
from services.supervision.notices import Above
from services.supervision.policy import Policy, Presets
from services.supervision.presets import LADDERS, ladder, limit_set
from services.supervision.set_reports import set_reports
from services.supervision.watch_cases import watch_cases
from tests.builders import case_assigned

TABLES: Final = Path(__file__).parent / "unit" / "ladder_tables"
TEXT: Final = PublicText("已核实")
TO: Final = {"u": "unit:{unit}", "p": "post:{unit}.head", "a": "unit:county", "c": "committee:{unit}"}


class Table(NamedTuple):
    """One case of a table, with the presets that it is played by."""

    ladder: str
    limits: str
    case: Mapping[str, Any]


def tables() -> list[Table]:
    """Every case of every table."""
    read = [yaml.safe_load(path.read_text("utf-8")) for path in sorted(TABLES.glob("*.yaml"))]
    return [Table(one["ladder"], one["limits"], case) for one in read for case in one["cases"]]


def local(text: str) -> datetime:
    """A table's instant; 24:00 is the end of a day."""
    day, _, moment = str(text).partition(" ")
    if moment == "24:00":
        return datetime.fromisoformat(day).replace(tzinfo=LOCAL) + timedelta(days=1)
    return datetime.fromisoformat(f"{day} {moment}").replace(tzinfo=LOCAL)


@cache
def policy_of(limits: str, ladder_id: str, calendar: str) -> Policy:
    """By the printed calendar of that name."""
    presets = Presets({limits: limit_set(limits)}, {name: ladder(name) for name in LADDERS})
    year = parse_year((TABLES / f"{calendar}.csv").read_text("utf-8"))
    return Policy.of(presets, limits, ladder_id, WorkCalendar.of([year]))


class Player:
    """One case on a store: what happens in it, and between, whatever falls due."""

    def __init__(self, table: Table, store: Any) -> None:
        self.table, self.case, self.store = table, table.case, store
        self.policy = policy_of(table.limits, table.ladder, str(table.case["calendar"]))
        self.sent: list[tuple[NoticeSent, datetime]] = []
        self.drawn: list[ConsequenceDrawn] = []
        self.subject: UUID = uuid4()
        self.unit, self.version, self.dispatch = "water", 1, 1
        self.now = datetime.min.replace(tzinfo=LOCAL)

    async def play(self) -> None:
        """All that happens, then half a year of nothing."""
        for unit in ("water", "office"):
            await self.store.know(unit, Above("county", f"{unit}党委"))
        for step in self.case["happens"]:
            await self._fire_until(local(step["at"]))
            self.now = local(step["at"])
            await self._do(step)
        await self._fire_until(self.now + timedelta(days=180))

    async def _fire_until(self, end: datetime) -> None:
        """As the schedule does while nothing stands still: at the instant of each rung."""
        while due := await self.store.due(end):
            self.now = max(self.now, due[0].fires_at)
            await fire(self.store, self._tell, self.policy, self.now)

    def _tell(self, event: Event) -> None:
        if isinstance(event, NoticeSent):
            self.sent.append((event, self.now))
        elif isinstance(event, ConsequenceDrawn):
            self.drawn.append(event)

    async def _do(self, step: Mapping[str, Any]) -> None:
        what = step["what"]
        if what == "calendar":
            self.policy = policy_of(self.table.limits, self.table.ladder, step["calendar"])
        elif what == "answered":
            await self._answer(step["rung"])
        elif self.case.get("subject") == "project":
            event = PROJECT[what](self, step)
            await set_reports(self.store, self._tell, self.policy, [(event, self.now)])
            self.version += 1
        else:
            await self._move(CASE[what](self, step))
            self.version += 1

    async def _move(self, event: CaseEvent) -> None:
        await watch_cases(self.store, self._tell, self.policy, [(event, self.now)], self.now)

    async def _answer(self, rung: int) -> None:
        asked = next(one for one, _ in self.sent if one.rung == rung and one.reply_by)
        await answer_notice(self.store, self._tell, asked.notice_id, TEXT, lambda _: True, self.now, "小李")

    def told(self) -> dict[str, Any]:
        """What every event of the case carries."""
        return {
            "case_id": self.subject,
            "demand_id": self.subject,
            "version": self.version,
            "dispatch": self.dispatch,
            "unit": self.unit,
        }

    def returned(self, _: Mapping[str, Any]) -> CaseReturned:
        before, self.unit, self.dispatch = self.unit, "office", 2
        return CaseReturned(**self.told(), from_unit=before, reason=TEXT, post="office.head")

    def project(self) -> dict[str, Any]:
        """What every event of the project carries."""
        return {"project_id": self.subject, "ledger": "1", "version": self.version}

    def notices(self) -> list[dict[str, Any]]:
        """What was sent, as the tables write it, by when it was sent and then its own instant."""
        return [_written(one, at) for one, at in self.sent]

    def expected(self) -> list[dict[str, Any]]:
        """What the table says."""
        return [_expected(line) for line in self.case["notices"]]

    def holder_on(self, at: datetime) -> str | None:
        """Who the table says holds the post on an instant's local day."""
        day = at.astimezone(LOCAL).date()
        return next((one["person"] for one in self.case.get("holders", ()) if _holds(one, day)), None)


def _holds(holder: Mapping[str, Any], day: date) -> bool:
    return bool(holder["since"] <= day and ("until" not in holder or day < holder["until"]))


def _written(one: NoticeSent, at: datetime) -> dict[str, Any]:
    return {
        "sent": at,
        "limit": one.limit,
        "trigger": one.trigger,
        "rung": one.rung,
        "colour": one.colour,
        "to": one.recipients,
        "reply": one.reply_by,
        "unit": one.unit,
        "late": one.late,
    }


def _expected(line: Mapping[str, Any]) -> dict[str, Any]:
    unit = line.get("unit", "water")
    return {
        "sent": local(line.get("sent", line["at"])),
        "limit": line.get("limit"),
        "trigger": line.get("trigger", "limit"),
        "rung": line["rung"],
        "colour": line["colour"],
        "to": tuple(TO[one].format(unit=unit) for one in line["to"].split()),
        "reply": local(line["reply"]) if "reply" in line else None,
        "unit": unit,
        "late": "sent" in line,
    }


def _opened(player: Player, _: Mapping[str, Any]) -> ProjectOpened:
    plan = Plan(
        name=TEXT,
        content=TEXT,
        tier="department",
        owner="water.head",
        lead_unit="water",
        budget=Decimal(0),
        start=date(2021, 1, 1),
        completion=date(2021, 12, 31),
    )
    return ProjectOpened(**player.project(), plan=plan)


CASE: Final[Mapping[str, Callable[[Player, Mapping[str, Any]], CaseEvent]]] = {
    "dispatched": lambda player, _: case_assigned(
        **player.told(),
        kind=player.case["kind"],
        urgency=player.case.get("urgency", "normal"),
        repeat_of=uuid4() if player.case.get("repeat") else None,
    ),
    "signed_for": lambda player, _: CaseSignedFor(**player.told()),
    "suspended": lambda player, _: CaseSuspended(**player.told(), reason=TEXT),
    "resumed": lambda player, _: CaseResumed(**player.told()),
    "extension_granted": lambda player, step: CaseExtensionGranted(**player.told(), days=step["days"]),
    "returned": Player.returned,
    "completed": lambda player, _: CaseCompleted(**player.told(), reply=TEXT),
    "rated_badly": lambda player, _: CaseRectificationOpened(
        **player.told(), post=f"{player.unit}.head", state="completed"
    ),
    "rectified": lambda player, _: CaseRectified(**player.told(), state="completed", rectification=TEXT),
}
PROJECT: Final[Mapping[str, Callable[[Player, Mapping[str, Any]], ProjectEvent]]] = {
    "opened": _opened,
    "reported": lambda player, _: ProgressReported(**player.project(), text=TEXT),
    "done": lambda player, step: ProjectDone(**player.project(), on=local(step["at"]).date(), text=TEXT),
}
