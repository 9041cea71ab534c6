"""Who of the units' people is recognised, whatever the channel gave, and that nothing of him is told."""

from typing import Any
from uuid import uuid4

import orjson
import pytest
from pydantic import ValidationError

from services.intake.demand import RawDemand
from services.intake.staff_contacts import Sender, StaffContact, entries, is_own_work
from services.intake.vault import Vault, seal
from tests.people_fakes import PeopleInMemory

VAULT = Vault(b"m" * 32, b"i" * 32, b"t" * 32)


def contact(**given: Any) -> StaffContact:
    return StaffContact.model_validate({"unit": "water", **given})


async def own_work(known: StaffContact, channel: str = "hotline", **said: str) -> bool:
    citizen, demand = uuid4(), uuid4()
    key, wrapped = VAULT.new_citizen_key(citizen)
    sealed = seal(key, demand, "contact", orjson.dumps(said)) if said else None
    senders = {demand: Sender(citizen, wrapped, channel, sealed)}
    people = PeopleInMemory(senders=senders, known=set(entries(VAULT, [known])))
    return await is_own_work(people, VAULT, demand, ["water"])


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ("12000000001", "12000000001"),
        ("120-0000-0001", "+86 120 0000 0001"),
        ("１２００００００００１", "0086 12000000001"),
    ],
)
async def test_a_phone_is_recognised_however_it_is_written(listed: str, said: str) -> None:
    assert await own_work(contact(phone=listed), phone=said)


async def test_any_mark_of_the_sender_is_enough_and_another_channels_id_is_somebody_else() -> None:
    by_phone, by_id = contact(phone="12000000001"), contact(channel="wechat", author_ref="wx1")
    assert await own_work(by_phone, "wechat", author_ref="unknown", phone="12000000001")
    assert await own_work(contact(email="A@Example.com"), email="a@example.COM ")
    assert await own_work(by_id, "wechat", author_ref="wx1")
    assert not await own_work(by_id, "douyin", author_ref="wx1")
    assert not await own_work(by_phone, phone="12000000002")


async def test_whoever_left_nothing_is_a_citizen() -> None:
    assert not await own_work(contact(phone="12000000001"))


def test_the_index_is_the_one_that_a_citizen_has() -> None:
    demand = RawDemand.model_validate(
        {"channel": "hotline", "title": "停水", "body": "停水", "contact": {"phone": "12000000001"}}
    )
    assert entries(VAULT, [contact(phone="120 0000 0001")]) == [(VAULT.citizen_index(demand), "water")]


def test_each_mark_of_each_unit_is_kept_once() -> None:
    one = contact(phone="12000000001", email="a@example.com")
    assert len(entries(VAULT, [one, one, contact(phone="12000000001", unit="roads")])) == 3


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"phone": "12345"},
        {"email": "nobody"},
        {"channel": "wechat"},
        {"author_ref": "wx1"},
        {"channel": "letter", "author_ref": "wx1"},
        {"phone": "12000000001", "unit": ""},
        {"phone": "12000000001", "name": "某"},
    ],
)
def test_a_contact_that_recognises_nobody_is_refused_without_saying_its_value(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refused:
        contact(**given)
    assert not [value for value in given.values() if len(value) > 4 and value in str(refused.value)]
