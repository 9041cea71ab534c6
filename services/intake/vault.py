"""What keeps citizens' data safe: sealed texts under a key per citizen, blind indexes, tracking codes.

Pure over its three keys. Sealing is AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce in front.
"""

import hashlib
import hmac
import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.intake.demand import Contact, RawDemand

NONCE_BYTES: Final = 12
CODE_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that a code survives being read out."""
_PAIRS: Final = tuple(first + second for first in CODE_LETTERS for second in CODE_LETTERS)
"""Every two letters, by their 10 bits."""
_MISREAD: Final = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})
_NOT_DIGITS: Final = re.compile(r"\D+")
_DIGEST_KEY: Final = b"yinuo/intake/content-digest"
_PHONE_DIGITS: Final = range(7, 16)
"""From a local landline number to the 15 digits of ITU-T E.164."""
_NO_CONTACT: Final = Contact()

CitizenKey: TypeAlias = AESGCM
"""A citizen's 256-bit key, ready for use."""


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals under `master_key`, recognises under `index_key`, derives codes under `tracking_key`.

    Digests of contents are under a key of their own that is derived from `index_key`: changing that one
    changes them too.
    """

    master_key: bytes
    index_key: bytes
    tracking_key: bytes
    _master: AESGCM = field(init=False, repr=False)
    _content: hmac.HMAC = field(init=False, repr=False)
    _citizen: hmac.HMAC = field(init=False, repr=False)
    _tracking: hmac.HMAC = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_master", AESGCM(self.master_key))
        digest_key = hmac.digest(self.index_key, _DIGEST_KEY, "sha256")
        object.__setattr__(self, "_content", hmac.new(digest_key, digestmod="sha256"))
        object.__setattr__(self, "_citizen", hmac.new(self.index_key, b"citizen\x00", "sha256"))
        object.__setattr__(self, "_tracking", hmac.new(self.tracking_key, digestmod="sha256"))

    def new_citizen_key(self, citizen: UUID) -> tuple[CitizenKey, bytes]:
        """A citizen's fresh key, and the same wrapped for storing."""
        key = os.urandom(32)
        return AESGCM(key), _seal(self._master, key, citizen.bytes)

    def unwrap(self, citizen: UUID, wrapped: bytes) -> CitizenKey:
        """The citizen's key. Raises cryptography's InvalidTag for another citizen's."""
        return AESGCM(_open(self._master, wrapped, citizen.bytes))

    def content_digest(self, content: bytes) -> bytes:
        """32 bytes that tell whether two demands say the same; useless without the key."""
        return _keyed(self._content, content)

    def citizen_index(self, demand: RawDemand) -> bytes | None:
        """The blind index that a citizen is known by, None where nothing identifies the sender."""
        mark = citizen_mark(demand)
        return self.index_of(mark) if mark else None

    def index_of(self, mark: str) -> bytes:
        """The blind index, 32 bytes, of what somebody is recognised by; useless without the key."""
        return _keyed(self._citizen, mark.encode())

    def tracking_code(self, demand: UUID) -> str:
        """10 letters that prove to whoever holds the receipt that he is its owner; stored nowhere."""
        number = int.from_bytes(_keyed(self._tracking, demand.bytes)[:7], "big") >> 6
        return "".join([_PAIRS[number >> shift & 1023] for shift in (40, 30, 20, 10, 0)])

    def code_fits(self, demand: UUID, code: str) -> bool:
        """Whether a typed code is the demand's; takes the same time whatever is wrong with it."""
        typed = unicodedata.normalize("NFKC", code).upper().translate(_MISREAD)
        return hmac.compare_digest(typed.encode("utf-8", "replace"), self.tracking_code(demand).encode())


def seal(citizen_key: CitizenKey, demand: UUID, what: str, plain: bytes) -> bytes:
    """Encrypt one piece of a demand; it opens only as this piece of this demand."""
    return _seal(citizen_key, plain, demand.bytes + what.encode())


def open_sealed(citizen_key: CitizenKey, demand: UUID, what: str, sealed: bytes) -> bytes:
    """What `seal` was given. Raises cryptography's InvalidTag."""
    return _open(citizen_key, sealed, demand.bytes + what.encode())


def citizen_mark(demand: RawDemand) -> str | None:
    """What identifies the sender: the channel's own id, else the phone, else the e-mail address."""
    contact = demand.contact or _NO_CONTACT
    return next(marks(demand.channel, demand.author_ref, contact.phone, contact.email), None)


def marks(channel: str, author_ref: str | None, phone: str | None, email: str | None) -> Iterator[str]:
    """All that somebody is recognised by, the best first, whatever a number or address is written like."""
    if author_ref:
        yield f"author/{channel}/{author_ref}"
    if phone and (digits := normal_phone(phone)):
        yield f"phone/{digits}"
    if email:
        yield f"email/{unicodedata.normalize('NFKC', email).strip().casefold()}"


def normal_phone(written: str) -> str | None:
    """Only the digits, without China's country code; None where that can't be a number."""
    digits = _NOT_DIGITS.sub("", unicodedata.normalize("NFKC", written)).removeprefix("0086")
    if len(digits) > 11:
        digits = digits.removeprefix("86")
    return digits if len(digits) in _PHONE_DIGITS else None


def key_digest(secret: bytes) -> bytes:
    """How an adapter's key is stored: 256 random bits need no slow hash."""
    return hashlib.sha256(secret).digest()


def _keyed(prepared: hmac.HMAC, what: bytes) -> bytes:
    """Its HMAC. Copying one that has its key already costs less than half of beginning anew."""
    code = prepared.copy()
    code.update(what)
    return code.digest()


def _seal(cipher: AESGCM, plain: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, bound_to)


def _open(cipher: AESGCM, sealed: bytes, bound_to: bytes) -> bytes:
    return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
