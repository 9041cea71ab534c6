"""How the replay's rounds, letters and county circulars are played: by the office, inspectors and units."""

from collections.abc import Mapping
from typing import Any, Final, Protocol
from uuid import UUID, uuid5

import httpx

from services.dev.fengxian.actions import (
    Action,
    AnswerLetter,
    ChangeProject,
    CloseRound,
    DrawRound,
    OrderCircular,
    PlanRound,
    RecordFinding,
    VoidLetter,
)
from services.dev.fengxian.round_words import opinion

INSPECTORS: Final = tuple(f"督查员{name}" for name in "甲乙丙丁戊己庚辛壬癸子丑")
_IDS: Final = UUID("6f5c1e0e-7f0a-5d43-9a6b-2f6d0b7f4c11")


class Caller(Protocol):
    """What a player lends: clients of the services, and calls that are sent until they are answered."""

    assignment: httpx.AsyncClient
    supervision: httpx.AsyncClient
    reporting: httpx.AsyncClient

    def of_unit(self, unit: str) -> Mapping[str, str]:
        """Headers of somebody who handles for a unit."""
        ...

    async def sent(
        self, action: Action, http: httpx.AsyncClient, method: str, path: str, **given: Any
    ) -> httpx.Response: ...


def finding_id(key: str) -> UUID:
    """The id that the inspector's device made for a finding."""
    return uuid5(_IDS, key)


def round_id(number: int) -> UUID:
    return uuid5(_IDS, f"round-{number}")


async def plan(caller: Caller, one: PlanRound) -> None:
    said = {
        "name": f"第{one.number}轮巡回指导",
        "first_day": one.first_day.isoformat(),
        "last_day": one.last_day.isoformat(),
        "targets": [
            *({"kind": "unit", "key": unit} for unit in one.units),
            *({"kind": "project", "key": ledger} for ledger in one.ledgers),
        ],
        "inspectors": INSPECTORS,
    }
    await caller.sent(one, caller.supervision, "PUT", f"/rounds/{round_id(one.number)}", json=said)


async def draw(caller: Caller, one: DrawRound) -> None:
    path, said = f"/rounds/{round_id(one.number)}/draw", {"seed": f"fengxian-{one.number}"}
    await caller.sent(one, caller.supervision, "POST", path, json=said)


async def close(caller: Caller, one: CloseRound) -> None:
    await caller.sent(one, caller.supervision, "POST", f"/rounds/{round_id(one.number)}/close")


async def record(caller: Caller, one: RecordFinding) -> None:
    path = f"/rounds/{round_id(one.number)}/findings/{finding_id(one.key)}"
    await caller.sent(one, caller.supervision, "PUT", path, json=_finding(one))


def _finding(one: RecordFinding) -> dict[str, Any]:
    said = opinion(one.key, of_project=one.ledger is not None)
    letter = {"needs_letter": True, "required": said.required, "reply_days": 5}
    return {
        "unit": one.unit,
        "project": one.ledger,
        "place": "现场",
        "found_at": one.found_at.isoformat(),
        "found": f"台账{one.ledger}：{said.found}" if one.ledger else said.found,
        **(letter if one.opinion else {}),
    }


async def answer(caller: Caller, one: AnswerLetter) -> None:
    """Signed for and replied to by its addressee, then accepted and struck off, or left waiting."""
    letter, theirs = await _letter(caller, one, one.finding), caller.of_unit(one.unit)
    await caller.sent(one, caller.supervision, "POST", f"/letters/{letter}/receive", headers=theirs)
    said = {"reply": "已按要求整改到位。"}
    await caller.sent(one, caller.supervision, "POST", f"/letters/{letter}/reply", json=said, headers=theirs)
    if one.struck_off:
        await caller.sent(one, caller.supervision, "POST", f"/letters/{letter}/accept")
        await caller.sent(one, caller.supervision, "POST", f"/letters/{letter}/strike-off")


async def void(caller: Caller, one: VoidLetter) -> None:
    letter = await _letter(caller, one, one.finding)
    await caller.sent(
        one, caller.supervision, "POST", f"/letters/{letter}/void", json={"reason": "发文对象有误"}
    )


async def _letter(caller: Caller, one: Action, key: str) -> str:
    """The letter that a finding became."""
    asked = {"finding": str(finding_id(key))}
    answer = await caller.sent(one, caller.supervision, "GET", "/letters", params=asked)
    (found,) = answer.json()["letters"]
    return str(found["letter_id"])


async def change(caller: Caller, one: ChangeProject) -> None:
    """The same value again is refused as no change: that is how a lost answer shows."""
    finding = {"finding": str(finding_id(one.finding))} if one.finding else {}
    value = [one.value] if one.what == "assisting_units" else one.value
    said = {one.what: value, "reason": one.reason, "approver": one.approver, **finding}
    await caller.sent(one, caller.assignment, "POST", f"/projects/{one.ledger}/change", json=said)


async def order(caller: Caller, one: OrderCircular) -> None:
    said = {"kind": "county", "first": one.first.isoformat(), "last": one.last.isoformat()}
    answer = await caller.sent(one, caller.reporting, "POST", "/circulars", json=said)
    if one.issued:
        for step in ("check", "sign", "issue"):
            await caller.sent(one, caller.reporting, "POST", f"/circulars/{answer.json()['ref']}/{step}")
