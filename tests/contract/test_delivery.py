"""Messages from the queue in PostgreSQL to a real mail server and a real receiver of webhooks."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email.headerregistry import Address as Sender
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest
from standardwebhooks import Webhook

from services.dev.received_mail import faults_of_mail, mail_of
from services.dev.stack import Infrastructure
from services.kit.auth import TokenReader
from services.kit.delivery import store_addresses
from services.kit.delivery.address import MailServer
from services.kit.delivery.api import delivery_routes
from services.kit.delivery.deliver import LEASE, Mails, Marking, Waiting, Webhooks
from services.kit.delivery.message import Attachment, Claimed, Outgoing, message_id
from services.kit.delivery.retry import Failed, Sent, Verdict
from services.kit.delivery.store import COUNT, PostgresMessages, enqueue, reachable
from services.kit.delivery.store_addresses import Address
from services.kit.delivery.trust import trusted
from services.kit.delivery.webhook import secret_of
from services.kit.http import build_api
from services.kit.postgres import Database
from tests.conftest import DatabaseOf
from tests.receivers import MailReceiver, WebhookReceiver, outgoing_values, own_certificate

KEY = bytes(range(32))
SENDER = Sender("督查办", addr_spec="duban@fengxian.example")
NO_LEASE = timedelta(0)


class Died(BaseException):
    """As if the process had been killed at this point."""


class KilledBeforeMarking(PostgresMessages):
    """The messages of a process that dies once a server has taken one and before that is written down."""

    async def mark(self, message: Claimed, verdict: Verdict) -> None:
        raise Died


@pytest.fixture
async def database(database_of: DatabaseOf, infrastructure: Infrastructure) -> AsyncIterator[Database]:
    """Supervision's, with an empty queue, which is left empty, too."""
    admin = await asyncpg.connect(infrastructure.admin_url)
    tables = "delivery_addresses, delivery_attachments, delivery_contents, delivery_messages, delivery_log"
    emptying = f"SET search_path = supervision; TRUNCATE {tables}"
    await admin.execute(emptying)
    yield database_of("supervision")
    await admin.execute(emptying)
    await admin.close()


@pytest.fixture
async def mail_receiver() -> AsyncIterator[MailReceiver]:
    receiver = MailReceiver()
    async with receiver.up():
        yield receiver


@pytest.fixture
async def webhook_receiver() -> AsyncIterator[WebhookReceiver]:
    receiver = WebhookReceiver()
    async with receiver.up():
        yield receiver


@pytest.fixture
def believed_anew() -> Iterator[None]:
    """Whom a process believes is read once: forget it before and behind a test that changes it."""
    trusted.cache_clear()
    yield
    trusted.cache_clear()


def mails(
    database: Database,
    receiver: MailReceiver,
    messages: PostgresMessages | None = None,
    lease: timedelta = LEASE,
) -> Mails:
    store = messages or PostgresMessages(database.pool)
    server = MailServer("127.0.0.1", receiver.port, None, None, "none")
    return Mails(store, Marking("supervision", store), server, SENDER, "https://12345.example", lease)


def webhooks(
    database: Database, messages: PostgresMessages | None = None, lease: timedelta = LEASE
) -> Webhooks:
    store = messages or PostgresMessages(database.pool)
    return Webhooks(store, Marking("supervision", store), (KEY,), lease)


async def addressed(database: Database, *addresses: Address) -> None:
    async with database.pool.acquire() as connection:
        await store_addresses.set_addresses(connection, addresses, "甲")


async def queued(database: Database, **given: object) -> int:
    async with database.pool.acquire() as connection:
        return await enqueue(connection, await reachable(connection), [Outgoing(**outgoing_values(**given))])


async def drained(step: Mails | Webhooks) -> int:
    total = 0
    while done := await step.send():
        total += done
    return total


async def become_due(database: Database) -> None:
    """As if the time until the next try had passed."""
    await database.pool.execute("UPDATE delivery_messages SET due_at = now() WHERE state = 'waiting'")


