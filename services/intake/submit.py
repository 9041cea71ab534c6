"""From a parsed demand and its sender to a submission: one request and a batch's line both pass here."""

from dataclasses import dataclass
from uuid import uuid4

from services.intake.demand import KEYED, RawDemand, canonical
from services.intake.identity import Accepted, Contradicted, Outcome, Submission
from services.intake.keys import Key
from services.intake.vault import Vault
from services.kit import metrics
from services.kit.http import Problem


@dataclass(frozen=True, slots=True)
class Desk:
    """Makes submissions and reads outcomes; knows the vault for digests and tracking codes."""

    vault: Vault

    def submission(self, key: Key, demand: RawDemand, idempotency_key: str | None) -> Submission:
        """Raises Problem: 403 for another channel than the key's, 422 without any identity."""
        if demand.channel != key.channel:
            raise _other_channel(key, demand.channel)
        external_id = demand.external_id or (f"{KEYED}{idempotency_key}" if idempotency_key else None)
        if external_id is None:
            raise _no_identity()
        digest = self.vault.content_digest(canonical(demand, external_id))
        return Submission(uuid4(), demand, external_id, idempotency_key, digest, key.id)

    def receipt(self, outcome: Outcome) -> tuple[str, str]:
        """Receipt and tracking code. Raises Problem 409 for what contradicts an earlier demand."""
        match outcome:
            case Accepted(demand_id, receipt):
                return receipt, self.vault.tracking_code(demand_id)
            case Contradicted(named):
                raise _conflict(named)


def refused(key: Key, problem: Problem) -> Problem:
    """The same problem, counted."""
    metrics.DEMANDS_REFUSED.labels(key.channel, str(problem.status)).inc()
    return problem


def _other_channel(key: Key, channel: str) -> Problem:
    return Problem(
        403,
        "Forbidden",
        f"this key is for channel {key.channel}, the demand says {channel}",
        field="channel",
        remedy=f"send demands of channel {key.channel}, or use a key of channel {channel}",
    )


def _no_identity() -> Problem:
    return Problem(
        422,
        "Unprocessable Content",
        "neither an idempotency key nor an external_id: a repeat could not be recognised",
        field="external_id",
        remedy="send external_id in the demand, or an Idempotency-Key (idempotency_key in a batch)",
    )


def _conflict(named: str) -> Problem:
    return Problem(
        409,
        "Conflict",
        f"this {named} already belongs to a demand with other content",
        field=named,
        remedy=f"send the same content to get its receipt again, or another {named} for a new demand",
    )
