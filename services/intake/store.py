"""Accept demands in PostgreSQL: one statement a table and group, all in one transaction."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid4

import asyncpg
import orjson
import structlog
from pydantic import TypeAdapter

from services.contracts.demand import DemandRegistered
from services.intake.demand import RawDemand
from services.intake.identity import Book, Identity, Known, Outcome, Plan, Submission, sort_out
from services.intake.receive import Away, Raced
from services.intake.vault import CitizenKey, Vault, seal
from services.kit import metrics
from services.kit.clock import LOCAL
from services.kit.masking import mask
from services.kit.postgres import CONTENDED, UNAVAILABLE, Connection, Database, Writing

log = structlog.get_logger(__name__)

_ORIGINAL: Final = {"title", "body", "place", "occurred_at", "latitude", "longitude"}
_AS_BYTES: Final = TypeAdapter(RawDemand)
_LOOK_UP: Final = """
SELECT 'external_id' AS what, d.channel, sent.value, d.demand_id AS id, d.content_digest AS bytes, d.receipt
FROM unnest($1::text[], $2::text[]) AS sent (channel, value)
JOIN demands d ON d.channel = sent.channel AND d.external_id = sent.value
UNION ALL
SELECT 'key', k.channel, k.key, d.demand_id, d.content_digest, d.receipt
FROM unnest($3::text[], $4::text[]) AS sent (channel, value)
JOIN idempotency_keys k ON k.channel = sent.channel AND k.key = sent.value
JOIN demands d USING (demand_id)
UNION ALL
SELECT 'citizen', NULL, encode(i.index, 'hex'), i.citizen_ref, c.key_wrapped, NULL
FROM citizen_indexes i JOIN citizens c USING (citizen_ref) WHERE i.index = ANY($5::bytea[])
"""
_NEW_KEYS: Final = """
INSERT INTO idempotency_keys SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[])
ON CONFLICT DO NOTHING RETURNING key
"""
# One statement, since each costs a round trip. What another process had first is left out of the counts.
_REGISTER: Final = """
WITH new_citizens AS (
    INSERT INTO citizens SELECT * FROM unnest($11::uuid[], $12::bytea[])
), new_indexes AS (
    INSERT INTO citizen_indexes SELECT * FROM unnest($13::bytea[], $14::uuid[])
    ON CONFLICT DO NOTHING RETURNING index
), new_demands AS (
    INSERT INTO demands (demand_id, receipt, channel, external_id, content_digest, citizen_ref, key_id,
                         original, contact, received_at)
    SELECT new.demand_id, $9 || lpad(nextval('receipt_numbers')::text, 8, '0'), new.channel, new.external_id,
           new.digest, new.citizen_ref, new.key_id, new.original, new.contact, $10
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::uuid[], $6::integer[], $7::bytea[],
                $8::bytea[])
         AS new (demand_id, channel, external_id, digest, citizen_ref, key_id, original, contact)
    ON CONFLICT DO NOTHING RETURNING demand_id, receipt
), new_keys AS (
    INSERT INTO idempotency_keys SELECT * FROM unnest($15::text[], $16::text[], $17::uuid[])
    ON CONFLICT DO NOTHING RETURNING key
)
SELECT demand_id, receipt, (SELECT count(*) FROM new_indexes) AS indexes,
       (SELECT count(*) FROM new_keys) AS keys
FROM new_demands
"""


@dataclass(frozen=True, slots=True)
class Citizen:
    """A citizen as intake alone knows him: a random name and the key to what he sent."""

    ref: UUID
    key: CitizenKey


@dataclass(slots=True)
class Senders:
    """A group's citizens. `fresh` are the new ones with wrapped keys, `indexed` what finds them."""

    vault: Vault
    index_of: dict[UUID, bytes | None]
    known: dict[bytes, Citizen] = field(default_factory=dict)
    fresh: list[tuple[UUID, bytes]] = field(default_factory=list)
    indexed: dict[bytes, UUID] = field(default_factory=dict)

    def of(self, submission: Submission) -> Citizen:
        """Who sent it: the citizen of its blind index; without one a stranger."""
        index = self.index_of[submission.demand_id]
        if index is None:
            return self._new()
        if index not in self.known:
            citizen = self.known[index] = self._new()
            self.indexed[index] = citizen.ref
        return self.known[index]

    def _new(self) -> Citizen:
        ref = uuid4()
        key, wrapped = self.vault.new_citizen_key(ref)
        self.fresh.append((ref, wrapped))
        return Citizen(ref, key)


