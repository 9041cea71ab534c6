"""The bench measures every figure, whatever they are on the machine of the day."""

import json
from pathlib import Path

import pytest

from services.contracts.vocabulary import SERVICES
from services.dev import stack
from services.dev.bench.__main__ import in_order, measure
from services.dev.bench.figures import NAMES, write_json
from services.dev.bench.scale import SCALES


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "bench"


def test_a_small_bench_measures_every_figure_beside_its_limit(data: Path, tmp_path: Path) -> None:
    try:
        write_json(tmp_path / "latest.json", in_order(measure(data, SCALES["small"], lambda _: None)))
    finally:
        stack.remove(data)
    rows = json.loads((tmp_path / "latest.json").read_text(encoding="utf-8"))

    assert all(set(row) == {"figure", "value", "unit", "beside", "beside_value"} for row in rows)
    assert all(row["value"] > 0 for row in rows)
    assert all((row["beside"] is None) == (row["beside_value"] is None) for row in rows)
    found = [row["figure"] for row in rows]
    for name in NAMES:
        assert any(figure.startswith(name) for figure in found), name
    memory = {figure.rpartition(": ")[2] for figure in found if figure.startswith(NAMES[-1])}
    assert memory >= {*SERVICES, "kafka", "postgres"}
    measured = {row["figure"].partition(":")[0] for row in rows if row["beside_value"]}
    assert measured == set(NAMES[:8])
