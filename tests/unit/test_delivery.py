"""Messages to people: their ids, their form, their addresses, when they are tried again."""

import email
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from services.kit.delivery.address import (
    BadAddress,
    MailServer,
    email_address,
    mail_server,
    sender,
    webhook_address,
)
from services.kit.delivery.message import CHANNELS, Attachment, Claimed, message_id
from services.kit.delivery.mime import to_mime
from services.kit.delivery.retry import DELAYS, GIVE_UP_AFTER, LONGEST, Ended, Failed, Sent, delay, judge
from services.kit.delivery.said import one_line
from services.kit.delivery.webhook import outcome, secret_of, signed
from services.supervision.settings import SupervisionSettings

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SENDER = Address("督查办", addr_spec="duban@fengxian.example")
MESSAGE = Claimed(
    UUID(int=7),
    "unit:water",
    "water@fengxian.example",
    "【督办单】红单·逾期：县水利局",
    "督办单：红单\n期限：2021-03-03 24:00\n",
    None,
    "/inbox",
    '{"type":"yinuo.notice.sent"}',
    NOW,
    1,
    "fengxian.example",
)
KEY = bytes(range(32))
HEADERS = {
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
    *("MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
}


def read(message: Claimed, public_url: str | None = "https://12345.example/") -> EmailMessage:
    return email.message_from_bytes(to_mime(message, SENDER, public_url), policy=default)


def test_an_id_depends_on_what_whom_and_how_and_on_nothing_else() -> None:
    ids = [
        message_id(about, recipient, channel)
        for about in ("notice/1", "notice/2")
        for recipient in ("unit:water", "unit:roads")
        for channel in CHANNELS
    ]
    assert all(one != other for one, other in combinations(ids, 2))
    assert message_id("notice/1", "unit:water", "email") == ids[0]


def test_a_mail_says_in_chinese_what_it_was_given_and_where_to_look() -> None:
    mail = read(MESSAGE)
    assert (mail["From"], mail["To"]) == ("督查办 <duban@fengxian.example>", "water@fengxian.example")
    assert mail["Subject"] == MESSAGE.subject
    assert mail["Date"].datetime == NOW
    assert mail["Message-ID"] == "<00000000-0000-0000-0000-000000000007@fengxian.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().splitlines() == [*MESSAGE.body.splitlines(), "", "https://12345.example/inbox"]


def test_a_mail_without_a_public_address_is_its_text_alone() -> None:
    assert read(MESSAGE, None).get_content().splitlines() == MESSAGE.body.splitlines()


def test_a_page_and_its_files_travel_with_the_text() -> None:
    file = Attachment("凤县通报〔2021〕第3期.html", "text/html", "<p>页</p>".encode())
    mail = read(replace(MESSAGE, html="<p>页</p>", attachments=(file,)))
    [attached] = list(mail.iter_attachments())
    assert (attached.get_filename(), attached.get_payload(decode=True)) == (file.name, file.content)
    html, plain = mail.get_body(("html",)), mail.get_body(("plain",))
    assert html is not None
    assert plain is not None
    assert (html.get_content().strip(), plain.get_content()[:3]) == ("<p>页</p>", "督办单")


@settings(deadline=None)  # folding headers takes its time on a busy machine
@given(st.text(max_size=200), st.text(max_size=400), st.one_of(st.none(), st.text(max_size=100)))
def test_any_mail_has_the_same_ascii_bytes_each_time_and_no_header_of_the_text_s_making(
    subject: str, body: str, html: str | None
) -> None:
    subject, body = (text.encode(errors="ignore").decode() for text in (subject, body))
    html = html and html.encode(errors="ignore").decode()
    message = replace(MESSAGE, subject=subject, body=body, html=html)
    raw = to_mime(message, SENDER, None)
    assert raw == to_mime(message, SENDER, None)
    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert set(read(message).keys()) <= HEADERS


def test_what_was_taken_or_ended_is_not_tried_again() -> None:
    assert judge(Sent("250 ok"), 1, None, NOW, 0.5) == ("sent", None, "sent", "250 ok")
    assert judge(Ended("HTTP 410"), 1, None, NOW, 0.5) == ("given_up", None, "given_up", "HTTP 410")


def test_what_failed_is_tried_ever_later_and_given_up_after_days() -> None:
    dues = [judge(Failed("450"), n, NOW, NOW, 0.5).due_at for n in range(1, len(DELAYS) + 3)]
    assert dues == [NOW + pause for pause in (*DELAYS, LONGEST, LONGEST)]
    last = judge(Failed("450"), 300, NOW, NOW + GIVE_UP_AFTER, 0.5)
    assert (last.state, last.due_at, last.detail) == ("given_up", None, "450 (failed for 5 days)")


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True), st.booleans())
def test_a_pause_is_within_a_fifth_of_its_table_s(attempts: int, jitter: float, refused: bool) -> None:
    pause = delay(attempts, jitter, refused=refused)
    assert DELAYS[0] * 0.8 <= pause <= LONGEST * 1.2
    assert not refused or pause >= LONGEST * 0.8


