"""Hand-overs of posts: which there are, what a list's digest covers, when one may be confirmed."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from services.assignment.hand_over import (
    Confirmation,
    ConfirmedBefore,
    ListChanged,
    NothingPasses,
    Passing,
    Succession,
    confirm,
    digest_of,
    successions,
)
from tests.hand_over_fakes import HandOversInMemory
from tests.unit.directory_samples import county

NOW = datetime(2021, 3, 3, 1, 0, tzinfo=UTC)
SUCCESSION = Succession("magistrate", "county", "甲某", "乙某", date(2021, 3, 1))


def term(person: str, since: str, until: str | None = None) -> dict[str, str | None]:
    return {"post": "magistrate", "person": person, "from": since, "to": until}


def passing(number: str = "YN20210226-00000001") -> Passing:
    return Passing("case", uuid4(), number, "停水", "dispatched", NOW, None)


def test_the_successor_takes_over_on_his_first_day_and_not_before() -> None:
    assert list(successions(county(), date(2021, 2, 28))) == []
    assert list(successions(county(), date(2021, 3, 1))) == [SUCCESSION]
    assert list(successions(county(), date(2022, 3, 1))) == [SUCCESSION]


def test_the_last_change_counts_and_a_gap_before_it_doesnt_matter() -> None:
    terms = [
        term("甲", "2019-01-01", "2020-01-01"),
        term("乙", "2020-01-01", "2021-01-01"),
        term("丙", "2021-02-01"),
    ]
    [found] = successions(county(holders=terms), date(2021, 3, 1))
    assert (found.predecessor, found.successor, found.since) == ("乙", "丙", date(2021, 2, 1))


@pytest.mark.parametrize(
    "terms",
    [
        [],
        [term("甲", "2020-01-01")],
        [term("甲", "2020-01-01", "2021-01-01")],
        [term("甲", "2020-01-01", "2021-01-01"), term("甲", "2021-01-01")],
    ],
    ids=["never held", "first holder", "vacant", "the same person again"],
)
def test_without_two_people_nothing_is_handed_over(terms: list[dict[str, str | None]]) -> None:
    assert list(successions(county(holders=terms), date(2021, 3, 1))) == []


def test_a_renewed_term_is_no_hand_over_and_hides_none() -> None:
    terms = [
        term("甲", "2019-01-01", "2020-06-01"),
        term("乙", "2020-06-01", "2021-01-01"),
        term("乙", "2021-01-01", "2021-02-01"),
        term("乙", "2021-02-15"),
    ]
    [found] = successions(county(holders=terms), date(2021, 3, 1))
    assert (found.predecessor, found.successor, found.since) == ("甲", "乙", date(2020, 6, 1))


def test_a_digest_depends_on_what_passes_and_when_it_is_due_and_not_on_order_or_state() -> None:
    one, two = passing(), passing()
    assert digest_of([one, two]) == digest_of([two, replace(one, state="signed_for")])
    assert digest_of([one]) != digest_of([one, two])
    assert digest_of([one]) != digest_of([replace(one, due_at=None)])


async def test_a_list_is_confirmed_once_and_the_record_says_how_much_stood_in_it() -> None:
    one, promise = passing(), replace(passing(), kind="promise", due_on=date(2021, 6, 30))
    store = HandOversInMemory({"magistrate": [one, promise]})
    done = await confirm(store, SUCCESSION, digest_of([one, promise]), "leader", NOW)
    assert isinstance(done, Confirmation)
    assert (done.cases, done.promises, done.projects, done.by, done.at) == (1, 1, 0, "leader", NOW)
    assert await confirm(store, SUCCESSION, done.digest, "another", NOW) == ConfirmedBefore(done)


async def test_a_list_that_has_changed_is_asked_for_again() -> None:
    seen, new = passing(), passing()
    store = HandOversInMemory({"magistrate": [seen, new]})
    changed = await confirm(store, SUCCESSION, digest_of([seen]), "leader", NOW)
    assert changed == ListChanged(digest_of([seen, new]))
    assert store.confirmed == {}


async def test_where_nothing_is_open_nothing_is_confirmed() -> None:
    store = HandOversInMemory({})
    assert await confirm(store, SUCCESSION, digest_of([]), "leader", NOW) == NothingPasses()


async def test_a_later_successor_has_a_list_of_his_own() -> None:
    one = passing()
    store = HandOversInMemory({"magistrate": [one]})
    later = replace(SUCCESSION, since=date(2021, 3, 2), predecessor="乙某", successor="丙某")
    await confirm(store, SUCCESSION, digest_of([one]), "leader", NOW)
    assert isinstance(await confirm(store, later, digest_of([one]), "leader", NOW), Confirmation)
