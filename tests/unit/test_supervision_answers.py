"""What the API of notices and ladders takes and shows, without a store."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any, get_args

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel, TypeAdapter, ValidationError

from services.kit.auth import Staff, TokenReader
from services.kit.http import build_api
from services.supervision.api_consequences import SettlementAsked
from services.supervision.api_dry_run import EXAMPLE, Day, Office, dry_run_routes
from services.supervision.api_limit_models import LimitShown
from services.supervision.api_notice_models import AnswerAsked
from services.supervision.watched import opened
from tests.builders import case_assigned
from tests.ladder_player import policy_of


@pytest.mark.parametrize("words", ["", " \n", "已办\0结"])
@pytest.mark.parametrize(("asked", "field"), [(AnswerAsked, "text"), (SettlementAsked, "note")])
def test_an_answer_and_a_reason_say_something_that_can_be_stored(
    asked: type[BaseModel], field: str, words: str
) -> None:
    with pytest.raises(ValidationError, match=field):
        asked.model_validate({"how": "waived", field: words} if field == "note" else {field: words})


@pytest.fixture
async def office() -> AsyncIterator[httpx.AsyncClient]:
    """Asks the dry run's routes as the supervision office; no store is behind them."""
    api = build_api("supervision", "test", TokenReader(Ed25519PrivateKey.generate().public_key()), {})
    nowhere: Any = None
    api.include_router(dry_run_routes(nowhere, nowhere))
    api.dependency_overrides[get_args(Office)[1].dependency] = lambda: OFFICE
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://test") as client:
        yield client


OFFICE = Staff("督查室", "supervision_office", None)
DAYS = {"from": "2021-03-01", "to": "2021-03-31"}


@pytest.mark.parametrize(
    ("asked", "body", "field", "remedy"),
    [
        (DAYS, "id: own", "version", "add it"),
        (DAYS, EXAMPLE.replace("blue", "blau"), "complete.0.colour", "correct it"),
        (DAYS, EXAMPLE.replace("number: 2", "number: 3"), "complete", "number them 1, 2, … by rising offset"),
        (DAYS, "[", "file", "correct it"),
        (DAYS | {"from": "2021-04-01"}, EXAMPLE, "to", "name the later day as `to`"),
    ],
)
async def test_a_ladder_of_ones_own_is_refused_with_its_field_and_the_remedy(
    office: httpx.AsyncClient, asked: dict[str, str], body: str, field: str, remedy: str
) -> None:
    answer = await office.post("/ladders/dry-run", params=asked, content=body.encode())
    told = answer.json()
    assert (answer.status_code, told["field"], told["remedy"]) == (422, field, remedy)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_dry_run_goes_over_days_that_have_a_day_before_and_after(day: str) -> None:
    with pytest.raises(ValidationError, match=r"should be (greater|less) than or equal to"):
        TypeAdapter(Day).validate_python(day)
    assert TypeAdapter(Day).validate_python("2021-03-01") == date(2021, 3, 1)


def test_a_major_case_shows_the_rungs_from_which_it_starts_and_none_of_them_recorded() -> None:
    policy = policy_of("guangdong", "sanming", "2021")
    dispatched = datetime(2021, 3, 1, 1, 0, tzinfo=UTC)
    case = opened(case_assigned(kind="help", urgency="priority"), dispatched, policy)
    shown = LimitShown.of(case.complete, policy).rungs
    assert [(one.number, one.colour, one.recorded) for one in shown] == [
        (2, "orange", False),
        (3, "red", False),
        (4, "red", False),
    ]
