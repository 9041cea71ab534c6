"""Steps over HTTP: one route a step, and many at once. The table of transitions says who may take one."""

from collections.abc import Sequence
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends

from services.assignment import api_models as models
from services.assignment.api_outcomes import incomplete, problem_of, result_of, taken_view
from services.assignment.case import Taken
from services.assignment.case_name import case_name
from services.assignment.link_cases import link_cases
from services.assignment.steps import Asked, NoSuchCase, Outcome, take_steps
from services.assignment.store import PostgresCases
from services.assignment.store_directory import Rulebooks
from services.assignment.store_projects import PostgresProjects
from services.assignment.transitions import STAFF, Step, roles_of, who_may
from services.kit.auth import Staff
from services.kit.http import staff_with
from services.kit.large_body import LargeBodyRoute
from services.kit.postgres import Database

Actor = Annotated[Staff, Depends(staff_with(*STAFF))]
Completer = Annotated[Staff, Depends(staff_with(*roles_of("complete")))]
Caller = Annotated[Staff, Depends(staff_with(*roles_of("call_back")))]
Asker = Annotated[Staff, Depends(staff_with(*roles_of("ask_extension")))]
Assistant = Annotated[Staff, Depends(staff_with(*roles_of("assist_done")))]
AssistAsker = Annotated[Staff, Depends(staff_with(*roles_of("assist")))]
Rectifier = Annotated[Staff, Depends(staff_with(*roles_of("rectify")))]
Summariser = Annotated[Staff, Depends(staff_with(*roles_of("summarise")))]
Tagger = Annotated[Staff, Depends(staff_with(*roles_of("tag")))]
Merger = Annotated[Staff, Depends(staff_with(*roles_of("merge")))]
Dispatcher = Annotated[Staff, Depends(staff_with(*roles_of("reassign")))]


def step_routes(database: Database, rulebooks: Rulebooks) -> APIRouter:
    """The routes; each summary says who may call it."""
    routes, bulk = APIRouter(tags=["steps"]), APIRouter(tags=["steps"], route_class=LargeBodyRoute)
    desk = StepDesk(database, rulebooks)
    for step, (path, words) in PLAIN.items():
        _plain(routes, desk, step, path, words)
    for step, (path, words) in REASONED.items():
        _reasoned(routes, desk, step, path, words)
    _telling(routes, desk)
    _assisting(routes, desk)
    _in_bulk(bulk, desk)
    routes.include_router(bulk)
    return routes


class StepDesk:
    """Takes steps in one transaction each call."""

    def __init__(self, database: Database, rulebooks: Rulebooks) -> None:
        self._database = database
        self._rulebooks = rulebooks

    async def take(self, asked: Sequence[Asked], staff: Staff) -> list[Outcome]:
        async with self._database.writing() as writing:
            rulebook = await self._rulebooks.current(writing.connection)
            if rulebook is None:  # before any directory is loaded no case exists
                return [NoSuchCase(one.case_id) for one in asked]
            cases, projects = PostgresCases(writing.connection), PostgresProjects(writing.connection)
            outcomes = await take_steps(cases, writing.publish, rulebook, asked, staff, writing.now)
            told = [event for event, _ in writing.events]
            await link_cases(projects, writing.publish, None, told, writing.now)
            return outcomes

    async def take_one(self, asked: Asked, staff: Staff) -> models.StepTaken:
        """Raises Problem where the step is refused."""
        (outcome,) = await self.take([asked], staff)
        if isinstance(outcome, Taken):
            return taken_view(outcome)
        raise problem_of(outcome)


PLAIN: Final[dict[Step, tuple[str, str]]] = {
    "sign_for": ("sign-for", "签收 Take the case over"),
    "resume": ("resume", "恢复办理 Go on with a suspended case"),
    "review": ("review", "审核 Let the reply stand"),
    "archive": ("archive", "归档 File it"),
    "grant_extension": ("extension/grant", "准予延期 Grant the extension that was asked for"),
}
"""Steps that need no words: their path, and what they do."""
REASONED: Final[dict[Step, tuple[str, str]]] = {
    "suspend": ("suspend", "挂起 Suspend it with a reason; its time isn't counted"),
    "return": ("return", "退回 Return it with a reason"),
    "redo": ("redo", "重办 Send the reply back with a reason; the same unit handles it anew"),
    "refuse_extension": ("extension/refuse", "不予延期 Refuse the extension with a reason"),
    "part": ("part", "拆分 Part it from its lead case again, with a reason"),
    "refuse": ("refuse", "不予受理 Refuse it with a reason that the citizen reads"),
}
"""Steps that need a reason."""


def _summary(step: Step, words: str) -> str:
    return f"{words} ({who_may(step)})"


def _plain(routes: APIRouter, desk: StepDesk, step: Step, path: str, words: str) -> None:
    may = Depends(staff_with(*roles_of(step)))

    @routes.post(f"/cases/{{case_id}}/{path}", summary=_summary(step, words), operation_id=step)
    async def take(case_id: UUID, staff: Annotated[Staff, may]) -> models.StepTaken:
        return await desk.take_one(Asked(case_id, step), staff)


def _reasoned(routes: APIRouter, desk: StepDesk, step: Step, path: str, words: str) -> None:
    may = Depends(staff_with(*roles_of(step)))

    @routes.post(f"/cases/{{case_id}}/{path}", summary=_summary(step, words), operation_id=step)
    async def take(case_id: UUID, given: models.Reasoned, staff: Annotated[Staff, may]) -> models.StepTaken:
        return await desk.take_one(Asked(case_id, step, given.reason), staff)


