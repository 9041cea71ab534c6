"""From a request to a page: who looks, in which language, and the template filled in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from services.console import said
from services.console.apis_units import Units
from services.console.catalogue import LANGUAGES, Catalogue, catalogue, language_of
from services.console.session import (
    CookieNames,
    Login,
    form_token,
    is_own_form,
    login_of,
    new_secret,
    secret_of,
)
from services.console.uploads import MOST_FIELDS, Upload, read_upload
from services.contracts.vocabulary import Role
from services.kit.auth import TokenReader

LANGUAGE_COOKIE: Final = "yinuo-language"
YEAR_SECONDS: Final = 365 * 24 * 3600
Fields = Mapping[str, Sequence[str]]
"""A form as it was sent: each field's values."""


class LoginNeeded(Exception):
    """The page is for staff."""


class RoleNeeded(Exception):
    """The page is for other roles."""

    def __init__(self, roles: Sequence[Role]) -> None:
        super().__init__(", ".join(roles))
        self.roles = roles


class CitizenNeeded(Exception):
    """Staff are logged in in this browser, and what it sends is for citizens to say."""


class ForeignForm(Exception):
    """A changing form that this console didn't show to this browser."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at a page, in which language. `secret` keys the forms that are shown."""

    words: Catalogue
    login: Login | None
    secret: str
    is_new: bool
    path: str
    query: tuple[tuple[str, str], ...]

    @property
    def form_token(self) -> str:
        return form_token(self.secret)

    def in_language(self, language: str) -> str:
        """This page's address in another language."""
        kept = [(name, value) for name, value in self.query if name != "lang"]
        return f"{self.path}?{urlencode([*kept, ('lang', language)])}"


@dataclass(frozen=True, slots=True)
class Pages:
    """Renders pages, and tells who asks for them."""

    environment: Environment
    reader: TokenReader
    names: CookieNames
    secure: bool
    units: Units

    def visit(self, request: Request) -> Visit:
        language = language_of(
            request.query_params.get("lang"),
            request.cookies.get(LANGUAGE_COOKIE),
            request.headers.get("accept-language", ""),
        )
        secret = secret_of(request.cookies, self.names)
        return Visit(
            words=catalogue(language),
            login=login_of(request.cookies.get(self.names.login), self.reader),
            secret=secret or new_secret(),
            is_new=secret is None,
            path=request.url.path,
            query=tuple(request.query_params.multi_items()),
        )

    def show(self, request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """The page, never stored by a browser or a proxy."""
        visit = self.visit(request)
        words = visit.words
        text = self.environment.get_template(template).render(
            visit=visit,
            t=words.say,
            name=words.name,
            zh_name=catalogue("zh-CN").name,  # what is printed is an official paper, in Chinese
            knows=words.knows,
            units=self.units.listed,
            unit_name=self.units.name,
            zh=words.language == "zh-CN",
            long_day=partial(said.long_day, words=words),
            note=partial(said.note, words=words),
            days=partial(said.days, words=words),
            period=partial(said.period, words=words),
            fault=partial(said.fault, words=words),
            **values,
        )
        page = HTMLResponse(text, status)
        if visit.is_new:
            self.set_cookie(page, self.names.visitor, visit.secret)
        if request.query_params.get("lang") in LANGUAGES:
            self.set_cookie(page, LANGUAGE_COOKIE, words.language, YEAR_SECONDS)
        return page

    def login(self, request: Request, *roles: Role) -> Login:
        """The member of staff who asks. Raises LoginNeeded, RoleNeeded."""
        login = login_of(request.cookies.get(self.names.login), self.reader)
        if login is None:
            raise LoginNeeded
        if roles and login.staff.role not in roles:
            raise RoleNeeded(roles)
        return login

    def refuse_staff(self, request: Request) -> None:
        """Raises CitizenNeeded where a member of staff is logged in."""
        if login_of(request.cookies.get(self.names.login), self.reader) is not None:
            raise CitizenNeeded

    async def own_form(self, request: Request) -> Fields:
        """A changing form's fields. Raises ForeignForm unless we showed it to this browser."""
        fields = await read_form(request)
        if not is_own_form(secret_of(request.cookies, self.names), one(fields, "form_token")):
            raise ForeignForm
        return fields

    async def own_upload(self, request: Request) -> tuple[Fields, list[Upload]]:
        """As `own_form`, with the files that were chosen. The caller knows who sends them: they may be large.

        Raises ForeignForm, and Problem 413 past MOST_UPLOADED.
        """
        fields, files = await read_upload(request)
        if not is_own_form(secret_of(request.cookies, self.names), one(fields, "form_token")):
            raise ForeignForm
        return fields, files

    def set_cookie(
        self, page: HTMLResponse | RedirectResponse, name: str, value: str, seconds: int | None = None
    ) -> None:
        """A cookie that scripts can't read and that other sites' requests don't carry.

        Without `seconds` it stays as long as the browser is open, and so does a form that is keyed by it.
        """
        page.set_cookie(name, value, max_age=seconds, httponly=True, samesite="strict", secure=self.secure)


async def read_form(request: Request) -> Fields:
    """The fields of a form (application/x-www-form-urlencoded), empty ones too."""
    body = (await request.body()).decode("utf-8", "replace")
    return parse_qs(body, keep_blank_values=True, max_num_fields=MOST_FIELDS)


def one(fields: Fields, name: str) -> str:
    """A field's only value, without the space around it; empty where it wasn't sent."""
    return (fields.get(name) or [""])[0].strip()


def see(address: str) -> RedirectResponse:
    """On to another page, with GET."""
    return RedirectResponse(address, 303)


def shown_at(request: Request, address: str) -> RedirectResponse:
    """The page, for who opens an action's own address: so do the language links of what answers a form."""
    return see(f"{address}?{request.url.query}" if request.url.query else address)


def further(address: str, chosen: Mapping[str, str], after: str | None) -> str | None:
    """The address of a list's next page with the same filters; None after the last."""
    given = {name: value for name, value in chosen.items() if value}
    return f"{address}?{urlencode({**given, 'after': after})}" if after else None


def templates() -> Environment:
    """Strict, so that a misspelt value is an error, not a blank."""
    environment = Environment(
        loader=PackageLoader("services.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "moment": _in_words(said.moment),
        "limit": _in_words(said.limit),
        "yuan": said.yuan,
    }
    return environment


def _in_words(saying: Callable[[datetime | None, Catalogue | None], str]) -> Callable[..., str]:
    """As a filter, in the language of whoever looks; `|moment(true)` on a printed form."""

    @pass_context
    def filtered(context: Context, value: datetime | None, printed: bool = False) -> str:
        visit: Visit = context["visit"]
        return saying(value, None if printed else visit.words)

    return filtered
