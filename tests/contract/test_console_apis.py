"""The console's fakes answer what the services' OpenAPI documents promise, and ask what these allow."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import jsonschema
import pytest

from services.console import (
    apis_assessment,
    apis_assignment,
    apis_delivery,
    apis_intake,
    apis_letters,
    apis_listings,
    apis_projects,
    apis_promises,
    apis_reporting,
    apis_rounds,
    apis_supervision,
    apis_units,
)
from services.console.apis import Apis
from services.console.apis_delivery import SENDERS
from services.console.call import Shown
from services.console.entry import FIELDS, demand_of
from services.console.letter_forms import WRITING, settlement_body, writing_body
from services.console.round_forms import FINDING, finding_body, plan_body
from services.contracts.vocabulary import Service
from tests.api_documents import document_of
from tests.console_fakes import (
    ANSWERS,
    CASE_ID,
    CODE,
    CONSEQUENCE_ID,
    DIGEST,
    LEDGER,
    NOTICE_ID,
    PROMISE_ID,
    RECEIPT,
    ROW,
    SAMPLE,
    Call,
    FakeApis,
)
from tests.console_fakes_supervision import DIGEST as PHOTO_DIGEST
from tests.console_fakes_supervision import (
    FINDING_ID,
    LETTER_ID,
    LISTING_ID,
    MEETING_ID,
    PHOTO,
    ROUND_ID,
    TASK_ID,
)

Key = tuple[Service, str, str]


def operation(service: Service, method: str, path: str) -> Mapping[str, Any]:
    """The described operation that a path belongs to; a literal path before one with parameters."""
    paths = document_of(service)["paths"]
    fitting = [one for one in sorted(paths, key=lambda one: one.count("{")) if _fits(one, path)]
    found: Mapping[str, Any] = next(
        paths[one][method.lower()] for one in fitting if method.lower() in paths[one]
    )
    return found


def _fits(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template.replace(".", r"\.")), path) is not None


def schema_of(service: Service, described: Mapping[str, Any]) -> dict[str, Any]:
    """The answer's JSON Schema, with the document's components at hand."""
    answers = described["responses"]
    good = next(answers[one] for one in ("200", "201", "202") if "content" in answers.get(one, {}))
    return {
        **good["content"]["application/json"]["schema"],
        "components": document_of(service)["components"],
    }


@pytest.mark.parametrize("key", list(ANSWERS), ids=" ".join)
async def test_each_canned_answer_is_one_that_the_service_describes(key: Key) -> None:
    described = operation(*key)
    if isinstance(ANSWERS[key], str):  # a page; the document says no more of it
        return
    schema = schema_of(key[0], described)
    jsonschema.Draft202012Validator(schema).validate(ANSWERS[key])


STEPS: set[Key] = {
    *(("assignment", "POST", f"/cases/{CASE_ID}/{step}") for step in ("sign-for", "return")),
    *(
        ("assignment", "POST", f"/projects/{LEDGER}/{act}")
        for act in ("change", "cases", f"cases/{CASE_ID}/unlink")
    ),
    ("assignment", "POST", "/projects"),
}
"""What is asked by the description itself (step_forms, project_forms)."""

MODELS: dict[Key, type[Shown]] = {
    ("intake", "GET", "/demands/{receipt}"): apis_intake.DemandStanding,
    ("intake", "POST", "/demands"): apis_intake.Receipt,
    ("intake", "POST", "/citizens/history"): apis_intake.History,
    ("intake", "GET", "/demands/{number}/original"): apis_intake.Original,
    ("intake", "GET", "/demands/{number}/contact"): apis_intake.ContactDetails,
    ("assignment", "GET", "/cases"): apis_assignment.CasePage,
    ("assignment", "GET", "/cases/{case_id}"): apis_assignment.Case,
    ("assignment", "GET", "/promises"): apis_promises.PromisePage,
    ("assignment", "GET", "/promises/verify"): apis_promises.Verified,
    ("assignment", "GET", "/promises/{promise_id}"): apis_promises.Promise,
    ("assignment", "GET", "/projects"): apis_projects.ProjectPage,
    ("assignment", "GET", "/projects/{ledger}"): apis_projects.Project,
    ("assignment", "GET", "/units"): apis_units.UnitList,
    ("assignment", "GET", "/call-back-samples"): apis_assignment.SamplePage,
    ("assignment", "GET", "/hand-overs"): apis_assignment.HandOverPage,
    ("assignment", "GET", "/posts/{post}/hand-over"): apis_assignment.HandOverList,
    ("supervision", "GET", "/inbox"): apis_supervision.InboxPage,
    ("supervision", "GET", "/consequences"): apis_supervision.ConsequencePage,
    ("supervision", "GET", "/cases/{case_id}/limits"): apis_supervision.CaseLimits,
    ("supervision", "POST", "/letters"): apis_letters.Letter,
    ("supervision", "GET", "/letters"): apis_letters.LetterPage,
    ("supervision", "GET", "/letters/{letter_id}"): apis_letters.Letter,
    ("supervision", "GET", "/letters/{letter_id}/text"): apis_letters.LetterText,
    ("supervision", "GET", "/rounds"): apis_rounds.RoundPage,
    ("supervision", "GET", "/rounds/coverage"): apis_rounds.Coverage,
    ("supervision", "GET", "/rounds/{round_id}"): apis_rounds.Round,
    ("supervision", "GET", "/listings"): apis_listings.ListingPage,
    ("supervision", "GET", "/listings/{listing_id}"): apis_listings.Listing,
    ("supervision", "GET", "/meetings"): apis_listings.MeetingPage,
    ("supervision", "GET", "/meetings/{meeting_id}"): apis_listings.Meeting,
    ("reporting", "GET", "/assessments"): apis_assessment.Revisions,
    ("reporting", "GET", "/assessments/{first}/{until}"): apis_assessment.Assessment,
    ("reporting", "POST", "/assessments/{first}/{until}/what-if"): apis_assessment.WhatIf,
    ("reporting", "GET", "/delivery/log"): apis_delivery.LogPage,
    ("supervision", "GET", "/delivery/log"): apis_delivery.LogPage,
    ("supervision", "POST", "/consequences/{consequence_id}/settle"): apis_supervision.Settled,
    ("reporting", "GET", "/assessments/{first}/{until}/explanation"): apis_assessment.Explained,
    ("reporting", "GET", "/assessment-requests"): apis_assessment.Requests,
    ("reporting", "GET", "/gaming"): apis_assessment.Gaming,
    ("reporting", "GET", "/circulars"): apis_reporting.Circulars,
}


@pytest.mark.parametrize("key", list(MODELS), ids=" ".join)
async def test_pages_show_only_fields_that_the_service_describes(key: Key) -> None:
    service, method, path = key
    document = document_of(service)
    schema = schema_of(service, document["paths"][path][method.lower()])
    name = schema["$ref"].rpartition("/")[2]
    described = document["components"]["schemas"][name]
    assert set(MODELS[key].model_fields) <= set(described["properties"])


async def everything_asked() -> list[Call]:
    """The requests of every method of the console's clients, each with all that it can be given."""
    fakes = FakeApis(document_of("assignment"))
    apis = Apis.over(fakes.clients(), {"hotline": "yk_hotline_1"})
    filters = {"tier": "department", "unit": "water", "state": "standing", "after": "further"}
    cases = {"q": "水", "state": "dispatched", "kind": "help", "category": "water", "unit": "water"}
    typed = dict.fromkeys(FIELDS, "水") | {"channel": "hotline", "occurred_at": "2021-03-01T08:00"}
    await apis.intake.standing(RECEIPT, CODE)
    await apis.intake.rate(RECEIPT, CODE, "satisfied", "谢谢")
    await apis.intake.rate_project(RECEIPT, CODE, LEDGER, "satisfied", "谢谢")
    await apis.intake.withdraw(RECEIPT, CODE, "已解决")
    await apis.intake.enter(demand_of(typed, ["hotline"]), "console-1")
    await apis.intake.history("token", "13800000000", "li@example.org")
    await apis.intake.original("token", UUID(ROW["demand_id"]))
    await apis.intake.contact("token", UUID(ROW["demand_id"]))
    await apis.assignment.cases("token", **cases, overdue="true", after="further")
    await apis.assignment.case("token", CASE_ID)
    await apis.assignment.twins("token", CASE_ID)
    await apis.assignment.these("token", [CASE_ID])
    await apis.assignment.offers("token", CASE_ID)
    await apis.assignment.decide("token", CASE_ID, LEDGER, accept=True)
    await apis.assignment.offered("token")
    await apis.assignment.directory("token")
    await apis.assignment.hand_overs("token", confirmed=False)
    await apis.assignment.samples("token", "further")
    await apis.assignment.sample("token", UUID(SAMPLE["sample_id"]))
    await apis.assignment.draw_sample("token", {"first_day": "2021-03-01", "last_day": "2021-03-31"})
    await apis.assignment.hand_over("token", "water.head")
    await apis.assignment.confirm_hand_over("token", "water.head", DIGEST)
    await apis.units.refresh()
    await apis.promises.page(**filters, project=LEDGER)
    await apis.promises.verify(f"7:{'0' * 64}")
    await apis.promises.one(PROMISE_ID)
    await apis.projects.page(**filters)
    await apis.projects.one(LEDGER)
    await apis.projects.printed(LEDGER)
    await apis.supervision.inbox("token", "water", "water.head", "water", "further")
    await apis.supervision.acknowledge("token", NOTICE_ID, "unit:water")
    await apis.supervision.answer("token", NOTICE_ID, "已修好", "unit:water")
    await apis.supervision.consequences("token")
    for how in ("waived", "letter"):
        said = {"how": how, "note": "停电", "title": "专函", "found": "未办结。", "required": "办结。"}
        await apis.supervision.settle("token", CONSEQUENCE_ID, settlement_body(said))
    await apis.supervision.limits("token", CASE_ID)
    await _letters_and_rounds_asked(apis)
    await _listings_and_meetings_asked(apis)
    await _assessment_asked(apis)
    await apis.reporting.circulars("further", token="token")
    await apis.reporting.circular_html("2021-01", "token")
    await apis.reporting.circular_file("2021-01", "pdf", "token")
    await apis.reporting.circular_file("2021-01", "csv")
    await apis.reporting.order("token", "2021-03-01", "2021-03-12")
    await apis.reporting.correct("token", "2021-01", "名称有误", "")
    for sender in SENDERS:
        wanted = {"recipient": "unit:water", "state": "sent", "channel": "email", "after": "further"}
        await apis.deliveries.page("token", sender, **wanted)
        await apis.deliveries.retry("token", sender, NOTICE_ID)
    for verb in ("check", "sign", "issue"):
        await apis.reporting.step("token", "2021-01", verb)
    return fakes.calls


