"""Nothing fires before it is read what became of the cases during a downtime."""

from aiokafka.errors import KafkaConnectionError

from services.supervision.catch_up import CaughtUp, Position, once_caught_up


class Log:
    """A topic's ends, and how far it is read."""

    def __init__(self, **ends: int) -> None:
        self.end = {("case", int(partition[1:])): offset for partition, offset in ends.items()}
        self.next: dict[Position, int] = {}
        self.away = False
        self.fired = 0

    async def ends(self) -> dict[Position, int]:
        if self.away:
            raise KafkaConnectionError
        return dict(self.end)

    async def read(self) -> dict[Position, int]:
        return self.next

    async def fire(self) -> int:
        self.fired += 1
        return 3


async def test_nothing_fires_while_events_of_the_downtime_are_unread() -> None:
    log = Log(p0=5, p1=2)
    step = once_caught_up(CaughtUp(log.ends, log.read), log.fire)
    log.next = {("case", 0): 5, ("case", 1): 1}
    assert await step() == 0
    log.next["case", 1] = 2
    assert await step() == 3


async def test_what_comes_later_holds_nothing_back() -> None:
    log = Log(p0=5)
    step = once_caught_up(CaughtUp(log.ends, log.read), log.fire)
    assert await step() == 0
    log.end["case", 0], log.next["case", 0] = 9, 5
    assert await step() == 3
    log.next = {}
    assert await step() == 3


async def test_an_empty_log_holds_nothing_back() -> None:
    log = Log(p0=0, p1=0)
    assert await once_caught_up(CaughtUp(log.ends, log.read), log.fire)() == 3


async def test_without_kafka_nothing_fires_and_nothing_breaks() -> None:
    log = Log(p0=1)
    step = once_caught_up(CaughtUp(log.ends, log.read, pause=0), log.fire)
    log.away = True
    assert await step() == 0
    log.away, log.next = False, {("case", 0): 1}
    assert await step() == 3
    assert log.fired == 1
