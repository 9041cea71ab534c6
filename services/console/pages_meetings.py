"""The leading group's meetings (压实责任): the list, and one with all that belongs to it."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated
from uuid import UUID, uuid4

import httpx
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis_assignment import Assignment, Post
from services.console.apis_listings import Meeting, Meetings
from services.console.call import Away, Refused
from services.console.faults import NOTHING, Told, told_of
from services.console.listing_forms import ACTS, MEETING, act_of, body_of
from services.console.pages import Fields, Pages, further, one, see, shown_at
from services.console.session import LISTS, READS_MEETINGS, SPEAKS_AT_MEETINGS, Login
from services.console.typed import Unfit
from services.contracts.vocabulary import Role

Text = Annotated[str, Query(max_length=200)]
Showing = Callable[..., Awaitable[Response]]
"""Shows a meeting again."""


def meeting_routes(pages: Pages, meetings: Meetings, assignment: Assignment) -> APIRouter:
    """The routes; supervision decides who may do what."""
    routes = APIRouter(default_response_class=HTMLResponse)
    showing = partial(_meeting_page, pages, meetings, assignment)
    _reading(routes, pages, meetings, showing)
    _drawing(routes, pages, meetings)
    _acting(routes, pages, meetings, showing)
    return routes


def _reading(routes: APIRouter, pages: Pages, meetings: Meetings, showing: Showing) -> None:
    @routes.get("/meetings", summary="Meetings of the leading group (unit head, leader and above)")
    async def list_meetings(request: Request, after: Text = "") -> Response:
        return await _list_page(pages, meetings, request, after)

    @routes.get("/meetings/{meeting_id}", summary="One meeting with all that was said (as the list)")
    async def read_meeting(request: Request, meeting_id: UUID, done: Text = "") -> Response:
        return await showing(request, meeting_id, done=done)


def _drawing(routes: APIRouter, pages: Pages, meetings: Meetings) -> None:
    @routes.post("/meetings", summary="Draw up an agenda (supervision office, administrator)")
    async def draw(request: Request) -> Response:
        token = pages.login(request, *LISTS).token
        fields = await pages.own_form(request)
        try:
            body = body_of(MEETING, {name: one(fields, name) for name in MEETING})
            meeting_id = await meetings.draw(token, body)
        except (Unfit, Refused) as failed:
            return await _list_page(pages, meetings, request, told=told_of(failed), typed=fields)
        return see(f"/meetings/{meeting_id}")


def _acting(routes: APIRouter, pages: Pages, meetings: Meetings, showing: Showing) -> None:
    @routes.post(
        "/meetings/{meeting_id}/acts/{act}",
        summary="Report (leader), say what was done (unit head), comment, set, close (offices)",
    )
    async def act(request: Request, meeting_id: UUID, act: str) -> Response:
        token = pages.login(request, *SPEAKS_AT_MEETINGS).token
        fields = await pages.own_form(request)
        if act not in ACTS:
            return await showing(request, meeting_id, Told(httpx.codes.NOT_FOUND))
        try:
            path, body = act_of(act, meeting_id, {name: one(fields, name) for name in ACTS[act]})
            await meetings.act(token, path, body)
        except (Unfit, Refused) as failed:
            return await showing(request, meeting_id, told_of(failed), failed=act, typed=fields)
        return see(f"/meetings/{meeting_id}?done={act}")

    @routes.get("/meetings/{meeting_id}/acts/{act}", summary="Back to the meeting (anybody)")
    async def back(request: Request, meeting_id: UUID) -> Response:
        return shown_at(request, f"/meetings/{meeting_id}")


async def _list_page(
    pages: Pages,
    meetings: Meetings,
    request: Request,
    after: str = "",
    told: Told = NOTHING,
    typed: Fields | None = None,
) -> Response:
    """The list; for the office with the form to draw up an agenda."""
    login = pages.login(request, *READS_MEETINGS)
    page = await meetings.page(login.token, after)
    return pages.show(
        request,
        "meetings.html",
        told.status,
        rows=page.meetings,
        further=further("/meetings", {}, page.next),
        draws=login.staff.role in LISTS,
        told=told.faults,
        typed={name: one(typed or {}, name) for name in MEETING},
        meeting_id=one(typed or {}, "meeting_id") or uuid4(),
    )


async def _meeting_page(
    pages: Pages,
    meetings: Meetings,
    assignment: Assignment,
    request: Request,
    meeting_id: UUID,
    told: Told = NOTHING,
    done: str = "",
    failed: str = "",
    typed: Fields | None = None,
) -> Response:
    """The meeting; after an act that failed with what was typed, and which input is at fault."""
    login = pages.login(request, *READS_MEETINGS)
    found = await meetings.one(login.token, meeting_id)
    return pages.show(
        request,
        "meeting.html",
        told.status,
        one=found,
        posts=await _posts(assignment, login),
        acts=_acts(login.staff.role, found),
        finishes=login.staff.unit if login.staff.role == "unit_head" else None,
        finishes_all=login.staff.role in LISTS,
        done=done if done in ACTS else "",
        failed=failed,
        told=told.faults,
        fresh=uuid4(),
        blank=dict.fromkeys((name for names in ACTS.values() for name in names), ""),
        typed={name: one(typed or {}, name) for names in ACTS.values() for name in names},
    )


async def _posts(assignment: Assignment, login: Login) -> list[Post]:
    """Whose words are taken down: a leader's are of the own unit's posts. None while they can't be read."""
    try:
        posts = (await assignment.directory(login.token)).posts
    except (Refused, Away):
        return []
    return [post for post in posts if login.staff.role in LISTS or post.unit == login.staff.unit]


def _acts(role: Role, meeting: Meeting) -> tuple[str, ...]:
    """What is offered below the agenda; nothing once the minutes are closed."""
    if meeting.closed_at is not None:
        return ()
    if role in LISTS:
        return ("report", "comment", "follow_up", "close")
    return ("report",) if role == "leader" else ()
