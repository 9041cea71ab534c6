"""Letters: the table of steps as it should be, what each step leaves and tells, and how the letter reads."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.public_text import PublicText
from services.contracts.supervision import SubjectLimitSet
from services.contracts.vocabulary import ROLES
from services.supervision.calendar import WorkCalendar, from_chinesecalendar
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
from services.supervision.letter_limits import LetterWatch
from services.supervision.letter_transitions import STATES, STEPS, Step, allowed_steps, leads_to
from services.supervision.policy import Policy, Presets
from services.supervision.presets import ladder as ladder_of
from services.supervision.presets import limit_set
from services.supervision.render.document import to_docx, to_pdf
from services.supervision.render.letter import Unsigned, letter_text
from services.supervision.send_letter import letter_message
from tests.supervision_fakes import FakeLimits

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PRESETS = Presets({"guangdong": limit_set("guangdong")}, {"default": ladder_of("default")})
POLICY = Policy.of(PRESETS, "guangdong", "default", WorkCalendar.of([from_chinesecalendar(2026)]))
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
    assert "2026年3月16日前书面回复" in letter_text(back).paragraphs[-2]


def test_a_number_has_hexagonal_brackets_and_no_zeros() -> None:
    assert number_of("凤督函", 2026, 7) == "凤督函〔2026〕7号"


def test_a_letter_reads_as_an_official_document_and_the_same_every_time() -> None:
    text = letter_text(letter("sign"))
    assert (text.issuer, text.signature, text.number) == ("凤县督查室", "凤县督查室", "凤督函〔2026〕12号")
    assert (text.addressee, text.copies) == ("中共河口镇委员会", ("河口镇人民政府",))
    assert (text.day, text.void) == (date(2026, 3, 2), False)
    assert text.paragraphs == (
        "经巡回指导，发现你单位存在以下问题：",
        "泵站未安装。",
        "现场无人施工。",
        "现提出以下整改要求：",
        "限期安装。",
        "请你单位于2026年3月3日前签收，按要求逐项整改，并于2026年3月16日前书面回复整改情况。",
        "特此函告。",
    )
    assert text == letter_text(letter("sign", "receive", "reply", "accept", "strike_off"))
    assert letter_text(letter("sign", "void")).void


def test_a_draft_has_no_text() -> None:
    with pytest.raises(Unsigned):
        letter_text(letter())


async def watched(*steps: Step) -> tuple[FakeLimits, list[SubjectLimitSet], Letter]:
    """The limits of a letter after some steps, each an hour after the one before."""
    limits, told, now = FakeLimits(), list[SubjectLimitSet](), letter()
    watch = LetterWatch(limits, POLICY, told.append, 1)
    for number, one in enumerate(steps):
        outcome = signed(now, SIGNATURE, NOW) if one == "sign" else step(now, one, words(one), NOW)
        assert isinstance(outcome, Taken)
        await watch.after(outcome, "hekou.head", NOW + timedelta(hours=number))
        now = outcome.letter
    return limits, told, now


def states(limits: FakeLimits) -> dict[str, tuple[str, int]]:
    return {one.kind: (one.state, one.generation) for one in limits.further.values()}


async def test_signing_opens_the_receipt_by_the_authority_s_days_and_the_reply_by_its_day() -> None:
    limits, told, _ = await watched("sign")
    assert [(one.limit, one.due, one.post) for one in told] == [
        ("letter_receipt", SIGNATURE.receipt_due, "hekou.head"),
        ("letter_reply", datetime(2026, 3, 16, 16, 0, tzinfo=UTC), "hekou.head"),
    ]
    assert states(limits) == {"letter_receipt": ("open", 1), "letter_reply": ("open", 1)}


async def test_a_returned_reply_opens_the_next_generation_and_another_reply_meets_it() -> None:
    back, told, _ = await watched("sign", "receive", "reply", "return")
    assert states(back) == {"letter_receipt": ("met", 1), "letter_reply": ("open", 2)}
    assert told[-1].due == datetime(2026, 3, 20, 16, 0, tzinfo=UTC)
    end, _, _ = await watched("sign", "receive", "reply", "return", "reply", "accept")
    assert states(end) == {"letter_receipt": ("met", 1), "letter_reply": ("met", 2)}


async def test_a_void_letter_asks_for_nothing_more() -> None:
    for steps in (("sign", "void"), ("sign", "receive", "void")):
        limits, _, _ = await watched(*steps)
        assert {state for state, _ in states(limits).values()} <= {"closed", "met"}


async def test_what_notices_about_a_letter_ask_for_ends_when_it_is_struck_off() -> None:
    limits, told, now = await watched("sign", "receive", "reply", "accept")
    watch = LetterWatch(limits, POLICY, told.append, 1)
    template = limits.further[now.letter_id, "letter_reply", ""]._replace(kind="notice_reply", state="open")
    await limits.add([template])
    outcome = step(now, "strike_off", words("strike_off"), NOW)
    assert isinstance(outcome, Taken)
    await watch.after(outcome, "hekou.head", NOW)
    assert states(limits)["notice_reply"] == ("closed", 1)
    assert states(limits)["letter_reply"] == ("met", 1)


def test_the_same_letter_has_the_same_bytes_whatever_came_after_it() -> None:
    first, later = letter("sign"), letter("sign", "receive", "reply", "return")
    for write in (to_pdf, to_docx):
        assert write(first) == write(later)
    assert to_pdf(first).startswith(b"%PDF-")


def test_an_e_mail_about_a_letter_carries_its_pdf_and_says_by_when() -> None:
    one = letter("sign")
    said = letter_message(one, ["unit:hekou"])
    assert said.subject == "【督办函】凤督函〔2026〕12号：整改督办函"
    assert "书面回复：2026年3月16日前" in said.body
    [file] = said.attachments
    assert (file.name, file.content) == ("凤督函〔2026〕12号.pdf", to_pdf(one))
    assert (said.page, said.data["number"]) == (f"/letters/{one.letter_id}", "凤督函〔2026〕12号")
