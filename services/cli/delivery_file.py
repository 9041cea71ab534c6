"""A file of addresses: every fault with its row, its column and a remedy. Pure but for the reading."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from services.contracts.vocabulary import Service
from services.dev.problem import Problem
from services.dev.table_files import Row, read_rows
from services.kit.delivery.address import RECIPIENT, BadAddress, email_address, webhook_address

COLUMNS: Final = ("recipient", "email", "webhook", "receives")
RECEIVES: Final[dict[str, tuple[Service, ...]]] = {
    "all": ("supervision", "reporting"),
    "notices": ("supervision",),
    "circulars": ("reporting",),
}
"""What `receives` may say, and who sends that. Left empty it is all."""
_BAD: Final = {
    "email": ("不是电子邮箱地址", "写成 name@example.org 的样式，只用英文字符"),
    "webhook": ("不是可用的 https 地址", "写成 https://主机/路径，不带用户名和 #；不能是本机"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a cell. `row` counts as the file does, its headings being row 1."""

    row: int
    column: str
    what: str
    remedy: str

    def line(self) -> str:
        return f"第 {self.row} 行 {self.column} 列：{self.what}。办法：{self.remedy}"


@dataclass(slots=True)
class AddressFile:
    """What was read: for each service the addresses as its API takes them, and all that is wrong."""

    addresses: dict[Service, list[dict[str, str | None]]] = field(
        default_factory=lambda: {"supervision": [], "reporting": []}
    )
    faults: list[Fault] = field(default_factory=list)
    recipients: dict[str, int] = field(default_factory=dict)


def read_addresses(file: Path, known: Collection[str], *, local_http: bool) -> AddressFile:
    """`known`: the recipients that the directory has. Errors: Problem where nothing of it can be read."""
    read = AddressFile()
    for row in read_rows(file):
        values = {name: str(row.cells.get(name) or "").strip() for name in COLUMNS}
        found = [*_faults(row, values, known, read.recipients, local_http=local_http)]
        read.faults += found
        read.recipients.setdefault(values["recipient"], row.number)
        if not found:
            for service in RECEIVES[values["receives"] or "all"]:
                given = {name: values[name] or None for name in ("recipient", "email", "webhook")}
                read.addresses[service].append(given)
    if not read.recipients:
        raise Problem(
            f"{file.name} has no rows", f"below the headings {','.join(COLUMNS)}, one recipient a row"
        )
    return read


def _faults(
    row: Row, values: dict[str, str], known: Collection[str], before: dict[str, int], *, local_http: bool
) -> Iterator[Fault]:
    if row.fault:
        yield Fault(row.number, "-", row.fault, "补齐或删去多余的格；含逗号的内容要加英文引号")
        return
    for name in sorted(set(row.cells) - set(COLUMNS)):
        yield Fault(row.number, name, "没有这一列", f"首行只写 {'、'.join(COLUMNS)}")
    yield from _recipient_faults(row.number, values["recipient"], known, before)
    if not values["email"] and not values["webhook"]:
        yield Fault(row.number, "email", "邮箱和 webhook 都没有填", "至少填写一项")
    if values["receives"] and values["receives"] not in RECEIVES:
        yield Fault(row.number, "receives", "没有这一种", f"写 {'、'.join(RECEIVES)}，或留空")
    yield from _bad(row.number, "email", values["email"], email_address)
    yield from _bad(
        row.number, "webhook", values["webhook"], lambda text: webhook_address(text, local_http=local_http)
    )


def _recipient_faults(
    row: int, recipient: str, known: Collection[str], before: dict[str, int]
) -> Iterator[Fault]:
    if not re.fullmatch(RECIPIENT, recipient):
        yield Fault(
            row,
            "recipient",
            "不是收件人代码",
            "写成 unit:单位代码、post:职务代码 或 committee:单位代码（其党委、党组）",
        )
    elif recipient.startswith(("unit:", "post:", "committee:")) and recipient not in known:
        yield Fault(row, "recipient", f"现行目录中没有 {recipient}", "改为目录中已有的代码，或先装载目录")
    if recipient in before:
        yield Fault(row, "recipient", f"与第 {before[recipient]} 行重复", "每个收件人只留一行")


def _bad(row: int, column: str, text: str, check: Callable[[str], str]) -> Iterator[Fault]:
    try:
        if text:
            check(text)
    except BadAddress:
        yield Fault(row, column, *_BAD[column])
