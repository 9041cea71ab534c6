"""A circular with what is reckoned from it once: what every passage reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.kit.documents.official import Bar, Bars
from services.reporting.circular import Circular
from services.reporting.figures import FIGURES
from services.reporting.part import Share, falls_short
from services.reporting.render.ranking import Ranking, ranking
from services.reporting.render.wording import THEN_ZH, percent, step, territory


@dataclass(frozen=True, slots=True)
class Read:
    """`n`: every whole figure, those unknown then as 0. `last`: those of the period before, if there is one.

    `territory`: what the territorial units are called here. `then`: what the period before is called.
    """

    circular: Circular
    n: Mapping[str, int]
    last: Mapping[str, int] | None
    ranking: Ranking
    territory: str
    then: str

    def before(self, figure: str) -> int | None:
        """The figure of the period before; None where there is none to compare with."""
        return self.last.get(figure, 0) if self.last is not None else None

    @property
    def below(self) -> bool:
        """Whether less than what is demanded was completed on time."""
        return falls_short(self.n["completed_on_time"], self.n["due"], self.circular.authority.threshold)

    @property
    def threshold(self) -> str:
        """What is demanded."""
        return percent(self.circular.authority.threshold, 0)

    def bars(self, shares: Sequence[Share], caption: str) -> Bars:
        """Slices of a figure to look at, each with how it changed."""
        return Bars(
            tuple(Bar(share.name, share.count, self._said(share)) for share in shares), caption=caption
        )

    def _said(self, share: Share) -> str:
        before = share.last_period if self.last is not None else None
        change = f"　{step(share.count, before)}" if before is not None else ""
        return f"{share.count}件　{percent(share.share)}{change}"


def read(circular: Circular) -> Read:
    return Read(
        circular,
        n=dict.fromkeys(FIGURES, 0) | circular.counts,
        last=circular.last_period,
        ranking=ranking(circular.units),
        territory=territory(circular.units),
        then=THEN_ZH[circular.kind],
    )


def named_shares(shares: Sequence[Share], most: int) -> list[Share]:
    """The largest slices that have a name."""
    return [share for share in shares if share.code is not None and share.count][:most]
