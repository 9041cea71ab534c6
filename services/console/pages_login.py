"""Staff come in with a token from `yinuo staff token`, and leave."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.console.pages import Pages, one, see
from services.console.session import login_of
from services.contracts.vocabulary import Role

HOME_OF_UNIT_STAFF: tuple[Role, ...] = ("handler", "unit_head", "leader")


def login_routes(pages: Pages) -> APIRouter:
    """The routes; anybody may try."""
    routes = APIRouter(default_response_class=HTMLResponse)

    @routes.get("/login", summary="The form to log in (anybody)")
    async def ask_login(
        request: Request, then: Annotated[str, Query(max_length=500)] = "", expired: bool = False
    ) -> Response:
        return pages.show(request, "login.html", then=then, expired=expired, refused=False)

    @routes.post("/login", summary="Log in with a staff token (anybody)")
    async def login(request: Request) -> Response:
        fields = await pages.own_form(request)
        token, then = one(fields, "token"), one(fields, "then")
        found = login_of(token, pages.reader)
        if found is None:
            return pages.show(request, "login.html", 422, then=then, expired=False, refused=True)
        answer = see(own_address(then) or home_of(found.staff.role))
        seconds = int((found.ends - datetime.now(UTC)).total_seconds())
        pages.set_cookie(answer, pages.names.login, token, max(seconds, 0))
        answer.delete_cookie(pages.names.visitor, secure=pages.secure, httponly=True, samesite="strict")
        return answer

    @routes.post("/logout", summary="Log out (staff)")
    async def logout(request: Request) -> Response:
        await pages.own_form(request)
        answer = see("/")
        answer.delete_cookie(pages.names.login, secure=pages.secure, httponly=True, samesite="strict")
        return answer

    @routes.get("/staff", summary="Where a member of staff begins (staff)")
    async def home(request: Request) -> Response:
        return see(home_of(pages.login(request).staff.role))

    return routes


def home_of(role: Role) -> str:
    """Unit staff begin with what they are reminded of, the others with the cases."""
    return "/inbox" if role in HOME_OF_UNIT_STAFF else "/cases"


def own_address(text: str) -> str | None:
    """A path on this console; None for what would lead elsewhere (`//host`, `/\\host`, a scheme)."""
    inside = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if inside else None
