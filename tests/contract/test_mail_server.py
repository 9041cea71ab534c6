"""The mail server of the busy Monday: what it takes, loses and puts off, as a sender sees it."""

from datetime import date
from email.headerregistry import Address
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from services.dev.mail_server import LOST, PUT_OFF, TAKEN_UNSAID, MailServer
from services.dev.received_mail import Queued, faults
from services.kit.clock import local_midnight
from services.kit.delivery.address import mail_server
from services.kit.delivery.message import Claimed
from services.kit.delivery.retry import Failed, Outcome, Sent
from services.kit.delivery.send_mail import connect, send_mail

SENDER = Address("督查室", addr_spec="duban@fengxian.example")
TAKES, LOSES = 1.0, LOST / 2
PUTS_OFF, SAYS_NOTHING = LOST + PUT_OFF / 2, LOST + PUT_OFF + TAKEN_UNSAID / 2


class Drawn(Random):
    """Draws what it was told to, in order."""

    def __init__(self, *draws: float) -> None:
        super().__init__()
        self.draws = list(draws)

    def random(self) -> float:
        return self.draws.pop(0)


@pytest.fixture
def message() -> Claimed:
    at = local_midnight(date(2021, 3, 1))
    unit, address = "unit:water", "water@fengxian.example"
    return Claimed(
        UUID(int=5), unit, address, "【督办单】", "请签收。", None, None, "{}", at, 1, "fengxian.example"
    )


async def handed_in(server: MailServer, message: Claimed, times: int) -> list[Outcome]:
    """What became of each try, each over a connection of its own."""
    outcomes = []
    for _ in range(times):
        smtp = await connect(mail_server(server.url), SENDER)
        outcomes.append(await send_mail(smtp, SENDER, None, message))
        smtp.close()
    return outcomes


async def test_what_was_taken_and_not_said_so_comes_again_as_the_same_mail(
    tmp_path: Path, message: Claimed
) -> None:
    server = MailServer(tmp_path, Drawn(SAYS_NOTHING, TAKES))
    async with server.up():
        first, second = await handed_in(server, message, 2)
    assert isinstance(first, Failed)
    assert isinstance(second, Sent)
    assert (server.repeats, server.unsaid) == (1, 1)
    queued = Queued(message.mail_id, message.recipient, "sent")
    assert [*faults([queued], server.taken)] == []


async def test_what_was_lost_or_put_off_is_not_there(tmp_path: Path, message: Claimed) -> None:
    server = MailServer(tmp_path, Drawn(LOSES, PUTS_OFF))
    async with server.up():
        outcomes = await handed_in(server, message, 2)
    assert all(isinstance(one, Failed) for one in outcomes)
    assert (server.taken, server.lost, server.put_off) == ([], 1, 1)
