"""Sealing, recognising, tracking codes: pure over the vault's keys."""

import hmac
import re
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidTag

from services.intake.demand import Contact, RawDemand
from services.intake.vault import Vault, citizen_mark, normal_phone, open_sealed, seal

VAULT = Vault(b"m" * 32, b"i" * 32, b"t" * 32)
DEMAND = UUID("00000000-0000-4000-8000-000000000001")


def sent(author_ref: str | None = None, channel: str = "wechat", **contact: str) -> RawDemand:
    return RawDemand(
        channel=channel,  # type: ignore[arg-type]
        title="停水",
        body="停水三天",
        author_ref=author_ref,
        contact=Contact(**contact) if contact else None,
    )


def test_a_tracking_code_is_ten_letters_that_can_be_read_out() -> None:
    codes = {VAULT.tracking_code(uuid4()) for _ in range(500)}
    assert len(codes) == 500
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{10}", code) for code in codes)


def test_a_tracking_code_never_changes() -> None:
    assert VAULT.tracking_code(DEMAND) == VAULT.tracking_code(DEMAND)
    assert VAULT.tracking_code(DEMAND) == "F6FA4EWCZV"


def test_a_code_fits_however_it_is_typed() -> None:
    code = VAULT.tracking_code(DEMAND)
    assert VAULT.code_fits(DEMAND, code)
    assert VAULT.code_fits(DEMAND, f" {code[:5].lower()}-{code[5:]} ".replace("1", "l").replace("0", "o"))
    assert VAULT.code_fits(DEMAND, "".join(chr(ord(letter) + 0xFEE0) for letter in code))


@pytest.mark.parametrize("typed", ["", "0" * 10, "码" * 10, "\ud800", "0" * 1000])
def test_a_wrong_code_does_not_fit(typed: str) -> None:
    assert not VAULT.code_fits(DEMAND, typed)


def test_another_key_gives_other_codes_and_indexes() -> None:
    other = Vault(b"m" * 32, b"j" * 32, b"u" * 32)
    assert other.tracking_code(DEMAND) != VAULT.tracking_code(DEMAND)
    assert other.citizen_index(sent("a")) != VAULT.citizen_index(sent("a"))
    assert other.content_digest(b"x") != VAULT.content_digest(b"x")


def test_digests_of_contents_never_change_and_have_a_key_of_their_own() -> None:
    assert VAULT.content_digest(b"x") == VAULT.content_digest(b"x")
    own = hmac.digest(b"i" * 32, b"yinuo/intake/content-digest", "sha256")
    assert VAULT.content_digest(b"x") == hmac.digest(own, b"x", "sha256")


def test_what_is_sealed_opens_only_as_the_same_piece_of_the_same_demand() -> None:
    key, wrapped = VAULT.new_citizen_key(DEMAND)
    sealed = seal(key, DEMAND, "original", "停水".encode())
    assert "停水".encode() not in sealed
    assert open_sealed(VAULT.unwrap(DEMAND, wrapped), DEMAND, "original", sealed).decode() == "停水"
    for demand, what in ((DEMAND, "contact"), (uuid4(), "original")):
        with pytest.raises(InvalidTag):
            open_sealed(key, demand, what, sealed)


def test_a_citizens_key_opens_for_that_citizen_alone() -> None:
    _, wrapped = VAULT.new_citizen_key(DEMAND)
    with pytest.raises(InvalidTag):
        VAULT.unwrap(uuid4(), wrapped)


def test_the_channels_own_id_identifies_before_phone_and_email() -> None:
    everything = sent("author", phone="13800138000", email="a@b.cn")
    assert citizen_mark(everything) == "author/wechat/author"
    assert citizen_mark(sent(phone="13800138000", email="a@b.cn")) == "phone/13800138000"
    assert citizen_mark(sent(phone="不详", email="A@B.cn")) == "email/a@b.cn"
    assert citizen_mark(sent(name="李某")) is None


def test_an_authors_id_is_the_channels_own_but_a_phone_is_everybodys() -> None:
    assert citizen_mark(sent("7", "wechat")) != citizen_mark(sent("7", "douyin"))
    assert citizen_mark(sent(channel="hotline", phone="1380013 8000")) == citizen_mark(
        sent(phone="13800138000")
    )


@pytest.mark.parametrize(
    "written",
    ["13800138000", "138-0013-8000", "+86 138 0013 8000", "0086-13800138000", "１３８００１３８０００"],
)
def test_a_phone_number_is_one_however_it_is_written(written: str) -> None:
    assert normal_phone(written) == "13800138000"


@pytest.mark.parametrize("written", ["", "无", "12345", "1" * 16])
def test_what_can_be_no_number_identifies_nobody(written: str) -> None:
    assert normal_phone(written) is None
