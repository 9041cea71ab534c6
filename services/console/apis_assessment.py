"""What the console asks of reporting about assessments, requests and gaming."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from services.console.call import Api, Shown


class Revision(Shown):
    """One published revision; `until` is the first day that no longer counts."""

    first: date
    until: date
    revision: int
    reason: str | None
    published_at: datetime
    published_by: str


class Revisions(Shown):
    """The newest period first."""

    assessments: list[Revision]


class Measure(Shown):
    indicator: str
    n: int
    value: float | None
    taken: str
    points: float | None


class Row(Shown):
    """A unit's score, or a leader's."""

    unit: str | None
    post: str | None
    person: str | None
    name: str
    group: str
    measures: list[Measure]
    deducted: float
    score: float | None
    rank: int | None


class Indicator(Shown):
    id: str
    zh: str
    en: str
    weight: float


class Preset(Shown):
    id: str
    indicators: list[Indicator]


class Lists(Shown):
    group: str
    red: list[str]
    black: list[str]


class Figures(Shown):
    first: date
    until: date
    preset: Preset
    units: list[Row]
    leaders: list[Row]
    lists: list[Lists]


class Assessment(Shown):
    """`published` None: a preview."""

    published: Revision | None
    assessment: Figures


class Beside(Shown):
    """One subject under the present weights and under others."""

    unit: str | None
    post: str | None
    name: str
    group: str
    score: float | None
    rank: int | None
    score_then: float | None
    rank_then: int | None


class WhatIf(Shown):
    """Rankings side by side."""

    units: list[Beside]
    leaders: list[Beside]


class Counted(Shown):
    """One row behind a score."""

    receipt: str | None
    case_id: UUID
    hit: bool
    at: datetime
    due: datetime | None
    colour: str | None


class Part(Shown):
    indicator: str
    zh: str
    en: str
    rows: list[Counted]
    counted: int
    excluded: list[Counted]


class Explained(Shown):
    revision: int | None
    row: Row
    zh: str
    en: str
    parts: list[Part]


class Step(Shown):
    step: str
    by: str
    reason: str
    at: datetime


class Request(Shown):
    """An exclusion or an appeal; `allowed`: the steps that its state knows."""

    request_id: UUID
    kind: str
    state: str
    unit: str
    receipt: str | None
    indicators: list[str]
    post: str | None
    first: date | None
    until: date | None
    revision: int | None
    evidence: str
    steps: list[Step]
    allowed: list[str]


class Requests(Shown):
    requests: list[Request]


class Signal(Shown):
    kind: str
    unit: str
    at: datetime
    since: datetime
    receipts: list[str]


class Gaming(Shown):
    first: date
    until: date
    signals: list[Signal]


@dataclass(frozen=True, slots=True)
class Assessments:
    """All methods raise Refused, Away."""

    api: Api

    async def revisions(self, token: str) -> list[Revision]:
        return (await self.api.get(Revisions, "/assessments", token)).assessments

    async def one(self, token: str, first: date, until: date, preview: bool) -> Assessment:
        path = f"/assessments/{first}/{until}"
        return await self.api.get(Assessment, f"{path}/preview" if preview else path, token)

    async def what_if(self, token: str, first: date, until: date, weights: Mapping[str, float]) -> WhatIf:
        """Indicators that aren't named keep their weights."""
        path = f"/assessments/{first}/{until}/what-if"
        answer = await self.api.ask("POST", path, token, json={"weights": dict(weights)})
        return WhatIf.model_validate_json(answer.content)

    async def publish(self, token: str, first: date, until: date, asked: Mapping[str, Any]) -> None:
        """`asked`: of a revision which request it is `because` of, and its `reason`."""
        await self.api.ask("POST", f"/assessments/{first}/{until}", token, json=dict(asked))

    async def explained(
        self, token: str, first: date, until: date, unit: str, post: str, person: str
    ) -> Explained:
        path = f"/assessments/{first}/{until}/explanation"
        return await self.api.get(Explained, path, token, unit=unit, post=post, person=person)

    async def requests(self, token: str) -> list[Request]:
        return (await self.api.get(Requests, "/assessment-requests", token)).requests

    async def ask(self, token: str, what: str, asked: dict[str, Any]) -> None:
        """`what`: exclusions or appeals."""
        await self.api.ask("POST", f"/{what}", token, json=asked)

    async def step(self, token: str, request_id: UUID, step: str, reason: str) -> None:
        path = f"/assessment-requests/{request_id}/{quote(step, safe='')}"
        await self.api.ask("POST", path, token, json={"reason": reason})

    async def gaming(self, token: str, first: date, until: date) -> Gaming:
        return await self.api.get(Gaming, "/gaming", token, first=first.isoformat(), until=until.isoformat())
