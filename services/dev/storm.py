"""A busy Monday on which schedulers are killed: two of supervision and two of reporting, SIGKILL at random.

Limits of many kinds fall due, letters are signed, circulars drafted, issued and mailed meanwhile. Afterwards
each rung, each letter number, each circular and each mail is held against what must be there once.
`python -m services.dev.storm --rounds 100 --seed 1`; status 1 where anything differs.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Annotated, Any, Final
from uuid import UUID

import httpx
import typer
from typer import Option

from services.assignment.directory import Directory
from services.dev import stack
from services.dev.audit import audit
from services.dev.chaos_load import Adapters, read_texts
from services.dev.chaos_victims import Victims
from services.dev.directory import load_directory, read_county
from services.dev.mail_server import MailServer
from services.dev.ordeal import undergo
from services.dev.player import channel_keys
from services.dev.problem import Problem
from services.dev.running import Running
from services.dev.second import run_twice
from services.dev.settle import settle
from services.dev.stack import Report
from services.dev.storm_books import MAILING, hold_against, read_books
from services.dev.storm_county import (
    LEAD_DAYS,
    Size,
    busy,
    client,
    give_addresses,
    open_projects,
    plan_round,
)
from services.dev.storm_load import Offices, offices
from services.dev.storm_monday import PATIENCE, Monday
from services.dev.storm_outcome import Outcome
from services.dev.storm_report import print_outcome
from services.dev.supervisor import checkout
from services.kit.clock import local_day, local_midnight, read_clock
from services.supervision.app import shipped_policies

COUNTY: Final = checkout() / "examples" / "fengxian"
MONDAY: Final = date(2021, 3, 1)
"""The first of a month, so that a weekly and a monthly circular fall due together."""
LULL: Final = 10
"""After so many rounds all rest until the stack has settled."""
MAIL_SECONDS: Final = 600.0
LOOK_SECONDS: Final = 1.0


async def run(rounds: int, seed: int, data: Path, report: Report) -> Outcome:
    """Play on a fresh stack in `data`, which goes on running. Errors: Problem where something stays away."""
    stack.remove(data)
    began = local_midnight(MONDAY - timedelta(days=LEAD_DAYS))
    await stack.start(data, report, clock=began.isoformat(), free_ports=True)
    running, size = Running.find(data), Size()
    random = Random(seed)  # noqa: S311  a play, not a secret
    mail = MailServer(running.data / "mails", Random(seed))  # noqa: S311  as above
    async with mail.up(), _adapters(running, random) as adapters:
        report("Starting a second process of " + " and ".join(MAILING))
        twice = await run_twice(running, MAILING, mail.url)
        county = read_county(COUNTY)
        now, _ = await read_clock(running.audit_url)
        round_id = str(UUID(int=random.getrandbits(128), version=4))
        await _open(running, county, size, round_id)
        play = Monday(running, twice, random, MONDAY, size, mail, adapters, report, county)
        units = [unit.code for unit in county.units]
        victims = Victims(twice)
        async with offices(twice, random, units, local_day(now), round_id, now) as office:
            report("Playing the weeks before")
            await play.prepare(office)
            await play.rage(office, victims, rounds, LULL)
            report("All rounds played; the offices finish what they began")
            await office.rest()
            await victims.all_back()
            await play.finish(office)
        report("Waiting for the last mails")
        await _mails_sent(twice)
        return await _compared(play, office, victims, rounds, now)


async def _open(running: Running, county: Directory, size: Size, round_id: str) -> None:
    """Everybody can be reached; projects are on their list; a round is drawn."""
    await load_directory(running, busy(county, "automatic"))
    await settle(running, PATIENCE)
    await give_addresses(running, county)
    await open_projects(running, county, MONDAY, size)
    await settle(running, PATIENCE)
    await plan_round(running, county, round_id, MONDAY)


@asynccontextmanager
async def _adapters(running: Running, random: Random) -> AsyncIterator[Adapters]:
    """What demands are sent in by."""
    url, keys = running.service_url("intake"), await channel_keys(running, ["bulk"])
    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as http:
        yield Adapters(http, keys, read_texts(COUNTY / "messages.csv"), random)


async def _mails_sent(twice: Running) -> None:
    """Until no e-mail waits in either service. Errors: Problem with how many still do."""
    until = time.monotonic() + MAIL_SECONDS
    while waiting := [one for service in MAILING for one in await _waiting(twice, service)]:
        if time.monotonic() > until:
            raise Problem(f"{len(waiting)} e-mails still wait", "see `yinuo delivery log --state waiting`")
        await asyncio.sleep(LOOK_SECONDS)


async def _waiting(running: Running, service: str) -> list[dict[str, Any]]:
    async with client(running, service) as http:
        found = await http.get(
            "/delivery/log", params={"state": "waiting", "channel": "email", "limit": "500"}
        )
        messages: list[dict[str, Any]] = found.raise_for_status().json()["messages"]
        return messages


async def _compared(
    play: Monday, office: Offices, victims: Victims, rounds: int, addressed_at: datetime
) -> Outcome:
    play.report("Reckoning rungs anew from the topics; holding them, numbers and mails against the books")
    await settle(play.running, PATIENCE)
    books = await read_books(play.running)
    found = hold_against(
        books, shipped_policies(), office.books, play.county, play.mail, play.settled, addressed_at
    )
    return Outcome(
        rounds,
        victims,
        office.books,
        play.mail,
        tuple(play.in_flight),
        play.under_fire,
        found,
        tuple(await audit(play.running)),
    )


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    rounds: Annotated[int, Option(min=1, help="How many processes are killed, one a round.")] = 100,
    seed: Annotated[int, Option(help="The order of the victims, and what is done meanwhile.")] = 1,
    data: Annotated[
        Path | None, Option("--data", help="The data folder, emptied first; it is kept then.")
    ] = None,
) -> None:
    """Kill schedulers on a busy Monday; then each rung, number, circular and mail must be there once."""
    undergo(partial(run, rounds, seed), print_outcome, data)


if __name__ == "__main__":
    app()
