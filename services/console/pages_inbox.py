"""The inbox of a unit, its Party committee or a post: notices of supervision, and their acknowledgement."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis_assignment import Assignment, CasePage, CaseRow, Post
from services.console.apis_supervision import Consequence, InboxPage, Supervision
from services.console.call import Away, Refused
from services.console.faults import NOTHING, Told, told_of
from services.console.letter_forms import SETTLEMENT, settlement_body
from services.console.pages import Fields, Pages, further, one, see, shown_at
from services.console.pages_cases import offers_waiting
from services.console.session import ANSWERS_NOTICES, OPENS_INBOX, Login
from services.console.typed import Unfit
from services.contracts.vocabulary import Role
from services.kit.auth import Staff

Code = Annotated[str, Query(max_length=100)]
Showing = Callable[..., Awaitable[Response]]
"""Shows the inbox again."""
SETTLES: Final[tuple[Role, ...]] = ("supervision_office", "administrator")


def inbox_routes(pages: Pages, supervision: Supervision, assignment: Assignment) -> APIRouter:
    """The routes; supervision decides who may open which inbox."""
    routes = APIRouter(default_response_class=HTMLResponse)
    showing = partial(_inbox_page, pages, supervision, assignment)
    _notices(routes, pages, supervision, showing)
    _consequences_settled(routes, pages, supervision, showing)
    return routes


def _notices(routes: APIRouter, pages: Pages, supervision: Supervision, showing: Showing) -> None:
    @routes.get(
        "/inbox", summary="Notices of the own unit or its posts (unit staff), of any (supervision office)"
    )
    async def inbox(
        request: Request,
        unit: Code = "",
        post: Code = "",
        committee: Code = "",
        after: Annotated[str, Query(max_length=200)] = "",
        done: bool = False,
    ) -> Response:
        wanted = {"unit": unit, "post": post, "committee": committee}
        return await showing(request, wanted, after=after, done=done)

    @routes.post("/notices/{notice_id}/ack", summary="Acknowledge a notice (its recipients)")
    async def acknowledge(request: Request, notice_id: UUID) -> Response:
        token = pages.login(request).token
        recipient = one(await pages.own_form(request), "recipient")
        await supervision.acknowledge(token, notice_id, recipient or None)
        return see(f"/inbox?{urlencode(inbox_of(recipient) | {'done': 'true'})}")

    @routes.post("/notices/{notice_id}/answer", summary="Answer a notice in writing (its recipients)")
    async def answer(request: Request, notice_id: UUID) -> Response:
        token = pages.login(request, *ANSWERS_NOTICES).token
        form = await pages.own_form(request)
        recipient, text = one(form, "recipient"), one(form, "text")
        try:
            if not text:
                raise Unfit("text")
            await supervision.answer(token, notice_id, text, recipient or None)
        except (Unfit, Refused) as failed:
            told = told_of(failed)
            return await showing(
                request, inbox_of(recipient), told=told, failed=notice_id, act="answer", typed=form
            )
        return see(f"/inbox?{urlencode(inbox_of(recipient) | {'done': 'true'})}")

    @routes.get("/notices/{notice_id}/answer", summary="Back to the inbox (anybody)")
    async def back(request: Request, notice_id: UUID) -> Response:
        return shown_at(request, "/inbox")


def _consequences_settled(
    routes: APIRouter, pages: Pages, supervision: Supervision, showing: Showing
) -> None:
    @routes.post(
        "/consequences/{consequence_id}/settle",
        summary="Follow or waive what a ladder proposes (supervision office, administrator)",
    )
    async def settle(request: Request, consequence_id: UUID) -> Response:
        """`how` letter: the special letter that was proposed is written; its page is shown next."""
        token = pages.login(request, *SETTLES).token
        form = await pages.own_form(request)
        try:
            body = settlement_body({name: one(form, name) for name in SETTLEMENT})
            letter_id = await supervision.settle(token, consequence_id, body)
        except (Unfit, Refused) as failed:
            told, act = told_of(failed), one(form, "how")
            return await showing(request, {}, told=told, failed=consequence_id, act=act, typed=form)
        return see(f"/letters/{letter_id}" if letter_id else "/inbox?done=true")

    @routes.get("/consequences/{consequence_id}/settle", summary="Back to the inbox (anybody)")
    async def unsettled(request: Request, consequence_id: UUID) -> Response:
        return shown_at(request, "/inbox")


async def _inbox_page(
    pages: Pages,
    supervision: Supervision,
    assignment: Assignment,
    request: Request,
    wanted: Mapping[str, str],
    after: str = "",
    done: bool = False,
    told: Told = NOTHING,
    failed: UUID | None = None,
    act: str = "",
    typed: Fields | None = None,
) -> Response:
    """The inbox; after an act on `failed` (a notice, a proposal) with what was typed and what is wrong."""
    login = pages.login(request, *OPENS_INBOX)
    token = login.token
    posts = await _posts(assignment, token)
    own_posts = [post for post in posts if post.unit == login.staff.unit]
    chosen = {"unit": "", "post": "", "committee": "", **wanted}
    chosen = chosen if any(chosen.values()) else own_inbox(login.staff, own_posts)
    page = await supervision.inbox(token, **chosen, after=after) if any(chosen.values()) else None
    proposed = await _consequences(supervision, login)
    return pages.show(
        request,
        "inbox.html",
        told.status,
        page=page,
        cases=await _cases(assignment, token, _case_ids(page, proposed)),
        chosen=chosen,
        own_posts=own_posts,
        committee_of=committee_of(login.staff, chosen),
        post_title=next((post.title for post in posts if post.code == chosen["post"]), chosen["post"]),
        done=done,
        told=told.faults,
        failed=failed,
        act=act,
        typed={name: one(typed or {}, name) for name in (*SETTLEMENT, "text")},
        blank=dict.fromkeys(SETTLEMENT, ""),
        assisted=await _assisted(assignment, token, chosen["unit"]),
        hand_overs=await _hand_overs(assignment, login),
        consequences=proposed,
        offered=await offers_waiting(assignment, login),
        further=further("/inbox", chosen, page.next) if page else None,
    )


def own_inbox(staff: Staff, own_posts: Sequence[Post]) -> dict[str, str]:
    """The inbox to begin with: a leader's notices go to a post of the unit, the others' to the unit."""
    if staff.role == "leader":
        return {"unit": "", "post": own_posts[0].code if own_posts else "", "committee": ""}
    return {"unit": staff.unit or "", "post": "", "committee": ""}


def committee_of(staff: Staff, chosen: Mapping[str, str]) -> str:
    """The unit whose Party committee's inbox is offered beside the one that is open; empty for none."""
    if staff.role in ("leader", "unit_head"):
        return staff.unit or ""
    return chosen["unit"] if staff.role in SETTLES else ""


