"""Rounds over HTTP: plan, draw (anybody may draw again), record findings, close, see what was covered."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Query as FromQuery

from services.kit.auth import Staff
from services.kit.http import STAFF_OR_ANYBODY, Problem, staff_of, staff_with
from services.kit.masking import mask
from services.kit.page import Cursor
from services.supervision import api_round_models as models
from services.supervision.api_letter_office import LetterOffice
from services.supervision.api_letter_outcomes import letter_problem
from services.supervision.finding import Finding, Kept, Objection, digest_of
from services.supervision.finding_notices import FindingNotices
from services.supervision.letter import letter_id_of
from services.supervision.round import Plan, Round
from services.supervision.rounds import (
    AnotherFinding,
    AnotherRound,
    NoSuchRound,
    NoTeam,
    RoundDesk,
    UnknownTargets,
    WrongState,
)
from services.supervision.store_notices import PostgresDueLimits
from services.supervision.store_rounds import PostgresRounds

PAGE: Final = 50
LARGEST_PAGE: Final = 200
READERS: Final = ("leader", "inspector", "supervision_office", "administrator")
GOERS: Final = ("inspector", "supervision_office", "administrator")
"""Who knows where a round will go: leaders answer for what is visited, and it comes unannounced."""
MOVERS: Final = "supervision_office, administrator"
FINDERS: Final = "inspector, supervision_office, administrator"

Reader = Annotated[Staff, Depends(staff_with("leader", "inspector", "supervision_office", "administrator"))]
Finder = Annotated[Staff, Depends(staff_with("inspector", "supervision_office", "administrator"))]
Mover = Annotated[Staff, Depends(staff_with("supervision_office", "administrator"))]


class RoundOffice:
    """Where rounds are read and moved on, one transaction each call."""

    def __init__(self, letters: LetterOffice) -> None:
        self.database = letters.database
        self._letters = letters

    @asynccontextmanager
    async def desk(self, staff: Staff) -> AsyncIterator[tuple[RoundDesk, PostgresRounds]]:
        """What it does commits at the end."""
        async with self.database.writing() as writing:
            rounds = PostgresRounds(writing.connection)
            letters = await self._letters.desk_of(writing, staff)
            notices = FindingNotices(
                PostgresDueLimits(writing.connection),
                writing.publish,
                await self._letters.policy(writing.connection),
            )
            yield RoundDesk(rounds, letters, notices, writing.publish, staff.subject, writing.now), rounds

    async def one(self, round_id: UUID) -> Round:
        """Raises Problem 404."""
        async with self.database.pool.acquire() as connection:
            found = await PostgresRounds(connection).shown(round_id)
        if found is None:
            raise _problem(NoSuchRound(round_id))
        return found


def round_routes(office: RoundOffice) -> APIRouter:
    """The routes; each summary says who may call it."""
    routes = APIRouter(tags=["rounds"])
    _reading(routes, office)
    _drawn(routes, office)
    _moving(routes, office)
    _finding(routes, office)
    return routes


def _reading(routes: APIRouter, office: RoundOffice) -> None:
    @routes.get("/rounds", summary=f"巡回指导 Rounds, those planned last first ({', '.join(READERS)})")
    async def list_rounds(
        _: Reader,
        after: Annotated[str | None, FromQuery(description="`next` of the page before")] = None,
        limit: Annotated[int, FromQuery(ge=1, le=LARGEST_PAGE)] = PAGE,
    ) -> models.RoundPage:
        cursor = Cursor.parse(after) if after is not None else None
        async with office.database.pool.acquire() as connection:
            found = await PostgresRounds(connection).page(cursor, limit + 1)
        shown = [models.round_row(one) for one in found[:limit]]
        more = str(Cursor(shown[-1].planned_at, shown[-1].round_id)) if len(found) > limit else None
        return models.RoundPage(rounds=shown, next=more)

    @routes.get(
        "/rounds/coverage",
        summary=f"覆盖 Which towns and open projects were seen, and which never ({', '.join(READERS)})",
    )
    async def read_coverage(
        _: Reader, never: Annotated[bool, FromQuery(description="only those never seen")] = False
    ) -> models.Coverage:
        async with office.database.pool.acquire() as connection:
            return models.coverage_of(await PostgresRounds(connection).coverage(never))

    @routes.get(
        "/rounds/{round_id}",
        summary=f"One round with its draw, findings and checklist ({', '.join(READERS)}; "
        "leader: the draw once it is closed)",
    )
    async def read_round(round_id: UUID, staff: Reader) -> models.RoundView:
        found = await office.one(round_id)
        if found.state != "closed" and staff.role not in GOERS:
            found = replace(found, draw=None)
        async with office.database.pool.acquire() as connection:
            return models.round_view(found, await PostgresRounds(connection).findings(round_id))


def _drawn(routes: APIRouter, office: RoundOffice) -> None:
    @routes.get(
        "/rounds/{round_id}/draw",
        summary="抽签结果 Pool, seed, rule and result of a draw, to draw it again: anybody once the round is "
        f"closed; before ({', '.join(GOERS)})",
        openapi_extra=STAFF_OR_ANYBODY,
    )
    async def read_draw(round_id: UUID, request: Request) -> models.DrawView:
        """Who goes where isn't told in advance: a round comes unannounced."""
        found = await office.one(round_id)
        if found.draw is None:
            raise _problem(WrongState(found, "show the draw"))
        if found.state != "closed":
            _refuse_the_public(request)
        return models.draw_view(found, found.draw)


