"""A neighbour of the assignment process, and the demands it registers."""

from itertools import count
from typing import Any
from uuid import UUID

import httpx

from services.assignment.case import case_id_of
from services.contracts.case import CaseAssigned
from services.contracts.demand import DemandRegistered
from tests.builders import demand
from tests.service_process import Neighbour
from tests.unit.directory_samples import county

FORBIDDEN, CONFLICT = 403, 409

_numbers = count(1)


def numbered(**given: Any) -> DemandRegistered:
    return demand(**{"receipt": f"YN20210301-{next(_numbers):08d}", "body": "家里停水。", **given})


class Assignment(Neighbour):
    """Registers demands, loads directories and takes steps."""

    async def opened(self, **given: Any) -> UUID:
        """The id of a case for a new demand; with the water unit unless its words say otherwise."""
        one = numbered(**given)
        await self.tell(one)
        [event] = await self.until(CaseAssigned, case_id_of(one.demand_id))
        return event.case_id

    async def load(self, **lists: Any) -> httpx.Response:
        return await self.http.post(
            "/directory",
            content=county(**lists).model_dump_json(),
            headers={**self.staff("administrator"), "Content-Type": "application/json"},
        )

    async def take(self, case_id: UUID, step: str, who: dict[str, str], **given: str) -> httpx.Response:
        return await self.http.post(f"/cases/{case_id}/{step}", json=given, headers=who)

    async def case(self, case_id: UUID) -> dict[str, Any]:
        answer = await self.http.get(f"/cases/{case_id}", headers=self.staff("clerk"))
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    async def listed(self, who: dict[str, str], **asked: str) -> dict[str, Any]:
        answer = await self.http.get("/cases", params=asked, headers=who)
        answer.raise_for_status()
        page: dict[str, Any] = answer.json()
        return page
