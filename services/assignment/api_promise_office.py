"""Where the API reads promises and puts them on record: on a connection, with the directory in force."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.assignment.api_directory import no_directory
from services.assignment.api_promise_outcomes import problem_of
from services.assignment.chain import ChainBroken, Seal
from services.assignment.directory import Directory
from services.assignment.pledge import NoSuchPromise, NotTheirPromise, PromiseDesk
from services.assignment.promise import FactRefused
from services.assignment.store_directory import PostgresDirectories, Rulebooks
from services.assignment.store_promise_reading import PromiseReading
from services.assignment.store_promises import PostgresPromises
from services.kit.auth import Staff
from services.kit.postgres import Connection, Database, Writing


class PromiseOffice:
    """Opens connections and transactions with the directory in force."""

    def __init__(self, database: Database, rulebooks: Rulebooks, seal: Seal) -> None:
        self._database = database
        self._rulebooks = rulebooks
        self.seal = seal

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[tuple[PromiseReading, Directory]]:
        """Raises Problem 404 before any directory is loaded."""
        async with self._database.pool.acquire() as connection:
            yield PromiseReading(connection), await self._directory(connection)

    @asynccontextmanager
    async def writing(self, staff: Staff) -> AsyncIterator[tuple[PromiseDesk, Writing]]:
        """Commits what is done at the desk; refusals become Problems."""
        try:
            async with self._database.writing() as writing:
                await PostgresDirectories(writing.connection).stand_on()
                directory = await self._directory(writing.connection)
                promises = PostgresPromises(writing.connection)
                yield (
                    PromiseDesk(promises, writing.publish, self.seal, directory, staff, writing.now),
                    writing,
                )
        except (NoSuchPromise, NotTheirPromise, FactRefused, ChainBroken) as refused:
            raise problem_of(refused) from refused

    async def _directory(self, connection: Connection) -> Directory:
        rulebook = await self._rulebooks.current(connection)
        if rulebook is None:
            raise no_directory()
        return rulebook.directory
