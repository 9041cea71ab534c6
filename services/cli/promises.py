"""`yinuo promises`: the promise ledger: import, export, captions, list, erase, and the proof of its chain."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

import httpx
import typer
from rich.console import Console
from rich.table import Table
from typer import Argument, Option

from services.assignment.promise_words import STATES
from services.cli.promise_cards import write_cards
from services.cli.promise_files import import_rows, problem_line, write_captions, write_list
from services.cli.promise_proof import parse_witness, prove, read_promises
from services.dev.http import Api, bearer, options, refused, unreachable
from services.dev.problem import Problem
from services.dev.running import Running

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The promise ledger and its proof.")

DataOption = Annotated[Path, Option("--data", help="The data folder of the stack.")]
AsJson = Annotated[bool, Option("--json", help="Print JSON.")]
DATA: Final = Path(".yinuo")
IMPORT_SECONDS: Final = 300.0


@app.callback()
def group() -> None:
    """Import, export, list and verify promises."""


@app.command("import")
def import_list(
    file: Annotated[Path, Argument(help="XLSX or CSV with the county's headings; see `export`.")],
    data: DataOption = DATA,
    as_json: AsJson = False,
) -> None:
    """Put a whole list on record or nothing of it; every error is named. Again, it adds nothing."""
    rows = import_rows(file)
    answer = _sent(Running.find(data), rows)
    found = answer.json()
    if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY and "problems" in found:
        _print_problems(file, found["problems"], as_json)
        raise typer.Exit(1)
    if answer.is_error:
        raise refused("assignment", answer)
    line = f"{file.name}：新增 {found['made']} 项，已有 {found['repeated']} 项，承诺链共 {found['seq']} 条"
    print(_json({"ok": True, **found}) if as_json else line)


def _sent(running: Running, rows: Sequence[Any]) -> httpx.Response:
    url = running.service_url("assignment")
    headers = bearer(running.token("administrator"))
    try:
        with httpx.Client(base_url=url, headers=headers, **options(url, IMPORT_SECONDS)) as client:
            return client.post("/promises/import", json={"rows": rows})
    except httpx.TransportError as away:
        raise unreachable("assignment", away) from away


def _print_problems(file: Path, problems: Sequence[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print(_json({"ok": False, "problems": problems}))
        return
    for problem in problems:
        print(problem_line(file, problem))
    print(f"共 {len(problems)} 处错误，未导入任何一行")


@app.command()
def export(
    file: Annotated[Path, Argument(help="The XLSX to write.")],
    data: DataOption = DATA,
    as_json: AsJson = False,
) -> None:
    """Write all promises as they stand now; `import` takes the file again. Members' names aren't in it."""
    written = write_list(file, read_promises(_public(data)))
    print(_json({"file": str(file), "promises": written}) if as_json else f"{file}：{written} 项")


@app.command()
def captions(
    file: Annotated[Path, Argument(help="The CSV to write.")],
    data: DataOption = DATA,
    as_json: AsJson = False,
) -> None:
    """Write the televised promises as a caption list for the station."""
    written = write_captions(file, read_promises(_public(data), aired="true"))
    print(_json({"file": str(file), "promises": written}) if as_json else f"{file}：{written} 项")


@app.command()
def cards(
    file: Annotated[Path, Argument(help="The HTML to write, for printing on A4.")],
    base_url: Annotated[str, Option(help="The console's public address; the QR codes lead there.")],
    unit: Annotated[str | None, Option(help="The code of a unit; default: all.")] = None,
    all_occasions: Annotated[bool, Option("--all", help="Not only televised promises.")] = False,
    data: DataOption = DATA,
    as_json: AsJson = False,
) -> None:
    """Write printable cards of the televised promises, each with a QR code that leads to its public page."""
    aired = None if all_occasions else "true"
    written = write_cards(file, read_promises(_public(data), aired=aired, unit=unit), base_url)
    print(_json({"file": str(file), "cards": written}) if as_json else f"{file}：{written} 张")


@app.command("list")
def list_promises(
    tier: str | None = None,
    unit: str | None = None,
    state: str | None = None,
    data: DataOption = DATA,
    as_json: AsJson = False,
) -> None:
    """Print promises, those recorded last first."""
    found = list(read_promises(_public(data), tier=tier, unit=unit, state=state))
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    table = Table("编号", "单位", "职务", "承诺", "期限", "状态", box=None)
    for one in found:
        due = f"{one['first_due']} → {one['due']}" if one["due"] != one["first_due"] else one["due"]
        post = one["post_title"] or "–"
        table.add_row(one["number"], one["unit_name"], post, one["words"], due, STATES[one["state"]])
    Console().print(table)


@app.command()
def verify(
    head: Annotated[
        list[str] | None, Option("--head", help="SEQ:HASH as an old circular has it; may be repeated.")
    ] = None,
    key: Annotated[
        str | None, Option(help="The authority's public key, as pinned before; default: the one served now.")
    ] = None,
    url: Annotated[str | None, Option(help="Assignment's address, for whoever has no stack here.")] = None,
    data: DataOption = DATA,
    as_json: AsJson = False,
) -> None:
    """Check every fact, the signature of the head, old heads, and the list; exit status 1 where one fails."""
    api = Api("assignment", url) if url else _public(data)
    found, trusted, broken = prove(api, key, [parse_witness(one) for one in head or ()])
    if as_json:
        print(
            _json(
                {"ok": broken is None, "head": asdict(found), "public_key": trusted, "broken": _dict(broken)}
            )
        )
    elif broken:
        print(f"承诺链在第 {broken.seq} 条断裂：{broken.why}")
    else:
        print(f"承诺链完整：第 {found.seq} 号 {found.hash}")
        print(f"签名 {found.signature}\n公钥 {trusted}")
    raise typer.Exit(1 if broken else 0)


@app.command()
def erase(
    promise: Annotated[str, Argument(help="The promise of an ordinary member: its number or id.")],
    data: DataOption = DATA,
    as_json: AsJson = False,
) -> None:
    """Erase name and salt of an ordinary member for good; the chain stays whole."""
    running = Running.find(data)
    api = Api("assignment", running.service_url("assignment"), running.token("administrator"))
    found = api.call("POST", f"/promises/{_id_of(api, promise)}/erase")
    said = "姓名已删除，承诺链不变" if found["erased"] else "没有姓名，或早已删除"
    print(_json(found) if as_json else f"{promise}：{said}")


def _id_of(api: Api, promise: str) -> str:
    try:
        return str(UUID(promise))
    except ValueError:
        found = api.get("/promises", number=promise)["promises"]
    if not found:
        raise Problem(f"there is no promise {promise}", "see `yinuo promises list`")
    return str(found[0]["promise_id"])


def _public(data: Path) -> Api:
    """What anybody may read, without a token."""
    return Api("assignment", Running.find(data).service_url("assignment"))


def _dict(broken: Any) -> dict[str, Any] | None:
    return asdict(broken) if broken else None


def _json(found: object) -> str:
    return json.dumps(found, ensure_ascii=False, indent=2)