async def _letters_and_rounds_asked(apis: Apis) -> None:
    letter_id, round_id = UUID(LETTER_ID), UUID(ROUND_ID)
    await apis.letters.page("token", after="further", unit="water", state="issued", overdue="true")
    await apis.letters.one("token", letter_id)
    await apis.letters.text("token", letter_id)
    await apis.letters.file("token", letter_id, "pdf")
    written = dict.fromkeys(WRITING, "水") | {"letter_id": LETTER_ID, "addressed": "unit"}
    body = writing_body(written | {"reply_by": "2021-03-15"}, str(CASE_ID))
    assert await apis.letters.write("token", body) == letter_id
    await apis.letters.take("token", letter_id, "receive", None)
    await apis.letters.take("token", letter_id, "void", {"reason": "写错了。"})
    await apis.rounds.page("token", "further")
    await apis.rounds.one("token", round_id)
    places = await apis.rounds.coverage("token")
    days = {"name": "第二轮", "first_day": "2021-03-08", "last_day": "2021-03-12", "visits": "1", "team": "1"}
    plan = plan_body({**days, "inspectors": "甲，乙"}, ["towns", "projects"], [], places)
    await apis.rounds.plan("token", round_id, plan)
    await apis.rounds.act("token", round_id, "draw", {"seed": "88213"})
    await apis.rounds.act("token", round_id, "close", {"missed": ["unit:river_town"]})
    typed = dict.fromkeys(FINDING, "水") | {"found_at": "2021-03-01T08:00", "reply_by": "2021-03-15"}
    await apis.rounds.record("token", round_id, UUID(FINDING_ID), finding_body(typed, [PHOTO_DIGEST]))
    await apis.rounds.send_photo("token", PHOTO_DIGEST, "image/jpeg", PHOTO)
    await apis.rounds.photo("token", PHOTO_DIGEST)