async def states(database: Database) -> Counter[str]:
    rows = await database.pool.fetch("SELECT state FROM delivery_messages")
    return Counter(row["state"] for row in rows)


async def outcomes(database: Database) -> list[str]:
    rows = await database.pool.fetch("SELECT outcome FROM delivery_log ORDER BY entry_id")
    return [row["outcome"] for row in rows]


async def faults(database: Database, receiver: MailReceiver) -> list[str]:
    return await faults_of_mail(database.pool, [mail_of(raw) for _, raw in receiver.taken])


WATER = Address("unit:water", "water@fengxian.example", None)
ROADS = Address("unit:roads", "roads@fengxian.example", None)


async def test_a_message_reaches_each_channel_of_a_recipient_once_however_often_it_is_queued(
    database: Database, mail_receiver: MailReceiver, webhook_receiver: WebhookReceiver
) -> None:
    await addressed(database, WATER._replace(webhook=webhook_receiver.url("/hook")), ROADS)
    for _ in range(2):
        assert await queued(database, recipients=("unit:water", "post:water.head")) == 2
        assert (await drained(mails(database, mail_receiver)), await drained(webhooks(database))) in {
            (1, 1),
            (0, 0),
        }
    [mail] = mail_receiver.mails
    assert mail["Message-ID"] == f"<{message_id('notice/1', 'unit:water', 'email')}@fengxian.example>"
    assert mail["Subject"] == "【督办单】红单"
    assert "https://12345.example/inbox" in mail.get_content()
    [(_, headers, body)] = webhook_receiver.came
    assert headers["webhook-id"] == str(message_id("notice/1", "unit:water", "webhook"))
    told = Webhook(secret_of(KEY, "unit:water")).verify(body, headers)
    assert told["data"] == {"rung": 2, "page": "/inbox"}
    assert await states(database) == {"sent": 2}


async def test_a_file_reaches_the_receiver_byte_for_byte(
    database: Database, mail_receiver: MailReceiver
) -> None:
    file = Attachment("凤督函〔2026〕12号.pdf", "application/pdf", bytes(range(256)) * 500)
    await addressed(database, WATER)
    await queued(database, html="<p>函</p>", attachments=(file,))
    await drained(mails(database, mail_receiver))
    [attached] = list(mail_receiver.mails[0].iter_attachments())
    assert (attached.get_filename(), attached.get_payload(decode=True)) == (file.name, file.content)


async def test_nothing_is_queued_for_whom_nobody_can_reach(database: Database) -> None:
    assert await queued(database) == 0
    assert await database.pool.fetchval("SELECT count(*) FROM delivery_contents") == 0


async def test_what_is_rolled_back_with_its_cause_is_not_sent(
    database: Database, mail_receiver: MailReceiver
) -> None:
    await addressed(database, WATER)
    async with database.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await enqueue(connection, await reachable(connection), [Outgoing(**outgoing_values())])
        await transaction.rollback()
    assert await mails(database, mail_receiver).send() == 0


async def test_what_is_refused_waits_and_is_taken_later_under_the_same_id_while_others_go_through(
    database: Database, mail_receiver: MailReceiver
) -> None:
    await addressed(database, WATER, ROADS)
    await queued(database, recipients=("unit:water", "unit:roads"))
    mail_receiver.answer = lambda to: (
        "450 4.2.0 greylisted <water@fengxian.example>" if to.startswith("water") else "250 OK"
    )
    assert await drained(mails(database, mail_receiver)) == 2
    assert await states(database) == {"sent": 1, "waiting": 1}
    detail = await database.pool.fetchval("SELECT detail FROM delivery_log WHERE outcome = 'failed'")
    assert detail == "450 4.2.0 greylisted <<address>>"
    mail_receiver.answer = lambda _: "250 OK"
    await become_due(database)
    assert await drained(mails(database, mail_receiver)) == 1
    assert await states(database) == {"sent": 2}
    assert await faults(database, mail_receiver) == []


