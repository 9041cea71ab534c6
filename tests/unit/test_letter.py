"""Letters: the table of steps as it should be, what each step leaves and tells, and how the letter reads."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.public_text import PublicText
from services.contracts.vocabulary import ROLES
from services.supervision.letter import (
    Letter,
    Matter,
    Signature,
    StepNotAllowed,
    Taken,
    Words,
    drafted,
    number_of,
    signed,
    step,
)
from services.supervision.letter_limits import LetterLimit, watch
from services.supervision.letter_transitions import STATES, STEPS, Step, allowed_steps, leads_to
from services.supervision.render.letter import Unsigned, letter_text

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ALLOWED = {
    "drafted": {"sign": "issued", "discard": "discarded"},
    "issued": {"receive": "received", "void": "voided"},
    "received": {"reply": "replied", "void": "voided"},
    "replied": {"accept": "accepted", "return": "returned"},
    "returned": {"reply": "replied"},
    "accepted": {"strike_off": "struck_off"},
    "struck_off": {},
    "voided": {},
    "discarded": {},
}


def matter(**given: Any) -> Matter:
    values: dict[str, Any] = {
        "unit": "hekou",
        "addressed": "party_committee",
        "title": PublicText("整改督办函"),
        "found": PublicText("泵站未安装。\n现场无人施工。"),
        "required": PublicText("限期安装。"),
        "reply_days": None,
        "reply_by": None,
        "finding_id": uuid4(),
    }
    return Matter(**{**values, **given})


SIGNATURE = Signature(
    issuer="凤县督查室",
    addressee="中共河口镇委员会",
    copy_to="河口镇人民政府",
    word="凤督函",
    year=2026,
    serial=12,
    signed_by="褚石泉",
    signed_post=None,
    reply_by=date(2026, 3, 16),
    receipt_due=datetime(2026, 3, 3, 16, 0, tzinfo=UTC),
)


def letter(*steps: Step) -> Letter:
    """A letter after some steps."""
    now = drafted(uuid4(), matter(), NOW, "田大河")
    for one in steps:
        outcome = signed(now, SIGNATURE, NOW) if one == "sign" else step(now, one, words(one), NOW)
        assert isinstance(outcome, Taken), one
        now = outcome.letter
    return now


def words(of: Step) -> Words:
    return Words(PublicText("已安装。"), date(2026, 3, 20) if of == "return" else None)


@pytest.mark.parametrize("state", STATES)
def test_each_state_leads_where_it_should_and_nowhere_else(state: Any) -> None:
    assert {one: leads_to(state, one) for one in STEPS if leads_to(state, one)} == ALLOWED[state]


def test_the_unit_receives_and_replies_and_the_office_does_the_rest() -> None:
    assert {
        (role, unit)
        for role in ROLES
        for unit in ("hekou", "roads", None)
        if "receive" in allowed_steps(role, unit, "hekou", "issued")
    } == {("handler", "hekou"), ("unit_head", "hekou")}
    for state, steps in ALLOWED.items():
        for one in set(steps) - {"receive", "reply"}:
            may = {role for role in ROLES if one in allowed_steps(role, "hekou", "hekou", state)}  # type: ignore[arg-type]
            assert may == {"supervision_office", "administrator"}


@given(st.lists(st.sampled_from(STEPS), max_size=12))
def test_a_version_counts_each_step_and_an_illegal_one_changes_nothing(steps: list[Step]) -> None:
    now = letter()
    for one in steps:
        outcome = signed(now, SIGNATURE, NOW) if one == "sign" else step(now, one, words(one), NOW)
        if isinstance(outcome, StepNotAllowed):
            assert outcome.letter is now
            assert one not in ALLOWED[now.state]
            continue
        assert outcome.letter.version == now.version + 1
        assert outcome.letter.state == ALLOWED[now.state][one]
        assert (outcome.event is None) == (one == "discard")
        if outcome.event is not None:
            assert outcome.event.version == outcome.letter.version
            assert outcome.event.number == "凤督函〔2026〕12号"
        now = outcome.letter


def test_a_returned_reply_is_due_on_another_day_and_the_first_one_stays_in_the_text() -> None:
    back = letter("sign", "receive", "reply", "return")
    assert (back.state, back.reply_by, back.returns) == ("returned", date(2026, 3, 20), 1)
    assert "2026年3月16日前书面回复" in letter_text(back).paragraphs[-1]


def test_a_number_has_hexagonal_brackets_and_no_zeros() -> None:
    assert number_of("凤督函", 2026, 7) == "凤督函〔2026〕7号"


def test_a_letter_reads_as_an_official_document_and_the_same_every_time() -> None:
    text = letter_text(letter("sign"))
    assert (text.issuer, text.signature, text.number) == ("凤县督查室", "凤县督查室", "凤督函〔2026〕12号")
    assert (text.addressee, text.copies) == ("中共河口镇委员会", ("河口镇人民政府",))
    assert (text.date, text.void) == ("2026年3月2日", False)
    assert text.paragraphs == (
        "经巡回指导，发现以下问题：",
        "泵站未安装。",
        "现场无人施工。",
        "整改要求：",
        "限期安装。",
        "请于2026年3月3日前签收，按要求整改，并于2026年3月16日前书面回复整改情况。",
    )
    assert text == letter_text(letter("sign", "receive", "reply", "accept", "strike_off"))
    assert letter_text(letter("sign", "void")).void


def test_a_draft_has_no_text() -> None:
    with pytest.raises(Unsigned):
        letter_text(letter())


class Watching:
    def __init__(self) -> None:
        self.said: list[tuple[str, ...]] = []

    async def open(self, asked: LetterLimit) -> None:
        self.said.append(("open", asked.kind, asked.post, str(asked.due_day)))

    async def end(self, subject_id: Any, kind: Any, outcome: Any, at: datetime) -> None:
        self.said.append(("end", kind, outcome))


async def test_the_watch_is_told_when_receipt_and_reply_are_due_and_when_they_came() -> None:
    limits, now = Watching(), letter()
    for one in ("sign", "receive", "reply", "return", "reply", "accept", "strike_off"):
        outcome = signed(now, SIGNATURE, NOW) if one == "sign" else step(now, one, words(one), NOW)
        assert isinstance(outcome, Taken)
        await watch(limits, outcome, "hekou.head", NOW + timedelta(days=1))
        now = outcome.letter
    assert limits.said == [
        ("open", "letter_receipt", "hekou.head", "None"),
        ("open", "letter_reply", "hekou.head", "2026-03-16"),
        ("end", "letter_receipt", "met"),
        ("end", "letter_reply", "met"),
        ("open", "letter_reply", "hekou.head", "2026-03-20"),
        ("end", "letter_reply", "met"),
    ]
