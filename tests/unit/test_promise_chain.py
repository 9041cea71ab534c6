"""The chain: whatever is changed, removed, swapped or put in between is found, at its place."""

import base64
from dataclasses import replace

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from services.assignment.chain import (
    BEFORE_THE_FIRST,
    Broken,
    ChainBroken,
    Fact,
    Head,
    Witness,
    chained,
    key_id,
    verify,
)
from tests.promise_builders import FORGER, SEAL, chain_of, forged, promise_made

FACTS, HEAD = chain_of(6)
PLACES = st.integers(min_value=0, max_value=len(FACTS) - 1)


def found(facts: list[Fact], head: Head = HEAD, *witnesses: Witness) -> Broken | None:
    return verify(facts, head, SEAL.public_key, witnesses)


def where(broken: Broken | None) -> int:
    assert broken is not None
    return broken.seq


def test_a_whole_chain_holds() -> None:
    assert found(FACTS) is None


def test_a_chain_without_facts_holds() -> None:
    assert found([], Head("county")) is None


@given(PLACES, st.data())
def test_any_altered_byte_is_found_where_it_stands(at: int, data: st.DataObject) -> None:
    body = bytearray(FACTS[at].body)
    where_in = data.draw(st.integers(0, len(body) - 1))
    body[where_in] ^= data.draw(st.integers(1, 255))
    facts = [*FACTS[:at], replace(FACTS[at], body=bytes(body)), *FACTS[at + 1 :]]
    assert where(found(facts)) == at + 1


@given(PLACES, st.sampled_from(["hash", "signature"]), st.integers(0, 63))
def test_any_altered_hash_or_signature_is_found_where_it_stands(at: int, name: str, digit: int) -> None:
    text = getattr(FACTS[at], name)
    other = "0" if text[digit] != "0" else "1"
    altered = replace(FACTS[at], **{name: text[:digit] + other + text[digit + 1 :]})
    assert where(found([*FACTS[:at], altered, *FACTS[at + 1 :]])) == at + 1


@given(PLACES)
def test_a_removed_fact_is_missed(at: int) -> None:
    broken = found([*FACTS[:at], *FACTS[at + 1 :]])
    assert where(broken) == min(at + 1, len(FACTS) - 1)


@given(st.permutations(range(len(FACTS))))
def test_facts_in_another_order_are_found_at_the_first_that_is_out_of_place(order: list[int]) -> None:
    broken = found([FACTS[at] for at in order])
    wrong = [place for place, at in enumerate(order, 1) if at != place - 1]
    assert (broken.seq if broken else None) == (wrong[0] if wrong else None)


@given(PLACES)
def test_a_fact_rewritten_with_all_hashes_after_it_is_found_by_its_signature(at: int) -> None:
    facts, head = forged(FACTS, at + 1, lambda said: {**said, "due": "2031-01-01"})
    assert where(found(facts, head)) == at + 1


@given(PLACES)
def test_a_chain_that_somebody_else_signed_anew_is_found(at: int) -> None:
    facts, head = forged(FACTS, at + 1, lambda said: {**said, "due": "2031-01-01"}, FORGER)
    assert found(facts, head) is not None
    assert found(facts, replace(head, key=SEAL.key)) is not None


@given(PLACES, PLACES)
def test_a_chain_rewritten_with_the_stolen_key_is_contradicted_by_every_later_head(
    at: int, printed: int
) -> None:
    facts, head = forged(FACTS, at + 1, lambda said: {**said, "due": "2031-01-01"}, SEAL)
    assert found(facts, head) is None
    broken = found(facts, head, Witness(printed + 1, FACTS[printed].hash))
    assert (broken is not None) == (printed >= at)


@given(st.integers(min_value=1, max_value=len(FACTS) - 1))
def test_a_chain_cut_off_holds_by_itself_and_is_contradicted_by_a_later_head(length: int) -> None:
    facts, last = FACTS[:length], FACTS[length - 1]
    head = Head("county", last.seq, last.hash, last.signature, last.key)
    assert found(facts, head) is None
    assert where(found(facts, head, Witness(HEAD.seq, HEAD.hash))) == length


def test_a_head_of_another_authority_is_refused() -> None:
    assert where(found(FACTS, replace(HEAD, authority="city"))) == 1


def test_after_an_exchange_of_keys_the_chain_goes_on_and_the_new_head_covers_what_the_old_key_signed() -> (
    None
):
    exchanged = replace(FORGER, former_key=SEAL.public_key)
    _, more, head = chained(exchanged, HEAD, [promise_made(number="诺-新")])
    assert verify([*FACTS, *more], head, FORGER.public_key) is None
    rewritten, _ = forged(FACTS, 2, lambda said: {**said, "due": "2031-01-01"})
    assert verify([*rewritten, *more], head, FORGER.public_key) is not None


def test_nothing_is_added_to_a_head_that_another_key_signed() -> None:
    with pytest.raises(ChainBroken, match="fact 6"):
        chained(FORGER, HEAD, [promise_made()])


def test_facts_follow_each_other_from_zeros_on() -> None:
    linked, facts, head = chained(SEAL, Head("county"), [promise_made(number="a"), promise_made(number="b")])
    assert [event.seq for event in linked] == [1, 2]
    assert linked[0].previous == BEFORE_THE_FIRST
    assert linked[1].previous == linked[0].hash == facts[0].hash
    assert (head.seq, head.hash, head.signature) == (2, facts[1].hash, linked[1].signature)


def test_what_is_hashed_is_the_canonical_form_of_the_event_without_its_seals() -> None:
    [event], [fact], _ = chained(SEAL, Head("county"), [promise_made()])
    said = event.model_dump(mode="json", exclude={"hash", "signature", "key"})
    assert fact.body == rfc8785.dumps({"type": "yinuo.promise.made.v1", **said})
    assert b'"at":"2021-04-30T02:00:00Z"' in fact.body


def test_a_key_is_named_by_the_beginning_of_its_digest() -> None:
    assert SEAL.key == key_id(SEAL.public_key)
    assert len(base64.b64decode(SEAL.public_key)) == 32
