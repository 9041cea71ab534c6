"""The chain of facts: each carries the hash of the one before, and the authority's signature of its place.

Whoever can write the database can rewrite a fact and every hash after it, but can't sign them. Whoever has
the key, too, is still contradicted by each head that was printed before. Pure; needs no database to verify.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self, TypeVar

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.contracts.promise import PromiseEvent

BEFORE_THE_FIRST: Final = "0" * 64
UNLINKED: Final[Mapping[str, Any]] = {
    "authority": "",
    "seq": 0,
    "previous": "",
    "hash": "",
    "signature": "",
    "key": "",
}
"""The place of an event that is not in the chain yet."""
HEAD_PATTERN: Final = "[1-9][0-9]{0,17}:[0-9a-fA-F]{64}"
"""A head as people copy it: SEQ:HASH."""
_SEALS: Final = {"hash", "signature", "key"}
_HEAD: Final = "yinuo.promise.head.v1"

Linked = TypeVar("Linked", bound=PromiseEvent)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: how many facts it has, the last one's hash (hex), and who signed that."""

    authority: str
    seq: int = 0
    hash: str = BEFORE_THE_FIRST
    signature: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One link as it is kept. `body`: the very bytes that were hashed."""

    seq: int
    body: bytes
    hash: str
    signature: str
    key: str


@dataclass(frozen=True, slots=True)
class Witness:
    """A head as an old circular printed it."""

    seq: int
    hash: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Of SEQ:HASH. Raises ValueError."""
        if not re.fullmatch(HEAD_PATTERN, text):
            raise ValueError(f"{text} is no head")
        seq, _, digest = text.partition(":")
        return cls(int(seq), digest.lower())


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place where the chain doesn't hold, and why."""

    seq: int
    why: str


class ChainBroken(RuntimeError):
    """The stored head isn't signed by the key in use: somebody else wrote it, or the key was exchanged."""

    def __init__(self, broken: Broken) -> None:
        super().__init__(f"promise chain, fact {broken.seq}: {broken.why}")
        self.broken = broken


@dataclass(frozen=True)
class Seal:
    """Signs heads. `former_key`: the public key that did before, where keys were exchanged."""

    private_key: Ed25519PrivateKey
    former_key: str | None = None

    @classmethod
    def of(cls, private_key: str, former_key: str | None = None) -> "Seal":
        """Keys are base64 of 32 raw bytes."""
        return cls(Ed25519PrivateKey.from_private_bytes(base64.b64decode(private_key)), former_key)

    @cached_property
    def public_key(self) -> str:
        """Base64 of 32 raw bytes, for whoever wants to pin it."""
        return base64.b64encode(self.private_key.public_key().public_bytes_raw()).decode()

    @cached_property
    def key(self) -> str:
        return key_id(self.public_key)

    def link(self, head: Head, event: Linked) -> tuple[Linked, Fact]:
        """The event in its place behind a head, and the same as it is kept."""
        placed = event.model_copy(
            update={"authority": head.authority, "seq": head.seq + 1, "previous": head.hash}
        )
        body = canonical(placed)
        digest = hashlib.sha256(body).hexdigest()
        signature = self.private_key.sign(_signed(head.authority, placed.seq, digest)).hex()
        seals = {"hash": digest, "signature": signature, "key": self.key}
        return placed.model_copy(update=seals), Fact(placed.seq, body, digest, signature, self.key)

    def public_key_of(self, head: Head) -> str:
        """The trusted key that signed a head: this one, or the former until something new is signed."""
        former = self.former_key
        return former if former and head.key == key_id(former) else self.public_key

    def refuse_foreign(self, head: Head) -> None:
        """Raises ChainBroken: what this key didn't sign must not be vouched for by signing what follows."""
        trusted = [self.public_key, *([self.former_key] if self.former_key else [])]
        if head.seq and (why := _unsigned(head, {key_id(key): key for key in trusted})):
            raise ChainBroken(Broken(head.seq, why))


