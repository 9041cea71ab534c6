"""Codes that circulars count, in the words that people read, in the order in which they are told."""

from typing import Final

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
}
FURTHER_ZH: Final = {code: LIMITS_ZH[code] for code in ("dispute", "extension", "assist", "rectification")}
