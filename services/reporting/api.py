"""The HTTP API of reporting: circulars for everybody, their rows for staff, issuing for those who sign."""

from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from services.contracts.vocabulary import ROLES, Role
from services.kit.auth import Staff
from services.kit.http import STAFF_OR_ANYBODY, Problem, staff_with
from services.kit.postgres import Database
from services.reporting import cursor, store_circulars, store_list_counts, store_rows
from services.reporting.answers import (
    CircularAnswer,
    FigureLine,
    Line,
    Lines,
    RowsPage,
    WeekAsked,
    answer,
    figure_lines,
)
from services.reporting.circular import Edition
from services.reporting.figures import NONE, Sliced, UnknownFigure, named
from services.reporting.issue import Refused
from services.reporting.public import public
from services.reporting.reference import NotAReference, Reference, parse, parse_week
from services.reporting.render.csv import to_csv
from services.reporting.render.html import to_html
from services.reporting.schedule import Schedule
from services.reporting.store_books import book_directory

SIGNERS: Final[tuple[Role, ...]] = ("leader", "supervision_office", "administrator")
DRAFT_READERS: Final[tuple[Role, ...]] = (*SIGNERS, "clerk")

AnyStaff = Annotated[Staff, Depends(staff_with(*ROLES))]
Signer = Annotated[Staff, Depends(staff_with(*SIGNERS))]
Limit = Annotated[int, Query(ge=1, le=1000)]


def routes(database: Database, schedule: Schedule) -> APIRouter:
    """All routes of reporting."""
    router = APIRouter(tags=["circulars"])
    _reading(router, database)
    _figures(router, database)
    _issuing(router, database, schedule)
    return router


def _reading(router: APIRouter, database: Database) -> None:
    @router.get(
        "/circulars",
        summary="Issued circulars, the newest first (anybody); drafts too (staff)",
        openapi_extra=STAFF_OR_ANYBODY,
    )
    async def list_circulars(
        request: Request, after: date | None = None, limit: Limit = 50, drafts: bool = False
    ) -> Lines:
        if drafts:
            await staff_with(*DRAFT_READERS)(request)
        states = ("issued", "draft") if drafts else ("issued",)
        found = await store_circulars.listed(database.pool, before=after, limit=limit + 1, states=states)
        lines = [Line.model_validate(one, from_attributes=True) for one in found[:limit]]
        return Lines(circulars=lines, next=lines[-1].week.isoformat() if len(found) > limit else None)

    @router.get(
        "/circulars/{reference}.html",
        summary="A circular to read and print, its public edition (anybody; whole, drafts too: staff)",
        openapi_extra=STAFF_OR_ANYBODY,
    )
    async def read_html(reference: str, request: Request) -> Response:
        edition = await _shown(database, reference, request)
        return Response(to_html(edition), media_type="text/html; charset=utf-8")

    @router.get(
        "/circulars/{reference}.csv",
        summary="A circular's table of units (anybody; drafts: staff)",
        openapi_extra=STAFF_OR_ANYBODY,
    )
    async def read_csv(reference: str, request: Request) -> Response:
        edition = await _found(database, reference, request)
        name = edition.issue.number or edition.circular.week.isoformat()
        return Response(
            to_csv(edition.circular),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="circular-{name}.csv"'},
        )

    @router.get("/circulars/{reference}.json", include_in_schema=False)
    @router.get(
        "/circulars/{reference}",
        summary="A circular by number (2021-03), ISO week or date (anybody; whole, drafts too: staff)",
        openapi_extra=STAFF_OR_ANYBODY,
    )
    async def read_json(reference: str, request: Request) -> CircularAnswer:
        return answer(await _shown(database, reference, request))


def _figures(router: APIRouter, database: Database) -> None:
    @router.get(
        "/circulars/{reference}/figures",
        summary="Every figure by name (anybody; drafts: staff)",
        openapi_extra=STAFF_OR_ANYBODY,
    )
    async def list_figures(reference: str, request: Request) -> list[FigureLine]:
        return list(figure_lines((await _found(database, reference, request)).circular))

    @router.get(
        "/circulars/{reference}/figures/{figure}/rows",
        summary="The rows that a figure counts (any staff role)",
    )
    async def list_rows(
        reference: str,
        figure: str,
        request: Request,
        _: AnyStaff,
        after: str | None = None,
        limit: Limit = 200,
    ) -> RowsPage:
        edition = await _found(database, reference, request)
        page = await _page(database, edition, _named(figure), cursor.decode(after), limit)
        return RowsPage(
            circular=edition.issue.number,
            week=edition.circular.week,
            figure=figure,
            value=edition.circular.counts.get(figure, 0),
            rows=page.rows,
            next=cursor.encode(page.next) if page.next else None,
        )


