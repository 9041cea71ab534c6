"""The demands of a replayed county, and what becomes of them: settled, refused, withdrawn, merged."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from services.contracts.vocabulary import Channel, Tag
from services.dev.fengxian.actions import (
    Action,
    CompleteDemand,
    MergeDemand,
    PartDemand,
    RefuseDemand,
    SendDemand,
    SynchroniseDemands,
    TagDemand,
    WithdrawDemand,
)
from services.dev.fengxian.draw import FIRST_DAY, LAST_DAY, Draw, instant
from services.dev.fengxian.totals import Totals
from services.kit.clock import LOCAL

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
LAST_SENT: Final = date(2021, 6, 8)
MERGED: Final = datetime.combine(LAST_SENT + timedelta(days=3), time(9), LOCAL)
LAST_HOUR: Final = datetime.combine(LAST_DAY - timedelta(days=1), time(16), LOCAL)
"""When what was said before is all there: groups are made, and later some of them unmade."""


@dataclass(slots=True)
class DemandWriter:
    """Writes actions in no order."""

    totals: Totals
    draw: Draw
    actions: list[Action] = field(default_factory=list)

    def write(self) -> list[Action]:
        sent = [self._demand(number) for number in range(self.totals.demands)]
        offline = [one for one in sent if one.channel == "visit" and self.draw.random.random() < 0.3]
        self.actions += [one for one in sent if one not in offline]
        self._synchronised(offline)
        apart = self.draw.random.sample([one for one in sent if one not in offline], len(sent) - len(offline))
        tagged, grouped = apart[: len(apart) // 2], apart[len(apart) // 2 :]
        self._results(tagged)
        self._groups(grouped)
        for number in self.draw.chosen(range(self.totals.demands), 0.06):
            self._dropped(self._extra(number))
        return self.actions

    def _demand(self, number: int) -> SendDemand:
        at = self.draw.between(FIRST_DAY, LAST_SENT)
        return SendDemand(at, self.draw.number("FX-"), SOURCES[number % len(SOURCES)], number)

    def _extra(self, number: int) -> SendDemand:
        """One that won't be counted."""
        sent = self._demand(number)
        self.actions.append(sent)
        return sent

    def _dropped(self, sent: SendDemand) -> None:
        at = sent.at + timedelta(hours=1)
        refused = RefuseDemand(at, sent.key, "不属于本县受理范围")
        self.actions.append(refused if self.draw.random.random() < 0.5 else WithdrawDemand(at, sent.key))

    def _synchronised(self, offline: list[SendDemand]) -> None:
        """Taken down at the door, sent late in two overlapping lists, the second in another order."""
        late = LAST_SENT + timedelta(days=2)
        once, half = list(offline), len(offline) // 2
        self.draw.random.shuffle(once)
        lists = (offline[: half + 1], once)
        for number, sends in enumerate(lists):
            if sends:
                self.actions.append(SynchroniseDemands(instant(late, 9 + number), tuple(sends)))

    def _results(self, demands: list[SendDemand]) -> None:
        """Old petition cases settled and enterprises' difficulties solved; some tags were a mistake."""
        left = iter(demands)
        tags: tuple[tuple[Tag, int], ...] = (
            ("petition", self.totals.petitions),
            ("enterprise", self.totals.enterprises),
        )
        for tag, solved in tags:
            for number, one in zip(range(solved + 4), left, strict=False):
                self.actions.append(TagDemand(self.draw.after(one.at), one.key, (tag,)))
                if number < solved:
                    self.actions.append(CompleteDemand(self.draw.after(one.at), one.key))
        for one in (next(left), next(left)):
            tagged = TagDemand(MERGED, one.key, ("petition",))
            self.actions += [tagged, CompleteDemand(LAST_HOUR, one.key), TagDemand(LAST_HOUR, one.key, ())]

    def _groups(self, demands: list[SendDemand]) -> None:
        """One matter told twice or three times, parted again, or taken back by who told it first."""
        left, some = iter(demands), max(1, len(demands) // 20)
        for _ in range(some):
            self._merged(self._extra(self.draw.used), next(left))
        for _ in range(some):
            lead, between = next(left), self._extra(self.draw.used)
            self._merged(between, lead)
            self._merged(self._extra(self.draw.used), between)
        for _ in range(some):
            one = next(left)
            self.actions.append(PartDemand(LAST_HOUR, self._merged(one, next(left)).key))
        for _ in range(some):
            first = self._extra(self.draw.used)
            self._merged(next(left), first)
            self.actions.append(WithdrawDemand(LAST_HOUR, first.key))

    def _merged(self, one: SendDemand, into: SendDemand) -> MergeDemand:
        merged = MergeDemand(MERGED, one.key, into.key)
        self.actions.append(merged)
        return merged
