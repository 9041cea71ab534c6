"""What the busy Monday's comparison names: rungs, numbers and mails that are lost, twice or unexplained."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest

from services.contracts.letter import LetterIssued
from services.contracts.public_text import PublicText
from services.contracts.supervision import NoticeSent
from services.dev.mail_server import MailServer
from services.dev.received_mail import Mail, Queued
from services.dev.storm_books import Books, Found, hold_against
from services.dev.storm_load import OfficeBooks
from services.dev.storm_topics import Topics
from services.kit.delivery.message import message_id
from services.supervision.app import shipped_policies
from services.supervision.calendars import Policies
from services.supervision.notices import notice_id
from tests.unit.directory_samples import county
from tests.unit.test_storm import DUE, LETTER, SIGNED, of_a_letter, told

UNIT = "river_town"
NOTICE = notice_id(LETTER, "letter_receipt", 1, 1)
ABOUT = (f"letter/{LETTER}", f"notice/{NOTICE}")
MAILS = tuple(f"<{message_id(about, f'unit:{UNIT}', 'email')}@mail.example>" for about in ABOUT)
ROW = {
    "notice_id": NOTICE,
    "subject_id": LETTER,
    "kind": "letter_receipt",
    "trigger": "limit",
    "generation": 1,
    "rung": 1,
    "outcome": "sent",
}
SIGNATURE = {"letter_id": LETTER, "word": "凤督函", "year": 2021, "serial": 1}
CIRCULAR = {
    "ref": "weekly-2021-02-22",
    "number": "2021-01",
    "kind": "weekly",
    "first": "2021-02-22",
    "until": "2021-03-01",
    "corrects": None,
}


@pytest.fixture
def topics() -> Topics:
    """A letter was signed and not received: the rung at its limit was sent."""
    topics, text = of_a_letter(), PublicText("限期整改。")
    issued = LetterIssued(
        letter_id=LETTER,
        version=1,
        number="凤督函〔2021〕1号",
        unit=UNIT,
        issuer="督查室",
        addressee="河口镇",
        word="凤督函",
        year=2021,
        serial=1,
        addressed="unit",
        title=text,
        found=text,
        required=text,
        reply_by=DUE.date(),
        receipt_due=DUE,
        signed_by="policy",
    )
    sent = NoticeSent(
        notice_id=NOTICE,
        subject_kind="letter",
        subject_id=LETTER,
        case_id=None,
        demand_id=None,
        limit="letter_receipt",
        trigger="limit",
        generation=1,
        rung=1,
        colour="yellow",
        outcome="sent",
        unit=UNIT,
        post="",
        recipients=(f"unit:{UNIT}",),
        due_at=DUE,
        reply_by=None,
        points=0,
        overdue=True,
        late=False,
    )
    told(topics, issued, SIGNED)
    told(topics, sent, DUE)
    return topics


@pytest.fixture
def books(topics: Topics) -> Books:
    queued = [Queued(mail, f"unit:{UNIT}", "sent") for mail in MAILS]
    return Books(topics, [ROW], [SIGNATURE], {"凤督函 2021": 1}, [], {}, queued)


Hold = Callable[[Books], Found]


@pytest.fixture(scope="module")
def policies() -> Policies:
    return shipped_policies()


@pytest.fixture
def held(tmp_path: Path, policies: Policies) -> Hold:
    """Hold books against one office that wrote the letter, and a mail server that took each mail."""
    offices, mail = OfficeBooks(), MailServer(tmp_path, Random())  # noqa: S311  a play
    offices.letters[str(LETTER)].add("凤督函〔2021〕1号")
    mail.taken = [Mail(one, "same") for one in MAILS]
    return lambda books: hold_against(
        books, policies, offices, county(), mail, [SIGNED, DUE], SIGNED.replace(hour=1)
    )


def named(found: Found) -> Sequence[str]:
    return [one.what for one in found.differences if not one.none]


def test_where_everything_is_there_once_nothing_is_named(held: Hold, books: Books) -> None:
    found = held(books)
    assert (named(found), found.mail_faults, found.sure, found.good) == ([], (), 1, True)


@pytest.mark.parametrize(
    ("what", "changed"),
    [
        ("rungs in the table", {"notices": []}),
        ("rungs in the table", {"notices": [ROW, {**ROW, "notice_id": UUID(int=3), "rung": 2}]}),
        ("steps of limits", {"notices": [ROW, {**ROW, "notice_id": UUID(int=3)}]}),
        ("letter numbers in the table", {"letter_counters": {"凤督函 2021": 2}}),
        ("letter numbers in the table", {"letters": [SIGNATURE, SIGNATURE]}),
        ("letters that offices wrote", {"letters": []}),
        ("letter numbers told to offices", {"letters": [{**SIGNATURE, "serial": 2}]}),
        ("circular numbers", {"circular_counters": {"weekly 2021": 1}}),
        ("circulars in the topic", {"circulars": [CIRCULAR], "circular_counters": {"weekly 2021": 1}}),
        ("circulars of the same days", {"circulars": [CIRCULAR, {**CIRCULAR, "number": "2021-02"}]}),
        ("mails queued", {"queued": []}),
    ],
)
def test_what_is_lost_twice_or_unexplained_is_named(
    held: Hold, books: Books, what: str, changed: dict[str, Any]
) -> None:
    found = held(replace(books, **changed))
    assert what in named(found)
    assert not found.good


def test_a_rung_that_the_topic_lacks_is_named(held: Hold, books: Books, topics: Topics) -> None:
    topics.told = {id_: one for id_, one in topics.told.items() if not isinstance(one.event, NoticeSent)}
    assert {"rungs in the topic", "rungs in table and topic"} <= set(named(held(books)))


def test_a_mail_that_the_server_never_took_is_named(held: Hold, books: Books) -> None:
    more = [*books.queued, Queued("<5@mail.example>", "unit:water", "waiting")]
    assert "<5@mail.example> to unit:water is missing" in held(replace(books, queued=more)).mail_faults[0]
