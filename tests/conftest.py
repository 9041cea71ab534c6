"""The real stack that tests run on: one Kafka and one PostgreSQL for the session, started by the tests."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import pytest

from services.contracts.vocabulary import SERVICES, Service
from services.dev.credentials import service_environment
from services.dev.stack import Infrastructure, migrate, remove, start_infrastructure
from services.kit.auth import issue_token
from services.kit.postgres import Database, pool

DatabaseOf = Callable[[Service], Database]


@pytest.fixture(scope="session")
def infrastructure() -> Iterator[Infrastructure]:
    """Kafka and PostgreSQL with schemas, roles and topics; no service runs.

    On a laptop that can't start them the tests skip; in CI they fail.
    """
    data = Path(tempfile.mkdtemp(prefix="yinuo-tests-"))
    try:
        started = start_infrastructure(data)
    except OSError as absent:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"the embedded stack doesn't start here: {absent}")
    migrate(started)
    yield started
    remove(data)
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def environment_of(infrastructure: Infrastructure) -> Callable[[Service], dict[str, str]]:
    """The environment variables that a service's process gets."""
    return lambda service: service_environment(service, infrastructure.secrets, infrastructure.ports)


@pytest.fixture
async def database_of(infrastructure: Infrastructure) -> AsyncIterator[DatabaseOf]:
    """Each service's database as its application role sees it; the relay is not woken."""
    async with AsyncExitStack() as opened:
        pools = {}
        for service in SERVICES:
            environment = service_environment(service, infrastructure.secrets, infrastructure.ports)
            pools[service] = pool(environment["YINUO_DATABASE_URL"], service, 10)
            await opened.enter_async_context(pools[service])
        yield lambda service: Database(service, pools[service], lambda: None)


@pytest.fixture
async def no_letter_dropped(infrastructure: Infrastructure) -> None:
    """Forgets what became of assignment's dead letters: the service itself may not."""
    admin = await asyncpg.connect(infrastructure.admin_url)
    try:
        await admin.execute("DELETE FROM assignment.dropped_letters")
        await admin.execute("DELETE FROM assignment.replayed_letters")
    finally:
        await admin.close()


@pytest.fixture
def token_for(infrastructure: Infrastructure) -> Callable[..., dict[str, str]]:
    """Headers with a staff token: `token_for("handler", "water")`."""

    def headers(role: str, unit: str | None = None) -> dict[str, str]:
        private_key = infrastructure.secrets["YINUO_TOKEN_PRIVATE_KEY"]
        token = issue_token(private_key, subject="tester", role=role, unit=unit)  # type: ignore[arg-type]
        return {"Authorization": f"Bearer {token}"}

    return headers
