"""Gaming (弄虚作假嫌疑), seen in the facts. A signal proves nothing: it says where somebody should look.

Three kinds, with their parameters as data (`presets/gaming-default.yaml`):

* `closed_unheard`: a case was completed, nobody called the citizen back about it (no 回访 of that case
  between its completion and the new complaint), and the same citizen (`citizen_ref`) brought the same up
  again within 30 days: the new case names it as what it repeats, or has its category.
* `ratings_at_once`: five or more good ratings of one unit within ten minutes.
* `limit_edited_late`: an extension granted, or the case suspended, when its limit to complete had passed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Final, Literal, NamedTuple, get_args
from uuid import UUID

import yaml
from pydantic import Field

from services.contracts.vocabulary import BAD_RATINGS
from services.reporting.part import Part

SignalKind = Literal["closed_unheard", "ratings_at_once", "limit_edited_late"]
SIGNALS: Final[tuple[SignalKind, ...]] = get_args(SignalKind)
WEEK: Final = 7
"""Days by which the day a fact is counted in may lie before that of its own time."""
EDITS: Final = ("extension_granted", "suspended")


class Parameters(Part):
    """What counts as suspicious."""

    id: str
    version: int = Field(ge=1)
    again_within_days: int = Field(ge=1, le=365)
    ratings: int = Field(ge=2)
    ratings_within_minutes: int = Field(ge=1)


class GameFact(NamedTuple):
    """A fact as the detectors read it."""

    event_id: UUID
    at: datetime
    day: date
    kind: str
    case_id: UUID
    dispatch: int | None = None
    version: int | None = None
    unit: str | None = None
    receipt: str | None = None
    category: str | None = None
    citizen_ref: UUID | None = None
    repeat_of: UUID | None = None
    complete_due: datetime | None = None
    outcome: str | None = None


class Signal(NamedTuple):
    """Something to look at: where, when (`at`, on the local day `day`), about which cases, in words."""

    kind: SignalKind
    unit: str
    day: date
    at: datetime
    since: datetime
    cases: tuple[UUID, ...]
    receipts: tuple[str, ...]


def default_parameters() -> Parameters:
    """The shipped ones."""
    text = files("services.reporting").joinpath("presets", "gaming-default.yaml").read_text("utf-8")
    return Parameters.model_validate(yaml.safe_load(text))


def signals(facts: Iterable[GameFact], asked: Parameters, first: date, until: date) -> list[Signal]:
    """All signals of the days from `first` to before `until`, in the order of time.

    `facts` must go back far enough: `lookback` says how far.
    """
    known = sorted((one for one in facts if one.day < until), key=lambda one: (one.at, one.event_id))
    receipts = {one.case_id: one.receipt for one in known if one.receipt}
    found = [
        *closed_unheard(known, asked),
        *ratings_at_once(known, asked),
        *limits_edited_late(known),
    ]
    named = [
        one._replace(receipts=tuple(receipts[case] for case in one.cases if case in receipts))
        for one in found
        if one.day >= first
    ]
    return sorted(named, key=lambda one: (one.at, one.kind, one.unit, one.cases))


def joined(months: Iterable[Iterable[Signal]]) -> list[Signal]:
    """The signals of months that follow each other; of a run that goes on in the next, the whole."""
    runs: dict[tuple[str, datetime], Signal] = {}
    others: list[Signal] = []
    for one in (signal for month in months for signal in month):
        if one.kind == "ratings_at_once":
            runs[one.unit, one.since] = one
        else:
            others.append(one)
    return sorted([*others, *runs.values()], key=lambda one: (one.at, one.kind, one.unit, one.cases))


def lookback(asked: Parameters) -> timedelta:
    """How far before a period the completions matter."""
    return timedelta(days=asked.again_within_days + WEEK)


def closed_unheard(known: Sequence[GameFact], asked: Parameters) -> Iterator[Signal]:
    """One signal for each new case, against the newest completion that it comes back to."""
    opened = {one.case_id: one for one in known if one.kind == "assigned"}
    completed = _by_case(known, "completed")
    heard = _by_case(known, "called_back")
    of_citizen: dict[UUID, list[GameFact]] = defaultdict(list)
    for case in opened.values():
        if case.citizen_ref is not None:
            of_citizen[case.citizen_ref].append(case)
    for again in opened.values():
        earlier = [one for one in of_citizen.get(again.citizen_ref or again.case_id, []) if _same(one, again)]
        closings = [done for one in earlier for done in completed.get(one.case_id, []) if done.at < again.at]
        last = max(closings, key=lambda one: one.at, default=None)
        if last is None or again.at - last.at > timedelta(days=asked.again_within_days):
            continue
        if any(last.at <= call.at <= again.at for call in heard.get(last.case_id, [])):
            continue
        cases = (last.case_id, again.case_id)
        yield Signal("closed_unheard", last.unit or "", again.day, again.at, last.at, cases, ())


def _same(earlier: GameFact, again: GameFact) -> bool:
    if earlier.case_id == again.case_id:
        return False
    return again.repeat_of == earlier.case_id or again.category == earlier.category


def ratings_at_once(known: Sequence[GameFact], asked: Parameters) -> Iterator[Signal]:
    """One signal for each run of a unit's good ratings: every `ratings` in a row lie within the window."""
    good: dict[str, list[GameFact]] = defaultdict(list)
    for one in known:
        if one.kind == "rated" and one.unit is not None and one.outcome not in BAD_RATINGS:
            good[one.unit].append(one)
    for unit, ratings in good.items():
        for run in _runs(ratings, asked):
            cases = tuple(one.case_id for one in run)
            yield Signal("ratings_at_once", unit, run[-1].day, run[-1].at, run[0].at, cases, ())


