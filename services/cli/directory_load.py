"""A directory and its contacts into two services: both check their part first, then each takes it whole.

No transaction spans both. So what can be known beforehand is found by both before either changes, and where
one goes away after all, what is in and how to finish is said; a load that is repeated changes nothing twice.
"""

from typing import Any, Final

import httpx
from pydantic import BaseModel

from services.assignment.directory import Directory, DirectoryProblem
from services.contracts.vocabulary import Service
from services.dev.http import bearer, options, refused, unreachable
from services.dev.problem import Problem
from services.dev.running import Running
from services.intake.staff_contacts import StaffContacts

AGAIN: Final = (
    "look at `yinuo status`, then run the same command again: what is in already is not loaded twice"
)


def check_both(stack: Running, directory: Directory, people: StaffContacts | None) -> list[DirectoryProblem]:
    """What assignment, which knows what was in force before, finds wrong; nothing is changed.

    Errors: Problem where a service is away, or refuses for another reason.
    """
    if people is not None:
        _accepted("intake", _send(stack, "intake", "POST", "/staff-contacts/check", people))
    answer = _send(stack, "assignment", "POST", "/directory/check", directory)
    if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY and "problems" in answer.json():
        return [DirectoryProblem.model_validate(one) for one in answer.json()["problems"]]
    _accepted("assignment", answer)
    return []


def load_both(stack: Running, directory: Directory, people: StaffContacts | None) -> dict[str, Any]:
    """What both answered. Errors: Problem that says what is in."""
    try:
        answer = _accepted("assignment", _send(stack, "assignment", "POST", "/directory", directory))
    except Problem as stopped:
        what = f"{stopped.what}; whether the directory is in isn't known, contacts.csv was not sent"
        raise Problem(what, AGAIN) from stopped
    if people is None:
        return {"answer": answer}
    try:
        sent = _accepted("intake", _send(stack, "intake", "PUT", "/staff-contacts", people))
    except Problem as stopped:
        version = f"the directory is in, as version {answer['version']}"
        raise Problem(
            f"{stopped.what}; {version}, contacts.csv may not be: the units' people of before may stand",
            AGAIN,
        ) from stopped
    return {"answer": answer, "staff_contacts": sent}


def _send(stack: Running, service: Service, method: str, path: str, content: BaseModel) -> httpx.Response:
    url = stack.service_url(service)
    headers = {**bearer(stack.token("administrator")), "Content-Type": "application/json"}
    try:
        with httpx.Client(base_url=url, headers=headers, **options(url)) as client:
            return client.request(method, path, content=content.model_dump_json())
    except httpx.TransportError as away:
        raise unreachable(service, away) from away


def _accepted(service: Service, answer: httpx.Response) -> Any:
    if answer.is_error:
        raise refused(service, answer)
    return answer.json()
