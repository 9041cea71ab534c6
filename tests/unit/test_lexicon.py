"""The words of a directory, found in one pass."""

from services.assignment.lexicon import PLACE, Lexicon, Meaning
from tests.unit.directory_samples import county


def test_words_and_place_names_come_in_the_order_of_the_text() -> None:
    hits = Lexicon.build(county()).hits("请问河口何时停水，停水几天")
    assert [hit.word for hit in hits] == ["请问", "河口", "停水", "停水"]


def test_a_place_may_be_found_by_name_and_alias() -> None:
    lexicon = Lexicon.build(county())
    assert [hit.meanings for hit in lexicon.hits("河口镇和河口")] == [(Meaning(PLACE, "river", 1.0),)] * 2


def test_a_categorys_word_means_its_whole_family() -> None:
    (hit,) = Lexicon.build(county()).hits("浑浊")
    assert [meaning.value for meaning in hit.meanings] == ["water.quality", "water"]


def test_a_lexicon_without_words_finds_nothing() -> None:
    assert Lexicon.build(county(words=[], places=[])).hits("停水") == []
