"""Which demands are new, which repeat one that was accepted, and which contradict one. Pure rules."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from uuid import UUID

from services.intake.demand import RawDemand

Named: TypeAlias = Literal["Idempotency-Key", "external_id"]


@dataclass(frozen=True, slots=True)
class Submission:
    """A demand on its way in. `external_id` is never missing: see `demand.KEYED`."""

    demand_id: UUID
    demand: RawDemand
    external_id: str
    idempotency_key: str | None
    digest: bytes
    key_id: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """The demand is on disk, now or since an earlier request said the same."""

    demand_id: UUID
    receipt: str


@dataclass(frozen=True, slots=True)
class Contradicted:
    """The identity that `named` stands for belongs to a demand with other content."""

    named: Named


Outcome: TypeAlias = Accepted | Contradicted


@dataclass(frozen=True, slots=True)
class Known:
    """A demand that has an identity already; `receipt` is missing while it is being given one."""

    demand_id: UUID
    digest: bytes
    receipt: str | None = None


Identity: TypeAlias = tuple[str, str]
"""A channel and a value: of the external id, or of the idempotency key."""


@dataclass(frozen=True, slots=True)
class Book:
    """The known demands by either identity."""

    by_external_id: dict[Identity, Known] = field(default_factory=dict)
    by_key: dict[Identity, Known] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with a group: each submission's finding, the new ones, the keys to remember."""

    findings: Sequence[Known | Contradicted]
    new: Sequence[Submission]
    keys: Mapping[Identity, UUID]

    def outcomes(self, receipts: Mapping[UUID, str]) -> Iterator[Outcome]:
        """One for each submission, in order. `receipts` are those of the new demands."""
        for finding in self.findings:
            if isinstance(finding, Contradicted):
                yield finding
            else:
                yield Accepted(finding.demand_id, finding.receipt or receipts[finding.demand_id])


def sort_out(group: Sequence[Submission], book: Book) -> Plan:
    """Decide in the order of arrival; an identity met twice in the group is one demand."""
    by_external_id, by_key = dict(book.by_external_id), dict(book.by_key)
    findings: list[Known | Contradicted] = []
    new: list[Submission] = []
    keys: dict[Identity, UUID] = {}
    for submission in group:
        channel = submission.demand.channel
        external = (channel, submission.external_id)
        key = (channel, submission.idempotency_key) if submission.idempotency_key else None
        known = by_external_id.get(external)
        if contradicted := _contradiction(submission.digest, by_key.get(key) if key else None, known):
            findings.append(contradicted)
            continue
        if known is None:
            known = by_external_id[external] = Known(submission.demand_id, submission.digest)
            new.append(submission)
        if key and key not in by_key:
            by_key[key], keys[key] = known, known.demand_id
        findings.append(known)
    return Plan(findings, new, keys)


def _contradiction(digest: bytes, by_key: Known | None, by_external_id: Known | None) -> Contradicted | None:
    """The digest covers the external id, so what agrees with both is one and the same demand."""
    if by_key and by_key.digest != digest:
        return Contradicted("Idempotency-Key")
    if by_external_id and by_external_id.digest != digest:
        return Contradicted("external_id")
    return None
