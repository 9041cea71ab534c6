"""A browser on a console over fakes of the four APIs."""

from collections.abc import AsyncIterator

import pytest

from tests.console_browser import Browser, Open, consoles


@pytest.fixture
async def opened() -> AsyncIterator[Open]:
    """Opens browsers, each on a console of its own."""
    async with consoles() as open_:
        yield open_


@pytest.fixture
def browser(opened: Open) -> Browser:
    return opened()
