"""The console's fakes answer what the services' OpenAPI documents promise, and ask what these allow."""

import re
from collections.abc import Mapping
from typing import Any

import jsonschema
import pytest

from services.console import (
    apis_assignment,
    apis_intake,
    apis_projects,
    apis_promises,
    apis_reporting,
    apis_supervision,
)
from services.console.call import Shown
from services.contracts.vocabulary import Service
from tests.api_documents import document_of
from tests.console_fakes import ANSWERS

Key = tuple[Service, str, str]


def operation(service: Service, method: str, path: str) -> Mapping[str, Any]:
    """The described operation that a path belongs to; a literal path before one with parameters."""
    paths = document_of(service)["paths"]
    fitting = [one for one in sorted(paths, key=lambda one: one.count("{")) if _fits(one, path)]
    found: Mapping[str, Any] = next(
        paths[one][method.lower()] for one in fitting if method.lower() in paths[one]
    )
    return found


def _fits(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template.replace(".", r"\.")), path) is not None


def schema_of(service: Service, described: Mapping[str, Any]) -> dict[str, Any]:
    """The answer's JSON Schema, with the document's components at hand."""
    answers = described["responses"]
    good = next(answers[status] for status in ("200", "201", "202") if status in answers)
    return {
        **good["content"]["application/json"]["schema"],
        "components": document_of(service)["components"],
    }


@pytest.mark.parametrize("key", list(ANSWERS), ids=" ".join)
async def test_each_canned_answer_is_one_that_the_service_describes(key: Key) -> None:
    described = operation(*key)
    if isinstance(ANSWERS[key], str):  # a page; the document says no more of it
        return
    schema = schema_of(key[0], described)
    jsonschema.Draft202012Validator(schema).validate(ANSWERS[key])


MODELS: dict[Key, type[Shown]] = {
    ("intake", "GET", "/demands/{receipt}"): apis_intake.Standing,
    ("intake", "POST", "/demands"): apis_intake.Receipt,
    ("assignment", "GET", "/cases"): apis_assignment.CasePage,
    ("assignment", "GET", "/cases/{case_id}"): apis_assignment.Case,
    ("assignment", "GET", "/promises"): apis_promises.PromisePage,
    ("assignment", "GET", "/promises/{promise_id}"): apis_promises.Promise,
    ("assignment", "GET", "/projects"): apis_projects.ProjectPage,
    ("assignment", "GET", "/projects/{ledger}"): apis_projects.Project,
    ("supervision", "GET", "/inbox"): apis_supervision.InboxPage,
    ("supervision", "GET", "/cases/{case_id}/limits"): apis_supervision.CaseLimits,
    ("reporting", "GET", "/circulars"): apis_reporting.Circulars,
}


@pytest.mark.parametrize("key", list(MODELS), ids=" ".join)
async def test_pages_show_only_fields_that_the_service_describes(key: Key) -> None:
    service, method, path = key
    document = document_of(service)
    schema = schema_of(service, document["paths"][path][method.lower()])
    name = schema["$ref"].rpartition("/")[2]
    described = document["components"]["schemas"][name]
    assert set(MODELS[key].model_fields) <= set(described["properties"])


PARAMETERS = {
    ("intake", "/demands/{receipt}"): {"tracking_code"},
    ("assignment", "/cases"): {"q", "state", "kind", "category", "unit", "overdue", "after", "limit"},
    ("assignment", "/promises"): {"tier", "unit", "state", "after", "limit"},
    ("assignment", "/projects"): {"tier", "unit", "state", "after", "limit"},
    ("supervision", "/inbox"): {"unit", "post", "after", "limit"},
    ("reporting", "/circulars"): {"after", "limit"},
}


@pytest.mark.parametrize(("service", "path"), list(PARAMETERS))
async def test_pages_ask_only_with_parameters_that_the_service_describes(service: Service, path: str) -> None:
    parameters = document_of(service)["paths"][path]["get"]["parameters"]
    assert PARAMETERS[service, path] <= {one["name"] for one in parameters}
