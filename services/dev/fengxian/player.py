"""Plays a script through the public APIs of a running stack, a stretch of it at each stop of the clock."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx
import orjson
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from services.dev.fengxian import play_rounds
from services.dev.fengxian.actions import (
    Action,
    AirPromise,
    AnswerLetter,
    ChangeProject,
    ChangePromise,
    CloseRound,
    CompleteDemand,
    DrawRound,
    DropProject,
    FinishProject,
    ImportMembers,
    MakePromise,
    MergeDemand,
    OpenProject,
    OrderCircular,
    PartDemand,
    PlanRound,
    RecordFinding,
    RefuseDemand,
    ReplaceProject,
    SendDemand,
    SynchroniseDemands,
    TagDemand,
    VoidLetter,
    WithdrawDemand,
    WithdrawPromise,
)
from services.dev.fengxian.member_sheet import write_members
from services.kit.clock import LOCAL

TOGETHER: Final = 16
RETRY_SECONDS: Final = 0.3
PATIENCE_SECONDS: Final = 120.0
SERVER_ERROR: Final = 500
"""A line of a batch from this status on may be sent again."""

ReadList = Callable[[Path], list[dict[str, Any]]]
Text = Mapping[str, Any]
"""A citizen's message: title, body, place."""


class Unplayed(RuntimeError):
    """A service refused what the script takes for granted."""

    def __init__(self, action: Action, answer: httpx.Response) -> None:
        super().__init__(f"{type(action).__name__} at {action.at}: {answer.status_code} {answer.text[:500]}")


