"""Drawing lots from a recorded seed, so that anybody draws the same again with any tool."""

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import TypeVar

Drawn = TypeVar("Drawn")


def lot(seed: str, name: str) -> str:
    """The lot of a name: SHA-256 of "seed:name" in UTF-8, in hexadecimal. The lowest is drawn first."""
    return sha256(f"{seed}:{name}".encode()).hexdigest()


def by_lot(pool: Iterable[Drawn], seed: str, name: Callable[[Drawn], str]) -> list[Drawn]:
    """All of a pool in the order of their lots, whatever order they came in. Names tell them apart."""
    return sorted(pool, key=lambda one: lot(seed, name(one)))
