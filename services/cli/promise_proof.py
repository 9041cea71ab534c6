"""Proof of the promise chain from what the public API serves: facts, head, and the list they amount to."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_jsonable_python

from services.assignment.chain import Broken, Fact, Head, Witness, verify
from services.assignment.promise import Promise, history
from services.contracts.decode import decode
from services.contracts.promise import PromiseEvent
from services.dev.http import Api
from services.dev.problem import Problem

COMPARED: Final = tuple(one.name for one in fields(Promise))
"""Everything that a list shows of a promise and the facts say."""


def parse_witness(text: str) -> Witness:
    """A head as a circular prints it: `SEQ:HASH`. Errors: Problem."""
    try:
        return Witness.parse(text)
    except ValueError as wrong:
        raise Problem(str(wrong), "write SEQ:HASH as the circular has it, 64 hex digits") from wrong


def read_head(api: Api) -> tuple[Head, str]:
    """The head and the public key that is served with it."""
    found = api.get("/promises/head")
    public_key = found.pop("public_key")
    return Head(**found), str(public_key)


def read_facts(api: Api, until: int) -> Iterator[Fact]:
    """The facts up to a number: the head was read before, more may have come since."""
    following: int | None = 0
    while following is not None:
        page = api.get("/promises/chain", after=following)
        for fact in page["facts"]:
            if fact["seq"] > until:
                return
            yield Fact(**{**fact, "body": fact["body"].encode()})
        following = page["next"]


def read_promises(api: Api, **wanted: Any) -> Iterator[dict[str, Any]]:
    """All promises of a filter, those recorded last first."""
    after: str | None = None
    while True:
        page = api.get("/promises", **wanted, after=after, limit=500)
        yield from page["promises"]
        if (after := page["next"]) is None:
            return


def prove(api: Api, public_key: str | None, witnesses: Sequence[Witness]) -> tuple[Head, str, Broken | None]:
    """Head, the key that it was held against, and the first thing that doesn't hold, if any.

    `public_key`: the one that was pinned; None = the one that is served, which proves less. The list is read
    between two heads, so that what is recorded meanwhile is no fault.
    """
    before, _ = read_head(api)
    shown = list(read_promises(api))
    head, served = read_head(api)
    facts = list(read_facts(api, head.seq))
    broken = verify(facts, head, public_key or served, witnesses)
    return head, public_key or served, broken or altered(facts, shown, before.seq)


def event_of(fact: Fact) -> PromiseEvent:
    """The event that a fact was sent as."""
    said = json.loads(fact.body)
    event_type = said.pop("type")
    data = {**said, "hash": fact.hash, "signature": fact.signature, "key": fact.key}
    event = decode(event_type, json.dumps(data).encode())
    assert isinstance(event, PromiseEvent)  # noqa: S101  the chain has no others
    return event


def altered(facts: Sequence[Fact], shown: Sequence[Mapping[str, Any]], listed: int) -> Broken | None:
    """What a list shows that the facts don't say, or the other way round; None where they agree.

    `listed`: so many facts there were before the list was read.
    """
    events = [event_of(fact) for fact in facts]
    told = {(one.promise_id, one.version): one for one in history(events)}
    for row in shown:
        promise = told.get((UUID(row["promise_id"]), row["version"]))
        if promise is None:
            return Broken(len(facts), f"promise {row['number']} is in the list, and not so in the chain")
        if why := _difference(promise, row):
            return Broken(len(facts), why)
    there = {UUID(row["promise_id"]) for row in shown}
    for event in events[:listed]:
        if event.promise_id not in there:
            return Broken(event.seq, f"promise {event.number} is in the chain and not in the list")
    return None


def _difference(promise: Promise, row: Mapping[str, Any]) -> str | None:
    for name in COMPARED:
        said = to_jsonable_python(getattr(promise, name))
        if said != row[name]:
            return f"promise {promise.number}: the list has {name} {row[name]}, its facts say {said}"
    return None
