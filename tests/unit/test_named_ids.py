"""Ids made of names are those of the standard library."""

from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from services.contracts.named_ids import Namespace


@given(st.uuids(), st.text())
def test_a_named_id_is_the_version_5_uuid_of_its_name(namespace: UUID, name: str) -> None:
    name = name.encode("utf-8", "ignore").decode()
    found = Namespace.of(str(namespace))(name)
    assert found == uuid5(namespace, name)
    assert (found.version, found.variant) == (5, uuid5(namespace, name).variant)
