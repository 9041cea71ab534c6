"""docs/who-may-do-what.md is true: each of its cells is tried on the API that it speaks of."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx
import pytest
from fastapi import FastAPI

from services.assignment.transitions import STEPS
from services.console.step_forms import step_form
from services.contracts.vocabulary import ROLES, SERVICES, Role, Service
from services.kit.auth import TokenReader, issue_token
from tests.api_documents import api_of, document_of
from tests.console_browser import SECRETS
from tests.console_fakes import CASE_ID, CONSEQUENCE_ID, LEDGER, NOTICE_ID, PROMISE_ID, SAMPLE, FakeApis
from tests.console_guarded import REFUSALS, browser_of, guarded_console

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs/who-may-do-what.md").read_text(encoding="utf-8")
CALLERS: Final = ("citizen", "adapter", *ROLES)
MEANINGS: Final = frozenset({"yes", "own", "code", "–"})
HELD_BACK: Final = frozenset({404, 422})
VALUES: Final = {
    "case_id": str(CASE_ID),
    "notice_id": str(NOTICE_ID),
    "message_id": str(NOTICE_ID),
    "sender": "supervision",
    "subject_id": str(PROMISE_ID),
    "consequence_id": str(CONSEQUENCE_ID),
    "preset": "sanming",
    "promise_id": str(PROMISE_ID),
    "sample_id": SAMPLE["sample_id"],
    "ledger": LEDGER,
    "post": "water.head",
    "year": "2021",
    "first": "2021-03-01",
    "until": "2021-04-01",
    "request_id": str(CASE_ID),
    "reference": "2021-01",
    "figure": "demands",
    "form": "pdf",
    "ending": "pdf",
    "letter_id": "00000000-0000-4000-8000-000000000031",
    "listing_id": "00000000-0000-4000-8000-000000000061",
    "meeting_id": "00000000-0000-4000-8000-000000000071",
    "follow_up_id": "00000000-0000-4000-8000-000000000072",
    "round_id": "00000000-0000-4000-8000-000000000051",
    "finding_id": "00000000-0000-4000-8000-000000000041",
    "digest": "0" * 64,
}


class Row(NamedTuple):
    """One line of a table: what each caller may, and which test shows that other units are refused."""

    operation: str
    cells: dict[str, str]
    others: str


def cells_of(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def rows_under(title: str) -> list[Row]:
    section = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    [text] = [one for one in section if one.startswith(f"{title}\n")]
    head, _, *lines = [line for line in text.splitlines() if line.startswith("|")]
    assert cells_of(head) == ["operation", *CALLERS, "others refused by"]
    rows = []
    for line in lines:
        operation, *cells, others = cells_of(line)
        rows.append(Row(operation.strip("`"), dict(zip(CALLERS, cells, strict=True)), others))
    return rows


def rows_of(service: Service) -> list[Row]:
    return [*rows_under("every service"), *rows_under(service)]


CONSOLE: Final = rows_under("console")
EVERY_ROW: Final = [*CONSOLE, *(row for service in SERVICES for row in rows_of(service))]


def token(role: Role) -> str:
    return issue_token(SECRETS["YINUO_TOKEN_PRIVATE_KEY"], subject="tester", role=role, unit="water")


def headers_of(caller: str) -> dict[str, str]:
    bearers = {role: token(role) for role in ROLES} | {"adapter": "yk_wechat_never-made"}
    return {"Authorization": f"Bearer {bearers[caller]}"} if caller in bearers else {}


def path_of(operation: str) -> tuple[str, str]:
    """Method and path, with a value in the place of each name."""
    method, template = operation.split(" ")
    return method, re.sub(r"\{(\w+)\}", lambda found: VALUES.get(found[1], "1"), template)


def operations(document: Mapping[str, Any]) -> Iterator[str]:
    for path, methods in document["paths"].items():
        yield from (f"{method.upper()} {path}" for method in methods)


async def answer_to(operation: str, console: FastAPI, fakes: FakeApis, caller: str) -> httpx.Response:
    """What a browser of its own gets from the console."""
    method, path = path_of(operation)
    async with browser_of(console, fakes, caller) as browser:
        return await (browser.get(path) if method == "GET" else browser.send("/login", path))


def is_refused(answer: httpx.Response) -> bool:
    """The console leads to the form to log in where a service says 401."""
    to_login = answer.status_code == 303 and answer.headers["location"].startswith("/login")
    return to_login or answer.status_code in REFUSALS


def is_as_told(cell: str, answers: Sequence[httpx.Response]) -> bool:
    """With nothing running behind the API whoever may call it gets some other error; `code` was not given.

    Of several answers, one to each thing that the operation does, one that isn't refused will do.
    """
    if cell == "code":
        return all(answer.status_code in HELD_BACK for answer in answers)
    return all(map(is_refused, answers)) == (cell == "–")


@pytest.mark.parametrize("service", SERVICES)
async def test_each_operation_has_a_row_and_each_row_an_operation(service: Service) -> None:
    rows = [row.operation for row in rows_of(service)]
    assert len(set(rows)) == len(rows)
    assert {row.partition("?")[0] for row in rows} == set(operations(document_of(service)))


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("service", SERVICES)
async def test_each_cell_of_the_table_is_true(service: Service, caller: str) -> None:
    api, wrong = api_of(service), []
    api.state.token_reader = TokenReader.of(SECRETS["YINUO_TOKEN_PUBLIC_KEY"])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://test") as client:
        for row in rows_of(service):
            method, path = path_of(row.operation)
            answer = await client.request(method, path, headers=headers_of(caller))
            if not is_as_told(row.cells[caller], [answer]):
                wrong.append((row.operation, row.cells[caller], answer.status_code))
    assert wrong == []


async def test_each_page_of_the_console_has_a_row_and_each_row_a_page() -> None:
    console, _ = guarded_console()
    rows = [row.operation for row in CONSOLE]
    assert len(set(rows)) == len(rows)
    assert set(rows) == set(operations(console.openapi()))


@pytest.mark.parametrize("caller", CALLERS)
async def test_each_cell_of_the_console_is_true(caller: str) -> None:
    """A form is sent as this console shows it to the caller; a step of a case may be any that has a form."""
    console, fakes = guarded_console()
    document, wrong = document_of("assignment"), []
    steps = [step for step in STEPS if step_form(document, CASE_ID, step).path]
    for row in CONSOLE:
        each = {row.operation.replace("{step}", step) for step in steps}
        answers = [await answer_to(operation, console, fakes, caller) for operation in each]
        codes = [answer.status_code for answer in answers]
        if not is_as_told(row.cells[caller], answers) or max(codes) >= 500:
            wrong.append((row.operation, row.cells[caller], codes))
    assert wrong == []


def test_each_cell_is_one_of_the_words_explained() -> None:
    assert {cell for row in EVERY_ROW for cell in row.cells.values()} == MEANINGS


def test_what_is_bound_to_the_own_unit_names_the_test_that_refuses_others() -> None:
    shown = dict(re.findall(r"^\* (\w+): (`tests/.+`)$", PAGE, flags=re.MULTILINE))
    assert {row.others for row in EVERY_ROW if "own" in row.cells.values()} == set(shown)
    assert {row.others for row in EVERY_ROW if "own" not in row.cells.values()} == {""}
    for path, name in (re.findall(r"`([^`]+)`", test) for test in shown.values()):
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")
