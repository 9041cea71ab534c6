"""Rounds: plan, draw, record what was found, close; within one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from services.contracts.public_text import PublicText
from services.contracts.round import (
    FindingRecorded,
    RoundClosed,
    RoundDrawn,
    RoundEvent,
    RoundPlanned,
    Target,
    Visit,
)
from services.supervision.finding import Finding, Kept, Objection, is_late, objection, told
from services.supervision.finding_notices import FindingNotices
from services.supervision.letter import Letter, Matter, letter_id_of
from services.supervision.letters import Addressee, LetterDesk, Refused
from services.supervision.round import Draw, Plan, Round, TooFewInspectors, barred, draw, name_of


class History(NamedTuple):
    """Who went where before: the last time to each target by name, and all visits of the last round."""

    last_there: Mapping[str, Sequence[str]]
    last_round: Sequence[Visit]


@dataclass(frozen=True, slots=True)
class NoSuchRound:
    round_id: UUID


@dataclass(frozen=True, slots=True)
class WrongState:
    """The round isn't in a state for that."""

    round: Round
    wanted: str


@dataclass(frozen=True, slots=True)
class NoTeam:
    """Nobody can be drawn for a target."""

    why: str


@dataclass(frozen=True, slots=True)
class UnknownTargets:
    """Units or projects that aren't on record, or that weren't drawn; `field`: where they were named."""

    names: tuple[str, ...]
    field: str = "targets"


@dataclass(frozen=True, slots=True)
class AnotherRound:
    """A round of that id is planned already and says something else."""

    round: Round


@dataclass(frozen=True, slots=True)
class AnotherFinding:
    """The id is that of another finding, or of the same one with other contents."""

    kept: Kept


