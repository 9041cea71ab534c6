"""From a request's bytes to a demand; what can't be read is refused with the field and the remedy."""

import re
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from services.intake.demand import RawDemand
from services.kit.http import Problem

D = TypeVar("D", bound=RawDemand)

_REMEDIES: Final = {
    "missing": "add the field",
    "extra_forbidden": "leave the field out, or check its spelling in the OpenAPI document",
    "nul": "remove the character U+0000 from the text",
    "reserved": "put something before it",
    "blank": "fill the field, or leave it out if it is optional",
    "string_too_long": "shorten the text",
    "string_type": "send a JSON string",
    "timezone_aware": "add the offset from UTC, such as +08:00",
    "literal_error": "use one of the channels listed in the OpenAPI document",
    "half_coordinates": "send both latitude and longitude, or neither",
    "model_type": "send a JSON object",
    "string_pattern_mismatch": "write it in the form that the OpenAPI document gives",
}
_CORRECT: Final = "correct the field and send the demand again; nothing of it was kept"
_FIELDS: Final = {"half_coordinates": "longitude", "model_type": "body", "model_attributes_type": "body"}
_KEY: Final = re.compile(rb"[!-~]{1,255}")


def read_demand(model: type[D], body: bytes) -> D:
    """The demand in a JSON body. Raises Problem: 400 for what isn't JSON, 422 for what isn't a demand."""
    try:
        return model.model_validate_json(body)
    except ValidationError as invalid:
        raise _problem(invalid) from None


def _problem(invalid: ValidationError) -> Problem:
    """From pydantic's errors, without the input: it may be personal."""
    errors = invalid.errors(include_url=False, include_context=False, include_input=False)
    if errors[0]["type"] == "json_invalid":
        return not_json(errors[0]["msg"])
    fields = [_field(error) for error in errors[:20]]
    first = fields[0]
    return Problem(
        422,
        "Unprocessable Content",
        f"{first['field']}: {first['detail']}",
        field=first["field"],
        remedy=first["remedy"],
        errors=fields,
    )


def _field(error: Any) -> dict[str, str]:
    kind = error["type"]
    path = ".".join(str(part) for part in error["loc"])
    return {
        "field": path or _FIELDS.get(kind, "body"),
        "detail": error["msg"],
        "remedy": _REMEDIES.get(kind, _CORRECT),
    }


def not_json(detail: str) -> Problem:
    return Problem(
        400,
        "Bad Request",
        detail,
        field="body",
        remedy="send one JSON object in UTF-8, as the OpenAPI document describes it",
    )


def read_idempotency_key(header: bytes | None) -> str | None:
    """The key of the header, None without one. Raises Problem 422."""
    if header is None:
        return None
    if not _KEY.fullmatch(header):
        raise Problem(
            422,
            "Unprocessable Content",
            "the idempotency key must be 1 to 255 visible ASCII characters",
            field="Idempotency-Key",
            remedy="send a UUID, or the channel's own number of the message",
        )
    return header.decode("ascii")
