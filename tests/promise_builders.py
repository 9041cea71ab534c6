"""Builders of promises, and of what a forger makes of a chain."""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import rfc8785

from services.assignment.chain import Fact, Head, Seal, chained
from services.assignment.promise import NewPromise, Promise, made
from services.contracts.promise import PromiseMade
from tests.unit.directory_samples import HOLDERS, county

MEETING = datetime(2021, 4, 30, 2, 0, tzinfo=UTC)
"""2021-04-30 10:00 local."""
SEAL = Seal.of(base64.b64encode(bytes(range(32))).decode())
FORGER = Seal.of(base64.b64encode(bytes(32)).decode())
HEAD_HELD = {"post": "water.head", "person": "丙某", "from": "2020-06-01"}
PROMISING = county(holders=[*HOLDERS, HEAD_HELD])
"""The small county, in which the water bureau's head can promise, too."""


def new_promise(**given: Any) -> NewPromise:
    """A department's promise with everything that isn't given made up."""
    values: dict[str, Any] = {
        "number": "诺1",
        "tier": "department",
        "unit": "water",
        "post": "water.head",
        "words": "六月底前修好老街水管。",
        "made_on": date(2021, 4, 30),
        "due": date(2021, 6, 30),
        "occasion": "meeting",
    }
    return NewPromise.model_validate({**values, **given})


def promise_made(**given: Any) -> PromiseMade:
    return made(new_promise(**given), "county", "丙某", None, MEETING)


def standing(**given: Any) -> Promise:
    return Promise.of(promise_made(**given))


def chain_of(many: int, seal: Seal = SEAL) -> tuple[list[Fact], Head]:
    """So many promises of one authority."""
    _, facts, head = chained(seal, Head("county"), [promise_made(number=f"诺{at}") for at in range(many)])
    return facts, head


def forged(
    facts: Sequence[Fact],
    at: int,
    change: Callable[[dict[str, Any]], dict[str, Any]],
    seal: Seal | None = None,
) -> tuple[list[Fact], Head]:
    """A chain with fact `at` (from 1) altered and every hash from there on made to fit.

    Signatures stay as they were, or are made anew with a seal. Returns the head that goes with it.
    """
    written, previous, authority = list(facts[: at - 1]), facts[at - 1 - 1].hash if at > 1 else "0" * 64, ""
    for fact in facts[at - 1 :]:
        said = json.loads(fact.body)
        said = {**(change(said) if fact.seq == at else said), "previous": previous}
        body = rfc8785.dumps(said)
        previous, authority = hashlib.sha256(body).hexdigest(), said["authority"]
        signature, key = fact.signature, fact.key
        if seal is not None:
            place = {
                "type": "yinuo.promise.head.v1",
                "authority": authority,
                "seq": fact.seq,
                "hash": previous,
            }
            signature, key = seal.private_key.sign(rfc8785.dumps(place)).hex(), seal.key
        written.append(Fact(fact.seq, body, previous, signature, key))
    last = written[-1]
    return written, Head(authority, last.seq, last.hash, last.signature, last.key)
