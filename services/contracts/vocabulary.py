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

FurtherKind = Literal["dispute", "extension", "rectification", "assist"]
"""争议裁定 延期审批 整改 协办: limits that something opens on the way, not the dispatch."""

CaseLimitKind = Literal["sign_for", "complete", FurtherKind]

SubjectLimitKind = Literal["letter_receipt", "letter_reply", "project_report", "listing_report", "follow_up"]
"""督办函签收 督办函回复 项目进展报告 挂牌进展报告 会议交办: limits of what isn't a case, by own rules."""

LimitKind = Literal[CaseLimitKind, SubjectLimitKind, "notice_reply"]
"""The last is 督办单答复: a notice that wants a written answer, about whatever it concerns."""

SubjectKind = Literal["case", "letter", "project", "listing", "finding", "follow_up"]
"""What a limit or a notice concerns: 办件 督办函 项目 挂牌督办; 巡查问题 of none of these; 会议交办事项."""

Trigger = Literal["limit", "report_missing", "bad_rating", "repeat", "finding"]
"""What brings a notice: 时限 未按期报告 群众差评 重复诉求 巡查问题."""

Measure = Literal["reminder", "warning", "overdue", "special_letter", "interview"]
"""催办提醒, 预警, 逾期督办, 专函督办, 约谈."""

CaseState = Literal[
    "dispatched",
    "signed_for",
    "suspended",
    "merged",
    "completed",
    "reviewed",
    "called_back",
    "archived",
    "withdrawn",
    "refused",
]
"""已交办 已签收 已挂起 已并办 已回复 已审核 已回访 已归档 已撤回 不予受理. See `transitions`."""

Tag = Literal["petition", "enterprise"]
"""信访积案, 企业困难: what a case is besides its category, so that what came of such cases can be counted."""

ProjectState = Literal["planned", "under_way", "done", "replaced", "dropped"]
"""未开工 在办 已办结 已替代 已终止. The last two end it undone; `dropped` has no successor."""

Satisfaction = Literal["very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied", "very_dissatisfied"]
"""非常满意 满意 基本满意 不满意 非常不满意, the five levels of 好差评, best first."""

UnitKind = Literal["county", "city", "district", "town", "department", "committee", "office", "public_body"]

Tier = Literal["county_leader", "town", "department", "section_leader"]

PromiseTier = Literal[Tier, "ordinary_member"]
"""Whose promise it is: 县级领导, 镇, 部门, 科级干部, 普通党员."""

Occasion = Literal["meeting", "television", "written"]
"""Where a promise was made: 会议承诺, 电视亮诺, 书面承诺."""

Settlement = Literal["kept", "kept_late", "broken", "withdrawn"]

PromiseState = Literal["standing", Settlement]

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

TAGS: tuple[Tag, ...] = get_args(Tag)
TIERS: tuple[Tier, ...] = get_args(Tier)
CHANNELS: tuple[Channel, ...] = get_args(Channel)
KINDS: tuple[Kind, ...] = get_args(Kind)
ROLES: tuple[Role, ...] = get_args(Role)
BEFORE_REPLY: tuple[CaseState, ...] = ("dispatched", "signed_for", "suspended")
"""The states of a case under way: its citizen may withdraw it, and it may be overdue."""
AFTER_REPLY: tuple[CaseState, ...] = ("completed", "reviewed", "called_back", "archived")
"""Those in which a reply stands, which its citizen may rate."""
BAD_RATINGS: tuple[Satisfaction, ...] = ("dissatisfied", "very_dissatisfied")
"""Those that call for rectification."""
SERVICES: tuple[Service, ...] = get_args(Service)
PROCESSES: tuple[Process, ...] = get_args(Process)
