"""Firing what is due, and acknowledging it, on the fake."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.contracts.case import CaseAssigned
from services.contracts.envelope import Event
from services.contracts.supervision import NoticeAcknowledged, NoticeSent
from services.kit.auth import Staff
from services.supervision.acknowledge import NoSuchNotice, NotARecipient, acknowledge
from services.supervision.api_access import opens_heads_inbox, opens_unit_inbox, sees_unit, speaks_for
from services.supervision.calendar import WorkCalendar, from_chinesecalendar
from services.supervision.fire import fire
from services.supervision.notices import Above, recipients
from services.supervision.policy import Policy, Presets
from services.supervision.presets import ladder, limit_set, parse_ladder
from services.supervision.set_limits import set_limits
from tests.builders import case_assigned
from tests.supervision_fakes import FakeLimits
from tests.unit.test_supervision_limits import completed, returned, signed_for

HIGHER = """
id: higher
version: 1
late_after_minutes: 60
complete:
  - {number: 1, offset: 0, colour: red, measure: overdue, recipients: [unit, leader, parent, party_committee]}
sign_for:
  - {number: 1, offset: 0, colour: red, measure: overdue, recipients: [unit]}
"""
MONDAY = datetime(2021, 3, 1, 1, 0, tzinfo=UTC)
LIMIT = datetime(2021, 3, 3, 16, 0, tzinfo=UTC)
"""When a consultation of that Monday is to be completed."""


def policy(ladder_id: str = "default") -> Policy:
    ladders = {"default": ladder("default"), "higher": parse_ladder(HIGHER, "higher")}
    presets = Presets({"guangdong": limit_set("guangdong")}, ladders)
    return Policy.of(presets, "guangdong", ladder_id, WorkCalendar.of([from_chinesecalendar(2021)]))


class Bench:
    def __init__(self, ladder_id: str = "default") -> None:
        self.limits = FakeLimits()
        self.policy = policy(ladder_id)
        self.sent: list[NoticeSent] = []
        self.acknowledged: list[NoticeAcknowledged] = []

    async def signed_case(self) -> CaseAssigned:
        case = case_assigned(kind="consultation")
        happened = [(case, MONDAY), (signed_for(case), MONDAY)]
        await set_limits(self.limits, lambda _: None, self.policy, happened)
        return case

    def tell(self, event: Event) -> None:
        assert isinstance(event, NoticeSent)
        self.sent.append(event)

    async def fire(self, now: datetime) -> int:
        return len(await fire(self.limits, self.tell, self.policy, now))

    def fired(self) -> list[tuple[int, str, str]]:
        return [(one.rung, one.colour, one.outcome) for one in self.sent]


async def test_each_rung_fires_at_its_instant_and_not_before() -> None:
    bench = Bench()
    await bench.signed_case()
    assert await bench.fire(LIMIT - timedelta(seconds=1)) == 0
    assert await bench.fire(LIMIT) == 1
    assert await bench.fire(LIMIT) == 0
    assert bench.fired() == [(2, "red", "sent")]
    assert not bench.sent[0].late
    assert bench.sent[0].overdue


async def test_after_a_downtime_the_newest_rung_is_sent_and_the_others_are_recorded_as_collapsed() -> None:
    bench = Bench()
    case = await bench.signed_case()
    assert await bench.fire(LIMIT + timedelta(days=30)) == 1
    assert bench.fired() == [(2, "red", "collapsed"), (3, "red", "collapsed"), (4, "red", "sent")]
    assert all(one.late for one in bench.sent)
    assert [one.recipients for one in bench.sent] == [(), (), ("unit:water", "post:water.head")]
    assert len(bench.limits.notices) == 3
    assert len(bench.limits.inbox) == 2
    complete = bench.limits.limits[case.case_id, "complete"]
    assert (complete.next_rung, complete.fires_at, complete.overdue) == (5, None, True)


async def test_a_completed_case_fires_nothing_more() -> None:
    bench = Bench()
    case = await bench.signed_case()
    await set_limits(bench.limits, lambda _: None, bench.policy, [(completed(case), MONDAY)])
    assert await bench.fire(LIMIT + timedelta(days=30)) == 0


async def test_a_new_dispatch_fires_its_own_signing_rungs_again() -> None:
    bench = Bench()
    case = case_assigned(kind="complaint")
    await set_limits(bench.limits, lambda _: None, bench.policy, [(case, MONDAY)])
    await bench.fire(datetime(2021, 3, 2, 16, 0, tzinfo=UTC))
    again = datetime(2021, 3, 3, 1, 0, tzinfo=UTC)
    await set_limits(bench.limits, lambda _: None, bench.policy, [(returned(case), again)])
    await bench.fire(datetime(2021, 3, 4, 16, 0, tzinfo=UTC))
    assert [(one.generation, one.rung, one.unit) for one in bench.sent] == [(1, 1, "water"), (2, 1, "office")]


async def test_who_stands_above_the_unit_is_told_where_the_ladder_says_so() -> None:
    bench = Bench("higher")
    bench.limits.directory["water"] = Above("county", "县水利局党组")
    await bench.signed_case()
    await bench.fire(LIMIT)
    assert bench.sent[0].recipients == ("unit:water", "post:water.head", "unit:county", "committee:water")


async def test_a_party_committee_that_is_a_unit_is_told_in_that_units_inbox() -> None:
    bench = Bench("higher")
    bench.limits.directory |= {"water": Above("county", "party"), "party": Above("county", None)}
    await bench.signed_case()
    await bench.fire(LIMIT)
    assert bench.sent[0].recipients[-1] == "unit:party"


async def test_a_unit_the_directory_does_not_know_yet_is_told_all_the_same() -> None:
    bench = Bench("higher")
    await bench.signed_case()
    await bench.fire(LIMIT)
    assert bench.sent[0].recipients == ("unit:water", "post:water.head")


def test_a_rung_for_somebody_whom_the_directory_does_not_know_reaches_the_unit() -> None:
    to_above = replace(ladder("default").rungs("complete")[0], recipients=("leader", "parent"))
    assert recipients("water", "", to_above, {"water": Above(None, None)}) == ("unit:water",)


async def test_a_notice_is_acknowledged_once_by_each_recipient_for_itself() -> None:
    bench = Bench()
    await bench.signed_case()
    await bench.fire(LIMIT)
    notice = bench.sent[0].notice_id
    for recipient, by in (("unit:water", "小李"), ("unit:water", "小王"), ("post:water.head", "王局长")):
        await acknowledge(bench.limits, bench.acknowledged.append, notice, recipient.__eq__, LIMIT, by)
    assert [one.recipient for one in bench.acknowledged] == ["unit:water", "post:water.head"]
    assert bench.limits.inbox[notice, "unit:water"].acknowledged_by == "小李"


async def test_nobody_acknowledges_for_others() -> None:
    bench = Bench()
    await bench.signed_case()
    await bench.fire(LIMIT)
    with pytest.raises(NotARecipient, match="unit:water"):
        await acknowledge(
            bench.limits, bench.acknowledged.append, bench.sent[0].notice_id, lambda _: False, LIMIT, "?"
        )
    with pytest.raises(NoSuchNotice):
        await acknowledge(
            bench.limits, bench.acknowledged.append, case_assigned().case_id, lambda _: True, LIMIT, "?"
        )


POSTS = frozenset({"water.head"})


@pytest.mark.parametrize(
    ("role", "unit", "named", "speaks"),
    [
        ("handler", "water", None, {"unit:water"}),
        ("handler", "water", "post:water.head", set()),
        ("unit_head", "water", None, {"unit:water"}),
        ("unit_head", "water", "post:water.head", {"post:water.head"}),
        ("unit_head", "water", "committee:water", {"committee:water"}),
        ("unit_head", "roads", "committee:water", set()),
        ("handler", "water", "committee:water", set()),
        ("leader", "water", None, {"post:water.head", "committee:water"}),
        ("handler", "roads", None, {"unit:roads"}),
        ("handler", None, None, set()),
        ("administrator", None, None, set()),
        ("administrator", None, "unit:water", {"unit:water"}),
        ("supervision_office", "water", None, set()),
    ],
)
def test_who_speaks_for_whom(role: str, unit: str | None, named: str | None, speaks: set[str]) -> None:
    staff = Staff("somebody", role, unit)  # type: ignore[arg-type]
    posts = POSTS if unit == "water" else frozenset[str]()
    may = speaks_for(staff, posts, named)
    inboxes = ("unit:water", "post:water.head", "committee:water", "unit:roads")
    assert {one for one in inboxes if may(one)} == speaks


@pytest.mark.parametrize(
    ("role", "unit", "sees", "opens_unit", "opens_heads"),
    [
        ("handler", "water", True, True, False),
        ("unit_head", "water", True, True, True),
        ("leader", "water", True, False, True),
        ("leader", "county", True, False, False),
        ("handler", "roads", False, False, False),
        ("clerk", None, True, False, False),
        ("supervision_office", None, True, True, True),
        ("administrator", None, True, True, True),
    ],
)
def test_who_opens_what(role: str, unit: str | None, sees: bool, opens_unit: bool, opens_heads: bool) -> None:
    staff = Staff("somebody", role, unit)  # type: ignore[arg-type]
    assert sees_unit(staff, "water") == sees
    assert opens_unit_inbox(staff, "water") == opens_unit
    assert opens_heads_inbox(staff, "water") == opens_heads