def _refuse_the_public(request: Request) -> None:
    """Raises Problem 401 or 403."""
    staff = staff_of(request)
    if staff.role not in GOERS:
        what = f"role {staff.role} sees a draw once its round is closed"
        raise Problem(403, "Forbidden", what, remedy=f"until then: {', '.join(GOERS)}")


def _moving(routes: APIRouter, office: RoundOffice) -> None:
    @routes.put(
        "/rounds/{round_id}",
        status_code=201,
        summary=f"计划 Plan a round under an id that the caller made; again changes nothing ({MOVERS})",
        responses={200: {"description": "it is planned already, with the same contents"}},
    )
    async def plan_round(
        round_id: UUID, given: models.RoundGiven, staff: Mover, response: Response
    ) -> models.RoundRow:
        digest = digest_of(given.model_dump_json())
        async with office.desk(staff) as (desk, _):
            there = await desk.planned(round_id, digest)
            if isinstance(there, Round):
                response.status_code = 200
                return models.round_row(there)
            if there is not None:
                raise _problem(there)
            plan = await _plan(desk, given)
            if isinstance(plan, UnknownTargets):
                raise _problem(plan)
            return models.round_row(await desk.plan(round_id, plan, digest))

    @routes.post(
        "/rounds/{round_id}/draw", summary=f"抽签 Draw who goes where, once for each round ({MOVERS})"
    )
    async def draw_round(
        round_id: UUID, staff: Mover, given: models.DrawGiven | None = None
    ) -> models.DrawView:
        named = given.seed if given else None
        async with office.desk(staff) as (desk, _):
            outcome = await desk.draw(round_id, named or secrets.token_hex(8), named is not None)
            if not isinstance(outcome, Round) or outcome.draw is None:
                raise _problem(outcome)
            return models.draw_view(outcome, outcome.draw)

    @routes.post("/rounds/{round_id}/close", summary=f"结束 Close a round ({MOVERS})")
    async def close_round(
        round_id: UUID, staff: Mover, given: models.CloseGiven | None = None
    ) -> models.RoundRow:
        async with office.desk(staff) as (desk, _):
            outcome = await desk.close(round_id, given.missed if given else ())
            if not isinstance(outcome, Round):
                raise _problem(outcome)
            return models.round_row(outcome)


async def _plan(desk: RoundDesk, given: models.RoundGiven) -> Plan | UnknownTargets:
    """The plan with its name masked and the unit of each target looked up."""
    targets = await desk.targets([(one.kind, one.key) for one in given.targets])
    if isinstance(targets, UnknownTargets):
        return targets
    return Plan(
        name=mask(given.name),
        first_day=given.first_day,
        last_day=given.last_day,
        targets=targets,
        visits=given.visits or len(targets),
        inspectors=given.inspectors,
        team=given.team,
    )


