"""Letters: draft, sign, and take each step, within one transaction."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from services.contracts.directory import LetterRules
from services.contracts.letter import LetterEvent
from services.contracts.public_text import PublicText
from services.kit.auth import Staff
from services.supervision.calendar import LOCAL, UnknownYear, WorkCalendar, last_day
from services.supervision.letter import (
    Letter,
    Matter,
    Signature,
    StepNotAllowed,
    Taken,
    Words,
    drafted,
    signed,
    step,
)
from services.supervision.letter_limits import LetterWatch
from services.supervision.letter_transitions import Step, leads_to, may, who_may

POLICY: Final = "policy"
"""Who signed by rule, where the post that signs has no holder."""

FURTHEST: Final = timedelta(days=366)
"""A reply due later than that is a slip of the pen: a letter sets a time limit (限期整改)."""


class Addressee(NamedTuple):
    """A unit that a letter can go to. `committee`: the name of its Party committee."""

    name: str
    committee: str | None
    post: str


class Signer(NamedTuple):
    """Who signs; `post`: by the signature on record of that post."""

    name: str
    post: str | None


@dataclass(frozen=True, slots=True)
class NoSuchLetter:
    letter_id: UUID


@dataclass(frozen=True, slots=True)
class NoSuchAddressee:
    """The directory has no such unit, or it has no Party committee; `why` in Chinese."""

    unit: str
    why: str


@dataclass(frozen=True, slots=True)
class NotTheirs:
    """Somebody else takes this step."""

    step: Step
    who: str


@dataclass(frozen=True, slots=True)
class DayUnfit:
    """The reply can't be due then."""

    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class AnotherLetter:
    """A letter of that id is there already and says something else."""

    letter: Letter


Refused = NoSuchLetter | NoSuchAddressee | NotTheirs | DayUnfit | StepNotAllowed | AnotherLetter


class Letters(Protocol):
    """Where letters, their steps and numbers are kept."""

    async def one(self, letter_id: UUID) -> Letter | None:
        """Held until commit."""
        ...

    async def draft(self, letter: Letter) -> None:
        """Keep a new letter, before its first step."""
        ...

    async def record(self, taken: Taken, at: datetime, by: str) -> None:
        """The letter after a step, and the step."""
        ...

    async def next_serial(self, word: str, year: int) -> int:
        """The next number of an issuer's word and year, held until commit: none is left out."""
        ...

    async def addressee(self, unit: str) -> Addressee | None: ...

    async def holder(self, post: str, day: date) -> str | None: ...


