"""What an ordeal (chaos, a busy Monday) has in common on the command line: a folder, a verdict, a status."""

import asyncio
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, NoReturn, Protocol, TypeVar

import typer
from rich.console import Console

from services.dev import stack
from services.dev.problem import Problem
from services.dev.stack import Report


class Judged(Protocol):
    """What came of it."""

    @property
    def good(self) -> bool: ...


Outcome = TypeVar("Outcome", bound=Judged)


def undergo(
    ordeal: Callable[[Path, Report], Coroutine[Any, Any, Outcome]],
    show: Callable[[Outcome, Console], None],
    data: Path | None,
) -> NoReturn:
    """Play in `data`, else in a folder that is removed after a good end; exit with 1 after a bad one."""
    console = Console()
    folder = data or Path(tempfile.mkdtemp(prefix="yinuo-ordeal-"))
    good = False
    try:
        outcome = asyncio.run(
            ordeal(folder, lambda line: console.print(line, highlight=False, soft_wrap=True))
        )
        show(outcome, console)
        good = outcome.good
    except Problem as problem:
        console.print(f"{problem.what} – {problem.remedy}", style="red", highlight=False)
    finally:
        stack.stop(folder)
        if good and data is None:
            stack.remove(folder)
        else:
            console.print(f"the stack was stopped; its data and logs are in {folder}")
    raise typer.Exit(0 if good else 1)
