"""The business clock: moved and stopped in demonstrations and tests, real in production."""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import asyncpg

LOCAL: Final = ZoneInfo("Asia/Shanghai")


class ClockFixed(RuntimeError):
    """The clock of a production environment can't be moved."""

    def __init__(self) -> None:
        super().__init__("environment is production: the business clock is the real one and can't be moved")


class ClockRunsForward(ValueError):
    """Somebody tried to turn the clock back."""

    def __init__(self, now: datetime, asked: datetime) -> None:
        super().__init__(
            f"the clock stands at {now.isoformat()} and can't be set back to {asked.isoformat()}"
        )


async def set_clock(admin_dsn: str, instant: datetime) -> None:
    """Stop the business clock at an aware instant.

    Raises ClockFixed in production and ClockRunsForward when a stopped clock would go back.
    """
    connection = await asyncpg.connect(admin_dsn)
    try:
        async with connection.transaction():
            setting = await connection.fetchrow("SELECT environment, instant FROM clock.setting FOR UPDATE")
            if setting is None or setting["environment"] == "production":
                raise ClockFixed
            if setting["instant"] is not None and instant < setting["instant"]:
                raise ClockRunsForward(setting["instant"], instant)
            await connection.execute("UPDATE clock.setting SET instant = $1", instant)
    finally:
        await connection.close()


async def read_clock(dsn: str) -> tuple[datetime, bool]:
    """The business clock's instant (aware, UTC) and whether it stands still."""
    connection = await asyncpg.connect(dsn)
    try:
        row = await connection.fetchrow(
            "SELECT clock.now() AS now, (SELECT instant IS NOT NULL FROM clock.setting) AS stopped"
        )
    finally:
        await connection.close()
    assert row is not None  # noqa: S101  a SELECT without FROM has one row
    return row["now"].astimezone(UTC), bool(row["stopped"])


def local_day(moment: datetime) -> date:
    """The local day that an aware instant lies in."""
    return moment.astimezone(LOCAL).date()


def monday(moment: datetime) -> date:
    """The Monday (a local date) of the local week that an aware instant lies in."""
    local = local_day(moment)
    return local - timedelta(days=local.weekday())


def local_midnight(day: date) -> datetime:
    """The instant at which a local day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=LOCAL).astimezone(UTC)
