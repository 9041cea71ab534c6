"""The contracts' documents follow the code, and the code keeps what the documents promised."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.contracts.flow import EVENTS, FLOWS, TOPICS
from services.dev import contract_documents
from services.dev.contract_documents import CHECKOUT, BreakingChange, breaking_changes, documents, schema

OLD: dict[str, Any] = {"properties": {"a": {"type": "string"}, "b": {"enum": ["x", "y"]}}, "required": ["a"]}


@pytest.mark.parametrize("path", documents(), ids=str)
def test_each_document_in_the_repository_is_what_the_code_makes(path: Path) -> None:
    assert (CHECKOUT / path).read_text("utf-8") == documents()[path], "run `make docs`"


def test_no_schema_lies_there_without_its_event() -> None:
    lying = {
        path.name.removesuffix(".json") for path in (CHECKOUT / contract_documents.SCHEMAS).glob("*.json")
    }
    assert lying == set(EVENTS)


@pytest.mark.parametrize(
    ("new", "change"),
    [
        ({"properties": {"a": {"type": "string"}}, "required": ["a"]}, "field b is gone"),
        ({**OLD, "required": ["a", "b"]}, "field b is required now"),
        ({**OLD, "required": []}, "field a is optional now"),
        ({**OLD, "properties": {**OLD["properties"], "a": {"type": "integer"}}}, "field a has another type"),
        ({**OLD, "properties": {**OLD["properties"], "b": {"enum": ["x"]}}}, "field b has another type"),
    ],
)
def test_a_change_that_breaks_old_messages_is_found(new: dict[str, object], change: str) -> None:
    assert breaking_changes(OLD, new) == [change]


def test_a_change_that_breaks_a_part_of_an_event_is_found() -> None:
    whole = {"properties": {"one": {"$ref": "#/$defs/Part"}}, "required": ["one"]}
    before, after = {**whole, "$defs": {"Part": OLD}}, {**whole, "$defs": {"Part": {**OLD, "required": []}}}
    assert breaking_changes(before, before) == []
    assert breaking_changes(before, after) == ["Part: field a is optional now"]


def test_a_new_optional_field_and_another_description_break_nothing() -> None:
    properties = {
        "a": {"type": "string", "description": "new words"},
        "b": OLD["properties"]["b"],
        "c": {"type": "integer", "default": 1},
    }
    assert breaking_changes(OLD, {"properties": properties, "required": ["a"]}) == []


def test_a_released_schema_is_never_overwritten_by_a_breaking_one(tmp_path: Path) -> None:
    contract_documents.write(tmp_path)
    path = tmp_path / contract_documents.schema_path("yinuo.case.completed.v1")
    released = json.loads(path.read_text("utf-8"))
    released["properties"]["signature"] = {"type": "string"}
    path.write_text(json.dumps(released), encoding="utf-8")
    with pytest.raises(BreakingChange, match="field signature is gone"):
        contract_documents.write(tmp_path)


def test_the_asyncapi_document_names_every_topic_and_every_event() -> None:
    document = yaml.safe_load(documents()[contract_documents.ASYNCAPI])
    assert document["asyncapi"].startswith("3.")
    assert set(document["channels"]) == set(TOPICS)
    assert set(document["components"]["messages"]) == set(EVENTS)


def test_every_field_of_every_event_has_a_type_in_its_schema() -> None:
    for event in EVENTS.values():
        for name, field in schema(event)["properties"].items():
            assert {"type", "anyOf", "$ref", "enum", "const"} & field.keys(), f"{event.type}.{name}"


def test_a_topic_has_one_writer_and_every_flow_lies_in_a_known_topic() -> None:
    assert {flow.topic for flow in FLOWS} == set(TOPICS)
    for flow in FLOWS:
        assert TOPICS[flow.topic].writer not in flow.readers
