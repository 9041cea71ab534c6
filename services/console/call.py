"""One call to a service's API: its answer, or an error that says what a reader can do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict

from services.contracts.vocabulary import Service

PATIENCE_SECONDS: Final = 10.0
M = TypeVar("M", bound=BaseModel)


class Shown(BaseModel):
    """The part of an answer that pages show. What a later release adds is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Refused(Exception):
    """The service said no: `status`, and its problem details (RFC 9457)."""

    def __init__(self, service: Service, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{service}: {status} {problem.get('detail', '')}")
        self.service = service
        self.status = status
        self.problem = problem

    @property
    def detail(self) -> str:
        return str(self.problem.get("detail", ""))

    @property
    def field(self) -> str:
        """The input at fault as a form names it: `reason` for `body.reason`, `units` for `body.units.0`."""
        parts = str(self.problem.get("field", "")).split(".")
        return next((part for part in reversed(parts) if not part.isdecimal()), "")

    @property
    def faults(self) -> dict[str, str]:
        """What is wrong and what to do, by the form's input: `funds` for `body.funds.0.amount`."""
        faults: dict[str, str] = {}
        for one in self.problem.get("errors") or [self.problem]:
            name = str(one.get("field", "")).removeprefix("body.").partition(".")[0]
            said = [faults[name]] if name in faults else []
            faults[name] = "；".join(
                [*said, *(str(one[part]) for part in ("detail", "remedy") if part in one)]
            )
        return {name: said for name, said in faults.items() if name}


class Away(Exception):
    """The service doesn't answer, or says that it can't work now; the same may be asked again later."""

    def __init__(self, service: Service, reason: str) -> None:
        super().__init__(f"{service}: {reason}")
        self.service = service


@dataclass(frozen=True, slots=True)
class Api:
    """One service's API. `bearer` is a staff token or an adapter's key."""

    service: Service
    http: httpx.AsyncClient

    async def get(self, model: type[M], path: str, bearer: str | None = None, **params: Any) -> M:
        """Parameters that are None or empty aren't sent. Raises Refused, Away."""
        given = {name: value for name, value in params.items() if value not in (None, "")}
        return model.model_validate_json((await self.ask("GET", path, bearer, params=given)).content)

    async def ask(
        self,
        method: str,
        path: str,
        bearer: str | None = None,
        headers: Mapping[str, str] | None = None,
        **sent: Any,
    ) -> httpx.Response:
        """A successful answer. Raises Refused, Away."""
        whose = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        try:
            answer = await self.http.request(method, path, headers={**whose, **(headers or {})}, **sent)
        except httpx.TransportError as gone:
            raise Away(self.service, repr(gone)) from gone
        if answer.is_success:
            return answer
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise Away(self.service, f"status {answer.status_code}")
        raise Refused(self.service, answer.status_code, _problem(answer))


def _problem(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
