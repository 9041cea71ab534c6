"""An ordinary member's name as the chain knows it: a salted commitment; erasing name and salt is enough.

Without the salt (16 random bytes, a separate row that can be erased) no list of names helps to guess whose
promise it was; with it, anybody whom the name is told can check it.
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Final, Self

SALT_BYTES: Final = 16
SHORTEST_NAME: Final = 2
"""Characters: a surname alone is half of the county's village names."""


@dataclass(frozen=True, slots=True)
class Member:
    """A name and its salt, as they lie apart from the chain."""

    name: str
    salt: bytes

    @classmethod
    def new(cls, name: str) -> Self:
        return cls(name, secrets.token_bytes(SALT_BYTES))

    @property
    def commitment(self) -> str:
        """SHA-256 (hex) over the salt and the name in UTF-8."""
        return hashlib.sha256(self.salt + self.name.encode()).hexdigest()


def names(text: str, member: str) -> bool:
    """Whether a text names a person, however it is spaced."""
    name = "".join(member.split())
    return len(name) >= SHORTEST_NAME and name in "".join(text.split())
