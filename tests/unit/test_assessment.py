"""Scores, ranks, lists, words and the table of requests: pure."""

import re
from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.directory import UnitRecorded
from services.contracts.vocabulary import ROLES
from services.reporting.assess.assessment import Row
from services.reporting.assess.compose import group_of
from services.reporting.assess.explain import counts_of, measure_words, score_words
from services.reporting.assess.preset import PRESETS, InvalidPreset, parse_preset, preset
from services.reporting.assess.requests import STEPS, TABLE, Kind, NoSuchStep, NotYours, Standing, taken
from services.reporting.assess.score import Key, Tally, lists, ranked, scored
from services.reporting.assess.wilson import wilson
from services.reporting.directory import Directory

DEFAULT = preset("default")
COUNTS = {
    Key("on_time"): Tally(20, 18),
    Key("receipt"): Tally(40, 40),
    Key("satisfaction"): Tally(3, 3),
    Key("returned"): Tally(30, 3),
    Key("notices", "red"): Tally(2, 2),
    Key("notices", "yellow"): Tally(3, 3),
}


def row(unit: str, score: float | None, group: str = "department") -> Row:
    empty = {"post": None, "person": None, "name": unit, "measures": (), "deductions": (), "deducted": 0}
    return Row.model_validate({"unit": unit, "group": group, "score": score, "rank": None, **empty})


def test_a_score_worked_out_by_hand() -> None:
    """on time 90 % → 75; receipt 100; satisfaction 3 of 3: bound 43.85 % → 0; returned 10 % → 66.67; redone
    nothing. Weights 35, 15, 30, 10 of 90. (2625 + 1500 + 0 + 666.67) / 90 = 53.24, less 4 + 1.5."""
    found = scored(COUNTS, DEFAULT)
    points = {one.indicator: one.points for one in found.measures}
    assert points == {
        "on_time": 75,
        "receipt": 100,
        "satisfaction": 0,
        "returned": pytest.approx(66.6667),
        "redone": None,
    }
    assert found.deducted == 5.5
    assert found.score == pytest.approx(53.24 - 5.5, abs=0.01)
    assert sum(one.weight for one in found.measures) == pytest.approx(100, abs=0.001)


def test_wilsons_bounds_are_the_published_ones() -> None:
    """R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81/263, 15/148, 0/20, 1/29."""
    for hits, n, lower, upper in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        assert wilson(hits, n) == pytest.approx((lower, upper), abs=0.00006)


@given(st.integers(1, 500), st.data())
def test_the_interval_holds_the_share_and_is_symmetric(n: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n))
    found, other = wilson(hits, n), wilson(n - hits, n)
    assert 0 <= found.lower <= hits / n + 1e-12
    assert hits / n - 1e-12 <= found.upper <= 1
    assert found.lower == pytest.approx(1 - other.upper)


counts = st.dictionaries(
    st.sampled_from([Key(one.id) for one in DEFAULT.indicators]),
    st.integers(1, 60).flatmap(lambda n: st.builds(Tally, st.just(n), st.integers(0, n))),
)


@given(counts, st.sampled_from(PRESETS))
def test_a_score_lies_between_0_and_100_and_its_counts_can_be_read_back(
    drawn: dict[Key, Tally], name: str
) -> None:
    found = scored(drawn, preset(name))
    assert (found.score is None) == (not drawn)
    assert found.score is None or 0 <= found.score <= 100
    again = row("water", None).model_copy(update=found._asdict())
    assert counts_of(again) == drawn


@given(st.integers(10, 200), st.data())
def test_one_more_in_time_never_costs_anything(n: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n - 1))
    less, more = (scored({Key("on_time"): Tally(n, k)}, DEFAULT).score or 0 for k in (hits, hits + 1))
    assert less <= more


def test_few_observations_are_trusted_less_than_many_of_the_same_share() -> None:
    few = scored({Key("satisfaction"): Tally(4, 4)}, DEFAULT)
    many = scored({Key("satisfaction"): Tally(40, 40)}, DEFAULT)
    assert (few.measures[2].taken, many.measures[2].taken) == ("bound", "share")
    assert (few.score or 0) < (many.score or 0) == 100
    bad = scored({Key("returned"): Tally(4, 0)}, DEFAULT).measures[3]
    assert bad.value == pytest.approx(wilson(0, 4).upper, abs=1e-6)


def test_notices_take_no_more_than_their_most() -> None:
    found = scored({Key("on_time"): Tally(20, 20), Key("notices", "red"): Tally(90, 90)}, DEFAULT)
    assert (found.deducted, found.score) == (20, 80)


def test_equals_share_a_rank_and_groups_are_ranked_apart() -> None:
    rows = [row("a", 90), row("b", 80), row("c", 90), row("d", None), row("t", 10, "town")]
    found = {one.unit: one.rank for one in ranked(rows)}
    assert found == {"a": 1, "b": 3, "c": 1, "d": None, "t": 1}


def test_lists_hold_the_best_and_worst_five_and_ties_come_together() -> None:
    rows = [
        row(f"u{number:02}", score) for number, score in enumerate([90] * 4 + [80] * 3 + [70] * 5 + [60] * 4)
    ]
    departments = next(one for one in lists(rows, 5) if one.group == "department")
    assert departments.red == tuple(f"u{number:02}" for number in range(7))
    assert departments.black == tuple(f"u{number:02}" for number in range(7, 16))


