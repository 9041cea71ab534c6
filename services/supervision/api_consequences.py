"""What ladders propose to the supervision office, over HTTP: read, follow (by a letter, too), waive."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.contracts.letter import Addressed
from services.kit.auth import Staff
from services.kit.http import Problem, staff_with
from services.kit.masking import mask
from services.kit.page import Cursor
from services.supervision.api_access import OPENS_ANY_INBOX
from services.supervision.api_letter_models import NO_NUL, Days, Frozen, Text, Title
from services.supervision.api_letter_office import LetterOffice
from services.supervision.api_letter_outcomes import letter_problem
from services.supervision.api_notice_models import ConsequenceShown, page_after
from services.supervision.consequences import (
    AlreadySettled,
    How,
    NoLetterProposed,
    NoSuchConsequence,
    Proposal,
    settle,
)
from services.supervision.letter import Letter, Matter, special_letter_id_of
from services.supervision.store_consequences import PostgresProposals
from services.supervision.store_names import PostgresNames

Office = Annotated[Staff, Depends(staff_with(*OPENS_ANY_INBOX))]


class ConsequencePage(BaseModel):
    """Proposals that nobody settled, oldest first. `next` goes into `after`; None at the end."""

    model_config = ConfigDict(frozen=True)

    consequences: list[ConsequenceShown]
    next: str | None


class SpecialLetterGiven(Frozen):
    """专函督办: what the letter to the unit says. Days are working days from today."""

    addressed: Addressed = "unit"
    title: Title = "专函督办"
    found: Text = Field(examples=["同一任务两次收到黄单，仍未办结。"])
    required: Text = Field(examples=["说明原因，明确完成时限。"])
    reply_days: Days | None = Field(None, description="None: as the authority's policy has it")
    reply_by: date | None = Field(None, description="the last local day, in the place of days")

    def matter(self, about: Proposal) -> Matter:
        """The letter to the unit upon which the notices brought it, about what they were about."""
        return Matter(
            unit=about.unit,
            addressed=self.addressed,
            title=mask(self.title),
            found=mask(self.found),
            required=mask(self.required),
            reply_days=self.reply_days,
            reply_by=self.reply_by,
            project_id=about.subject_id if about.subject == "project" else None,
            case_id=about.subject_id if about.subject == "case" else None,
        )


class SettlementAsked(BaseModel):
    """What becomes of a proposal; a waived one costs no points, so it needs its reason.

    `letter`: the special letter that was proposed, to be written now.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"how": "followed", "note": "凤督函〔2026〕12号"}]},
    )

    how: How
    note: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=NO_NUL)
    ]
    letter: SpecialLetterGiven | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "SettlementAsked":
        if self.letter is not None and self.how == "waived":
            raise ValueError("letter: a waived proposal brings none")
        return self


def consequence_routes(letters: LetterOffice) -> APIRouter:
    """The routes; each says who may."""
    routes = APIRouter(tags=["consequences"])

    @routes.get(
        "/consequences",
        summary="What the ladder proposes and nobody settled: special letters, interviews, points "
        "(supervision office, administrator)",
    )
    async def read_consequences(
        _: Office, after: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
    ) -> ConsequencePage:
        page = page_after(after, limit)
        async with letters.database.pool.acquire() as connection:
            found = await PostgresProposals(connection).waiting(page)
            called = await PostgresNames(connection).called([one.subject_id for one in found])
        full = len(found) == page.limit
        last = str(Cursor(found[-1].at, found[-1].consequence_id)) if full else None
        shown = [ConsequenceShown.of(one, called.get(one.subject_id)) for one in found]
        return ConsequencePage(consequences=shown, next=last)

    @routes.post(
        "/consequences/{consequence_id}/settle",
        summary="Follow a proposal (its letter is written, the interview held) or waive it with a reason "
        "(supervision office, administrator)",
    )
    async def settle_consequence(
        consequence_id: UUID, staff: Office, asked: SettlementAsked
    ) -> ConsequenceShown:
        letter_id = special_letter_id_of(consequence_id) if asked.letter else None
        async with letters.database.writing() as writing:
            store, note = PostgresProposals(writing.connection), mask(asked.note)
            how = (asked.how, note, writing.now, staff.subject, letter_id)
            try:
                done = await settle(store, writing.publish, consequence_id, *how)
            except (NoSuchConsequence, NoLetterProposed, AlreadySettled) as refused:
                raise _problem(refused) from refused
            if asked.letter is not None and letter_id is not None:
                desk = await letters.desk_of(writing, staff)
                written = await desk.write(letter_id, asked.letter.matter(done))
                if not isinstance(written, Letter):
                    raise letter_problem(written, staff)
        return ConsequenceShown.of(done, None)

    return routes


def _problem(refused: NoSuchConsequence | NoLetterProposed | AlreadySettled) -> Problem:
    match refused:
        case NoSuchConsequence():
            remedy = "take the id from GET /consequences"
            return Problem(404, "Not Found", str(refused), field="consequence_id", remedy=remedy)
        case NoLetterProposed():
            remedy = "leave `letter` out, or write one with POST /letters"
            return Problem(409, "Conflict", str(refused), field="letter", remedy=remedy)
        case AlreadySettled():
            remedy = "leave it; what was settled stays"
            return Problem(409, "Conflict", str(refused), field="consequence_id", remedy=remedy)