@dataclass(frozen=True, slots=True)
class PostgresDemands:
    """Implements `receive.Demands`."""

    database: Database
    vault: Vault

    async def accept(self, group: Sequence[Submission]) -> list[Outcome]:
        """See `receive.Demands.accept`."""
        try:
            async with self.database.writing() as writing:
                book, senders = await self._look_up(writing.connection, group)
                plan = sort_out(group, book)
                receipts = await self._register(writing, plan, senders) if plan.new else {}
                if plan.keys and not plan.new:
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

    async def _look_up(self, connection: Connection, group: Sequence[Submission]) -> tuple[Book, Senders]:
        """What is known already of the group's identities and senders."""
        keyed = [s for s in group if s.idempotency_key]
        senders = Senders(self.vault, {s.demand_id: self.vault.citizen_index(s.demand) for s in group})
        rows = await connection.fetch(
            _LOOK_UP,
            [s.demand.channel for s in group],
            [s.external_id for s in group],
            [s.demand.channel for s in keyed],
            [s.idempotency_key for s in keyed],
            [index for index in senders.index_of.values() if index],
        )
        book = Book()
        for what, channel, value, identity, found, receipt in rows:
            if what == "citizen":
                senders.known[bytes.fromhex(value)] = Citizen(identity, self.vault.unwrap(identity, found))
            else:
                by = book.by_key if what == "key" else book.by_external_id
                by[channel, value] = Known(identity, found, receipt)
        return book, senders

    async def _register(self, writing: Writing, plan: Plan, senders: Senders) -> dict[UUID, str]:
        """Write the new demands and their events, sorted so that processes don't deadlock; the receipts."""
        new = sorted(plan.new, key=lambda s: (s.demand.channel, s.external_id))
        citizens = [senders.of(submission) for submission in new]
        receipts = await _insert(writing, new, citizens, senders, plan)
        for submission, citizen in zip(new, citizens, strict=True):
            receipt = receipts[submission.demand_id]
            writing.publish(registered(submission.demand_id, submission.demand, receipt, citizen.ref))
        return receipts


async def _insert(
    writing: Writing, new: Sequence[Submission], citizens: Sequence[Citizen], senders: Senders, plan: Plan
) -> dict[UUID, str]:
    indexes, keys = sorted(senders.indexed), sorted(plan.keys)
    rows = await writing.connection.fetch(
        _REGISTER,
        [s.demand_id for s in new],
        [s.demand.channel for s in new],
        [s.external_id for s in new],
        [s.digest for s in new],
        [citizen.ref for citizen in citizens],
        [s.key_id for s in new],
        [_original(s, citizen) for s, citizen in zip(new, citizens, strict=True)],
        [_contact(s, citizen) for s, citizen in zip(new, citizens, strict=True)],
        writing.now.astimezone(LOCAL).strftime("YN%Y%m%d-"),
        writing.now,
        [ref for ref, _ in senders.fresh],
        [wrapped for _, wrapped in senders.fresh],
        indexes,
        [senders.indexed[index] for index in indexes],
        *_columns(plan, keys),
    )
    if len(rows) < len(new) or rows[0]["indexes"] < len(indexes) or rows[0]["keys"] < len(keys):
        raise Raced
    return {row["demand_id"]: row["receipt"] for row in rows}


async def _remember_keys(connection: Connection, plan: Plan) -> None:
    """Keys that came with repeats belong to the demands that they repeat."""
    keys = sorted(plan.keys)
    if len(await connection.fetch(_NEW_KEYS, *_columns(plan, keys))) < len(keys):
        raise Raced


def _columns(plan: Plan, keys: Sequence[Identity]) -> tuple[list[str], list[str], list[UUID]]:
    return [channel for channel, _ in keys], [key for _, key in keys], [plan.keys[key] for key in keys]


def _original(submission: Submission, citizen: Citizen) -> bytes:
    said = _AS_BYTES.dump_json(submission.demand, include=_ORIGINAL, exclude_none=True)
    return seal(citizen.key, submission.demand_id, "original", said)


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
