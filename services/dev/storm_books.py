"""What must be there once after a busy Monday, held against tables, topics and the mail server."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.assignment.directory import Directory
from services.contracts.circular import CircularIssued
from services.contracts.directory import UnitRecorded
from services.contracts.letter import LetterIssued
from services.contracts.supervision import NoticeSent
from services.contracts.vocabulary import Service
from services.dev.chaos_books import Difference, compare
from services.dev.mail_server import MailServer
from services.dev.received_mail import Queued, faults, queued_mail
from services.dev.running import Running
from services.dev.storm_county import addresses
from services.dev.storm_load import OfficeBooks
from services.dev.storm_rungs import Expected, Reckoning, expected, unexpected
from services.dev.storm_topics import Topics, read_topics
from services.kit.connection import Pool
from services.kit.delivery.message import message_id
from services.kit.postgres import pool
from services.supervision.calendar import WorkCalendar
from services.supervision.calendars import Policies

MAILING: Final[tuple[Service, ...]] = ("supervision", "reporting")
_NOTICES: Final = "SELECT notice_id, subject_id, kind, trigger, generation, rung, outcome FROM notices"
_LETTERS: Final = "SELECT letter_id, word, year, serial FROM letters WHERE serial IS NOT NULL"
_DAYS: Final = ("kind", "first", "until", "corrects")
_CIRCULARS: Final = "SELECT ref, number, kind, first, until, corrects FROM circulars WHERE number IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Books:
    """Everything that the stack says: rows of its tables, its topics, its queues of mail."""

    topics: Topics
    notices: Sequence[Mapping[str, Any]]
    letters: Sequence[Mapping[str, Any]]
    letter_counters: Mapping[str, int]
    circulars: Sequence[Mapping[str, Any]]
    circular_counters: Mapping[str, int]
    queued: Sequence[Queued]


@dataclass(frozen=True, slots=True)
class Found:
    """What the comparison came to. `sure` rungs were reckoned anew; others were looked at only for twins."""

    books: Books
    differences: tuple[Difference, ...]
    mail_faults: tuple[str, ...]
    sure: int

    @property
    def good(self) -> bool:
        return not self.mail_faults and all(one.none for one in self.differences)


async def read_books(running: Running) -> Books:
    """All of it, as the database's administrator and from offset 0."""
    topics = await read_topics(running.kafka)
    async with pool(running.admin_url, "supervision", 1) as supervision:
        notices = await _rows(supervision, _NOTICES)
        letters = await _rows(supervision, _LETTERS)
        counters = await _counters(supervision, "SELECT word || ' ' || year, last FROM letter_numbers")
        queued = await queued_mail(supervision)
    async with pool(running.admin_url, "reporting", 1) as reporting:
        circulars = await _rows(reporting, _CIRCULARS)
        series = await _counters(reporting, "SELECT kind || ' ' || year, last FROM numbers")
        queued += await queued_mail(reporting)
    return Books(topics, notices, letters, counters, circulars, series, queued)


async def _rows(connections: Pool, sql: str) -> list[Mapping[str, Any]]:
    return [dict(row) for row in await connections.fetch(sql)]


async def _counters(connections: Pool, sql: str) -> dict[str, int]:
    return {row[0]: row[1] for row in await connections.fetch(sql)}


def hold_against(
    books: Books,
    policies: Policies,
    offices: OfficeBooks,
    county: Directory,
    mail: MailServer,
    settled: Sequence[datetime],
    addressed_at: datetime,
) -> Found:
    """Every rung, letter number, circular number and mail exactly once, and no other."""
    calendar = WorkCalendar.of(policies.built_in)
    known = expected(books.topics, Reckoning.of(books.topics, policies.presets.ladders, calendar, settled))
    differences = (
        *_rungs(books, known),
        *_letters(books, offices),
        *_circulars(books, offices),
        _mails(books, county, addressed_at),
        _contradictions(books.topics, offices),
    )
    return Found(books, differences, tuple(faults(books.queued, mail.taken)), len(known.must))


def _rungs(books: Books, known: Expected) -> Iterator[Difference]:
    """In the table, and in the topic, where a repeat has the id of the first."""
    told = {event.notice_id: event.subject_id for event, _ in books.topics.of(NoticeSent)}
    in_table = [(row["notice_id"], row["subject_id"]) for row in books.notices]
    yield _once("rungs in the table", known, in_table)
    yield _once("rungs in the topic", known, list(told.items()))
    both = compare("rungs in table and topic", map(str, told), [str(one) for one, _ in in_table])
    yield replace(both, proof="notice told")
    steps = Counter(
        f"{row['subject_id']} {row['kind'] or row['trigger']} {row['generation']} rung {row['rung']}"
        for row in books.notices
        if row["kind"] not in ("assist", "notice_reply")  # these may be of several units, or notices
    )
    twice = tuple(step for step, times in steps.items() if times > 1)
    yield Difference("steps of limits", (), twice, proof="step")


def _once(what: str, known: Expected, recorded: Sequence[tuple[UUID, UUID]]) -> Difference:
    there = Counter(notice for notice, _ in recorded)
    return Difference(
        what,
        lost=tuple(name for notice, name in known.must.items() if notice not in there),
        duplicated=tuple(str(notice) for notice, times in there.items() if times > 1),
        strangers=tuple(map(str, unexpected(recorded, known))),
        proof="limit that says so",
    )


