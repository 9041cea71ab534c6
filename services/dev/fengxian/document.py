"""docs/fengxian.md: each figure with its query, as published and as computed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from services.dev.fengxian.figures import FIGURES, Figure

DOCUMENT: Final = Path(__file__).parents[3] / "docs" / "fengxian.md"
HEAD: Final = """# 凤县 2021 年上半年 · Feng County, the first half of 2021

Made by `make fengxian`. People and texts are invented; what the county published comes out computed from
events. Figures marked – were not published: an independent sequential model of the same script says what they
must be.

Calls go to assignment (port 8102); lists come page by page, by `next`. Anybody may read promises and
projects; cases and the directory need the token of somebody who sees all of them.

| 指标 · figure | 调用 · calls | 计什么 · what is counted | 公布 · published | 算得 · computed |
|---|---|---|---:|---:|
"""


def document(published: Mapping[str, int], found: Mapping[str, int]) -> str:
    """The page. Names of figures that were not computed raise KeyError."""
    lines = [
        f"| {one.title} | {one.calls} | {one.counted} | {_published(one, published)} | {found[one.name]:,} |"
        for one in FIGURES
    ]
    return HEAD + "\n".join(lines) + "\n"


def _published(one: Figure, published: Mapping[str, int]) -> str:
    value = published.get(one.name)
    return "–" if value is None else f"{value:,}{one.more}"
