"""Instants as people at the terminal read them."""

from datetime import datetime

from services.kit.clock import LOCAL


def local_minute(instant: str | None) -> str:
    """An ISO 8601 instant as local date and minute, a dash for none."""
    return f"{datetime.fromisoformat(instant).astimezone(LOCAL):%Y-%m-%d %H:%M}" if instant else "–"
