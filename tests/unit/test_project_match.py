"""New cases and open projects: linked where certain, offered where possible, and why in words."""

from services.assignment.project_match import OFFERED, Matcher, OpenProject
from services.contracts.project import project_id_of
from tests.unit.directory_samples import county


def project(ledger: str, category: str | None = "water", place: str | None = "river") -> OpenProject:
    return OpenProject(project_id_of(ledger), ledger, category, place)


def fits(
    *projects: OpenProject, category: str = "water", place: str | None = "river"
) -> list[tuple[str, bool]]:
    found = Matcher.build(county(), projects).fits(category, place)
    return [(fit.project.ledger, fit.certain) for fit in found]


def why(one: OpenProject, category: str, place: str | None) -> str:
    [fit] = Matcher.build(county(), [one]).fits(category, place)
    return fit.why


def test_the_same_category_and_place_are_certain() -> None:
    assert fits(project("1")) == [("1", True)]


def test_a_category_below_and_a_place_within_are_certain() -> None:
    assert fits(project("1", place="county"), category="water.quality") == [("1", True)]


def test_another_category_or_another_place_fits_nothing() -> None:
    assert fits(project("1"), category="road") == []
    assert fits(project("1", "road")) == []
    assert fits(project("1"), category="other") == []


def test_a_project_without_a_category_fits_nothing() -> None:
    assert fits(project("1", category=None)) == []


def test_a_case_that_names_no_place_or_a_wider_one_is_a_clerks_to_decide() -> None:
    assert fits(project("1"), place=None) == [("1", False)]
    assert fits(project("1"), place="county") == [("1", False)]


def test_a_project_of_the_whole_county_is_a_clerks_to_decide() -> None:
    assert fits(project("1", place=None)) == [("1", False)]


def test_a_vaguer_category_in_the_place_is_a_clerks_to_decide() -> None:
    assert fits(project("1", "water.quality")) == [("1", False)]
    assert fits(project("1", "water.quality"), place=None) == []


def test_of_several_the_closest_is_certain() -> None:
    several = project("1", place="county"), project("2"), project("3", "water.quality")
    assert fits(*several) == [("2", True)]
    assert fits(*several, category="water.quality") == [("3", True)]


def test_equally_close_ones_are_a_clerks_to_decide() -> None:
    assert fits(project("1"), project("2")) == [("1", False), ("2", False)]


def test_no_more_projects_are_offered_than_a_clerk_can_look_at() -> None:
    many = [project(str(n), place=None) for n in range(OFFERED + 3)]
    assert len(fits(*many)) == OFFERED


def test_a_place_or_category_that_the_directory_no_longer_has_fits_nothing() -> None:
    assert fits(project("1", place="moon")) == []
    assert fits(project("1"), place="moon") == []
    assert fits(project("1"), category="moon") == []


def test_why_is_said_in_words() -> None:
    assert why(project("1"), "water", "river") == "类别同为“供水”，地点同为“河口镇”"
    assert (
        why(project("1", place="county"), "water.quality", "river")
        == "类别“水质”属于项目的“供水”，地点“河口镇”在项目的“某县”之内"
    )
    assert why(project("1", "water.quality"), "water", "river").startswith("类别“供水”比项目的“水质”宽")
    assert why(project("1"), "water", None).endswith("诉求未写地点，项目在“河口镇”")
    assert why(project("1"), "water", "county").endswith("地点“某县”比项目的“河口镇”宽")
    assert why(project("1", place=None), "water", "river").endswith("项目未限地点")
