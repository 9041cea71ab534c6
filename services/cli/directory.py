"""`yinuo directory`: check the files of an authority, load them into a running stack."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel

from services.assignment.directory import Directory, DirectoryProblem
from services.assignment.directory_files import read_directory
from services.cli.staff_contacts import ContactReading, read_contacts
from services.contracts.vocabulary import Service
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
LOAD_SECONDS = 60.0


@app.callback()
def group() -> None:
    """Check and load units, posts, holders, categories, places, routes and words."""


@app.command()
def check(folder: Folder, as_json: AsJson = False) -> None:
    """Print every problem with file, row, column and remedy; exit status 1 where there is any."""
    found = _read(folder)
    contacts = _contacts(folder, found)
    problems = [*(found if isinstance(found, list) else []), *contacts.problems]
    counts = {} if isinstance(found, list) else entry_counts(found) | _contact_count(contacts)
    _print(folder, problems, counts, as_json)
    if problems:
        raise typer.Exit(1)


@app.command()
def load(folder: Folder, data: DataOption = Path(".yinuo"), as_json: AsJson = False) -> None:
    """Check the files, then make them the directory of the running stack; with problems nothing is sent.

    contacts.csv, where there is one, goes to intake alone and replaces the list of the units' people whole.
    """
    found = _read(folder)
    contacts = _contacts(folder, found)
    if isinstance(found, list) or contacts.problems:
        _print(folder, [*(found if isinstance(found, list) else []), *contacts.problems], {}, as_json)
        raise typer.Exit(1)
    stack = Running.find(data)
    answer = _send(stack, "assignment", "POST", "/directory", found)
    document: dict[str, Any] = {"ok": True, "counts": entry_counts(found), "answer": answer}
    if contacts.there:
        sent = StaffContacts(contacts=tuple(contacts.contacts))
        document["staff_contacts"] = _send(stack, "intake", "PUT", "/staff-contacts", sent)
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


def _contacts(folder: Path, found: Directory | list[DirectoryProblem]) -> ContactReading:
    """Without a sound directory nothing: the units of the contacts couldn't be judged."""
    return ContactReading() if isinstance(found, list) else read_contacts(folder, found.units_by_code)


def _contact_count(contacts: ContactReading) -> dict[str, int]:
    return {"staff_contacts": len(contacts.contacts)} if contacts.there else {}


def _send(stack: Running, service: Service, method: str, path: str, content: BaseModel) -> Any:
    import httpx

    try:
        answer = httpx.request(
            method,
            stack.service_url(service) + path,
            content=content.model_dump_json(),
            headers={
                "Authorization": f"Bearer {stack.token('administrator')}",
                "Content-Type": "application/json",
            },
            timeout=LOAD_SECONDS,
        )
    except httpx.HTTPError as error:
        raise Problem(f"{service} doesn't answer: {error}", "look at `yinuo status`") from error
    if answer.is_error:
        raise Problem(f"{service} refused it ({answer.status_code}): {answer.text}")
    return answer.json() if answer.content else None


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)