def test_a_webhook_s_signature_holds_for_its_recipient_alone() -> None:
    now = datetime.now(UTC)
    headers = signed([secret_of(KEY, "unit:water")], MESSAGE, now)
    assert headers["webhook-id"] == str(MESSAGE.message_id)
    assert Webhook(secret_of(KEY, "unit:water")).verify(MESSAGE.payload, headers) == {
        "type": "yinuo.notice.sent"
    }
    with pytest.raises(WebhookVerificationError):
        Webhook(secret_of(KEY, "unit:roads")).verify(MESSAGE.payload, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret_of(KEY, "unit:water")).verify(MESSAGE.payload + " ", headers)


def test_while_secrets_are_exchanged_a_receiver_with_either_takes_a_webhook() -> None:
    now = datetime.now(UTC)
    new, former = secret_of(KEY[::-1], "unit:water"), secret_of(KEY, "unit:water")
    headers = signed([new, former], MESSAGE, now)
    for secret in (new, former):
        assert Webhook(secret).verify(MESSAGE.payload, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret_of(KEY, "unit:roads")).verify(MESSAGE.payload, headers)


@given(st.binary(max_size=800))
def test_whatever_bytes_a_server_answers_with_become_one_line_that_can_be_stored(answer: bytes) -> None:
    line = one_line(answer.decode("utf-8", "surrogateescape"))
    assert line.encode().decode() == line
    assert line.isprintable()
    assert len(line) <= 500


def test_an_answer_in_gb_18030_is_read_and_doesn_t_quote_the_address() -> None:
    answer = "550 用户 <Water@fengxian.example> 不存在\x00\r\n".encode("gb18030")
    said = answer.decode("utf-8", "surrogateescape")
    assert one_line(said, "water@fengxian.example") == "550 用户 <<address>> 不存在"


@pytest.mark.parametrize(
    ("status", "kind"), [(200, Sent), (204, Sent), (410, Ended), (302, Failed), (404, Failed), (503, Failed)]
)
def test_what_an_answer_to_a_webhook_means(status: int, kind: type) -> None:
    assert isinstance(outcome(status), kind)


@pytest.mark.parametrize("good", ["a@b", "water.office+x@fx.gov.cn"])
def test_an_address_of_one_person_or_office_is_an_e_mail_address(good: str) -> None:
    assert email_address(good) == good


@pytest.mark.parametrize(
    "bad",
    ["", "water", "a@", "@b", "a b@c", "a@b,c@d", "水@fx.cn", "a@b\r\nBcc: x@y",
     ".a@b.cn", "a..b@c.cn", "<a@b.cn>", "a@b.cn\n"],
)  # fmt: skip
def test_anything_else_is_not(bad: str) -> None:
    with pytest.raises(BadAddress):
        email_address(bad)


@pytest.mark.parametrize("good", ["https://oa.fx.gov.cn/yinuo?a=1", "https://10.0.0.8:8443/hook"])
def test_a_webhook_may_go_to_the_county_s_own_network(good: str) -> None:
    assert webhook_address(good, local_http=False) == good


