"""`yinuo delivery`: a file of addresses with its faults, and mails compared with the queue."""

from pathlib import Path

import pytest

from services.cli.delivery_file import read_addresses
from services.dev.problem import Problem
from services.dev.received_mail import Mail, Queued, faults, mail_of

KNOWN = {"unit:water", "unit:roads", "post:water.head", "committee:water"}
HEAD = "recipient,email,webhook,receives\n"


def written(folder: Path, text: str) -> Path:
    file = folder / "addresses.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_each_service_gets_what_its_recipients_receive(tmp_path: Path) -> None:
    text = (
        HEAD + "unit:water,w@fx.cn,,\nunit:roads,,https://oa.fx.cn/h,notices\nlist:press,p@fx.cn,,circulars\n"
    )
    read = read_addresses(written(tmp_path, text), KNOWN, local_http=False)
    assert read.faults == []
    assert [one["recipient"] for one in read.addresses["supervision"]] == ["unit:water", "unit:roads"]
    assert [one["recipient"] for one in read.addresses["reporting"]] == ["unit:water", "list:press"]
    assert read.addresses["supervision"][1] == {
        "recipient": "unit:roads",
        "email": None,
        "webhook": "https://oa.fx.cn/h",
    }


def test_every_fault_is_told_with_row_column_and_remedy(tmp_path: Path) -> None:
    text = (
        HEAD
        + "water,w@fx.cn,,\nunit:moon,w@fx.cn,,\nunit:water,w,http://x,x\nunit:roads,,,\n"
        + "unit:water,w@fx.cn,,\nunit:roads,a@b.cn,,all,more\n"
    )
    read = read_addresses(written(tmp_path, text), KNOWN, local_http=False)
    assert [(fault.row, fault.column) for fault in read.faults] == [
        (2, "recipient"),
        (3, "recipient"),
        (4, "receives"),
        (4, "email"),
        (4, "webhook"),
        (5, "email"),
        (6, "recipient"),
        (7, "-"),
    ]
    assert all(fault.what and fault.remedy for fault in read.faults)
    assert read.faults[1].line() == (
        "第 3 行 recipient 列：现行目录中没有 unit:moon。办法：改为目录中已有的代码，或先装载目录"
    )


def test_a_strange_column_is_a_fault_and_a_file_without_rows_a_problem(tmp_path: Path) -> None:
    file = written(tmp_path, "recipient,mail\nunit:water,w@fx.cn\n")
    assert [fault.column for fault in read_addresses(file, KNOWN, local_http=False).faults] == [
        "mail",
        "email",
    ]
    with pytest.raises(Problem, match="no rows"):
        read_addresses(written(tmp_path, HEAD), KNOWN, local_http=False)


def mail(mail_id: str, text: str = "") -> Mail:
    return mail_of(f"Message-ID: {mail_id}\r\n\r\n{text}".encode())


def test_mails_that_all_came_are_no_fault_and_a_repeat_is_none_either() -> None:
    queued = [Queued("<1@x>", "unit:water", "sent"), Queued("<2@x>", "unit:roads", "sent")]
    assert [*faults(queued, [mail("<1@x>"), mail("<2@x>"), mail("<1@x>")])] == []


def test_what_is_missing_strange_unmarked_or_altered_is_named() -> None:
    queued = [
        Queued("<1@x>", "unit:water", "sent"),
        Queued("<2@x>", "unit:roads", "waiting"),
        Queued("<3@x>", "unit:roads", "sent"),
    ]
    received = [mail("<2@x>"), mail("<3@x>"), mail("<3@x>", "altered"), mail("<4@x>")]
    assert [*faults(queued, received)] == [
        "<1@x> to unit:water is missing; in the queue it is sent",
        "<2@x> to unit:roads was taken; in the queue it is waiting",
        "<3@x> came 2 times, and not as the same mail",
        "<4@x> was taken and never queued",
    ]
