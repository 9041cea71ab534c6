"""docs/fengxian.md: each figure with its query, as published and as computed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from services.dev.fengxian.figures import FIGURES

DOCUMENT: Final = Path(__file__).parents[3] / "docs" / "fengxian.md"
HEAD: Final = """# 凤县 2021 年上半年 · Feng County, the first half of 2021

Made by `make fengxian`. People and texts are invented; what the county published comes out computed from
events. Figures marked – were not published: an independent sequential model of the same script says what they
must be.

| 指标 · figure | 查询 · query | 公布 · published | 算得 · computed |
|---|---|---:|---:|
"""


def document(published: Mapping[str, int], found: Mapping[str, int]) -> str:
    """The page. Names of figures that were not computed raise KeyError."""
    lines = [
        f"| {one.title} | {one.query} | {_shown(published.get(one.name))} | {_shown(found[one.name])} |"
        for one in FIGURES
    ]
    return HEAD + "\n".join(lines) + "\n"


def _shown(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"
