"""Forms about projects, made from the API's own description: one for each act, and one to open it; pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

from services.console.step_forms import Field, Input, StepForm, filled_in, form_at
from services.console.typed import Unfit

PLACES: Final[Mapping[str, str]] = {
    "report": "progress",
    "milestone": "milestones",
    "done": "done",
    "change": "change",
    "replace": "replace",
    "drop": "drop",
    "link": "cases",
    "unlink": "cases/{case_id}/unlink",
}
"""Act → where the API has it below the project."""
CHANGED: Final = ("completion", "name", "content", "reason", "approver")
"""What of a plan is changed by form: date and wording."""
OPENING: Final = "open"
UNLINKING: Final = "unlink"
CASE: Final = Field("case_id", "case", required=True)
"""Which case is unlinked: typed by its receipt number, and sent by its id in the path."""
INPUTS: Final[Mapping[str, Input]] = {"budget": "text", "funds": "area", "milestones": "area"}
"""Money is sent as it was typed; of funds and milestones each stands in a line of its own."""


def act_forms(
    description: Mapping[str, Any], ledger: str, allowed: Iterable[str], milestones: Sequence[str]
) -> list[StepForm]:
    """A form for each allowed act that has one. `milestones`: names of those that are still to come."""
    forms = [act_form(description, ledger, act, milestones) for act in allowed if act in PLACES]
    return [form for form in forms if milestones or form.step != "milestone"]


def act_form(description: Mapping[str, Any], ledger: str, act: str, milestones: Sequence[str]) -> StepForm:
    """The form of one act; one without path where there is none."""
    template = f"/projects/{{ledger}}/{PLACES.get(act, '')}"
    form = form_at(description, act, template, template.replace("{ledger}", quote(ledger, safe="")))
    if act == UNLINKING:
        return replace(form, fields=(CASE, *form.fields))
    fields = {field.name: field for field in form.fields}
    if act == "change":
        return replace(form, fields=tuple(fields[name] for name in CHANGED if name in fields))
    if "milestone" in fields:
        fields["milestone"] = replace(fields["milestone"], input="choice", choices=tuple(milestones))
    return replace(form, fields=tuple(fields.values()))


def opening_form(description: Mapping[str, Any]) -> StepForm:
    """The form that opens a project, its number first; which cases it is made of is chosen beside it."""
    form = form_at(description, OPENING, "/projects", "/projects")
    fields = [_as_typed(field) for field in form.fields if field.name != "cases"]
    return replace(form, fields=tuple(sorted(fields, key=lambda field: field.name != "ledger")))


def opening_of(form: StepForm, sent: Mapping[str, Sequence[str]], cases: Sequence[str]) -> dict[str, Any]:
    """The body of POST /projects. Raises Unfit."""
    body = filled_in(form, sent) or {}
    lines = {name: _lines(name, body[name], read) for name, read in READ_LINES.items() if name in body}
    return {**body, **lines, "cases": list(cases)}


def _as_typed(field: Field) -> Field:
    return replace(field, input=INPUTS.get(field.name, field.input))


def _lines(name: str, text: str, read: Callable[[str], Any]) -> list[Any]:
    try:
        return [read(line.strip()) for line in text.splitlines() if line.strip()]
    except ValueError as unreadable:
        raise Unfit(name, "unreadable") from unreadable


def _fund(line: str) -> dict[str, Any]:
    """`中央预算内资金 2021年 6,400,000元`: source, year, yuan. Raises ValueError."""
    source, year, amount = line.rsplit(maxsplit=2)
    plain = amount.removesuffix("元").replace(",", "")
    return {"source": source, "year": int(year.removesuffix("年")), "amount": plain}


def _milestone(line: str) -> dict[str, str]:
    """`主体完工 2021-06-10`: name and day. Raises ValueError."""
    name, due = line.rsplit(maxsplit=1)
    return {"name": name, "due": due}


READ_LINES: Final[Mapping[str, Callable[[str], Any]]] = {"funds": _fund, "milestones": _milestone}
