"""A directory takes force whole; only what changed in it is told."""

from datetime import UTC, datetime

import pytest

from services.assignment.directory import Directory, Word
from services.assignment.publish import (
    DirectoryMovedOn,
    DirectoryRefused,
    NoDirectory,
    Published,
    changes,
    publish,
    replace_words,
)
from services.contracts.directory import CategoryRecorded, DirectoryEvent, UnitRecorded
from tests.assignment_fakes import DirectoriesInMemory
from tests.unit.directory_samples import AUTHORITY, CATEGORIES, HOLDERS, ROUTES, UNITS, county

NOW = datetime(2021, 3, 1, 4, 0, tzinfo=UTC)
WORDS = (Word(field="category", value="water", word="漏水"),)
WATER = [{"field": "category", "value": "water", "word": "停水"}]


class Told:
    """Publishes into memory and keeps the events."""

    def __init__(self) -> None:
        self.directories = DirectoriesInMemory()
        self.events: list[DirectoryEvent] = []

    async def publish(self, directory: Directory) -> Published:
        self.events.clear()
        return await publish(self.directories, self.events.append, directory, "tester", NOW)

    async def words(self, based_on: int, words: tuple[Word, ...] = WORDS) -> Published:
        self.events.clear()
        return await replace_words(self.directories, self.events.append, words, based_on, "clerk", NOW)


async def test_the_first_load_tells_every_entry_and_the_category_of_what_was_not_recognised() -> None:
    told = Told()
    done = await told.publish(county())
    assert done == Published(
        1, False, {"authority": 1, "unit": 4, "post": 4, "holder": 2, "category": 4}, retired=0
    )
    assert CategoryRecorded(version=1, code="other", name="其他") in told.events


async def test_the_same_content_again_changes_nothing() -> None:
    told = Told()
    await told.publish(county())
    assert await told.publish(county()) == Published(1, identical=True)
    assert told.events == []


async def test_only_what_changed_is_told_and_what_is_gone_is_retired() -> None:
    told = Told()
    await told.publish(county())
    units = [*UNITS[:2], {**UNITS[2], "name": "水利和供水局"}, UNITS[3]]
    done = await told.publish(county(units=units, categories=CATEGORIES[:2], words=WATER))
    assert (done.version, done.changed, done.retired) == (2, {"unit": 1, "category": 1}, 1)
    unit, category = told.events
    assert isinstance(unit, UnitRecorded)
    assert (unit.name, unit.version, unit.retired) == ("水利和供水局", 2, False)
    assert isinstance(category, CategoryRecorded)
    assert (category.code, category.retired) == ("road", True)


async def test_an_edition_that_alters_what_was_is_refused_with_all_else_that_is_wrong() -> None:
    told = Told()
    await told.publish(county())
    told.directories.chains.add("county")
    routes, authority = [*ROUTES, {"category": "x", "unit": "water"}], {**AUTHORITY, "code": "city"}
    with pytest.raises(DirectoryRefused) as refused:
        await told.publish(county(holders=HOLDERS[1:], routes=routes, authority=authority))
    assert [(one.file, one.column) for one in refused.value.problems] == [
        ("routes.csv", "category"),
        ("authority.yaml", "code"),
        ("holders.csv", "from"),
    ]
    assert len(told.directories.editions) == 1


async def test_a_first_directory_alters_nothing() -> None:
    told = Told()
    told.directories.chains.add("city")
    assert (await told.publish(county())).version == 1


async def test_a_directory_with_problems_is_refused_whole_with_all_of_them() -> None:
    told = Told()
    with pytest.raises(DirectoryRefused) as refused:
        await told.publish(county(routes=[*ROUTES, {"category": "x", "unit": "y"}]))
    assert [problem.column for problem in refused.value.problems] == ["category", "unit"]
    assert told.directories.editions == []


async def test_the_backstop_unit_is_marked() -> None:
    backstops = [e for e in changes(None, county(), 1) if isinstance(e, UnitRecorded) and e.backstop]
    assert [unit.code for unit in backstops] == ["petition"]


async def test_words_alone_make_a_new_version_without_events() -> None:
    told = Told()
    await told.publish(county())
    assert (await told.words(based_on=1)).version == 2
    edition = await told.directories.current()
    assert edition is not None
    assert edition.directory.words == WORDS
    assert told.events == []


async def test_words_put_on_an_older_version_are_refused() -> None:
    told = Told()
    await told.publish(county())
    await told.words(based_on=1)
    with pytest.raises(DirectoryMovedOn, match="version 2"):
        await told.words(based_on=1)


async def test_words_for_an_unknown_category_are_refused() -> None:
    told = Told()
    await told.publish(county())
    with pytest.raises(DirectoryRefused):
        await told.words(1, (Word(field="category", value="moon", word="月亮"),))


async def test_words_before_any_directory_are_refused() -> None:
    with pytest.raises(NoDirectory):
        await Told().words(based_on=0)
