"""`yinuo dlq` as far as it needs no stack: pages, and which letter stands for a key."""

from typing import Any

from services.cli.dlq import first_of_keys, letters_of


class Pages:
    """A service with letters 1, 2, … that gives two a page."""

    def __init__(self, count: int) -> None:
        self.count = count

    def get(self, path: str, **parameters: Any) -> Any:
        assert path == "/dead-letters"
        after = parameters["after"]
        letters = [{"id": number} for number in range(after + 1, min(after + 2, self.count) + 1)]
        return {"letters": letters, "next": after + 2 if len(letters) == 2 else None}


def test_all_pages_are_walked_whether_the_last_one_is_full_or_not() -> None:
    for count in range(6):
        assert [letter["id"] for letter in letters_of(Pages(count))] == list(range(1, count + 1))


def test_one_letter_stands_for_each_key_of_each_topic_and_service() -> None:
    def named(letter: str, topic: str, key: str) -> dict[str, Any]:
        return {"letter": letter, "service": letter.partition("/")[0], "topic": topic, "key": key}

    letters = [named("a/1", "case", "k"), named("a/2", "case", "k"), named("a/3", "demand", "k")]
    assert list(first_of_keys([*letters, named("b/1", "case", "k")])) == ["a/1", "a/3", "b/1"]
