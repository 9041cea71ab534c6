"""What chaos prints at the end."""

from rich.console import Console
from rich.table import Table

from services.dev.audit import print_findings
from services.dev.chaos_books import Difference
from services.dev.chaos_outcome import Outcome
from services.dev.chaos_victims import KINDS, victims_table


def print_outcome(outcome: Outcome, console: Console) -> None:
    """Victims with their recovery, the client's books, the audit, the verdict."""
    console.print(victims_table(outcome.victims, KINDS))
    console.print(_books(outcome))
    for line in _explained(outcome):
        console.print(line, highlight=False, markup=False)
    print_findings(console, outcome.audit)
    verdict = "[green]nothing lost, nothing twice[/]" if outcome.good else "[red]the books don't balance[/]"
    console.print(verdict)


def _books(outcome: Outcome) -> Table:
    books = outcome.books
    table = Table("the adapters' own books", box=None)
    table.add_column("", justify="right")
    table.add_row("rounds", str(len(outcome.in_flight)))
    table.add_row("requests in flight at a kill, fewest", str(min(outcome.in_flight, default=0)))
    table.add_row("accepted", str(books.accepted))
    table.add_row("sent again without an answer", str(books.resent))
    table.add_row("sent twice on purpose", str(books.doubled))
    table.add_row("steps that staff took", str(outcome.steps))
    table.add_row("lost", str(outcome.lost))
    table.add_row("duplicated", str(outcome.duplicated))
    return table


def _explained(outcome: Outcome) -> list[str]:
    found: list[Difference | str] = [*outcome.differences, *outcome.books.contradictions[:5]]
    return [*map(str, found), *(f"unexplained: {one}" for one in outcome.books.surprises[:5])]
