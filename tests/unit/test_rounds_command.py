"""`yinuo rounds redraw --file`: anybody draws a published draw again, without a stack."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.cli.rounds import app
from services.contracts.public_text import PublicText
from services.contracts.round import Barred, Target
from services.dev.problem import Problem
from services.supervision.round import Plan, draw

TOWNS = tuple(Target(kind="unit", key=f"town{n}", unit=f"town{n}") for n in range(4))
BARRED = (Barred(target=TOWNS[0], inspectors=("甲",)),)


def published() -> dict[str, Any]:
    """As GET /rounds/{round_id}/draw answers."""
    day = date(2026, 3, 2)
    plan = Plan(PublicText("第一轮"), day, day, TOWNS, 3, ("甲", "乙", "丙"), 1)
    drawn = draw(plan, "2026-1", BARRED)
    return {
        "name": plan.name,
        "seed": "2026-1",
        "targets": [one.model_dump() for one in TOWNS],
        "visits": plan.visits,
        "inspectors": list(plan.inspectors),
        "team": plan.team,
        "barred": [one.model_dump(mode="json") for one in BARRED],
        "drawn": [one.model_dump(mode="json") for one in drawn],
    }


def redraw(tmp_path: Path, draw: Any) -> str:
    file = tmp_path / "draw.json"
    file.write_text(json.dumps(draw, ensure_ascii=False), encoding="utf-8")
    answer = CliRunner().invoke(app, ["redraw", "--file", str(file)])
    if answer.exception:
        raise answer.exception
    return answer.stdout


def test_anybody_draws_a_published_draw_again(tmp_path: Path) -> None:
    assert "重抽结果与记录一致" in redraw(tmp_path, published())


def test_a_draw_that_was_altered_is_found_out(tmp_path: Path) -> None:
    altered = published()
    altered["drawn"][0]["inspectors"] = ["丁"]
    with pytest.raises(Problem, match="otherwise than recorded"):
        redraw(tmp_path, altered)


@pytest.mark.parametrize("nothing", [{}, [], {"seed": "1"}])
def test_what_is_no_draw_is_refused(tmp_path: Path, nothing: Any) -> None:
    with pytest.raises(Problem, match=r"draw\.json"):
        redraw(tmp_path, nothing)


def test_a_round_or_a_file_is_named_one_of_them() -> None:
    assert isinstance(CliRunner().invoke(app, ["redraw"]).exception, Problem)
