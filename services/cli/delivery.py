"""`yinuo delivery`: where notices, letters and circulars go by e-mail and webhook, and what came of it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer import Argument, Option

from services.cli.delivery_file import AddressFile, read_addresses
from services.cli.instants import local_minute
from services.contracts.vocabulary import Service
from services.dev.http import Api
from services.dev.problem import Problem
from services.dev.running import Running

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Messages by e-mail and webhook.")
addresses = typer.Typer(no_args_is_help=True, add_completion=False, help="Where messages go.")
app.add_typer(addresses, name="addresses")

DataOption = Annotated[Path, Option("--data", help="The data folder of the stack.")]
AsJson = Annotated[bool, Option("--json", help="Print JSON.")]
Recipient = Annotated[str, Argument(help="unit:water, post:water.head")]
SENDERS: Final[tuple[Service, ...]] = ("supervision", "reporting")
"""Supervision sends notices and letters, reporting circulars; each has its own list of addresses."""
STATES: Final = {"waiting": "待发", "sent": "已发", "given_up": "已放弃"}
OUTCOMES: Final = {"sent": "已接收", "failed": "未接收", "given_up": "放弃", "asked_again": "要求重发"}
PAGE: Final = 500


@app.callback()
def group() -> None:
    """Addresses of recipients, and the log of what was sent to them."""


@addresses.callback()
def addresses_group() -> None:
    """Load, list and remove addresses; read the secret of a webhook."""


@addresses.command()
def load(
    file: Annotated[Path, Argument(help="CSV or XLSX with the columns recipient,email,webhook,receives.")],
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Set the addresses of a file, whole or, with anything wrong in it, not at all. Others keep theirs.

    `receives` is notices, circulars or all (also when left empty). Exits 1 where something is wrong.
    """
    stack = Running.find(data)
    read = read_addresses(file, _known(stack), local_http=stack.environment != "production")
    changed = 0 if read.faults else _load(stack, read)
    if as_json:
        faults = [{"row": f.row, "column": f.column, "what": f.what, "remedy": f.remedy} for f in read.faults]
        print(json.dumps({"ok": not faults, "problems": faults, "changed": changed}, ensure_ascii=False))
    else:
        done = f"{file.name} 没有问题：{len(read.recipients)} 个收件人，改动 {changed} 处"
        print("\n".join(fault.line() for fault in read.faults) or done)
    if read.faults:
        raise typer.Exit(1)


def _known(stack: Running) -> set[str]:
    """Every unit, Party committee and post of the directory in force, as recipients."""
    api = _api(stack, "assignment")
    codes = [unit["code"] for unit in api.get("/units")["units"]]
    units = {f"{whose}:{code}" for code in codes for whose in ("unit", "committee")}
    return units | {f"post:{post['code']}" for post in api.get("/posts")["posts"]}


def _load(stack: Running, read: AddressFile) -> int:
    """How many changed. Errors: Problem that says what is in."""
    changed = 0
    done: list[Service] = []
    for service, given in read.addresses.items():
        try:
            if given:
                changed += _api(stack, service).call(
                    "POST", "/delivery/addresses", json={"addresses": given}
                )["changed"]
        except Problem as stopped:
            what = f"{stopped.what}; {', '.join(done) or 'no service'} has taken its part"
            raise Problem(
                what, "run the same command again: what is in already isn't changed twice"
            ) from stopped
        done.append(service)
    return changed


@addresses.command("list")
def list_addresses(data: DataOption = Path(".yinuo"), as_json: AsJson = False) -> None:
    """Print every address, and which service sends to it."""
    stack = Running.find(data)
    found = [{"service": service, **one} for service in SENDERS for one in _addresses(_api(stack, service))]
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    table = Table("发送方", "收件人", "邮箱", "webhook", box=None)
    for one in found:
        table.add_row(*(Text(one[name] or "–") for name in ("service", "recipient", "email", "webhook")))
    Console().print(table if found else "没有地址")


def _addresses(api: Api) -> Iterator[dict[str, Any]]:
    after: str | None = ""
    while after is not None:
        page = api.get("/delivery/addresses", after=after, limit=PAGE)
        yield from page["addresses"]
        after = page["next"]


