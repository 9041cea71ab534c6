"""A batch of a case's steps folded to where the demand stands."""

from datetime import UTC, datetime
from uuid import UUID

from services.intake.tracking import CaseStep, latest

AT = datetime(2021, 3, 1, 4, 0, tzinfo=UTC)
DEMAND, OTHER, CASE = UUID(int=1), UUID(int=2), UUID(int=3)


def step(version: int, state: str, reply: str | None = None, demand: UUID = DEMAND) -> CaseStep:
    return CaseStep(demand, CASE, version, AT, state, state, "water", reply)


def test_a_reply_stays_when_later_steps_of_its_case_come_with_it() -> None:
    steps = [step(4, "reviewed"), step(3, "completed", "已修好。"), step(2, "signed_for")]
    assert [(one.state, one.reply) for one in latest(steps)] == [("reviewed", "已修好。")]


def test_the_reply_to_what_was_redone_replaces_the_first() -> None:
    steps = [
        step(3, "completed", "已修好。"),
        step(4, "dispatched"),
        step(5, "completed", "这次真修好了。"),
        step(6, "reviewed"),
    ]
    assert [(one.version, one.reply) for one in latest(steps)] == [(6, "这次真修好了。")]


def test_a_reply_stays_with_its_own_demand() -> None:
    found = latest([step(1, "dispatched", demand=OTHER), step(3, "completed", "已修好。")])
    assert [(one.demand_id, one.reply) for one in found] == [(DEMAND, "已修好。"), (OTHER, None)]
