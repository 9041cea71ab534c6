"""Hand-overs of posts: what awaits confirmation, one list line by line, the confirmation."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis_assignment import Assignment
from services.console.pages import Pages, one, see
from services.console.session import SEES_HAND_OVERS

Post = Annotated[str, Path(max_length=64)]


def hand_over_routes(pages: Pages, assignment: Assignment) -> APIRouter:
    """The routes; assignment decides whose posts somebody sees."""
    routes = APIRouter(default_response_class=HTMLResponse)

    @routes.get("/hand-overs", summary="Hand-overs of posts (unit_head, leader: their unit's; offices: all)")
    async def list_hand_overs(request: Request, confirmed: bool = False, done: bool = False) -> Response:
        token = pages.login(request, *SEES_HAND_OVERS).token
        rows = await assignment.hand_overs(token, confirmed)
        return pages.show(request, "hand_overs.html", rows=rows, confirmed=confirmed, done=done)

    @routes.get("/posts/{post}/hand-over", summary="What passed to the holder of a post (as the list)")
    async def read_hand_over(request: Request, post: Post) -> Response:
        token = pages.login(request, *SEES_HAND_OVERS).token
        found = await assignment.hand_over(token, post)
        return pages.show(request, "hand_over.html", one=found)

    @routes.post("/posts/{post}/hand-over", summary="Confirm a hand-over (unit_head, leader, administrator)")
    async def confirm(request: Request, post: Post) -> Response:
        token = pages.login(request, *SEES_HAND_OVERS).token
        await assignment.confirm_hand_over(token, post, one(await pages.own_form(request), "digest"))
        return see("/hand-overs?done=true")

    return routes
