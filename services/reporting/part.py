"""What a circular is made of: frozen values, shares, rates."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Something frozen inside a circular."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Share(Part):
    """One slice of a figure. `share` is of the whole, 0 to 1, None where the whole is 0."""

    code: str | None
    name: str
    count: int
    share: float | None
    figure: str
    last_period: int | None = None


def rate(part: int, whole: int) -> float | None:
    """A share rounded to four digits; None of nothing, never 0."""
    return round(part / whole, 4) if whole else None
