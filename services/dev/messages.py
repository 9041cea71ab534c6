"""Rows of a file as demands: which column is which field, said by a small mapping file."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from services.contracts.vocabulary import CHANNELS
from services.dev.problem import Problem
from services.dev.table_files import Row

TEXTS: Final = ("channel", "title", "body", "place", "external_id", "author_ref")
CONTACTS: Final = ("name", "phone", "email")
COORDINATES: Final = ("latitude", "longitude")
FIELDS: Final = (*TEXTS, *CONTACTS, *COORDINATES, "occurred_at")
NEEDED: Final = ("channel", "title", "body")
AS_SENT: Final = ("title", "body", "place")
"""The citizen's own words keep their spaces."""
FORMATS: Final = (
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%Y-%m-%d %H:%M",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日%H时%M分",
    "%Y年%m月%d日",
)
"""What Chinese spreadsheets hold besides ISO 8601."""


@dataclass(frozen=True, slots=True)
class Message:
    """A row that can be sent: `demand` is a line of intake's batch."""

    row: Row
    channel: str
    demand: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that doesn't go in: the field at fault, why, and what to do."""

    row: Row
    field: str
    reason: str
    remedy: str


class FieldMap(BaseModel):
    """How a file is read: `columns` is field → column, `constants` field → value of every row.

    `timezone` is of times without an offset; the authority's own where the file says nothing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: dict[str, str] = Field(default_factory=dict)
    constants: dict[str, str | int | float] = Field(default_factory=dict)
    timezone: str = "Asia/Shanghai"

    @field_validator("columns", "constants")
    @classmethod
    def _known(cls, value: dict[str, Any]) -> dict[str, Any]:
        if unknown := [name for name in value if name not in FIELDS]:
            raise ValueError(f"no field {', '.join(unknown)}; there are {', '.join(FIELDS)}")
        return value

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
            raise ValueError(f"no time zone {value}; write one like Asia/Shanghai") from unknown
        return value


def read_map(file: Path) -> FieldMap:
    """The mapping in a YAML file. Errors: Problem naming what is wrong."""
    try:
        return FieldMap.model_validate(yaml.safe_load(file.read_text(encoding="utf-8-sig")) or {})
    except FileNotFoundError as absent:
        raise Problem(f"there is no mapping {file}", "see examples/mappings") from absent
    except (yaml.YAMLError, UnicodeDecodeError) as unreadable:
        raise Problem(f"{file} is not YAML: {unreadable}", "see examples/mappings") from unreadable
    except ValidationError as invalid:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in invalid.errors())
        raise Problem(f"{file}: {wrong}", "see examples/mappings") from invalid


def fitting_map(columns: Collection[str], given: FieldMap | None, channel: str | None) -> FieldMap:
    """The mapping for a file with these columns: the given one, else columns named like fields.

    `channel` overrides. Errors: Problem where a mapped column isn't there, or no channel is said.
    """
    mapping = given or FieldMap(columns={name: name for name in FIELDS if name in columns})
    if channel:
        others = {name: column for name, column in mapping.columns.items() if name != "channel"}
        constants = {**mapping.constants, "channel": channel}
        mapping = mapping.model_copy(update={"columns": others, "constants": constants})
    if missing := [column for column in mapping.columns.values() if column not in columns]:
        raise Problem(f"the file has no column {', '.join(missing)}", f"it has {', '.join(columns)}")
    absent = [name for name in NEEDED if name not in mapping.columns and name not in mapping.constants]
    if absent:
        remedy = (
            "name it with --channel" if absent == ["channel"] else "say which column it is with --map MAP"
        )
        raise Problem(f"nothing says what the {', '.join(absent)} is", remedy)
    if (constant := mapping.constants.get("channel", CHANNELS[0])) not in CHANNELS:
        raise Problem(f"there is no channel {constant}", f"there are {', '.join(CHANNELS)}")
    return mapping


def message_of(row: Row, mapping: FieldMap) -> Message | Refusal:
    """The row as a demand, or why it isn't one. What intake checks itself is left to it."""
    if row.fault:
        return Refusal(row, "", row.fault, "correct the row and import it again")
    found = {name: text_of(row.cells.get(column)) for name, column in mapping.columns.items()}
    found |= {name: str(value) for name, value in mapping.constants.items()}
    fields = {name: text if name in AS_SENT else text.strip() for name, text in found.items() if text.strip()}
    if missing := [name for name in NEEDED if name not in fields]:
        return Refusal(row, missing[0], "is empty", "fill it in")
    if fields["channel"] not in CHANNELS:
        return Refusal(
            row, "channel", f"no channel {fields['channel'][:40]}", f"use one of {', '.join(CHANNELS)}"
        )
    try:
        demand = _demand(row, fields, mapping)
    except _Unreadable as fault:
        return Refusal(row, fault.field, fault.reason, fault.remedy)
    return Message(row, fields["channel"], demand)


class _Unreadable(ValueError):
    def __init__(self, field: str, reason: str, remedy: str) -> None:
        super().__init__(field, reason, remedy)
        self.field, self.reason, self.remedy = field, reason, remedy


def _demand(row: Row, fields: Mapping[str, str], mapping: FieldMap) -> dict[str, Any]:
    demand: dict[str, Any] = {name: fields[name] for name in TEXTS if name in fields}
    if contact := {name: fields[name] for name in CONTACTS if name in fields}:
        demand["contact"] = contact
    demand |= {name: _degrees(name, fields[name]) for name in COORDINATES if name in fields}
    if "occurred_at" in fields:
        cell = row.cells.get(mapping.columns.get("occurred_at", ""))
        demand["occurred_at"] = instant_of(cell or fields["occurred_at"], ZoneInfo(mapping.timezone))
    demand.setdefault("external_id", derived_id(demand))
    return demand


def derived_id(demand: Mapping[str, Any]) -> str:
    """An external id made from the content, so that a row without one of its own still goes in only once."""
    content = {name: value for name, value in demand.items() if name != "channel"}
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return "row-" + hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def text_of(cell: Any) -> str:
    """A cell as text: a number without a needless `.0`, nothing for an empty cell."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, list | dict):
        return json.dumps(cell, ensure_ascii=False)
    return str(cell)


def _degrees(field: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _Unreadable(field, f"{text[:40]!r} is no number", "write degrees such as 33.91") from None


def instant_of(cell: Any, zone: ZoneInfo) -> str:
    """An instant in ISO 8601 with its offset; a time without one is of the zone."""
    moment = cell if isinstance(cell, datetime) else _parsed(cell)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat()


def _parsed(cell: Any) -> datetime:
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001  the caller gives it its zone
    text = str(cell).strip()
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in FORMATS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007  the caller gives it its zone
        except ValueError:
            continue
    raise _Unreadable("occurred_at", f"{text[:40]!r} is no time", "write it like 2021-03-01T08:00:00+08:00")
