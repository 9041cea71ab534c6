"""Posts and their hand-overs over HTTP: who holds a post, what passed to him, his confirmation."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from fastapi import Query as FromQuery
from pydantic import BaseModel, ConfigDict, Field

from services.assignment.api_directory import AnyStaff, no_directory
from services.assignment.directory import Directory, local_day
from services.assignment.hand_over import (
    OF_CASES,
    Confirmation,
    ConfirmedBefore,
    ListChanged,
    NothingPasses,
    Outcome,
    PassingKind,
    Succession,
    confirm,
    counts_of,
    digest_of,
    successions,
)
from services.assignment.store_directory import Rulebooks
from services.assignment.store_hand_overs import PostgresHandOvers
from services.contracts.vocabulary import Role
from services.kit.auth import Staff
from services.kit.connection import Connection
from services.kit.http import Problem, staff_with
from services.kit.postgres import Database

OF_THEIR_UNIT: Final[frozenset[Role]] = frozenset({"leader", "unit_head"})
READERS: Final = "leader and unit_head: their unit's posts; supervision_office, administrator: all"

Reader = Annotated[Staff, Depends(staff_with("leader", "unit_head", "supervision_office", "administrator"))]
Confirmer = Annotated[Staff, Depends(staff_with("leader", "unit_head", "administrator"))]
PostCode = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[^\x00]+$", description="职务代码")]


class Shown(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class PostView(Shown):
    """A post today. `title` and `unit` None: the directory in force doesn't have it any more.

    `answers`: for an open case, its rectification or a part of it, a standing promise or an open project.
    """

    code: str
    title: str | None
    unit: str | None
    unit_name: str | None
    holder: str | None
    since: date | None
    answers: bool


class Posts(Shown):
    posts: list[PostView]


class ConfirmationView(Shown):
    """Who confirmed which list, and when (business time)."""

    by: str
    at: datetime
    digest: str
    cases: int
    promises: int
    projects: int


class HandOverRow(Shown):
    """A hand-over: how much of the predecessor's is open now, and whether it was confirmed.

    `cases` counts those under way, rectifications, and parts of other units' cases.
    `days`: whole local days since the successor's first.
    """

    post: str
    post_title: str
    unit: str
    unit_name: str | None
    predecessor: str
    holder: str
    since: date
    days: int
    cases: int
    promises: int
    projects: int
    confirmation: ConfirmationView | None


class HandOvers(Shown):
    hand_overs: list[HandOverRow]


class PassingView(Shown):
    """One line of the list: `number` is the receipt, the promise's number or the ledger number."""

    kind: PassingKind
    id: UUID
    number: str
    words: str
    state: str
    due_at: datetime | None
    due_on: date | None


class HandOverView(HandOverRow):
    """The list whole; `digest` is what a confirmation must name."""

    digest: str
    passing: list[PassingView]


class Seen(BaseModel):
    """确认交接: the digest of the list that was looked at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str = Field(pattern=r"^[0-9a-f]{64}$", examples=["0" * 64])


@dataclass(frozen=True, slots=True)
class Today:
    """The directory in force and what is stored, as of a local day by the business clock."""

    directory: Directory
    day: date
    stored: PostgresHandOvers

    def of(self, post: str) -> Succession:
        """Raises Problem 404."""
        found = next((one for one in successions(self.directory, self.day) if one.post == post), None)
        if found is None:
            raise _none(post, self.directory)
        return found

    async def rows(self, found: Sequence[Succession]) -> list[HandOverRow]:
        counts = await self.stored.counts(found)
        confirmed = await self.stored.confirmations([one.post for one in found])
        return [
            self._row(one, counts.get(one.post, {}), confirmed.get((one.post, one.since))) for one in found
        ]

    async def view(self, one: Succession) -> HandOverView:
        passing = (await self.stored.passing([one])).get(one.post, ())
        confirmed = (await self.stored.confirmations([one.post])).get((one.post, one.since))
        row = self._row(one, counts_of(passing), confirmed)
        lines = [PassingView.model_validate(line) for line in passing]
        return HandOverView(**row.model_dump(), digest=digest_of(passing), passing=lines)

    def _row(
        self, one: Succession, counts: Mapping[PassingKind, int], confirmed: Confirmation | None
    ) -> HandOverRow:
        unit = self.directory.units_by_code.get(one.unit)
        return HandOverRow(
            post=one.post,
            post_title=self.directory.posts_by_code[one.post].title,
            unit=one.unit,
            unit_name=unit.name if unit else None,
            predecessor=one.predecessor,
            holder=one.successor,
            since=one.since,
            days=(self.day - one.since).days,
            cases=sum(counts.get(kind, 0) for kind in OF_CASES),
            promises=counts.get("promise", 0),
            projects=counts.get("project", 0),
            confirmation=ConfirmationView.model_validate(confirmed) if confirmed else None,
        )

    async def posts(self) -> list[PostView]:
        answering = await self.stored.answering()
        gone = sorted(answering - self.directory.posts_by_code.keys())
        return [self._post(code, code in answering) for code in (*self.directory.posts_by_code, *gone)]

    def _post(self, code: str, answers: bool) -> PostView:
        post, holder = self.directory.posts_by_code.get(code), self.directory.holder(code, self.day)
        unit = self.directory.units_by_code.get(post.unit) if post else None
        return PostView(
            code=code,
            title=post.title if post else None,
            unit=post.unit if post else None,
            unit_name=unit.name if unit else None,
            holder=holder.person if holder and post else None,
            since=holder.since if holder and post else None,
            answers=answers,
        )


class Registry:
    """Where the routes find the day's state. Raises Problem 404 before the first directory."""

    def __init__(self, database: Database, rulebooks: Rulebooks) -> None:
        self.database = database
        self._rulebooks = rulebooks

    def reading(self) -> AbstractAsyncContextManager[Connection]:
        found: AbstractAsyncContextManager[Connection] = self.database.pool.acquire()
        return found

    async def today(self, connection: Connection) -> Today:
        rulebook = await self._rulebooks.current(connection)
        if rulebook is None:
            raise no_directory()
        now = await connection.fetchval("SELECT clock.now()")
        return Today(rulebook.directory, local_day(now), PostgresHandOvers(connection))