def _letters(books: Books, offices: OfficeBooks) -> Iterator[Difference]:
    """Numbers count from 1 without a gap; every letter has one; offices were told those."""
    told = books.topics.of(LetterIssued)
    numbered = {str(row["letter_id"]): _number(row) for row in books.letters}
    wanted = _counted(books.letter_counters)
    in_table = [f"{row['word']} {row['year']} {row['serial']}" for row in books.letters]
    in_topic = [f"{event.word} {event.year} {event.serial}" for event, _ in told]
    yield compare("letter numbers in the table", wanted, in_table, proof="number taken")
    yield compare("letter numbers in the topic", wanted, in_topic, proof="number taken")
    yield compare("letters issued", numbered, [str(event.letter_id) for event, _ in told], proof="signature")
    yield _as_told("letter numbers told to offices", offices.letters, numbered)
    lost = tuple(letter for letter in offices.letters if letter not in numbered)
    yield Difference("letters that offices wrote", lost, (), proof="number")
    of_findings = [str(event.finding_id) for event, _ in told if event.finding_id]
    yield compare("letters of findings", offices.findings, of_findings, proof="finding")


def _number(row: Mapping[str, Any]) -> str:
    return f"{row['word']}〔{row['year']}〕{row['serial']}号"


def _circulars(books: Books, offices: OfficeBooks) -> Iterator[Difference]:
    """Numbers count from 1 without a gap in each series; the same days have one circular of a kind."""
    told = [event.number for event, _ in books.topics.of(CircularIssued)]
    numbers = [row["number"] for row in books.circulars]
    serials = [_serial(row) for row in books.circulars]
    wanted = _counted(books.circular_counters)
    yield compare("circular numbers", wanted, serials, proof="number taken")
    yield compare("circulars in the topic", numbers, told, proof="number")
    days = Counter(" ".join(str(row[name]) for name in _DAYS) for row in books.circulars)
    yield Difference(
        "circulars of the same days", (), tuple(one for one, n in days.items() if n > 1), proof="circular"
    )
    by_ref = {row["ref"]: row["number"] for row in books.circulars}
    yield _as_told("circular numbers told to offices", offices.circulars, by_ref)


def _counted(counters: Mapping[str, int]) -> list[str]:
    """Every number that was taken of each series and year."""
    return [f"{series} {number}" for series, last in counters.items() for number in range(1, last + 1)]


def _serial(row: Mapping[str, Any]) -> str:
    """`2021-09` is a weekly one's, `county-2021-03` says its series."""
    *series, year, serial = row["number"].split("-")
    return f"{series[0] if series else 'weekly'} {year} {int(serial)}"


def _as_told(what: str, told: Mapping[str, set[str]], numbers: Mapping[str, str]) -> Difference:
    """Two numbers for one thing, or another than it has."""
    wrong = tuple(
        f"{one}: told {', '.join(sorted(said))}, has {numbers.get(one)}"
        for one, said in told.items()
        if said - {numbers.get(one)}
    )
    return Difference(what, (), wrong, proof="number")


def _mails(books: Books, county: Directory, addressed_at: datetime) -> Difference:
    """The queues hold one message for each recipient of each thing told since the addresses are known."""
    reached = {service: frozenset(known) for service, known in addresses(county).items()}
    wanted = [
        str(message_id(about, recipient, "email"))
        for service, about, recipients in _said(books.topics, addressed_at, reached["reporting"])
        for recipient in recipients
        if recipient in reached[service]
    ]
    queued = [one.mail_id.strip("<>").split("@")[0] for one in books.queued]
    return compare("mails queued", wanted, queued, proof="thing told")


def _said(
    topics: Topics, since: datetime, everybody: Iterable[str]
) -> Iterator[tuple[str, str, Iterable[str]]]:
    """Service, what it is about, and whom it goes to."""
    committees = _committees(topics)
    for notice, at in topics.of(NoticeSent):
        if at > since:
            yield "supervision", f"notice/{notice.notice_id}", notice.recipients
    for letter, at in topics.of(LetterIssued):
        if at > since:
            above = committees.get(letter.unit, ()) if letter.addressed == "party_committee" else ()
            to = {f"unit:{one}" for one in (letter.unit, *above)}
            yield "supervision", f"letter/{letter.letter_id}", to
    for issued, at in topics.of(CircularIssued):
        if at > since:
            yield "reporting", f"circular/{issued.number}/{issued.figures_sha256}", everybody


def _committees(topics: Topics) -> dict[str, tuple[str, ...]]:
    """By unit, the units that are its Party committee."""
    units = {unit.code: unit for unit, _ in topics.of(UnitRecorded)}
    named: dict[str | None, set[str]] = {}
    for unit in units.values():
        for name in (unit.code, unit.name):
            named.setdefault(name, set()).add(unit.code)
    return {unit.code: tuple(named.get(unit.party_committee, ())) for unit in units.values()}


def _contradictions(topics: Topics, offices: OfficeBooks) -> Difference:
    """Events that came again otherwise, and two numbers told for one thing."""
    told = (*offices.letters.items(), *offices.circulars.items())
    twofold = [f"{one}: {', '.join(sorted(said))}" for one, said in told if len(said) > 1]
    return Difference("contradictions", (), (*topics.contradicted, *twofold), proof="word")
