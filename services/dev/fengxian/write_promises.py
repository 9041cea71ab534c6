"""The promises of a replayed county and the projects that they are about, with all that is taken back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Final

from services.contracts.vocabulary import Occasion, PromiseTier
from services.dev.fengxian.actions import (
    Action,
    AirPromise,
    ChangePromise,
    DropProject,
    FinishProject,
    ImportMembers,
    MakePromise,
    OpenProject,
    ReplaceProject,
    WithdrawPromise,
)
from services.dev.fengxian.county import County, person
from services.dev.fengxian.draw import Draw, instant
from services.dev.fengxian.totals import Totals

MEETING: Final = date(2021, 4, 30)
MEMBERS_LISTED: Final = date(2021, 5, 10)
PROGRAMME: Final = "《承诺面对面》"
SECRETARY: Final = "county_secretary"
CENTRAL: Final = "中央专项资金"
COUNTY: Final = "县级财政资金"
WORKS: Final = (
    "便民服务点改造",
    "饮水管网延伸",
    "通组道路硬化",
    "河堤护栏加固",
    "老旧小区雨污分流",
    "村卫生室标准化建设",
    "学校操场翻新",
    "日间照料中心建设",
    "路灯补装",
    "农产品冷库",
    "文化广场修缮",
    "残疾人无障碍设施",
    "政务服务延时办理",
    "就业培训",
    "企业帮办代办",
    "护林防火通道",
)
REASONS: Final = ("汛期材料进场推迟", "设计变更重新报批", "资金到位时间调整", "与其他工程统一实施")


@dataclass(slots=True)
class PromiseWriter:
    """Writes actions in no order."""

    county: County
    totals: Totals
    draw: Draw
    actions: list[Action] = field(default_factory=list)
    ledgers: list[OpenProject] = field(default_factory=list)

    def write(self) -> list[Action]:
        self._promises_with_projects()
        self._members()
        going_on = self.draw.chosen(self.ledgers, 0.04)  # in place of others; what is done can't be
        self._given_up_projects(going_on)
        self._finished_projects([one for one in self.ledgers if one not in going_on])
        return self.actions

    def _promises_with_projects(self) -> None:
        promises = [*self._of_leaders(), *self._of_units(), *self._of_section_leaders()]
        own = len(promises) - self.totals.shared_ledgers
        self.ledgers = self._funded([self._open(one) for one in promises[:own]])
        on = [*self.ledgers, *self.ledgers[: self.totals.shared_ledgers]]
        self.ledgers = [_opened_for(one, promises[number::own]) for number, one in enumerate(self.ledgers)]
        self.actions += self.ledgers
        self.actions += [
            replace(one, project=project.ledger) for one, project in zip(promises, on, strict=True)
        ]
        self.actions += [self._change(one) for one in self.draw.chosen(promises, 0.1)]
        self._aired(promises)
        for one in self._noise(promises, 0.05):
            self.actions += [one, self._withdraw(one)]

    def _of_leaders(self) -> Iterator[MakePromise]:
        leaders = [post for post in self.county.leaders if post != SECRETARY]
        posts = [SECRETARY, *leaders][: self.totals.by_leaders]
        at_meeting = 1 + self.totals.leaders_at_meeting
        for number, post in enumerate(posts):
            yield self._promise("county_leader", post, "meeting" if number < at_meeting else "television")

    def _of_units(self) -> Iterator[MakePromise]:
        """Each town and department at least once, the others drawn."""
        units = [*self.county.towns, *self.county.departments]
        more = self.draw.random.choices(units, k=self.totals.by_units - len(units))
        for unit in (*units, *more):
            tier: PromiseTier = "town" if unit in self.county.towns else "department"
            yield self._promise(tier, self.county.head_of(unit), "television", unit)

    def _of_section_leaders(self) -> Iterator[MakePromise]:
        posts = self.draw.random.sample(self.county.section_leaders, self.totals.by_section_leaders)
        for number, post in enumerate(posts):
            met = number < self.totals.section_leaders_at_meeting
            yield self._promise("section_leader", post, "meeting" if met else "written")

    def _promise(self, tier: PromiseTier, post: str, occasion: Occasion, unit: str = "") -> MakePromise:
        unit = unit or self.county.unit_of(post)
        at = (
            instant(MEETING, 9)
            if occasion == "meeting"
            else self.draw.between(date(2021, 5, 6), date(2021, 5, 28))
        )
        due = at.date() + timedelta(days=self.draw.random.randint(20, 220))
        return MakePromise(
            at=at,
            number=self.draw.number("凤诺2021-"),
            tier=tier,
            unit=unit,
            post=post,
            words=f"办好{self._work(unit)}",
            project=None,
            made_on=at.date(),
            due=due,
            occasion=occasion,
        )

    def _aired(self, promises: Sequence[MakePromise]) -> None:
        """County leaders who spoke at the meeting repeat it on television; each broadcast is noted twice."""
        met = [one for one in promises if one.occasion == "meeting" and one.tier == "county_leader"]
        for one in met[: int(len(met) * self.totals.aired)]:
            aired = AirPromise(self.draw.after(one.at), one.number, PROGRAMME)
            self.actions += [aired, replace(aired, at=self.draw.after(aired.at))]

    def _noise(self, promises: Sequence[MakePromise], share: float) -> Iterator[MakePromise]:
        """More promises like those there are: they will be withdrawn."""
        for like in self.draw.chosen(promises, share):
            if like.occasion != "meeting":
                yield self._promise(like.tier, like.post or "", like.occasion, like.unit)

    def _change(self, promise: MakePromise) -> ChangePromise:
        at = self.draw.after(promise.at)
        due = promise.due + timedelta(days=self.draw.random.randint(5, 60))
        return ChangePromise(at, promise.number, due, self.draw.random.choice(REASONS), SECRETARY)

    def _withdraw(self, promise: MakePromise) -> WithdrawPromise:
        return WithdrawPromise(
            self.draw.after(promise.at), promise.number, self.draw.random.choice(REASONS), SECRETARY
        )

    def _members(self) -> None:
        units = [*self.county.towns, *self.county.departments]
        rows = [self._member(self.draw.random.choice(units)) for _ in range(self.totals.members)]
        more = [
            self._member(self.draw.random.choice(units)) for _ in range(max(1, self.totals.members // 200))
        ]
        early = rows[: int(len(rows) * 0.9)]
        self.actions += [ImportMembers(instant(MEMBERS_LISTED, 9), (*early, *more))]
        self.actions += [ImportMembers(instant(date(2021, 5, 24), 9), (*rows, *more))]
        self.actions += [self._withdraw(one) for one in more]

    def _member(self, unit: str) -> MakePromise:
        at, due = instant(MEMBERS_LISTED, 9), date(2021, 12, 31)
        number, words = self.draw.number("凤诺2021-"), f"为群众办一件实事：{self.draw.random.choice(WORKS)}"
        return MakePromise(
            at=at,
            number=number,
            tier="ordinary_member",
            unit=unit,
            post=None,
            words=words,
            project=None,
            made_on=at.date(),
            due=due,
            occasion="written",
            member=person(self.draw.random),
        )

    def _open(self, promise: MakePromise) -> OpenProject:
        assert promise.tier != "ordinary_member"  # noqa: S101  they have no ledgers
        start = promise.at.date()
        return OpenProject(
            at=promise.at,
            ledger=f"FX2021-{promise.number[-5:]}",
            name=promise.words.removeprefix("办好"),
            tier=promise.tier,
            owner=promise.post or "",
            unit=promise.unit,
            start=start,
            completion=promise.due,
        )

    def _funded(self, projects: list[OpenProject]) -> list[OpenProject]:
        """The same projects, some with county funds and one with central funds."""
        drawn = self.draw.random.sample(range(len(projects)), self.totals.funded + 1)
        amounts = parted(self.totals.funds, self.totals.funded, self.draw.random)
        funds = {at: ((COUNTY, amount),) for at, amount in zip(drawn[:-1], amounts, strict=True)}
        funds[drawn[-1]] = ((CENTRAL, self.totals.central_funds),)
        return [replace(one, funds=funds.get(number, ())) for number, one in enumerate(projects)]

    def _given_up_projects(self, likes: Sequence[OpenProject]) -> None:
        """Ledgers that were opened and then given up, mostly for one that counts; some with funds."""
        for number, like in enumerate(likes):
            early = replace(like, funds=((COUNTY, 50_000),)) if self.draw.random.random() < 0.2 else like
            given_up = replace(early, ledger=self.draw.number("FX2021-R"))
            at, reason = self.draw.after(like.at), self.draw.random.choice(REASONS)
            ending: Action = ReplaceProject(at, given_up.ledger, like.ledger, reason, SECRETARY)
            if number % 4 == 3:
                ending = DropProject(at, given_up.ledger, reason, SECRETARY)
            self.actions += [given_up, ending]

    def _finished_projects(self, ledgers: Sequence[OpenProject]) -> None:
        for one in self.draw.random.sample(ledgers, self.totals.done):
            self.actions.append(FinishProject(self.draw.after(one.at), one.ledger))

    def _work(self, unit: str) -> str:
        name = self.county.directory.units_by_code[unit].name
        return f"{name}{self.draw.random.choice(WORKS)}（第{self.draw.used}号）"


def _opened_for(project: OpenProject, promises: Sequence[MakePromise]) -> OpenProject:
    """An hour before the first of those that stand on it: a promise names a project that is in the list."""
    first = min(one.at for one in promises)
    return replace(project, at=first - timedelta(hours=1), start=first.date())


def parted(total: int, parts: int, random: Random) -> list[int]:
    """Yuan in so many amounts of at least one ten-thousandth of the total each, which add up to it."""
    cuts = sorted(random.sample(range(1, total // 1000), parts - 1))
    edges = [0, *(cut * 1000 for cut in cuts), total]
    return [end - start for start, end in pairwise(edges)]
