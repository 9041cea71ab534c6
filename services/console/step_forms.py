"""A form for each step that a case allows, made from the API's own OpenAPI description; pure.

So a step that assignment learns tomorrow has its form here without a line of code: `sign_for` is the POST at
`/cases/{case_id}/sign-for`, and what it wants is the schema of its body.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from services.console.typed import Unfit, instant

Input = Literal[
    "text",
    "area",
    "choice",
    "choices",
    "unit",
    "units",
    "post",
    "category",
    "place",
    "case",
    "number",
    "flag",
    "day",
    "instant",
]
LONG: Final = 200
"""A text that may be longer gets several lines."""


@dataclass(frozen=True, slots=True)
class Field:
    """One input. `choices` are codes; `longest` bounds a text's length."""

    name: str
    input: Input
    required: bool
    choices: tuple[str, ...] = ()
    longest: int | None = None


@dataclass(frozen=True, slots=True)
class StepForm:
    """What a step wants; None of `path`: the API has no place of its own for it."""

    step: str
    path: str | None
    fields: tuple[Field, ...] = ()
    has_body: bool = False


def step_forms(description: Mapping[str, Any], case_id: UUID, allowed: Sequence[str]) -> list[StepForm]:
    """A form for each allowed step, in the API's order."""
    return [step_form(description, case_id, step) for step in allowed]


def step_form(description: Mapping[str, Any], case_id: UUID, step: str) -> StepForm:
    """The form of one step."""
    forms = (form_at(description, step, one, one.replace("{case_id}", str(case_id))) for one in _places(step))
    return next((form for form in forms if form.path), StepForm(step, None))


def form_at(description: Mapping[str, Any], step: str, template: str, path: str) -> StepForm:
    """The form of what is posted to `path`, which the description has as `template`."""
    operation = description["paths"].get(template, {}).get("post")
    if operation is None:
        return StepForm(step, None)
    schema = _body(description, operation)
    if schema is None:
        return StepForm(step, path)
    required = schema.get("required", [])
    fields = [
        _field(description, name, given, name in required)
        for name, given in schema.get("properties", {}).items()
    ]
    return StepForm(step, path, tuple(fields), has_body=True)


def _places(step: str) -> list[str]:
    """Where the API may have a step: `call-back`; `extension/grant`; for asking, the thing itself."""
    verb, _, thing = step.partition("_")
    below = [step.replace("_", "-"), f"{thing}/{verb}", *([thing] if verb == "ask" and thing else [])]
    return [f"/cases/{{case_id}}/{place}" for place in below]


def filter_choices(description: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The values that a filter of GET /cases takes, by the API's description."""
    parameters = description["paths"]["/cases"]["get"].get("parameters", [])
    schemas = [one["schema"] for one in parameters if one["name"] == name]
    return tuple(_plain(description, schemas[0]).get("enum", ())) if schemas else ()


def filled_in(form: StepForm, sent: Mapping[str, Sequence[str]]) -> dict[str, Any] | None:
    """The JSON body of a filled-in form; None for a step that wants none. Raises Unfit.

    An empty field that isn't required is left out; bounds are the API's to judge.
    """
    if not form.has_body:
        return None
    body = {field.name: _read(field, sent.get(field.name, ())) for field in form.fields}
    return {name: value for name, value in body.items() if value is not None}


def _body(description: Mapping[str, Any], operation: Mapping[str, Any]) -> Mapping[str, Any] | None:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return _plain(description, content["schema"]) if content else None


def _plain(description: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema without references and without its null."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _plain(description, description["components"]["schemas"][name])
    options = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return _plain(description, options[0]) if options else schema


def _field(description: Mapping[str, Any], name: str, given: Mapping[str, Any], required: bool) -> Field:
    schema = _plain(description, given)
    is_list = schema.get("type") == "array"
    item = _plain(description, schema.get("items", {})) if is_list else schema
    choices = tuple(map(str, item.get("enum", ())))
    longest = item.get("maxLength")
    return Field(name, _input(name, item, is_list, longest), required, choices, longest)


def _input(name: str, schema: Mapping[str, Any], is_list: bool, longest: int | None) -> Input:
    if name.endswith("units") and is_list:
        return "units"
    if schema.get("enum"):
        return "choices" if is_list else "choice"
    if coded := next((coded for end, coded in CODED if name == end or name.endswith(f"_{end}")), None):
        return coded
    by_format: dict[str, Input] = {"date": "day", "date-time": "instant", "case": "case"}
    by_type: dict[str, Input] = {"boolean": "flag", "integer": "number", "number": "number"}
    found = by_format.get(schema.get("format", "")) or by_type.get(schema.get("type", ""))
    return found or ("area" if longest is None or longest > LONG else "text")


def _read(field: Field, sent: Sequence[str]) -> Any:
    if field.input in ("units", "choices"):
        return [one for one in sent if one] or ([] if field.required else None)
    if field.input == "flag":
        return bool(sent)
    text = sent[0].strip() if sent else ""
    if not text:
        return "" if field.required else None
    try:
        return READERS.get(field.input, str)(text)
    except ValueError as unreadable:
        raise Unfit(field.name, "unreadable") from unreadable


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


CODED: Final[Sequence[tuple[str, Input]]] = (
    ("unit", "unit"),
    ("post", "post"),
    ("owner", "post"),
    ("approver", "post"),
    ("category", "category"),
    ("place", "place"),
)
"""What a field is called, itself or at its end, that holds a code of the directory."""
READERS: Final[Mapping[str, Callable[[str], Any]]] = {"number": _number, "instant": instant}
"""How an input's text becomes JSON; where none is named, as it is."""
