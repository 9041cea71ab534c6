"""`yinuo directory`: check the files of an authority, load them into a running stack."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from services.assignment.directory import Directory, DirectoryProblem
from services.assignment.directory_files import read_directory
from services.dev.problem import Problem

app = typer.Typer(no_args_is_help=True, add_completion=False)

Folder = Annotated[Path, typer.Argument(help="The folder of CSV and YAML files, such as examples/fengxian.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DataOption = Annotated[Path, typer.Option("--data", help="The data folder of the stack.")]

NAMES = {
    "units": "单位",
    "posts": "职务",
    "holders": "任职",
    "categories": "类别",
    "places": "地点",
    "routes": "路由",
    "words": "词条",
}
LOAD_SECONDS = 60.0


@app.callback()
def group() -> None:
    """Check and load units, posts, holders, categories, places, routes and words."""


@app.command()
def check(folder: Folder, as_json: AsJson = False) -> None:
    """Print every problem with file, row, column and remedy; exit status 1 where there is any."""
    found = _read(folder)
    problems = found if isinstance(found, list) else []
    counts = {} if isinstance(found, list) else entry_counts(found)
    _print(folder, problems, counts, as_json)
    if problems:
        raise typer.Exit(1)


@app.command()
def load(folder: Folder, data: DataOption = Path(".yinuo"), as_json: AsJson = False) -> None:
    """Check the files, then make them the directory of the running stack; with problems nothing is sent."""
    found = _read(folder)
    if isinstance(found, list):
        _print(folder, found, {}, as_json)
        raise typer.Exit(1)
    answer = _post(found, data)
    counts = entry_counts(found)
    print(_json({"ok": True, "counts": counts, "answer": answer}) if as_json else counts_line(folder, counts))


def entry_counts(directory: Directory) -> dict[str, int]:
    """How many entries each list of the directory has."""
    return {name: len(getattr(directory, name)) for name in NAMES}


def problem_line(problem: DirectoryProblem) -> str:
    """`units.csv 第 3 行 post 列：what。办法：remedy`."""
    row = f" 第 {problem.row} 行" if problem.row else ""
    column = f" {problem.column} 列" if problem.column else ""
    return f"{problem.file}{row}{column}：{problem.what}。办法：{problem.remedy}"


def counts_line(folder: Path, counts: dict[str, int]) -> str:
    """One line that says that all is well, and how much there is."""
    shown = "，".join(f"{NAMES[name]} {count}" for name, count in counts.items())
    return f"{folder.resolve().name} 没有问题：{shown}"


def _read(folder: Path) -> Directory | list[DirectoryProblem]:
    if not folder.is_dir():
        raise Problem(
            f"{folder} is not a folder", "name the folder that holds authority.yaml and the CSV files"
        )
    return read_directory(folder)


def _print(folder: Path, problems: list[DirectoryProblem], counts: dict[str, int], as_json: bool) -> None:
    if as_json:
        found = [one.model_dump() for one in problems]
        print(_json({"ok": not problems, "problems": found, "counts": counts}))
    else:
        print("\n".join(map(problem_line, problems)) or counts_line(folder, counts))


def _post(directory: Directory, data: Path) -> Any:
    import httpx

    from services.dev.running import Running

    stack = Running.find(data)
    try:
        answer = httpx.post(
            stack.service_url("assignment") + "/directory",
            content=directory.model_dump_json(),
            headers={
                "Authorization": f"Bearer {stack.token('administrator')}",
                "Content-Type": "application/json",
            },
            timeout=LOAD_SECONDS,
        )
    except httpx.HTTPError as error:
        raise Problem(f"assignment doesn't answer: {error}", "look at `yinuo status`") from error
    if answer.is_error:
        raise Problem(f"assignment refused the directory ({answer.status_code}): {answer.text}")
    return answer.json() if answer.content else None


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)
