"""`yinuo dlq`: the dead letters of all services. A letter is named service and number: `supervision/7`."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Protocol

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer import Argument, Option

from services.dev.http import Api
from services.dev.problem import Problem
from services.dev.running import Running

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Dead letters of all services.")

DataOption = Annotated[Path, Option("--data", help="The data folder of the stack.")]
AsJson = Annotated[bool, Option("--json", help="Print JSON.")]
Name = Annotated[str, Argument(help="As `yinuo dlq list` names it: supervision/7.")]

COLUMNS = ("letter", "topic", "key", "type", "reason")
PAGE: Final = 500

Found = dict[str, Any]
"""A dead letter as the service tells it."""


class Pages(Protocol):
    """Where pages are asked for: `services.dev.http.Api`."""

    def get(self, path: str, **parameters: Any) -> Any: ...


@app.callback()
def group() -> None:
    """List, show, replay and drop what couldn't be applied; letters of one key wait behind the first."""


@app.command("list")
def list_letters(data: DataOption = Path(".yinuo"), as_json: AsJson = False) -> None:
    """Print all dead letters, without what they hold, in the order in which replay would take them."""
    letters = sorted(all_letters(Running.find(data)), key=_turn)
    if as_json:
        print(json.dumps(letters, ensure_ascii=False))
        return
    table = Table(*COLUMNS, box=None)
    for letter in letters:
        table.add_row(*(Text(str(letter[column] or "–")) for column in COLUMNS))
    Console().print(table if letters else "没有死信")


@app.command()
def show(letter: Name, data: DataOption = Path(".yinuo"), as_json: AsJson = False) -> None:
    """Print one letter with its content."""
    service, number = parts(letter)
    found = _api(Running.find(data), service).get(f"/dead-letters/{number}")
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    for name, value in found.items():
        print(f"{name:<10} {value}")


@app.command()
def replay(
    letter: Annotated[str | None, Argument(help="One letter: with it all of its key.")] = None,
    every: Annotated[bool, Option("--all", help="Every key of every service.")] = False,
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Hand a letter, and all of its key in order, to the service's handler again. Exits 1 on a refusal."""
    if every == (letter is not None):
        raise Problem("name one letter, or all", "yinuo dlq replay supervision/7, or yinuo dlq replay --all")
    running = Running.find(data)
    heads = list(first_of_keys(sorted(all_letters(running), key=_turn))) if letter is None else [letter]
    applied, refused = 0, []
    for head in heads:
        try:
            applied += _replay(running, head)
        except Problem as problem:
            refused.append({"letter": head, "reason": problem.what})
    if as_json:
        print(json.dumps({"applied": applied, "refused": refused}, ensure_ascii=False))
    else:
        print(f"已重新处理 {applied} 封")
        for one in refused:
            print(f"{one['letter']}：{one['reason']}")
    raise typer.Exit(1 if refused else 0)


@app.command()
def drop(
    letter: Name,
    key: Annotated[bool, Option("--key", help="And all others of its key.")] = False,
    yes: Annotated[bool, Option("--yes", help="Don't ask.")] = False,
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Give one letter up for good; who did it stays on record, and the audit still names what is missing."""
    service, number = parts(letter)
    if not yes:
        typer.confirm(f"放弃 {letter}{' 及其同键的全部死信' if key else ''}，不再处理？", abort=True)
    path = f"/dead-letters/{number}/key" if key else f"/dead-letters/{number}"
    found = _api(Running.find(data), service).call("DELETE", path)
    print(json.dumps(found) if as_json else _dropped(letter, found))


def _dropped(letter: str, found: dict[str, int]) -> str:
    said = f"已放弃 {letter}，共 {found['dropped']} 封"
    if found["waiting"]:
        said += f"；同键仍有 {found['waiting']} 封等候，用 yinuo dlq list 查看、yinuo dlq replay 处理"
    return said


def all_letters(running: Running) -> Iterator[Found]:
    """Every dead letter, with `service` and `letter`, its name here, by number. Errors: Problem."""
    for service in running.services:
        for found in letters_of(_api(running, service)):
            yield {"letter": f"{service}/{found['id']}", "service": service, **found}


def letters_of(api: Pages) -> Iterator[Found]:
    """One service's dead letters, page by page."""
    after: int | None = 0
    while after is not None:
        page = api.get("/dead-letters", after=after, limit=PAGE)
        yield from page["letters"]
        after = page["next"]


def _turn(letter: Found) -> tuple[str, str, str, int]:
    return letter["service"], letter["topic"], letter["key"], letter["offset"]


def first_of_keys(letters: Iterable[Found]) -> Iterator[str]:
    """The name of the first letter of each key."""
    seen = set()
    for letter in letters:
        key = letter["service"], letter["topic"], letter["key"]
        if key not in seen:
            seen.add(key)
            yield letter["letter"]


def parts(letter: str) -> tuple[str, int]:
    """Service and number of a letter's name. Errors: Problem."""
    service, _, number = letter.partition("/")
    if not number.isdigit():
        raise Problem(f"{letter} names no letter", "name it as `yinuo dlq list` does: supervision/7")
    return service, int(number)


def _api(running: Running, service: str) -> Api:
    return Api(service, running.service_url(service), running.token("administrator"))


def _replay(running: Running, letter: str) -> int:
    service, number = parts(letter)
    found = _api(running, service).call("POST", f"/dead-letters/{number}/replay")
    return int(found["applied"])
