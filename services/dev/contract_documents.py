"""The documents made from the contracts: JSON Schemas, the AsyncAPI document, docs/flow.md.

`python -m services.dev.contract_documents` writes them; a test fails where they drift. A schema
that lies in the repository is a promise: a breaking change is refused and needs a new version.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from services.contracts.envelope import Event
from services.contracts.flow import EVENTS, FLOWS, TOPICS, Flow
from services.contracts.vocabulary import SERVICES, Service

CHECKOUT: Final = Path(__file__).parent.parent.parent
SCHEMAS: Final = Path("services/contracts/schemas")
ASYNCAPI: Final = Path("services/contracts/asyncapi.yaml")
FLOW_PAGE: Final = Path("docs/flow.md")
HEADERS: Final = ("ce_id", "ce_source", "ce_specversion", "ce_type", "ce_subject", "ce_time", "content-type")
CHINESE: Final[Mapping[Service, str]] = {
    "intake": "受理",
    "assignment": "交办",
    "supervision": "督办",
    "reporting": "通报",
}


class BreakingChange(ValueError):
    """A schema of a released version would change so that old messages or old readers break."""

    def __init__(self, event_type: str, changes: list[str]) -> None:
        super().__init__(f"{event_type}: {'; '.join(changes)}. Give the event a new version and an upcaster")


def documents() -> dict[Path, str]:
    """Every document by its path in the repository."""
    schemas = {schema_path(name): _json(schema(event)) for name, event in EVENTS.items()}
    return {**schemas, ASYNCAPI: _asyncapi(), FLOW_PAGE: _flow_page()}


def schema_path(event_type: str) -> Path:
    return SCHEMAS / f"{event_type}.json"


def schema(event: type[Event]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of an event's data."""
    made = event.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": event.type, **made}


def breaking_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What in `new` breaks messages written, or readers built, by `old`. Optional fields may come."""
    before, after = old.get("properties", {}), new.get("properties", {})
    required_before, required_after = set(old.get("required", ())), set(new.get("required", ()))
    found = [f"field {name} is gone" for name in before if name not in after]
    found += [f"field {name} is required now" for name in sorted(required_after - required_before)]
    found += [f"field {name} is optional now" for name in sorted(required_before - required_after)]
    for name in before.keys() & after.keys():
        if _shape(before[name]) != _shape(after[name]):
            found.append(f"field {name} has another type")
    parts = new.get("$defs", {})
    for name, part in old.get("$defs", {}).items():  # one that is gone shows in the field that named it
        found += [f"{name}: {change}" for change in breaking_changes(part, parts.get(name, part))]
    return found


def _shape(field: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in field.items() if key not in {"title", "description", "default"}}


def write(root: Path = CHECKOUT) -> list[Path]:
    """Write what differs; the paths written. Raises BreakingChange and then writes nothing."""
    made = documents()
    for name, event in EVENTS.items():
        path = root / schema_path(name)
        if path.exists() and (
            changes := breaking_changes(json.loads(path.read_text("utf-8")), schema(event))
        ):
            raise BreakingChange(name, changes)
    written = [path for path, text in made.items() if _differs(root / path, text)]
    for path in written:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(made[path], encoding="utf-8")
    return written


def _differs(path: Path, text: str) -> bool:
    return not path.exists() or path.read_text("utf-8") != text


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _asyncapi() -> str:
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Yinuo events",
            "version": "1.0.0",
            "description": "CloudEvents 1.0 in Kafka binary mode. Made from services/contracts/flow.py.",
        },
        "defaultContentType": "application/json",
        "channels": {topic: _channel(topic) for topic in TOPICS},
        "operations": dict(_operations()),
        "components": {"messages": {name: _message(event) for name, event in EVENTS.items()}},
    }
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=110)


def _channel(topic: str) -> dict[str, Any]:
    names = dict.fromkeys(flow.event.type for flow in FLOWS if flow.topic == topic)
    return {
        "address": topic,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {"kafka": {"partitions": TOPICS[topic].partitions, "bindingVersion": "0.5.0"}},
    }


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for topic in TOPICS.values():
        channel = {"$ref": f"#/channels/{topic.name}"}
        yield f"{topic.writer}Sends{topic.name.title()}", {"action": "send", "channel": channel}
        for service in SERVICES:
            types = [f.event.type for f in FLOWS if f.topic == topic.name and service in f.readers]
            if types:
                messages = [{"$ref": f"#/channels/{topic.name}/messages/{name}"} for name in types]
                yield (
                    f"{service}Receives{topic.name.title()}",
                    {"action": "receive", "channel": channel, "messages": messages},
                )


def _message(event: type[Event]) -> dict[str, Any]:
    return {
        "name": event.type,
        "summary": _summary(event),
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "required": list(HEADERS),
            "properties": {name: {"type": "string"} for name in HEADERS},
        },
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"schemas/{event.type}.json"},
        },
    }


def _summary(event: type[Event]) -> str:
    return (event.__doc__ or "").strip().splitlines()[0]


def _flow_page() -> str:
    lines = [
        "# The flow of events",
        "",
        "Made from `services/contracts/flow.py` by `make docs`; do not edit.",
        "",
        "```mermaid",
        "flowchart LR",
        *(f"  {service}[{service} {CHINESE[service]}]" for service in SERVICES),
        *_arrows(),
        "```",
        "",
        "| topic | partitions | event | written by | read by |",
        "|---|---|---|---|---|",
        *(_row(flow) for flow in FLOWS),
        "",
        "What each event means:",
        "",
        *(f"* `{name}`: {_summary(event)}" for name, event in EVENTS.items()),
        "",
    ]
    return "\n".join(lines)


def _arrows() -> Iterator[str]:
    for topic in TOPICS.values():
        readers = {reader for flow in FLOWS if flow.topic == topic.name for reader in flow.readers}
        for reader in SERVICES:
            if reader in readers:
                yield f"  {topic.writer} -- {topic.name} --> {reader}"


def _row(flow: Flow) -> str:
    topic = TOPICS[flow.topic]
    readers = ", ".join(service for service in SERVICES if service in flow.readers) or "(outside readers)"
    return f"| `{topic.name}` | {topic.partitions} | `{flow.event.type}` | {topic.writer} | {readers} |"


if __name__ == "__main__":
    try:
        for changed in write():
            print(changed)
    except BreakingChange as broken:
        sys.exit(str(broken))
