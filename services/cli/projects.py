"""`yinuo projects`: the project list from a county's spreadsheet, into one, and as a list."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import httpx
import typer

from services.dev.http import Api, bearer, options, refused, unreachable
from services.dev.problem import Problem
from services.dev.running import Running
from services.dev.table_files import Row, read_rows
from services.kit.documents.workbook import Sheet, to_xlsx

app = typer.Typer(no_args_is_help=True, add_completion=False)

SheetFile = Annotated[Path, typer.Argument(help="The spreadsheet: XLSX or CSV with Chinese headings.")]
DataOption = Annotated[Path, typer.Option("--data", help="The data folder of the stack.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

WIDTHS: Final = {"项目名称": 36, "项目内容": 48, "资金来源": 40, "节点": 36, "责任职务": 28}
"""Of columns, in characters; the others are as wide as DEFAULT_WIDTH."""
DEFAULT_WIDTH: Final = 16


@app.callback()
def group() -> None:
    """Import, export and list projects (项目清单)."""


@app.command("import")
def import_(file: SheetFile, data: DataOption = Path(".yinuo"), as_json: AsJson = False) -> None:
    """Check the whole sheet, then open its projects, all or none; again, it adds nothing."""
    rows = list(read_rows(file))
    answer = _send(file, rows, Running.find(data))
    problems = answer if isinstance(answer, list) else []
    if as_json:
        print(_json({"ok": not problems, "problems": problems, "answer": None if problems else answer}))
    else:
        print("\n".join(map(problem_line, problems)) or _taken_line(file, answer))
    if problems:
        raise typer.Exit(1)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="The XLSX file to write.")], data: DataOption = Path(".yinuo")
) -> None:
    """Write the whole list as a spreadsheet that `import` reads."""
    if file.suffix.lower() != ".xlsx":
        raise Problem(f"{file.name} is no XLSX file", "name a file that ends in .xlsx")
    running = Running.find(data)
    sheet = Api("assignment", running.service_url("assignment")).get("/project-sheet")
    write_sheet(file, sheet["headings"], sheet["rows"])
    print(f"{file.name}：{len(sheet['rows'])} 个项目")


@app.command("list")
def list_(
    tier: Annotated[str | None, typer.Option(help="county_leader, town, department, section_leader")] = None,
    unit: Annotated[str | None, typer.Option(help="The lead unit's code.")] = None,
    state: Annotated[str | None, typer.Option(help="planned, under_way, done, replaced, dropped")] = None,
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Print the list, the project opened last first."""
    running = Running.find(data)
    api = Api("assignment", running.service_url("assignment"))
    projects = list(_pages(api, tier=tier, unit=unit, state=state))
    if as_json:
        print(_json(projects))
        return
    for one in projects:
        print(f"{one['ledger']}  {one['name']}  {one['lead_unit_name']}  {one['completion']}  {one['state']}")
    print(f"共 {len(projects)} 个项目")


def problem_line(problem: dict[str, Any]) -> str:
    """`第 3 行 完成期限 列：what。办法：remedy`."""
    return f"第 {problem['row']} 行 {problem['column']} 列：{problem['what']}。办法：{problem['remedy']}"


def cell_text(cell: Any) -> str | None:
    """A cell as the sheet shows it: days without a time, whole numbers without a point."""
    match cell:
        case None:
            return None
        case datetime():
            return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(" ")
        case date():
            return cell.isoformat()
        case float() if cell.is_integer():
            return str(int(cell))
    return str(cell)


def write_sheet(file: Path, headings: list[str], rows: list[dict[str, str]]) -> None:
    """An XLSX file with all cells as text, so that no spreadsheet reads a formula or a number into one.

    Control characters, which XLSX can't hold, are left out.
    """
    cells = ([row.get(name, "") for name in headings] for row in rows)
    sheet = Sheet("项目清单", headings, cells, WIDTHS, DEFAULT_WIDTH, frozen="C2", wrapped=True)
    file.write_bytes(to_xlsx([sheet]))


def _send(file: Path, rows: list[Row], running: Running) -> Any:
    """What the service answered, or its problems as a list. Errors: Problem."""
    sent = [
        {
            "row": row.number,
            "cells": {name: cell_text(cell) for name, cell in row.cells.items()},
            "fault": row.fault,
        }
        for row in rows
    ]
    if not sent:
        raise Problem(f"{file.name} has no projects", "fill in at least one row below the headings")
    url, token = running.service_url("assignment"), running.token("administrator")
    try:
        answer = httpx.post(
            f"{url}/project-sheet", json={"rows": sent}, headers=bearer(token), **options(url)
        )
    except httpx.TransportError as error:
        raise unreachable("assignment", error) from error
    if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY and "problems" in answer.json():
        return answer.json()["problems"]
    if answer.is_error:
        raise refused("assignment", answer)
    return answer.json()


def _taken_line(file: Path, answer: Any) -> str:
    return f"{file.name}：新增 {answer['opened']} 个项目，{answer['unchanged']} 个已在清单中"


def _pages(api: Api, **wanted: str | None) -> Iterator[dict[str, Any]]:
    after = None
    while True:
        page = api.get("/projects", after=after, limit=500, **wanted)
        yield from page["projects"]
        if (after := page["next"]) is None:
            return


def _json(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)
