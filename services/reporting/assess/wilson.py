"""The Wilson score interval (E. B. Wilson, 1927): what a share of few says about the share of many."""

from math import sqrt
from typing import Final, NamedTuple

Z95: Final = 1.959963984540054
"""The 97.5 % quantile of the normal distribution: two-sided 95 %."""


class Interval(NamedTuple):
    """Bounds between which the share lies, 0 to 1."""

    lower: float
    upper: float


def wilson(hits: int, n: int, z: float = Z95) -> Interval:
    """The interval of `hits` among `n` > 0."""
    share = hits / n
    centre = share + z * z / (2 * n)
    spread = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    whole = 1 + z * z / n
    return Interval(max(0.0, (centre - spread) / whole), min(1.0, (centre + spread) / whole))
