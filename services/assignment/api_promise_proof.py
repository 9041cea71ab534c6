"""The proof of the promise chain over HTTP, for anybody: its end, its facts, and whether it holds."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final

from fastapi import APIRouter
from fastapi import Query as FromQuery

from services.assignment import api_promise_models as models
from services.assignment.api_promise_office import PromiseOffice
from services.assignment.chain import HEAD_PATTERN, Broken, Fact, Head, Witness, verify

FACTS: Final = 1000
PUBLIC: Final = "anybody, without a token"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A chain as it was read: its head, where it first fails (None: nowhere), hashes by number of fact."""

    head: Head
    broken: Broken | None
    hashes: Mapping[int, str]


@dataclass(slots=True)
class ChainCheck:
    """Reads and checks the whole chain, once for all who ask meanwhile: anybody may, and it takes a while."""

    office: PromiseOffice
    _running: asyncio.Task[Verdict] | None = field(default=None)

    async def verdict(self) -> Verdict:
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._check())
        return await asyncio.shield(self._running)

    async def _check(self) -> Verdict:
        async with self.office.reading() as (reading, directory):
            head, facts = await reading.whole_chain(directory.authority.code)
        trusted = self.office.seal.public_key_of(head)
        broken = await asyncio.to_thread(verify, facts, head, trusted)
        return Verdict(head, broken, {fact.seq: fact.hash for fact in facts})


def proof_routes(office: PromiseOffice) -> APIRouter:
    """The routes; each summary says who may call it."""
    routes, check = APIRouter(tags=["promises"]), ChainCheck(office)

    @routes.get("/promises/verify", summary=f"核对承诺链 Whether the chain holds, and an old head ({PUBLIC})")
    async def verify_chain(
        head: Annotated[
            str | None,
            FromQuery(
                pattern=f"^{HEAD_PATTERN}$",
                description="SEQ:HASH, as an old circular or a promise's page has it",
                examples=[f"12:{'0' * 64}"],
            ),
        ] = None,
    ) -> models.VerifyView:
        """What this server says of itself; `yinuo promises verify` trusts only the key that you pin."""
        asked, verdict = Witness.parse(head) if head else None, await check.verdict()
        return models.VerifyView(
            holds=verdict.broken is None,
            head=_head_view(verdict.head, office),
            broken=models.BrokenView.of(verdict.broken),
            asked=models.WitnessView(seq=asked.seq, hash=asked.hash) if asked else None,
            on_chain=verdict.hashes.get(asked.seq) == asked.hash if asked else None,
        )

    @routes.get("/promises/head", summary=f"承诺链 The chain's end, as circulars print it ({PUBLIC})")
    async def read_head() -> models.HeadView:
        async with office.reading() as (reading, directory):
            head = await reading.head(directory.authority.code)
        return _head_view(head, office)

    @routes.get("/promises/chain", summary=f"Facts in order, for whoever verifies them ({PUBLIC})")
    async def read_chain(
        after: Annotated[int, FromQuery(ge=0, le=2**62, description="`next` of the page before")] = 0,
        limit: Annotated[int, FromQuery(ge=1, le=FACTS)] = FACTS,
    ) -> models.ChainPage:
        async with office.reading() as (reading, directory):
            authority = directory.authority.code
            facts = await reading.chain(authority, after, limit)
        views = [fact_view(fact) for fact in facts]
        following = views[-1].seq if len(views) == limit else None
        return models.ChainPage(authority=authority, facts=views, next=following)

    return routes


def _head_view(head: Head, office: PromiseOffice) -> models.HeadView:
    return models.HeadView(
        authority=head.authority,
        seq=head.seq,
        hash=head.hash,
        signature=head.signature,
        key=head.key,
        public_key=office.seal.public_key,
    )


def fact_view(fact: Fact) -> models.PromiseFactView:
    """One fact as it is kept."""
    return models.PromiseFactView(
        seq=fact.seq, body=fact.body.decode(), hash=fact.hash, signature=fact.signature, key=fact.key
    )
