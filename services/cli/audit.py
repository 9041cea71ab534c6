"""`yinuo audit`: do the books balance?"""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from typer import Option

from services.dev.audit import audit, print_findings
from services.dev.instant import parse_instant
from services.dev.running import Running


def app(
    data: Annotated[Path, Option("--data", help="The data folder of the stack.")] = Path(".yinuo"),
    cut: Annotated[
        str | None, Option(help="Look at demands received up to this instant, in real time; default: now.")
    ] = None,
    as_json: Annotated[bool, Option("--json", help="Print JSON.")] = False,
) -> None:
    """Do the books balance? Names what doesn't; exit status 1 then. What is on its way is said."""
    found = asyncio.run(audit(Running.find(data), parse_instant(cut) if cut else None))
    balanced = all(one.balanced for one in found)
    if as_json:
        checks = [{**asdict(one), "balanced": one.balanced} for one in found]
        print(json.dumps({"balanced": balanced, "checks": checks}, ensure_ascii=False))
    else:
        print_findings(Console(), found)
    raise typer.Exit(0 if balanced else 1)