@addresses.command()
def remove(recipient: Recipient, data: DataOption = Path(".yinuo")) -> None:
    """Send a recipient nothing any more; what waits for it is given up."""
    stack = Running.find(data)
    removed = [service for service in SENDERS if _removed(_api(stack, service), recipient)]
    if not removed:
        raise Problem(f"{recipient} has no address", "see `yinuo delivery addresses list`")
    print(f"已删除 {recipient} 的地址（{'、'.join(removed)}）")


def _removed(api: Api, recipient: str) -> bool:
    if not any(one["recipient"] == recipient for one in _addresses(api)):
        return False
    api.call("DELETE", f"/delivery/addresses/{recipient}")
    return True


@addresses.command()
def secret(recipient: Recipient, data: DataOption = Path(".yinuo")) -> None:
    """Print the secret by which a recipient checks its webhooks' signatures (Standard Webhooks)."""
    stack = Running.find(data)
    found = {_secret(_api(stack, service), recipient) for service in SENDERS} - {None}
    if not found:
        raise Problem(f"{recipient} has no webhook", "see `yinuo delivery addresses list`")
    print("\n".join(sorted(str(one) for one in found)))


def _secret(api: Api, recipient: str) -> str | None:
    if not any(one["recipient"] == recipient for one in _addresses(api)):
        return None
    found: str | None = api.get(f"/delivery/addresses/{recipient}")["webhook_secret"]
    return found


@app.command()
def log(
    recipient: Annotated[str | None, Option(help="unit:water")] = None,
    message: Annotated[str | None, Option(help="Its id, as in Message-ID or webhook-id.")] = None,
    state: Annotated[str | None, Option(help="waiting, sent or given_up")] = None,
    limit: Annotated[int, Option(min=1, max=PAGE, help="The newest of each service.")] = 100,
    data: DataOption = Path(".yinuo"),
    as_json: AsJson = False,
) -> None:
    """Print messages with their last try, the newest first."""
    stack, asked = Running.find(data), {"recipient": recipient, "message": message, "state": state}
    found = [
        {"service": service, **one}
        for service in SENDERS
        for one in _api(stack, service).get("/delivery/log", **asked, limit=limit)["messages"]
    ]
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    table = Table("编号", "时间", "收件人", "方式", "状态", "次数", "最近一次", "标题", box=None)
    for one in found:
        table.add_row(*(Text(cell) for cell in _cells(one)))
    Console().print(table if found else "没有消息")


def _cells(one: dict[str, Any]) -> Iterator[str]:
    last = one["tries"][-1] if one["tries"] else None
    yield f"{one['service']}/{one['message_id']}"
    yield local_minute(one["created_at"])
    yield from (one["recipient"], one["channel"], STATES[one["state"]], str(one["attempts"]))
    yield f"{OUTCOMES[last['outcome']]}：{last['detail']}" if last else "–"
    yield one["subject"]


@app.command()
def retry(
    message: Annotated[str | None, Argument(help="As `yinuo delivery log` names it: supervision/ID.")] = None,
    recipient: Annotated[str | None, Option(help="All that was given up for it: unit:water")] = None,
    data: DataOption = Path(".yinuo"),
) -> None:
    """Try a message now that waits or was given up, or all that was given up for a recipient; ids stay."""
    if (message is None) == (recipient is None):
        raise Problem("name a message or a recipient", "see `yinuo delivery log --state given_up`")
    stack = Running.find(data)
    for name in [message] if message else [*_given_up(stack, recipient)]:
        _retry(stack, str(name))
        print(f"{name} 将立即重发")


def _given_up(stack: Running, recipient: str | None) -> Iterator[str]:
    for service in SENDERS:
        after: str | None = None
        asked = {"recipient": recipient, "state": "given_up", "limit": PAGE}
        while (page := _api(stack, service).get("/delivery/log", **asked, after=after))["messages"]:
            yield from (f"{service}/{one['message_id']}" for one in page["messages"])
            after = page["next"]
            if after is None:
                break


def _retry(stack: Running, message: str) -> None:
    service, _, name = message.partition("/")
    if service not in SENDERS:
        raise Problem(f"{message} names no message", "see `yinuo delivery log`")
    _api(stack, service).call("POST", f"/delivery/messages/{name}/retry")


def _api(stack: Running, service: str) -> Api:
    return Api(service, stack.service_url(service), stack.token("administrator"))
