"""Endpoints that operators use on every service: backlog and dead letters."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, Final

import structlog
from aiokafka.errors import KafkaError
from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel

from services.kit import dead_letters
from services.kit.auth import Staff
from services.kit.backlog import Backlog, BacklogReader
from services.kit.consume import Consumer
from services.kit.dead_letters import NoSuchLetter
from services.kit.http import Problem, is_away, staff_with, unavailable
from services.kit.postgres import Database
from services.kit.reason import described

log = structlog.get_logger(__name__)

BIGGEST: Final = 2**63 - 1
"""PostgreSQL's bigint."""

Operator = Annotated[Staff, Depends(staff_with("administrator"))]
Number = Annotated[int, Path(ge=1, le=BIGGEST)]


class LetterPage(BaseModel):
    """Dead letters by number, without what they hold. `next` continues the list, None at its end."""

    letters: list[dict[str, Any]]
    next: int | None


class Dropped(BaseModel):
    """How many letters were given up, and how many of the key still wait for a replay."""

    dropped: int
    waiting: int


def operation_routes(
    database: Database, backlog: BacklogReader, consumers: Mapping[str, Consumer]
) -> APIRouter:
    """The routes, for role administrator only."""
    routes = APIRouter(tags=["operation"])
    _reading(routes, database, backlog)
    _acting(routes, database, consumers)
    return routes


def _reading(routes: APIRouter, database: Database, backlog: BacklogReader) -> None:
    @routes.get("/backlog", summary="What is still to be done; all zero means settled")
    async def read_backlog(_: Operator) -> Backlog:
        try:
            return await backlog.read()
        except KafkaError as away:
            raise unavailable("Kafka is away") from away

    @routes.get("/dead-letters", summary="Events that could not be applied, with those of their key behind")
    async def list_letters(
        _: Operator,
        after: Annotated[int, Query(ge=0, le=BIGGEST, description="`next` of the page before")] = 0,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> LetterPage:
        async with database.pool.acquire() as connection:
            letters = await dead_letters.listed(connection, after, limit)
        return LetterPage(letters=letters, next=letters[-1]["id"] if len(letters) == limit else None)

    @routes.get("/dead-letters/{number}", summary="One dead letter, with what it holds")
    async def show_letter(number: Number, _: Operator) -> dict[str, Any]:
        return await _letter(database, number)


def _acting(routes: APIRouter, database: Database, consumers: Mapping[str, Consumer]) -> None:
    @routes.post("/dead-letters/{number}/replay", summary="Apply this letter and all of its key, in order")
    async def replay_letter(number: Number, operator: Operator) -> dict[str, int]:
        letter = await _letter(database, number)
        try:
            applied = await consumers[letter["topic"]].replay(letter["key"], operator.subject)
        except Exception as refused:
            if is_away(refused):
                raise
            raise _still_refused(number, refused) from refused
        log.info("dead letters replayed", topic=letter["topic"], count=applied, by=operator.subject)
        return {"applied": applied}

    @routes.delete("/dead-letters/{number}", summary="Give a letter up for good; who did it stays on record")
    async def drop_letter(number: Number, operator: Operator) -> Dropped:
        """What waits behind it goes on waiting, for a replay."""
        with _known(number):
            async with database.writing(alone=True) as writing:
                waiting = await dead_letters.drop(writing.connection, number, operator.subject)
        return Dropped(dropped=1, waiting=waiting)

    @routes.delete("/dead-letters/{number}/key", summary="Give this letter and all of its key up for good")
    async def drop_key(number: Number, operator: Operator) -> Dropped:
        with _known(number):
            async with database.writing(alone=True) as writing:
                dropped = await dead_letters.drop_key(writing.connection, number, operator.subject)
        return Dropped(dropped=dropped, waiting=0)


async def _letter(database: Database, number: int) -> dict[str, Any]:
    with _known(number):
        async with database.pool.acquire() as connection:
            return await dead_letters.shown(connection, number)


@contextmanager
def _known(number: int) -> Iterator[None]:
    """Problem 404 where there is no such letter."""
    try:
        yield
    except NoSuchLetter as unknown:
        raise Problem(
            404, "Not Found", str(unknown), field="number", remedy="see `yinuo dlq list`"
        ) from unknown


def _still_refused(number: int, reason: Exception) -> Problem:
    return Problem(
        409,
        "Conflict",
        f"letter {number} still can't be applied: {described(reason)}",
        remedy="upgrade or repair what refuses it, or drop it with `yinuo dlq drop`",
    )
