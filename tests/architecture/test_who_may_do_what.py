"""docs/who-may-do-what.md is true: each of its cells is tried on the API that it speaks of."""

import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.contracts.vocabulary import ROLES, SERVICES, Role, Service
from services.kit.auth import TokenReader, issue_token
from tests.api_documents import api_of, document_of

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs/who-may-do-what.md").read_text(encoding="utf-8")
CALLERS: Final = ("citizen", "adapter", *ROLES)
MEANINGS: Final = frozenset({"yes", "own", "code", "–"})
REFUSALS: Final = frozenset({401, 403})
HELD_BACK: Final = frozenset({404, 422})
PRIVATE_KEY: Final = Ed25519PrivateKey.generate()
UUIDS: Final = frozenset({"case_id", "notice_id", "promise_id"})
VALUES: Final = {"year": "2021", "reference": "2021-03", "figure": "demands"}


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


EVERY_ROW: Final = [row for service in SERVICES for row in rows_of(service)]


def token(role: Role) -> str:
    private = b64encode(PRIVATE_KEY.private_bytes_raw()).decode()
    return issue_token(private, subject="tester", role=role, unit="water")


def headers_of(caller: str) -> dict[str, str]:
    bearers = {role: token(role) for role in ROLES} | {"adapter": "yk_wechat_never-made"}
    return {"Authorization": f"Bearer {bearers[caller]}"} if caller in bearers else {}


def path_of(operation: str) -> tuple[str, str]:
    """Method and path, with a value in the place of each name."""
    method, template = operation.split(" ")
    some = "018f0000-0000-7000-8000-000000000000"
    return method, re.sub(
        r"\{(\w+)\}", lambda found: some if found[1] in UUIDS else VALUES.get(found[1], "1"), template
    )


def operations_of(service: Service) -> Iterator[str]:
    for path, methods in document_of(service)["paths"].items():
        yield from (f"{method.upper()} {path}" for method in methods)


def is_as_told(cell: str, status: int) -> bool:
    """With nothing running behind the API whoever may call it gets some other error; `code` was not given."""
    if cell == "code":
        return status in HELD_BACK
    return (status in REFUSALS) == (cell == "–")


@pytest.mark.parametrize("service", SERVICES)
async def test_each_operation_has_a_row_and_each_row_an_operation(service: Service) -> None:
    rows = [row.operation for row in rows_of(service)]
    assert len(set(rows)) == len(rows)
    assert {row.partition("?")[0] for row in rows} == set(operations_of(service))


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("service", SERVICES)
async def test_each_cell_of_the_table_is_true(service: Service, caller: str) -> None:
    api, wrong = api_of(service), []
    api.state.token_reader = TokenReader(PRIVATE_KEY.public_key())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://test") as client:
        for row in rows_of(service):
            method, path = path_of(row.operation)
            status = (await client.request(method, path, headers=headers_of(caller))).status_code
            if not is_as_told(row.cells[caller], status):
                wrong.append((row.operation, row.cells[caller], status))
    assert wrong == []


def test_each_cell_is_one_of_the_words_explained() -> None:
    assert {cell for row in EVERY_ROW for cell in row.cells.values()} == MEANINGS


def test_what_is_bound_to_the_own_unit_names_the_test_that_refuses_others() -> None:
    shown = dict(re.findall(r"^\* (\w+): (`tests/.+`)$", PAGE, flags=re.MULTILINE))
    assert {row.others for row in EVERY_ROW if "own" in row.cells.values()} == set(shown)
    assert {row.others for row in EVERY_ROW if "own" not in row.cells.values()} == {""}
    for path, name in (re.findall(r"`([^`]+)`", test) for test in shown.values()):
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")
