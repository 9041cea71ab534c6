"""`yinuo staff`: tokens for staff, signed with the stack's own key (OIDC comes later)."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from typer import Option

from services.contracts.vocabulary import ROLES, Role
from services.dev.problem import Problem
from services.dev.running import Running
from services.kit.auth import LIFETIME

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Staff tokens.")

OF_A_UNIT: Final[frozenset[Role]] = frozenset({"handler", "unit_head"})
"""Roles that mean nothing without a unit."""


@app.callback()
def group() -> None:
    """Staff tokens."""


@app.command()
def token(
    role: Annotated[str, Option(help=f"One of {', '.join(ROLES)}.")],
    unit: Annotated[str | None, Option(help="The unit's code; needed by handler and unit_head.")] = None,
    subject: Annotated[str, Option(help="Who it is for, as logs will name them.")] = "yinuo-cli",
    data: Annotated[Path, Option("--data", help="The data folder of the stack.")] = Path(".yinuo"),
    as_json: Annotated[bool, Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print a short-lived token: send it as `Authorization: Bearer TOKEN`."""
    checked = checked_role(role, unit)
    issued = Running.find(data).token(checked, unit, subject)
    expires = (datetime.now(UTC) + LIFETIME).isoformat(timespec="seconds")
    found = {"token": issued, "role": role, "unit": unit, "subject": subject, "expires": expires}
    print(json.dumps(found) if as_json else issued)


def checked_role(role: str, unit: str | None) -> Role:
    """The role, if there is such a one and it has the unit that it needs. Errors: Problem."""
    if role not in ROLES:
        raise Problem(f"there is no role {role}", f"there are {', '.join(ROLES)}")
    if role in OF_A_UNIT and not unit:
        raise Problem(f"role {role} needs a unit", "name its code with --unit")
    return role
