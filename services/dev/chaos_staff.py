"""The units' staff during chaos: they look at the open cases and take a few steps, whatever falls over."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import httpx

from services.dev.running import Running

PAGE: Final = 30
PAUSE_SECONDS: Final = 0.5
ANSWER_SECONDS: Final = 15.0
NEXT_STEPS: Final[Mapping[str, tuple[dict[str, str], ...]]] = {
    "dispatched": (
        {"step": "sign_for"},
        {"step": "sign_for"},
        {"step": "return", "reason": "不属本单位职责"},
    ),
    "signed_for": ({"step": "complete", "reply": "已现场处理并电话回复群众。"},),
}
"""What staff may do with a case of a state; a return goes to the backstop unit."""


@dataclass(slots=True)
class Desk:
    """Works until closed. `steps` were acknowledged; more may have been taken, their answers lost."""

    http: httpx.AsyncClient
    random: Random
    steps: int = 0

    @classmethod
    @asynccontextmanager
    async def open(cls, running: Running, random: Random) -> AsyncIterator["Desk"]:
        """A desk with a clerk's token, working until left."""
        url, headers = running.service_url("assignment"), _bearer(running, "clerk")
        async with httpx.AsyncClient(
            base_url=url, headers=headers, timeout=ANSWER_SECONDS, trust_env=False
        ) as http:
            desk = cls(http, random)
            working = asyncio.create_task(desk._work())
            try:
                yield desk
            finally:
                working.cancel()
                await asyncio.wait([working])

    async def _work(self) -> None:
        while True:
            for state in NEXT_STEPS:
                with suppress(httpx.TransportError):  # the cases are still there when assignment is back
                    await self._take_steps(state)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _take_steps(self, state: str) -> None:
        listed = await self.http.get("/cases", params={"state": state, "limit": PAGE})
        if listed.status_code != httpx.codes.OK:
            return
        cases = [case["case_id"] for case in listed.json()["cases"]]
        chosen = self.random.sample(cases, len(cases) // 2)
        asked = [{"case_id": case, **self.random.choice(NEXT_STEPS[state])} for case in chosen]
        if asked:
            answer = await self.http.post("/cases/steps", json=asked)
            self.steps += len(asked) if answer.is_success else 0


def _bearer(running: Running, role: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {running.token(role)}"}
