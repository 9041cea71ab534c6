"""Rounds: the lot is the one that its rule says, nobody goes twice running, and what may be recorded when."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.contracts.public_text import PublicText
from services.contracts.round import Barred, Target, Visit
from services.supervision.checklist import checklist
from services.supervision.finding import Finding, digest_of, is_late, objection
from services.supervision.round import Plan, Round, TooFewInspectors, barred, draw, name_of

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
INSPECTORS = ("甲", "乙", "丙", "丁", "戊")
TOWNS = tuple(Target(kind="unit", key=f"town{n}", unit=f"town{n}") for n in range(6))


def plan(**given: Any) -> Plan:
    values: dict[str, Any] = {
        "name": PublicText("第一轮"),
        "first_day": date(2026, 3, 2),
        "last_day": date(2026, 3, 6),
        "targets": TOWNS,
        "visits": 4,
        "inspectors": INSPECTORS,
        "team": 2,
    }
    return Plan(**{**values, **given})


def digest(*words: str) -> str:
    return hashlib.sha256(":".join(words).encode()).hexdigest()


def test_the_draw_is_the_one_that_its_words_say() -> None:
    drawn = draw(plan(team=1), "2026-1", ())
    ranked = sorted(TOWNS, key=lambda one: digest("2026-1", "unit", one.key))
    assert [visit.target for visit in drawn] == ranked[:4]
    left = set(INSPECTORS)
    for visit in drawn:
        [first, *_] = sorted(left, key=lambda one: digest("2026-1", "unit", visit.target.key, one))
        assert visit.inspectors == (first,)
        left -= {first}


def test_the_same_seed_draws_the_same_whatever_order_the_pools_come_in() -> None:
    turned = plan(targets=TOWNS[::-1], inspectors=INSPECTORS[::-1])
    assert draw(plan(), "7", ()) == draw(turned, "7", ())
    assert draw(plan(), "7", ()) != draw(plan(), "8", ())


@given(st.integers(1, 6), st.integers(1, 3), st.text("abc123", min_size=1), st.randoms())
def test_nobody_goes_where_he_may_not_and_the_work_is_shared(
    visits: int, team: int, seed: str, random: Any
) -> None:
    out = tuple(
        Barred(target=one, inspectors=tuple(sorted(random.sample(INSPECTORS, random.randint(1, 2)))))
        for one in TOWNS
    )
    drawn = draw(plan(visits=visits, team=team), seed, out)
    kept_out = {name_of(one.target): set(one.inspectors) for one in out}
    assert len(drawn) == visits
    for visit in drawn:
        assert len(set(visit.inspectors)) == team
        assert not kept_out[name_of(visit.target)] & set(visit.inspectors)
    free = draw(plan(visits=visits, team=team), seed, ())
    often = [sum(one in visit.inspectors for visit in free) for one in INSPECTORS]
    assert max(often) - min(often) <= 1


@given(st.lists(st.text("abc123", min_size=1), min_size=2, max_size=6))
def test_over_many_rounds_nobody_goes_twice_running(seeds: list[str]) -> None:
    project = Target(kind="project", key="凤项-1", unit="town1")
    last_there: dict[str, tuple[str, ...]] = {}
    last_round: tuple[Visit, ...] = ()
    for seed in seeds:
        planned = plan(targets=(*TOWNS[:3], project), visits=3, inspectors=(*INSPECTORS, "己", "庚"))
        drawn = draw(planned, seed, barred(planned.targets, last_there, last_round))
        before = {visit.target.unit: set[str]() for visit in last_round}
        for visit in last_round:
            before[visit.target.unit] |= set(visit.inspectors)
        for visit in drawn:
            assert not set(visit.inspectors) & set(last_there.get(name_of(visit.target), ()))
            assert not set(visit.inspectors) & before.get(visit.target.unit, set())
        last_there |= {name_of(visit.target): visit.inspectors for visit in drawn}
        last_round = drawn


def test_where_too_few_may_go_nothing_is_drawn() -> None:
    out = [Barred(target=one, inspectors=INSPECTORS[:4]) for one in TOWNS]
    with pytest.raises(TooFewInspectors, match="1 inspectors may go there, 2 are needed"):
        draw(plan(), "7", out)


def found(**given: Any) -> Finding:
    values: dict[str, Any] = {
        "finding_id": uuid4(),
        "round_id": uuid4(),
        "unit": "town1",
        "project_id": None,
        "place": PublicText("泵站"),
        "found_at": NOW,
        "found": PublicText("未安装"),
        "required": None,
        "item": None,
        "photos": (),
        "needs_letter": False,
        "reply_days": None,
        "reply_by": None,
    }
    return Finding(**{**values, **given})


DRAWN = Round(uuid4(), 2, "drawn", plan(), NOW, "督查室", "")
CLOSED = replace(DRAWN, state="closed", closed_at=NOW)
LATER = NOW + timedelta(days=2)


@pytest.mark.parametrize(
    ("to", "finding", "field"),
    [
        (DRAWN, found(), None),
        (CLOSED, found(found_at=NOW - timedelta(hours=1)), None),
        (CLOSED, found(found_at=NOW + timedelta(hours=1)), "found_at"),
        (DRAWN, found(found_at=LATER + timedelta(hours=1)), "found_at"),
        (DRAWN, found(found_at=LATER + timedelta(minutes=5)), None),
        (replace(DRAWN, state="planned"), found(), "round_id"),
        (DRAWN, found(needs_letter=True), "required"),
    ],
)
def test_what_was_found_before_the_round_was_closed_may_come_at_any_time(
    to: Round, finding: Finding, field: str | None
) -> None:
    against = objection(finding, to, LATER)
    assert (against.field if against else None) == field
    assert is_late(to) == (to.state == "closed")


@given(st.text(), st.text())
def test_another_body_has_another_digest(one: str, other: str) -> None:
    assume(one != other)
    assert digest_of(one) == digest_of(one) != digest_of(other)


def test_the_checklist_names_each_item_once_for_both_kinds_of_target() -> None:
    items = checklist().items
    assert len({item.id for item in items}) == len(items)
    assert {item.target for item in items} == {"unit", "project"}
