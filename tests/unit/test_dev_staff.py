"""The staff of a demonstration: planned from data, the same each time."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import ValidationError

from services.dev.staff import PlannedStep, SeenCase, Shares, Staff, due_steps, plan, read_staff
from tests.builders import NOON

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def seen(number: int, unit: str = "water") -> SeenCase:
    return SeenCase(
        case_id=UUID(int=number),
        receipt=f"YN20210301-{number:08d}",
        dispatch=1,
        unit=unit,
        unit_name="水利局",
        category="water.supply",
        title="停水",
        place=None,
        backstop=False,
        dispatched_at=NOON,
        sign_for_due=NOON + timedelta(days=1),
        complete_due=NOON + timedelta(days=10),
    )


@pytest.fixture(params=["fengxian", "coded-city"])
def staff(request: pytest.FixtureRequest) -> Staff:
    return read_staff(EXAMPLES / request.param / "staff.yaml")


def test_the_same_case_is_planned_the_same_way_again(staff: Staff) -> None:
    assert plan(seen(1), staff) == plan(seen(1), staff)


def test_the_shares_of_a_unit_come_out_over_many_cases(staff: Staff) -> None:
    wanted = staff.of("water")
    steps = [step for number in range(2000) for step in plan(seen(number), staff)]
    share = Counter(step.step for step in steps)
    assert share["return"] / 2000 == pytest.approx(wanted.returned, abs=0.02)
    signing = 2000 * (1 - wanted.returned) * (1 - wanted.sign.never)
    assert share["sign_for"] == pytest.approx(signing, rel=0.05)


def test_nobody_completes_before_signing(staff: Staff) -> None:
    for number in range(300):
        times = {step.step: step.at for step in plan(seen(number), staff)}
        assert "complete" not in times or times["sign_for"] <= times["complete"]


def test_a_reply_leaves_no_placeholder(staff: Staff) -> None:
    texts = [step.text for number in range(300) for step in plan(seen(number), staff) if step.text]
    assert texts
    assert not [text for text in texts if "{" in text]


def test_what_would_be_too_late_at_the_next_look_is_done_now() -> None:
    hurry = PlannedStep(NOON + timedelta(hours=5), NOON + timedelta(hours=6), UUID(int=1), 1, "sign_for")
    later = PlannedStep(NOON + timedelta(hours=5), None, UUID(int=2), 1, "sign_for")
    due, kept = due_steps([hurry, later], NOON, NOON + timedelta(days=1))
    assert (due, kept) == ([hurry], [later])


def test_shares_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ValidationError, match="must add up to 1"):
        Shares(in_time=0.5, late=0.2, never=0.2)
