"""Accept demands in PostgreSQL: one statement a table and group, all in one transaction."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

import asyncpg
import orjson
import structlog

from services.contracts.demand import DemandRegistered
from services.intake.demand import RawDemand
from services.intake.identity import Book, Known, Outcome, Plan, Submission, sort_out
from services.intake.receive import Away, Raced
from services.intake.vault import Vault, seal
from services.kit import metrics
from services.kit.clock import LOCAL
from services.kit.masking import mask
from services.kit.postgres import CONTENDED, UNAVAILABLE, Connection, Database, Writing

log = structlog.get_logger(__name__)

_KNOWN: Final = """
SELECT d.channel, sent.value, d.demand_id, d.content_digest, d.receipt, false AS by_key
FROM unnest($1::text[], $2::text[]) AS sent (channel, value)
JOIN demands d ON d.channel = sent.channel AND d.external_id = sent.value
UNION ALL
SELECT k.channel, k.key, d.demand_id, d.content_digest, d.receipt, true
FROM unnest($3::text[], $4::text[]) AS sent (channel, value)
JOIN idempotency_keys k ON k.channel = sent.channel AND k.key = sent.value
JOIN demands d USING (demand_id)
"""
_CITIZENS: Final = """
SELECT i.index, i.citizen_ref, c.key_wrapped
FROM citizen_indexes i JOIN citizens c USING (citizen_ref) WHERE i.index = ANY($1::bytea[])
"""
_NEW_CITIZENS: Final = "INSERT INTO citizens SELECT * FROM unnest($1::uuid[], $2::bytea[])"
_NEW_INDEXES: Final = """
INSERT INTO citizen_indexes SELECT * FROM unnest($1::bytea[], $2::uuid[])
ON CONFLICT DO NOTHING RETURNING index
"""
_NEW_DEMANDS: Final = """
INSERT INTO demands (demand_id, receipt, channel, external_id, content_digest, citizen_ref, key_id,
                     original, contact, received_at)
SELECT new.demand_id, $9 || lpad(nextval('receipt_numbers')::text, 8, '0'), new.channel, new.external_id,
       new.digest, new.citizen_ref, new.key_id, new.original, new.contact, $10
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::uuid[], $6::integer[], $7::bytea[],
            $8::bytea[])
     AS new (demand_id, channel, external_id, digest, citizen_ref, key_id, original, contact)
ON CONFLICT DO NOTHING RETURNING demand_id, receipt
"""
_NEW_KEYS: Final = """
INSERT INTO idempotency_keys SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[])
ON CONFLICT DO NOTHING RETURNING key
"""


@dataclass(frozen=True, slots=True)
class Citizen:
    """A citizen as intake alone knows him: a random name and the key to what he sent."""

    ref: UUID
    key: bytes


@dataclass(frozen=True, slots=True)
class PostgresDemands:
    """Implements `receive.Demands`."""

    database: Database
    vault: Vault

    async def accept(self, group: Sequence[Submission]) -> list[Outcome]:
        """See `receive.Demands.accept`."""
        try:
            async with self.database.writing() as writing:
                plan = sort_out(group, await _book(writing.connection, group))
                receipts = await self._register(writing, plan) if plan.new else {}
                await _remember_keys(writing.connection, plan)
        except CONTENDED as contended:
            raise Raced from contended
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError):
            raise
        except (asyncpg.PostgresError, *UNAVAILABLE) as away:  # a full disk, a standby: no demand's fault
            log.warning("demands not accepted", reason=repr(away))
            raise Away("the database is away") from away
        _count(plan)
        return list(plan.outcomes(receipts))

    async def _register(self, writing: Writing, plan: Plan) -> dict[UUID, str]:
        """Write the new demands and their events, sorted so that processes don't deadlock; the receipts."""
        new = sorted(plan.new, key=lambda s: (s.demand.channel, s.external_id))
        citizens = await self._citizens(writing.connection, new)
        receipts = await _insert(writing, new, citizens)
        for submission, citizen in zip(new, citizens, strict=True):
            receipt = receipts[submission.demand_id]
            writing.publish(registered(submission.demand_id, submission.demand, receipt, citizen.ref))
        return receipts

    async def _citizens(self, connection: Connection, new: Sequence[Submission]) -> list[Citizen]:
        """The sender of each demand: found by blind index, or new."""
        indexes = [self.vault.citizen_index(submission.demand) for submission in new]
        wanted = sorted({index for index in indexes if index})
        rows = await connection.fetch(_CITIZENS, wanted) if wanted else []
        known = {row["index"]: self._known(row["citizen_ref"], row["key_wrapped"]) for row in rows}
        fresh: list[tuple[UUID, bytes]] = []
        unknown = {index: self._fresh(fresh) for index in wanted if index not in known}
        known |= unknown
        citizens = [known[index] if index else self._fresh(fresh) for index in indexes]
        await _insert_citizens(connection, fresh, unknown)
        return citizens

    def _known(self, ref: UUID, wrapped: bytes) -> Citizen:
        return Citizen(ref, self.vault.unwrap(ref, wrapped))

    def _fresh(self, fresh: list[tuple[UUID, bytes]]) -> Citizen:
        ref = uuid4()
        key, wrapped = self.vault.new_citizen_key(ref)
        fresh.append((ref, wrapped))
        return Citizen(ref, key)


