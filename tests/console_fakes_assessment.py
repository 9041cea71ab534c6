"""Canned answers of reporting about an assessment, requests about it and signs of gaming."""

from collections.abc import Mapping
from typing import Any, Final

from services.contracts.vocabulary import Service
from services.reporting.assess.preset import preset

CASE_ID: Final = "0f4f5f4e-9d9a-5f0a-8a53-0d6b0c4f7c11"
REQUEST_ID: Final = CASE_ID
AT: Final = "2021-04-01T00:00:00Z"
PATH: Final = "/assessments/2021-03-01/2021-04-01"
MEASURE: Final = {
    "indicator": "on_time",
    "n": 3,
    "hits": 3,
    "share": 1.0,
    "taken": "bound",
    "value": 0.438503,
    "points": 0.0,
    "weight": 100.0,
}
SCORE: Final = {
    "unit": "water",
    "post": None,
    "person": None,
    "name": "县水利局",
    "group": "department",
    "measures": [MEASURE],
    "deductions": [{"colour": "red", "notices": 1, "points": 2.0}],
    "deducted": 2.0,
    "score": 61.5,
    "rank": 1,
}
LEADER: Final = {**SCORE, "post": "water.head", "person": "阮桐", "name": "县水利局局长 阮桐"}
REVISION: Final = {
    "first": "2021-03-01",
    "until": "2021-04-01",
    "revision": 1,
    "figures_sha256": "0" * 64,
    "because": None,
    "reason": None,
    "published_at": AT,
    "published_by": "督查室",
}
FIGURES: Final[Mapping[str, Any]] = {
    "first": "2021-03-01",
    "until": "2021-04-01",
    "cut_at": "2021-03-31T16:00:00Z",
    "preset": preset("default").model_dump(mode="json"),
    "exclusions": [],
    "units": [SCORE],
    "leaders": [LEADER],
    "lists": [
        {"group": "town", "red": [], "black": []},
        {"group": "department", "red": ["water"], "black": []},
    ],
}
BESIDE: Final = {
    "unit": "water",
    "post": None,
    "person": None,
    "name": "县水利局",
    "group": "department",
    "score": 61.5,
    "rank": 3,
    "score_then": 70.25,
    "rank_then": 1,
}
COUNTED: Final = {
    "receipt": "YN20210301-00000001",
    "case_id": CASE_ID,
    "dispatch": 1,
    "unit": "water",
    "post": "water.head",
    "hit": True,
    "at": AT,
    "due": AT,
    "then": "2021-03-31",
    "colour": None,
}
EXPLAINED: Final = {
    "revision": 1,
    "row": SCORE,
    "zh": "61.5 分。",
    "en": "61.5.",
    "parts": [
        {
            "indicator": "on_time",
            "zh": "按期办结率：3 件中 3 件。",
            "en": "on time: 3 of 3.",
            "rows": [COUNTED],
            "counted": 1,
            "excluded": [],
        }
    ],
    "exclusions": [],
}
REQUEST: Final[Mapping[str, Any]] = {
    "request_id": REQUEST_ID,
    "kind": "exclusion",
    "state": "asked",
    "unit": "water",
    "case_id": CASE_ID,
    "receipt": "YN20210301-00000001",
    "indicators": ["on_time"],
    "post": None,
    "first": None,
    "until": None,
    "revision": None,
    "evidence": "供电证明",
    "steps": [
        {"step": "ask", "state": "asked", "by": "丙", "role": "unit_head", "reason": "停电<b>", "at": AT}
    ],
    "allowed": ["approve", "refuse", "withdraw"],
}
GAMING: Final[Mapping[str, Any]] = {
    "first": "2021-03-01",
    "until": "2021-04-01",
    "parameters": {
        "id": "default",
        "version": 1,
        "again_within_days": 30,
        "ratings": 5,
        "ratings_within_minutes": 10,
    },
    "counts": {"ratings_at_once": {"water": 1}, "closed_unheard": {}, "limit_edited_late": {}},
    "signals": [
        {
            "kind": "ratings_at_once",
            "unit": "water",
            "day": "2021-03-31",
            "at": AT,
            "since": AT,
            "cases": [CASE_ID],
            "receipts": ["YN20210301-00000001"],
        }
    ],
}
ASSESSMENT_ANSWERS: Final[Mapping[tuple[Service, str, str], Any]] = {
    ("reporting", "GET", "/assessments"): {"assessments": [REVISION]},
    ("reporting", "GET", PATH): {"published": REVISION, "assessment": FIGURES},
    ("reporting", "GET", f"{PATH}/preview"): {"published": None, "assessment": FIGURES},
    ("reporting", "GET", f"{PATH}/explanation"): EXPLAINED,
    ("reporting", "POST", PATH): {"published": REVISION, "assessment": FIGURES},
    ("reporting", "POST", f"{PATH}/what-if"): {"units": [BESIDE], "leaders": []},
    ("reporting", "POST", "/exclusions"): REQUEST,
    ("reporting", "POST", "/appeals"): REQUEST,
    ("reporting", "GET", "/assessment-requests"): {"requests": [REQUEST]},
    ("reporting", "POST", f"/assessment-requests/{REQUEST_ID}/approve"): REQUEST,
    ("reporting", "GET", "/gaming"): GAMING,
}