def test_nobody_stands_on_both_lists_and_nobody_without_a_score_on_either() -> None:
    alike = [row(code, 88) for code in "abcd"] + [row("e", None)]
    departments = next(one for one in lists(alike, 5) if one.group == "department")
    assert departments.red == departments.black == ()
    three = next(
        one for one in lists([row("a", 9), row("b", 8), row("c", 7)], 5) if one.group == "department"
    )
    assert (three.red, three.black) == (("a",), ("c",))


def test_a_citys_districts_are_ranked_as_a_countys_towns_and_the_city_with_neither() -> None:
    """Else thirteen counties of a city would stand on no list."""
    kinds = {"city": ("city", None), "east": ("district", "city"), "west": ("county", "city")}
    told = [
        UnitRecorded(version=1, code=code, name=code, kind=kind, parent=parent)  # type: ignore[arg-type]
        for code, (kind, parent) in {**kinds, "roads": ("department", "city")}.items()
    ]
    city = Directory(units={unit.code: unit for unit in told})
    groups = {code: group_of(code, city) for code in (*city.units, "unheard of")}
    assert groups == {
        "city": "county",
        "east": "town",
        "west": "town",
        "roads": "department",
        "unheard of": "department",
    }


def test_the_words_name_every_number_of_the_sum() -> None:
    found = scored(COUNTS, DEFAULT)
    words = {
        one.indicator: measure_words(one, by)
        for one, by in zip(found.measures, DEFAULT.indicators, strict=True)
    }
    assert "20 件中 18 件，占 90.00%" in words["on_time"].zh
    assert "Wilson 区间下限" in words["satisfaction"].zh
    assert "43.85%" in words["satisfaction"].en
    assert "分摊" in words["redone"].zh
    told = score_words(row("water", None).model_copy(update=found._asdict()))
    assert f"＝ {found.score:g} 分" in told.zh
    assert "2 red: 4" in told.en


slips = st.dictionaries(
    st.sampled_from([Key("notices", colour) for colour in ("blue", "yellow", "orange", "red")]),
    st.integers(1, 40).map(lambda n: Tally(n, n)),
)


@given(counts.filter(bool), slips)
def test_the_sum_in_words_comes_to_the_score_and_says_where_it_was_bounded(
    drawn: dict[Key, Tally], sent: dict[Key, Tally]
) -> None:
    found = row("water", None).model_copy(update=scored({**drawn, **sent}, DEFAULT)._asdict())
    told = score_words(found)
    earned = sum(
        float(points) * float(weight) for points, weight in re.findall(r"([\d.]+)×([\d.]+) %", told.zh)
    )
    left = earned / 100 - found.deducted
    assert found.score == pytest.approx(max(0, left), abs=0.00501)
    assert ("不足 0 分" in told.zh) == ("below 0" in told.en) == (left < 0)
    each = sum(one.points for one in found.deductions)
    assert ("至多扣 20 分" in told.zh) == ("20 at most" in told.en) == (each > 20)


@pytest.mark.parametrize("name", PRESETS)
def test_each_preset_names_its_source_and_weighs_something(name: str) -> None:
    assert preset(name).source
    assert preset(name).weighing({}) == preset(name)


def test_a_preset_that_runs_the_wrong_way_or_weighs_nothing_is_refused() -> None:
    text = """
    {id: x, version: 1, source: y, listed: 5, notices: {points: {}, most: 0}, indicators: [
      {id: returned, zh: 回退率, en: returned, better: lower, weight: 1, full: 0.9, zero: 0.1, minimum: 10}]}
    """
    with pytest.raises(InvalidPreset, match="better side"):
        parse_preset(text, "x")
    with pytest.raises(InvalidPreset, match="no indicator has any weight"):
        DEFAULT.weighing({one.id: 0 for one in DEFAULT.indicators})
    with pytest.raises(InvalidPreset, match="choose one of"):
        preset("nowhere")


def test_each_cell_of_the_table_of_requests_leads_where_it_says_and_no_other() -> None:
    """Every kind, state, step and role, by the own unit's or another's staff, who decided before or not."""
    lines = {(one.kind, one.state, one.step): one for one in TABLE}
    assert len(lines) == len(TABLE)
    states = {one.state for one in TABLE} | {one.to for one in TABLE}
    for kind, state, step, role in product(get_args(Kind), states, STEPS, ROLES):
        line = lines.get((kind, state, step))
        for unit, before in product(("water", "roads"), (True, False)):
            standing = Standing(kind, state, "water", frozenset({"甲"} if before else ()))
            found = taken(standing, step, "甲", role, unit)
            if line is None:
                assert isinstance(found, NoSuchStep)
            elif role not in line.roles or (line.own and unit != "water") or (line.another and before):
                assert isinstance(found, NotYours)
            else:
                assert found == line.to


def test_every_decision_asks_for_somebody_who_did_not_decide_before() -> None:
    for one in TABLE:
        assert one.another == (one.step in ("approve", "refuse", "uphold", "dismiss")), one
        assert one.own != one.another
