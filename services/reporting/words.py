"""Codes that circulars count, in the words that people read, in the order in which they are told."""

from collections.abc import Mapping
from typing import Final

from services.reporting.assess.gaming import SignalKind

TIERS_ZH: Final = {
    "county_leader": "县级领导",
    "town": "镇",
    "department": "部门",
    "section_leader": "科级干部",
    "ordinary_member": "普通党员",
}
LEVELS_ZH: Final = {
    "very_satisfied": "非常满意",
    "satisfied": "满意",
    "fairly_satisfied": "基本满意",
    "dissatisfied": "不满意",
    "very_dissatisfied": "非常不满意",
}
LIMITS_ZH: Final = {
    "sign_for": "签收",
    "complete": "办结",
    "dispute": "争议裁定",
    "extension": "延期审批",
    "rectification": "整改",
    "assist": "协办",
    "letter_receipt": "督办函签收",
    "letter_reply": "督办函回复",
    "project_report": "项目进展报告",
    "listing_report": "挂牌进展报告",
    "follow_up": "会议交办",
    "notice_reply": "督办单答复",
}
SUBJECTS_ZH: Final = {"case": "办件", "project": "项目"}
MEASURES_ZH: Final = {
    "reminder": "催办提醒",
    "warning": "预警",
    "overdue": "逾期督办",
    "special_letter": "专函督办",
    "interview": "约谈",
}
GAMING_ZH: Final[Mapping[SignalKind, str]] = {
    "closed_unheard": "办结未回访、群众再次反映",
    "ratings_at_once": "短时间内集中好评",
    "limit_edited_late": "逾期后改动时限",
}
GAMING_EN: Final[Mapping[SignalKind, str]] = {
    "closed_unheard": "closed without contact and complained about again",
    "ratings_at_once": "many good ratings at once",
    "limit_edited_late": "a limit edited after its date",
}
FURTHER_ZH: Final = {code: LIMITS_ZH[code] for code in ("dispute", "extension", "assist", "rectification")}
