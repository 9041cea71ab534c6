"""The table of flows is what the services really subscribe to and publish."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest

from services.assignment.directory import Authority
from services.contracts.flow import EVENTS, FLOWS, TOPICS, topics_read_by
from services.contracts.vocabulary import SERVICES, Service
from services.contracts.watermark import WatermarkPassed
from services.supervision import presets

SOURCES = Path(__file__).parent.parent.parent / "services"


def imported_events(service: Service) -> set[str]:
    """Names of event classes that a service's files import from the contracts."""
    return {name for file in (SOURCES / service).rglob("*.py") for name in _imported(file)} & {
        event.__name__ for event in EVENTS.values()
    }


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("services.contracts"):
            yield from (alias.name for alias in node.names)


def spoken(service: Service) -> set[str]:
    """What the table says a service writes or reads."""
    return {
        flow.event.__name__
        for flow in FLOWS
        if service in flow.readers or TOPICS[flow.topic].writer == service
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_knows_no_event_that_the_table_does_not_give_it(service: Service) -> None:
    assert imported_events(service) <= spoken(service)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_code_for_every_event_that_the_table_gives_it(service: Service) -> None:
    plumbing = {WatermarkPassed.__name__}
    assert spoken(service) - plumbing <= imported_events(service)


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_reads_some_topic_and_never_its_own(service: Service) -> None:
    read = topics_read_by(service)
    assert read
    assert service not in {TOPICS[topic].writer for topic in read}


@pytest.mark.parametrize("service", SERVICES)
def test_importing_a_service_makes_no_app_pool_or_producer(service: Service) -> None:
    module = import_module(f"services.{service}.app")
    made = [
        name for name, value in vars(module).items() if type(value).__name__ in {"FastAPI", "Pool", "App"}
    ]
    assert made == []


@pytest.mark.parametrize(("what", "shipped"), [("limits", presets.LIMITS), ("ladder", presets.LADDERS)])
def test_every_preset_that_supervision_ships_may_be_chosen_in_a_directory(
    what: str, shipped: tuple[str, ...]
) -> None:
    assert get_args(Authority.model_fields[what].annotation) == shipped