def hand_over_routes(registry: Registry) -> APIRouter:
    """The routes; each summary says who may call it."""
    routes = APIRouter(tags=["posts"])
    _lists(routes, registry)
    _one(routes, registry)
    return routes


def _lists(routes: APIRouter, registry: Registry) -> None:
    @routes.get("/posts", summary="Posts and who holds them today (any staff)")
    async def list_posts(_: AnyStaff, vacant: bool | None = None) -> Posts:
        """`vacant=true`: those that nobody holds; with `answers`, something open lies there."""
        async with registry.reading() as connection:
            posts = await (await registry.today(connection)).posts()
        return Posts(posts=[one for one in posts if vacant is None or (one.holder is None) == vacant])

    @routes.get("/hand-overs", summary=f"Changes of holders of posts with what passed ({READERS})")
    async def list_hand_overs(
        staff: Reader,
        confirmed: Annotated[bool | None, FromQuery(description="false: open things await it")] = None,
    ) -> HandOvers:
        """Without what passed and without confirmation a hand-over isn't listed."""
        async with registry.reading() as connection:
            today = await registry.today(connection)
            found = [one for one in successions(today.directory, today.day) if _is_theirs(staff, one.unit)]
            rows = await today.rows(found)
        return HandOvers(hand_overs=[one for one in rows if _is_listed(one, confirmed)])


def _one(routes: APIRouter, registry: Registry) -> None:
    @routes.get(
        "/posts/{post}/hand-over", summary=f"What passed to the holder of a post, line by line ({READERS})"
    )
    async def read_hand_over(post: PostCode, staff: Reader) -> HandOverView:
        async with registry.reading() as connection:
            today = await registry.today(connection)
            return await today.view(_theirs(staff, today.of(post)))

    @routes.post(
        "/posts/{post}/hand-over",
        status_code=201,
        summary="交接确认 Confirm what passed (leader and unit_head: of their unit's posts, administrator)",
    )
    async def confirm_hand_over(post: PostCode, seen: Seen, staff: Confirmer) -> ConfirmationView:
        async with registry.database.writing() as writing:
            today = await registry.today(writing.connection)
            succession = _theirs(staff, today.of(post))
            outcome = await confirm(today.stored, succession, seen.digest, staff.subject, writing.now)
        return _answer(outcome)


def _is_theirs(staff: Staff, unit: str) -> bool:
    return staff.role not in OF_THEIR_UNIT or staff.unit == unit


def _is_listed(row: HandOverRow, confirmed: bool | None) -> bool:
    done, passes = row.confirmation is not None, row.cases + row.promises + row.projects > 0
    return (done or passes) and confirmed in (None, done)


def _theirs(staff: Staff, succession: Succession) -> Succession:
    if _is_theirs(staff, succession.unit):
        return succession
    raise Problem(
        403,
        "Forbidden",
        f"the token is for unit {staff.unit}, the post {succession.post} belongs to {succession.unit}",
        field="post",
        remedy="use a token of that unit",
    )


def _answer(outcome: Outcome) -> ConfirmationView:
    """Raises Problem 409 where nothing was confirmed by it."""
    match outcome:
        case Confirmation():
            return ConfirmationView.model_validate(outcome)
        case ConfirmedBefore(before):
            detail = f"the hand-over was confirmed by {before.by} before"
            raise _conflict("post", detail, "nothing needs to be done: that stands")
        case NothingPasses():
            raise _conflict("post", "nothing of the predecessor's is open", "nothing needs to be confirmed")
        case ListChanged():
            detail = "the list has changed since it was looked at"
            raise _conflict("digest", detail, "read it again and confirm what it says then")


def _conflict(field: str, detail: str, remedy: str) -> Problem:
    return Problem(409, "Conflict", detail, field=field, remedy=remedy)


def _none(post: str, directory: Directory) -> Problem:
    known = post in directory.posts_by_code
    return Problem(
        404,
        "Not Found",
        f"nobody took the post {post} over from somebody" if known else f"the directory has no post {post}",
        field="post",
        remedy="see /hand-overs" if known else "see /posts",
    )