def _telling(routes: APIRouter, desk: StepDesk) -> None:
    """Steps that bring something of their own."""

    @routes.post(
        "/cases/{case_id}/complete",
        summary=_summary("complete", "办结 Complete it with a reply to the citizen"),
    )
    async def complete(case_id: UUID, given: models.Completion, staff: Completer) -> models.StepTaken:
        return await desk.take_one(Asked(case_id, "complete", given.reply), staff)

    @routes.post(
        "/cases/{case_id}/call-back",
        summary=_summary("call_back", "回访 Note what the citizen said of the reply"),
    )
    async def call_back(case_id: UUID, given: models.CallBack, staff: Caller) -> models.StepTaken:
        return await desk.take_one(Asked(case_id, "call_back", given.note, answer=given.answer), staff)

    @routes.post(
        "/cases/{case_id}/extension",
        summary=_summary("ask_extension", "延期申请 Ask for more time, with a reason"),
    )
    async def ask(case_id: UUID, given: models.ExtensionAsked, staff: Asker) -> models.StepTaken:
        asked = Asked(case_id, "ask_extension", given.reason, days=given.days)
        return await desk.take_one(asked, staff)

    @routes.post(
        "/cases/{case_id}/rectify",
        summary=_summary("rectify", "整改 Say how a badly rated matter was put right"),
    )
    async def rectify(case_id: UUID, given: models.Rectification, staff: Rectifier) -> models.StepTaken:
        return await desk.take_one(Asked(case_id, "rectify", given.rectification), staff)

    @routes.post(
        "/cases/{case_id}/summarise", summary=_summary("summarise", "归纳 Put its summary into better words")
    )
    async def summarise(case_id: UUID, given: models.Summarised, staff: Summariser) -> models.StepTaken:
        return await desk.take_one(Asked(case_id, "summarise", given.summary), staff)

    @routes.post("/cases/{case_id}/tag", summary=_summary("tag", "标记 Say which tags it has"))
    async def tag(case_id: UUID, given: models.Tagging, staff: Tagger) -> models.StepTaken:
        return await desk.take_one(Asked(case_id, "tag", tags=given.tags), staff)

    @routes.post(
        "/cases/{case_id}/merge", summary=_summary("merge", "并办 Merge it into a case of the same matter")
    )
    async def merge(case_id: UUID, given: models.Merging, staff: Merger) -> models.StepTaken:
        return await desk.take_one(Asked(case_id, "merge", given.reason, into=case_name(given.into)), staff)

    @routes.post("/cases/{case_id}/reassign", summary=_summary("reassign", "转办 Dispatch it anew"))
    async def reassign(case_id: UUID, given: models.Reassignment, staff: Dispatcher) -> models.StepTaken:
        return await desk.take_one(Asked(case_id, "reassign", given.reason, given.unit), staff)


def _assisting(routes: APIRouter, desk: StepDesk) -> None:
    @routes.post(
        "/cases/{case_id}/assist", summary=_summary("assist", "协办 Have another unit do a part of the case")
    )
    async def assist(case_id: UUID, given: models.AssistAsked, staff: AssistAsker) -> models.StepTaken:
        return await desk.take_one(Asked(case_id, "assist", given.what, given.unit), staff)

    @routes.post(
        "/cases/{case_id}/assist-done",
        summary=_summary("assist_done", "协办完成 Say what came of the own unit's part"),
    )
    async def done(case_id: UUID, given: models.AssistDone, staff: Assistant) -> models.StepTaken:
        return await desk.take_one(Asked(case_id, "assist_done", given.result), staff)

    @routes.post(
        "/cases/{case_id}/release-assist",
        summary=_summary("release_assist", "解除协办 Let a unit off its part, with a reason"),
    )
    async def release(case_id: UUID, given: models.AssistReleased, staff: AssistAsker) -> models.StepTaken:
        return await desk.take_one(Asked(case_id, "release_assist", given.reason, given.unit), staff)


def _in_bulk(routes: APIRouter, desk: StepDesk) -> None:
    @routes.post(
        "/cases/steps",
        summary="Many steps in one transaction, each with its outcome (whoever may take the step)",
    )
    async def steps(
        asked: Annotated[
            list[models.StepAsked],
            Body(min_length=1, max_length=models.STEPS_AT_ONCE, examples=[models.example_steps()]),
        ],
        staff: Actor,
    ) -> list[models.StepResult]:
        """In their order; several steps of one case follow each other. A refused one stops no other."""
        complete = [one for one in asked if incomplete(one) is None]
        outcomes = iter(await desk.take([_asked(one) for one in complete], staff) if complete else [])
        return [result_of(one, incomplete(one) or next(outcomes)) for one in asked]


def _asked(one: models.StepAsked) -> Asked:
    texts = {
        "complete": one.reply,
        "call_back": one.note,
        "summarise": one.summary,
        "rectify": one.rectification,
        "assist": one.what,
        "assist_done": one.result,
    }
    into = case_name(one.into) if one.into is not None else None
    text = texts.get(one.step, one.reason)
    return Asked(one.case_id, one.step, text, one.unit, one.days, into, one.tags, one.answer)