async def test_what_is_refused_after_its_data_and_for_good_is_kept_and_tried_half_an_hour_later(
    database: Database, mail_receiver: MailReceiver
) -> None:
    await addressed(database, WATER)
    await queued(database)
    mail_receiver.answer_to_data = lambda _: "554 5.7.1 not from you"
    await drained(mails(database, mail_receiver))
    wait = await database.pool.fetchval("SELECT due_at - clock_timestamp() FROM delivery_messages")
    assert timedelta(minutes=20) < wait < timedelta(minutes=40)


async def test_a_server_that_is_down_costs_no_try_and_gets_everything_once_it_is_up(
    database: Database,
) -> None:
    receiver = MailReceiver()
    async with receiver.up():
        pass
    await addressed(database, WATER, ROADS)
    for number in range(5):
        await queued(database, about=f"notice/{number}", recipients=("unit:water", "unit:roads"))
    assert await mails(database, receiver).send() == 0
    assert await outcomes(database) == []
    assert len(await faults(database, receiver)) == 10
    async with receiver.up():
        assert await drained(mails(database, receiver)) == 10
    assert set(receiver.ids.values()) == {1}
    assert await faults(database, receiver) == []


async def test_a_server_that_breaks_off_costs_one_message_a_try_and_the_others_nothing(
    database: Database, mail_receiver: MailReceiver
) -> None:
    await addressed(database, WATER, ROADS)
    await queued(database, recipients=("unit:water", "unit:roads"))
    mail_receiver.answer = lambda to: "421 4.3.2 closing" if to.startswith("water") else "250 OK"
    assert await drained(mails(database, mail_receiver)) == 2
    assert await states(database) == {"sent": 1, "waiting": 1}


async def test_a_server_that_answers_in_gb_18030_is_understood_and_its_mails_are_sent_once(
    database: Database, mail_receiver: MailReceiver
) -> None:
    await addressed(database, WATER, ROADS)
    await queued(database, recipients=("unit:water", "unit:roads"))
    mail_receiver.answer = lambda to: "550 用户不存在" if to.startswith("roads") else "250 OK"
    mail_receiver.answer_to_data = lambda _: "250 已收到"
    assert await drained(mails(database, mail_receiver, lease=NO_LEASE)) == 2
    details = await database.pool.fetch("SELECT detail FROM delivery_log ORDER BY detail")
    assert [row["detail"] for row in details] == ["550 用户不存在", "已收到"]
    assert mail_receiver.ids.total() == 1


async def test_a_message_that_can_t_be_tried_fails_alone_and_shows_in_the_log(
    database: Database, mail_receiver: MailReceiver, webhook_receiver: WebhookReceiver
) -> None:
    await addressed(
        database,
        Address("unit:a", None, "https://xn--a/"),
        Address("unit:b", "b@fengxian.example", webhook_receiver.url("/hook")),
        Address("unit:c", "c@fengxian.example\r\nBcc: x@y.cn", None),
    )
    await queued(database, recipients=("unit:a", "unit:b", "unit:c"))
    assert (await drained(webhooks(database)), await drained(mails(database, mail_receiver))) == (2, 2)
    rows = await database.pool.fetch(
        "SELECT recipient, state FROM delivery_messages ORDER BY recipient, channel"
    )
    assert [(row["recipient"], row["state"]) for row in rows] == [
        ("unit:a", "waiting"),
        ("unit:b", "sent"),
        ("unit:b", "sent"),
        ("unit:c", "waiting"),
    ]
    assert sorted(await outcomes(database)) == ["failed", "failed", "sent", "sent"]


