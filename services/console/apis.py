"""The four APIs together, as pages use them; promises, projects and units are assignment's too."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import httpx

from services.console.apis_assessment import Assessments
from services.console.apis_assignment import Assignment
from services.console.apis_delivery import SENDERS, Deliveries
from services.console.apis_intake import Intake
from services.console.apis_letters import Letters
from services.console.apis_listings import Listings, Meetings
from services.console.apis_projects import Projects
from services.console.apis_promises import Promises
from services.console.apis_reporting import Reporting
from services.console.apis_rounds import Rounds
from services.console.apis_supervision import Supervision
from services.console.apis_units import Units
from services.console.call import PATIENCE_SECONDS, Api, Away, Refused
from services.contracts.vocabulary import SERVICES, Channel, Service

READY_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Apis:
    """A client for each service, and for each public list."""

    intake: Intake
    assignment: Assignment
    supervision: Supervision
    reporting: Reporting
    promises: Promises
    projects: Projects
    units: Units
    assessments: Assessments
    letters: Letters
    rounds: Rounds
    listings: Listings
    meetings: Meetings
    deliveries: Deliveries

    @classmethod
    def over(cls, http: Mapping[Service, httpx.AsyncClient], keys: Mapping[Channel, str]) -> "Apis":
        """On one HTTP client a service, whose base address is the service's."""
        api = {service: Api(service, client) for service, client in http.items()}
        return cls(
            Intake(api["intake"], keys),
            Assignment(api["assignment"]),
            Supervision(api["supervision"]),
            Reporting(api["reporting"]),
            Promises(api["assignment"]),
            Projects(api["assignment"]),
            Units(api["assignment"]),
            Assessments(api["reporting"]),
            Letters(api["supervision"]),
            Rounds(api["supervision"]),
            Listings(api["supervision"]),
            Meetings(api["supervision"]),
            Deliveries({sender: api[sender] for sender in SENDERS}),
        )

    def checks(self) -> dict[str, Callable[[], Awaitable[str | None]]]:
        """By service: None while it answers, else why not."""
        apis = (self.intake.api, self.assignment.api, self.supervision.api, self.reporting.api)
        return {api.service: partial(_why_away, api) for api in apis}


async def _why_away(api: Api) -> str | None:
    try:
        await api.ask("GET", "/health/live", timeout=READY_SECONDS)
    except (Away, Refused) as gone:
        return str(gone)
    return None


def clients(urls: Callable[[Service], str]) -> dict[Service, httpx.AsyncClient]:
    """Unopened clients of the services at their addresses; no proxy of the environment comes between."""
    return {
        service: httpx.AsyncClient(base_url=urls(service), timeout=PATIENCE_SECONDS, trust_env=False)
        for service in SERVICES
    }


@asynccontextmanager
async def opened(http: Mapping[Service, httpx.AsyncClient]) -> AsyncIterator[None]:
    """The clients' connections while the block runs."""
    async with AsyncExitStack() as stack:
        for client in http.values():
            await stack.enter_async_context(client)
        yield
