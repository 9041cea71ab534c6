"""The sections beside the cases' books: satisfaction, boards, progress, what burns, week on week, charts."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.reporting.boards import boards
from services.reporting.circular import Circular, CutAt
from services.reporting.compose import Again, Numbers, OpenLate, compose
from services.reporting.figures import FACTS, FIGURES, named, sliced
from services.reporting.list_figures import LIST_FIGURES, SLICES
from services.reporting.lists import Late, ListNumbers
from services.reporting.periods import Period, containing
from services.reporting.public import public
from services.reporting.render.charts import draw_counts, draw_rates
from services.reporting.render.html import to_html
from services.reporting.render.summary import ends
from services.reporting.render.table import touched
from services.reporting.render.wording import some, wan
from services.reporting.sections import Place, TrendPoint
from tests.contract.reporting_histories import FIRST
from tests.unit.test_reporting_circular import CUT_AT, circular, edition, figures, known

WHOLE = {figure.name: 0 for figure in FACTS}


def told(counts: dict[str, int] | None = None, by_unit: Any = None, **more: Any) -> Circular:
    """A circular in which so much was counted of answers and lists."""
    numbers = Numbers(
        by_unit=by_unit or {},
        groups=[],
        channels={},
        notices=more.pop("notices", {}),
        whole=WHOLE | more.pop("whole", {}),
        overdue=more.pop("overdue", ()),
        repeats=more.pop("repeats", ()),
        cut=(CutAt(topic="case", partition=0, offset=12),),
        gaming=more.pop("gaming", {}),
        lists=ListNumbers(counts=counts or {}, **more),
    )
    return compose(containing("weekly", FIRST), numbers, known(), None)


def answered(**units: tuple[int, int]) -> dict[str, int]:
    """Unit → answers and satisfied ones, as figures."""
    counts: dict[str, int] = {}
    for unit, (answers, satisfied) in units.items():
        for figure, value in (
            ("called_back", answers),
            ("called_back_answered", answers),
            ("called_back_satisfied", satisfied),
        ):
            counts[sliced(figure, "unit", unit)] = value
            counts[figure] = counts.get(figure, 0) + value
    return counts


def test_a_unit_under_the_required_satisfaction_is_named_and_one_at_it_is_not() -> None:
    found = told(answered(water=(20, 17), roads=(20, 16), archives=(9, 9))).satisfaction
    assert (found.below, found.perfect) == (("roads",), ("archives",))
    assert (found.answered, found.rate) == (49, 0.8571)


def test_a_unit_that_has_left_the_directory_is_named_for_what_its_citizens_answered() -> None:
    """Its cases were over before this week; only the call-backs about them came in it."""
    found = told(answered(dissolved=(20, 10), water=(5, 5))).satisfaction
    assert found is not None
    assert found.below == ("dissolved",)
    assert sum(row.answered for row in found.units) == found.answered == 25


def test_too_few_answers_neither_praise_nor_name_a_unit_and_the_page_says_so() -> None:
    one = told(answered(water=(4, 0), roads=(4, 4)))
    assert (one.satisfaction.below, one.satisfaction.perfect) == ((), ())
    assert "评价不足5件的单位不排名、不点名" in to_html(edition(one))


def test_who_falls_short_is_told_to_correct_it_at_once() -> None:
    page = to_html(edition(told(answered(roads=(20, 16)))))
    assert "立行立改" in page
    assert "80.0%" in page


def test_ratings_are_told_in_five_levels_those_that_nobody_gave_too() -> None:
    one = told({"rated.level.satisfied": 3, "rated.level.dissatisfied": 1}, whole={"rated": 4})
    assert [(level.count, level.share) for level in one.satisfaction.levels] == [
        (0, 0.0),
        (3, 0.75),
        (0, 0.0),
        (1, 0.25),
        (0, 0.0),
    ]


def test_towns_and_departments_are_ranked_apart_and_ties_have_no_order() -> None:
    kept, half = figures(due=4, completed_on_time=4), figures(due=4, completed_on_time=2)
    one = told(by_unit={"town_east": kept, "town_west": half, "water": kept, "roads": kept})
    towns, departments = one.boards.towns[0], one.boards.departments[0]
    assert [place.units for place in towns.best] == [("town_east",)]
    assert [place.units for place in towns.worst] == [("town_west",)]
    assert [place.units for place in departments.best] == [("roads", "water")]
    assert departments.worst == ()


def test_a_tie_enters_a_board_whole_and_nobody_stands_at_both_ends() -> None:
    units = [
        row.model_copy(update={"code": f"u{at}", "on_time_rate": rate, "territorial": False})
        for at, rate in enumerate([1.0] * 7 + [0.9, 0.9, 0.5])
        for row in circular().units[:1]
    ]
    answers = told().satisfaction
    board = boards(units, {}, answers).departments[0]
    assert [len(place.units) for place in board.best] == [7]
    assert [place.value for place in board.worst] == [0.5, 0.9]


def test_who_is_below_what_is_demanded_is_never_among_the_best() -> None:
    one = told(by_unit={"town_east": figures(due=4, completed_on_time=2)})
    assert one.boards.towns[0].best == ()
    assert [place.units for place in one.boards.towns[0].worst] == [("town_east",)]


def test_the_worst_value_of_all_is_never_among_the_best_even_if_nobody_else_has_one() -> None:
    one = told(by_unit={"roads": figures(dispatched=2, returned=2)})
    returned = next(board for board in one.boards.departments if board.measure == "return_rate")
    assert (returned.best, [place.units for place in returned.worst]) == ((), [("roads",)])


def test_low_return_and_redo_rates_are_the_good_ones() -> None:
    by_unit = {"water": figures(dispatched=10, returned=5, redone=1), "roads": figures(dispatched=10)}
    one = told(by_unit=by_unit)
    returned = next(board for board in one.boards.departments if board.measure == "return_rate")
    assert [(place.value, place.units) for place in returned.best] == [(0.0, ("roads",))]
    assert [(place.value, place.units) for place in returned.worst] == [(0.5, ("water",))]


def test_each_tier_s_promises_and_projects_are_told_with_their_funds() -> None:
    counts = {
        "promises_kept_in_all.tier.town": 3,
        "promises_broken_in_all.tier.town": 1,
        "projects_open.tier.town": 2,
    }
    one = told(counts, money={"town": (1042 * 10**4, 64 * 10**5)}).progress
    assert one is not None
    town = next(row for row in one.promises if row.tier == "town")
    assert (town.kept_in_all, town.kept_rate) == (3, 0.75)
    project = next(row for row in one.projects if row.tier == "town")
    assert (project.open, wan(project.budget), wan(project.funded)) == (2, "1,042.0", "640.0")


def late(of: str = "promise", **given: Any) -> Late:
    values = {"number": "诺1", "tier": "town", "unit": "water", "post": "water.head", "holder": "丙某"}
    return Late(**{**values, "list": of, "due": CUT_AT - timedelta(days=2), "text": "修好水管", **given})


def test_a_promise_is_its_promisers_whoever_has_the_post_now() -> None:
    one = told(late_promises=[late()], late_projects=[late("project", holder=None)]).progress
    assert one is not None
    assert (one.late_promises[0].holder, one.late_promises[0].days_late) == ("丙某", 2)
    assert one.late_projects[0].holder == "甲"


def test_what_burns_stands_on_the_first_page_the_oldest_named() -> None:
    overdue = OpenLate(
        UUID(int=1), 1, "YN1", "water", None, "water", None, CUT_AT, CUT_AT - timedelta(days=3), signed=True
    )
    counts = answered(roads=(20, 16)) | {"promises_overdue": 1}
    one = told(
        counts,
        {"water": figures(overdue=1, due=1)},
        overdue=(overdue,),
        late_promises=[late()],
        notices={"red": 2},
    )
    assert [(row.kind, row.count) for row in one.burning] == [
        ("overdue", 1),
        ("red", 2),
        ("dissatisfied", 1),
        ("promises_overdue", 1),
    ]
    assert one.burning[0].worst == "超3天，water单位“类water”"
    assert "什么最急" in to_html(edition(one))


def test_a_quiet_week_burns_nowhere() -> None:
    assert told().burning == ()
    assert "本期无超期" in to_html(edition(told()))


def test_the_trend_goes_on_from_circular_to_circular_for_twelve_of_them() -> None:
    one = None
    for number in range(14):
        one = circular({"water": figures(completed=number)}, one, week=FIRST + timedelta(days=7 * number))
    assert one is not None
    assert [point.completed for point in one.trend] == list(range(2, 14))


def test_whether_the_days_before_were_reported_too_says_nothing_in_a_county_circular() -> None:
    """One was ordered of them or not: rebuilt from the topics, the circular has to be the same."""
    weekly = circular({"water": figures(completed=1)}, circular(week=FIRST - timedelta(days=7)))
    ordered = weekly.model_copy(update={"kind": "county"})
    counted = weekly.model_copy(update={"kind": "between", "trend": weekly.trend[-1:]})
    numbers = Numbers({}, [], {}, {}, WHOLE, (), (), ())
    of = Period("county", FIRST + timedelta(days=7), FIRST + timedelta(days=14))
    trends = [compose(of, numbers, known(), before).trend for before in (weekly, ordered, counted)]
    assert trends[0] == trends[1] == trends[2]
    assert [point.completed for point in trends[0]] == [1, 0]


def test_charts_draw_with_no_circular_before_and_with_nothing_counted() -> None:
    point = TrendPoint(last=FIRST, received=0, completed=0, overdue=0, on_time_rate=None, satisfied_rate=None)
    for drawn in (draw_counts([point]), draw_rates([point], 0.85), draw_counts([]), draw_rates([], 0.85)):
        assert drawn.startswith("<svg")
        assert "nan" not in drawn.lower()


def test_a_chart_s_value_can_be_read_off_it() -> None:
    points = [
        TrendPoint(last=FIRST, received=41, completed=12, overdue=0, on_time_rate=0.5, satisfied_rate=0.9)
    ]
    assert ">41<" in draw_counts(points)
    assert ">50.0%<" in draw_rates(points, 0.85)


def test_the_public_edition_names_no_single_matter() -> None:
    overdue = OpenLate(
        UUID(int=1), 1, "YN1-X", "water", "water.head", "water", None, CUT_AT, CUT_AT, signed=True
    )
    again = Again(UUID(int=2), "YN2-X", "YN3-X", "water", "water", completed=False)
    by_unit = {"water": figures(repeats=1, assigned=1, overdue=1, due=1)}
    whole = told(by_unit=by_unit, overdue=(overdue,), repeats=(again,))
    inside, outside = to_html(edition(whole)), to_html(edition(public(whole)))
    for receipt in ("YN1-X", "YN2-X", "YN3-X"):
        assert receipt in inside
        assert receipt not in outside
    assert "回执号" not in outside
    assert str(UUID(int=1)) not in public(whole).model_dump_json()
    assert "负责人\n甲" in outside


def test_every_figure_of_the_lists_has_a_name_that_is_read_back_with_its_slices() -> None:
    for figure in LIST_FIGURES:
        assert named(figure.name).figure == FIGURES[figure.name]
    for name, dimensions in SLICES.items():
        for dimension in dimensions:
            assert named(sliced(name, dimension, "town")).dimension == dimension


@pytest.mark.parametrize(("names", "words"), [(("甲", "乙"), "甲、乙"), (("甲", "乙", "丙"), "甲、乙等3个")])
def test_many_names_are_told_by_the_first_and_their_number(names: tuple[str, ...], words: str) -> None:
    assert some(names, 2) == words


def test_three_are_told_at_an_end_and_more_of_one_value_in_one_line() -> None:
    def place(value: float, names: str) -> Place:
        return Place(value=value, units=tuple(names), names=tuple(names))

    assert ends([place(1.0, "甲"), place(0.9, "乙丙丁")]) == [("甲", 1.0), ("乙、丙等3个", 0.9)]
    assert ends([place(1.0, "甲乙丙丁")]) == [("甲、乙等4个", 1.0)]
    assert [name for name, _ in ends([place(1.0, "甲乙丙"), place(0.9, "丁")])] == ["甲", "乙", "丙"]


def test_tiers_in_which_nothing_is_counted_are_left_out() -> None:
    one = told({"promises_standing.tier.town": 1}).progress
    assert one is not None
    assert [row.tier for row in touched(one.promises)] == ["town"]