async def test_a_try_that_outlives_its_lease_doesn_t_cut_the_next_one_s_short(database: Database) -> None:
    await addressed(database, WATER)
    await queued(database)
    store = PostgresMessages(database.pool)
    [slow] = await store.claim("email", 1, NO_LEASE, "fx.cn")
    [next_try] = await store.claim("email", 1, LEASE, "fx.cn")
    for message in (slow, next_try):
        await Marking("supervision", store).mark("email", message, Failed("450 no"))
        left = await database.pool.fetchval("SELECT due_at - clock_timestamp() FROM delivery_messages")
        assert (left > LEASE * 0.75) == (message is slow)
    assert await outcomes(database) == ["failed", "failed"]


async def test_a_try_that_was_taken_after_its_lease_counts_all_the_same(database: Database) -> None:
    await addressed(database, WATER)
    await queued(database)
    store = PostgresMessages(database.pool)
    [slow] = await store.claim("email", 1, NO_LEASE, "fx.cn")
    [next_try] = await store.claim("email", 1, LEASE, "fx.cn")
    await Marking("supervision", store).mark("email", slow, Sent("250 OK"))
    await Marking("supervision", store).mark("email", next_try, Failed("450 no"))
    assert await states(database) == {"sent": 1}


async def test_a_mail_server_with_the_county_s_own_certificate_gets_mail_after_starttls_and_a_login(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, believed_anew: None
) -> None:
    certificate, context = own_certificate(tmp_path)
    receiver = MailReceiver(tls=context, login=(b"duban@fx.cn", "密码".encode()))
    await addressed(database, WATER)
    await queued(database)
    async with receiver.up():
        step = mails(database, receiver)
        step.server = MailServer("127.0.0.1", receiver.port, "duban@fx.cn", "密码", "starttls")
        assert await step.send() == 0
        assert "CERTIFICATE_VERIFY_FAILED" in (step.away or "")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        trusted.cache_clear()
        wrong = mails(database, receiver)
        wrong.server = replace(step.server, password="falsch")
        assert await wrong.send() == 0
        assert (wrong.away or "").startswith("SMTPAuthenticationError")
        assert await outcomes(database) == []
        right = mails(database, receiver)
        right.server = step.server
        assert await drained(right) == 1
    assert await faults(database, receiver) == []


async def test_a_webhook_with_the_county_s_own_certificate_is_called_once_it_is_believed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, believed_anew: None
) -> None:
    certificate, context = own_certificate(tmp_path)
    receiver = WebhookReceiver(tls=context)
    async with receiver.up():
        await addressed(database, Address("unit:water", None, receiver.url("/hook")))
        await queued(database)
        await drained(webhooks(database))
        assert await outcomes(database) == ["failed"]
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        trusted.cache_clear()
        await become_due(database)
        await drained(webhooks(database))
    assert await outcomes(database) == ["failed", "sent"]


async def test_killed_between_taking_and_marking_it_is_repeated_under_its_own_id(
    database: Database, mail_receiver: MailReceiver, webhook_receiver: WebhookReceiver
) -> None:
    await addressed(database, WATER._replace(webhook=webhook_receiver.url("/hook")))
    await queued(database)
    dying = KilledBeforeMarking(database.pool)
    for step in (
        mails(database, mail_receiver, dying, lease=NO_LEASE),
        webhooks(database, dying, lease=NO_LEASE),
    ):
        with pytest.raises(Died):
            await step.send()
    await drained(mails(database, mail_receiver))
    await drained(webhooks(database))
    assert list(mail_receiver.ids.values()) == list(webhook_receiver.ids.values()) == [2]
    assert mail_receiver.taken[0] == mail_receiver.taken[1]
    assert webhook_receiver.came[0][2] == webhook_receiver.came[1][2]
    assert await faults(database, mail_receiver) == []


