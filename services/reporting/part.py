"""What a circular is made of: frozen values, shares, rates."""

from fractions import Fraction

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


def falls_short(part: int, whole: int, demanded: float) -> bool:
    """Whether a share is less than what is demanded, 0 to 1; nothing of nothing isn't.

    As fractions: 0.55 * 100 is more than 55 in floating point, and would name who kept his word; a rounded
    rate would spare who didn't.
    """
    return part < Fraction(str(demanded)) * whole
