"""Where letters are read and written over HTTP, one transaction each call."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends

from services.contracts.vocabulary import ROLES
from services.kit.auth import Staff
from services.kit.http import Problem, staff_with
from services.kit.postgres import Connection, Database, Writing
from services.supervision import api_letter_models as models
from services.supervision.api_access import sees_drafts, sees_unit
from services.supervision.api_letter_outcomes import letter_problem, no_letter
from services.supervision.calendars import Policies
from services.supervision.letter import Letter, Taken, Words
from services.supervision.letter_limits import LetterWatch
from services.supervision.letter_transitions import Step, allowed_steps
from services.supervision.letters import LetterDesk, Refused
from services.supervision.policy import Policy
from services.supervision.send_letter import send_letter
from services.supervision.store import PostgresLimits
from services.supervision.store_calendars import PostgresCalendars
from services.supervision.store_directory import PostgresCopy
from services.supervision.store_letters import PostgresLetters, letter_of

READERS: Final = "handler and unit_head: those to their unit, once signed; other staff: all"
Reader = Annotated[Staff, Depends(staff_with(*ROLES))]
Outcome = Taken | Refused


class LetterOffice:
    """Where letters are read and written, one transaction each call."""

    def __init__(self, database: Database, policies: Policies) -> None:
        self.database = database
        self._policies = policies

    async def policy(self, connection: Connection) -> Policy:
        """By which limits are set and notices sent now."""
        return await self._policies.current(PostgresCalendars(connection))

    async def desk_of(self, writing: Writing, staff: Staff) -> LetterDesk:
        """A desk for a member of staff within a transaction that is open already."""
        policy = await self.policy(writing.connection)
        issuer, rules = await PostgresCopy(writing.connection).letter_rules()
        return LetterDesk(
            PostgresLetters(writing.connection),
            LetterWatch(PostgresLimits(writing.connection), policy, writing.publish, rules.receipt_days),
            writing.publish,
            partial(send_letter, writing.connection),
            rules,
            issuer,
            policy.calendar,
            staff,
            writing.now,
        )

    @asynccontextmanager
    async def desk(self, staff: Staff) -> AsyncIterator[tuple[LetterDesk, Connection]]:
        """What it does commits at the end."""
        async with self.database.writing() as writing:
            yield await self.desk_of(writing, staff), writing.connection

    async def readable(self, letter_id: UUID, staff: Staff, connection: Connection) -> Mapping[str, Any]:
        """A letter's row. Raises Problem 404, for the unit of a draft too, and 403 for another unit's."""
        row = await PostgresLetters(connection).shown(letter_id)
        if row is None:
            raise no_letter(letter_id)
        if not sees_unit(staff, row["unit"]):
            remedy = "ask that unit's staff or the supervision office"
            raise Problem(403, "Forbidden", f"the letter goes to unit {row['unit']}", remedy=remedy)
        if row["issued_at"] is None and not sees_drafts(staff):
            raise no_letter(letter_id)
        return row

    async def signed(self, letter_id: UUID, staff: Staff) -> Letter:
        """A letter that has a text. Raises Problem as `readable`, and 409 for a draft."""
        async with self.database.pool.acquire() as connection:
            letter = letter_of(await self.readable(letter_id, staff, connection))
        if letter.signature is None:
            what = f"letter {letter_id} is {letter.state}"
            remedy = "sign it first: POST /letters/{letter_id}/sign"
            raise Problem(409, "Conflict", what, field="letter_id", remedy=remedy)
        return letter

    async def view(self, letter_id: UUID, staff: Staff, connection: Connection) -> models.LetterView:
        """Raises Problem as `readable`."""
        row = await self.readable(letter_id, staff, connection)
        allowed = allowed_steps(staff.role, staff.unit, row["unit"], row["state"])
        return models.view_of(row, await PostgresLetters(connection).steps(letter_id), allowed)

    async def take(
        self, letter_id: UUID, staff: Staff, step: Step, words: Words | None = None
    ) -> models.LetterView:
        """Raises Problem where the step is refused."""
        async with self.desk(staff) as (desk, connection):
            done(await desk.take(letter_id, step, words or Words()), staff)
            return await self.view(letter_id, staff, connection)


def done(outcome: Outcome, staff: Staff) -> None:
    """Raises Problem where a step was refused."""
    if not isinstance(outcome, Taken):
        raise letter_problem(outcome, staff)
