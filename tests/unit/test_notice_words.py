"""What an e-mail or a webhook says of a notice."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args
from uuid import UUID

from services.console.catalogue import catalogue
from services.contracts.vocabulary import LimitKind, SubjectKind, Trigger
from services.supervision.derivation import Line
from services.supervision.notice_words import (
    COLOURS,
    LIMITS,
    MEASURES,
    SUBJECTS,
    TRIGGERS,
    Names,
    notice_message,
)
from services.supervision.notices import Notice
from services.supervision.subjects import SubjectName

DUE = datetime(2021, 3, 3, 16, 0, tzinfo=UTC)
NOTICE = Notice(
    UUID(int=1), UUID(int=2), UUID(int=3), "complete", 1, 2, "red", "overdue", "sent", None, True, False,
    True, "water", "water.head", DUE, DUE, DUE,
)  # fmt: skip
NAMES = Names({"water": "县水利局"}, {"water.head": "局长"})
WHY = [Line("start_by_day", {"at": "2021-03-01T01:00:00+00:00"}), Line("due", {"at": DUE.isoformat()})]


def test_a_notice_says_what_whose_by_when_and_why() -> None:
    said = notice_message(NOTICE, ["unit:water"], NAMES, WHY)
    assert said.subject == "【督办单】红单·逾期：县水利局，办结时限2021-03-03 24:00"
    assert said.body.splitlines() == [
        "督办单：红单·逾期，办结时限第 2 级",
        f"办件：{UUID(int=2)}",
        "责任单位：县水利局",
        "责任职务：局长",
        "期限：2021-03-03 24:00",
        "",
        "时限的由来：",
        "　2021-03-01 09:00 派单，当日不计",
        "　到期：2021-03-03 24:00",
        "",
        "请登录系统，在收件箱中签收本单并按期办理。",
    ]
    assert (said.about, said.page) == (f"notice/{UUID(int=1)}", "/inbox")
    assert b'"limit":"complete"' in said.payload().encode()


def test_a_late_one_says_so_and_an_unknown_code_stands_for_itself() -> None:
    said = notice_message(NOTICE._replace(late=True, unit="moon"), ["unit:moon"], NAMES, [])
    assert "补发：应于 2021-03-04 00:00 发出" in said.body.splitlines()
    assert "责任单位：moon" in said.body
    assert replace(said, recipients=()).payload() == said.payload()


def test_what_an_event_brought_names_it_and_says_by_when_an_answer_is_due() -> None:
    found = NOTICE._replace(
        subject="project", trigger="finding", kind=None, due_at=None, demand_id=None,
        colour="yellow", measure="warning", overdue=False, reply_by=DUE, points=2,
    )  # fmt: skip
    names = NAMES._replace(subjects={UUID(int=2): SubjectName("凤项-1", "自来水改造")})
    said = notice_message(found, ["unit:water"], names, [])
    assert said.subject == "【督办单】黄单·警告：县水利局，巡查问题"
    assert said.body.splitlines() == [
        "督办单：黄单·警告，巡查问题",
        "项目：凤项-1 自来水改造",
        "责任单位：县水利局",
        "责任职务：局长",
        "书面答复：2021-03-03 24:00 前",
        "扣分：2",
        "",
        "请登录系统，在收件箱中签收本单并书面答复。",
    ]
    assert (said.data["case_id"], said.data["reference"]) == (None, "凤项-1")


def test_a_limit_of_a_letter_names_its_number() -> None:
    late = NOTICE._replace(subject="letter", kind="letter_receipt", rung=1)
    number = SubjectName("凤督函〔2021〕7号", "整改督办函")
    said = notice_message(late, ["unit:water"], NAMES._replace(subjects={UUID(int=2): number}), [])
    assert said.body.splitlines()[:2] == [
        "督办单：红单·逾期，督办函签收时限第 1 级",
        "督办函：凤督函〔2021〕7号 整改督办函",
    ]


def test_slips_limits_triggers_and_subjects_are_called_as_the_console_calls_them() -> None:
    texts = catalogue("zh-CN").texts
    tables = {
        "limit": LIMITS, "colour": COLOURS, "measure": MEASURES, "trigger": TRIGGERS, "subject": SUBJECTS,
    }  # fmt: skip
    for name, words in tables.items():
        assert dict(words) == {code: texts[f"{name}.{code}"] for code in words}
    assert set(LIMITS) == set(get_args(LimitKind))
    assert set(TRIGGERS) == set(get_args(Trigger))
    assert set(SUBJECTS) == set(get_args(SubjectKind))
