"""`make bench`: measure every figure on a fresh stack, print the table, write bench/latest.json."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from services.dev import stack
from services.dev.bench import alone, circular, end_to_end, firing, grown, latency, post_rate, start
from services.dev.bench.figures import NAMES, Figure, print_table, write_json
from services.dev.bench.ground import Ground, Report
from services.dev.bench.scale import SCALES, Scale
from services.dev.settle import settle
from services.dev.steps import Steps
from services.dev.supervisor import checkout

OUTPUT: Final = checkout() / "bench" / "latest.json"
TABLE_WIDTH: Final = 150
OTHERS: Final = ("assignment", "supervision", "reporting")


def bench(
    scale: Annotated[str, typer.Option(help=f"How much: {' or '.join(SCALES)}.")] = "default",
    output: Annotated[Path, typer.Option(help="Where the JSON goes.")] = OUTPUT,
) -> None:
    """Measure speed beside its limits from the same run."""
    if scale not in SCALES:
        raise typer.BadParameter(f"there are {', '.join(SCALES)}", param_hint="--scale")
    data = Path(tempfile.mkdtemp(prefix="yinuo-bench-"))
    steps = Steps(Console(stderr=True))
    try:
        with steps.status:
            found = in_order(measure(data, SCALES[scale], steps, steps.status.update))
            steps.finish()
    finally:
        stack.remove(data)
        shutil.rmtree(data, ignore_errors=True)
    write_json(output, found)
    print_table(Console(width=max(Console().width, TABLE_WIDTH)), found)


def measure(data: Path, scale: Scale, report: Report, progress: Report = stack.silent) -> list[Figure]:
    """Every figure, in the order in which one stack can give them."""
    ground = Ground.prepare(data, report, progress)
    ground.start("intake")
    key = asyncio.run(ground.key())
    found = post_rate.measure(ground, scale, key)
    ground.start(*OTHERS)
    rate = asyncio.run(_caught_up_then_end_to_end(ground, scale, key))
    found += asyncio.run(latency.measure(ground, scale, key))
    found += start.memory(ground)
    found += start.measure(ground, key)
    ground.stop_services()
    found += asyncio.run(alone.measure(ground, rate))
    found += asyncio.run(firing.measure(ground, scale))
    found += asyncio.run(circular.measure(ground, scale))
    return found + asyncio.run(grown.measure(ground, scale))


async def _caught_up_then_end_to_end(ground: Ground, scale: Scale, key: str) -> float:
    await ground.load_directory()
    ground.report("Catching up with what was posted so far")
    await settle(ground.running, report=ground.progress)
    ground.report(f"{scale.demands:,} demands end to end")
    return await end_to_end.measure(ground, scale, key)


def in_order(found: list[Figure]) -> list[Figure]:
    """As the names stand in the list of names."""
    return sorted(
        found, key=lambda one: next(n for n, name in enumerate(NAMES) if one.figure.startswith(name))
    )


if __name__ == "__main__":
    typer.run(bench)
