"""The replay's script: what everybody does, noise and all. Drawn from a seed; knows no published figure.

The noise is what makes counting the input wrong: rows sent again, promises withdrawn and re-dated, projects
replaced by others, demands repeated, refused and withdrawn.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from typing import Final, TypeVar

from services.contracts.vocabulary import Channel, Occasion, PromiseTier, Tier
from services.dev.fengxian.county import County, person
from services.kit.clock import LOCAL

Thing = TypeVar("Thing")

FIRST_DAY: Final = date(2021, 3, 1)
MEETING: Final = date(2021, 4, 30)
MEMBERS_LISTED: Final = date(2021, 5, 10)
LAST_DAY: Final = date(2021, 6, 15)
SECRETARY: Final = "county_secretary"
SOURCES: Final[tuple[Channel, ...]] = (
    "tv",
    "website",
    "wechat",
    "douyin",
    "hotline",
    "email",
    "suggestion_box",
    "talk",
    "visit",
    "consultation",
)


@dataclass(frozen=True, slots=True)
class Totals:
    """How much a script's county does, noise not counted. `funded`: so many projects share `funds` yuan."""

    by_leaders: int = 27
    by_units: int = 136
    by_section_leaders: int = 436
    members: int = 5700
    leaders_at_meeting: int = 4
    section_leaders_at_meeting: int = 18
    shared_ledgers: int = 1
    done: int = 81
    demands: int = 549
    funded: int = 15
    funds: int = 10_420_000
    central_funds: int = 6_400_000

    @classmethod
    def drawn(cls, random: Random) -> "Totals":
        """Another county's."""
        return cls(
            by_leaders=random.randint(5, 27),
            by_units=random.randint(57, 170),
            by_section_leaders=random.randint(60, 436),
            members=random.randint(500, 3000),
            leaders_at_meeting=random.randint(1, 4),
            section_leaders_at_meeting=random.randint(5, 30),
            shared_ledgers=random.randint(0, 4),
            done=random.randint(10, 60),
            demands=random.randint(100, 400),
            funded=random.randint(3, 20),
            funds=random.randint(100, 2000) * 10_000,
            central_funds=random.randint(50, 900) * 10_000,
        )


@dataclass(frozen=True, slots=True)
class MakePromise:
    """A promise put on record. `member`: an ordinary member's name, who comes in a list with many others."""

    at: datetime
    number: str
    tier: PromiseTier
    unit: str
    post: str | None
    words: str
    project: str | None
    made_on: date
    due: date
    occasion: Occasion
    member: str | None = None


@dataclass(frozen=True, slots=True)
class ImportMembers:
    """The spreadsheet of ordinary members, whole; a later one repeats the rows of an earlier one."""

    at: datetime
    rows: tuple[MakePromise, ...]


@dataclass(frozen=True, slots=True)
class ChangePromise:
    """A new date, with reason and approver (a post)."""

    at: datetime
    number: str
    due: date
    reason: str
    approver: str


@dataclass(frozen=True, slots=True)
class WithdrawPromise:
    at: datetime
    number: str
    reason: str
    approver: str


@dataclass(frozen=True, slots=True)
class OpenProject:
    """A ledger opened. `funds`: pairs of source and yuan."""

    at: datetime
    ledger: str
    name: str
    tier: Tier
    owner: str
    unit: str
    start: date
    completion: date
    funds: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ReplaceProject:
    """A ledger that another one stands in for from now on."""

    at: datetime
    ledger: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class FinishProject:
    at: datetime
    ledger: str


@dataclass(frozen=True, slots=True)
class SendDemand:
    """A citizen's message; the same `key` again is the same demand."""

    at: datetime
    key: str
    channel: Channel
    text: int


@dataclass(frozen=True, slots=True)
class RefuseDemand:
    """A clerk refuses it, with a reason that the citizen reads."""

    at: datetime
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class WithdrawDemand:
    """The citizen takes it back."""

    at: datetime
    key: str


Action = (
    MakePromise
    | ImportMembers
    | ChangePromise
    | WithdrawPromise
    | OpenProject
    | ReplaceProject
    | FinishProject
    | SendDemand
    | RefuseDemand
    | WithdrawDemand
)