def inbox_of(recipient: str) -> dict[str, str]:
    """The parameter that opens a recipient's inbox: `unit:water` is `unit=water`."""
    kind, _, code = recipient.partition(":")
    return {kind: code} if kind in ("unit", "post", "committee") else {}


def _case_ids(page: InboxPage | None, proposed: Sequence[Consequence]) -> set[UUID]:
    """What notices and proposals are about."""
    notices = page.notices if page else []
    told = {one.case_id for one in notices if one.case_id is not None}
    return told | {one.subject_id for one in proposed if one.subject_kind == "case"}


async def _consequences(supervision: Supervision, login: Login) -> list[Consequence]:
    """What the ladder proposes; the notices are shown though that can't be read."""
    if login.staff.role not in SETTLES:
        return []
    try:
        return (await supervision.consequences(login.token)).consequences
    except (Refused, Away):
        return []


async def _posts(assignment: Assignment, token: str) -> list[Post]:
    """Without any while they can't be read: the notices are shown anyway."""
    try:
        return (await assignment.directory(token)).posts
    except (Refused, Away):
        return []


async def _cases(assignment: Assignment, token: str, ids: Collection[UUID]) -> dict[UUID, CaseRow]:
    """The cases that notices are about, without those that can't be read: the notices are shown anyway."""
    try:
        return await assignment.these(token, ids)
    except (Refused, Away):
        return {}


async def _assisted(assignment: Assignment, token: str, unit: str) -> CasePage | None:
    """What a unit assists with, open parts first; the notices are shown though that can't be read."""
    try:
        return await assignment.cases(token, unit=unit, assisting="true") if unit else None
    except (Refused, Away):
        return None


async def _hand_overs(assignment: Assignment, login: Login) -> int:
    """How many hand-overs await confirmation; the notices are shown though that can't be read."""
    if not login.sees_hand_overs:
        return 0
    try:
        return len(await assignment.hand_overs(login.token, confirmed=False))
    except (Refused, Away):
        return 0