def chained(seal: Seal, head: Head, events: Sequence[Linked]) -> tuple[list[Linked], list[Fact], Head]:
    """Events behind a head, in their order; the facts to keep; the head after them. Raises ChainBroken."""
    seal.refuse_foreign(head)
    linked, facts = [], []
    for event in events:
        placed, fact = seal.link(head, event)
        head = Head(head.authority, fact.seq, fact.hash, fact.signature, fact.key)
        linked.append(placed)
        facts.append(fact)
    return linked, facts, head


def canonical(event: PromiseEvent) -> bytes:
    """What is hashed of an event (RFC 8785)."""
    return rfc8785.dumps({"type": event.type, **event.model_dump(mode="json", exclude=_SEALS)})


def key_id(public_key: str) -> str:
    """16 hex digits of the SHA-256 of a public key (base64 of 32 raw bytes)."""
    return hashlib.sha256(base64.b64decode(public_key)).hexdigest()[:16]


def verify(
    facts: Iterable[Fact], head: Head, public_key: str, witnesses: Iterable[Witness] = ()
) -> Broken | None:
    """Check a whole chain from its first fact; None where everything holds.

    `witnesses`: heads of old circulars. Facts that another key signed before an exchange are covered by the
    signature of the head: it must be by this key.
    """
    keys, known = {key_id(public_key): public_key}, {one.seq: one.hash for one in witnesses}
    seq, previous = 0, BEFORE_THE_FIRST
    for seq, fact in enumerate(facts, 1):
        if why := _misfit(fact, seq, previous, head.authority, keys) or _contradicted(fact, known):
            return Broken(seq, why)
        previous = fact.hash
    return _wrong_head(head, seq, previous, keys) or _missing(known, seq)


def _misfit(fact: Fact, seq: int, previous: str, authority: str, keys: Mapping[str, str]) -> str | None:
    if fact.seq != seq:
        return f"fact {seq} is missing, {fact.seq} stands in its place"
    if hashlib.sha256(fact.body).hexdigest() != fact.hash:
        return "its content doesn't have its hash"
    said = _place(fact.body)
    if said != (authority, seq, previous):
        return f"it was said elsewhere in a chain: {said}, and stands at {(authority, seq, previous)}"
    if fact.key in keys:
        return _unsigned(Head(authority, seq, fact.hash, fact.signature, fact.key), keys)
    return None


def _place(body: bytes) -> tuple[object, object, object]:
    try:
        said = json.loads(body)
    except ValueError:
        return (None, None, None)
    return (said.get("authority"), said.get("seq"), said.get("previous"))


def _contradicted(fact: Fact, known: Mapping[int, str]) -> str | None:
    printed = known.get(fact.seq, fact.hash)
    return None if printed == fact.hash else f"a circular printed hash {printed}, the chain has {fact.hash}"


def _wrong_head(head: Head, seq: int, last: str, keys: Mapping[str, str]) -> Broken | None:
    if (head.seq, head.hash) != (seq, last):
        return Broken(seq, f"the head names fact {head.seq} {head.hash}, the chain ends with {seq} {last}")
    why = _unsigned(head, keys) if seq else None
    return Broken(seq, why) if why else None


def _missing(known: Mapping[int, str], seq: int) -> Broken | None:
    beyond = [number for number in known if number > seq]
    return Broken(seq, f"a circular printed fact {min(beyond)}, the chain has only {seq}") if beyond else None


def _unsigned(head: Head, keys: Mapping[str, str]) -> str | None:
    public_key = keys.get(head.key)
    if public_key is None:
        return f"it is signed by key {head.key or '(none)'}, which isn't the one trusted: {', '.join(keys)}"
    verifier = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key))
    try:
        verifier.verify(bytes.fromhex(head.signature), _signed(head.authority, head.seq, head.hash))
    except (InvalidSignature, ValueError):
        return "its signature isn't by the authority's key"
    return None


def _signed(authority: str, seq: int, digest: str) -> bytes:
    return rfc8785.dumps({"type": _HEAD, "authority": authority, "seq": seq, "hash": digest})
