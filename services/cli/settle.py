"""`yinuo settle`: wait until outboxes, lags and due rows are empty."""

import asyncio
import json
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from typer import Option

from services.dev.running import Running
from services.dev.settle import PATIENCE_SECONDS, NotSettled, Round, settle


def app(
    data: Annotated[Path, Option("--data", help="The data folder of the stack.")] = Path(".yinuo"),
    timeout: Annotated[float, Option(help="Give up after so many seconds.")] = PATIENCE_SECONDS,
    as_json: Annotated[bool, Option("--json", help="Print JSON.")] = False,
) -> None:
    """Wait until outboxes, lags and due rows are empty; when time runs out, name what remains and exit 1."""
    began = time.monotonic()
    left: Round = ()
    try:
        with Console(stderr=True).status("settling") as status:
            asyncio.run(settle(Running.find(data), timeout, status.update))
    except NotSettled as unsettled:
        if not as_json:
            raise
        left = unsettled.left
    seconds = round(time.monotonic() - began, 3)
    if as_json:
        print(json.dumps({"settled": not left, "seconds": seconds, "left": [str(one) for one in left]}))
    else:
        print(f"已全部处理完毕，用时 {seconds:.1f} 秒")
    raise typer.Exit(1 if left else 0)
