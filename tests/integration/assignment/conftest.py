"""The process itself, on Kafka and PostgreSQL of each file's own: demands in, cases out, steps over HTTP."""

from collections.abc import AsyncIterator, Iterator

import pytest

from services.dev.stack import Infrastructure
from tests.assignment_process import Assignment
from tests.service_process import own_process


@pytest.fixture(scope="module")
def stack() -> Iterator[Infrastructure]:
    with own_process("assignment") as started:
        yield started


@pytest.fixture
async def bare(stack: Infrastructure) -> AsyncIterator[Assignment]:
    """The process, with whatever directory it has."""
    async with Assignment.of_process(stack, "assignment", "case", "directory") as talking:
        yield talking


@pytest.fixture
async def assignment(bare: Assignment) -> Assignment:
    """The process with the small county in force."""
    (await bare.load()).raise_for_status()
    return bare
