"""CloudEvents 1.0 in Kafka's binary content mode, held against an independent decoder."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from cloudevents.core.formats.json import JSONFormat

from services.contracts.decode import UnknownEvent, decode
from services.contracts.demand import DemandRegistered
from services.contracts.envelope import Envelope, MalformedEnvelope
from services.contracts.flow import EVENTS
from tests.builders import NOON, demand, letter

GOLDEN = Path(__file__).parent / "golden"


def golden(event_type: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((GOLDEN / f"{event_type}.json").read_text("utf-8"))
    return loaded


@pytest.mark.parametrize("event_type", EVENTS)
def test_each_golden_example_is_read_and_written_again_unchanged(event_type: str) -> None:
    example = golden(event_type)
    event = decode(event_type, json.dumps(example["data"]).encode())
    assert json.loads(event.model_dump_json()) == example["data"]
    assert str(event.event_id()) == example["id"]
    assert event.subject() == example["subject"]


def test_an_independent_decoder_reads_what_we_write() -> None:
    event = demand()
    sent = letter(event)
    headers = dict(sent.headers)
    read = from_binary_event(
        KafkaMessage(headers=headers, key=sent.key.encode(), value=sent.value), JSONFormat()
    )
    assert read.get_id() == str(event.event_id())
    assert read.get_type() == "yinuo.demand.registered.v1"
    assert read.get_source() == "/yinuo/test"
    assert read.get_subject() == str(event.demand_id)
    assert read.get_time() == NOON
    assert read.get_specversion() == "1.0"
    assert read.get_data() == json.loads(event.model_dump_json())


def test_headers_are_read_back_as_they_were() -> None:
    envelope = Envelope(UUID(int=7), "yinuo.demand.registered.v1", "/yinuo/intake", "x", NOON)
    assert Envelope.from_headers(envelope.headers()) == envelope


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("ce_specversion", b"0.3"),
        ("ce_id", b"not a uuid"),
        ("ce_time", b"2021-03-01T08:00:00"),
        ("ce_time", b"yesterday"),
    ],
)
def test_a_wrong_attribute_is_refused(header: str, value: bytes) -> None:
    headers = {**dict(letter(demand()).headers), header: value}
    with pytest.raises(MalformedEnvelope):
        Envelope.from_headers(headers)


@pytest.mark.parametrize(
    "header", ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time"]
)
def test_a_missing_attribute_is_refused(header: str) -> None:
    headers = {name: value for name, value in letter(demand()).headers if name != header}
    with pytest.raises(MalformedEnvelope):
        Envelope.from_headers(headers)


def test_an_old_version_is_lifted_step_by_step() -> None:
    """The version before the first: it called the channel a source and had no title."""
    upcasters = {
        "yinuo.demand.registered.v-1": lambda data: data,
        "yinuo.demand.registered.v0": lambda data: {
            **{name: value for name, value in data.items() if name != "source"},
            "channel": data["source"],
            "title": data["body"][:10],
        },
    }
    old = json.loads(demand().model_dump_json())
    old["source"] = old.pop("channel")
    del old["title"]
    event = decode("yinuo.demand.registered.v0", json.dumps(old).encode(), upcasters=upcasters)
    assert isinstance(event, DemandRegistered)
    assert event.channel == "hotline"
    assert event.title == event.body[:10]


@pytest.mark.parametrize("unknown", ["yinuo.demand.registered.v2", "yinuo.demand.registered.v0", "other", ""])
def test_an_unknown_type_or_version_is_named(unknown: str) -> None:
    with pytest.raises(UnknownEvent, match="unknown event type"):
        decode(unknown, b"{}")


def test_what_cannot_be_read_is_named_without_the_words_in_it() -> None:
    with pytest.raises(ValueError, match="demand_id") as unreadable:
        decode(DemandRegistered.type, '{"title": 5, "body": "张三家的水管"}'.encode())
    assert "张三" not in str(unreadable.value)


def test_the_same_fact_always_has_the_same_id() -> None:
    event = demand()
    assert event.event_id() == event.model_copy().event_id()
    assert event.event_id() != demand().event_id()
