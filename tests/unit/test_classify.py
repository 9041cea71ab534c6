"""Kind, urgency, category and place of a text, by the words of the lexicon."""

from hypothesis import given
from hypothesis import strategies as st

from services.assignment.classify import Classifier
from tests.unit.directory_samples import CATEGORIES, WORDS, county

CLASSIFIER = Classifier.build(county())


def category_of(title: str, body: str = "") -> str:
    return CLASSIFIER.classify(title, body).category


def test_a_demand_gets_everything_the_words_say() -> None:
    found = CLASSIFIER.classify("投诉河口镇停水", "自来水浑浊，楼道漏气")
    assert (found.kind, found.urgency, found.category) == ("complaint", "urgent", "water.quality")
    assert (found.place, found.unit, found.post) == ("river", "river_town", "magistrate")
    assert not found.backstop
    assert found.words == ("投诉", "河口镇", "停水", "浑浊", "漏气")


def test_a_text_without_a_known_word_is_other_and_goes_to_the_backstop() -> None:
    found = CLASSIFIER.classify("有件事", "想说一说")
    assert (found.kind, found.urgency, found.category, found.place) == ("help", "normal", "other", None)
    assert (found.unit, found.post, found.backstop) == ("petition", "petition.head", True)
    assert found.words == ()


def test_a_text_with_a_place_only_goes_to_the_places_unit() -> None:
    found = CLASSIFIER.classify("有件事", "我住河口")
    assert (found.category, found.unit, found.backstop) == ("other", "river_town", False)


def test_the_title_counts_double() -> None:
    assert category_of("停水", "路上坑洼") == "water"
    assert category_of("", "停水，路上坑洼") == "road"


def test_a_word_counts_once_a_text_however_often_it_stands_there() -> None:
    assert category_of("", "停水停水停水停水，坑洼") == "road"


def test_the_longest_word_is_taken() -> None:
    words = [*WORDS, {"field": "category", "value": "road", "word": "停水泥车", "weight": 1}]
    classifier = Classifier.build(county(words=words))
    assert classifier.classify("门前停水泥车", "").category == "road"


def test_a_narrower_categorys_word_speaks_for_the_wider_one() -> None:
    assert category_of("", "停水，水浑浊，路上坑洼") == "water.quality"


def test_equal_sums_go_to_what_stands_first_among_the_categories() -> None:
    words = [WORDS[0] | {"weight": 3}, WORDS[2]]
    assert Classifier.build(county(words=words)).classify("", "坑洼停水").category == "water"
    swapped = [CATEGORIES[2], *CATEGORIES[:2]]
    classifier = Classifier.build(county(words=words, categories=swapped))
    assert classifier.classify("", "坑洼停水").category == "road"


def test_a_supporting_word_strengthens_and_decides_nothing_alone() -> None:
    assert category_of("", "路面") == "other"
    assert category_of("停水", "路面") == "water"
    assert category_of("停水", "坑洼路面") == "road"


def test_a_negative_weight_speaks_against() -> None:
    words = [*WORDS, {"field": "category", "value": "water", "word": "下雨", "weight": -5}]
    assert Classifier.build(county(words=words)).classify("", "下雨停水").category == "other"


def test_latin_letters_match_whatever_their_case() -> None:
    words = [{"field": "category", "value": "road", "word": "KTV", "weight": 1}]
    assert Classifier.build(county(words=words)).classify("ktv太吵", "").category == "road"


def test_one_word_may_speak_for_several_fields() -> None:
    words = [*WORDS, {"field": "urgency", "value": "priority", "word": "停水", "weight": 1}]
    found = Classifier.build(county(words=words)).classify("停水", "")
    assert (found.category, found.urgency) == ("water", "priority")


@given(st.text(max_size=60), st.text(max_size=120), st.text(max_size=20))
def test_any_text_is_given_to_a_unit_and_a_post_and_always_the_same(
    title: str, body: str, place: str
) -> None:
    found = CLASSIFIER.classify(title, body, place)
    assert found.unit
    assert found.post
    assert CLASSIFIER.classify(title, body, place) == found