async def test_schedulers_at_once_send_each_message_once(
    database: Database, mail_receiver: MailReceiver, webhook_receiver: WebhookReceiver
) -> None:
    units = [f"unit:u{number}" for number in range(20)]
    hook = webhook_receiver.url("/hook")
    await addressed(database, *(Address(unit, f"{unit[5:]}@fengxian.example", hook) for unit in units))
    for number in range(5):
        await queued(database, about=f"notice/{number}", recipients=tuple(units))
    steps = [make(database) for _ in range(3) for make in (lambda d: mails(d, mail_receiver), webhooks)]
    assert sum(await asyncio.gather(*(drained(step) for step in steps))) == 200
    assert (len(mail_receiver.ids), set(mail_receiver.ids.values())) == (100, {1})
    assert (len(webhook_receiver.ids), set(webhook_receiver.ids.values())) == (100, {1})
    assert await states(database) == {"sent": 200}
    assert await faults(database, mail_receiver) == []


async def test_a_receiver_that_fails_is_left_alone_with_its_other_messages_too(
    database: Database, webhook_receiver: WebhookReceiver
) -> None:
    bad, good = webhook_receiver.url("/bad"), webhook_receiver.url("/good")
    await addressed(database, Address("unit:a", None, bad), Address("unit:b", None, good))
    for number in range(40):
        await queued(database, about=f"notice/{number}", recipients=("unit:a", "unit:b"))
    webhook_receiver.answer = lambda path: 503 if path == "/bad" else 200
    await drained(webhooks(database))
    paths = Counter(path for path, _, _ in webhook_receiver.came)
    assert paths["/good"] == 40
    assert paths["/bad"] <= 16
    webhook_receiver.answer = lambda _: 200
    await become_due(database)
    await drained(webhooks(database))
    assert await states(database) == {"sent": 80}


async def test_a_redirect_is_not_followed_and_gone_ends_it(
    database: Database, webhook_receiver: WebhookReceiver
) -> None:
    await addressed(
        database,
        Address("unit:a", None, webhook_receiver.url("/moved")),
        Address("unit:b", None, webhook_receiver.url("/gone")),
    )
    await queued(database, recipients=("unit:a", "unit:b"))
    webhook_receiver.answer = lambda path: 308 if path == "/moved" else 410
    await drained(webhooks(database))
    assert {path for path, _, _ in webhook_receiver.came} == {"/moved", "/gone"}
    assert await states(database) == {"waiting": 1, "given_up": 1}


async def test_what_failed_for_days_is_given_up_kept_and_sent_when_somebody_asks(
    database: Database, mail_receiver: MailReceiver
) -> None:
    await addressed(database, WATER)
    await queued(database)
    mail_receiver.answer = lambda _: "450 no"
    await drained(mails(database, mail_receiver))
    await database.pool.execute(
        "UPDATE delivery_messages SET failing_since = now() - interval '6 days', due_at = now()"
    )
    await drained(mails(database, mail_receiver))
    assert await states(database) == {"given_up": 1}
    name = message_id("notice/1", "unit:water", "email")
    assert await PostgresMessages(database.pool).ask_again(name, "甲")
    mail_receiver.answer = lambda _: "250 OK"
    await drained(mails(database, mail_receiver))
    assert await outcomes(database) == ["failed", "given_up", "asked_again", "sent"]
    assert not await PostgresMessages(database.pool).ask_again(name, "甲")


async def test_a_corrected_address_gets_at_once_what_failed_and_a_removed_one_nothing_more(
    database: Database, mail_receiver: MailReceiver
) -> None:
    await addressed(database, WATER, ROADS)
    await queued(database, recipients=("unit:water", "unit:roads"))
    mail_receiver.answer = lambda _: "550 unknown"
    await drained(mails(database, mail_receiver))
    mail_receiver.answer = lambda _: "250 OK"
    await addressed(database, WATER._replace(email="new@fengxian.example"))
    async with database.pool.acquire() as connection:
        assert await store_addresses.remove(connection, "unit:roads", "甲")
    assert await drained(mails(database, mail_receiver)) == 1
    await become_due(database)
    await drained(mails(database, mail_receiver))
    assert [to for to, _ in mail_receiver.taken] == ["new@fengxian.example"]
    assert await states(database) == {"sent": 1, "given_up": 1}
    acts = await database.pool.fetch(
        "SELECT told ->> 'email' AS email FROM acts WHERE changed = 'delivery_addresses' "
        "ORDER BY act_id DESC LIMIT 2"
    )
    assert [act["email"] for act in acts] == [None, "new@fengxian.example"]


