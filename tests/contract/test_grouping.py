"""The law of groups: whatever was merged and parted in whatever order, the last grouping alone decides.

Random acts on the real stores; limits, citizens' tracking and the dispatches that reporting counts follow
from the events that come of them, and all is held against a plain model. Time passes, but nothing fires: no
rule acts by itself here.
"""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.contracts.supervision import FurtherLimitSet
from services.contracts.vocabulary import LimitKind
from services.supervision.limits import Extension, Pause, compute
from services.supervision.store import PostgresLimits
from tests.conftest import DatabaseOf
from tests.contract.grouping_county import County, fresh
from tests.contract.grouping_model import (
    ALONE,
    BETWEEN,
    CASES,
    DAYS,
    MORNING,
    OF_A_UNIT,
    REPLIED,
    UNDER_WAY,
    UNITS,
    Act,
    Model,
    Runs,
)
from tests.contract.reporting_books import dispatches
from tests.unit.test_supervision_limits import policy

POLICY: Final = policy()
WEEK: Final = date(2021, 3, 1)
ONWARD: Final = ("sign_for", "complete", "rate", "suspend", "ask_extension")
"""Five times as likely as the others, which seldom would be possible without them."""

numbers = st.integers(0, CASES - 1)


def acts_of(number: int) -> list[Act]:
    """All that can be asked for of one case."""
    alone = [Act(name, number) for name in ALONE]
    of_units = [Act(name, number, unit) for name in OF_A_UNIT for unit in range(len(UNITS))]
    return [*alone, *of_units, *(Act("merge", number, into) for into in range(CASES))]


@st.composite
def sequences(draw: st.DrawFn) -> list[Act]:
    """Acts of which most are possible where they come: blind ones would seldom get past a signature."""
    model, at, acts = Model.begun(), MORNING, list[Act]()
    for _ in range(draw(st.integers(15, 36))):
        at += BETWEEN
        choice = acts_of(draw(numbers))
        if draw(st.integers(0, 4)):
            choice = [act for act in choice if model.copy().play(act, at)] or choice
        names = list(dict.fromkeys(act.name for act in choice))
        chosen = draw(st.sampled_from([*names, *(name for name in names * 4 if name in ONWARD)]))
        acts.append(act := draw(st.sampled_from([act for act in choice if act.name == chosen])))
        model.play(act, at)
    return acts


def acts(*named: tuple[str, int] | tuple[str, int, int]) -> list[Act]:
    return [Act(*one) for one in named]


REPLIED_TOGETHER: Final = (("merge", 1, 0), ("sign_for", 0), ("complete", 0))
OVER_A_WEEKEND: Final = (("sign_for", 2), ("sign_for", 3), ("suspend", 3))
ASKED_FOR: Final = (("sign_for", 1), ("ask_extension", 1, 0))


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sequence=sequences())
@example(acts(("merge", 1, 0), ("merge", 2, 0), ("withdraw", 0), ("sign_for", 1), ("complete", 1)))
@example(acts(*REPLIED_TOGETHER, ("rate", 1), ("part", 1)))
@example(acts(*REPLIED_TOGETHER, ("redo", 0)))
@example(acts(*REPLIED_TOGETHER, ("rate", 1), ("rectify", 0)))
@example(acts(*REPLIED_TOGETHER, ("rate", 1), ("redo", 0), ("part", 1)))
@example(acts(*REPLIED_TOGETHER, ("withdraw", 1), ("part", 1), ("withdraw", 1)))
@example(acts(("merge", 1, 0), ("sign_for", 0), ("suspend", 0)))
@example(acts(("sign_for", 1), ("suspend", 1), *OVER_A_WEEKEND, ("resume", 1), ("merge", 1, 0), ("part", 1)))
@example(acts(("merge", 1, 0), ("merge", 0, 2), ("part", 0), ("merge", 2, 1), ("withdraw", 1)))
@example(acts(("merge", 1, 0), ("sign_for", 0), ("suspend", 0), ("resume", 0), ("part", 1)))
@example(acts(("merge", 1, 0), ("return", 0), ("merge", 0, 2), ("part", 0), ("return", 2)))
@example(acts(("merge", 1, 0), ("return", 0), ("return", 0), ("sign_for", 0), ("reassign", 0, 2)))
@example(acts(*ASKED_FOR, ("grant_extension", 1), ("merge", 1, 0), ("part", 1)))
@example(
    acts(*ASKED_FOR, ("suspend", 1), ("grant_extension", 1), ("resume", 1), ("merge", 1, 0), ("part", 1))
)
@example(acts(*ASKED_FOR, ("grant_extension", 1), ("complete", 1), ("redo", 1)))
@example(acts(*ASKED_FOR, ("ask_extension", 1, 0), ("refuse_extension", 1), ("ask_extension", 1, 0)))
@example(acts(*ASKED_FOR, ("merge", 1, 0), ("part", 1)))
@example(acts(("sign_for", 1), ("ask_extension", 1, 2)))
@example(acts(*ASKED_FOR, ("withdraw", 1)))
@example(acts(*ASKED_FOR, ("return", 1)))
@example(acts(*ASKED_FOR, ("reassign", 1, 2)))
@example(acts(("assist", 0, 2), ("refuse", 0)))
@example(acts(("assist", 1, 1), ("assist", 1, 2), ("return", 1), ("merge", 1, 0), ("part", 1)))
@example(acts(("merge", 1, 0), ("assist", 0, 2), ("withdraw", 0), ("sign_for", 1), ("complete", 1)))
@example(acts(("assist", 0, 2), ("assist", 0, 3), ("reassign", 0, 2), ("sign_for", 0), ("assist_done", 0, 3)))
@example(acts(("assist", 0, 2), ("sign_for", 0), ("complete", 0), ("suspend", 0), ("assist_done", 0, 2)))
async def test_any_sequence_comes_to_what_its_last_grouping_says(
    database_of: DatabaseOf, sequence: list[Act]
) -> None:
    async with fresh(database_of) as county:
        model, at = Model.begun(), MORNING + (CASES - 1) * BETWEEN
        for act in sequence:
            at += BETWEEN
            if intake_passes_on(model, act):
                assert await county.play(act, at) == model.play(act, at), act
                await all_is_told(model, county)


