"""Plays citizens and staff through the public APIs of a running stack."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import httpx

from services.dev.messages import Message
from services.dev.running import Running
from services.dev.staff import PlannedStep, SeenCase, Staff, due_steps, plan

TOGETHER: Final = 16
"""Requests in flight at once, as a handful of channels would have."""
PAGE: Final = 500


@dataclass(slots=True)
class Citizens:
    """Sends messages as the channels' adapters do, each with its channel's key."""

    http: httpx.AsyncClient
    keys: Mapping[str, str]
    accepted: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)

    async def send(self, messages: Iterable[Message]) -> None:
        """Post each message once; the receipts and refusals are kept."""
        gate = asyncio.Semaphore(TOGETHER)

        async def post(message: Message) -> None:
            async with gate:
                await self._post(message)

        await asyncio.gather(*(post(message) for message in messages))

    async def _post(self, message: Message) -> None:
        headers = {
            "Authorization": f"Bearer {self.keys[message.channel]}",
            "Idempotency-Key": message.demand["external_id"],
        }
        answer = await self.http.post("/demands", json=dict(message.demand), headers=headers)
        if answer.status_code == 202:
            self.accepted.append(answer.json()["receipt"])
        else:
            self.refused.append((message.demand["external_id"], answer.json()["detail"]))


@dataclass(slots=True)
class Office:
    """The staff of all units, through assignment's API with a clerk's token."""

    http: httpx.AsyncClient
    staff: Staff
    backstop_unit: str
    known: set[tuple[UUID, int]] = field(default_factory=set)
    planned: list[PlannedStep] = field(default_factory=list)
    cases: int = 0
    at_backstop: int = 0

    async def look(self) -> None:
        """See what has been dispatched since the last look, and plan."""
        for seen in await self._dispatched():
            if (seen.case_id, seen.dispatch) not in self.known:
                self.known.add((seen.case_id, seen.dispatch))
                self.planned += plan(seen, self.staff)
                if seen.dispatch == 1:
                    self.cases += 1
                    self.at_backstop += seen.backstop

    async def act(self, now: datetime, next_look: datetime) -> int:
        """Take the steps that are due, or would be too late at the next look; how many."""
        due, self.planned = due_steps(self.planned, now, next_look)
        for start in range(0, len(due), PAGE):
            await self._take(due[start : start + PAGE])
        return len(due)

    async def _take(self, steps: Sequence[PlannedStep]) -> None:
        answer = await self.http.post("/cases/steps", json=[_asked(step) for step in steps])
        answer.raise_for_status()

    async def _dispatched(self) -> list[SeenCase]:
        cases: list[SeenCase] = []
        after: str | None = None
        while True:
            parameters = {"state": "dispatched", "limit": str(PAGE), **({"after": after} if after else {})}
            answer = await self.http.get("/cases", params=parameters)
            answer.raise_for_status()
            page = answer.json()
            cases += [self._seen(row) for row in page["cases"]]
            after = page.get("next")
            if not after:
                return cases

    def _seen(self, row: Mapping[str, Any]) -> SeenCase:
        return SeenCase(
            case_id=UUID(row["case_id"]),
            receipt=row["receipt"],
            dispatch=row["dispatch"],
            unit=row["unit"],
            unit_name=row.get("unit_name") or row["unit"],
            category=row["category"],
            title=row["summary"],
            place=row.get("place_name"),
            backstop=row["unit"] == self.backstop_unit,
            dispatched_at=datetime.fromisoformat(row["dispatched_at"]),
            sign_for_due=_instant(row.get("sign_for_due")),
            complete_due=_instant(row.get("complete_due")),
        )


def _asked(step: PlannedStep) -> dict[str, Any]:
    text = {"complete": "reply", "return": "reason"}.get(step.step)
    return {
        "case_id": str(step.case_id),
        "step": step.step,
        **({text: step.text} if text else {}),
    }


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


async def channel_keys(running: Running, channels: Iterable[str]) -> dict[str, str]:
    """A fresh key for each channel."""
    headers = {"Authorization": f"Bearer {running.token('administrator')}"}
    async with httpx.AsyncClient(base_url=running.service_url("intake"), trust_env=False) as http:
        keys = {}
        for channel in sorted(set(channels)):
            answer = await http.post("/keys", json={"channel": channel, "name": "demo"}, headers=headers)
            answer.raise_for_status()
            keys[channel] = answer.json()["key"]
    return keys