async def _book(connection: Connection, group: Sequence[Submission]) -> Book:
    keyed = [s for s in group if s.idempotency_key]
    rows = await connection.fetch(
        _KNOWN,
        [s.demand.channel for s in group],
        [s.external_id for s in group],
        [s.demand.channel for s in keyed],
        [s.idempotency_key for s in keyed],
    )
    book = Book()
    for channel, value, demand_id, digest, receipt, by_key in rows:
        (book.by_key if by_key else book.by_external_id)[channel, value] = Known(demand_id, digest, receipt)
    return book


async def _insert_citizens(
    connection: Connection, fresh: list[tuple[UUID, bytes]], unknown: dict[bytes, Citizen]
) -> None:
    if fresh:
        await connection.execute(_NEW_CITIZENS, *map(list, zip(*fresh, strict=True)))
    if unknown:
        refs = [citizen.ref for citizen in unknown.values()]
        rows = await connection.fetch(_NEW_INDEXES, list(unknown), refs)
        if len(rows) < len(unknown):
            raise Raced


async def _insert(
    writing: Writing, new: Sequence[Submission], citizens: Sequence[Citizen]
) -> dict[UUID, str]:
    day = writing.now.astimezone(LOCAL).strftime("YN%Y%m%d-")
    rows = await writing.connection.fetch(
        _NEW_DEMANDS,
        [s.demand_id for s in new],
        [s.demand.channel for s in new],
        [s.external_id for s in new],
        [s.digest for s in new],
        [citizen.ref for citizen in citizens],
        [s.key_id for s in new],
        [_original(s, citizen) for s, citizen in zip(new, citizens, strict=True)],
        [_contact(s, citizen) for s, citizen in zip(new, citizens, strict=True)],
        day,
        writing.now,
    )
    if len(rows) < len(new):
        raise Raced
    return {row["demand_id"]: row["receipt"] for row in rows}


async def _remember_keys(connection: Connection, plan: Plan) -> None:
    if not plan.keys:
        return
    channels, keys = zip(*sorted(plan.keys), strict=True)
    ids = [plan.keys[key] for key in sorted(plan.keys)]
    if len(await connection.fetch(_NEW_KEYS, channels, keys, ids)) < len(ids):
        raise Raced


def _original(submission: Submission, citizen: Citizen) -> bytes:
    said = submission.demand.model_dump_json(
        include={"title", "body", "place", "occurred_at", "latitude", "longitude"}, exclude_none=True
    )
    return seal(citizen.key, submission.demand_id, "original", said.encode())


def _contact(submission: Submission, citizen: Citizen) -> bytes | None:
    contact, author = submission.demand.contact, submission.demand.author_ref
    if contact is None and author is None:
        return None
    who = {**(contact.model_dump(exclude_none=True) if contact else {}), "author_ref": author}
    return seal(citizen.key, submission.demand_id, "contact", orjson.dumps(who))


def registered(demand_id: UUID, demand: RawDemand, receipt: str, citizen_ref: UUID) -> DemandRegistered:
    """The event: nothing of it names the citizen, and its texts are masked."""
    return DemandRegistered(
        demand_id=demand_id,
        receipt=receipt,
        citizen_ref=citizen_ref,
        channel=demand.channel,
        title=mask(demand.title),
        body=mask(demand.body),
        place=mask(demand.place) if demand.place else None,
        latitude=demand.latitude,
        longitude=demand.longitude,
        occurred_at=demand.occurred_at,
    )


def _count(plan: Plan) -> None:
    for channel, count in Counter(submission.demand.channel for submission in plan.new).items():
        metrics.DEMANDS.labels(channel).inc(count)
    if plan.new:
        log.info("demands registered", demands=[str(submission.demand_id) for submission in plan.new])
