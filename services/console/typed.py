"""What people type into forms; pure."""

from datetime import datetime

from services.console.said import LOCAL


class Unfit(ValueError):
    """A field is missing or holds what can't be sent: `field` names it, `why` a text of the group `unfit`."""

    def __init__(self, field: str, why: str = "missing") -> None:
        super().__init__(field)
        self.field = field
        self.why = why


def instant(text: str) -> str:
    """A browser's local date and time, meant in Asia/Shanghai, as RFC 3339. Raises ValueError."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL).isoformat()
