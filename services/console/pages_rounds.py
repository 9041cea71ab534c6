"""Inspection rounds: the list, one with its draw and findings, the forms for what was found."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

import httpx
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.console.apis_rounds import Round, Rounds
from services.console.call import Away, Refused
from services.console.faults import NOTHING, Told, told_of
from services.console.pages import Fields, Pages, further, one, see, shown_at
from services.console.round_forms import FINDING, digest_of, finding_body, name_of
from services.console.session import FINDS, MOVES_ROUNDS, READS_ROUNDS, SEES_PHOTOS
from services.console.typed import Unfit
from services.console.uploads import Upload

ACTS: Final = ("draw", "close")
DIGEST: Final = r"^[0-9a-f]{64}$"
KEPT_SECONDS: Final = 3600
Text = Annotated[str, Query(max_length=200)]
Digest = Annotated[str, Path(pattern=DIGEST)]


def round_routes(pages: Pages, rounds: Rounds) -> APIRouter:
    """The routes; supervision decides who may do what."""
    routes = APIRouter(default_response_class=HTMLResponse)
    _reading(routes, pages, rounds)
    _acting(routes, pages, rounds)
    _finding(routes, pages, rounds)
    return routes


def _reading(routes: APIRouter, pages: Pages, rounds: Rounds) -> None:
    @routes.get("/rounds", summary="Inspection rounds (leader, inspector, supervision office, administrator)")
    async def list_rounds(request: Request, after: Text = "") -> Response:
        login = pages.login(request, *READS_ROUNDS)
        page = await rounds.page(login.token, after)
        more = further("/rounds", {}, page.next)
        plans = login.staff.role in MOVES_ROUNDS
        return pages.show(request, "rounds.html", rows=page.rounds, further=more, plans=plans)

    @routes.get("/rounds/{round_id}", summary="One round with its draw and findings (as the list)")
    async def read_round(request: Request, round_id: UUID, done: Text = "") -> Response:
        return await _round_page(pages, rounds, request, round_id, done=done)

    @routes.get(
        "/photos/{digest}", summary="A photograph of a finding (as the list; handler, unit_head: their own)"
    )
    async def photo(request: Request, digest: Digest) -> Response:
        content, media_type = await rounds.photo(pages.login(request, *SEES_PHOTOS).token, digest)
        kept = {"Cache-Control": f"private, max-age={KEPT_SECONDS}"}  # its name is its bytes' digest
        return Response(content, media_type=media_type, headers=kept)


def _acting(routes: APIRouter, pages: Pages, rounds: Rounds) -> None:
    @routes.post("/rounds/{round_id}/acts/{act}", summary="Draw or close (supervision office, administrator)")
    async def act(request: Request, round_id: UUID, act: str) -> Response:
        token = pages.login(request, *MOVES_ROUNDS).token
        fields = await pages.own_form(request)
        if act not in ACTS:
            return await _round_page(pages, rounds, request, round_id, Told(httpx.codes.NOT_FOUND))
        try:
            await rounds.act(token, round_id, act, _act_body(act, fields))
        except Refused as refused:
            return await _round_page(
                pages, rounds, request, round_id, told_of(refused), failed=act, typed=fields
            )
        return see(f"/rounds/{round_id}?done={act}")

    @routes.get("/rounds/{round_id}/acts/{act}", summary="Back to the round (anybody)")
    async def back(request: Request, round_id: UUID) -> Response:
        return shown_at(request, f"/rounds/{round_id}")


def _act_body(act: str, fields: Fields) -> dict[str, Any]:
    """A draw's seed, if somebody names one; what of the places drawn nobody went to after all."""
    if act == "draw":
        seed = one(fields, "seed")
        return {"seed": seed} if seed else {}
    missed = list(fields.get("missed", ()))
    return {"missed": missed} if missed else {}


def _finding(routes: APIRouter, pages: Pages, rounds: Rounds) -> None:
    @routes.post(
        "/rounds/{round_id}/findings",
        summary="Record what was found (inspector, supervision office, administrator)",
    )
    async def record(request: Request, round_id: UUID) -> Response:
        """The page made the finding's id: sent twice it is recorded once. Its photographs go first."""
        token = pages.login(request, *FINDS).token
        fields, files = await pages.own_upload(request)
        sent = [digest for digest in fields.get("photo", ()) if re.fullmatch(DIGEST, digest)]
        told = await _photos_sent(rounds, token, files, sent)
        if told is None:
            told = await _recorded(rounds, token, round_id, fields, sent)
        if told is None:
            return see(f"/rounds/{round_id}?done=finding")
        return await _round_page(
            pages, rounds, request, round_id, told, failed="finding", typed=fields, photos=sent
        )

    @routes.get("/rounds/{round_id}/findings", summary="Back to the round (anybody)")
    async def back_from_finding(request: Request, round_id: UUID) -> Response:
        return shown_at(request, f"/rounds/{round_id}")


async def _photos_sent(rounds: Rounds, token: str, files: Sequence[Upload], sent: list[str]) -> Told | None:
    """Hand photographs on, and add those taken to `sent`; what is wrong with the first that wasn't."""
    for file in files:
        digest = digest_of(file.content)
        try:
            await rounds.send_photo(token, digest, file.media_type, file.content)
        except Refused as refused:
            return told_of(refused).under("photos")
        sent.append(digest)
    return None


async def _recorded(
    rounds: Rounds, token: str, round_id: UUID, fields: Fields, photos: Sequence[str]
) -> Told | None:
    """None once the finding is on record, else what is wrong with it."""
    finding_id = _finding_id(fields)
    if finding_id is None:
        return told_of(Unfit("finding_id"))
    try:
        body = finding_body({name: one(fields, name) for name in FINDING}, photos)
        await rounds.record(token, round_id, finding_id, body)
    except (Unfit, Refused) as failed:
        return told_of(failed)
    return None


def _finding_id(fields: Fields) -> UUID | None:
    try:
        return UUID(one(fields, "finding_id"))
    except ValueError:
        return None


async def _round_page(
    pages: Pages,
    rounds: Rounds,
    request: Request,
    round_id: UUID,
    told: Told = NOTHING,
    done: str = "",
    failed: str = "",
    typed: Fields | None = None,
    photos: Sequence[str] = (),
) -> Response:
    """The round; after something that failed with what was typed, and what is wrong with it."""
    login, fields = pages.login(request, *READS_ROUNDS), typed or {}
    found = await rounds.one(login.token, round_id)
    return pages.show(
        request,
        "round.html",
        told.status,
        one=found,
        names=await _names(rounds, login.token, found),
        finds=login.staff.role in FINDS and found.draw is not None,
        acts=_acts(found.state) if login.staff.role in MOVES_ROUNDS else (),
        done=done if done in (*ACTS, "plan", "finding") else "",
        failed=failed,
        told=told.faults,
        finding_id=_finding_id(fields) or uuid4(),
        photos=photos,
        missed=fields.get("missed", ()),
        typed={name: one(fields, name) for name in (*FINDING, "seed")},
    )


async def _names(rounds: Rounds, token: str, found: Round) -> dict[str, str]:
    """What the places drawn are called; the round is shown though that can't be read."""
    if found.draw is None:
        return {}
    try:
        return {name_of(place.kind, place.key): place.name for place in await rounds.coverage(token)}
    except (Refused, Away):
        return {}


def _acts(state: str) -> tuple[str, ...]:
    return {"planned": ("draw",), "drawn": ("close",)}.get(state, ())