@dataclass(frozen=True, slots=True)
class Script:
    """Actions in the order of their time."""

    county: County
    actions: tuple[Action, ...]


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
class Writer:
    """Draws a script; every number that it hands out is new."""

    county: County
    totals: Totals
    random: Random
    actions: list[Action] = field(default_factory=list)
    ledgers: list[OpenProject] = field(default_factory=list)
    numbers: int = 0

    def script(self) -> Script:
        self._promises_with_projects()
        self._members()
        self._replaced_projects()
        self._finished_projects()
        self._demands()
        self._repeats()
        return Script(self.county, tuple(sorted(self.actions, key=lambda one: one.at)))

    # promises and their projects

    def _promises_with_projects(self) -> None:
        promises = [*self._of_leaders(), *self._of_units(), *self._of_section_leaders()]
        own = len(promises) - self.totals.shared_ledgers
        self.ledgers = self._funded([self._open(one) for one in promises[:own]])
        on = [*self.ledgers, *self.ledgers[: self.totals.shared_ledgers]]
        self.actions += self.ledgers
        self.actions += [
            replace(one, project=project.ledger) for one, project in zip(promises, on, strict=True)
        ]
        self.actions += [self._change(one) for one in self._drawn(promises, 0.1)]
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
        more = self.random.choices(units, k=self.totals.by_units - len(units))
        for unit in (*units, *more):
            tier: PromiseTier = "town" if unit in self.county.towns else "department"
            yield self._promise(tier, self.county.head_of(unit), "television", unit)

    def _of_section_leaders(self) -> Iterator[MakePromise]:
        posts = self.random.sample(self.county.section_leaders, self.totals.by_section_leaders)
        for number, post in enumerate(posts):
            met = number < self.totals.section_leaders_at_meeting
            yield self._promise("section_leader", post, "meeting" if met else "written")

    def _promise(self, tier: PromiseTier, post: str, occasion: Occasion, unit: str = "") -> MakePromise:
        unit = unit or self.county.unit_of(post)
        at = (
            _instant(MEETING, 9)
            if occasion == "meeting"
            else self._between(date(2021, 5, 6), date(2021, 5, 28))
        )
        due = at.date() + timedelta(days=self.random.randint(20, 220))
        return MakePromise(
            at, self._number(), tier, unit, post, f"办好{self._work(unit)}", None, at.date(), due, occasion
        )

    def _noise(self, promises: Sequence[MakePromise], share: float) -> Iterator[MakePromise]:
        """More promises like those there are: they will be withdrawn."""
        for like in self._drawn(promises, share):
            if like.occasion != "meeting":
                yield self._promise(like.tier, like.post or "", like.occasion, like.unit)

    def _change(self, promise: MakePromise) -> ChangePromise:
        at = self._after(promise.at)
        due = promise.due + timedelta(days=self.random.randint(5, 60))
        return ChangePromise(at, promise.number, due, self.random.choice(REASONS), SECRETARY)

    def _withdraw(self, promise: MakePromise) -> WithdrawPromise:
        return WithdrawPromise(
            self._after(promise.at), promise.number, self.random.choice(REASONS), SECRETARY
        )

    def _members(self) -> None:
        units = [*self.county.towns, *self.county.departments]
        rows = [self._member(self.random.choice(units)) for _ in range(self.totals.members)]
        more = [self._member(self.random.choice(units)) for _ in range(max(1, self.totals.members // 200))]
        early = rows[: int(len(rows) * 0.9)]
        self.actions += [ImportMembers(_instant(MEMBERS_LISTED, 9), (*early, *more))]
        self.actions += [ImportMembers(_instant(date(2021, 5, 24), 9), (*rows, *more))]
        self.actions += [self._withdraw(one) for one in more]

    def _member(self, unit: str) -> MakePromise:
        at, due = _instant(MEMBERS_LISTED, 9), date(2021, 12, 31)
        number, words = self._number(), f"为群众办一件实事：{self.random.choice(WORKS)}"
        return MakePromise(
            at,
            number,
            "ordinary_member",
            unit,
            None,
            words,
            None,
            at.date(),
            due,
            "written",
            person(self.random),
        )

    # projects

    def _open(self, promise: MakePromise) -> OpenProject:
        assert promise.tier != "ordinary_member"  # noqa: S101  they have no ledgers
        start = promise.at.date()
        return OpenProject(
            at=promise.at - timedelta(hours=1),
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
        drawn = self.random.sample(range(len(projects)), self.totals.funded + 1)
        amounts = _parted(self.totals.funds, self.totals.funded, self.random)
        funds = {at: ((COUNTY, amount),) for at, amount in zip(drawn[:-1], amounts, strict=True)}
        funds[drawn[-1]] = ((CENTRAL, self.totals.central_funds),)
        return [replace(one, funds=funds.get(number, ())) for number, one in enumerate(projects)]

    def _replaced_projects(self) -> None:
        """Ledgers that were opened and then given up for one that counts; one with funds among them."""
        for like in self._drawn(self.ledgers, 0.04):
            early = replace(like, funds=((COUNTY, 50_000),)) if self.random.random() < 0.2 else like
            self.numbers += 1
            given_up = replace(early, ledger=f"FX2021-R{self.numbers:05}")
            self.actions += [
                given_up,
                ReplaceProject(
                    self._after(like.at), given_up.ledger, like.ledger, self.random.choice(REASONS)
                ),
            ]

    def _finished_projects(self) -> None:
        for one in self.random.sample(self.ledgers, self.totals.done):
            self.actions.append(FinishProject(self._after(one.at), one.ledger))

    # demands

    def _demands(self) -> None:
        for number in range(self.totals.demands):
            self._demand(number)
        for number in self._drawn(range(self.totals.demands), 0.06):
            sent = self._demand(number)
            self.actions.append(
                RefuseDemand(sent.at + timedelta(hours=1), sent.key, "不属于本县受理范围")
                if self.random.random() < 0.5
                else WithdrawDemand(sent.at + timedelta(hours=1), sent.key)
            )

    def _demand(self, number: int) -> SendDemand:
        self.numbers += 1
        channel = SOURCES[number % len(SOURCES)]
        sent = SendDemand(
            self._between(FIRST_DAY, date(2021, 6, 10)), f"FX-{self.numbers:05}", channel, number
        )
        self.actions.append(sent)
        return sent

    # noise that adds nothing

    def _repeats(self) -> None:
        """Promises and demands that come a second time, word for word, later."""
        again = [one for one in self.actions if isinstance(one, MakePromise | SendDemand)]
        self.actions += [replace(one, at=self._after(one.at)) for one in self._drawn(again, 0.06)]

    def _drawn(self, things: Sequence[Thing], share: float) -> list[Thing]:
        return self.random.sample(things, max(1, int(len(things) * share)))

    def _number(self) -> str:
        self.numbers += 1
        return f"凤诺2021-{self.numbers:05}"

    def _work(self, unit: str) -> str:
        name = self.county.directory.units_by_code[unit].name
        return f"{name}{self.random.choice(WORKS)}（第{self.numbers}号）"

    def _between(self, first: date, last: date) -> datetime:
        day = first + timedelta(days=self.random.randint(0, (last - first).days))
        return _instant(day, self.random.randint(9, 16), self.random.randint(0, 59))

    def _after(self, at: datetime) -> datetime:
        """A working hour of a later day, before the replay ends."""
        return self._between(min(at.date() + timedelta(days=1), LAST_DAY), LAST_DAY - timedelta(days=1))


def write(county: County, totals: Totals, random: Random) -> Script:
    """The script of a county."""
    return Writer(county, totals, random).script()


def _instant(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), LOCAL)


def _parted(total: int, parts: int, random: Random) -> list[int]:
    """Yuan in so many amounts of at least one ten-thousandth of the total each, which add up to it."""
    cuts = sorted(random.sample(range(1, total // 1000), parts - 1))
    edges = [0, *(cut * 1000 for cut in cuts), total]
    return [end - start for start, end in pairwise(edges)]
