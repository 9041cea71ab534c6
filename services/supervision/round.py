"""Inspection rounds (巡回指导): who goes where is drawn by lot, and anybody can draw it again. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from services.contracts.public_text import PublicText
from services.contracts.round import Barred, Target, Visit
from services.kit.lot import by_lot, lot

RoundState = Literal["planned", "drawn", "closed"]
"""已计划 已抽签 已结束."""

RULE: Final = (
    "先抽对象：对每个对象计算“种子:类别:代码”的 SHA-256（十六进制），从小到大取计划的个数。"
    "再依抽出的次序为每个对象抽人：除去回避的人，先取本轮已派次数少的，次数相同的按"
    "“种子:类别:代码:姓名”的 SHA-256 从小到大，取计划的人数。"
    "回避：上一次巡查过该对象的人，以及上一轮巡查过该对象所属单位的人。"
)
"""How a round is drawn, in words; 类别 is unit or project. `draw` and `barred` do what it says."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a round is drawn from: to `visits` of the targets go `team` inspectors each. Days are local."""

    name: PublicText
    first_day: date
    last_day: date
    targets: tuple[Target, ...]
    visits: int
    inspectors: tuple[str, ...]
    team: int


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw with all that it rests on. `seed_given`: whoever drew it named the seed."""

    seed: str
    seed_given: bool
    barred: tuple[Barred, ...]
    drawn: tuple[Visit, ...]
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Round:
    """A round as it stands. `visited` None: not closed yet. `digest` is that of the body that planned it."""

    round_id: UUID
    version: int
    state: RoundState
    plan: Plan
    planned_at: datetime
    planned_by: str
    digest: str
    draw: Draw | None = None
    visited: tuple[Target, ...] | None = None
    closed_at: datetime | None = None


class TooFewInspectors(ValueError):
    """So few may go to a target that a team can't be drawn."""

    def __init__(self, target: Target, free: int, team: int) -> None:
        super().__init__(f"{target.kind} {target.key}: {free} inspectors may go there, {team} are needed")
        self.target = target


def name_of(target: Target) -> str:
    """What a target is called in the draw: `unit:town_hekou`, `project:凤项-2021-001`."""
    return f"{target.kind}:{target.key}"


def barred(
    targets: Iterable[Target], last_there: Mapping[str, Sequence[str]], last_round: Iterable[Visit]
) -> tuple[Barred, ...]:
    """Who may not go where: whoever was there the last time, or at its unit in the round before.

    `last_there`: by the target's name, who went the last time that it was drawn, in whichever round.
    """
    of_unit: dict[str, set[str]] = {}
    for visit in last_round:
        of_unit.setdefault(visit.target.unit, set()).update(visit.inspectors)
    found = (
        (target, {*last_there.get(name_of(target), ()), *of_unit.get(target.unit, ())}) for target in targets
    )
    return tuple(Barred(target=target, inspectors=tuple(sorted(who))) for target, who in found if who)


def draw(plan: Plan, seed: str, excluded: Iterable[Barred]) -> tuple[Visit, ...]:
    """Who goes where, in the order drawn (`RULE`). Raises TooFewInspectors."""
    kept_out = {name_of(one.target): frozenset(one.inspectors) for one in excluded}
    sent: dict[str, int] = dict.fromkeys(plan.inspectors, 0)
    visits: list[Visit] = []
    for target in by_lot(plan.targets, seed, name_of)[: plan.visits]:
        name = name_of(target)
        free = [one for one in plan.inspectors if one not in kept_out.get(name, frozenset())]
        if len(free) < plan.team:
            raise TooFewInspectors(target, len(free), plan.team)
        lots = {one: (sent[one], lot(seed, f"{name}:{one}")) for one in free}
        team = sorted(free, key=lots.__getitem__)[: plan.team]
        sent |= {one: sent[one] + 1 for one in team}
        visits.append(Visit(target=target, inspectors=tuple(team)))
    return tuple(visits)
