"""A circular (通报) as a value: figures frozen at a cut, with the names that held at that cut."""

import hashlib
from datetime import date, datetime
from typing import Final, Literal

import orjson

from services.reporting.part import Part, Share
from services.reporting.periods import DAY, SCHEDULED, BookKind, Period
from services.reporting.sections import (
    Boards,
    Burning,
    GamingSign,
    Progress,
    Satisfaction,
    Supervised,
    TrendPoint,
)
from services.reporting.steps import State

Series = Literal["weekly", "monthly", "yearly", "county", "correction"]
"""What numbers are counted by, each in every local year."""

KINDS_ZH: Final = {
    "consultation": "咨询",
    "help": "求助",
    "suggestion": "建议",
    "complaint": "投诉",
    "report": "举报",
}
CHANNELS_ZH: Final = {
    "tv": "电视",
    "website": "网站",
    "wechat": "微信",
    "douyin": "抖音",
    "hotline": "热线电话",
    "email": "电子邮箱",
    "suggestion_box": "意见箱",
    "talk": "交流谈心",
    "visit": "上门问需",
    "consultation": "征求意见",
    "open311": "Open311",
    "bulk": "批量导入",
}
COLOURS_ZH: Final = {"blue": "蓝色", "yellow": "黄色", "orange": "橙色", "red": "红色"}


class Authority(Part):
    """Whose circular it is. `threshold` is the share of completions on time that is demanded, 0 to 1."""

    code: str
    name: str
    name_en: str
    issuer: str
    threshold: float


class CutAt(Part):
    """The first offset of a partition that no longer belongs in."""

    topic: str
    partition: int
    offset: int


class PromiseHead(Part):
    """The end of the promise chain: its last fact's number, hash, signature (Ed25519; hex), key's id."""

    seq: int
    hash: str
    signature: str
    key: str


class UnitRow(Part):
    """What one unit did in the period. `on_time_rate` is completed_on_time / due, None where nothing was due.

    carried_over + dispatched − completed − returned − reassigned − withdrawn − refused − merged
    = carried_forward.
    due = completed on time or late, as judged in it + overdue + returned_overdue.
    """

    code: str
    name: str
    kind: str | None
    territorial: bool
    retired: bool
    carried_over: int
    dispatched: int
    signed: int
    signed_in_time: int
    completed: int
    completed_on_time: int
    unjudged: int = 0
    returned: int
    returned_overdue: int = 0
    reassigned: int
    redone: int = 0
    withdrawn: int = 0
    refused: int = 0
    merged: int = 0
    carried_forward: int
    overdue: int
    unsigned_overdue: int
    due: int
    on_time_rate: float | None
    below_threshold: bool


class OverdueCase(Part):
    """A case past its limit and not completed at the cut. `days_late`: days begun since its limit.

    `holder` had the post on the day it fell due and answers for that; `successor` is who had it on the
    period's last day, where that is somebody else.
    """

    receipt: str
    case_id: str
    dispatch: int
    unit: str
    unit_name: str
    post_title: str
    holder: str | None
    successor: str | None = None
    category_name: str
    town_name: str | None
    opened_at: datetime
    due: datetime
    days_late: int
    signed: bool


class RepeatedCase(Part):
    """A case in which a citizen comes back; `earlier`: the receipt of before, if in this book."""

    receipt: str
    case_id: str
    earlier: str | None
    unit_name: str
    category_name: str
    completed: bool


NOTHING: Final = "—"
"""What a change shows on the side where there is nothing."""


class Change(Part):
    """What a correction says otherwise: where, by its path in the document and in words; old and new."""

    path: str
    name: str
    old: str
    new: str


class Correction(Part):
    """What an edition mends (更正). `corrects`: the circular's number; that one stays as it was issued.

    Figures are of the same book at the same cut; names and what belongs where are the directory's as it was
    told up to `directory_offset`, which is not in it. `remark`: text besides.
    """

    corrects: str
    reason: str
    remark: str | None
    directory_offset: int
    changes: tuple[Change, ...]


class Circular(Part):
    """A circular of the local days [first, last], as they stood at `cut_at`.

    `counts` names every figure, slices too; each can list its rows. `last_period` are the whole figures of
    the period before, None where there is none to compare with. Lists name the worst; the figure
    of the same name counts all.
    """

    schema_version: Literal[1] = 1
    kind: BookKind = "weekly"
    first: date
    last: date
    cut_at: datetime
    authority: Authority
    counts: dict[str, int]
    last_period: dict[str, int] | None
    on_time_rate: float | None
    signed_in_time_rate: float | None
    last_on_time_rate: float | None
    channels: tuple[Share, ...]
    kinds: tuple[Share, ...]
    categories: tuple[Share, ...]
    towns: tuple[Share, ...]
    notices: tuple[Share, ...]
    units: tuple[UnitRow, ...]
    below_threshold: tuple[str, ...]
    overdue: tuple[OverdueCase, ...]
    repeats: tuple[RepeatedCase, ...]
    cut: tuple[CutAt, ...]
    cut_sha256: str
    notices_by_limit: tuple[Share, ...]
    satisfaction: Satisfaction
    progress: Progress
    supervised: Supervised
    gaming: tuple[GamingSign, ...]
    boards: Boards
    burning: tuple[Burning, ...]
    trend: tuple[TrendPoint, ...]
    promise_head: PromiseHead | None = None
    correction: Correction | None = None

    @property
    def period(self) -> Period:
        return Period(self.kind, self.first, self.last + DAY)

    @property
    def ref(self) -> str:
        """What names it before it has a number."""
        if self.correction:
            return f"correction-of-{self.correction.corrects}"
        return ref_of(self.period)


def ref_of(period: Period) -> str:
    """`weekly-2021-03-01`; `county-2021-03-01-2021-03-12`, whose last day no calendar gives."""
    ref = f"{period.kind}-{period.first.isoformat()}"
    return f"{ref}-{period.last.isoformat()}" if period.kind not in SCHEDULED else ref


class Issued(Part):
    """What the steps add: all None in a draft. `corrected_by`: the number of the correction of this one."""

    state: State = "draft"
    number: str | None = None
    checked_at: datetime | None = None
    checked_by: str | None = None
    signed_at: datetime | None = None
    signed_by: str | None = None
    issued_at: datetime | None = None
    issued_by: str | None = None
    corrected_by: str | None = None


class Edition(Part):
    """A circular with its issue, its book and the SHA-256 of its canonical JSON."""

    circular: Circular
    book: int = 0
    figures_sha256: str
    drafted_at: datetime
    issue: Issued


def canonical(part: Part) -> bytes:
    """Canonical JSON: keys sorted, UTF-8, no white space."""
    return orjson.dumps(part.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def cut_hash(cut: tuple[CutAt, ...]) -> str:
    """SHA-256 of the cut vector: `topic/partition@offset`, one a line, in order."""
    return sha256("\n".join(f"{at.topic}/{at.partition}@{at.offset}" for at in cut).encode())


def number_of(series: Series, year: int, count: int) -> str:
    """`2021-03`: the third weekly circular issued in 2021; `county-2021-03`: the third county circular."""
    number = f"{year}-{count:02d}"
    return number if series == "weekly" else f"{series}-{number}"


def number_zh(number: str) -> str:
    """`2021-03`, `county-2021-03` → 〔2021〕第3期, as official documents number; corrections say so."""
    year, count = number.split("-")[-2:]
    return f"{'更正' if number.startswith('correction') else ''}〔{year}〕第{int(count)}期"
