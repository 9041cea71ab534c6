"""The closed lists of words that events, APIs and pages share (glossary in docs/glossary.md)."""

from typing import Literal, get_args

Channel = Literal[
    "tv",
    "website",
    "wechat",
    "douyin",
    "hotline",
    "email",
    "suggestion_box",
    "talk",
    "visit",
    "consultation",
    "open311",
    "bulk",
]
"""Feng County's ten sources (交流谈心 talk, 上门问需 visit, 征求意见 consultation), Open311, bulk import."""

Kind = Literal["consultation", "help", "suggestion", "complaint", "report"]
"""咨询 求助 建议 投诉 举报, as the 12345 hotlines divide orders."""

Urgency = Literal["urgent", "priority", "normal"]

LimitKind = Literal["sign_for", "complete"]

CaseState = Literal["dispatched", "signed_for", "completed"]

UnitKind = Literal["county", "city", "district", "town", "department", "committee", "office", "public_body"]

Tier = Literal["county_leader", "town", "department", "section_leader"]

Role = Literal[
    "clerk",
    "callback_clerk",
    "handler",
    "unit_head",
    "leader",
    "inspector",
    "supervision_office",
    "administrator",
]
"""Staff roles. Citizens come with a tracking code, adapters with a key; neither has a token."""

Service = Literal["intake", "assignment", "supervision", "reporting"]
"""Each owns a schema, reads topics and has an API."""

Process = Literal["intake", "assignment", "supervision", "reporting", "console"]
"""What runs with a port of its own: the services, and the pages over their APIs."""

CHANNELS: tuple[Channel, ...] = get_args(Channel)
KINDS: tuple[Kind, ...] = get_args(Kind)
ROLES: tuple[Role, ...] = get_args(Role)
SERVICES: tuple[Service, ...] = get_args(Service)
PROCESSES: tuple[Process, ...] = get_args(Process)
