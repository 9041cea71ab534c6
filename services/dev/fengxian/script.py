"""The replay's script: what everybody does, noise and all. Drawn from a seed; knows no published figure.

The noise is what makes counting the input wrong: rows sent again, promises withdrawn and re-dated, projects
replaced or dropped, demands repeated, refused, withdrawn, merged and parted, lists that come late and twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from services.dev.fengxian.actions import Action, MakePromise, SendDemand
from services.dev.fengxian.county import County
from services.dev.fengxian.draw import Draw
from services.dev.fengxian.totals import Totals
from services.dev.fengxian.write_demands import DemandWriter
from services.dev.fengxian.write_promises import PromiseWriter
from services.dev.fengxian.write_rounds import RoundWriter


@dataclass(frozen=True, slots=True)
class Script:
    """Actions in the order of their time."""

    county: County
    actions: tuple[Action, ...]


def write(county: County, totals: Totals, random: Random) -> Script:
    """The script of a county."""
    draw = Draw(random)
    promised = PromiseWriter(county, totals, draw).write()
    actions = [*RoundWriter(county, totals, draw, promised).write(), *DemandWriter(totals, draw).write()]
    actions += repeats(actions, draw)
    return Script(county, tuple(sorted(actions, key=lambda one: one.at)))


def repeats(actions: Sequence[Action], draw: Draw) -> list[Action]:
    """Promises and demands that come a second time, word for word, later."""
    again = [one for one in actions if isinstance(one, MakePromise | SendDemand)]
    return [replace(one, at=draw.after(one.at)) for one in draw.chosen(again, 0.06)]
