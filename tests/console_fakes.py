"""The four APIs as the console sees them: canned answers, and a record of what was asked.

`tests/contract/test_console_apis.py` holds every answer and every request against the services' own OpenAPI
documents, so that a fake can't promise what no service gives.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import httpx

from services.assignment.acting import FOR_THEIR_UNIT
from services.console.apis_delivery import SENDERS
from services.contracts.vocabulary import SERVICES, Service
from services.kit.auth import TokenReader
from services.reporting.answers import answer
from services.reporting.circular import Edition, Issued
from services.reporting.compose import Numbers, compose
from services.reporting.directory import Directory
from services.reporting.figures import FACTS
from services.reporting.periods import Period
from tests.console_fakes_assessment import ASSESSMENT_ANSWERS
from tests.console_fakes_supervision import SUPERVISION_ANSWERS

CASE_ID: Final = UUID("0f4f5f4e-9d9a-5f0a-8a53-0d6b0c4f7c11")
NOTICE_ID: Final = UUID("0b0c1f3e-6f0a-5d52-9d0c-0f6f2f8f4a11")
RECEIPT: Final = "YN20210301-00000001"
CODE: Final = "F6FA4EWCZV"
MORNING: Final = "2021-03-01T00:00:00Z"
DUE: Final = "2021-03-15T16:00:00Z"
STANDING: Final = {
    "receipt": RECEIPT,
    "channel": "hotline",
    "state": "completed",
    "unit": "water",
    "unit_name": "县水利局",
    "limit": DUE,
    "reply": "<b>已修好</b>",
    "rectification": None,
    "rating": None,
    "withdrawal": None,
    "received_at": MORNING,
    "changed_at": MORNING,
    "timeline": [
        {"at": MORNING, "step": "registered", "unit": None, "unit_name": None},
        {"at": MORNING, "step": "assigned", "unit": "water", "unit_name": "县水利局"},
        {"at": MORNING, "step": "signed_for", "unit": "water", "unit_name": "县水利局"},
        {"at": MORNING, "step": "completed", "unit": "water", "unit_name": "县水利局"},
    ],
}
PROMISE_ID: Final = UUID("5d2f1b7e-0a51-5c57-9a52-6b1f2f8f4a21")
LEDGER: Final = "凤项-2021-001"
PROMISE: Final[Mapping[str, Any]] = {
    "promise_id": str(PROMISE_ID),
    "authority": "county",
    "number": "NS-2021-001",
    "version": 2,
    "tier": "department",
    "unit": "water",
    "unit_name": "县水利局",
    "post": "water.head",
    "post_title": "水利局局长",
    "holder": "阮桐",
    "member": None,
    "first_words": "六月底前换完老街水管",
    "words": "八月底前换完老街水管<script>",
    "projects": [LEDGER, "凤项-2021-002"],
    "made_on": "2021-03-01",
    "first_due": "2021-06-30",
    "due": "2021-08-31",
    "days_left": 12,
    "overdue": False,
    "occasion": "television",
    "programme": "亮诺台",
    "aired_on": "2021-03-02",
    "clip": None,
    "evidence": None,
    "recorded_at": MORNING,
    "state": "standing",
    "settled_on": None,
}
CHANGE_SAID: Final = "期限 2021-06-30 → 2021-08-31，因为汛期道路中断。批准：县长"
PROMISE_FACTS: Final[list[dict[str, Any]]] = [
    {
        "at": MORNING,
        "says": says,
        "said": {},
        "fact": {
            "seq": seq,
            "body": "{}",
            "hash": f"{seq}fa" * 21 + "0",
            "signature": "0" * 128,
            "key": "k1",
        },
    }
    for seq, says in ((7, "2021-03-01 电视亮诺：换完老街水管 期限 2021-06-30"), (9, CHANGE_SAID))
]
HEAD: Final[Mapping[str, Any]] = {
    "authority": "county",
    "seq": 9,
    "hash": "9fa" * 21 + "0",
    "signature": "0" * 128,
    "key": "k1",
    "public_key": "AA==",
}
VERIFIED: Final[Mapping[str, Any]] = {
    "holds": True,
    "head": HEAD,
    "broken": None,
    "asked": {"seq": 7, "hash": "7fa" * 21 + "0"},
    "on_chain": True,
}
PROJECT: Final[Mapping[str, Any]] = {
    "project_id": "6d2f1b7e-0a51-5c57-9a52-6b1f2f8f4a21",
    "ledger": LEDGER,
    "name": "河口镇自来水管网改造",
    "tier": "department",
    "state": "under_way",
    "owner": "water.head",
    "owner_title": "水利局局长",
    "leader": "阮桐",
    "lead_unit": "water",
    "lead_unit_name": "县水利局",
    "budget": "6400000.00",
    "start": "2021-03-01",
    "completion": "2021-08-31",
    "percent": 40,
    "done_on": None,
    "replaced_by": None,
    "overdue": False,
    "updated": False,
    "cases": 3,
    "version": 4,
    "opened_at": MORNING,
}
MILESTONES: Final[list[dict[str, Any]]] = [
    {"name": "管材进场", "due": "2021-04-30", "reached_on": "2021-04-28"},
    {"name": "主体完工", "due": "2021-07-31", "reached_on": None},
]
NO_FACT: Final[Mapping[str, Any]] = {
    "at": MORNING,
    "text": None,
    "on": None,
    "milestone": None,
    "evidence": None,
    "percent": None,
    "by_ledger": None,
    "approver": None,
    "approver_title": None,
    "finding": None,
    "differences": [],
}
NO_NAMES: Final = {"before_names": None, "after_names": None}
WHOLE_PROJECT: Final[Mapping[str, Any]] = {
    **PROJECT,
    "content": "更换老旧主管道3.2公里。",
    "assisting_units": [{"code": "office", "name": "县信访局"}],
    "category": "water",
    "category_name": "供水",
    "place": None,
    "place_name": None,
    "funds": [{"source": "中央预算内资金", "year": 2021, "amount": "6400000.00"}],
    "milestones": [{**one, "evidence": None} for one in MILESTONES],
    "allowed": ["change", "report", "milestone", "done", "replace", "drop", "link", "unlink"],
    "facts": [
        {**NO_FACT, "version": 1, "kind": "opened"},
        {
            **NO_FACT,
            "version": 2,
            "kind": "changed",
            "text": "汛期无法施工",
            "approver": "magistrate",
            "approver_title": "县长",
            "differences": [
                {**NO_NAMES, "field": "completion", "before": "2021-06-30", "after": "2021-08-31"},
                {
                    "field": "lead_unit",
                    "before": None,
                    "after": "water",
                    "before_names": None,
                    "after_names": "县水利局",
                },
                {
                    "field": "owner",
                    "before": "office.head",
                    "after": "water.head",
                    "before_names": "信访局局长",
                    "after_names": "水利局局长",
                },
            ],
        },
        {**NO_FACT, "version": 3, "kind": "milestone", "milestone": "管材进场", "on": "2021-04-28"},
        {**NO_FACT, "version": 4, "kind": "progress", "text": "已更换2公里", "percent": 40},
    ],
    "ratings": {"very_satisfied": 2, "satisfied": 0, "fairly_satisfied": 0, "dissatisfied": 1},
}
MOVED_PROJECT: Final = {
    "ledger": LEDGER,
    "project_id": PROJECT["project_id"],
    "state": "under_way",
    "version": 5,
}
ANSWERING: Final = {
    "ledger": LEDGER,
    "name": PROJECT["name"],
    "completion": "2021-08-31",
    "done_on": None,
    "replaced_by": None,
    "dropped": False,
    "linked_at": MORNING,
    "milestones": MILESTONES,
    "rating": None,
}
HISTORY: Final[Mapping[str, Any]] = {
    "total": 1,
    "demands": [
        {
            "receipt": RECEIPT,
            "channel": "hotline",
            "title": "去年也停水",
            "received_at": MORNING,
            "state": "archived",
            "case_id": str(CASE_ID),
            "unit": "water",
            "unit_name": "县水利局",
        }
    ],
}
ROW: Final[Mapping[str, Any]] = {
    "case_id": str(CASE_ID),
    "demand_id": "7c1f0a39-24f5-4bd1-9f40-0a1f3a7f6c01",
    "receipt": RECEIPT,
    "channel": "hotline",
    "kind": "complaint",
    "urgency": "urgent",
    "category": "water",
    "category_name": "供水",
    "place": None,
    "place_name": None,
    "town": None,
    "unit": "water",
    "unit_name": "县水利局",
    "post": "water.head",
    "post_title": "水利局局长",
    "backstop": False,
    "summary": "停水三天",
    "repeat_of": None,
    "state": "dispatched",
    "dispatch": 1,
    "version": 1,
    "registered_at": MORNING,
    "assigned_at": MORNING,
    "dispatched_at": MORNING,
    "signed_at": None,
    "completed_at": None,
    "sign_for_due": "2021-03-02T16:00:00Z",
    "complete_due": DUE,
    "sign_for_overdue": False,
    "extension_asked": None,
    "rating": None,
    "rated_at": None,
    "tags": [],
    "rectify": False,
    "assisting": [],
    "part": None,
    "overdue": True,
}
ORIGINAL: Final = {
    "demand_id": ROW["demand_id"],
    "receipt": RECEIPT,
    "title": "停水三天",
    "body": "老街停水，请打13912345678<script>",
    "place": "老街",
}
CONTACT: Final = {
    "demand_id": ROW["demand_id"],
    "receipt": RECEIPT,
    "name": "李某",
    "phone": "13912345678",
    "email": None,
    "author_ref": None,
}
TWIN: Final[Mapping[str, Any]] = {
    "case_id": "1a5d5f0b-7c53-5d2a-9d5e-8d2f9f6b7c22",
    "receipt": "YN20210301-00000009",
    "summary": "老街停水",
    "unit": "water",
    "unit_name": "县水利局",
    "state": "signed_for",
    "assigned_at": MORNING,
    "since": None,
    "why": "类别、地点相同，文字相似度 41%",
}
CASE: Final[Mapping[str, Any]] = {
    **ROW,
    "title": "停水三天",
    "body": "老街停水<script>alert(1)</script>",
    "reply": None,
    "rating_comment": None,
    "first_unit": "water",
    "first_post": "water.head",
    "lead": None,
    "members": [],
    "assists": [],
    "rectification": None,
    "allowed": ["sign_for", "return"],
    "timeline": [
        {
            "at": MORNING,
            "step": "assign",
            "version": 1,
            "unit": "water",
            "post": "water.head",
            "by": None,
            "note": None,
        },
        {
            "at": MORNING,
            "step": "notice",
            "version": None,
            "unit": "water",
            "post": "water.head",
            "by": None,
            "note": "complete 2 red sent",
        },
    ],
}
DIRECTORY: Final = {
    "version": 1,
    "loaded_at": MORNING,
    "loaded_by": "tester",
    "directory": {
        "authority": {
            "code": "feng",
            "name": "凤县",
            "name_en": "Feng County",
            "backstop_unit": "office",
            "issuer": "凤县督查室",
        },
        "units": [
            {"code": "water", "name": "县水利局", "kind": "department"},
            {"code": "office", "name": "县信访局", "kind": "office"},
        ],
        "posts": [{"code": "water.head", "title": "水利局局长", "unit": "water", "tier": "department"}],
        "categories": [{"code": "water", "name": "供水"}],
        "places": [{"code": "river", "name": "河口镇", "unit": "water"}],
        "routes": [{"category": "water", "unit": "water"}],
    },
}
UNITS: Final[Mapping[str, Any]] = {
    "units": [
        {"code": "office", "name": "县信访局", "kind": "office", "parent": None},
        {"code": "water", "name": "县水利局", "kind": "department", "parent": "office"},
        {"code": "roads", "name": "公路段", "kind": "public_body", "parent": "office"},
    ]
}
NOTICE: Final = {
    "notice_id": str(NOTICE_ID),
    "subject_kind": "case",
    "subject_id": str(CASE_ID),
    "reference": None,
    "title": None,
    "case_id": str(CASE_ID),
    "limit": "complete",
    "trigger": "limit",
    "rung": 2,
    "colour": "red",
    "measure": "overdue",
    "outcome": "sent",
    "collapsed_into": None,
    "overdue": True,
    "late": False,
    "unit": "water",
    "post": "water.head",
    "due_at": DUE,
    "reply_by": None,
    "points": 0,
    "rung_at": DUE,
    "sent_at": DUE,
}
REPORT_MISSING: Final = {
    **NOTICE,
    "subject_kind": "project",
    "subject_id": str(UUID(int=77)),
    "reference": "凤项〔2021〕7号",
    "title": "县城供水管网改造",
    "case_id": None,
    "limit": "project_report",
    "trigger": "report_missing",
    "reply_by": DUE,
    "points": 1,
}
CONSEQUENCE_ID: Final = UUID("2c9d1f7e-3b55-5f0d-8a11-4f6f2f8f4a77")
CONSEQUENCE: Final = {
    "consequence_id": str(CONSEQUENCE_ID),
    "subject_kind": "case",
    "subject_id": str(CASE_ID),
    "reference": None,
    "title": None,
    "unit": "water",
    "post": "water.head",
    "colour": "yellow",
    "times": 2,
    "measure": "special_letter",
    "points": 1,
    "notice_id": str(NOTICE_ID),
    "at": DUE,
    "settled_as": None,
    "note": None,
    "letter_id": None,
}
ANSWER: Final = {
    "notice_id": str(NOTICE_ID),
    "unit": "water",
    "text": "已修好",
    "answered_at": DUE,
    "answered_by": "tester",
}
LIMITS: Final = {
    "case_id": str(CASE_ID),
    "demand_id": ROW["demand_id"],
    "unit": "water",
    "post": "water.head",
    "leader": "阮桐",
    "dispatch": 1,
    "version": 1,
    "limits": [
        {
            "limit": "complete",
            "about": "",
            "state": "open",
            "due_at": DUE,
            "met_at": None,
            "generation": 1,
            "dispatched_at": MORNING,
            "awaits_year": None,
            "suspended_at": None,
            "ladder": "default",
            "rungs": [{"number": 1, "colour": "blue", "measure": "reminder", "at": DUE, "recorded": True}],
            "derivation": [
                {"code": "due", "params": {"at": DUE}, "zh": "到期：2021-03-15 24:00", "en": "Due: then"}
            ],
        }
    ],
    "notices": [NOTICE],
    "consequences": [],
}
DIGEST: Final = "ab" * 32
HAND_OVER: Final[Mapping[str, Any]] = {
    "post": "water.head",
    "post_title": "水利局局长",
    "unit": "water",
    "unit_name": "县水利局",
    "predecessor": "白杉",
    "holder": "阮桐",
    "since": "2021-03-01",
    "days": 3,
    "cases": 1,
    "promises": 1,
    "projects": 1,
    "confirmation": None,
}
PASSING: Final[list[dict[str, Any]]] = [
    {
        "kind": "case",
        "id": str(CASE_ID),
        "number": RECEIPT,
        "words": "停水三天",
        "state": "dispatched",
        "due_at": DUE,
        "due_on": None,
    },
    {
        "kind": "promise",
        "id": str(PROMISE_ID),
        "number": "NS-2021-001",
        "words": "换完老街水管",
        "state": "standing",
        "due_at": None,
        "due_on": "2021-08-31",
    },
    {
        "kind": "project",
        "id": "6d2f1b7e-0a51-5c57-9a52-6b1f2f8f4a21",
        "number": LEDGER,
        "words": "河口镇自来水管网改造",
        "state": "under_way",
        "due_at": None,
        "due_on": "2021-08-31",
    },
]
CONFIRMED: Final[Mapping[str, Any]] = {
    "by": "head of water",
    "at": MORNING,
    "digest": DIGEST,
    "cases": 1,
    "promises": 1,
    "projects": 1,
}
SAMPLE_PAGE: Final = "/call-back-samples"
SAMPLE: Final[Mapping[str, Any]] = {
    "sample_id": "3d1a5b52-6d57-4f3d-9a4e-0b8b1f6c9e33",
    "first_day": "2021-03-01",
    "last_day": "2021-03-31",
    "share": "0.10",
    "seed": "2021-03",
    "seed_given": True,
    "population": 30,
    "drawn": 3,
    "called_back": 1,
    "drawn_by": "tester",
    "drawn_at": MORNING,
}
SAMPLED: Final[Mapping[str, Any]] = {
    **SAMPLE,
    "method": "按办理单位分层抽取。",
    "cases": [
        {
            "case_id": str(CASE_ID),
            "receipt": RECEIPT,
            "summary": "停水三天",
            "unit": "water",
            "unit_name": "县水利局",
            "state": "completed",
            "called_back_at": None,
        }
    ],
}
HAND_OVER_PAGE: Final = "/posts/water.head/hand-over"
CIRCULARS: Final = {
    "circulars": [
        {
            "ref": "weekly-2021-03-01",
            "kind": "weekly",
            "first": "2021-03-01",
            "last": "2021-03-07",
            "state": "issued",
            "number": "2021-01",
            "drafted_at": DUE,
            "issued_at": DUE,
            "figures_sha256": "0" * 64,
            "corrects": None,
            "corrected_by": None,
            "steps": [],
        },
        {
            "ref": "county-2021-03-01-2021-03-12",
            "kind": "county",
            "first": "2021-03-01",
            "last": "2021-03-12",
            "state": "draft",
            "number": None,
            "drafted_at": DUE,
            "issued_at": None,
            "figures_sha256": "0" * 64,
            "corrects": None,
            "corrected_by": None,
            "steps": ["check"],
        },
    ],
    "next": None,
}
_COUNTY: Final = Period("county", date(2021, 3, 1), date(2021, 3, 13))
_NOTHING: Final = Numbers({}, [], {}, {}, {figure.name: 0 for figure in FACTS}, (), (), ())
DRAFTED: Final = answer(
    Edition(
        circular=compose(_COUNTY, _NOTHING, Directory(), None),
        figures_sha256="0" * 64,
        drafted_at=datetime.fromisoformat(DUE),
        issue=Issued(),
    )
).model_dump(mode="json")
AFTER_STEP: Final = {
    "case_id": str(CASE_ID),
    "step": "sign_for",
    "state": "signed_for",
    "unit": "water",
    "post": "water.head",
    "dispatch": 1,
    "version": 2,
    "at": MORNING,
}
RETURNED: Final = {**AFTER_STEP, "step": "return", "unit": "office", "post": "office.head"}
ACKNOWLEDGED: Final = [
    {
        "notice_id": str(NOTICE_ID),
        "recipient": "unit:water",
        "acknowledged_at": DUE,
        "acknowledged_by": "tester",
    }
]
FORBIDDEN: Final = {"type": "about:blank", "title": "Forbidden", "status": 403, "detail": "another unit's"}
NOT_FOUND: Final = {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "no such thing"}
LOG: Final[Mapping[str, Any]] = {
    "messages": [
        {
            "message_id": str(NOTICE_ID),
            "recipient": recipient,
            "channel": "email",
            "state": state,
            "subject": "【红单】停水三天",
            "created_at": MORNING,
            "attempts": 2,
            "next_try": DUE if state == "waiting" else None,
            "tries": [
                {"at": MORNING, "attempt": 1, "outcome": "failed", "detail": "450 mailbox <busy>"},
                {"at": DUE, "attempt": 2, "outcome": outcome, "detail": "250 ok"},
            ],
        }
        for recipient, state, outcome in (
            ("unit:water", "waiting", "failed"),
            ("post:water.head", "given_up", "given_up"),
            ("unit:office", "sent", "sent"),
        )
    ],
    "next": "further",
}
OFFER: Final = {
    "ledger": LEDGER,
    "name": "河口镇自来水管网改造",
    "lead_unit": "water",
    "state": "under_way",
    "why": "类别同为“供水”，诉求未写地点，项目在“河口镇”",
    "offered_at": MORNING,
    "accepted": None,
}
OFFERS_PAGE: Final = f"/cases/{CASE_ID}/projects/offers"
ANSWERS: Final[Mapping[tuple[Service, str, str], Any]] = {
    ("intake", "GET", f"/demands/{RECEIPT}"): STANDING,
    ("intake", "POST", f"/demands/{RECEIPT}/rating"): {"receipt": RECEIPT, "at": MORNING},
    ("intake", "POST", f"/demands/{RECEIPT}/project-ratings"): {"receipt": RECEIPT, "at": MORNING},
    ("intake", "POST", f"/demands/{RECEIPT}/withdrawal"): {"receipt": RECEIPT, "at": MORNING},
    ("assignment", "GET", "/promises"): {"promises": [PROMISE], "next": "further"},
    ("assignment", "GET", "/promises/verify"): VERIFIED,
    ("assignment", "GET", f"/promises/{PROMISE_ID}"): {**PROMISE, "facts": PROMISE_FACTS},
    ("assignment", "GET", "/projects"): {"projects": [PROJECT], "next": "further"},
    ("assignment", "GET", f"/projects/{LEDGER}"): WHOLE_PROJECT,
    ("assignment", "GET", f"/projects/{LEDGER}/page"): "<!doctype html><title>台账页</title>",
    ("assignment", "POST", "/projects"): MOVED_PROJECT,
    ("assignment", "POST", f"/projects/{LEDGER}/change"): MOVED_PROJECT,
    ("assignment", "POST", f"/projects/{LEDGER}/cases"): MOVED_PROJECT,
    ("assignment", "POST", f"/projects/{LEDGER}/cases/{CASE_ID}/unlink"): MOVED_PROJECT,
    ("intake", "POST", "/demands"): {"receipt": RECEIPT, "tracking_code": CODE},
    ("intake", "POST", "/citizens/history"): HISTORY,
    ("intake", "GET", f"/demands/{ROW['demand_id']}/original"): ORIGINAL,
    ("intake", "GET", f"/demands/{ROW['demand_id']}/contact"): CONTACT,
    ("assignment", "GET", "/cases"): {"cases": [ROW], "next": "further"},
    ("assignment", "GET", f"/cases/{CASE_ID}"): CASE,
    ("assignment", "GET", f"/cases/{CASE_ID}/twins"): {"twins": [TWIN]},
    ("assignment", "GET", OFFERS_PAGE): [OFFER],
    ("assignment", "POST", f"{OFFERS_PAGE}/{LEDGER}"): "",
    ("assignment", "POST", f"/cases/{CASE_ID}/sign-for"): AFTER_STEP,
    ("assignment", "POST", f"/cases/{CASE_ID}/return"): RETURNED,
    ("assignment", "GET", "/units"): UNITS,
    ("assignment", "GET", "/directory"): DIRECTORY,
    ("assignment", "GET", SAMPLE_PAGE): {"samples": [SAMPLE], "next": "further"},
    ("assignment", "POST", SAMPLE_PAGE): SAMPLED,
    ("assignment", "GET", f"{SAMPLE_PAGE}/{SAMPLE['sample_id']}"): SAMPLED,
    ("assignment", "GET", "/hand-overs"): {"hand_overs": [HAND_OVER]},
    ("assignment", "GET", HAND_OVER_PAGE): {**HAND_OVER, "digest": DIGEST, "passing": PASSING},
    ("assignment", "POST", HAND_OVER_PAGE): CONFIRMED,
    ("supervision", "GET", "/inbox"): {"recipient": "unit:water", "notices": [NOTICE], "next": None},
    ("supervision", "POST", f"/notices/{NOTICE_ID}/ack"): ACKNOWLEDGED,
    ("supervision", "POST", f"/notices/{NOTICE_ID}/answer"): ANSWER,
    ("supervision", "GET", "/consequences"): {"consequences": [CONSEQUENCE], "next": None},
    ("supervision", "POST", f"/consequences/{CONSEQUENCE_ID}/settle"): CONSEQUENCE,
    ("supervision", "GET", f"/cases/{CASE_ID}/limits"): LIMITS,
    **ASSESSMENT_ANSWERS,
    **SUPERVISION_ANSWERS,
    **{(sender, "GET", "/delivery/log"): LOG for sender in SENDERS},
    **{(sender, "POST", f"/delivery/messages/{NOTICE_ID}/retry"): "" for sender in SENDERS},
    ("reporting", "GET", "/circulars"): CIRCULARS,
    ("reporting", "POST", "/circulars"): DRAFTED,
    **{("reporting", "POST", f"/circulars/2021-01/{verb}"): DRAFTED for verb in ("check", "sign", "issue")},
    ("reporting", "POST", "/circulars/2021-01/correct"): DRAFTED,
    ("reporting", "GET", "/circulars/2021-01.csv"): "单位代码,单位",
    ("reporting", "GET", "/circulars/2021-01.html"): "<!doctype html><title>通报</title>",
    ("reporting", "GET", "/circulars/2021-01.pdf"): "%PDF-1.7 通报",
}
"""What each API answers to what the console asks."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request that the console sent; a parameter that was repeated has its values with commas between."""

    service: Service
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass(slots=True)
class FakeApis:
    """`description` is assignment's OpenAPI document; `instead` replaces answers: (status, body).

    With a `reader` of tokens the case is hidden from staff of other units; a step may move it to another.
    """

    description: Mapping[str, Any]
    reader: TokenReader | None = None
    lies_with: str = "water"
    away: set[Service] = field(default_factory=set)
    instead: dict[tuple[Service, str, str], tuple[int, Any]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    def clients(self) -> dict[Service, httpx.AsyncClient]:
        return {service: self._client(service) for service in SERVICES}

    def sent(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def asked(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path == path]

    def _client(self, service: Service) -> httpx.AsyncClient:
        def answer(request: httpx.Request) -> httpx.Response:
            return self.answer(service, request)

        return httpx.AsyncClient(base_url=f"http://{service}", transport=httpx.MockTransport(answer))

    def answer(self, service: Service, request: httpx.Request) -> httpx.Response:
        if service in self.away:
            raise httpx.ConnectError("nobody listens", request=request)
        path = request.url.path
        if path == "/openapi.json":
            return httpx.Response(200, json=dict(self.description))
        if path == "/health/live":
            return httpx.Response(200, json={"status": "ok"})
        is_json = request.headers.get("content-type") == "application/json"
        body = json.loads(request.content) if is_json else None
        given = request.url.params
        query = {name: ",".join(given.get_list(name)) for name in given}
        call = Call(service, request.method, path, query, dict(request.headers), body)
        self.calls.append(call)
        return _response(self._found(call))

    def _found(self, call: Call) -> tuple[int, Any]:
        where = (call.service, call.method, call.path)
        staff = call.path.endswith(("/original", "/contact"))
        wrong_code = call.path.startswith("/demands/") and not staff and _code(call) != CODE
        if (where not in ANSWERS and where not in self.instead) or wrong_code:
            return 404, NOT_FOUND
        if call.method == "GET" and self._is_hidden(call):
            return 403, FORBIDDEN
        status, body = self.instead.get(where) or (200, ANSWERS[where])
        if status == 200 and call.method == "POST" and isinstance(body, dict):  # a step tells where it lies
            self.lies_with = body.get("unit", self.lies_with)
        return status, body

    def _is_hidden(self, call: Call) -> bool:
        """Assignment and supervision alike show a case of another unit to those alone who see all units."""
        if self.reader is None or not call.path.startswith(f"/cases/{CASE_ID}"):
            return False
        staff = self.reader.staff(call.headers["authorization"].removeprefix("Bearer "))
        return staff.role in FOR_THEIR_UNIT and staff.unit != self.lies_with


def _code(call: Call) -> str | None:
    said: str | None = (call.body or call.query).get("tracking_code")
    return said


def _response(found: tuple[int, Any]) -> httpx.Response:
    status, body = found
    return httpx.Response(status, text=body) if isinstance(body, str) else httpx.Response(status, json=body)
