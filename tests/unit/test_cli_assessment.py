"""`yinuo assessment`: what it prints of the API's answers."""

import io

import pytest
from rich.console import Console

from services.cli.assessment import parse_weight, print_assessment, print_explanation
from services.dev.problem import Problem
from tests.console_fakes_assessment import EXPLAINED, FIGURES, REVISION


def printed(write: object, answer: object) -> str:
    console = Console(file=io.StringIO(), width=200)
    write(console, answer)  # type: ignore[operator]
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


def test_an_assessment_is_printed_with_ranks_lists_and_marks_for_few() -> None:
    text = printed(print_assessment, {"published": REVISION, "assessment": FIGURES})
    for said in ("第 1 版", "县水利局", "61.5", "≈43.9%", "部门红榜：县水利局", "镇黑榜：无"):
        assert said in text
    assert "（未发布）" in printed(print_assessment, {"published": None, "assessment": FIGURES})


def test_an_explanation_is_printed_down_to_the_receipts() -> None:
    text = printed(print_explanation, EXPLAINED)
    for said in ("按期办结率：3 件中 3 件", "是  YN20210301-00000001"):
        assert said in text


def test_a_weight_is_an_indicator_and_a_number() -> None:
    assert parse_weight("on_time=50") == ("on_time", 50.0)
    with pytest.raises(Problem, match="is no weight"):
        parse_weight("on_time")
