"""A notice as an e-mail and a webhook say it: what, whose, by when and why; no personal data. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from services.kit.delivery.message import Outgoing
from services.supervision.calendar import LOCAL
from services.supervision.derivation import Line, say
from services.supervision.notices import Notice
from services.supervision.subjects import SubjectName

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
    "letter_receipt": "督办函签收时限",
    "letter_reply": "督办函回复时限",
    "project_report": "项目进展报告时限",
    "listing_report": "挂牌进展报告时限",
    "follow_up": "会议交办时限",
    "notice_reply": "督办单答复时限",
}
TRIGGERS: Final[Mapping[str, str]] = {
    "limit": "时限",
    "report_missing": "未按期报告",
    "bad_rating": "群众差评",
    "repeat": "重复诉求",
    "finding": "巡查问题",
}
SUBJECTS: Final[Mapping[str, str]] = {
    "case": "办件",
    "letter": "督办函",
    "project": "项目",
    "listing": "挂牌督办",
    "finding": "巡查问题",
    "follow_up": "会议交办事项",
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
    """What units and posts are called, by code, and subjects that aren't cases, by id."""

    units: Mapping[str, str]
    posts: Mapping[str, str]
    subjects: Mapping[UUID, SubjectName] = {}


def notice_message(
    notice: Notice, recipients: Sequence[str], names: Names, derivation: Sequence[Line]
) -> Outgoing:
    """What goes out of a notice that was sent; one that an event brought has no derivation."""
    return Outgoing(
        about=f"notice/{notice.notice_id}",
        recipients=tuple(recipients),
        type=TYPE,
        at=notice.sent_at,
        subject=_subject(notice, names),
        body="\n".join(_body(notice, names, derivation)),
        data=_data(notice, names, derivation),
        page=PAGE,
    )


def _subject(notice: Notice, names: Names) -> str:
    until = _until(notice.due_at) if notice.due_at else ""
    return f"【督办单】{_slip(notice)}：{names.units.get(notice.unit, notice.unit)}，{_what(notice)}{until}"


def _body(notice: Notice, names: Names, derivation: Sequence[Line]) -> Iterator[str]:
    rung = f"第 {notice.rung} 级" if notice.kind else ""
    yield f"督办单：{_slip(notice)}，{_what(notice)}{rung}"
    yield f"{SUBJECTS.get(notice.subject, notice.subject)}：{_called(notice, names)}"
    yield f"责任单位：{names.units.get(notice.unit, notice.unit)}"
    yield f"责任职务：{names.posts.get(notice.post, notice.post) or '未登记'}"
    if notice.due_at:
        yield f"期限：{_until(notice.due_at)}"
    if notice.reply_by:
        yield f"书面答复：{_until(notice.reply_by)} 前"
    if notice.points:
        yield f"扣分：{notice.points}"
    if notice.late:
        yield f"补发：应于 {notice.at.astimezone(LOCAL):%Y-%m-%d %H:%M} 发出"
    if derivation:
        yield from ("", "时限的由来：", *(f"　{say(line)}" for line in derivation))
    then = "签收本单并书面答复" if notice.reply_by else "签收本单并按期办理"
    yield from ("", f"请登录系统，在收件箱中{then}。", "")


def _data(notice: Notice, names: Names, derivation: Sequence[Line]) -> dict[str, object]:
    called = names.subjects.get(notice.subject_id)
    return {
        "notice_id": notice.notice_id,
        "subject_kind": notice.subject,
        "subject_id": notice.subject_id,
        "reference": called and called.reference,
        "case_id": notice.case_id,
        "limit": notice.kind,
        "trigger": notice.trigger,
        "rung": notice.rung,
        "colour": notice.colour,
        "measure": notice.measure,
        "overdue": notice.overdue,
        "late": notice.late,
        "unit": notice.unit,
        "post": notice.post,
        "points": notice.points,
        "due_at": notice.due_at,
        "reply_by": notice.reply_by,
        "derivation": [say(line) for line in derivation],
    }


def _called(notice: Notice, names: Names) -> str:
    """A case by its id, since its summary is for its own staff; others by number and title."""
    called = names.subjects.get(notice.subject_id)
    return f"{called.reference} {called.title}" if called else str(notice.subject_id)


def _slip(notice: Notice) -> str:
    return f"{COLOURS.get(notice.colour, notice.colour)}·{MEASURES.get(notice.measure, notice.measure)}"


def _what(notice: Notice) -> str:
    """The limit whose rung it is; the event that brought it where it is none's."""
    if notice.kind is None:
        return TRIGGERS.get(notice.trigger, notice.trigger)
    return LIMITS.get(notice.kind, notice.kind)


def _until(due: datetime) -> str:
    """Local; midnight is 24:00 of the day that ends with it."""
    local = due.astimezone(LOCAL)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return f"{local - timedelta(days=1):%Y-%m-%d} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"
