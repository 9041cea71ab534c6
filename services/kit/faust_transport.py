"""Faust's Kafka transport with a faster way from the fetcher to the streams.

Faust wraps the delivery of each message in four tasks. Here a delivery is begun at once and, if
it completes without suspending (the stream's queue has room), nothing more is done; only if it
suspends, the begun rest goes to Faust's own wait. Order and back-pressure stay Faust's.
Chosen by the scheme of the broker URL (`yinuo://`), through the entry point `faust.transports`.
"""

from collections.abc import Awaitable, Callable, Generator
from functools import partial
from typing import Any

from faust.transport.drivers import aiokafka
from mode.services import WaitResults


class Delivery:
    """One message on its way to its streams; awaiting it does what is left to do."""

    def __init__(self, deliver: Callable[[Any], Any], message: Any) -> None:
        self._coroutine = deliver(message)
        self._awaited: Any = None

    def completes_at_once(self) -> bool:
        """Begin the delivery; whether that was all."""
        try:
            self._awaited = self._coroutine.send(None)
        except StopIteration:
            return True
        return False

    def __await__(self) -> Generator[Any, Any, None]:
        while True:
            try:
                step = partial(self._coroutine.send, (yield self._awaited))
            except BaseException as interruption:  # noqa: BLE001  passed on into the begun coroutine
                step = partial(self._coroutine.throw, interruption)
            try:
                self._awaited = step()
            except StopIteration:
                return


class Consumer(aiokafka.Consumer):
    """Delivers each message at once where it can."""

    def __init__(
        self, transport: Any, callback: Callable[[Any], Awaitable[None]], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(transport, partial(Delivery, callback), *args, **kwargs)

    async def wait_first(self, *waits: Any, timeout: Any = None) -> WaitResults:  # noqa: ASYNC109  the signature is Faust's
        delivery, *others = waits
        if isinstance(delivery, Delivery) and delivery.completes_at_once():
            for never_begun in others:
                never_begun.close()
            return WaitResults([], [], False)
        return await super().wait_first(*waits, timeout=timeout)


class Transport(aiokafka.Transport):
    """Registered as the scheme `yinuo`."""

    Consumer = Consumer
