"""Rows as demands, by a mapping."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from services.dev.messages import FieldMap, Message, Refusal, fitting_map, message_of, read_map
from services.dev.problem import Problem
from services.dev.table_files import Row

EXAMPLES = Path(__file__).parents[2] / "examples"
PLAIN = FieldMap(
    columns={name: name for name in ("title", "body", "occurred_at", "phone", "external_id", "latitude")},
    constants={"channel": "hotline"},
)


def row(**cells: Any) -> Row:
    return Row(2, {"title": "停水", "body": "三天没水", **cells})


def sent(mapping: FieldMap = PLAIN, **cells: Any) -> dict[str, Any]:
    found = message_of(row(**cells), mapping)
    assert isinstance(found, Message), found
    return dict(found.demand)


def refused(mapping: FieldMap = PLAIN, **cells: Any) -> Refusal:
    found = message_of(row(**cells), mapping)
    assert isinstance(found, Refusal), found
    return found


def test_every_example_mapping_can_be_read() -> None:
    files = [*EXAMPLES.glob("mappings/*.yaml"), *EXAMPLES.glob("*/messages-map.yaml")]
    assert [read_map(file) for file in files]


def test_contacts_lie_together_and_empty_cells_are_left_out() -> None:
    demand = sent(phone=" 13800000000 ", external_id="7", occurred_at="", latitude=None)
    assert demand == {
        "channel": "hotline",
        "title": "停水",
        "body": "三天没水",
        "external_id": "7",
        "contact": {"phone": "13800000000"},
    }


def test_the_citizens_words_keep_their_spaces() -> None:
    assert sent(body="  三天没水\n")["body"] == "  三天没水\n"


def test_numbers_of_a_spreadsheet_lose_their_needless_fraction() -> None:
    demand = sent(external_id=188006.0, phone=13800000000, latitude=33.9)
    assert (demand["external_id"], demand["contact"]) == ("188006", {"phone": "13800000000"})
    assert demand["latitude"] == 33.9


@pytest.mark.parametrize(
    "cell",
    [
        "2021-03-01T08:05:00+08:00",
        "2021-03-01 08:05",
        "2021/3/1 8:05",
        "2021年3月1日 08:05",
        "2021年3月1日8时5分",
        datetime(2021, 3, 1, 8, 5),  # noqa: DTZ001  as a spreadsheet gives it
    ],
)
def test_times_without_an_offset_are_of_the_mappings_zone(cell: object) -> None:
    assert sent(occurred_at=cell)["occurred_at"] == "2021-03-01T08:05:00+08:00"


def test_another_zone_can_be_named() -> None:
    mapping = PLAIN.model_copy(update={"timezone": "Asia/Urumqi"})
    assert sent(mapping, occurred_at="2021-03-01 08:05")["occurred_at"] == "2021-03-01T08:05:00+06:00"


def test_a_row_without_an_id_gets_one_of_its_content() -> None:
    first, again, other = sent(), sent(), sent(body="四天没水")
    assert first["external_id"] == again["external_id"] != other["external_id"]


def test_the_derived_id_is_the_same_for_every_channel() -> None:
    bulk = PLAIN.model_copy(update={"constants": {"channel": "bulk"}})
    assert sent(bulk)["external_id"] == sent()["external_id"]


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"body": "  "}, "body"),
        ({"title": None}, "title"),
        ({"occurred_at": "昨天"}, "occurred_at"),
        ({"latitude": "北纬"}, "latitude"),
    ],
)
def test_what_cannot_be_read_is_refused_with_field_and_remedy(cells: dict[str, Any], field: str) -> None:
    refusal = refused(**cells)
    assert refusal.field == field
    assert refusal.reason
    assert refusal.remedy


def test_an_unknown_channel_in_a_row_is_refused_with_the_list_of_channels() -> None:
    mapping = fitting_map(["title", "body", "channel"], None, None)
    assert "hotline" in refused(mapping, channel="fax").remedy


def test_without_a_mapping_columns_of_the_same_name_are_taken() -> None:
    mapping = fitting_map(["title", "body", "channel", "likes"], None, None)
    assert mapping.columns == {"channel": "channel", "title": "title", "body": "body"}


def test_the_channel_of_the_command_overrides_mapping_and_column() -> None:
    mapping = fitting_map(["title", "body", "channel"], None, "bulk")
    assert sent(mapping, channel="hotline")["channel"] == "bulk"


@pytest.mark.parametrize(
    ("columns", "given", "channel"),
    [
        (["title", "body"], None, None),
        (["标题"], None, "bulk"),
        (["title", "body"], PLAIN, None),
        (["title", "body"], None, "fax"),
    ],
)
def test_a_mapping_that_does_not_fit_stops_the_import(
    columns: list[str], given: FieldMap | None, channel: str | None
) -> None:
    with pytest.raises(Problem):
        fitting_map(columns, given, channel)


@pytest.mark.parametrize(
    "text", ["columns: {titel: t}", "colums: {}", "timezone: Asia/Atlantis", "- [", "columns: 3"]
)
def test_a_faulty_mapping_is_told_in_one_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "map.yaml"
    file.write_text(text)
    with pytest.raises(Problem, match=r"map\.yaml"):
        read_map(file)
