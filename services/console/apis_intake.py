"""What the console asks of intake: where a demand stands, and to accept one that a clerk typed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from services.console.call import Api, Shown
from services.contracts.vocabulary import Channel


class Step(Shown):
    """A line of a demand's timeline."""

    at: datetime
    step: str
    unit_name: str | None


class Standing(Shown):
    """Where a demand stands. Instants in UTC; `limit` is when its case is due."""

    receipt: str
    channel: str
    state: str
    unit_name: str | None
    limit: datetime | None
    reply: str | None
    received_at: datetime
    timeline: list[Step]


class Receipt(Shown):
    """What the citizen takes home."""

    receipt: str
    tracking_code: str


@dataclass(frozen=True, slots=True)
class Intake:
    """`keys` by channel."""

    api: Api
    keys: Mapping[Channel, str]

    async def standing(self, receipt: str, code: str) -> Standing:
        """For whoever holds the tracking code. Raises Refused, Away."""
        return await self.api.get(Standing, f"/demands/{quote(receipt, safe='')}", tracking_code=code)

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
