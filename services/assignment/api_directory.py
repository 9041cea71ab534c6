"""The directory over HTTP: load it whole, read it, edit its words."""

from datetime import datetime
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.assignment.directory import Directory, Word
from services.assignment.publish import (
    DirectoryMovedOn,
    DirectoryRefused,
    Edition,
    NoDirectory,
    Published,
    publish,
    replace_words,
)
from services.assignment.store_directory import PostgresDirectories, Rulebooks
from services.contracts.vocabulary import ROLES, UnitKind
from services.kit.auth import Staff
from services.kit.http import Problem, staff_with
from services.kit.large_body import LargeBodyRoute
from services.kit.postgres import Database

log = structlog.get_logger(__name__)

Administrator = Annotated[Staff, Depends(staff_with("administrator"))]
Editor = Annotated[Staff, Depends(staff_with("clerk", "administrator"))]
AnyStaff = Annotated[Staff, Depends(staff_with(*ROLES))]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LoadView(Frozen):
    """What a load did. `identical`: the same content was in force already, nothing changed."""

    version: int = Field(examples=[3])
    identical: bool
    changed: dict[str, int] = Field(examples=[{"unit": 48, "post": 78}], description="events by entry")
    retired: int = Field(description="entries that the directory no longer has")


class DirectoryView(Frozen):
    """The directory in force."""

    version: int
    loaded_at: datetime
    loaded_by: str
    directory: Directory


class PublicUnit(Frozen):
    """What anybody may know of a unit; `parent` is the code of the one above it."""

    code: str = Field(examples=["water_bureau"])
    name: str = Field(examples=["水利局"])
    kind: UnitKind
    parent: str | None


class PublicUnits(Frozen):
    """The units of the directory in force, in its order; none before the first is loaded."""

    units: list[PublicUnit]


class LexiconView(Frozen):
    """The words in force, and the version that an edit must name."""

    version: int
    words: tuple[Word, ...]


class LexiconEdit(Frozen):
    """All words, as they shall be. `version`: the one they were read from."""

    version: int = Field(examples=[3])
    words: tuple[Word, ...] = Field(
        max_length=50_000,
        examples=[[{"field": "category", "value": "water", "word": "停水", "weight": 2}]],
    )


def directory_routes(database: Database, rulebooks: Rulebooks) -> APIRouter:
    """The routes; each summary says who may call it."""
    routes, large = APIRouter(tags=["directory"]), APIRouter(tags=["directory"], route_class=LargeBodyRoute)
    _public(routes, database, rulebooks)
    _whole(large, database)
    _lexicon(large, database)
    routes.include_router(large)
    return routes


def _public(routes: APIRouter, database: Database, rulebooks: Rulebooks) -> None:
    @routes.get("/units", summary="Units by code, with their names (anybody, without a token)")
    async def list_units() -> PublicUnits:
        async with database.pool.acquire() as connection:
            rulebook = await rulebooks.current(connection)
        units = rulebook.directory.units if rulebook else ()
        return PublicUnits(
            units=[
                PublicUnit(code=unit.code, name=unit.name, kind=unit.kind, parent=unit.parent)
                for unit in units
            ]
        )


def _whole(routes: APIRouter, database: Database) -> None:
    @routes.post(
        "/directory",
        summary="Load the whole directory, all or nothing (administrator)",
    )
    async def load_directory(directory: Directory, staff: Administrator) -> LoadView:
        """422 names every problem with its file and row; the same content again changes nothing."""
        _refuse_nul(directory)
        async with database.writing() as writing:
            directories = PostgresDirectories(writing.connection)
            try:
                done = await publish(directories, writing.publish, directory, staff.subject, writing.now)
            except DirectoryRefused as refused:
                raise _refused(refused) from refused
        return _loaded(done, staff)

    @routes.post(
        "/directory/check",
        summary="Say what a load of this directory would do, or everything wrong with it (administrator)",
    )
    async def check_directory(directory: Directory, staff: Administrator) -> LoadView:
        """As a load, and nothing is kept."""
        _refuse_nul(directory)
        async with database.trying() as trial:
            directories = PostgresDirectories(trial.connection)
            try:
                done = await publish(directories, trial.publish, directory, staff.subject, trial.now)
            except DirectoryRefused as refused:
                raise _refused(refused) from refused
        return _view(done)

    @routes.get("/directory", summary="The directory in force (any staff)")
    async def read_directory(_: AnyStaff) -> DirectoryView:
        edition = await _edition(database)
        return DirectoryView(
            version=edition.version,
            loaded_at=edition.loaded_at,
            loaded_by=edition.loaded_by,
            directory=edition.directory,
        )


def _lexicon(routes: APIRouter, database: Database) -> None:
    @routes.get("/lexicon", summary="The words by which demands are classified (clerk, administrator)")
    async def read_lexicon(_: Editor) -> LexiconView:
        edition = await _edition(database)
        return LexiconView(version=edition.version, words=edition.directory.words)

    @routes.put(
        "/lexicon",
        summary="Replace the words; demands assigned from then on follow them (clerk, administrator)",
    )
    async def edit_lexicon(edit: LexiconEdit, staff: Editor) -> LoadView:
        _refuse_nul(edit)
        async with database.writing() as writing:
            directories = PostgresDirectories(writing.connection)
            try:
                done = await replace_words(
                    directories, writing.publish, edit.words, edit.version, staff.subject, writing.now
                )
            except NoDirectory as missing:
                raise no_directory() from missing
            except DirectoryMovedOn as moved:
                raise _moved_on(moved) from moved
            except DirectoryRefused as refused:
                raise _refused(refused) from refused
        return _loaded(done, staff)


def no_directory() -> Problem:
    """404: nothing can be said before a directory is loaded."""
    return Problem(
        404, "Not Found", "no directory was loaded yet", remedy="load one with `yinuo directory load DIR`"
    )


async def _edition(database: Database) -> Edition:
    async with database.pool.acquire() as connection:
        edition = await PostgresDirectories(connection).current()
    if edition is None:
        raise no_directory()
    return edition


def _refuse_nul(given: BaseModel) -> None:
    """PostgreSQL keeps no NUL character in a text, so none may travel either. Raises Problem 422."""
    if "\\u0000" in given.model_dump_json().replace("\\\\", ""):
        raise Problem(
            422,
            "Unprocessable Content",
            "a text contains the character NUL (U+0000)",
            field="body",
            remedy="delete it where it stands and send the whole again",
        )


def _refused(refused: DirectoryRefused) -> Problem:
    first = refused.problems[0]
    return Problem(
        422,
        "Unprocessable Content",
        str(refused),
        field=f"{first.file}:{first.row}:{first.column}",
        remedy=first.remedy,
        problems=[problem.model_dump() for problem in refused.problems],
    )


def _moved_on(moved: DirectoryMovedOn) -> Problem:
    return Problem(
        409,
        "Conflict",
        str(moved),
        field="version",
        remedy=f"read /lexicon again and put your edit on version {moved.version}",
    )


def _loaded(done: Published, staff: Staff) -> LoadView:
    if not done.identical:
        log.info("directory loaded", version=done.version, by=staff.subject, changed=dict(done.changed))
    return _view(done)


def _view(done: Published) -> LoadView:
    return LoadView(
        version=done.version, identical=done.identical, changed=dict(done.changed), retired=done.retired
    )
