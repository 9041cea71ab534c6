"""What is seen as gaming, and what isn't."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.reporting.assess.gaming import GameFact, Signal, counted, default_parameters, joined, signals

START = datetime(2021, 3, 1, 1, tzinfo=UTC)
FIRST, UNTIL = date(2021, 3, 1), date(2021, 6, 1)
CITIZEN = uuid4()
ASKED = default_parameters()


def fact(kind: str, after: timedelta, case_id: UUID | None = None, **more: object) -> GameFact:
    at = START + after
    named = {"unit": "water", **more}
    return GameFact(uuid4(), at, at.date(), kind, case_id or uuid4(), **named)  # type: ignore[arg-type]


def assigned(after: timedelta, case_id: UUID, citizen: UUID = CITIZEN, **more: object) -> GameFact:
    receipt = f"YN-{after.days}"
    told = {"category": "water.bill", "citizen_ref": citizen, "receipt": receipt, **more}
    return fact("assigned", after, case_id, **told)


def days(number: float) -> timedelta:
    return timedelta(days=number)


def kinds(facts: list[GameFact]) -> list[str]:
    return [one.kind for one in signals(facts, ASKED, FIRST, UNTIL)]


OLD, NEW = uuid4(), uuid4()
CLOSED = [assigned(days(0), OLD), fact("completed", days(2), OLD)]


def test_closed_without_a_call_and_complained_of_again_within_30_days_is_seen() -> None:
    [signal] = signals([*CLOSED, assigned(days(31), NEW)], ASKED, FIRST, UNTIL)
    assert (signal.kind, signal.unit, signal.cases) == ("closed_unheard", "water", (OLD, NEW))
    assert signal.receipts == ("YN-0", "YN-31")


def test_a_repeat_of_another_category_is_seen_where_it_names_the_case() -> None:
    other = assigned(days(9), NEW, category="road")
    assert kinds([*CLOSED, other]) == []
    assert kinds([*CLOSED, other._replace(repeat_of=OLD)]) == ["closed_unheard"]


@pytest.mark.parametrize(
    "others",
    [
        [assigned(days(33), NEW)],
        [assigned(days(9), NEW, citizen=uuid4())],
        [fact("called_back", days(3), OLD), assigned(days(9), NEW)],
        [assigned(days(1), NEW)],
    ],
    ids=["too late", "another citizen", "called back", "before it was closed"],
)
def test_what_is_no_closing_unheard(others: list[GameFact]) -> None:
    assert kinds([*CLOSED, *others]) == []


def test_a_call_before_the_last_completion_does_not_count() -> None:
    again = [fact("called_back", days(3), OLD), fact("completed", days(5), OLD), assigned(days(9), NEW)]
    assert kinds([*CLOSED, *again]) == ["closed_unheard"]


def ratings(minutes: list[float], level: str = "very_satisfied", unit: str = "water") -> list[GameFact]:
    return [fact("rated", timedelta(minutes=one), unit=unit, outcome=level) for one in minutes]


def test_five_good_ratings_within_ten_minutes_are_one_signal_and_a_longer_run_too() -> None:
    assert kinds(ratings([0, 2, 4, 6, 10])) == ["ratings_at_once"]
    [signal] = signals(ratings([0, 2, 4, 6, 10, 11, 12, 13]), ASKED, FIRST, UNTIL)
    assert len(signal.cases) == 8
    assert len(kinds(ratings([0, 1, 2, 3, 4, 60, 61, 62, 63, 64]))) == 2


def test_ratings_that_are_bad_slow_or_of_several_units_are_none() -> None:
    assert kinds(ratings([0, 2, 4, 6, 11])) == []
    assert kinds(ratings([0, 2, 4, 6, 8], "dissatisfied")) == []
    assert kinds([*ratings([0, 2, 4]), *ratings([1, 3], unit="roads")]) == []


def limit(version: int, after: timedelta, due: timedelta | None) -> GameFact:
    when = START + due if due is not None else None
    return fact("limits_set", after, OLD, dispatch=1, version=version, complete_due=when)


@pytest.mark.parametrize("kind", ["extension_granted", "suspended"])
def test_a_limit_edited_after_its_date_is_seen_and_before_it_not(kind: str) -> None:
    told = [limit(1, days(0), days(5)), limit(2, days(6.001), days(9))]
    assert kinds([*told, fact(kind, days(6), OLD, dispatch=1)]) == ["limit_edited_late"]
    assert kinds([*told, fact(kind, days(4), OLD, dispatch=1)]) == []
    assert kinds([*told, fact(kind, days(6), OLD, dispatch=2)]) == []


def test_an_edit_is_judged_by_the_limit_as_it_stood_then() -> None:
    """A suspended limit has no date that could have passed; an extended one has the later."""
    suspended = [limit(1, days(0), days(5)), limit(2, days(4), None)]
    assert kinds([*suspended, fact("extension_granted", days(6), OLD, dispatch=1)]) == []
    extended = [limit(1, days(0), days(5)), limit(2, days(4), days(8))]
    assert kinds([*extended, fact("suspended", days(6), OLD, dispatch=1)]) == []


def test_only_signals_of_the_period_are_told_and_counted_by_unit() -> None:
    facts = [*CLOSED, assigned(days(20), NEW), *ratings([0, 1, 2, 3, 4], unit="roads")]
    late = signals(facts, ASKED, date(2021, 3, 15), UNTIL)
    assert [one.kind for one in late] == ["closed_unheard"]
    whole = signals(facts, ASKED, FIRST, UNTIL)
    assert isinstance(whole[0], Signal)
    assert counted(whole) == {
        "closed_unheard": {"water": 1},
        "ratings_at_once": {"roads": 1},
        "limit_edited_late": {},
    }


def test_what_is_read_month_by_month_is_what_is_read_at_once() -> None:
    run = [fact("rated", days(20) + timedelta(minutes=at), outcome="satisfied") for at in range(-6, 6)]
    facts = [*CLOSED, assigned(days(25), NEW), *run]
    middle = FIRST + days(20)
    facts = [one._replace(day=FIRST + days(19) if one.at < START + days(20) else one.day) for one in facts]
    months = [signals(facts, ASKED, FIRST, middle), signals(facts, ASKED, middle, UNTIL)]
    assert joined(months) == signals(facts, ASKED, FIRST, UNTIL)
