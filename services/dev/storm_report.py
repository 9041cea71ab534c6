"""What the busy Monday prints at the end."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from services.dev.audit import print_findings
from services.dev.chaos_victims import victims_table
from services.dev.storm_monday import KINDS
from services.dev.storm_outcome import Outcome

EXAMPLES = 5


def print_outcome(outcome: Outcome, console: Console) -> None:
    """Victims with their recovery, what there was, each comparison, the audit, the verdict."""
    console.print(victims_table(outcome.victims, KINDS))
    console.print(_counts(outcome))
    for line in _explained(outcome):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    print_findings(console, outcome.audit)
    good = "[green]every rung, letter number, circular and mail once[/]"
    console.print(good if outcome.good else "[red]not everything is there once[/]")


def _counts(outcome: Outcome) -> Table:
    books, mail = outcome.found.books, outcome.mail
    table = Table("what there was", box=None)
    table.add_column("", justify="right")
    for name, count in (
        ("rounds", len(outcome.in_flight)),
        ("requests in flight at a kill, fewest", min(outcome.in_flight, default=0)),
        ("requests sent again without an answer", outcome.offices.resent),
        ("requests sent twice at once", outcome.offices.doubled),
        ("rungs recorded", len(books.notices)),
        ("rungs reckoned anew", outcome.found.sure),
        ("rungs recorded between kills", outcome.under_fire),
        ("events read from offset 0", len(books.topics.told)),
        ("of these published again after a kill", books.topics.repeats),
        ("letters with a number", len(books.letters)),
        ("circulars with a number", len(books.circulars)),
        ("e-mails queued", len(books.queued)),
        ("e-mails taken by the mail server", len(mail.taken)),
        ("of these repeats, each under its own Message-ID", mail.repeats),
        ("taken, and the connection lost before the answer", mail.unsaid),
        ("connections lost before a mail was taken", mail.lost),
        ("mails put off with 451", mail.put_off),
    ):
        table.add_row(name, str(count))
    return table


def _explained(outcome: Outcome) -> Iterator[str]:
    yield from map(str, outcome.found.differences)
    faults = outcome.found.mail_faults
    yield f"mails at the receiving server: {len(faults) or 'no'} faults"
    yield from faults[:EXAMPLES]
    yield from (f"unexplained: {one}" for one in outcome.offices.surprises[:EXAMPLES])
