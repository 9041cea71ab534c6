"""The services' HTTP APIs as a command sees them: what they refuse becomes a line for the terminal."""

from collections.abc import Mapping
from typing import Any, Final

import httpx

from services.dev.problem import Problem

TIMEOUT_SECONDS: Final = 60.0
"""Replaying dead letters or recomputing limits may take that long; a connection is given 5 s."""


class Api:
    """One service. `name` is for what is said of it; `token` a staff token or adapter's key."""

    def __init__(self, name: str, url: str, token: str | None = None) -> None:
        self.name = name
        self._url = url
        self._headers = bearer(token) if token else {}

    def get(self, path: str, **parameters: Any) -> Any:
        """The decoded answer. Errors: Problem."""
        return self.call("GET", path, params={k: v for k, v in parameters.items() if v is not None})

    def call(self, method: str, path: str, **sent: Any) -> Any:
        """Send a request; `sent` goes to httpx. The decoded answer, None for an empty one. Raises Problem."""
        try:
            with httpx.Client(base_url=self._url, headers=self._headers, **options(self._url)) as client:
                answer = client.request(method, path, **sent)
        except httpx.TransportError as error:
            raise unreachable(self.name, error) from error
        if answer.is_error:
            raise refused(self.name, answer)
        return answer.json() if answer.content else None


def bearer(token: str) -> Mapping[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


def options(url: str, timeout: float = TIMEOUT_SECONDS) -> dict[str, Any]:
    """Of an httpx client for an address: patient with an answer, impatient with a connection.

    Certificates are loaded, which takes a tenth of a second, only where there will be some.
    """
    return {
        "timeout": httpx.Timeout(timeout, connect=5.0),
        "trust_env": False,
        "verify": url.startswith("https:"),
    }


def unreachable(name: str, error: Exception) -> Problem:
    """A service that doesn't answer."""
    return Problem(f"{name} doesn't answer: {error or type(error).__name__}", "look at `yinuo status`")


def refused(name: str, answer: httpx.Response) -> Problem:
    """What a service answered by RFC 9457, in one line; the answer must have been read."""
    detail, remedy = details(answer)
    return Problem(f"{name} refused ({answer.status_code}): {detail}", remedy)


def details(answer: httpx.Response) -> tuple[str, str]:
    """Detail and remedy of an error; without problem details the beginning of the text."""
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        return answer.text[:500] or answer.reason_phrase, ""
    return str(found.get("detail") or found.get("title") or found), str(found.get("remedy") or "")
