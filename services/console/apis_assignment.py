"""What the console asks of assignment: cases, their steps, the directory, and what its API offers at all."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from services.console.call import Api, Shown
from services.console.kept import Kept

PAGE: Final = 25
COUNTED: Final = 99
"""So many are counted; more are shown as `99+`."""


class Named(Shown):
    """An entry of the directory."""

    code: str
    name: str


class Post(Shown):
    code: str
    title: str
    unit: str
    tier: str


class Authority(Shown):
    name: str
    name_en: str
    issuer: str


class Directory(Shown):
    """The parts of the directory that forms choose from; units are in `apis_units`."""

    authority: Authority
    posts: list[Post]
    categories: list[Named]
    places: list[Named]

    def post_title(self, code: str | None) -> str | None:
        return next((post.title for post in self.posts if post.code == code), code)


class _DirectoryAnswer(Shown):
    directory: Directory


class Part(Shown):
    """A unit's part of a case: `due` while it is open, `ended_at` when it was done or let off."""

    state: str
    due: datetime | None
    ended_at: datetime | None


class CaseRow(Shown):
    """A case in a list. Instants in UTC."""

    case_id: UUID
    receipt: str
    channel: str
    kind: str
    urgency: str
    category: str
    category_name: str | None
    place: str | None
    place_name: str | None
    unit: str
    unit_name: str | None
    post: str
    post_title: str | None
    summary: str
    repeat_of: UUID | None
    state: str
    dispatched_at: datetime
    registered_at: datetime
    complete_due: datetime | None
    overdue: bool
    tags: list[str]
    part: Part | None = None


class CasePage(Shown):
    cases: list[CaseRow]
    next: str | None


class Moment(Shown):
    """A line of the timeline; a notice's note says limit, rung, colour and outcome."""

    at: datetime
    step: str
    unit: str
    post: str
    by: str | None
    note: str | None


class Grouped(Shown):
    """Another case of the same matter; `why` says what speaks for one that may be."""

    case_id: UUID
    receipt: str
    summary: str
    unit: str
    unit_name: str | None
    state: str
    assigned_at: datetime
    since: datetime | None
    why: str | None


class _Twins(Shown):
    twins: list[Grouped]


class Assist(Shown):
    """A unit that does a part of the case."""

    unit: str
    unit_name: str | None
    what: str
    due: datetime | None
    done_at: datetime | None
    result: str | None
    released_at: datetime | None


class Case(CaseRow):
    """A case whole. Texts are masked."""

    demand_id: UUID
    title: str
    body: str
    reply: str | None
    lead: Grouped | None
    members: list[Grouped]
    assists: list[Assist]
    allowed: list[str]
    timeline: list[Moment]


class Offer(Shown):
    """A project that may answer a case; `why` in words. `accepted` None: nobody has decided."""

    ledger: str
    name: str
    state: str
    why: str
    accepted: bool | None

    @property
    def waits(self) -> bool:
        """Whether it is to be decided: a project that has ended answers nothing any more."""
        return self.accepted is None and self.state in ("planned", "under_way")


class Confirmation(Shown):
    by: str
    at: datetime


class HandOver(Shown):
    """A post's new holder, and how much of his predecessor's is open."""

    post: str
    post_title: str
    unit: str
    unit_name: str | None
    predecessor: str
    holder: str
    since: date
    days: int
    cases: int
    promises: int
    projects: int
    confirmation: Confirmation | None


class HandOverPage(Shown):
    hand_overs: list[HandOver]


class Passing(Shown):
    """A line of the list; what is of a case is due at an instant, a promise or a project on a day."""

    kind: str
    id: UUID
    number: str
    words: str
    state: str
    due_at: datetime | None
    due_on: date | None


class HandOverList(HandOver):
    """The list whole; a confirmation names its digest."""

    digest: str
    passing: list[Passing]


class Sample(Shown):
    """A call-back sample: how many of its cases were called back by now."""

    sample_id: UUID
    first_day: date
    last_day: date
    seed: str
    population: int
    drawn: int
    called_back: int
    drawn_by: str
    drawn_at: datetime


class SamplePage(Shown):
    """Those drawn last first; `next` goes into `after`."""

    samples: list[Sample]
    next: str | None


class SampledCase(Shown):
    """`called_back_at` None: still to be called."""

    case_id: UUID
    receipt: str
    summary: str
    unit: str
    unit_name: str | None
    called_back_at: datetime | None


