"""Charts as inline SVG, made here: no script, nothing from elsewhere, sharp on paper."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

from markupsafe import Markup

from services.reporting.sections import TrendPoint

WIDTH: Final = 340
HEIGHT: Final = 150
LEFT: Final = 34
RIGHT: Final = 8
TOP: Final = 22
BOTTOM: Final = 22
VALUE: Final = 20
"""What a value written behind a line takes of the width."""
TEXT: Final = 10
"""How high a line of text is."""
_PLOT: Final = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM)
_FLOOR: Final = HEIGHT - BOTTOM


def draw_counts(trend: Sequence[TrendPoint]) -> Markup:
    """Received and completed, circular by circular, the present one in full colour."""
    highest = max((max(point.received, point.completed) for point in trend), default=0)
    top = _round_up(highest)
    step = _PLOT[0] / max(len(trend), 4)
    wide = min(step * 0.36, 16)
    body = [_grid((part, f"{top * part:.0f}") for part in (0, 0.5, 1))]
    for place, point in enumerate(trend):
        middle, last = LEFT + step * (place + 0.5), place == len(trend) - 1
        body += (
            _bar("received", point.received, top, middle - wide, wide, last),
            _bar("completed", point.completed, top, middle, wide, last),
            _under(middle, point.last, place, len(trend)),
        )
    return _svg("受理与办结，逐期", [_key((("received", "受理"), ("completed", "办结"))), *body])


def _bar(kind: str, value: int, top: int, x: float, wide: float, last: bool) -> str:
    """One column, with its value above it in the present circular's pair."""
    tall = _PLOT[1] * value / top
    y = _FLOOR - tall
    box = f'x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}"'
    if not last:
        return f'<rect class="{kind} faded" {box}/>'
    inner = x + wide if kind == "received" else x
    told = f'<text class="value {kind}" x="{inner:.1f}" y="{y - 3:.1f}">{value}</text>'
    return f'<rect class="{kind}" {box}/>{told}'


def draw_rates(trend: Sequence[TrendPoint], threshold: float) -> Markup:
    """The share completed on time and the share satisfied, circular by circular, with what is demanded."""
    known = [value for one in trend for value in (one.on_time_rate, one.satisfied_rate) if value is not None]
    low = min(0.8, *(int(value * 10) / 10 for value in known)) if known else 0.0
    step = (_PLOT[0] - VALUE) / max(len(trend), 4)
    marks = ((0.0, f"{low:.0%}"), (1.0, "100%"))
    demanded = _height(threshold, low)
    body = [
        _grid(marks),
        f'<line class="demanded" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{demanded:.1f}" y2="{demanded:.1f}"/>',
        f'<text class="mark demanded" x="{LEFT - 4}" y="{demanded + 3:.1f}">{threshold:.0%}</text>',
    ]
    ends: list[End] = []
    for kind in ("on_time_rate", "satisfied_rate"):
        points = [
            (LEFT + step * (place + 0.5), _height(value, low), value)
            for place, one in enumerate(trend)
            if (value := getattr(one, kind)) is not None
        ]
        body.append(_line(kind, points))
        ends += [End(kind, *points[-1])] if points else []
    body += _values(ends)
    body += [
        _under(LEFT + step * (place + 0.5), one.last, place, len(trend)) for place, one in enumerate(trend)
    ]
    key = _key((("on_time_rate", "按期办结率"), ("satisfied_rate", "回访满意率")))
    return _svg("按期办结率与回访满意率，逐期", [key, *body])


class End(NamedTuple):
    """Where a line ends, and at which value."""

    kind: str
    x: float
    y: float
    value: float


def _line(kind: str, points: Sequence[tuple[float, float, float]]) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
    dots = "".join(f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="2"/>' for x, y, _ in points)
    return f'<polyline class="{kind}" points="{path}"/>{dots}'


def _values(ends: Sequence[End]) -> Iterator[str]:
    """The last values behind their lines, the higher one above, never one upon the other."""
    ordered = sorted(ends, key=lambda one: one.y)
    for place, one in enumerate(ordered):
        others = [other.y for other in ordered if other is not one and abs(other.y - one.y) < TEXT]
        y = (one.y + others[0]) / 2 + (place - 0.5) * TEXT if others else one.y
        yield f'<text class="value {one.kind}" x="{one.x + 5:.1f}" y="{y + 3:.1f}">{one.value:.1%}</text>'


def _height(value: float, low: float) -> float:
    return _FLOOR - _PLOT[1] * (value - low) / (1 - low)


def _grid(marks: Iterable[tuple[float, str]]) -> str:
    drawn = []
    for part, label in marks:
        y = _FLOOR - _PLOT[1] * part
        drawn.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        drawn.append(f'<text class="mark" x="{LEFT - 4}" y="{y + 3:.1f}">{label}</text>')
    return "".join(drawn)


def _under(x: float, last: date, place: int, many: int) -> str:
    """The last day of a circular beneath its place; every other one where there are many."""
    if many > 7 and (many - 1 - place) % 2:
        return ""
    return f'<text class="under" x="{x:.1f}" y="{HEIGHT - 7}">{last.month}.{last.day}</text>'


def _key(entries: Sequence[tuple[str, str]]) -> str:
    return "".join(
        f'<rect class="{kind}" x="{LEFT + 84 * place}" y="4" width="9" height="9"/>'
        f'<text class="key" x="{LEFT + 84 * place + 13}" y="12">{label}</text>'
        for place, (kind, label) in enumerate(entries)
    )


def _svg(label: str, body: Sequence[str]) -> Markup:
    """All numbers and words in it are ours: nothing from outside is drawn."""
    head = f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">'
    return Markup(f"{head}{''.join(body)}</svg>")  # noqa: S704


def _round_up(highest: int) -> int:
    """A round number at or above: 1, 2 or 5 with noughts, halves being whole."""
    if highest <= 10:
        return 10
    size: int = 10 ** (len(str(highest)) - 1)
    return next(
        size * part // 2 for part in (2, 3, 4, 5, 6, 8, 10, 12, 16, 20) if size * part // 2 >= highest
    )
