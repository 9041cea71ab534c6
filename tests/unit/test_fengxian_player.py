"""The replay's player when answers are lost: each act is done once, whatever is killed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import httpx
import orjson
import pytest

from services.assignment.promise_rows import Reader
from services.cli.promise_files import import_rows
from services.dev.fengxian.actions import (
    ChangePromise,
    FinishProject,
    ImportMembers,
    MakePromise,
    WithdrawDemand,
)
from services.dev.fengxian.player import Player, Unplayed
from services.kit.clock import LOCAL
from tests.unit.directory_samples import county

NOON = datetime(2021, 5, 3, 12, tzinfo=LOCAL)
CHANGE = ChangePromise(at=NOON, number="诺1", due=date(2021, 9, 1), reason="汛期", approver="magistrate")


@dataclass(slots=True)
class Forgetful:
    """Both services in a few lines. They do what is asked, and lose each answer to a POST the first time.

    Like the real ones they refuse a project done twice and a demand taken back twice with 409, and a new
    date that isn't new with 422.
    """

    due: str = "2021-06-30"
    project: str = "under_way"
    withdrawn: bool = False
    lost: set[str] = field(default_factory=set)
    posts: list[str] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if request.method == "GET":
            return httpx.Response(200, json=self._shown(path))
        self.posts.append(path)
        answer = self._taken(path, orjson.loads(request.content))
        if path in self.lost:
            return answer
        self.lost.add(path)
        raise httpx.ReadError("killed")

    def _shown(self, path: str) -> object:
        return {
            "/promises": {"promises": [{"promise_id": "p", "due": self.due, "state": "standing"}]},
            "/projects/L1": {"state": self.project},
        }[path]

    def _taken(self, path: str, said: dict[str, str]) -> httpx.Response:
        if path == "/demands/YN1/withdrawal":
            again, self.withdrawn = self.withdrawn, True
            return httpx.Response(409 if again else 200, json={})
        if path == "/promises/p/change":
            again, self.due = self.due == said["due"], said["due"]
            return httpx.Response(422 if again else 200, json={})
        again, self.project = self.project == "done", "done"
        return httpx.Response(409 if again else 200, json={})


async def settled() -> None:
    """Nothing is on its way here."""


@pytest.fixture
def services() -> Forgetful:
    return Forgetful()


def player_of(http: httpx.AsyncClient, **more: Any) -> Player:
    """One client speaks to all services."""
    return Player(http, http, http, http, {}, [], settled, import_rows, str, **more)


@pytest.fixture
async def player(services: Forgetful) -> AsyncIterator[Player]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(services), base_url="http://services") as http:
        yield Player(
            http, http, http, http, {}, [], settled, import_rows, str, receipts={"FX-1": ("YN1", "code")}
        )


async def test_an_act_whose_answer_was_lost_is_not_done_twice(services: Forgetful, player: Player) -> None:
    await player.play([CHANGE, FinishProject(at=NOON, ledger="L1")])
    assert (services.due, services.project) == ("2021-09-01", "done")


async def test_a_withdrawal_refused_as_said_before_was_done_where_its_answer_was_lost(
    services: Forgetful, player: Player
) -> None:
    await player.play([WithdrawDemand(at=NOON, key="FX-1")])
    assert services.withdrawn
    assert len(services.posts) == 2


async def test_a_withdrawal_refused_at_once_is_no_success(services: Forgetful, player: Player) -> None:
    services.withdrawn, services.lost = True, {"/demands/YN1/withdrawal"}
    with pytest.raises(Unplayed):
        await player.play([WithdrawDemand(at=NOON, key="FX-1")])


async def test_members_come_through_a_spreadsheet_as_the_command_reads_it() -> None:
    sent: list[Any] = []

    def taken(request: httpx.Request) -> httpx.Response:
        sent.append((request.url.path, orjson.loads(request.content)))
        return httpx.Response(200, json={})

    member = MakePromise(
        at=NOON,
        number="诺9",
        tier="ordinary_member",
        unit="water",
        post=None,
        words="每月巡河一次",
        project=None,
        made_on=date(2021, 5, 3),
        due=date(2021, 12, 31),
        occasion="written",
        member="张三",
    )
    async with httpx.AsyncClient(transport=httpx.MockTransport(taken), base_url="http://services") as http:
        await Player(http, http, http, http, {}, [], settled, import_rows, str).play(
            [ImportMembers(NOON, (member,))]
        )
    [(path, said)] = sent
    [row] = said["rows"]
    read = Reader(county()).read(row["cells"])
    assert (path, row["row"], row["fault"]) == ("/promises/import", 2, None)
    promise = read.promise
    assert (promise.number, promise.member, promise.words) == ("诺9", "张三", "每月巡河一次")
    assert (promise.tier, promise.occasion, promise.made_on, promise.due) == (
        "ordinary_member",
        "written",
        date(2021, 5, 3),
        date(2021, 12, 31),
    )
