"""The notices that a finding of a round brings at once, by the ladder, in the transaction that records it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.supervision.finding import Finding
from services.supervision.notices import Publish
from services.supervision.policy import Policy
from services.supervision.triggered import Happening, Happenings, bring_notices


class FoundBefore(Happenings, Protocol):
    async def found_before(self, subject_id: UUID) -> int:
        """How many findings about a subject there are; no other is added until the end."""
        ...


@dataclass(frozen=True, slots=True)
class FindingNotices:
    """Within one transaction."""

    store: FoundBefore
    publish: Publish
    policy: Policy

    async def bring(self, finding: Finding, post: str, now: datetime) -> None:
        """Of the project that it is about, so that findings of one task count together; else its own."""
        subject_id = finding.project_id or finding.finding_id
        happening = Happening(
            subject_id,
            "finding",
            await self.store.found_before(subject_id) + 1,
            "project" if finding.project_id else "finding",
            None,
            finding.unit,
            post,
            now,
        )
        await bring_notices(self.store, self.publish, self.policy, [happening], now)