def _runs(ratings: Sequence[GameFact], asked: Parameters) -> Iterator[list[GameFact]]:
    """Overlapping windows become one run."""
    window, many = timedelta(minutes=asked.ratings_within_minutes), asked.ratings
    run: list[GameFact] = []
    for start in range(len(ratings) - many + 1):
        inside = ratings[start : start + many]
        if inside[-1].at - inside[0].at > window:
            continue
        if run and inside[0].at <= run[-1].at:
            run += [one for one in inside if one not in run]
        else:
            if run:
                yield run
            run = list(inside)
    if run:
        yield run


def limits_edited_late(known: Sequence[GameFact]) -> Iterator[Signal]:
    """An edit is late where the newest limit told before it had passed."""
    limits: dict[tuple[UUID, int | None], list[GameFact]] = defaultdict(list)
    for one in known:
        if one.kind == "limits_set":
            limits[one.case_id, one.dispatch].append(one)
    for edit in known:
        if edit.kind not in EDITS:
            continue
        before = [one for one in limits.get((edit.case_id, edit.dispatch), []) if one.at < edit.at]
        newest = max(before, key=lambda one: one.version or 0, default=None)
        due = newest.complete_due if newest else None
        if due is not None and due < edit.at:
            yield Signal("limit_edited_late", edit.unit or "", edit.day, edit.at, due, (edit.case_id,), ())


def counted(found: Iterable[Signal]) -> dict[SignalKind, dict[str, int]]:
    """How many signals of each kind, by unit: the circular's figures."""
    counts: dict[SignalKind, dict[str, int]] = {kind: {} for kind in SIGNALS}
    for one in found:
        counts[one.kind][one.unit] = counts[one.kind].get(one.unit, 0) + 1
    return counts


def _by_case(known: Sequence[GameFact], kind: str) -> dict[UUID, list[GameFact]]:
    found: dict[UUID, list[GameFact]] = defaultdict(list)
    for one in known:
        if one.kind == kind:
            found[one.case_id].append(one)
    return found
