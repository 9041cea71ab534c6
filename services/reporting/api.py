"""The HTTP API of reporting, reading: circulars for everybody, their rows for staff."""

from datetime import date
from typing import Annotated, Final, get_args

from fastapi import APIRouter, Depends, Query, Request

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
    answer,
    figure_lines,
)
from services.reporting.api_files import file_routes
from services.reporting.circular import Edition
from services.reporting.figures import NONE, Sliced, UnknownFigure, named
from services.reporting.periods import Kind
from services.reporting.public import public_edition
from services.reporting.reference import NotAReference, parse
from services.reporting.steps import STATES, allowed
from services.reporting.store_books import book_directory

DRAFT_READERS: Final[tuple[Role, ...]] = ("leader", "supervision_office", "administrator", "clerk")

AnyStaff = Annotated[Staff, Depends(staff_with(*ROLES))]
Limit = Annotated[int, Query(ge=1, le=1000)]


def routes(database: Database) -> APIRouter:
    """All routes that read."""
    router = APIRouter(tags=["circulars"])
    _reading(router, database)
    _figures(router, database)
    return router


def _reading(router: APIRouter, database: Database) -> None:
    @router.get(
        "/circulars",
        summary="Issued circulars, the newest first (anybody); drafts too (staff)",
        openapi_extra=STAFF_OR_ANYBODY,
    )
    async def list_circulars(
        request: Request,
        after: str | None = None,
        limit: Limit = 50,
        drafts: bool = False,
        kind: Kind | None = None,
    ) -> Lines:
        staff = await staff_with(*DRAFT_READERS)(request) if drafts else None
        found = await store_circulars.listed(
            database.pool,
            before=cursor.decode_line(after),
            limit=limit + 1,
            states=STATES if drafts else ("issued",),
            kinds=(kind,) if kind else get_args(Kind),
        )
        lines = [Line.model_validate(one, from_attributes=True) for one in found[:limit]]
        if staff and await speaks_for_all(database, staff):
            lines = [one.model_copy(update={"steps": allowed(one.state, staff.role)}) for one in lines]
        last = lines[-1] if len(found) > limit else None
        return Lines(circulars=lines, next=cursor.encode_line(last.first, last.ref) if last else None)

    async def asked_for(reference: str, request: Request) -> Edition:
        return await shown(database, reference, request)

    file_routes(router, asked_for)

    @router.get("/circulars/{reference}.json", include_in_schema=False)
    @router.get(
        "/circulars/{reference}",
        summary="A circular by number (2021-03, county-2021-01), ISO week or date"
        " (anybody; whole, drafts too: staff)",
        openapi_extra=STAFF_OR_ANYBODY,
    )
    async def read_json(reference: str, request: Request) -> CircularAnswer:
        return answer(await shown(database, reference, request))


def _figures(router: APIRouter, database: Database) -> None:
    @router.get(
        "/circulars/{reference}/figures",
        summary="Every figure by name (anybody; drafts: staff)",
        openapi_extra=STAFF_OR_ANYBODY,
    )
    async def list_figures(reference: str, request: Request) -> list[FigureLine]:
        return list(figure_lines((await found(database, reference, request)).circular))

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
        edition = await found(database, reference, request)
        page = await _page(database, edition, _named(figure), cursor.decode(after), limit)
        return RowsPage(
            circular=edition.issue.number,
            first=edition.circular.first,
            last=edition.circular.last,
            figure=figure,
            value=edition.circular.counts.get(figure, 0),
            rows=page.rows,
            next=cursor.encode(page.next) if page.next else None,
        )


async def speaks_for_all(database: Database, staff: Staff) -> bool:
    """A leader acts for the unit of the token, and only the authority's own unit speaks for all of it."""
    if staff.role != "leader":
        return True
    return (await book_directory(database.pool, date.max)).is_root(staff.unit)


async def found(database: Database, reference: str, request: Request) -> Edition:
    """The circular; a draft only for those who may see it. Raises Problem."""
    edition = await store_circulars.find(database.pool, reference_of(reference))
    if edition is not None and edition.issue.number is None:
        await staff_with(*DRAFT_READERS)(request)
    if edition is None:
        raise Problem(
            404, "Not Found", f"no circular {reference}", field="reference", remedy="see GET /circulars"
        )
    return edition


async def shown(database: Database, reference: str, request: Request) -> Edition:
    """The circular as the caller may see it: staff whole, others its public edition. Raises Problem."""
    edition = await found(database, reference, request)
    if "authorization" in request.headers:
        await staff_with(*ROLES)(request)
        return edition
    return public_edition(edition)


async def _page(
    database: Database, edition: Edition, asked: Sliced, after: store_rows.After, limit: int
) -> store_rows.Page:
    circular = edition.circular
    if asked.figure.source not in ("ledger", "facts"):
        return await store_list_counts.list_rows(database.pool, asked, circular.period, after, limit)
    values = [asked.value] if asked.value is not None else []
    if asked.dimension == "category" and asked.value is not None:
        known = circular.correction.directory_offset if circular.correction else None
        day = date.max if circular.correction else circular.last
        values = (await book_directory(database.pool, day, known)).categories_under(asked.value)
    return await store_rows.rows(database.pool, asked, values, edition.book, circular.period, after, limit)


def reference_of(text: str) -> str:
    """The number or ref that a text in a URL stands for. Raises Problem 422."""
    try:
        return parse(text)
    except NotAReference as unreadable:
        raise Problem(
            422,
            "Unprocessable Content",
            str(unreadable),
            field="reference",
            remedy="write it as one of these examples",
        ) from unreadable


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
