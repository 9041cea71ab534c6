"""A notice as an e-mail and a webhook say it: what, whose, by when and why; no personal data. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from services.kit.delivery.message import Outgoing
from services.supervision.calendar import LOCAL
from services.supervision.derivation import Line, say
from services.supervision.fire import Notice

TYPE: Final = "yinuo.notice.sent"
PAGE: Final = "/inbox"

# As the console calls them (services/console/catalogue); a test holds both against each other.
LIMITS: Final[Mapping[str, str]] = {
    "sign_for": "签收时限",
    "complete": "办结时限",
    "dispute": "争议裁定时限",
    "extension": "延期审批时限",
    "rectification": "整改时限",
    "assist": "协办时限",
}
COLOURS: Final[Mapping[str, str]] = {"blue": "蓝单", "yellow": "黄单", "orange": "橙单", "red": "红单"}
MEASURES: Final[Mapping[str, str]] = {
    "reminder": "提醒",
    "warning": "警告",
    "overdue": "逾期",
    "special_letter": "专函督办",
    "interview": "约谈",
}


class Names(NamedTuple):
    """What units and posts are called, by code."""

    units: Mapping[str, str]
    posts: Mapping[str, str]


def notice_message(
    notice: Notice, recipients: Sequence[str], names: Names, derivation: Sequence[Line]
) -> Outgoing:
    """What goes out of a notice that was sent."""
    return Outgoing(
        about=f"notice/{notice.notice_id}",
        recipients=tuple(recipients),
        type=TYPE,
        at=notice.sent_at,
        subject=_subject(notice, names),
        body=_body(notice, names, derivation),
        data=_data(notice, derivation),
        page=PAGE,
    )


def _subject(notice: Notice, names: Names) -> str:
    what = f"{_limit(notice)}{_until(notice.due_at)}"
    return f"【督办单】{_slip(notice)}：{names.units.get(notice.unit, notice.unit)}，{what}"


def _body(notice: Notice, names: Names, derivation: Sequence[Line]) -> str:
    lines = [
        f"督办单：{_slip(notice)}，{_limit(notice)}第 {notice.rung} 级",
        f"办件：{notice.case_id}",
        f"责任单位：{names.units.get(notice.unit, notice.unit)}",
        f"责任职务：{names.posts.get(notice.post, notice.post)}",
        f"期限：{_until(notice.due_at)}",
    ]
    if notice.late:
        lines.append(f"补发：应于 {notice.at.astimezone(LOCAL):%Y-%m-%d %H:%M} 发出，因系统停机迟发")
    if derivation:
        lines += ["", "时限的由来：", *(f"　{say(line)}" for line in derivation)]
    return "\n".join([*lines, "", "请登录系统，在收件箱中签收本单并按期办理。", ""])


def _data(notice: Notice, derivation: Sequence[Line]) -> dict[str, object]:
    return {
        "notice_id": notice.notice_id,
        "case_id": notice.case_id,
        "limit": notice.kind,
        "rung": notice.rung,
        "colour": notice.colour,
        "measure": notice.measure,
        "overdue": notice.overdue,
        "late": notice.late,
        "unit": notice.unit,
        "post": notice.post,
        "due_at": notice.due_at,
        "derivation": [say(line) for line in derivation],
    }


def _slip(notice: Notice) -> str:
    return f"{COLOURS.get(notice.colour, notice.colour)}·{MEASURES.get(notice.measure, notice.measure)}"


def _limit(notice: Notice) -> str:
    return LIMITS.get(notice.kind, notice.kind)


def _until(due: datetime) -> str:
    """Local; midnight is 24:00 of the day that ends with it."""
    local = due.astimezone(LOCAL)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return f"{local - timedelta(days=1):%Y-%m-%d} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"
