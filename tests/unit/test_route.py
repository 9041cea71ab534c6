"""Which unit and post handle a case."""

from hypothesis import given
from hypothesis import strategies as st

from services.assignment.directory import Directory, lineage
from services.assignment.route import Router, Routing
from tests.unit.directory_samples import county


def test_a_category_in_a_place_wins_and_may_name_its_own_post() -> None:
    assert Router.build(county()).route("water.quality", "river") == Routing("river_town", "magistrate")


def test_a_category_takes_its_nearest_ancestors_route_before_the_places() -> None:
    router = Router.build(county())
    assert router.route("water.quality", "county") == Routing("water", "water.head")
    assert router.route("water", "river") == Routing("water", "water.head")


def test_a_place_is_taken_where_the_category_has_no_route() -> None:
    assert Router.build(county()).route("road", "river") == Routing("river_town", "river_town.head")
    assert Router.build(county()).route("other", "river") == Routing("river_town", "river_town.head")


def test_what_no_route_covers_goes_to_the_backstop() -> None:
    backstop = Routing("petition", "petition.head", backstop=True)
    router = Router.build(county())
    assert router.route("road", None) == backstop
    assert router.route("other", "county") == backstop
    assert router.route("never_heard_of", "nowhere") == backstop


CODES = ["water", "water.quality", "road"]
keys = st.tuples(st.sampled_from([*CODES, None]), st.sampled_from(["county", "river", None]))
routes = st.dictionaries(
    keys.filter(lambda key: key != (None, None)), st.sampled_from(["water", "river_town"])
)


def by_definition(directory: Directory, category: str, place: str | None) -> str | None:
    """The most specific route, by ranking all that fit."""
    chain = lineage(category, directory.category_parents)

    def rank(route_category: str | None, route_place: str | None) -> tuple[int, int]:
        step = chain.index(route_category) if route_category else 0
        return (0 if route_category and route_place else 1 if route_category else 2), step

    fitting = [
        (rank(one.category, one.place), one.unit)
        for one in directory.routes
        if one.category in (None, *chain) and one.place in (None, place)
    ]
    return min(fitting)[1] if fitting else None


@given(routes, st.sampled_from([*CODES, "other"]), st.sampled_from(["county", "river", None]))
def test_the_most_specific_route_decides(
    table: dict[tuple[str | None, str | None], str], category: str, place: str | None
) -> None:
    rows = [{"category": key[0], "place": key[1], "unit": unit} for key, unit in table.items()]
    directory = county(routes=rows)
    expected = by_definition(directory, category, place)
    found = Router.build(directory).route(category, place)
    assert (found.unit, found.backstop) == (expected or "petition", expected is None)
    assert found.post == directory.units_by_code[found.unit].post
