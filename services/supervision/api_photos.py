"""Photographs of findings over HTTP, named by the SHA-256 of their bytes."""

from hashlib import sha256
from typing import Annotated, Any, ClassVar, Final

from fastapi import APIRouter, Depends, Path, Request, Response

from services.kit.auth import Staff
from services.kit.http import Problem, staff_with
from services.kit.large_body import LargeBodyRoute
from services.supervision.api_round_models import PhotoKept
from services.supervision.api_rounds import READERS, Finder, RoundOffice
from services.supervision.picture import JPEG, PNG, kind_of
from services.supervision.store_rounds import Photo, PostgresPhotos

MOST_BYTES: Final = 4 * 1024 * 1024
"""A telephone's picture at twelve megapixels, moderately compressed."""
BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in (JPEG, PNG)},
    }
}

Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the bytes, in hexadecimal")]
Viewer = Annotated[Staff, Depends(staff_with("handler", "unit_head", *READERS))]


class PhotoRoute(LargeBodyRoute):
    """A body of one photograph."""

    most: ClassVar[int] = MOST_BYTES
    remedy: ClassVar[str] = "take the picture smaller, or compress it"


def photo_routes(office: RoundOffice) -> APIRouter:
    """The routes; each summary says who may call it."""
    routes = APIRouter(tags=["rounds"])
    large = APIRouter(tags=["rounds"], route_class=PhotoRoute)

    @large.put(
        "/photos/{digest}",
        status_code=201,
        summary="照片 Send a photograph, JPEG or PNG, before its finding or after it"
        " (inspector, supervision_office, administrator)",
        responses={200: {"description": "it is here already"}},
        openapi_extra=BODY,
    )
    async def put_photo(digest: Digest, staff: Finder, request: Request, response: Response) -> PhotoKept:
        content = await request.body()
        media_type = _checked(digest, content)
        async with office.database.writing() as writing:
            photo, photos = Photo(media_type, content), PostgresPhotos(writing.connection)
            new = await photos.keep(digest, photo, writing.now, staff.subject)
        response.status_code = 201 if new else 200
        return PhotoKept(sha256=digest, media_type=media_type, size=len(content), new=new)

    @routes.get(
        "/photos/{digest}",
        summary="A photograph (handler and unit_head: of a finding at their unit; "
        + ", ".join(READERS)
        + ")",
        response_class=Response,
    )
    async def read_photo(digest: Digest, staff: Viewer) -> Response:
        async with office.database.pool.acquire() as connection:
            photos = PostgresPhotos(connection)
            if staff.role not in READERS and not await photos.is_shown_to(digest, staff.unit or ""):
                remedy = "ask the supervision office"
                raise Problem(403, "Forbidden", "no finding at your unit shows it", remedy=remedy)
            photo = await photos.one(digest)
        if photo is None:
            remedy = "the device that took it hasn't sent it yet"
            raise Problem(404, "Not Found", f"no photograph {digest}", field="digest", remedy=remedy)
        return Response(photo.content, media_type=photo.media_type)

    routes.include_router(large)
    return routes


def _checked(digest: str, content: bytes) -> str:
    """The media type. Raises Problem 422 for other bytes than the name says, and for what is no picture."""
    if sha256(content).hexdigest() != digest:
        remedy = "name it by the SHA-256 of the bytes that you send"
        raise _unfit("digest", f"the bytes have SHA-256 {sha256(content).hexdigest()}", remedy)
    media_type = kind_of(content)
    if media_type is None:
        remedy = "send the picture as JPEG or PNG, to its end"
        raise _unfit("body", "neither a whole JPEG nor a whole PNG", remedy)
    return media_type


def _unfit(field: str, detail: str, remedy: str) -> Problem:
    return Problem(422, "Unprocessable Content", detail, field=field, remedy=remedy)
