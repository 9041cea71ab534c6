"""`yinuo keys`: the keys of channels' adapters. The secret is shown once; only its digest is stored."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from typer import Argument, Option

from services.cli.instants import local_minute
from services.dev.http import Api
from services.dev.running import Running

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Adapters' keys.")

DataOption = Annotated[Path, Option("--data", help="The data folder of the stack.")]
AsJson = Annotated[bool, Option("--json", help="Print JSON.")]


@app.callback()
def group() -> None:
    """Create, list and revoke adapters' keys."""


@app.command()
def create(
    channel: Annotated[str, Option(help="The only channel that the key may send for.")],
    name: Annotated[str, Option(help="Whose key it is.")] = "",
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Print a new key. It can't be shown again."""
    made = _intake(data).call("POST", "/keys", json={"channel": channel, "name": name})
    print(json.dumps(made, ensure_ascii=False) if as_json else made["key"])


@app.command("list")
def list_keys(data: DataOption = Path(".yinuo"), as_json: AsJson = False) -> None:
    """Print all keys without their secrets, revoked ones too."""
    found = _intake(data).get("/keys")
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    table = Table("编号", "渠道", "名称", "建立", "撤销", box=None)
    for key in found:
        times = (local_minute(key[at]) for at in ("created_at", "revoked_at"))
        table.add_row(str(key["id"]), key["channel"], key["name"], *times)
    Console().print(table)


@app.command()
def revoke(
    key_id: Annotated[int, Argument(help="Its number, as `yinuo keys list` shows it.")],
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Revoke a key; within seconds it is refused everywhere."""
    found = _intake(data).call("DELETE", f"/keys/{key_id}")
    print(json.dumps(found, ensure_ascii=False) if as_json else f"已撤销 {key_id}（{found['channel']}）")


def _intake(data: Path) -> Api:
    running = Running.find(data)
    return Api("intake", running.service_url("intake"), running.token("administrator"))