class Rounds(Protocol):
    """Where rounds, their draws and findings are kept."""

    async def one(self, round_id: UUID) -> Round | None:
        """Held until commit."""
        ...

    async def units_of(self, targets: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
        """The unit of each target (kind, key) that is on record."""
        ...

    async def add(self, planned: Round) -> None: ...

    async def history(self, targets: Sequence[Target]) -> History:
        """As of this moment; draws go one at a time until commit."""
        ...

    async def keep_draw(self, drawn: Round) -> None: ...

    async def close(self, closed: Round, by: str) -> None: ...

    async def finding(self, finding_id: UUID) -> Kept | None:
        """Nobody else records one under this id until commit."""
        ...

    async def record(self, kept: Kept) -> None: ...

    async def addressee(self, unit: str) -> Addressee | None: ...


@dataclass(frozen=True, slots=True)
class RoundDesk:
    """One member of staff at work on rounds, within one transaction. Each method gives an outcome."""

    rounds: Rounds
    letters: LetterDesk
    notices: FindingNotices
    publish: Callable[[RoundEvent | FindingRecorded], None]
    by: str
    now: datetime

    async def planned(self, round_id: UUID, digest: str) -> Round | AnotherRound | None:
        """The round that was planned under an id by the same body, as it is now; None: none was."""
        there = await self.rounds.one(round_id)
        return AnotherRound(there) if there is not None and there.digest != digest else there

    async def plan(self, round_id: UUID, plan: Plan, digest: str) -> Round:
        """A new one. `digest` is that of the body that says it."""
        planned = Round(round_id, 1, "planned", plan, self.now, self.by, digest)
        await self.rounds.add(planned)
        said = {name: getattr(plan, name) for name in Plan.__dataclass_fields__}
        self.publish(RoundPlanned(round_id=planned.round_id, version=1, **said))
        return planned

    async def targets(self, named: Sequence[tuple[str, str]]) -> tuple[Target, ...] | UnknownTargets:
        """Targets by kind and key, each with its unit."""
        units = await self.rounds.units_of(named)
        if unknown := [f"{kind}:{key}" for kind, key in named if (kind, key) not in units]:
            return UnknownTargets(tuple(unknown))
        return tuple(
            Target.model_validate({"kind": one[0], "key": one[1], "unit": units[one]}) for one in named
        )

    async def draw(self, round_id: UUID, seed: str, given: bool) -> Round | NoSuchRound | WrongState | NoTeam:
        """Once for each round: nobody draws until it suits."""
        found = await self.rounds.one(round_id)
        if found is None:
            return NoSuchRound(round_id)
        if found.state != "planned":
            return WrongState(found, "draw")
        history = await self.rounds.history(found.plan.targets)
        excluded = barred(found.plan.targets, *history)
        try:
            visits = draw(found.plan, seed, excluded)
        except TooFewInspectors as few:
            return NoTeam(str(few))
        outcome = Draw(seed, given, excluded, visits, self.by, self.now)
        drawn = replace(found, version=found.version + 1, state="drawn", draw=outcome)
        await self.rounds.keep_draw(drawn)
        self._tell_draw(drawn, outcome)
        return drawn

    def _tell_draw(self, drawn: Round, outcome: Draw) -> None:
        self.publish(
            RoundDrawn(
                round_id=drawn.round_id,
                version=drawn.version,
                seed=outcome.seed,
                targets=drawn.plan.targets,
                inspectors=drawn.plan.inspectors,
                barred=outcome.barred,
                drawn=outcome.drawn,
            )
        )

    async def close(
        self, round_id: UUID, missed: Sequence[str]
    ) -> Round | NoSuchRound | WrongState | UnknownTargets:
        """`missed`: names of drawn targets that were not seen after all."""
        found = await self.rounds.one(round_id)
        if found is None:
            return NoSuchRound(round_id)
        if found.state != "drawn" or found.draw is None:
            return WrongState(found, "close")
        drawn = [visit.target for visit in found.draw.drawn]
        if unknown := sorted(set(missed) - {name_of(one) for one in drawn}):
            return UnknownTargets(tuple(unknown), "missed")
        visited = tuple(one for one in drawn if name_of(one) not in missed)
        closed = replace(
            found, version=found.version + 1, state="closed", visited=visited, closed_at=self.now
        )
        await self.rounds.close(closed, self.by)
        self.publish(RoundClosed(round_id=round_id, version=closed.version, visited=visited))
        return closed

    async def recorded(self, finding_id: UUID, digest: str) -> Kept | AnotherFinding | None:
        """The finding that came under an id with the same body, as it was recorded; None: none did.

        Whatever became of its unit and its project meanwhile, the same again changes nothing.
        """
        there = await self.rounds.finding(finding_id)
        return AnotherFinding(there) if there is not None and there.digest != digest else there

    async def record(self, finding: Finding, digest: str) -> Kept | NoSuchRound | Objection | Refused:
        """A new one. One that needs a letter becomes one at once. `digest` is that of the body it came with.

        Of two that come at once the second waits in `recorded`.
        """
        found = await self.rounds.one(finding.round_id)
        if found is None:
            return NoSuchRound(finding.round_id)
        if against := objection(finding, found, self.now):
            return against
        kept = Kept(finding, digest, is_late(found), self.now, self.by)
        await self.rounds.record(kept)
        self.publish(told(kept))
        addressee = await self.rounds.addressee(finding.unit)
        await self.notices.bring(finding, addressee.post if addressee else "", self.now)
        letter = await self._letter(finding, addressee)
        return kept if letter is None or isinstance(letter, Letter) else letter

    async def _letter(self, finding: Finding, addressee: Addressee | None) -> Letter | Refused | None:
        if not finding.needs_letter or finding.required is None:
            return None
        matter = Matter(
            unit=finding.unit,
            addressed="party_committee" if addressee and addressee.committee else "unit",
            title=TITLE,
            found=finding.found,
            required=finding.required,
            reply_days=finding.reply_days,
            reply_by=finding.reply_by,
            finding_id=finding.finding_id,
            project_id=finding.project_id,
        )
        return await self.letters.write(letter_id_of(finding.finding_id), matter)


TITLE = PublicText("关于巡回指导发现问题的整改督办函")
"""The title of a letter that says what a round found."""
