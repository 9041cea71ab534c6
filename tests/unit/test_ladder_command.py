"""`yinuo ladder dry-run`: pages added up, and the table of them."""

from collections import defaultdict
from pathlib import Path
from typing import Any, get_args

import pytest

from services.cli.ladder import COUNTS, NAMES, Row, add, as_groups, table, which
from services.contracts.vocabulary import LimitKind, Measure, Trigger
from services.dev.problem import Problem


def group(unit: str, rung: int | None, what: str = "complete", **counts: int) -> dict[str, Any]:
    named = {"what": what, "rung": rung, "colour": "red", "measure": "overdue", "unit": unit}
    return {**named, **dict.fromkeys(COUNTS, 0), **counts}


def test_pages_add_up_to_a_line_a_rung_and_unit_and_a_sum() -> None:
    total: dict[Row, list[int]] = defaultdict(lambda: [0] * len(COUNTS))
    add(total, [group("water", 2, would=1, would_points=1), group("roads", 2, would=1)])
    add(total, [group("water", 2, would=2, sent=1), group("water", None, "consequence", would_points=2)])
    assert list(table(total))[1:] == [
        "办结\t2\t红\t逾期\troads\t1\t0\t0\t0",
        "办结\t2\t红\t逾期\twater\t3\t1\t1\t0",
        "督办后果\t–\t红\t逾期\twater\t0\t2\t0\t0",
        "合计\t\t\t\t\t4\t3\t1\t0",
    ]
    assert [(one["unit"], one["would"]) for one in as_groups(total)] == [
        ("roads", 1),
        ("water", 3),
        ("water", 0),
    ]


def test_a_run_that_finds_nothing_says_so_with_a_sum_of_noughts() -> None:
    assert list(table({}))[1:] == ["合计\t\t\t\t\t0\t0\t0\t0"]


def test_every_word_of_a_ladder_has_its_name() -> None:
    passing = {"dispute", "extension"}
    words = {*get_args(LimitKind), *get_args(Trigger), *get_args(Measure)} - passing
    assert words - set(NAMES) == {"limit", "report_missing"}


def test_a_ladder_is_a_shipped_one_or_a_file_and_the_rest_is_refused_with_the_remedy(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_bytes(b"id: own")
    assert which("suqian", None)["path"] == "/ladders/suqian/dry-run"
    assert which(None, own) == {"method": "POST", "path": "/ladders/dry-run", "content": b"id: own"}
    for preset, file in ((None, None), ("suqian", own)):
        with pytest.raises(Problem, match="either --preset NAME or --file"):
            which(preset, file)
    with pytest.raises(Problem, match="name a file that can be read"):
        which(None, tmp_path / "none.yaml")
