"""Endpoints that operators use on every service: backlog and dead letters."""

from collections.abc import Mapping
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends

from services.kit import dead_letters
from services.kit.auth import Staff
from services.kit.backlog import Backlog, BacklogReader
from services.kit.consume import Consumer
from services.kit.dead_letters import NoSuchLetter
from services.kit.http import Problem, staff_with
from services.kit.postgres import Database

log = structlog.get_logger(__name__)

Operator = Annotated[Staff, Depends(staff_with("administrator"))]


def operation_routes(
    database: Database, backlog: BacklogReader, consumers: Mapping[str, Consumer]
) -> APIRouter:
    """The routes, for role administrator only."""
    routes = APIRouter(tags=["operation"])

    @routes.get("/backlog", summary="What is still to be done; all zero means settled")
    async def read_backlog(_: Operator) -> Backlog:
        return await backlog.read()

    @routes.get("/dead-letters", summary="Events that could not be applied, with those of their key behind")
    async def list_letters(_: Operator) -> list[dict[str, Any]]:
        async with database.pool.acquire() as connection:
            return await dead_letters.listed(connection)

    @routes.get("/dead-letters/{number}", summary="One dead letter")
    async def show_letter(number: int, _: Operator) -> dict[str, Any]:
        return await _letter(database, number)

    @routes.post("/dead-letters/{number}/replay", summary="Apply this letter and all of its key, in order")
    async def replay_letter(number: int, operator: Operator) -> dict[str, int]:
        letter = await _letter(database, number)
        try:
            applied = await consumers[letter["topic"]].replay(letter["key"])
        except Exception as refused:
            raise _still_refused(number, refused) from refused
        log.info("dead letters replayed", topic=letter["topic"], count=applied, by=operator.subject)
        return {"applied": applied}

    @routes.delete("/dead-letters/{number}", summary="Give a letter up for good; who did it stays on record")
    async def drop_letter(number: int, operator: Operator) -> dict[str, int]:
        async with database.pool.acquire() as connection, connection.transaction():
            try:
                await dead_letters.drop(connection, number, operator.subject)
            except NoSuchLetter as unknown:
                raise _no_letter(number) from unknown
        return {"dropped": number}

    return routes


async def _letter(database: Database, number: int) -> dict[str, Any]:
    async with database.pool.acquire() as connection:
        try:
            return (await dead_letters.listed(connection, number))[0]
        except NoSuchLetter as unknown:
            raise _no_letter(number) from unknown


def _no_letter(number: int) -> Problem:
    return Problem(
        404, "Not Found", f"no dead letter {number}", field="number", remedy="see `yinuo dlq list`"
    )


def _still_refused(number: int, reason: Exception) -> Problem:
    return Problem(
        409,
        "Conflict",
        f"letter {number} still can't be applied: {type(reason).__name__}: {reason}",
        remedy="upgrade or repair what refuses it, or drop it with `yinuo dlq drop`",
    )
