"""The console's catalogues, times, form fields: pure rules."""

import re
import string
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest

import services.console
from services.assignment.project_history import Kind
from services.console import said
from services.console.catalogue import Unsaid, catalogue, language_of
from services.console.project_forms import OPENING, PLACES
from services.console.session import form_token, is_own_form
from services.console.step_forms import Field, StepForm, filled_in, filter_choices, step_form
from services.console.typed import Unfit
from services.contracts.project import Plan
from services.contracts.vocabulary import (
    CHANNELS,
    KINDS,
    ROLES,
    SERVICES,
    CaseState,
    LimitKind,
    Occasion,
    ProjectState,
    PromiseState,
    PromiseTier,
    Satisfaction,
    Urgency,
)
from tests.api_documents import document_of

FOLDER = Path(services.console.__file__).parent
CASE_ID = UUID(int=1)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_catalogues_say_the_same_things_with_the_same_values() -> None:
    zh, en = catalogue("zh-CN").texts, catalogue("en").texts
    assert set(zh) == set(en)
    assert [key for key in zh if placeholders(zh[key]) != placeholders(en[key])] == []


def test_every_text_that_a_template_asks_for_is_there() -> None:
    sources = "".join(path.read_text("utf-8") for path in (FOLDER / "templates").iterdir())
    asked = set(re.findall(r'\bt\("([a-z_0-9.]+)"\s*[,)]', sources))
    assert len(asked) > 80
    assert asked - set(catalogue("zh-CN").texts) == set()


GROUPS: dict[str, tuple[str, ...]] = {
    "channel": CHANNELS,
    "kind": KINDS,
    "role": ROLES,
    "service": SERVICES,
    "state": get_args(CaseState),
    "public_state": get_args(CaseState),
    "limit": get_args(LimitKind),
    "urgency": get_args(Urgency),
    "tier": get_args(PromiseTier),
    "promise_state": get_args(PromiseState),
    "occasion": get_args(Occasion),
    "project_state": get_args(ProjectState),
    "field": tuple(Plan.model_fields),
    "project_fact": get_args(Kind),
    "project_act": (*PLACES, OPENING),
    "satisfaction": get_args(Satisfaction),
}


@pytest.mark.parametrize("group", list(GROUPS))
def test_every_code_of_the_vocabulary_has_a_name(group: str) -> None:
    assert [code for code in GROUPS[group] if not catalogue("zh-CN").knows(group, code)] == []


NOT_ON_PAGES = {"withdraw", "withdraw_late", "rate_late", "follow", "open_rectification"}
"""Steps that are taken through intake, with a tracking code; and that of a merged case, taken by rule."""


async def test_every_step_of_the_api_has_a_name_and_a_form() -> None:
    document = document_of("assignment")
    steps = document["components"]["schemas"]["CaseView"]["properties"]["allowed"]["items"]["enum"]
    assert [step for step in steps if not catalogue("zh-CN").knows("step", step)] == []
    forms = [step_form(document, CASE_ID, step) for step in steps]
    assert {form.step for form in forms if form.path is None} <= NOT_ON_PAGES
    fields = {field.name for form in forms for field in form.fields}
    assert [name for name in fields if not catalogue("zh-CN").knows("field", name)] == []


def test_a_step_about_a_thing_is_found_below_that_thing_and_never_taken_for_another() -> None:
    below = "/cases/{case_id}/extension"
    document: dict[str, Any] = {
        "paths": {below: {"post": {}}, f"{below}/grant": {"post": {}}, f"{below}/shown": {"get": {}}}
    }
    found = {
        step: step_form(document, CASE_ID, f"{step}_extension").path
        for step in ("ask", "grant", "refuse", "shown")
    }
    place = below.replace("{case_id}", str(CASE_ID))
    assert found == {"ask": place, "grant": f"{place}/grant", "refuse": None, "shown": None}


def test_a_code_without_a_name_is_shown_as_it_is_and_a_text_without_one_is_an_error() -> None:
    assert catalogue("zh-CN").name("step", "hand_up") == "hand_up"
    with pytest.raises(Unsaid):
        catalogue("zh-CN").say("no.such.text")


@pytest.mark.parametrize(
    ("asked", "chosen", "accepted", "language"),
    [
        (None, None, "", "zh-CN"),
        (None, None, "en;q=0.8, zh-TW;q=0.9", "zh-CN"),
        (None, None, "fr, en;q=0.5", "en"),
        (None, None, "en;q=nonsense", "zh-CN"),
        (None, "en", "zh", "en"),
        ("zh-CN", "en", "en", "zh-CN"),
        ("tlh", None, "en", "en"),
    ],
)
def test_the_language_is_the_one_asked_for_then_chosen_then_accepted(
    asked: str | None, chosen: str | None, accepted: str, language: str
) -> None:
    assert language_of(asked, chosen, accepted) == language


def test_an_instant_is_local_and_a_limit_at_midnight_ends_the_day_before() -> None:
    words, midnight = catalogue("zh-CN"), datetime(2021, 3, 15, 16, tzinfo=UTC)
    assert said.moment(midnight, words) == "2021年3月16日（周二）00:00"
    assert said.moment(midnight, catalogue("en")) == "Tue 2021-03-16 00:00"
    assert said.limit(midnight, words) == "2021年3月15日（周一）24:00"
    assert said.limit(datetime(2021, 3, 15, 9, 30, tzinfo=UTC), words) == "2021年3月15日（周一）17:30"


def test_a_form_token_fits_one_secret_alone() -> None:
    assert is_own_form("mine", form_token("mine"))
    assert not is_own_form("mine", form_token("theirs"))
    assert not is_own_form(None, form_token(""))
    assert not is_own_form("", form_token(""))
    assert not is_own_form("mine", None)
    assert not is_own_form("mine", "é")


async def test_filters_offer_what_the_api_takes() -> None:
    document = document_of("assignment")
    assert set(filter_choices(document, "kind")) == set(KINDS)
    assert set(get_args(CaseState)) == set(filter_choices(document, "state"))
    assert filter_choices(document, "no_such_filter") == ()


FORM = StepForm(
    "any",
    "/there",
    (
        Field("text", "area", True),
        Field("days", "number", False),
        Field("agreed", "flag", True),
        Field("assisting_units", "units", False),
        Field("at", "instant", False),
    ),
    has_body=True,
)


def test_what_is_filled_in_becomes_json_and_what_is_empty_and_optional_is_left_out() -> None:
    sent = {"text": [" so "], "days": ["3"], "assisting_units": ["a", "b"], "at": ["2021-03-01T08:00"]}
    assert filled_in(FORM, sent) == {
        "text": "so",
        "days": 3,
        "agreed": False,
        "assisting_units": ["a", "b"],
        "at": "2021-03-01T08:00:00+08:00",
    }
    assert filled_in(FORM, {"agreed": ["true"]}) == {"text": "", "agreed": True}


@pytest.mark.parametrize("wrong", [{"days": ["three"]}, {"at": ["tomorrow"]}])
def test_what_can_not_be_read_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(Unfit) as found:
        filled_in(FORM, wrong)
    assert found.value.field == next(iter(wrong))