def _finding(routes: APIRouter, office: RoundOffice) -> None:
    @routes.put(
        "/rounds/{round_id}/findings/{finding_id}",
        status_code=201,
        summary=f"问题 Record a finding under the id that the device made; again changes nothing ({FINDERS})",
        responses={200: {"description": "it is on record already, with the same contents"}},
    )
    async def put_finding(
        round_id: UUID, finding_id: UUID, given: models.FindingGiven, staff: Finder, response: Response
    ) -> models.FindingKept:
        """In any order, twice, and after the round was closed if it was found before that."""
        digest = digest_of(f"{round_id} {given.model_dump_json()}")
        async with office.desk(staff) as (desk, rounds):
            there = await desk.recorded(finding_id, digest)
            if isinstance(there, AnotherFinding):
                raise _problem(there)
            kept = there or await _record(
                desk, await _read(round_id, finding_id, given, rounds), digest, staff
            )
        response.status_code = 201 if there is None else 200
        letter = letter_id_of(finding_id) if kept.finding.needs_letter else None
        return models.finding_kept(kept, there is None, letter)


async def _record(desk: RoundDesk, finding: Finding | UnknownTargets, digest: str, staff: Staff) -> Kept:
    """Raises Problem where it is refused."""
    if isinstance(finding, UnknownTargets):
        raise _problem(finding)
    outcome = await desk.record(finding, digest)
    if isinstance(outcome, Kept):
        return outcome
    if isinstance(outcome, NoSuchRound | Objection):
        raise _problem(outcome)
    raise letter_problem(outcome, staff)


async def _read(
    round_id: UUID, finding_id: UUID, given: models.FindingGiven, rounds: PostgresRounds
) -> Finding | UnknownTargets:
    """The finding with its texts masked and its project and unit looked up."""
    project = await rounds.project(given.project) if given.project else None
    unit = given.unit or (project.unit if project else None)
    if given.project and project is None:
        return UnknownTargets((f"project:{given.project}",), "project")
    if unit is None or await rounds.addressee(unit) is None:
        return UnknownTargets((f"unit:{unit}",), "unit" if given.unit else "project")
    return Finding(
        finding_id=finding_id,
        round_id=round_id,
        unit=unit,
        project_id=project.project_id if project else None,
        place=mask(given.place),
        found_at=given.found_at,
        found=mask(given.found),
        required=mask(given.required) if given.required else None,
        item=mask(given.item) if given.item else None,
        photos=given.photos,
        needs_letter=given.needs_letter,
        reply_days=given.reply_days,
        reply_by=given.reply_by,
    )


def _problem(refused: object) -> Problem:
    """RFC 9457 problem details."""
    match refused:
        case NoSuchRound(round_id):
            return Problem(404, "Not Found", f"no round {round_id}", field="round_id", remedy="see /rounds")
        case WrongState(one, wanted):
            what = f"round {one.round_id} is {one.state}: {wanted} is not possible"
            possible = NEXT[one.state]
            return Problem(409, "Conflict", what, field="round_id", remedy=possible, state=one.state)
        case NoTeam(why):
            remedy = "plan the round anew with more inspectors or fewer in a team"
            return Problem(409, "Conflict", why, field="inspectors", remedy=remedy)
        case UnknownTargets(names, field):
            return _unfit(field, f"not on record: {', '.join(names)}", KNOWN[field])
        case AnotherRound(one):
            what = f"round {one.round_id} is planned already, with other contents"
            return Problem(
                409, "Conflict", what, field="round_id", remedy="send another id, or the same contents"
            )
        case AnotherFinding(kept):
            return _taken(kept.finding)
        case Objection(field, why, remedy):
            status, title = (422, "Unprocessable Content") if field == "required" else (409, "Conflict")
            return Problem(status, title, why, field=field, remedy=remedy)
    raise TypeError(f"no refusal: {refused!r}")


KNOWN: Final = {
    "targets": "name units of the directory and projects by their ledger numbers: see /rounds/coverage",
    "missed": "name targets that were drawn, as unit:code or project:number: see /rounds/{round_id}/draw",
    "unit": "name a unit of the directory that isn't retired",
    "project": "name a ledger number of GET /projects, or the unit besides",
}
"""Where each field finds what is on record."""
NEXT: Final = {
    "planned": "draw it: POST /rounds/{round_id}/draw",
    "drawn": "record findings, or close it: POST /rounds/{round_id}/close",
    "closed": "plan another round: PUT /rounds/{round_id}",
}
"""What is possible in each state."""


def _taken(there: Finding) -> Problem:
    what = f"finding {there.finding_id} is on record in round {there.round_id} with other contents"
    remedy = "what is on record stays; send what you found besides under another id"
    return Problem(409, "Conflict", what, field="finding_id", remedy=remedy)


def _unfit(field: str, detail: str, remedy: str) -> Problem:
    return Problem(422, "Unprocessable Content", detail, field=field, remedy=remedy)