def _issuing(router: APIRouter, database: Database, schedule: Schedule) -> None:
    @router.post(
        "/circulars",
        summary="Draft and issue a week's circular"
        " (the authority's own leader, supervision office, administrator)",
    )
    async def issue_week(asked: WeekAsked, signer: Signer) -> CircularAnswer:
        await _may_sign(database, signer)
        week = _week(asked.week)
        return await _issued(database, schedule, week, signer)

    @router.post(
        "/circulars/{reference}/issue",
        summary="Sign and issue a draft (the authority's own leader, supervision office, administrator)",
    )
    async def issue(reference: str, request: Request, signer: Signer) -> CircularAnswer:
        await _may_sign(database, signer)
        edition = await _found(database, reference, request)
        return await _issued(database, schedule, edition.circular.week, signer)


async def _may_sign(database: Database, signer: Staff) -> None:
    """A leader signs for the unit of the token, and only the authority's own unit speaks for all of it.

    Raises Problem 403.
    """
    if signer.role != "leader":
        return
    directory = await book_directory(database.pool, date.max)
    if not directory.is_root(signer.unit):
        raise Problem(
            403,
            "Forbidden",
            f"a leader of {signer.unit or 'no unit'} may not sign for the whole authority",
            remedy="use a token of a leader of the unit above all others, of the supervision office"
            " or of an administrator",
        )


async def _issued(database: Database, schedule: Schedule, week: date, signer: Staff) -> CircularAnswer:
    """The circular of a week, issued now unless it was before. Raises Problem 409 where it can't be."""
    refused = await schedule.sign(week, signer.subject)
    if isinstance(refused, Refused):
        raise _refusal(week, refused)
    edition = await store_circulars.find(database.pool, week=week)
    assert edition is not None  # noqa: S101  it was signed
    return answer(edition)


def _refusal(week: date, refused: Refused) -> Problem:
    if refused.waiting is not None:
        detail = f"the draft of the week of {refused.waiting.isoformat()} has to be issued before"
        remedy = f"issue it first: POST /circulars/{refused.waiting.isoformat()}/issue"
    else:
        detail = f"the week of {week.isoformat()} can't be cut: it isn't over everywhere, or lies before all"
        remedy = "wait until every service has passed Monday 00:00 after the week (see /backlog)"
    return Problem(409, "Conflict", detail, field="week", remedy=remedy)


async def _found(database: Database, reference: str, request: Request) -> Edition:
    """The circular; a draft only for those who may see it. Raises Problem."""
    parsed = _reference(reference)
    edition = await store_circulars.find(database.pool, number=parsed.number, week=parsed.week)
    if edition is not None and edition.issue.number is None:
        await staff_with(*DRAFT_READERS)(request)
    if edition is None:
        raise Problem(
            404, "Not Found", f"no circular {reference}", field="reference", remedy="see GET /circulars"
        )
    return edition


async def _shown(database: Database, reference: str, request: Request) -> Edition:
    """The circular as the caller may see it: staff whole, others its public edition. Raises Problem."""
    edition = await _found(database, reference, request)
    if "authorization" in request.headers:
        await staff_with(*ROLES)(request)
        return edition
    return edition.model_copy(update={"circular": public(edition.circular)})


async def _page(
    database: Database, edition: Edition, asked: Sliced, after: store_rows.After, limit: int
) -> store_rows.Page:
    circular = edition.circular
    if asked.figure.source not in ("ledger", "facts"):
        until = circular.until + timedelta(days=1)
        return await store_list_counts.list_rows(
            database.pool, asked, circular.week, until, circular.cut_at, after, limit
        )
    values = [asked.value] if asked.value is not None else []
    if asked.dimension == "category" and asked.value is not None:
        values = (await book_directory(database.pool, circular.week)).categories_under(asked.value)
    return await store_rows.rows(database.pool, asked, values, circular.week, circular.cut_at, after, limit)


def _reference(text: str) -> Reference:
    try:
        return parse(text)
    except NotAReference as unreadable:
        raise _unreadable("reference", unreadable) from unreadable


def _week(text: str) -> date:
    try:
        return parse_week(text)
    except NotAReference as unreadable:
        raise _unreadable("week", unreadable) from unreadable


def _unreadable(field: str, reason: NotAReference) -> Problem:
    return Problem(
        422, "Unprocessable Content", str(reason), field=field, remedy="write it as one of these examples"
    )


def _named(figure: str) -> Sliced:
    try:
        return named(figure)
    except UnknownFigure as unknown:
        raise Problem(
            404,
            "Not Found",
            str(unknown),
            field="figure",
            remedy=f"see GET /circulars/…/figures; a slice is figure.dimension.value, `{NONE}` for none",
        ) from unknown
