"""What the API of notices and ladders takes and shows, without a store."""

from datetime import UTC, date, datetime

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from services.supervision.api_answers import AnswerAsked, LimitShown
from services.supervision.api_consequences import SettlementAsked
from services.supervision.api_dry_run import Day
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
