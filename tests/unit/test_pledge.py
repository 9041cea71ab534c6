"""Putting promises on record: all or none, once, in one chain, by those who may."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.assignment.chain import ChainBroken, verify
from services.assignment.pledge import (
    NoSuchPromise,
    NotTheirPromise,
    PromiseDesk,
    PromisesRefused,
    air,
    change,
    make,
    refuse_others,
    settle,
)
from services.assignment.promise import Airing, Ending, FactRefused
from services.contracts.promise import PromiseChanged, PromiseEvent, PromiseMade
from services.contracts.public_text import PublicText
from services.kit.auth import Staff
from tests.promise_builders import FORGER, HEAD_HELD, MEETING, PROMISING, SEAL, new_promise
from tests.promise_fakes import PromisesInMemory
from tests.unit.directory_samples import county

CLERK = Staff("clerk", "clerk", None)
MEMBER = {"tier": "ordinary_member", "post": None}


class Told:
    """A desk with a ledger in memory, and the events that it published."""

    def __init__(self, now: datetime = MEETING) -> None:
        self.promises = PromisesInMemory()
        self.events: list[PromiseEvent] = []
        self.desk = PromiseDesk(self.promises, self.events.append, SEAL, PROMISING, CLERK, now)


async def test_each_promise_is_a_fact_of_one_chain_and_an_event() -> None:
    told = Told()
    entries = await make(told.desk, [new_promise(number="诺1"), new_promise(number="诺2")])
    assert [entry.repeated for entry in entries] == [False, False]
    assert [(type(event), event.seq) for event in told.events] == [(PromiseMade, 1), (PromiseMade, 2)]
    assert verify(told.promises.facts, told.promises.heads["county"], SEAL.public_key) is None
    assert {one.by for one in told.promises.recorded} == {"clerk"}


async def test_what_is_on_record_already_adds_nothing() -> None:
    told = Told()
    await make(told.desk, [new_promise()])
    entries = await make(told.desk, [new_promise(), new_promise(number="诺2")])
    assert [entry.repeated for entry in entries] == [True, False]
    assert len(told.promises.facts) == len(told.events) == 2


async def test_nothing_is_kept_where_anything_is_wrong_and_everything_wrong_is_named() -> None:
    told = Told()
    await make(told.desk, [new_promise(number="诺0")])
    asked = [
        new_promise(number="诺1", due=date(2021, 4, 1), unit="moon"),
        new_promise(number="诺2"),
        new_promise(number="诺2"),
        new_promise(number="诺0", words="另一件事"),
    ]
    with pytest.raises(PromisesRefused) as refused:
        await make(told.desk, asked)
    assert [(position, one.column) for position, one in refused.value.found] == [
        (0, "due"),
        (0, "unit"),
        (2, "number"),
        (3, "number"),
    ]
    assert len(told.promises.facts) == 1


async def test_a_member_s_name_lies_apart_and_only_its_commitment_is_said() -> None:
    told = Told()
    [entry] = await make(told.desk, [new_promise(**MEMBER, member="张三")])
    [name] = told.promises.names.values()
    assert (name.name, name.commitment) == ("张三", entry.promise.member)
    assert "张三" not in told.promises.facts[0].body.decode()


async def test_a_promise_says_for_good_who_held_the_post_when_it_was_made() -> None:
    told = Told()
    [entry] = await make(told.desk, [new_promise()])
    assert entry.promise.holder == "丙某"
    assert '"holder":"丙某"' in told.promises.facts[0].body.decode()
    later = replace(told.desk, directory=county(holders=[{**HEAD_HELD, "person": "丁某"}]))
    [again] = await make(later, [new_promise()])
    assert (again.promise.holder, again.repeated) == ("丙某", True)


async def test_an_ordinary_member_s_post_names_nobody() -> None:
    told = Told()
    [entry] = await make(told.desk, [new_promise(**{**MEMBER, "post": "water.head"}, member="丙某")])
    assert entry.promise.holder is None
    assert "丙某" not in told.promises.facts[0].body.decode()


async def test_a_member_s_name_is_kept_out_of_whatever_is_said_later() -> None:
    told = Told()
    [entry] = await make(told.desk, [new_promise(**MEMBER, member="张三")])
    one, text = entry.promise.promise_id, PublicText("张三有病")
    for field, saying in (
        ("words", change(told.desk, one, None, text, "因病", "magistrate")),
        ("reason", change(told.desk, one, date(2021, 8, 31), None, text, "magistrate")),
        ("clip", air(told.desk, one, Airing(PublicText("电视亮诺"), date(2021, 4, 30), text))),
        ("evidence", settle(told.desk, one, Ending("kept", date(2021, 4, 30), evidence=text))),
    ):
        with pytest.raises(FactRefused) as refused:
            await saying
        assert refused.value.field == field
    assert len(told.promises.facts) == 1
    await told.promises.erase(one, "clerk", MEETING)
    assert (await change(told.desk, one, None, text, "因病", "magistrate")).version == 2


async def test_another_name_under_a_known_number_is_refused_until_the_name_is_erased() -> None:
    told = Told()
    [entry] = await make(told.desk, [new_promise(**MEMBER, member="张三")])
    with pytest.raises(PromisesRefused):
        await make(told.desk, [new_promise(**MEMBER, member="李四")])
    await told.promises.erase(entry.promise.promise_id, "clerk", MEETING)
    [again] = await make(told.desk, [new_promise(**MEMBER, member="张三")])
    assert again.repeated
    assert told.promises.names == {}


async def test_texts_are_masked_before_they_become_a_fact() -> None:
    told = Told()
    [entry] = await make(told.desk, [new_promise(evidence="见13812345678来函")])
    assert entry.promise.evidence == "见〔手机号〕来函"
    await change(told.desk, entry.promise.promise_id, date(2021, 8, 31), None, "问13812345678", "magistrate")
    event = told.events[-1]
    assert isinstance(event, PromiseChanged)
    assert event.reason == "问〔手机号〕"


async def test_a_change_leaves_the_words_where_only_the_date_is_new() -> None:
    told = Told()
    [entry] = await make(told.desk, [new_promise()])
    after = await change(told.desk, entry.promise.promise_id, date(2021, 8, 31), None, "汛期", "magistrate")
    assert (after.words, after.due, after.version) == (entry.promise.words, date(2021, 8, 31), 2)


@pytest.mark.parametrize(
    ("approver", "what"), [("moon.head", "没有职务 moon.head"), ("petition.head", "petition.head 无人担任")]
)
async def test_an_approver_is_a_post_of_the_directory_that_somebody_holds(approver: str, what: str) -> None:
    told = Told()
    [entry] = await make(told.desk, [new_promise()])
    with pytest.raises(FactRefused, match=what) as changing:
        await change(told.desk, entry.promise.promise_id, date(2021, 8, 31), None, "汛期", approver)
    ending = Ending("withdrawn", date(2021, 4, 30), PublicText("并入"), approver=approver)
    with pytest.raises(FactRefused, match=what) as settling:
        await settle(told.desk, entry.promise.promise_id, ending)
    assert changing.value.field == settling.value.field == "approver"


async def test_a_project_that_is_not_there_is_named_with_its_promise_and_nothing_is_kept() -> None:
    told = Told()
    told.promises.projects = {"项-1", "项-3"}
    asked = [new_promise(number=f"诺{at}", projects=[f"项-{at}", "项-3"]) for at in (1, 2)]
    with pytest.raises(PromisesRefused) as refused:
        await make(told.desk, asked)
    assert [(position, one.column) for position, one in refused.value.found] == [(1, "projects")]
    assert told.promises.facts == []


async def test_a_promise_is_linked_by_a_change_to_a_project_that_was_opened_later() -> None:
    told = Told()
    [entry] = await make(told.desk, [new_promise()])
    linking = told.desk, entry.promise.promise_id, None, None, "项目已立项", "magistrate", ("项-1",)
    with pytest.raises(FactRefused) as refused:
        await change(*linking)
    assert refused.value.field == "projects"
    told.promises.projects = {"项-1"}
    after = await change(*linking)
    assert (after.projects, after.due, after.version) == (("项-1",), entry.promise.due, 2)


async def test_a_promise_is_settled_with_the_day_it_ended() -> None:
    told = Told(datetime(2021, 7, 10, 2, 0, tzinfo=UTC))
    [entry] = await make(told.desk, [new_promise()])
    ending = Ending("kept", date(2021, 7, 3), evidence=PublicText("验收报告"))
    after = await settle(told.desk, entry.promise.promise_id, ending)
    assert (after.state, after.settled_on) == ("kept_late", date(2021, 7, 3))


async def test_what_was_never_promised_can_be_neither_changed_nor_settled() -> None:
    nowhere = UUID(int=7)
    with pytest.raises(NoSuchPromise):
        await change(Told().desk, nowhere, date(2021, 8, 31), None, "汛期", "magistrate")
    with pytest.raises(NoSuchPromise):
        await settle(Told().desk, nowhere, Ending("kept", date(2021, 4, 30)))


async def test_a_ledger_whose_head_another_key_signed_takes_nothing_more() -> None:
    told = Told()
    await make(told.desk, [new_promise()])
    with pytest.raises(ChainBroken):
        await make(replace(told.desk, seal=FORGER), [new_promise(number="诺2")])
    assert len(told.promises.facts) == len(told.events) == 1


@pytest.mark.parametrize("role", ["handler", "unit_head"])
def test_a_unit_s_staff_decide_about_their_unit_s_promises_alone(role: str) -> None:
    staff = Staff("x", role, "water")  # type: ignore[arg-type]
    refuse_others(staff, "water")
    with pytest.raises(NotTheirPromise):
        refuse_others(staff, "river_town")


@pytest.mark.parametrize("role", ["leader", "inspector", "supervision_office", "callback_clerk"])
def test_others_decide_about_none(role: str) -> None:
    with pytest.raises(NotTheirPromise):
        refuse_others(Staff("x", role, "water"), "water")  # type: ignore[arg-type]