class SampleList(Sample):
    """The sample whole, with how it was drawn."""

    method: str
    cases: list[SampledCase]


@dataclass(frozen=True, slots=True)
class Assignment:
    """All methods raise Refused, Away."""

    api: Api
    _directory: Kept[Directory] = field(default_factory=Kept)
    _description: Kept[Mapping[str, Any]] = field(default_factory=Kept)

    async def cases(self, token: str, **filters: str | None) -> CasePage:
        return await self.api.get(CasePage, "/cases", token, limit=PAGE, **filters)

    async def these(self, token: str, case_ids: Collection[UUID]) -> dict[UUID, CaseRow]:
        """Some cases by id in one call, without those that may not be read."""
        if not case_ids:
            return {}
        asked = {"case_id": [str(one) for one in case_ids], "limit": len(case_ids)}
        page = await self.api.get(CasePage, "/cases", token, **asked)
        return {case.case_id: case for case in page.cases}

    async def case(self, token: str, case_id: UUID) -> Case:
        return await self.api.get(Case, f"/cases/{case_id}", token)

    async def case_id_of(self, token: str, receipt: str) -> UUID | None:
        """The case of a receipt number, as whoever asks may see it."""
        found = (await self.cases(token, q=receipt)).cases if receipt else []
        return next((case.case_id for case in found if case.receipt == receipt.upper()), None)

    async def twins(self, token: str, case_id: UUID) -> list[Grouped]:
        """Open cases of what seems the same matter, the likeliest first."""
        return (await self.api.get(_Twins, f"/cases/{case_id}/twins", token)).twins

    async def offers(self, token: str, case_id: UUID) -> list[Offer]:
        """The projects offered for a case that await a decision of whoever asks."""
        answer = await self.api.ask("GET", f"/cases/{case_id}/projects/offers", token)
        found = [Offer.model_validate(one) for one in answer.json()]
        return [one for one in found if one.waits]

    async def decide(self, token: str, case_id: UUID, ledger: str, accept: bool) -> None:
        path = f"/cases/{case_id}/projects/offers/{quote(ledger, safe='')}"
        await self.api.ask("POST", path, token, json={"accept": accept})

    async def offered(self, token: str) -> str:
        """How many cases await such a decision; empty for none."""
        page = await self.api.get(CasePage, "/cases", token, limit=COUNTED, offers="true")
        return f"{len(page.cases) or ''}{'+' if page.next else ''}"

    async def take(self, token: str, path: str, sent: Mapping[str, Any] | None) -> None:
        """One step, at the path that the API's description gives it."""
        await self.api.ask("POST", path, token, json=None if sent is None else dict(sent))

    async def samples(self, token: str, after: str) -> SamplePage:
        return await self.api.get(SamplePage, "/call-back-samples", token, after=after, limit=PAGE)

    async def sample(self, token: str, sample_id: UUID) -> SampleList:
        return await self.api.get(SampleList, f"/call-back-samples/{sample_id}", token)

    async def draw_sample(self, token: str, asked: Mapping[str, Any]) -> SampleList:
        answer = await self.api.ask("POST", "/call-back-samples", token, json=dict(asked))
        return SampleList.model_validate_json(answer.content)

    async def hand_overs(self, token: str, confirmed: bool) -> list[HandOver]:
        asked = "true" if confirmed else "false"
        return (await self.api.get(HandOverPage, "/hand-overs", token, confirmed=asked)).hand_overs

    async def hand_over(self, token: str, post: str) -> HandOverList:
        return await self.api.get(HandOverList, f"/posts/{quote(post, safe='')}/hand-over", token)

    async def confirm_hand_over(self, token: str, post: str, digest: str) -> None:
        path = f"/posts/{quote(post, safe='')}/hand-over"
        await self.api.ask("POST", path, token, json={"digest": digest})

    async def directory(self, token: str) -> Directory:
        """The directory in force; any staff may read it, so that one copy serves all."""

        async def ask() -> Directory:
            return (await self.api.get(_DirectoryAnswer, "/directory", token)).directory

        return await self._directory.read(ask)

    async def description(self) -> Mapping[str, Any]:
        """The API's OpenAPI document: it says which steps there are and what each wants."""

        async def ask() -> Mapping[str, Any]:
            found: Mapping[str, Any] = (await self.api.ask("GET", "/openapi.json")).json()
            return found

        return await self._description.read(ask)
