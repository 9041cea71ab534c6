"""The replay: what script and oracle say of Feng County, and that counting the input would be wrong."""

from collections import Counter
from datetime import datetime
from random import Random

import pytest

from services.contracts.vocabulary import PROCESSES
from services.dev.fengxian.actions import (
    ChangeProject,
    DropProject,
    FinishProject,
    MakePromise,
    MergeDemand,
    OpenProject,
    OrderCircular,
    PartDemand,
    PlanRound,
    RecordFinding,
    ReplaceProject,
    SendDemand,
    SynchroniseDemands,
    TagDemand,
    WithdrawPromise,
)
from services.dev.fengxian.county import DEPARTMENTS, LEADERS, SECTION_LEADERS, TOWNS, County
from services.dev.fengxian.deaths import Deaths
from services.dev.fengxian.document import DOCUMENT, document
from services.dev.fengxian.draw import LAST_DAY
from services.dev.fengxian.figures import FIGURES
from services.dev.fengxian.oracle import expected
from services.dev.fengxian.replay import compare, read_published, stops, write_script
from services.dev.fengxian.script import Script
from services.dev.fengxian.write_promises import parted
from services.kit.clock import LOCAL


@pytest.fixture(scope="module")
def script() -> Script:
    return write_script(None)


@pytest.fixture(scope="module")
def county(script: Script) -> County:
    return script.county


def test_the_county_has_as_many_towns_departments_leaders_and_cadres_as_the_real_one(county: County) -> None:
    sizes = [len(one) for one in (county.towns, county.departments, county.leaders, county.section_leaders)]
    assert sizes == [TOWNS, DEPARTMENTS, LEADERS, SECTION_LEADERS]


def test_each_town_and_department_speaks_through_a_head_of_its_own(county: County) -> None:
    heads = {county.head_of(unit) for unit in (*county.towns, *county.departments)}
    assert len(heads) == TOWNS + DEPARTMENTS
    assert not heads & {*county.leaders, *county.section_leaders}


def test_every_post_of_the_county_has_a_holder_on_the_first_day(county: County, script: Script) -> None:
    promising = {one.post for one in script.actions if isinstance(one, MakePromise) and one.post}
    first = min(one.at for one in script.actions).date()
    assert all(county.directory.holder(post, first) for post in promising)


def test_the_oracle_comes_to_the_published_figures(script: Script) -> None:
    published = read_published()
    assert {name: value for name, value in expected(script).items() if name in published} == published


def test_counting_the_input_would_be_wrong(script: Script) -> None:
    raw = Counter(type(one) for one in script.actions)
    figures = expected(script)
    promises = sum(figures[f"promises.by_{who}"] for who in ("leaders", "units", "section_leaders"))
    assert raw[MakePromise] > promises
    assert raw[OpenProject] > figures["projects.ledgers"]
    assert raw[SendDemand] > figures["demands.counted"]
    assert raw[TagDemand] > figures["results.petitions_settled"] + figures["results.enterprises_helped"]
    assert raw[MergeDemand] > raw[PartDemand] > 0
    assert raw[SynchroniseDemands] == 2
    assert raw[ReplaceProject] > raw[DropProject] > 0
    assert raw[PlanRound] > figures["supervision.rounds"]
    assert raw[RecordFinding] > figures["supervision.findings"] > figures["supervision.opinions"]
    assert raw[ChangeProject] > figures["supervision.projects_updated"]
    assert raw[OrderCircular] > figures["supervision.county_circulars"]


@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_withdrawn_before_it_was_said_nor_done_after_the_end(seed: int) -> None:
    script = write_script(seed)
    made: dict[str, MakePromise] = {}
    for one in script.actions:
        assert one.at.astimezone(LOCAL).date() < LAST_DAY
        if isinstance(one, MakePromise):
            made.setdefault(one.number, one)
    replacing = {one.by for one in script.actions if isinstance(one, ReplaceProject)}
    assert not any(isinstance(one, FinishProject) and one.ledger in replacing for one in script.actions)
    withdrawn = [one for one in script.actions if isinstance(one, WithdrawPromise) and one.number in made]
    assert withdrawn
    assert all(made[one.number].at < one.at for one in withdrawn)


@pytest.mark.parametrize("seed", range(5))
def test_what_a_round_finds_was_there_before_and_what_follows_comes_after(seed: int) -> None:
    actions = write_script(seed).actions
    opened = {one.ledger: one.at for one in actions if isinstance(one, OpenProject)}
    came: dict[str | None, datetime] = {}
    for one in actions:
        if isinstance(one, RecordFinding):
            came.setdefault(one.key, one.at)
            assert one.ledger is None or opened[one.ledger] < one.found_at < one.at
        elif isinstance(one, ChangeProject | ReplaceProject) and one.finding:
            assert came[one.finding] <= one.at
    assert came


@pytest.mark.parametrize("seed", range(5))
def test_a_promise_names_a_project_that_was_opened_before(seed: int) -> None:
    actions = write_script(seed).actions
    opened = {one.ledger: one.at for one in actions if isinstance(one, OpenProject)}
    named = [one for one in actions if isinstance(one, MakePromise) and one.project]
    assert named
    assert [one for one in named if opened[one.project or ""] >= one.at] == []


def test_another_seed_is_another_county_and_the_same_seed_the_same() -> None:
    assert expected(write_script(1)) == expected(write_script(1)) != expected(write_script(2))


def test_every_figure_that_the_oracle_knows_has_a_query(script: Script) -> None:
    assert [figure.name for figure in FIGURES] == list(expected(script))


def test_a_wrong_figure_is_seen_beside_the_published_and_the_models(script: Script) -> None:
    found = {**expected(script), "projects.done": 80}
    wrong = [one for one in compare(script, found, with_published=True) if not one.equal]
    assert [(one.name, one.published, one.expected, one.computed) for one in wrong] == [
        ("projects.done", 81, 81, 80)
    ]


def test_each_process_dies_at_a_stop_of_its_own() -> None:
    deaths = Deaths.drawn(Random(1), len(list(stops())))  # noqa: S311
    assert set(deaths.at.values()) == {*PROCESSES, "kafka", "postgres"}


def test_the_page_says_what_the_replay_comes_to(script: Script) -> None:
    assert DOCUMENT.read_text("utf-8") == document(read_published(), expected(script))


def test_amounts_add_up() -> None:
    assert sum(parted(10_420_000, 15, Random(1))) == 10_420_000  # noqa: S311
