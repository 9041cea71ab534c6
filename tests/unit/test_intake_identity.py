"""Which demands are new, which repeat, which contradict."""

from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.intake.demand import RawDemand
from services.intake.identity import Accepted, Book, Contradicted, Known, Submission, sort_out

DEMAND = RawDemand(channel="hotline", title="停水", body="停水三天")


def submission(
    external_id: str = "1", key: str | None = None, digest: bytes = b"a", **given: Any
) -> Submission:
    return Submission(given.pop("demand_id", uuid4()), DEMAND, external_id, key, digest, 1)


def known(digest: bytes = b"a") -> Known:
    return Known(uuid4(), digest, "YN20260316-00000001")


def test_a_new_identity_is_a_new_demand() -> None:
    first = submission(key="k")
    plan = sort_out([first], Book())
    assert plan.new == [first]
    assert plan.keys == {("hotline", "k"): first.demand_id}
    assert list(plan.outcomes({first.demand_id: "R"})) == [Accepted(first.demand_id, "R")]


def test_the_same_identity_twice_in_a_group_is_one_demand() -> None:
    first, again = submission(), submission()
    plan = sort_out([first, again], Book())
    assert plan.new == [first]
    assert list(plan.outcomes({first.demand_id: "R"})) == [Accepted(first.demand_id, "R")] * 2


def test_a_known_demand_gives_its_receipt_again_and_learns_a_new_key() -> None:
    there = known()
    plan = sort_out([submission(key="k")], Book({("hotline", "1"): there}))
    assert not plan.new
    assert plan.keys == {("hotline", "k"): there.demand_id}
    assert list(plan.outcomes({})) == [Accepted(there.demand_id, "YN20260316-00000001")]


def test_other_content_under_a_known_external_id_contradicts_it() -> None:
    plan = sort_out([submission(digest=b"b")], Book({("hotline", "1"): known()}))
    assert (plan.findings, plan.new, plan.keys) == ([Contradicted("external_id")], [], {})


def test_other_content_under_a_known_key_contradicts_the_key_first() -> None:
    there = known()
    book = Book({("hotline", "1"): there}, {("hotline", "k"): there})
    assert sort_out([submission(key="k", digest=b"b")], book).findings == [Contradicted("Idempotency-Key")]


def test_another_channel_is_another_identity() -> None:
    assert len(sort_out([submission()], Book({("wechat", "1"): known(b"b")})).new) == 1


@given(
    st.lists(
        st.tuples(st.sampled_from("123"), st.sampled_from([None, "j", "k"]), st.sampled_from([b"a", b"b"])),
        max_size=12,
    )
)
def test_any_group_gives_each_identity_one_content(wanted: list[tuple[str, str | None, bytes]]) -> None:
    group = [submission(external, key, external.encode() + digest) for external, key, digest in wanted]
    plan = sort_out(group, Book())
    outcomes = list(plan.outcomes({s.demand_id: s.external_id for s in plan.new}))
    contents: dict[tuple[str, str], bytes] = {}
    for sent, outcome in zip(group, outcomes, strict=True):
        if isinstance(outcome, Accepted):
            for name in (
                ("external", sent.external_id),
                *([("key", sent.idempotency_key)] if sent.idempotency_key else []),
            ):
                assert contents.setdefault(name, sent.digest) == sent.digest
    assert len({s.external_id for s in plan.new}) == len(plan.new)


def test_sorting_out_piecemeal_decides_the_same_as_at_once() -> None:
    group = [
        submission("1", "j", b"a"),
        submission("2", "j", b"b"),
        submission("1", None, b"a"),
        submission("1", "k", b"c"),
    ]
    at_once = sort_out(group, Book())
    book, piecemeal, ids = Book(), [], {}
    for one in group:
        plan = sort_out([one], book)
        for new in plan.new:
            ids[new.demand_id] = book.by_external_id["hotline", new.external_id] = Known(
                new.demand_id, new.digest, "R"
            )
        for key, demand_id in plan.keys.items():
            book.by_key[key] = ids[demand_id]
        piecemeal += list(plan.outcomes(dict.fromkeys((s.demand_id for s in plan.new), "R")))
    receipts: dict[UUID, str] = {s.demand_id: "R" for s in at_once.new}
    assert list(at_once.outcomes(receipts)) == piecemeal
