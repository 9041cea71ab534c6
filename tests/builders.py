"""Builders of valid values; a test names only what it is about."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from services.contracts.case import CaseAssigned
from services.contracts.demand import DemandRegistered
from services.contracts.directory import AuthorityRecorded
from services.contracts.envelope import Envelope, Event
from services.contracts.flow import TOPICS, topic_of
from services.kit.dead_letters import Letter
from services.kit.outbox import partition_of

NOON = datetime(2021, 3, 1, 4, 0, tzinfo=UTC)


def demand(**given: Any) -> DemandRegistered:
    """A registered demand with everything that isn't given made up."""
    values: dict[str, Any] = {
        "demand_id": uuid4(),
        "receipt": "YN20210301-00000001",
        "citizen_ref": uuid4(),
        "channel": "hotline",
        "title": "自来水停水",
        "body": "凤州镇连续三天停水。",
    }
    return DemandRegistered(**{**values, **given})


def case_assigned(**given: Any) -> CaseAssigned:
    """An assigned case with everything that isn't given made up."""
    values: dict[str, Any] = {
        "case_id": uuid4(),
        "demand_id": uuid4(),
        "version": 1,
        "dispatch": 1,
        "receipt": "YN20210301-00000001",
        "citizen_ref": uuid4(),
        "channel": "hotline",
        "kind": "help",
        "urgency": "normal",
        "category": "water",
        "place": "fengzhou",
        "town": "fengzhou",
        "unit": "water",
        "post": "water.head",
        "backstop": False,
        "summary": "自来水停水",
    }
    return CaseAssigned(**{**values, **given})


def authority(**given: Any) -> AuthorityRecorded:
    """What the directory tells of the authority, version 1."""
    values: dict[str, Any] = {
        "version": 1,
        "code": "fengxian",
        "name": "凤县",
        "name_en": "Feng County",
        "issuer": "凤县县委",
        "backstop_unit": "office",
        "limits": "guangdong",
        "ladder": "default",
        "on_time_threshold": 0.85,
        "issue": "automatic",
    }
    return AuthorityRecorded(**{**values, **given})


def letter(event: Event, offset: int = 0, time: datetime = NOON, **given: Any) -> Letter:
    """An event as Kafka delivers it to a consumer."""
    topic, subject = topic_of(event), event.subject()
    envelope = Envelope(given.pop("id", event.event_id()), event.type, "/yinuo/test", subject, time)
    values: dict[str, Any] = {
        "topic": topic,
        "partition": partition_of(subject, TOPICS[topic].partitions),
        "offset": offset,
        "key": subject,
        "headers": envelope.headers(),
        "value": event.model_dump_json().encode(),
        "event_id": envelope.id,
        "type": event.type,
        "time": time,
    }
    return Letter(**{**values, **given})


def letters(events: Sequence[Event], first_offset: int = 0) -> list[Letter]:
    """Events as one batch, at following offsets."""
    return [letter(event, first_offset + number) for number, event in enumerate(events)]


def ids(events: Sequence[DemandRegistered]) -> list[UUID]:
    return [event.demand_id for event in events]
