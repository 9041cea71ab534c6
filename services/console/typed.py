"""What people type into forms; pure."""

from datetime import datetime

from services.console.said import LOCAL


class Unfit(ValueError):
    """A field is missing or holds what can't be sent: `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def instant(text: str) -> str:
    """A browser's local date and time, meant in Asia/Shanghai, as RFC 3339. Raises ValueError."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL).isoformat()