async def _listings_and_meetings_asked(apis: Apis) -> None:
    await apis.listings.page(after="further", unit="water", state="listed", kind="case")
    await apis.listings.one("token", UUID(LISTING_ID))
    await apis.listings.open("token", {"project": LEDGER, "title": "管网", "reason": "群众不满意。"})
    await apis.listings.take("token", UUID(LISTING_ID), "progress", {"text": "已补漏。"})
    await apis.meetings.page("token", "further")
    await apis.meetings.one("token", UUID(MEETING_ID))
    await apis.meetings.draw("token", {"meeting_id": MEETING_ID, "name": "例会", "day": "2021-06-15"})
    said = {"entry_id": TASK_ID, "post": "water.head", "item": 1, "text": "偏慢。"}
    await apis.meetings.act("token", f"/meetings/{MEETING_ID}/comments", said)
    await apis.meetings.act("token", f"/follow-ups/{TASK_ID}/done", {"text": "已报告。"})


async def _assessment_asked(apis: Apis) -> None:
    days = date(2021, 3, 1), date(2021, 4, 1)
    said = {"reason": "停电", "evidence": "证明"}
    await apis.assessments.revisions("token")
    await apis.assessments.one("token", *days, preview=False)
    await apis.assessments.one("token", *days, preview=True)
    await apis.assessments.explained("token", *days, "water", "water.head", "阮桐")
    await apis.assessments.what_if("token", *days, {"on_time": 50.0})
    await apis.assessments.publish("token", *days, {"because": str(CASE_ID), "reason": "申诉成立"})
    await apis.assessments.requests("token")
    await apis.assessments.step("token", CASE_ID, "approve", "属实")
    asked = {"case_id": str(CASE_ID), "indicators": ["on_time"]}
    await apis.assessments.ask("token", "exclusions", {**said, **asked})
    period = {"first": "2021-03-01", "until": "2021-04-01", "revision": 1, "post": None}
    await apis.assessments.ask("token", "appeals", {**said, **period})
    await apis.assessments.gaming("token", *days)


async def test_the_console_asks_only_what_the_services_describe() -> None:
    calls = await everything_asked()
    assert {(call.service, call.method, call.path) for call in calls} >= set(ANSWERS) - STEPS
    for call in calls:
        described = operation(call.service, call.method, call.path)
        parameters = {one["name"] for one in described.get("parameters", []) if one["in"] == "query"}
        assert set(call.query) <= parameters, call
        if call.body is not None:
            components = document_of(call.service)["components"]
            schema = described["requestBody"]["content"]["application/json"]["schema"]
            jsonschema.Draft202012Validator({**schema, "components": components}).validate(call.body)
