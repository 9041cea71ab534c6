"""The adapters' own books: every receipt they were given, held against what the stack made of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import asyncpg
import httpx

from services.dev.running import Running

PAGE: Final = 1000
EXAMPLES: Final = 5


@dataclass(slots=True)
class Books:
    """What adapters were told. `contradictions`: one demand got two receipts, or two demands one.

    `resent` counts posts repeated because no answer came, `doubled` those repeated on purpose.
    """

    receipts: dict[str, str] = field(default_factory=dict)
    demands: dict[str, str] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    resent: int = 0
    doubled: int = 0

    @property
    def accepted(self) -> int:
        """How many demands have a receipt."""
        return len(self.receipts)

    def note(self, demand: str, receipt: str) -> None:
        """Enter the receipt that a demand, by its adapter's own number, was given."""
        if self.receipts.setdefault(demand, receipt) != receipt:
            self.contradictions.append(f"{demand}: {self.receipts[demand]} and {receipt}")
        if self.demands.setdefault(receipt, demand) != demand:
            self.contradictions.append(f"{receipt}: {self.demands[receipt]} and {demand}")


@dataclass(frozen=True, slots=True)
class Difference:
    """Where one kind of entry differs from the receipts, or from another `proof` that each should be there.

    For `strangers` there is none.
    """

    what: str
    lost: tuple[str, ...]
    duplicated: tuple[str, ...]
    strangers: tuple[str, ...] = ()
    proof: str = "receipt"

    @property
    def none(self) -> bool:
        return not (self.lost or self.duplicated or self.strangers)

    def __str__(self) -> str:
        found = {"lost": self.lost, "twice": self.duplicated, f"without a {self.proof}": self.strangers}
        named = [f"{len(of)} {how} ({', '.join(of[:EXAMPLES])})" for how, of in found.items() if of]
        return f"{self.what}: {'; '.join(named) or f'each {self.proof} once'}"


def compare(
    what: str, receipts: Iterable[str], entries: Iterable[str], times: int = 1, proof: str = "receipt"
) -> Difference:
    """Hold receipts against entries, of which each receipt should have exactly `times`."""
    counted, own = Counter(entries), set(receipts)
    return Difference(
        what,
        lost=tuple(sorted(one for one in own if counted[one] < times)),
        duplicated=tuple(sorted(one for one in own if counted[one] > times)),
        strangers=tuple(sorted(counted.keys() - own)),
        proof=proof,
    )


async def hold_against(books: Books, running: Running, week: str) -> list[Difference]:
    """Receipts against demands, cases, limits, and rows of the circular of `week` (a Monday, ISO)."""
    receipts = books.demands.keys()
    connection = await asyncpg.connect(running.audit_url)
    try:
        demands = await _column(connection, "SELECT receipt FROM intake.audit_demands")
        cases = await connection.fetch("SELECT receipt, case_id FROM assignment.audit_cases")
        limits = await connection.fetch("SELECT case_id FROM supervision.audit_limits")
    finally:
        await connection.close()
    rows = await circular_rows(running, week, "received")
    return [
        compare("demands", receipts, demands),
        compare("cases", receipts, [row["receipt"] for row in cases]),
        compare("limits", receipts, _limits(cases, limits), times=2),
        compare("rows of the circular", receipts, rows),
    ]


def _limits(cases: Sequence[asyncpg.Record], limits: Sequence[asyncpg.Record]) -> list[str]:
    """The receipt of each limit; one without a case counts by its case's id."""
    receipts: dict[UUID, str] = {row["case_id"]: row["receipt"] for row in cases}
    return [receipts.get(row["case_id"], str(row["case_id"])) for row in limits]


async def _column(connection: asyncpg.Connection, sql: str) -> list[str]:
    return [row[0] for row in await connection.fetch(sql)]


async def circular_rows(running: Running, week: str, figure: str) -> list[str]:
    """The receipt of every row that a circular's figure lists, page by page."""
    headers = {"Authorization": f"Bearer {running.token('administrator')}"}
    receipts: list[str] = []
    parameters = {"limit": str(PAGE)}
    url = f"{running.service_url('reporting')}/circulars/{week}/figures/{figure}/rows"
    async with httpx.AsyncClient(headers=headers, timeout=60, trust_env=False) as http:
        while True:
            answer = (await http.get(url, params=parameters)).raise_for_status().json()
            receipts += [row["receipt"] for row in answer["rows"]]
            if not answer["next"]:
                return receipts
            parameters["after"] = answer["next"]