async def test_a_corrected_webhook_gets_at_once_what_was_held_back_untried(
    database: Database, webhook_receiver: WebhookReceiver
) -> None:
    await addressed(database, Address("unit:water", None, webhook_receiver.url("/bad")))
    for number in range(20):
        await queued(database, about=f"notice/{number}")
    webhook_receiver.answer = lambda path: 503 if path == "/bad" else 200
    await drained(webhooks(database))
    await addressed(database, Address("unit:water", None, webhook_receiver.url("/good")))
    await drained(webhooks(database))
    assert await states(database) == {"sent": 20}


async def test_a_corrected_address_has_days_of_its_own_to_fail(
    database: Database, mail_receiver: MailReceiver
) -> None:
    await addressed(database, WATER)
    await queued(database)
    mail_receiver.answer = lambda _: "450 greylisted"
    await drained(mails(database, mail_receiver))
    await database.pool.execute("UPDATE delivery_messages SET failing_since = now() - interval '6 days'")
    await addressed(database, WATER._replace(email="new@fengxian.example"))
    assert await drained(mails(database, mail_receiver)) == 1
    assert await states(database) == {"waiting": 1}


async def test_the_domain_of_an_id_stays_though_the_sender_changes(
    database: Database, mail_receiver: MailReceiver
) -> None:
    await addressed(database, WATER)
    await queued(database)
    mail_receiver.answer = lambda _: "450 no"
    await drained(mails(database, mail_receiver))
    mail_receiver.answer = lambda _: "250 OK"
    await become_due(database)
    other = mails(database, mail_receiver)
    other.sender = Sender("督查办", addr_spec="duban@elsewhere.example")
    await drained(other)
    [mail] = mail_receiver.mails
    assert str(mail["Message-ID"]).endswith("@fengxian.example>")


async def test_without_a_mail_server_health_says_how_many_mails_wait(database: Database) -> None:
    await addressed(database, WATER)
    waiting = Waiting("supervision", PostgresMessages(database.pool), None)
    await waiting.measure()
    assert await waiting.mail_warning() is None
    await queued(database)
    waiting._measured = float("-inf")
    await waiting.measure()
    assert await waiting.mail_warning() == "1 e-mails wait: no YINUO_SMTP_URL is set"


async def test_counting_what_waits_reads_nothing_of_what_was_sent(database: Database) -> None:
    await addressed(database, WATER, ROADS._replace(webhook="https://oa.fx.cn/h"))
    for number in range(3):
        await queued(database, about=f"notice/{number}", recipients=("unit:water", "unit:roads"))
    await database.pool.execute(
        """
        INSERT INTO delivery_messages (message_id, content_id, recipient, channel, state)
        SELECT gen_random_uuid(), content_id, 'unit:old', channel, 'sent'
        FROM delivery_messages, generate_series(1, 2000)
        """
    )
    await database.pool.execute(
        "UPDATE delivery_messages SET state = 'given_up' WHERE recipient = 'unit:water' "
        "AND content_id = (SELECT min(content_id::text)::uuid FROM delivery_contents)"
    )
    counts = await PostgresMessages(database.pool).count()
    assert {channel: found[:2] for channel, found in counts.items()} == {"email": (5, 1), "webhook": (3, 0)}
    assert 0 < counts["email"][2] < 60
    async with database.pool.acquire() as connection:
        plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {COUNT}"))
    assert "Seq Scan" not in plan


