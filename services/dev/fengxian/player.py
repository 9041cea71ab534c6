"""Plays a script through the public APIs of a running stack, a stretch of it at each stop of the clock."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import httpx

from services.dev.fengxian.script import (
    Action,
    ChangePromise,
    FinishProject,
    ImportMembers,
    MakePromise,
    OpenProject,
    RefuseDemand,
    ReplaceProject,
    SendDemand,
    WithdrawDemand,
    WithdrawPromise,
)
from services.kit.clock import LOCAL

TOGETHER: Final = 16

Text = Mapping[str, Any]
"""A citizen's message: title, body, place."""


class Unplayed(RuntimeError):
    """A service refused what the script takes for granted."""

    def __init__(self, action: Action, answer: httpx.Response) -> None:
        super().__init__(f"{type(action).__name__} at {action.at}: {answer.status_code} {answer.text[:500]}")


@dataclass(slots=True)
class Player:
    """Calls as clerks and adapters would. `texts`: what citizens write; `settle` waits for the rest."""

    assignment: httpx.AsyncClient
    intake: httpx.AsyncClient
    keys: Mapping[str, str]
    texts: Sequence[Text]
    settle: Callable[[], Awaitable[None]]
    receipts: dict[str, tuple[str, str]] = field(default_factory=dict)

    async def play(self, actions: Sequence[Action], now: datetime) -> None:
        """Everything that happened since the last stop: what later acts stand on goes first."""
        for phase in PHASES:
            chosen = [one for one in actions if isinstance(one, phase)]
            await self._all(chosen, now)
            if chosen and phase in SETTLED:
                await self.settle()

    async def _all(self, actions: Iterable[Action], now: datetime) -> None:
        gate = asyncio.Semaphore(TOGETHER)

        async def act(action: Action) -> None:
            async with gate:
                await ACTS[type(action)](self, action, now)

        await asyncio.gather(*(act(action) for action in actions))

    async def _ask(self, action: Action, path: str, said: Any) -> Any:
        answer = await self.assignment.post(path, json=said)
        if answer.is_error:
            raise Unplayed(action, answer)
        return answer.json() if answer.content else None

    async def _make(self, one: MakePromise, now: datetime) -> None:
        await self._ask(one, "/promises", _promise(one))

    async def _import(self, one: ImportMembers, now: datetime) -> None:
        rows = [{"row": number, "cells": _cells(row)} for number, row in enumerate(one.rows, start=2)]
        await self._ask(one, "/promises/import", {"rows": rows})

    async def _change(self, one: ChangePromise, now: datetime) -> None:
        said = {"due": one.due.isoformat(), "reason": one.reason, "approver": one.approver}
        await self._ask(one, f"/promises/{await self._promise_id(one.number)}/change", said)

    async def _withdraw(self, one: WithdrawPromise, now: datetime) -> None:
        said = {"outcome": "withdrawn", "reason": one.reason, "approver": one.approver}
        await self._ask(one, f"/promises/{await self._promise_id(one.number)}/settle", said)

    async def _promise_id(self, number: str) -> str:
        answer = await self.assignment.get("/promises", params={"number": number})
        answer.raise_for_status()
        (found,) = answer.json()["promises"]
        return str(found["promise_id"])

    async def _open(self, one: OpenProject, now: datetime) -> None:
        await self._ask(one, "/projects", _project(one))

    async def _replace(self, one: ReplaceProject, now: datetime) -> None:
        await self._ask(one, f"/projects/{one.ledger}/replace", {"by": one.by, "reason": one.reason})

    async def _finish(self, one: FinishProject, now: datetime) -> None:
        said = {
            "on": one.at.astimezone(LOCAL).date().isoformat(),
            "text": "已完成并验收。",
            "evidence": "验收单",
        }
        await self._ask(one, f"/projects/{one.ledger}/done", said)

    async def _send(self, one: SendDemand, now: datetime) -> None:
        said = {**self.texts[one.text % len(self.texts)], "channel": one.channel, "external_id": one.key}
        headers = {"Authorization": f"Bearer {self.keys[one.channel]}"}
        answer = await self.intake.post("/demands", json=said, headers=headers)
        if answer.status_code != 202:
            raise Unplayed(one, answer)
        given = answer.json()
        self.receipts[one.key] = given["receipt"], given["tracking_code"]

    async def _refuse(self, one: RefuseDemand, now: datetime) -> None:
        answer = await self.assignment.get("/cases", params={"q": self.receipts[one.key][0]})
        answer.raise_for_status()
        (case,) = answer.json()["cases"]
        await self._ask(one, f"/cases/{case['case_id']}/refuse", {"reason": one.reason})

    async def _take_back(self, one: WithdrawDemand, now: datetime) -> None:
        receipt, code = self.receipts[one.key]
        answer = await self.intake.post(f"/demands/{receipt}/withdrawal", json={"tracking_code": code})
        if answer.is_error:
            raise Unplayed(one, answer)


ACTS: Final[Mapping[type, Callable[[Player, Any, datetime], Awaitable[None]]]] = {
    OpenProject: Player._open,
    MakePromise: Player._make,
    ImportMembers: Player._import,
    ChangePromise: Player._change,
    WithdrawPromise: Player._withdraw,
    ReplaceProject: Player._replace,
    FinishProject: Player._finish,
    SendDemand: Player._send,
    RefuseDemand: Player._refuse,
    WithdrawDemand: Player._take_back,
}
PHASES: Final = tuple(ACTS)
SETTLED: Final = (SendDemand, WithdrawDemand)


def _promise(one: MakePromise) -> dict[str, Any]:
    televised = {"programme": "《承诺面对面》", "aired_on": one.made_on.isoformat()}
    return {
        "number": one.number,
        "tier": one.tier,
        "unit": one.unit,
        "post": one.post,
        "words": one.words,
        "project": one.project,
        "made_on": one.made_on.isoformat(),
        "due": one.due.isoformat(),
        "occasion": one.occasion,
        **(televised if one.occasion == "television" else {}),
    }


def _cells(one: MakePromise) -> dict[str, str]:
    said = {**_promise(one), "member": one.member}
    return {name: value for name, value in said.items() if value is not None}


def _project(one: OpenProject) -> dict[str, Any]:
    funds = [{"source": source, "year": 2021, "amount": str(amount)} for source, amount in one.funds]
    return {
        "ledger": one.ledger,
        "name": one.name,
        "content": f"{one.name}。",
        "tier": one.tier,
        "owner": one.owner,
        "lead_unit": one.unit,
        "budget": str(sum(amount for _, amount in one.funds)),
        "funds": funds,
        "start": one.start.isoformat(),
        "completion": one.completion.isoformat(),
    }