@pytest.mark.parametrize(
    "bad",
    [
        "", "oa.fx.cn", "http://oa.fx.cn/", "ftp://oa.fx.cn/", "https://u:p@oa.fx.cn/", "https://oa.fx.cn/#x",
        "https://localhost/", "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest",
        "https://localhost./", "https://127.1/", "https://2130706433/", "https://0x7f.1/", "https://0/",
        "https://[::ffff:127.0.0.1]/", "https://[::ffff:169.254.169.254]/", "https://[ff02::1]/",
        "http://127.0.0.1:9000/", "https://oa.fx.cn:x/", "https://水利.cn/", "https://oa .cn/",
    ],
)  # fmt: skip
def test_a_webhook_goes_nowhere_else(bad: str) -> None:
    with pytest.raises(BadAddress):
        webhook_address(bad, local_http=False)


def test_a_demonstration_may_call_its_own_machine_without_tls_and_no_other() -> None:
    assert webhook_address("http://127.0.0.1:9000/", local_http=True)
    with pytest.raises(BadAddress):
        webhook_address("http://oa.fx.cn/", local_http=True)


def test_a_mail_server_is_spoken_to_under_tls_unless_it_is_said_not_to_be() -> None:
    assert mail_server("smtps://du%40fx:p%3Aw@mail.fx.cn") == MailServer(
        "mail.fx.cn", 465, "du@fx", "p:w", "implicit"
    )
    assert mail_server("smtp://mail.fx.cn") == MailServer("mail.fx.cn", 587, None, None, "starttls")
    assert mail_server("smtp://relay:25?tls=none") == MailServer("relay", 25, None, None, "none")


@pytest.mark.parametrize(
    "bad",
    ["mail.fx.cn", "http://mail", "smtp://", "smtp://u:pw@h?tls=none", "smtp://h?x=1",
     "smtps://u:pw/x@h", "smtps://u:pw#x@h", "smtps://u:25#x@h", "smtps://h:pw", "smtps://h/path"],
)  # fmt: skip
def test_a_mail_server_that_is_none_is_refused_without_showing_a_password(bad: str) -> None:
    with pytest.raises(ValueError, match=r"must be|tls=none") as refused:
        mail_server(bad)
    assert "pw" not in str(refused.value)


def test_a_sender_has_a_name_and_an_address() -> None:
    assert str(sender("督查办 <duban@fx.cn>")) == "督查办 <duban@fx.cn>"
    with pytest.raises(ValueError, match="must be NAME"):
        sender("督查办")


def test_a_mail_server_without_a_sender_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YINUO_SMTP_URL", "smtps://u:secret@mail.fx.cn")
    with pytest.raises(ValidationError, match="must be NAME") as refused:
        SupervisionSettings(
            token_public_key="x",
            database_url="postgresql://a@b/c",  # type: ignore[arg-type]
            delivery_key="A" * 43 + "=",  # type: ignore[arg-type]
        )
    assert "secret" not in str(refused.value)


def test_a_key_that_is_none_is_refused_at_the_start_without_being_shown() -> None:
    with pytest.raises(ValidationError, match="base64 of 32 bytes, not of 6") as refused:
        SupervisionSettings(
            token_public_key="x",
            database_url="postgresql://a@b/c",  # type: ignore[arg-type]
            delivery_key="A" * 43 + "=",  # type: ignore[arg-type]
            delivery_former_key="c2VjcmV0",  # type: ignore[arg-type]
        )
    assert "c2VjcmV0" not in str(refused.value)


def test_a_lease_outlasts_what_a_try_may_take() -> None:
    from services.kit.delivery.deliver import LEASE
    from services.kit.delivery.send_mail import MESSAGE_SECONDS
    from services.kit.delivery.webhook import CALL_SECONDS

    assert timedelta(seconds=max(MESSAGE_SECONDS, CALL_SECONDS)) * 2 <= LEASE