class Away(RuntimeError):
    """A service can't answer now."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")


@dataclass(slots=True)
class Player:
    """Calls as clerks and adapters would. `texts`: what citizens write; `settle` waits for the rest.

    `read_list`: the rows of a promise list as the API takes them, out of a spreadsheet. `token`: that of
    somebody who handles for a unit.
    """

    assignment: httpx.AsyncClient
    intake: httpx.AsyncClient
    supervision: httpx.AsyncClient
    reporting: httpx.AsyncClient
    keys: Mapping[str, str]
    texts: Sequence[Text]
    settle: Callable[[], Awaitable[None]]
    read_list: ReadList
    token: Callable[[str], str]
    receipts: dict[str, tuple[str, str]] = field(default_factory=dict)

    async def play(self, actions: Sequence[Action]) -> None:
        """Everything that happened since the last stop: what later acts stand on goes first."""
        for phase in PHASES:
            chosen = [one for one in actions if isinstance(one, phase)]
            await self._all(chosen)
            if chosen and phase in SETTLED:
                await self.settle()

    async def _all(self, actions: Iterable[Action]) -> None:
        gate = asyncio.Semaphore(TOGETHER)

        async def act(action: Action) -> None:
            async with gate:
                await ACTS[type(action)](self, action)

        await asyncio.gather(*(act(action) for action in actions))

    def of_unit(self, unit: str) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.token(unit)}"}

    async def _ask(self, action: Action, path: str, said: Any) -> None:
        await self.sent(action, self.assignment, "POST", path, json=said)

    async def sent(
        self, action: Action, http: httpx.AsyncClient, method: str, path: str, **given: Any
    ) -> httpx.Response:
        """Sent until it is answered. Whatever was taken already, its answer lost, says so with a conflict."""
        async for attempt in retrying():
            with attempt:
                answer = await http.request(method, path, **given)
                if answer.is_server_error:
                    raise Away(answer.status_code)
        again = attempt.retry_state.attempt_number > 1
        if answer.is_error and not (again and answer.status_code == httpx.codes.CONFLICT):
            raise Unplayed(action, answer)
        return answer

    async def _make(self, one: MakePromise) -> None:
        await self._ask(one, "/promises", _promise(one))

    async def _import(self, one: ImportMembers) -> None:
        """As a county hands them in: a spreadsheet, read as `yinuo promises import` reads it."""
        rows = await asyncio.to_thread(self._listed, one)
        await self._ask(one, "/promises/import", {"rows": rows})

    def _listed(self, one: ImportMembers) -> list[dict[str, Any]]:
        with TemporaryDirectory() as folder:
            file = Path(folder) / "members.xlsx"
            write_members(file, one.rows)
            return self.read_list(file)

    async def _change(self, one: ChangePromise) -> None:
        """The same date again is refused as no change: that is how a lost answer shows."""
        promise_id = await self._promise_id(one)
        said = {"due": one.due.isoformat(), "reason": one.reason, "approver": one.approver}
        try:
            await self._ask(one, f"/promises/{promise_id}/change", said)
        except Unplayed:
            if (await self._promise(one))["due"] != said["due"]:
                raise

    async def _withdraw(self, one: WithdrawPromise) -> None:
        said = {"outcome": "withdrawn", "reason": one.reason, "approver": one.approver}
        await self._ask(one, f"/promises/{await self._promise_id(one)}/settle", said)

    async def _air(self, one: AirPromise) -> None:
        said = {"programme": one.programme, "aired_on": _day(one), "clip": _clip(one.number)}
        await self._ask(one, f"/promises/{await self._promise_id(one)}/airing", said)

    async def _promise_id(self, one: ChangePromise | WithdrawPromise | AirPromise) -> str:
        return str((await self._promise(one))["promise_id"])

    async def _promise(self, one: ChangePromise | WithdrawPromise | AirPromise) -> Any:
        asked = {"number": one.number}
        answer = await self.sent(one, self.assignment, "GET", "/promises", params=asked)
        (found,) = answer.json()["promises"]
        return found

    async def _open(self, one: OpenProject) -> None:
        await self._ask(one, "/projects", _project(one))

    async def _replace(self, one: ReplaceProject) -> None:
        said = {"by": one.by, "reason": one.reason, "approver": one.approver}
        if one.finding:
            said["finding"] = str(play_rounds.finding_id(one.finding))
        await self._ask(one, f"/projects/{one.ledger}/replace", said)

    async def _drop(self, one: DropProject) -> None:
        said = {"reason": one.reason, "approver": one.approver}
        await self._ask(one, f"/projects/{one.ledger}/drop", said)

    async def _finish(self, one: FinishProject) -> None:
        said = {"on": _day(one), "text": "已完成并验收。", "evidence": "验收单"}
        await self._ask(one, f"/projects/{one.ledger}/done", said)

    async def _send(self, one: SendDemand) -> None:
        answer = await self.sent(
            one, self.intake, "POST", "/demands", json=self._demand(one), headers=self._key(one.channel)
        )
        self._keep(one, answer.json())

    async def _synchronise(self, one: SynchroniseDemands) -> None:
        lines = b"".join(orjson.dumps(self._demand(sent)) + b"\n" for sent in one.sends)
        (channel,) = {sent.channel for sent in one.sends}
        headers = {**self._key(channel), "Content-Type": "application/x-ndjson"}
        answers: list[dict[str, Any]] = []
        async for attempt in retrying():
            with attempt:
                sent = await self.sent(
                    one, self.intake, "POST", "/demands/batch", content=lines, headers=headers
                )
                answers = [orjson.loads(line) for line in sent.content.splitlines()]
                if late := [each["status"] for each in answers if each["status"] >= SERVER_ERROR]:
                    raise Away(late[0])
        for demand, given in zip(one.sends, answers, strict=True):
            self._keep(demand, given)

    def _demand(self, one: SendDemand) -> dict[str, Any]:
        text = self.texts[one.text % len(self.texts)]
        return {**text, "channel": one.channel, "external_id": one.key}

    def _key(self, channel: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[channel]}"}

    def _keep(self, one: SendDemand, given: Mapping[str, Any]) -> None:
        self.receipts[one.key] = given["receipt"], given["tracking_code"]

    async def _step(self, one: Action, key: str, step: str, **said: Any) -> None:
        await self._ask(one, f"/cases/{await self._case(one, key)}/{step}", said or None)

    async def _case(self, one: Action, key: str) -> str:
        asked = {"q": self.receipts[key][0]}
        answer = await self.sent(one, self.assignment, "GET", "/cases", params=asked)
        (case,) = answer.json()["cases"]
        return str(case["case_id"])

    async def _merge(self, one: MergeDemand) -> None:
        into = await self._case(one, one.into)
        await self._step(one, one.key, "merge", into=into, reason="反映同一事项")

    async def _part(self, one: PartDemand) -> None:
        await self._step(one, one.key, "part", reason="核实后并非同一事项")

    async def _tag(self, one: TagDemand) -> None:
        await self._step(one, one.key, "tag", tags=one.tags)

    async def _complete(self, one: CompleteDemand) -> None:
        await self._step(one, one.key, "sign-for")
        await self._step(one, one.key, "complete", reply="已办理完毕，并当面答复。")

    async def _refuse(self, one: RefuseDemand) -> None:
        await self._step(one, one.key, "refuse", reason=one.reason)

    async def _take_back(self, one: WithdrawDemand) -> None:
        receipt, code = self.receipts[one.key]
        path, said = f"/demands/{receipt}/withdrawal", {"tracking_code": code}
        await self.sent(one, self.intake, "POST", path, json=said)


ACTS: Final[Mapping[type, Callable[[Player, Any], Awaitable[None]]]] = {
    OpenProject: Player._open,
    MakePromise: Player._make,
    ImportMembers: Player._import,
    ChangePromise: Player._change,
    AirPromise: Player._air,
    WithdrawPromise: Player._withdraw,
    PlanRound: play_rounds.plan,
    DrawRound: play_rounds.draw,
    RecordFinding: play_rounds.record,
    CloseRound: play_rounds.close,
    AnswerLetter: play_rounds.answer,
    VoidLetter: play_rounds.void,
    ChangeProject: play_rounds.change,
    ReplaceProject: Player._replace,
    DropProject: Player._drop,
    FinishProject: Player._finish,
    SendDemand: Player._send,
    SynchroniseDemands: Player._synchronise,
    MergeDemand: Player._merge,
    PartDemand: Player._part,
    TagDemand: Player._tag,
    CompleteDemand: Player._complete,
    RefuseDemand: Player._refuse,
    WithdrawDemand: Player._take_back,
    OrderCircular: play_rounds.order,
}
PHASES: Final = tuple(ACTS)
SETTLED: Final = (OpenProject, SendDemand, SynchroniseDemands, WithdrawDemand)
"""After these the other services catch up first."""


def retrying() -> AsyncRetrying:
    """Until a service that is away is back, for minutes."""
    return AsyncRetrying(
        retry=retry_if_exception_type((Away, httpx.TransportError)),
        wait=wait_fixed(RETRY_SECONDS),
        stop=stop_after_delay(PATIENCE_SECONDS),
        reraise=True,
    )


def _day(action: Action) -> str:
    return action.at.astimezone(LOCAL).date().isoformat()


def _clip(number: str) -> str:
    return f"CN-{number[-5:]}"


def _promise(one: MakePromise) -> dict[str, Any]:
    aired_on, clip = one.made_on.isoformat(), _clip(one.number)
    televised = {"programme": "《承诺面对面》", "aired_on": aired_on, "clip": clip}
    return {
        "number": one.number,
        "tier": one.tier,
        "unit": one.unit,
        "post": one.post,
        "words": one.words,
        "projects": [one.project] if one.project else [],
        "made_on": one.made_on.isoformat(),
        "due": one.due.isoformat(),
        "occasion": one.occasion,
        **(televised if one.occasion == "television" else {}),
    }


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
