"""Chaos: demands are posted under load while one process after the other is killed with SIGKILL.

At the end the adapters' own receipts are held against demands, cases, limits and the circular's rows, and
the audit is made. `python -m services.dev.chaos --rounds 100 --seed 1`; status 1 where anything differs.
"""

import asyncio
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Annotated, Final

import typer
from typer import Option

from services.dev import stack
from services.dev.audit import audit
from services.dev.chaos_books import Books, hold_against
from services.dev.chaos_load import CHANNELS, Adapters, Pace, adapters, read_texts
from services.dev.chaos_outcome import Outcome
from services.dev.chaos_report import print_outcome
from services.dev.chaos_staff import Desk
from services.dev.chaos_victims import Victims, shuffled
from services.dev.clock import advance
from services.dev.directory import load_directory, read_county
from services.dev.ordeal import undergo
from services.dev.player import channel_keys
from services.dev.readiness import REFUSED
from services.dev.running import Running
from services.dev.settle import settle
from services.dev.stack import Report
from services.dev.supervisor import checkout
from services.kit.clock import LOCAL, set_clock

COUNTY: Final = checkout() / "examples" / "fengxian"
MONDAY: Final = datetime(2021, 3, 1, 8, tzinfo=LOCAL)
SUNDAY: Final = MONDAY + timedelta(days=6)
ISSUED: Final = MONDAY + timedelta(days=7)
"""Next Monday 08:00, when the week's circular is issued."""
ACCEPTED_A_ROUND: Final = 50


async def run(rounds: int, seed: int, data: Path, report: Report, pace: Pace = Pace()) -> Outcome:  # noqa: B008  frozen
    """Play on a fresh stack in `data`, which goes on running. Errors: Problem where something stays away."""
    random = Random(seed)  # noqa: S311  a play, not a secret
    stack.remove(data)
    await stack.start(data, report, clock=MONDAY.isoformat(), free_ports=True)
    running = Running.find(data)
    await load_directory(running, read_county(COUNTY))
    keys = await channel_keys(running, CHANNELS)
    victims, in_flight = Victims(running), list[int]()
    intake, texts = running.service_url("intake"), read_texts(COUNTY / "messages.csv")
    async with Desk.open(running, random) as desk, adapters(intake, keys, texts, seed, pace) as posting:
        await posting.until_accepted(ACCEPTED_A_ROUND)
        for number, kind in enumerate(shuffled(rounds, random), start=1):
            await _move_clock(running, number / rounds)
            in_flight.append(await _one_round(posting, victims, kind))
            report(_progress(number, rounds, kind, in_flight[-1], posting.books))
            if posting.books.surprises:
                break
        report("All rounds played; the adapters finish what they began")
    await victims.all_back()
    return await _closed(running, rounds, victims, posting.books, tuple(in_flight), desk.steps, report)


async def _one_round(posting: Adapters, victims: Victims, kind: str) -> int:
    """Kill under load, and go on until enough more were accepted; requests in flight at the kill."""
    pid = await victims.pid(kind)
    waiting = await posting.until_waiting()
    victims.kill(kind, pid)
    await posting.until_accepted(ACCEPTED_A_ROUND)
    return waiting


def _progress(number: int, rounds: int, kind: str, in_flight: int, books: Books) -> str:
    return (
        f"round {number}/{rounds}: killed {kind} with {in_flight} requests in flight; "
        f"{books.accepted} accepted, {books.resent} sent again"
    )


async def _move_clock(running: Running, share: float) -> None:
    """The rounds spread over the week's days, so that limits fall due meanwhile."""
    hours = round((SUNDAY - MONDAY) / timedelta(hours=1) * share)
    while True:
        try:
            return await set_clock(running.admin_url, MONDAY + timedelta(hours=hours))
        except REFUSED:
            await asyncio.sleep(0.1)


async def _closed(
    running: Running,
    rounds: int,
    victims: Victims,
    books: Books,
    in_flight: tuple[int, ...],
    steps: int,
    report: Report,
) -> Outcome:
    """Let the week end, have its circular issued, and compare."""
    report("Settling")
    await settle(running, 600)
    report("Moving the clock to the week's circular")
    await advance(running, ISSUED)
    report("Holding the receipts against demands, cases, limits and the circular")
    differences = await hold_against(books, running, MONDAY.date().isoformat())
    found = await audit(running)
    return Outcome(rounds, victims, books, in_flight, steps, tuple(differences), tuple(found))


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    rounds: Annotated[int, Option(min=1, help="How many processes are killed, one a round.")] = 100,
    seed: Annotated[int, Option(help="The order of the victims and what is posted.")] = 1,
    data: Annotated[
        Path | None, Option("--data", help="The data folder, emptied first; it is kept then.")
    ] = None,
) -> None:
    """Kill processes under load; then each receipt must be one demand, one case, two limits, counted once."""
    undergo(partial(run, rounds, seed), print_outcome, data)


if __name__ == "__main__":
    app()
