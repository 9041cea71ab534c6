"""Cases are counted when they are there for good."""

from collections.abc import AsyncIterator, Callable

import pytest

from services.assignment.count import counting
from services.kit import metrics
from services.kit.postgres import Database
from tests.builders import case_assigned
from tests.conftest import DatabaseOf


@pytest.fixture
async def database(database_of: DatabaseOf) -> AsyncIterator[Database]:
    yield counting(database_of("assignment"))
    await database_of("assignment").pool.execute("DELETE FROM outbox")


@pytest.fixture
def opened() -> Callable[[], tuple[float, float]]:
    """Since the test began: covered by a route, left to the backstop."""

    def counted() -> tuple[float, float]:
        false, true = (metrics.CASES_ASSIGNED.labels(backstop) for backstop in ("false", "true"))
        return false._value.get(), true._value.get()

    before = counted()
    return lambda: (counted()[0] - before[0], counted()[1] - before[1])


async def test_cases_count_with_their_commit(
    database: Database, opened: Callable[[], tuple[float, float]]
) -> None:
    async with database.writing(alone=True) as writing:
        writing.publish_all([case_assigned(), case_assigned(), case_assigned(backstop=True)])
        assert opened() == (0, 0)
    assert opened() == (2, 1)


async def test_cases_of_a_transaction_that_fails_never_count(
    database: Database, opened: Callable[[], tuple[float, float]]
) -> None:
    async def failing() -> None:
        async with database.writing() as writing:
            writing.publish(case_assigned())
            raise LookupError

    with pytest.raises(LookupError):
        await failing()
    assert opened() == (0, 0)
