"""What the API of the leading group's meetings takes and gives."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from services.contracts.meeting import ItemKind
from services.supervision.api_letter_models import Code, Frozen, Text, Title
from services.supervision.meetings import SaidAs


class MeetingGiven(Frozen):
    """`meeting_id`: made by whoever sends it, so that the same again changes nothing."""

    meeting_id: UUID | None = None
    name: Title = Field(examples=["县“一诺三单”领导小组6月例会"])
    day: date


class SaidGiven(Frozen):
    """A report or a comment, of an item of the agenda or of all. `entry_id`: as `meeting_id`."""

    entry_id: UUID | None = None
    post: Code = Field(description="whose words they are", examples=["town_hekou.head"])
    item: int | None = Field(None, ge=1, description="the number of an item")
    text: Text = Field(examples=["逾期三件均已办结，下周回访。"])


class FollowUpGiven(Frozen):
    """交办: what a unit is to do by the end of a local day. `follow_up_id`: as `meeting_id`."""

    follow_up_id: UUID | None = None
    unit: Code = Field(examples=["town_hekou"])
    item: int | None = Field(None, ge=1)
    task: Text = Field(examples=["本月底前完成管网改造整改并书面报告。"])
    due: date


class MinutesGiven(Frozen):
    minutes: Text = Field(examples=["会议听取了汇报，对逾期事项逐一点评。"])


class DoneGiven(Frozen):
    text: Text = Field(examples=["已完成整改，附验收表。"])


class ItemShown(Frozen):
    """An item of the agenda as it was drawn; fields as in the event `yinuo.meeting.held.v1`."""

    number: int
    kind: ItemKind
    unit: str
    unit_name: str | None
    what: str
    count: int
    since: datetime
    due: date | None
    source: UUID | None
    title: str | None


class SaidShown(Frozen):
    kind: SaidAs
    item: int | None
    post: str
    post_title: str | None
    text: str
    at: datetime


class FollowUpShown(Frozen):
    """A follow-up; `overdue`: its day is over and nobody said that it is done."""

    follow_up_id: UUID
    item: int | None
    unit: str
    unit_name: str | None
    task: str
    due: date
    done: str | None
    done_at: datetime | None
    overdue: bool


class MeetingRow(Frozen):
    meeting_id: UUID
    name: str
    day: date
    drawn_at: datetime
    items: int
    closed_at: datetime | None


class MeetingPage(Frozen):
    """Meetings, those drawn last first. `next` is the cursor of the following page, None at the end."""

    meetings: list[MeetingRow]
    next: str | None


class MeetingView(MeetingRow):
    """A meeting whole."""

    minutes: str | None
    agenda: list[ItemShown]
    said: list[SaidShown]
    follow_ups: list[FollowUpShown]


def row_of(row: Mapping[str, Any]) -> MeetingRow:
    return MeetingRow.model_validate({name: row[name] for name in MeetingRow.model_fields})


def view_of(row: Mapping[str, Any]) -> MeetingView:
    parts: dict[str, type[Frozen]] = {"agenda": ItemShown, "said": SaidShown, "follow_ups": FollowUpShown}
    shown = {
        name: [{field: one[field] for field in model.model_fields} for one in row[name]]
        for name, model in parts.items()
    }
    own = {name: row[name] for name in MeetingView.model_fields if name not in parts}
    return MeetingView.model_validate({**own, **shown})