async def all_is_told(model: Model, county: County) -> None:
    """After each act, for what has been played so far is a sequence, too."""
    await cases_are(model, county)
    await limits_are(model, county)
    await citizens_know(model, county)
    await staff_know(model, county)
    dispatches_are(model, county)


def intake_passes_on(model: Model, act: Act) -> bool:
    """One rating of a reply that is there, one withdrawal."""
    one = model.demands[act.number]
    if act.name == "rate":
        return one.rating is None and model.public_state(act.number) in REPLIED
    return act.name != "withdraw" or not one.withdrawn


async def cases_are(model: Model, county: County) -> None:
    rows = await county.assignment.fetch(
        """
        SELECT case_id, lead, unit, state, rating, extension_asked, assisting,
               rectification_opened IS NOT NULL AND rectified_at IS NULL
        FROM cases WHERE case_id = ANY($1::uuid[])
        """,
        county.ids,
    )
    for number, one in enumerate(model.demands):
        lead = None if one.leads == number else county.ids[one.leads]
        asked, open_ = DAYS if one.asked else None, one.rectifying is not None
        expected = (lead, one.unit, one.state, one.rating, asked, sorted(one.assists), open_)
        assert [tuple(row)[1:] for row in rows if row["case_id"] == county.ids[number]] == [expected]


async def limits_are(model: Model, county: County) -> None:
    """Those of matters under way run, each reckoned from its own start; all others are over."""
    limits = PostgresLimits(county.supervision)
    pairs = await limits.of_cases(county.ids)
    further = [one for case in await limits.with_further(county.ids) for one in case.further]
    found = {
        (one.case_id, one.kind, one.about): (one.unit, one.state, one.due_at)
        for one in (*(limit for pair in pairs for limit in pair), *further)
        if one.unfinished
    }
    assert found == {
        key: (runs.unit, "suspended" if runs.rests_since else "open", due(key[1], runs))
        for key, runs in running(model, county).items()
    }


def running(model: Model, county: County) -> dict[tuple[UUID, LimitKind, str], Runs]:
    numbers = range(CASES)
    return {(county.ids[at], *key): runs for at in numbers for key, runs in model.limits(at).items()}


def due(kind: LimitKind, runs: Runs) -> datetime | None:
    """What rests has an end only if it was past before."""
    rule = POLICY.limits.rule(kind, "help", "normal")
    pauses = [Pause(*pause) for pause in runs.pauses]
    end = compute(rule, runs.since, POLICY.calendar, pauses, Extension(runs.granted)).due_at
    return end if runs.rests_since is None or end <= runs.rests_since else None


async def citizens_know(model: Model, county: County) -> None:
    """Each follows the case that handles the demand, and keeps the last words that were told."""
    demands = [county.demand(number) for number in range(CASES)]
    sql = """
    SELECT demand_id, state, unit, reply, rectification FROM tracking WHERE demand_id = ANY($1::uuid[])
    """
    rows = {demand: tuple(told) for demand, *told in await county.intake.fetch(sql, demands)}
    assert rows == {
        demands[number]: (model.public_state(number), model.lead(number).unit, one.reply, one.rectification)
        for number, one in enumerate(model.demands)
    }
    sql = "SELECT demand_id, complete_due FROM dues WHERE demand_id = ANY($1::uuid[])"
    dues = dict(tuple(row) for row in await county.intake.fetch(sql, demands))
    for number, demand in enumerate(demands):
        if runs := model.limits(number).get(("complete", "")):
            assert dues[demand] == due("complete", runs)


async def staff_know(model: Model, county: County) -> None:
    """The dues that assignment shows are those that supervision keeps."""
    pair = "SELECT case_id, sign_for_due, complete_due FROM dues WHERE case_id = ANY($1::uuid[])"
    further = "SELECT case_id, limit_kind, about, due FROM further_dues WHERE case_id = ANY($1::uuid[])"
    shown = dict[tuple[Any, ...], datetime | None]()
    for case_id, sign_for, complete in await county.assignment.fetch(pair, county.ids):
        shown |= {(case_id, "sign_for", ""): sign_for, (case_id, "complete", ""): complete}
    for *key, one in await county.assignment.fetch(further, county.ids):
        shown[tuple(key)] = one
    for limit, runs in running(model, county).items():
        assert shown[limit] == due(limit[1], runs), limit


def dispatches_are(model: Model, county: County) -> None:
    """Received counts demands; under way and handled count matters."""
    found = dispatches([(one, WEEK) for one in county.records if not isinstance(one.event, FurtherLimitSet)])
    last = {one.case.case_id: one for one in sorted(found, key=lambda one: one.number)}
    assert len(last) == CASES
    for number, one in enumerate(model.demands):
        dispatch, leads = last[county.ids[number]], one.leads == number
        assert dispatch.unit == one.unit
        assert dispatch.opened[1] == one.dispatched
        assert (dispatch.closed is None) == (leads and one.state in UNDER_WAY)
        replied = dispatch.closed is not None and dispatch.closed[2] == "completed"
        assert replied == (leads and one.state in REPLIED)
        if runs := model.limits(number).get(("complete", "")):
            signed_by = due("sign_for", Runs(one.unit, one.dispatched))
            assert dispatch.dues(WEEK) == (signed_by, due("complete", runs))
