"""What can't be read as a demand is refused with the field's name and a remedy."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.demand import BatchDemand, RawDemand, canonical
from services.intake.reading import read_demand, read_idempotency_key
from services.kit.http import Problem

GOOD: dict[str, Any] = {"channel": "hotline", "title": "停水", "body": "凤州镇停水三天。"}


def refusal(body: bytes | dict[str, Any]) -> dict[str, Any]:
    raw = body if isinstance(body, bytes) else json.dumps(GOOD | body).encode()
    with pytest.raises(Problem) as refused:
        read_demand(RawDemand, raw)
    return refused.value.body


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "a\x00b"}, "title"),
        ({"contact": {"name": "\x00"}}, "contact.name"),
        ({"title": "  "}, "title"),
        ({"title": "长" * 201}, "title"),
        ({"body": "长" * 20_001}, "body"),
        ({"body": 12}, "body"),
        ({"channel": "telegraph"}, "channel"),
        ({"occurred_at": "2026-03-16T08:00:00"}, "occurred_at"),
        ({"occurred_at": 1_700_000_000}, "occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"latitude": 34.0}, "longitude"),
        ({"latitude": 91, "longitude": 106}, "latitude"),
        ({"latitude": 34, "longitude": -180.5}, "longitude"),
        ({"contact": {"email": "nobody"}}, "contact.email"),
        ({"contact": {"fax": "1"}}, "contact.fax"),
        ({"contact": "李某"}, "contact"),
        ({"colour": "red"}, "colour"),
        ({"external_id": ""}, "external_id"),
        ({"external_id": "key:7"}, "external_id"),
        ({"external_id": "x" * 256}, "external_id"),
    ],
)
def test_a_wrong_field_is_named_with_a_remedy(change: dict[str, Any], field: str) -> None:
    problem = refusal(change)
    assert (problem["status"], problem["field"]) == (422, field)
    assert problem["remedy"]


@pytest.mark.parametrize("field", ["channel", "title", "body"])
def test_a_missing_field_is_named(field: str) -> None:
    problem = refusal(json.dumps({name: GOOD[name] for name in GOOD if name != field}).encode())
    assert (problem["field"], problem["remedy"]) == (field, "add the field")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"title": "\\ud800"}',
        b'{"title": "a\nb"}',
        b"[" * 100_000,
        b'{"contact":' * 5_000 + b"1" + b"}" * 5_000,
    ],
)
def test_what_is_not_json_is_refused_as_such(body: bytes) -> None:
    problem = refusal(body)
    assert (problem["status"], problem["field"]) == (400, "body")


@pytest.mark.parametrize("body", [b"null", b"[]", b"1e999", b'"text"', b"9" * 5_000])
def test_json_that_is_no_object_is_refused(body: bytes) -> None:
    problem = refusal(body)
    assert problem["status"] in (400, 422)
    assert problem["field"] == "body"


@pytest.mark.parametrize("huge", [b"1e999", b"9" * 4_000, b"-1e999", b"NaN", b"Infinity"])
def test_numbers_beyond_any_place_are_refused(huge: bytes) -> None:
    body = b'{"channel":"hotline","title":"a","body":"b","latitude":%s,"longitude":1}' % huge
    assert refusal(body)["field"] in ("latitude", "body")


def test_a_refusal_never_repeats_what_was_sent() -> None:
    assert "13800138000" not in json.dumps(refusal({"phone": "13800138000", "title": "13800138000" * 20}))


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_a_problem(body: bytes) -> None:
    refusal(body)


@given(
    st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=5),
    st.sampled_from(sorted(RawDemand.model_fields)),
)
def test_any_value_of_a_field_is_read_or_refused(value: Any, field: str) -> None:
    refused = None
    try:
        read_demand(RawDemand, json.dumps(GOOD | {field: value}).encode())
    except Problem as problem:
        refused = problem
    assert refused is None or (refused.status in (400, 422) and refused.body["field"])


def test_the_same_content_has_one_canonical_writing() -> None:
    one = read_demand(RawDemand, json.dumps(GOOD | {"occurred_at": "2026-03-16T08:00:00+08:00"}).encode())
    other = read_demand(
        BatchDemand,
        json.dumps(
            {"idempotency_key": "k", "occurred_at": "2026-03-16T00:00:00Z", "place": None} | GOOD
        ).encode(),
    )
    assert canonical(one, "7") == canonical(other, "7")
    assert canonical(one, "7") != canonical(one, "8")


def test_an_identity_is_the_same_composed_and_decomposed() -> None:
    one, other = (
        read_demand(RawDemand, json.dumps(GOOD | {"external_id": mark, "author_ref": mark}).encode())
        for mark in ("Andr\u00e9", "Andre\u0301")
    )
    assert one == other
    assert one.external_id == one.author_ref == "Andr\u00e9"


def test_the_canonical_writing_stays_as_it_is() -> None:
    """Digests of earlier releases are compared with it: it may never change."""
    demand = read_demand(
        RawDemand, json.dumps(GOOD | {"contact": {"phone": "1"}, "latitude": 34, "longitude": 106.5}).encode()
    )
    assert canonical(demand, "7").decode() == (
        '{"body":"凤州镇停水三天。","channel":"hotline","contact":{"phone":"1"},"external_id":"7",'
        '"latitude":34.0,"longitude":106.5,"title":"停水"}'
    )


@pytest.mark.parametrize("header", [b"", b"a b", "键".encode(), b"x" * 256, b"a\x7f"])
def test_an_idempotency_key_that_is_not_visible_ascii_is_refused(header: bytes) -> None:
    with pytest.raises(Problem) as refused:
        read_idempotency_key(header)
    assert refused.value.body["field"] == "Idempotency-Key"


def test_no_header_is_no_key() -> None:
    assert read_idempotency_key(None) is None
    assert read_idempotency_key(b"x" * 255) == "x" * 255
