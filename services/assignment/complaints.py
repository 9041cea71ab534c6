"""What is wrong with a cell of a file that somebody edits, in that person's words, with the remedy."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError


def complaints(error: ValidationError) -> Iterator[tuple[str, str, str]]:
    """Column, what, remedy of each thing that doesn't fit its type."""
    for complaint in error.errors(include_url=False):
        column = ".".join(str(part) for part in complaint["loc"])
        yield column, *_explained(str(complaint["type"]), complaint["input"], complaint.get("ctx", {}))


def _explained(kind: str, value: object, context: Mapping[str, Any]) -> tuple[str, str]:
    match kind:
        case "missing":
            return "必填，但没有值", "填写这一格"
        case "extra_forbidden":
            return "不认识的项", "删去，或改正它的名称"
        case "literal_error":
            return f"不能是 {value}", f"改为 {context['expected'].replace(' or ', ', ')} 之一"
        case "string_pattern_mismatch":
            return f"代码 {value} 的写法不对", "只用小写英文字母、数字、点和下划线，如 water.quality"
        case "string_too_long":
            return f"超过 {context['max_length']} 个字", "缩短"
        case "model_type" | "dict_type":
            return "内容是空的或不是键值", "按 examples/ 中的样式填写"
    return _of_type(kind, value)


def _of_type(kind: str, value: object) -> tuple[str, str]:
    if kind.startswith("date"):
        return f"{value} 不是日期", "写成 2021-03-01"
    if kind.startswith("float"):
        return f"{value} 不是数", "写成如 1 或 0.85 的数"
    return f"{value} 不合要求（{kind}）", "改正这个值，可照 examples/ 中的样式"
