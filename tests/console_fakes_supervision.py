"""Canned answers of supervision about letters, rounds, listings and meetings."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from services.contracts.vocabulary import Service

LETTER_ID: Final = "00000000-0000-4000-8000-000000000031"
ROUND_ID: Final = "00000000-0000-4000-8000-000000000051"
FINDING_ID: Final = "00000000-0000-4000-8000-000000000041"
LISTING_ID: Final = "00000000-0000-4000-8000-000000000061"
MEETING_ID: Final = "00000000-0000-4000-8000-000000000071"
TASK_ID: Final = "00000000-0000-4000-8000-000000000072"
PHOTO: Final = b"\xff\xd8\xff a picture \xff\xd9"
DIGEST: Final = sha256(PHOTO).hexdigest()
LETTER_ROW: Final[dict[str, Any]] = {
    "letter_id": LETTER_ID,
    "number": "凤督函〔2021〕12号",
    "state": "issued",
    "unit": "water",
    "unit_name": "县水利局",
    "addressed": "unit",
    "title": "整改督办函",
    "project": "凤项-2021-001",
    "project_name": "自来水管网改造",
    "case_id": None,
    "finding_id": FINDING_ID,
    "drafted_at": "2021-03-01T01:30:00Z",
    "issued_at": "2021-03-01T02:00:00Z",
    "receipt_due": "2021-03-02T16:00:00Z",
    "reply_by": "2021-03-15",
    "received_at": None,
    "replied_at": None,
    "returns": 0,
    "ended_at": None,
    "overdue": True,
}
LETTER: Final[dict[str, Any]] = {
    **LETTER_ROW,
    "found": "泵站未按期安装。",
    "required": "限期安装。",
    "issuer": "凤县督查室",
    "addressee": "中共水利局党组",
    "signed_by": "褚石泉",
    "signed_post": None,
    "reply": None,
    "steps": [
        {"step": "draft", "state": "drafted", "at": "2021-03-01T01:30:00Z", "by": "督查室", "words": None},
        {"step": "sign", "state": "issued", "at": "2021-03-01T02:00:00Z", "by": "督查室", "words": None},
    ],
    "allowed": ["receive", "void"],
}
TEXT: Final[dict[str, Any]] = {
    "issuer": "凤县督查室",
    "number": "凤督函〔2021〕12号",
    "title": "整改督办函",
    "addressee": "中共水利局党组",
    "paragraphs": ["经巡回指导，发现以下问题：", "泵站未按期安装。"],
    "signature": "凤县督查室",
    "date": "2021年3月1日",
    "copies": ["县水利局"],
    "void": False,
}
ROUND_ROW: Final[dict[str, Any]] = {
    "round_id": ROUND_ID,
    "name": "第一轮巡回指导",
    "state": "drawn",
    "first_day": "2021-03-01",
    "last_day": "2021-03-05",
    "targets": 9,
    "visits": 2,
    "inspectors": 4,
    "team": 2,
    "planned_at": "2021-02-26T02:00:00Z",
    "planned_by": "督查室",
    "drawn_at": "2021-02-26T03:00:00Z",
    "closed_at": None,
    "version": 2,
}
PROJECT_TARGET: Final = {"kind": "project", "key": "凤项-2021-001", "unit": "water"}
TOWN_TARGET: Final = {"kind": "unit", "key": "river_town", "unit": "river_town"}
DRAW: Final[dict[str, Any]] = {
    "round_id": ROUND_ID,
    "name": "第一轮巡回指导",
    "rule": "先抽对象……",
    "seed": "2021-1",
    "seed_given": True,
    "targets": [PROJECT_TARGET, TOWN_TARGET],
    "visits": 2,
    "inspectors": ["田大河", "白小溪", "石青山", "林远"],
    "team": 2,
    "barred": [],
    "drawn": [
        {"target": PROJECT_TARGET, "inspectors": ["田大河", "白小溪"]},
        {"target": TOWN_TARGET, "inspectors": ["石青山", "林远"]},
    ],
    "drawn_by": "督查室",
    "drawn_at": "2021-02-26T03:00:00Z",
}
FINDING: Final[dict[str, Any]] = {
    "finding_id": FINDING_ID,
    "unit": "water",
    "unit_name": None,
    "project": "凤项-2021-001",
    "project_name": "自来水管网改造",
    "place": "安河村泵站",
    "found_at": "2021-03-01T02:30:00Z",
    "found": "泵站未按期安装。",
    "required": "限期安装。",
    "item": "project-dates",
    "photos": [{"sha256": DIGEST, "there": True}, {"sha256": "0" * 64, "there": False}],
    "needs_letter": True,
    "late": True,
    "recorded_at": "2021-03-06T02:30:00Z",
    "recorded_by": "田大河",
    "letter_id": LETTER_ID,
    "letter_number": "凤督函〔2021〕12号",
    "letter_state": "issued",
}
ROUND: Final[dict[str, Any]] = {
    **ROUND_ROW,
    "draw": DRAW,
    "visited": None,
    "findings": [FINDING],
    "checklist": [{"id": "project-dates", "for": "project", "text": "节点按期完成"}],
}
COVERAGE: Final[dict[str, Any]] = {
    "seen": 1,
    "never": 1,
    "targets": [
        {
            **TOWN_TARGET,
            "name": "河口镇",
            "rounds": 0,
            "last_seen": None,
            "last_round": None,
            "last_round_name": None,
        },
        {
            **PROJECT_TARGET,
            "name": "自来水管网改造",
            "rounds": 1,
            "last_seen": "2021-02-01T02:00:00Z",
            "last_round": ROUND_ID,
            "last_round_name": "第一轮巡回指导",
        },
    ],
}
KEPT: Final = {
    "finding_id": FINDING_ID,
    "round_id": ROUND_ID,
    "new": True,
    "late": False,
    "letter_id": LETTER_ID,
}
LISTING_ROW: Final[dict[str, Any]] = {
    "listing_id": LISTING_ID,
    "state": "listed",
    "subject_kind": "project",
    "project": "凤项-2021-001",
    "case_id": None,
    "title": "自来水管网改造",
    "reason": "30日内群众评价不满意3次",
    "opened_by": "rule",
    "rule": "project",
    "ratings": 3,
    "times": 2,
    "unit": "water",
    "unit_name": "县水利局",
    "opened_at": "2021-06-01T04:00:00Z",
    "reports": 1,
    "reported_at": "2021-06-05T04:00:00Z",
    "report_due": "2021-06-12T16:00:00Z",
    "overdue": True,
    "ended_at": None,
}
LISTING: Final[dict[str, Any]] = {
    **LISTING_ROW,
    "steps": [
        {"step": "open", "state": "listed", "at": "2021-06-01T04:00:00Z", "words": None},
        {"step": "progress", "state": "listed", "at": "2021-06-05T04:00:00Z", "words": "已更换施工队。"},
    ],
    "allowed": ["progress", "ask"],
}
MEETING_ROW: Final[dict[str, Any]] = {
    "meeting_id": MEETING_ID,
    "name": "领导小组6月例会",
    "day": "2021-06-15",
    "drawn_at": "2021-06-14T04:00:00Z",
    "items": 2,
    "closed_at": None,
}
AGENDA: Final[list[dict[str, Any]]] = [
    {
        "number": 1,
        "kind": "listing",
        "unit": "water",
        "unit_name": "县水利局",
        "what": "listed",
        "count": 1,
        "since": "2021-06-01T04:00:00Z",
        "due": None,
        "source": LISTING_ID,
        "title": "自来水管网改造",
    },
    {
        "number": 2,
        "kind": "overdue",
        "unit": "water",
        "unit_name": "县水利局",
        "what": "complete",
        "count": 3,
        "since": "2021-06-01T04:00:00Z",
        "due": None,
        "source": None,
        "title": None,
    },
]
MEETING: Final[dict[str, Any]] = {
    **MEETING_ROW,
    "minutes": None,
    "agenda": AGENDA,
    "said": [
        {
            "kind": "report",
            "item": 2,
            "post": "water.head",
            "post_title": "水利局局长",
            "text": "逾期三件均已办结。",
            "at": "2021-06-15T02:00:00Z",
        }
    ],
    "follow_ups": [
        {
            "follow_up_id": TASK_ID,
            "item": 2,
            "unit": "water",
            "unit_name": "县水利局",
            "task": "书面报告。",
            "due": "2021-06-30",
            "done": None,
            "done_at": None,
            "overdue": False,
        }
    ],
}
_LETTER: Final = f"/letters/{LETTER_ID}"
_ROUND: Final = f"/rounds/{ROUND_ID}"
_LISTING: Final = f"/listings/{LISTING_ID}"
_MEETING: Final = f"/meetings/{MEETING_ID}"
SUPERVISION_ANSWERS: Final[Mapping[tuple[Service, str, str], Any]] = {
    ("supervision", "GET", "/letters"): {"letters": [LETTER_ROW], "next": "further"},
    ("supervision", "POST", "/letters"): LETTER,
    ("supervision", "GET", _LETTER): LETTER,
    ("supervision", "GET", f"{_LETTER}/text"): TEXT,
    ("supervision", "GET", f"{_LETTER}.pdf"): "%PDF-",
    ("supervision", "POST", f"{_LETTER}/receive"): LETTER,
    ("supervision", "POST", f"{_LETTER}/void"): LETTER,
    ("supervision", "GET", "/rounds"): {"rounds": [ROUND_ROW], "next": None},
    ("supervision", "GET", "/rounds/coverage"): COVERAGE,
    ("supervision", "GET", _ROUND): ROUND,
    ("supervision", "PUT", _ROUND): ROUND_ROW,
    ("supervision", "POST", f"{_ROUND}/draw"): DRAW,
    ("supervision", "POST", f"{_ROUND}/close"): ROUND_ROW,
    ("supervision", "PUT", f"{_ROUND}/findings/{FINDING_ID}"): KEPT,
    ("supervision", "PUT", f"/photos/{DIGEST}"): {
        "sha256": DIGEST,
        "media_type": "image/jpeg",
        "size": len(PHOTO),
        "new": True,
    },
    ("supervision", "GET", f"/photos/{DIGEST}"): "a picture",
    ("supervision", "GET", "/listings"): {"listings": [LISTING_ROW], "next": "further"},
    ("supervision", "POST", "/listings"): LISTING,
    ("supervision", "GET", _LISTING): LISTING,
    ("supervision", "POST", f"{_LISTING}/progress"): LISTING,
    ("supervision", "GET", "/meetings"): {"meetings": [MEETING_ROW], "next": None},
    ("supervision", "POST", "/meetings"): MEETING,
    ("supervision", "GET", _MEETING): MEETING,
    ("supervision", "POST", f"{_MEETING}/comments"): MEETING,
    ("supervision", "POST", f"/follow-ups/{TASK_ID}/done"): MEETING,
}