@pytest.fixture
async def client(database: Database, infrastructure: Infrastructure) -> AsyncIterator[httpx.AsyncClient]:
    reader = TokenReader.of(infrastructure.secrets["YINUO_TOKEN_PUBLIC_KEY"])
    api = build_api("supervision", "test", reader, {})
    api.include_router(delivery_routes(database, KEY, local_http=False))
    transport = httpx.ASGITransport(api)
    async with httpx.AsyncClient(transport=transport, base_url="http://test/delivery") as opened:
        yield opened


async def test_an_administrator_sets_addresses_whole_or_not_at_all_and_reads_the_secret(
    client: httpx.AsyncClient, token_for: Callable[..., dict[str, str]]
) -> None:
    client.headers.update(token_for("administrator"))
    water = {"recipient": "unit:water", "email": "w@fx.cn", "webhook": "https://oa.fx.cn/h"}
    wrong = [
        water,
        {"recipient": "water"},
        {"recipient": "unit:b", "email": "b", "webhook": "http://x"},
        water,
    ]
    refused = await client.post("/addresses", json={"addresses": wrong})
    assert refused.status_code == 422
    assert [fault["field"] for fault in refused.json()["errors"]] == [
        "addresses.1.recipient",
        "addresses.1.email",
        "addresses.2.email",
        "addresses.2.webhook",
        "addresses.3.recipient",
    ]
    assert (await client.get("/addresses")).json() == {"addresses": [], "next": None}
    for changed in (1, 0):
        answer = await client.post("/addresses", json={"addresses": [water]})
        assert answer.json() == {"changed": changed}
    shown = (await client.get("/addresses/unit:water")).json()
    assert shown == {**water, "webhook_secret": secret_of(KEY, "unit:water")}
    assert (await client.put("/addresses/unit:water", json={"email": "w2@fx.cn"})).json() == {"changed": 1}
    assert (await client.get("/addresses")).json()["addresses"] == [
        {**water, "email": "w2@fx.cn", "webhook": None}
    ]
    assert [(await client.delete("/addresses/unit:water")).status_code for _ in range(2)] == [204, 404]
    assert (await client.get("/addresses/unit:water")).status_code == 404


async def test_the_log_is_read_in_pages_by_recipient_message_state_and_channel(
    client: httpx.AsyncClient,
    database: Database,
    mail_receiver: MailReceiver,
    token_for: Callable[..., dict[str, str]],
) -> None:
    client.headers.update(token_for("supervision_office"))
    await addressed(database, WATER, ROADS)
    for number in range(3):
        await queued(database, about=f"notice/{number}", recipients=("unit:water", "unit:roads"))
    mail_receiver.answer = lambda to: "450 no" if to.startswith("water") else "250 OK"
    await drained(mails(database, mail_receiver))
    whole = (await client.get("/log")).json()["messages"]
    assert len(whole) == 6
    paged: list[object] = []
    after = None
    for _ in range(3):
        page = (await client.get("/log", params={"limit": 2, **({"after": after} if after else {})})).json()
        paged, after = [*paged, *page["messages"]], page["next"]
    assert paged == whole
    failed = (await client.get("/log?state=waiting&channel=email")).json()["messages"]
    assert {(one["recipient"], one["tries"][0]["detail"]) for one in failed} == {("unit:water", "450 no")}
    assert (await client.get("/log?recipient=unit:roads")).json()["messages"][0]["next_try"] is None
    [one] = (await client.get(f"/log?message={failed[0]['message_id']}")).json()["messages"]
    assert one == failed[0]


async def test_only_an_administrator_asks_for_another_try(
    client: httpx.AsyncClient, database: Database, token_for: Callable[..., dict[str, str]]
) -> None:
    path = f"/messages/{message_id('notice/1', 'unit:water', 'email')}/retry"
    await addressed(database, WATER)
    await queued(database)
    assert (await client.post(path, headers=token_for("supervision_office"))).status_code == 403
    assert (await client.post(path, headers=token_for("administrator"))).status_code == 204
    unknown = await client.post(f"/messages/{uuid4()}/retry", headers=token_for("administrator"))
    assert (unknown.status_code, unknown.json()["field"]) == (404, "message_id")
