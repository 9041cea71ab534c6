"""Listings (挂牌督办) over HTTP: public to read; the table of transitions says who may take a step."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi import Query as FromQuery

from services.contracts.listing import Listable
from services.contracts.public_text import PublicText
from services.kit.auth import Staff
from services.kit.connection import Connection
from services.kit.http import STAFF_OR_ANYBODY, Problem, staff_of, staff_with
from services.kit.masking import mask
from services.kit.page import Cursor
from services.kit.postgres import Database, Writing
from services.supervision import api_listing_models as models
from services.supervision.api_letter_models import Code, NoteGiven, ReasonGiven
from services.supervision.calendars import Policies
from services.supervision.listing import Listing, StepNotAllowed
from services.supervision.listing_transitions import (
    ListingState,
    ListingStep,
    allowed_steps,
    roles_of,
    who_may,
)
from services.supervision.listings import (
    AlreadyListed,
    ListingDesk,
    NoSuchListing,
    NoSuchSubject,
    NotTheirs,
    Refused,
)
from services.supervision.store import PostgresLimits
from services.supervision.store_calendars import PostgresCalendars
from services.supervision.store_letters import PostgresLetters
from services.supervision.store_listings import ListingFilter, PostgresListings

PAGE: Final = 50
LARGEST_PAGE: Final = 200
ANYBODY: Final = "anybody"
Office = Annotated[Staff, Depends(staff_with("supervision_office", "administrator"))]


class ListingOffice:
    """Where listings are read and moved on, one transaction each call."""

    def __init__(self, database: Database, policies: Policies) -> None:
        self.database = database
        self._policies = policies

    async def desk(self, writing: Writing) -> ListingDesk:
        """What it does commits with the transaction."""
        policy = await self._policies.current(PostgresCalendars(writing.connection))
        listings, limits = PostgresListings(writing.connection), PostgresLimits(writing.connection)
        return ListingDesk(listings, limits, writing.publish, policy, writing.now)

    async def view(self, listing_id: UUID, staff: Staff | None, connection: Connection) -> models.ListingView:
        """Raises Problem 404."""
        listings = PostgresListings(connection)
        row = await listings.shown(listing_id)
        if row is None:
            raise _problem(NoSuchListing(listing_id), staff)
        return models.view_of(row, await listings.steps(listing_id), _allowed(row, staff))

    async def take(
        self, listing_id: UUID, staff: Staff, step: ListingStep, words: PublicText | None
    ) -> models.ListingView:
        """Raises Problem where the step is refused."""
        async with self.database.writing() as writing:
            desk = await self.desk(writing)
            outcome = await desk.take(listing_id, step, words, staff)
            if not isinstance(outcome, Listing):
                raise _problem(outcome, staff)
            return await self.view(listing_id, staff, writing.connection)


def listing_routes(database: Database, policies: Policies) -> APIRouter:
    """The routes; each summary says who may call it."""
    routes, office = APIRouter(tags=["listings"]), ListingOffice(database, policies)
    _reading(routes, office)
    _by_the_unit(routes, office)
    _by_the_authority(routes, office)
    return routes


def _reading(routes: APIRouter, office: ListingOffice) -> None:
    @routes.get("/listings", summary=f"挂牌督办 Listings, those opened last first ({ANYBODY})")
    async def list_listings(
        unit: Code | None = None,
        state: ListingState | None = None,
        kind: Annotated[Listable | None, FromQuery(description="of what")] = None,
        after: Annotated[str | None, FromQuery(description="`next` of the page before")] = None,
        limit: Annotated[int, FromQuery(ge=1, le=LARGEST_PAGE)] = PAGE,
    ) -> models.ListingPage:
        cursor = Cursor.parse(after) if after is not None else None
        async with office.database.pool.acquire() as connection:
            wanted = ListingFilter(unit, state, kind)
            rows = await PostgresListings(connection).page(wanted, cursor, limit + 1)
        shown = [models.row_of(row) for row in rows[:limit]]
        more = str(Cursor(shown[-1].opened_at, shown[-1].listing_id)) if len(rows) > limit else None
        return models.ListingPage(listings=shown, next=more)

    @routes.get(
        "/listings/{listing_id}",
        summary=f"One listing with its progress ({ANYBODY}; staff see what they may do)",
        openapi_extra=STAFF_OR_ANYBODY,
    )
    async def read_listing(listing_id: UUID, request: Request) -> models.ListingView:
        staff = _staff_or_anybody(request)
        async with office.database.pool.acquire() as connection:
            return await office.view(listing_id, staff, connection)


def _by_the_unit(routes: APIRouter, office: ListingOffice) -> None:
    reporter, asker = (Depends(staff_with(*roles_of(step))) for step in ("progress", "ask"))

    @routes.post(
        "/listings/{listing_id}/progress", summary=f"每周报进展 Report progress ({who_may('progress')})"
    )
    async def progress(
        listing_id: UUID, given: models.TextGiven, staff: Annotated[Staff, reporter]
    ) -> models.ListingView:
        return await office.take(listing_id, staff, "progress", mask(given.text))

    @routes.post("/listings/{listing_id}/ask", summary=f"申请销号 Ask to be struck off ({who_may('ask')})")
    async def ask(
        listing_id: UUID, given: models.TextGiven, staff: Annotated[Staff, asker]
    ) -> models.ListingView:
        return await office.take(listing_id, staff, "ask", mask(given.text))


def _by_the_authority(routes: APIRouter, office: ListingOffice) -> None:
    @routes.post(
        "/listings",
        status_code=201,
        summary="挂牌 List a case or a project by hand (supervision_office, administrator)",
    )
    async def open_listing(given: models.ListingGiven, staff: Office) -> models.ListingView:
        async with office.database.writing() as writing:
            kind, subject_id = await _subject(given, PostgresLetters(writing.connection))
            desk = await office.desk(writing)
            title = mask(given.title) if given.title else None
            outcome = await desk.open_by_hand(kind, subject_id, title, mask(given.reason), staff)
            if not isinstance(outcome, Listing):
                raise _problem(outcome, staff)
            return await office.view(outcome.listing_id, staff, writing.connection)

    @routes.post(
        "/listings/{listing_id}/send-back",
        summary=f"退回 It isn't put right; the weekly reports go on ({who_may('send_back')})",
    )
    async def send_back(listing_id: UUID, given: ReasonGiven, staff: Office) -> models.ListingView:
        return await office.take(listing_id, staff, "send_back", mask(given.reason))

    @routes.post("/listings/{listing_id}/strike-off", summary=f"销号 Strike it off ({who_may('strike_off')})")
    async def strike_off(
        listing_id: UUID, staff: Office, given: NoteGiven | None = None
    ) -> models.ListingView:
        note = mask(given.note) if given and given.note else None
        return await office.take(listing_id, staff, "strike_off", note)


def _staff_or_anybody(request: Request) -> Staff | None:
    """A key of a channel, or a token that has run out, hides nothing from whoever sends it."""
    try:
        return staff_of(request)
    except Problem:
        return None


def _allowed(row: Mapping[str, Any], staff: Staff | None) -> tuple[ListingStep, ...]:
    if staff is None:
        return ()
    return allowed_steps(staff.role, staff.unit, row["unit"], row["authority"], row["state"])


async def _subject(given: models.ListingGiven, letters: PostgresLetters) -> tuple[Listable, UUID]:
    """What is to be listed. Raises Problem 422 unless it is one case or one project."""
    if (given.project is None) == (given.case_id is None):
        raise _unfit("project", "name a project or a case, one of them", "send `project` or `case_id`")
    if given.case_id is not None:
        return "case", given.case_id
    project_id = await letters.project(given.project or "")
    if project_id is None:
        raise _unfit("project", f"no project {given.project}", "name a ledger number of GET /projects")
    return "project", project_id


def _problem(refused: Refused, staff: Staff | None) -> Problem:
    """What is answered where a listing or a step is refused."""
    match refused:
        case NoSuchListing(listing_id):
            remedy = "take the id from GET /listings"
            return Problem(404, "Not Found", f"no listing {listing_id}", field="listing_id", remedy=remedy)
        case NoSuchSubject(kind, subject_id):
            return _unfit(
                _named(kind), f"no {kind} {subject_id} is known", "take the id from assignment's lists"
            )
        case AlreadyListed(listing):
            what = f"it is listed already, as {listing.listing_id}"
            remedy = "go on with that listing, or strike it off first"
            field, listed = _named(listing.ground.subject_kind), str(listing.listing_id)
            return Problem(409, "Conflict", what, field=field, remedy=remedy, listing_id=listed)
        case NotTheirs(step, who):
            of = f"role {staff.role} of unit {staff.unit}" if staff else "nobody"
            what = f"{of} may not take step {step}"
            return Problem(403, "Forbidden", what, field="Authorization", remedy=f"it is taken by: {who}")
        case StepNotAllowed(listing, step):
            return _conflict(listing, step, staff)


def _named(kind: Listable) -> str:
    """The field that names what is listed."""
    return "case_id" if kind == "case" else "project"


def _conflict(listing: Listing, step: ListingStep, staff: Staff | None) -> Problem:
    ground = listing.ground
    row = {"unit": ground.unit, "authority": ground.authority, "state": listing.state}
    allowed = _allowed(row, staff)
    return Problem(
        409,
        "Conflict",
        f"listing {listing.listing_id} is {listing.state}: step {step} is not possible",
        field="step",
        remedy=f"steps that you may take now: {', '.join(allowed) or 'none'}",
        allowed=list(allowed),
        state=listing.state,
        version=listing.version,
    )


def _unfit(field: str, detail: str, remedy: str) -> Problem:
    return Problem(422, "Unprocessable Content", detail, field=field, remedy=remedy)
