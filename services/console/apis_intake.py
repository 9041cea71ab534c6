"""What the console asks of intake: where a demand stands, and to accept one that a clerk typed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from services.console.call import Api, Shown
from services.contracts.vocabulary import Channel


class Step(Shown):
    """A line of a demand's timeline."""

    at: datetime
    step: str
    unit: str | None
    unit_name: str | None


class Milestone(Shown):
    """A step of a project; `reached_on` None: still to come."""

    name: str
    due: date
    reached_on: date | None


class Answering(Shown):
    """A project that answers the demand; name and last day are missing until the project itself was told."""

    ledger: str
    name: str | None
    completion: date | None
    done_on: date | None
    replaced_by: str | None
    dropped: bool
    milestones: list[Milestone]
    rating: str | None


class DemandStanding(Shown):
    """Where a demand stands. Instants in UTC; `limit` is when its case is due."""

    receipt: str
    channel: str
    state: str
    unit: str | None
    unit_name: str | None
    limit: datetime | None
    reply: str | None
    rectification: str | None = None
    rating: str | None
    withdrawal: str | None
    received_at: datetime
    timeline: list[Step]
    projects: tuple[Answering, ...] = ()


class Receipt(Shown):
    """What the citizen takes home."""

    receipt: str
    tracking_code: str


class Earlier(Shown):
    """A caller's earlier demand; no case and no unit while it waits for one."""

    receipt: str
    channel: str
    title: str
    received_at: datetime
    state: str
    case_id: UUID | None
    unit: str | None
    unit_name: str | None


class History(Shown):
    """How many demands a caller made before, and the newest of them."""

    total: int
    demands: list[Earlier]


class Original(Shown):
    """A demand as it was sent."""

    receipt: str
    title: str
    body: str
    place: str | None = None


class ContactDetails(Shown):
    """How to reach the citizen; whatever was given."""

    receipt: str
    name: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """`keys` by channel."""

    api: Api
    keys: Mapping[Channel, str]

    async def standing(self, receipt: str, code: str) -> DemandStanding:
        """For whoever holds the tracking code. Raises Refused, Away."""
        return await self.api.get(DemandStanding, f"/demands/{quote(receipt, safe='')}", tracking_code=code)

    async def rate(self, receipt: str, code: str, level: str, comment: str) -> None:
        """Once, after a reply. Raises Refused, Away."""
        said = {"tracking_code": code, "level": level, **({"comment": comment} if comment else {})}
        await self.api.ask("POST", f"/demands/{quote(receipt, safe='')}/rating", json=said)

    async def rate_project(self, receipt: str, code: str, ledger: str, level: str, comment: str) -> None:
        """Once, a project that answers the demand and is done. Raises Refused, Away."""
        said = {"tracking_code": code, "ledger": ledger, "level": level}
        said |= {"comment": comment} if comment else {}
        await self.api.ask("POST", f"/demands/{quote(receipt, safe='')}/project-ratings", json=said)

    async def withdraw(self, receipt: str, code: str, reason: str) -> None:
        """Before the reply. Raises Refused, Away."""
        said = {"tracking_code": code, **({"reason": reason} if reason else {})}
        await self.api.ask("POST", f"/demands/{quote(receipt, safe='')}/withdrawal", json=said)

    async def enter(self, demand: Mapping[str, Any], entry: str) -> Receipt:
        """`entry` names the form that was filled in: sent twice it is one demand. Raises Refused, Away."""
        answer = await self.api.ask(
            "POST",
            "/demands",
            self.keys[demand["channel"]],
            headers={"Idempotency-Key": entry},
            json=dict(demand),
        )
        return Receipt.model_validate_json(answer.content)

    async def history(self, token: str, phone: str, email: str) -> History:
        """The caller's earlier demands; at least one of both is given. Raises Refused, Away."""
        caller = {name: said for name, said in (("phone", phone), ("email", email)) if said}
        answer = await self.api.ask("POST", "/citizens/history", token, json=caller)
        return History.model_validate_json(answer.content)

    async def original(self, token: str, demand: UUID) -> Original:
        """The text as it was sent; intake records the reading. Raises Refused, Away."""
        return await self.api.get(Original, f"/demands/{demand}/original", token)

    async def contact(self, token: str, demand: UUID) -> ContactDetails:
        """How to reach the citizen; intake records the reading. Raises Refused, Away."""
        return await self.api.get(ContactDetails, f"/demands/{demand}/contact", token)
