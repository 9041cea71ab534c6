"""`yinuo directory`: check the files of an authority, load them into a running stack."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from services.assignment.directory import Directory, DirectoryProblem
from services.assignment.directory_files import ReadFolder, read_folder
from services.cli.directory_load import check_both, load_both
from services.cli.staff_contacts import ContactReading, read_contacts
from services.dev.problem import Problem
from services.dev.running import Running
from services.intake.staff_contacts import StaffContacts

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
    "staff_contacts": "工作人员联系方式",
}


@app.callback()
def group() -> None:
    """Check and load units, posts, holders, categories, places, routes and words."""


@app.command()
def check(folder: Folder, as_json: AsJson = False) -> None:
    """Print every problem with file, row, column and remedy; exit status 1 where there is any."""
    found, contacts = _read(folder)
    problems = [*found.problems, *contacts.problems]
    counts = {} if problems else entry_counts(found.directory) | _contact_count(contacts)
    _print(folder, problems, counts, as_json)
    if problems:
        raise typer.Exit(1)


@app.command()
def load(folder: Folder, data: DataOption = Path(".yinuo"), as_json: AsJson = False) -> None:
    """Check the files, then make them the directory of the running stack; with problems nothing is sent.

    contacts.csv, where there is one, goes to intake alone and replaces the list of the units' people whole.
    Both services check their part before either takes it.
    """
    found, contacts = _read(folder)
    people = StaffContacts(contacts=tuple(contacts.contacts)) if contacts.there else None
    problems = [*found.problems, *contacts.problems]
    stack = None if problems else Running.find(data)
    if stack is not None:
        problems = check_both(stack, found.directory, people)
    if stack is None or problems:
        _print(folder, problems, {}, as_json)
        raise typer.Exit(1)
    document: dict[str, Any] = {"ok": True, "counts": entry_counts(found.directory)}
    document |= load_both(stack, found.directory, people)
    counts = document["counts"] | _contact_count(contacts)
    print(_json(document) if as_json else counts_line(folder, counts))


def entry_counts(directory: Directory) -> dict[str, int]:
    """How many entries each list of the directory has."""
    return {name: len(getattr(directory, name)) for name in NAMES if name in Directory.model_fields}


def problem_line(problem: DirectoryProblem) -> str:
    """`units.csv 第 3 行 post 列：what。办法：remedy`."""
    row = f" 第 {problem.row} 行" if problem.row else ""
    column = f" {problem.column} 列" if problem.column else ""
    return f"{problem.file}{row}{column}：{problem.what}。办法：{problem.remedy}"


def counts_line(folder: Path, counts: dict[str, int]) -> str:
    """One line that says that all is well, and how much there is."""
    shown = "，".join(f"{NAMES[name]} {count}" for name, count in counts.items())
    return f"{folder.resolve().name} 没有问题：{shown}"


def _read(folder: Path) -> tuple[ReadFolder, ContactReading]:
    if not folder.is_dir():
        raise Problem(
            f"{folder} is not a folder", "name the folder that holds authority.yaml and the CSV files"
        )
    found = read_folder(folder)
    return found, read_contacts(folder, found.has_unit)


def _print(folder: Path, problems: list[DirectoryProblem], counts: dict[str, int], as_json: bool) -> None:
    if as_json:
        found = [one.model_dump() for one in problems]
        print(_json({"ok": not problems, "problems": found, "counts": counts}))
    else:
        print("\n".join(map(problem_line, problems)) or counts_line(folder, counts))


def _contact_count(contacts: ContactReading) -> dict[str, int]:
    return {"staff_contacts": len(contacts.contacts)} if contacts.there else {}


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)