@dataclass(frozen=True, slots=True)
class LetterDesk:
    """One member of staff at work on letters, within one transaction. Each method gives an outcome.

    `send`: what carries a letter that was signed to its addressee.
    """

    letters: Letters
    watch: LetterWatch
    publish: Callable[[LetterEvent], None]
    send: Callable[[Letter], Awaitable[object]]
    rules: LetterRules
    issuer: str
    calendar: WorkCalendar
    staff: Staff
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(LOCAL).date()

    async def write(self, letter_id: UUID, matter: Matter) -> Letter | Refused:
        """A letter, signed at once where the authority's policy says so. The same again changes nothing.

        What a round found is never refused for its date: where none can be set, the draft waits for somebody.
        """
        there = await self.letters.one(letter_id)
        if there is not None:
            return there if there.matter == matter else AnotherLetter(there)
        addressee = await self._addressee(matter)
        if not isinstance(addressee, Addressee):
            return addressee
        letter = drafted(letter_id, matter, self.now, self.staff.subject)
        await self.letters.draft(letter)
        if self.rules.signing == "by_hand":
            return letter
        day = self._day(matter.reply_days, matter.reply_by)
        if isinstance(day, DayUnfit):
            return letter if matter.finding_id else day
        by = Signer(await self._on_record(), self.rules.signer)
        return (await self._sign(letter, addressee, by, day)).letter

    async def sign(self, letter_id: UUID, reply_by: date | None = None) -> Taken | Refused:
        """By whoever is at work. `reply_by` stands in the place of what the draft says."""
        letter = await self._theirs(letter_id, "sign")
        if not isinstance(letter, Letter):
            return letter
        if letter.state != "drafted":
            return StepNotAllowed(letter, "sign")
        day = self._day(letter.matter.reply_days, reply_by or letter.matter.reply_by)
        if isinstance(day, DayUnfit):
            return day
        addressee = await self._addressee(letter.matter)
        if not isinstance(addressee, Addressee):
            return addressee
        return await self._sign(letter, addressee, Signer(self.staff.subject, None), day)

    async def take(self, letter_id: UUID, wanted: Step, words: Words) -> Taken | Refused:
        """Any other step."""
        letter = await self._theirs(letter_id, wanted)
        if not isinstance(letter, Letter):
            return letter
        outcome = step(letter, wanted, words, self.now)
        return await self._recorded(outcome) if isinstance(outcome, Taken) else outcome

    async def send_back(
        self, letter_id: UUID, reason: PublicText, days: int | None, reply_by: date | None
    ) -> Taken | Refused:
        """退回: another reply is due by a day, or after so many working days from today."""
        letter = await self._theirs(letter_id, "return")
        if not isinstance(letter, Letter):
            return letter
        day = self._day(days, reply_by)
        if isinstance(day, DayUnfit) and leads_to(letter.state, "return"):
            return day
        return await self.take(letter_id, "return", Words(reason, None if isinstance(day, DayUnfit) else day))

    async def _theirs(self, letter_id: UUID, wanted: Step) -> Letter | Refused:
        letter = await self.letters.one(letter_id)
        if letter is None:
            return NoSuchLetter(letter_id)
        if not may(self.staff.role, self.staff.unit, letter.matter.unit, wanted):
            return NotTheirs(wanted, who_may(wanted))
        return letter

    async def _on_record(self) -> str:
        post = self.rules.signer
        return (await self.letters.holder(post, self.today) if post else None) or POLICY

    async def _addressee(self, matter: Matter) -> Addressee | NoSuchAddressee:
        found = await self.letters.addressee(matter.unit)
        if found is None:
            return NoSuchAddressee(matter.unit, "没有这个单位")
        if matter.addressed == "party_committee" and found.committee is None:
            return NoSuchAddressee(matter.unit, f"{found.name} 没有登记党委（党组）")
        return found

    async def _sign(self, letter: Letter, to: Addressee, by: Signer, day: date) -> Taken:
        """The number is taken last, when nothing can refuse the signature any more."""
        year = self.today.year
        committee = to.committee if letter.matter.addressed == "party_committee" else None
        signature = Signature(
            issuer=self.issuer,
            addressee=committee or to.name,
            copy_to=to.name if committee else None,
            word=self.rules.word,
            year=year,
            serial=await self.letters.next_serial(self.rules.word, year),
            signed_by=by.name,
            signed_post=by.post,
            reply_by=day,
            receipt_due=self._receipt_due(),
        )
        outcome = signed(letter, signature, self.now)
        assert isinstance(outcome, Taken)  # noqa: S101  a draft can be signed
        taken = await self._recorded(outcome)
        await self.send(taken.letter)
        return taken

    async def _recorded(self, taken: Taken) -> Taken:
        await self.letters.record(taken, self.now, self.staff.subject)
        if taken.event is not None:
            self.publish(taken.event)
        addressee = await self.letters.addressee(taken.letter.matter.unit)
        await self.watch.after(taken, addressee.post if addressee else "", self.now)
        return taken

    def _day(self, days: int | None, given: date | None) -> date | DayUnfit:
        """The last local day for a reply."""
        if given is not None:
            return self._unfit(given) or given
        wanted = days or self.rules.reply_days
        try:
            return date.fromordinal(last_day(self.calendar.add_working_days(self.now, wanted)))
        except UnknownYear as unknown:
            return DayUnfit(str(unknown), "load the year's calendar, or name the last day in `reply_by`")

    def _unfit(self, day: date) -> DayUnfit | None:
        if day <= self.today:
            return DayUnfit(f"{day} is over or ends today", f"name {self.today + timedelta(days=1)} or later")
        if day > self.today + FURTHEST:
            return DayUnfit(f"{day} is more than a year ahead", f"name {self.today + FURTHEST} or earlier")
        return None

    def _receipt_due(self) -> datetime | None:
        try:
            return self.calendar.add_working_days(self.now, self.rules.receipt_days)
        except UnknownYear:
            return None
