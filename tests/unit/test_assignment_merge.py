"""Groups of cases: what can be merged into what, what a lead case's steps do to its group, likely twins."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.assignment.case import Act, Case, Taken
from services.assignment.merge import FOLLOWED, CannotMerge, consequences, lead_of
from services.assignment.repeats import Matter
from services.assignment.take import take
from services.assignment.transitions import TABLE, Person
from services.assignment.twins import MOST, WINDOW, likely_twins
from services.contracts.case import CaseCompleted, CaseFollowed, CaseLeadChanged, CaseMerged, CaseParted
from services.contracts.public_text import PublicText
from services.contracts.vocabulary import CaseState

NOW = datetime(2021, 3, 1, 4, 0, tzinfo=UTC)
CLERK = Person("clerk", None)
WHY = PublicText("同一处停水")


def case(state: CaseState = "dispatched", lead: Case | None = None, unit: str = "water") -> Case:
    known = Case(uuid4(), uuid4(), unit, f"{unit}.head", state, dispatch=1, version=3, dispatched_at=NOW)
    return replace(known, state="merged", lead=lead.case_id, lead_state=lead.state) if lead else known


def among(*cases: Case) -> dict[UUID, Case]:
    return {one.case_id: one for one in cases}


def taken(one: Case, act: Act) -> Taken:
    outcome = take(one, act, NOW, "petition", CLERK)
    assert isinstance(outcome, Taken)
    return outcome


def test_a_merged_case_lies_where_its_lead_lies_and_waits_for_it() -> None:
    lead, one = case("signed_for", unit="road"), case()
    done = taken(one, Act("merge", "王某", WHY, lead=lead))
    assert isinstance(done.event, CaseMerged)
    assert (done.event.unit, done.event.lead, done.event.state) == ("road", lead.case_id, "signed_for")
    assert (done.case.state, done.case.unit, done.case.lead) == ("merged", "water", lead.case_id)


def test_a_merged_case_stands_for_its_lead() -> None:
    lead, other = case(), case()
    member = case(lead=lead)
    assert lead_of(other, member.case_id, among(lead, other, member)) == lead


@pytest.mark.parametrize("state", ["completed", "refused", "archived", "withdrawn"])
def test_nothing_is_merged_into_what_is_over(state: CaseState) -> None:
    lead, one = case(state), case()
    found = lead_of(one, lead.case_id, among(lead, one))
    assert isinstance(found, CannotMerge)
    assert "redone" in found.remedy


def test_nothing_is_merged_into_its_own_group() -> None:
    lead = case()
    member = case(lead=lead)
    present = among(lead, member)
    for one, into in ((lead, lead), (lead, member), (member, lead), (member, member)):
        assert isinstance(lead_of(one, into.case_id, present), CannotMerge)
    assert isinstance(lead_of(lead, uuid4(), present), CannotMerge)


def test_the_group_gets_the_reply_of_its_lead() -> None:
    lead = case("signed_for")
    first, second, stranger = case(lead=lead), case(lead=lead), case()
    done = taken(lead, Act("complete", "王某", PublicText("已修好。")))
    assert isinstance(done.event, CaseCompleted)
    following = list(consequences(done, among(done.case, first, second, stranger), "petition", NOW))
    assert {one.case.case_id for one in following} == {first.case_id, second.case_id}
    for one in following:
        assert isinstance(one.event, CaseFollowed)
        assert (one.event.state, one.event.reply, one.case.reply) == ("completed", "已修好。", "已修好。")


def test_the_group_is_told_how_its_lead_was_put_right_and_keeps_the_reply() -> None:
    lead = replace(case("reviewed"), reply="已修好。", rectification_opened=NOW)
    member = replace(case(lead=lead), reply="已修好。")
    done = taken(lead, Act("rectify", "王某", PublicText("已重修。")))
    [one] = consequences(done, among(done.case, member), "petition", NOW)
    assert isinstance(one.event, CaseFollowed)
    assert (one.event.state, one.event.reply, one.event.rectification) == ("reviewed", None, "已重修。")
    assert one.case.reply == "已修好。"


def test_a_merged_lead_brings_its_group_along() -> None:
    new, lead = case(), case()
    member = case(lead=lead)
    done = taken(lead, Act("merge", "王某", WHY, lead=new))
    [onward] = consequences(done, among(new, done.case, member), "petition", NOW)
    assert isinstance(onward.event, CaseLeadChanged)
    assert onward.case.lead == new.case_id


def test_a_withdrawn_lead_leaves_its_group_to_the_oldest() -> None:
    lead = case("signed_for")
    young, old = case(lead=lead), replace(case(lead=lead), dispatched_at=NOW - timedelta(hours=1))
    done = take(lead, Act("withdraw", "citizen"), NOW, "petition", Person("citizen", None))
    assert isinstance(done, Taken)
    leading, following = consequences(done, among(done.case, young, old), "petition", NOW)
    assert isinstance(leading.event, CaseParted)
    assert (leading.case.case_id, leading.case.state, leading.case.dispatch) == (old.case_id, "dispatched", 2)
    assert (following.case.case_id, following.case.lead) == (young.case_id, old.case_id)


def test_every_step_that_moves_a_lead_case_is_followed() -> None:
    moving = {one.step for one in TABLE if one.state != "merged" and (one.to != one.state or _anew(one.step))}
    assert moving - FOLLOWED == {"merge", "withdraw"}
    assert moving >= FOLLOWED - {"rectify"}


def _anew(step: str) -> bool:
    return step in ("return", "reassign")


def matter(place: str | None = "river", text: str = "河口镇老街停水三天", **given: object) -> Matter:
    known = Matter(str(uuid4()), str(uuid4()), "water", place, text, NOW)
    return replace(known, **given)  # type: ignore[arg-type]


def test_twins_are_of_one_category_and_place_or_of_like_words() -> None:
    one = matter()
    same_place, alike = matter(text="老街停水没人管"), matter(place=None, text="河口镇老街停水三天了")
    others = [
        matter(text="水管爆裂"),
        matter(place=None, text="水价太高"),
        matter(category="road"),
        matter(at=NOW - WINDOW - timedelta(seconds=1)),
        one,
    ]
    found = likely_twins(one, [alike, same_place, *others])
    assert [twin.case_id for twin in found] == [same_place.case_id, alike.case_id]
    assert found[0].why.startswith("类别、地点相同，文字相似度 ")
    assert len(likely_twins(one, [matter() for _ in range(MOST + 3)])) == MOST


def test_a_place_that_nobody_named_is_not_the_same_place() -> None:
    assert likely_twins(matter(place=None, text="停水"), [matter(place=None, text="水价")]) == []
