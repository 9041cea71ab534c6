"""The sections of a circular beside the cases' books, as values. Rates are 0 to 1, None of nothing."""

from datetime import date, datetime
from typing import Literal

from services.reporting.part import Part, Share


class UnitAnswers(Part):
    """What citizens answered about one unit's replies when called back. `rate` is satisfied / answered.

    `small`: fewer answers than the least that a unit is judged by; then it is neither praised nor named.
    """

    code: str
    name: str
    territorial: bool
    called: int
    answered: int
    satisfied: int
    rate: float | None
    below: bool
    small: bool


class Satisfaction(Part):
    """Call-backs and ratings. `perfect`, `below`: units at 100 % and under `required`, by code."""

    required: float
    minimum: int
    called: int
    answered: int
    satisfied: int
    rate: float | None
    last_rate: float | None
    units: tuple[UnitAnswers, ...]
    perfect: tuple[str, ...]
    below: tuple[str, ...]
    levels: tuple[Share, ...]
    repeats_answered: int
    repeats_satisfied: int
    repeats_rate: float | None


class PromiseRow(Part):
    """The promises of one tier; `_in_all`: up to the cut. `kept_rate`: kept / (kept, late or broken)."""

    tier: str | None
    name: str
    standing: int
    overdue: int
    kept: int
    kept_late: int
    broken: int
    withdrawn: int
    kept_in_all: int
    kept_late_in_all: int
    broken_in_all: int
    withdrawn_in_all: int
    kept_rate: float | None


class ProjectRow(Part):
    """The projects of one tier. `budget` and `funded` (yuan) are of those that are open or were done."""

    tier: str | None
    name: str
    open: int
    overdue: int
    milestones_overdue: int
    opened: int
    changed: int
    done: int
    replaced: int
    dropped: int
    done_in_all: int
    replaced_in_all: int
    dropped_in_all: int
    budget: str
    funded: str


class FurtherRow(Part):
    """The further limits of one kind: set, met and ended in the period, open and passed at the cut."""

    limit: str | None
    name: str
    set: int
    met: int
    met_late: int
    ended: int
    open: int
    passed: int


class LateItem(Part):
    """What stands past its last day at the cut, and how many days have begun since."""

    list: Literal["promise", "project", "further", "letter"]
    number: str
    text: str
    tier: str | None
    unit: str | None
    unit_name: str
    post_title: str
    holder: str | None
    due: datetime
    days_late: int


class Progress(Part):
    """How the lists stand. Late items name the worst; the figure of the same name counts all."""

    promises: tuple[PromiseRow, ...]
    projects: tuple[ProjectRow, ...]
    further: tuple[FurtherRow, ...]
    late_promises: tuple[LateItem, ...]
    late_projects: tuple[LateItem, ...]
    late_further: tuple[LateItem, ...]


class UnitCount(Part):
    """How much of something is a unit's."""

    code: str
    name: str
    count: int


class LetterRow(Part):
    """The letters (整改督办函) to one unit: in the period, and those open and overdue at the cut."""

    code: str
    name: str
    issued: int
    answered: int
    struck_off: int
    open: int
    overdue: int


class ListedItem(Part):
    """A listing (挂牌督办) that stands at the cut. `silent`: the report that was due by then is missing."""

    subject: Literal["case", "project"]
    text: str
    unit: str
    unit_name: str
    post_title: str
    holder: str | None
    since: datetime
    report_due: datetime | None
    silent: bool


class Measured(Part):
    """How often a consequence of one kind was proposed in the period."""

    measure: str
    name: str
    count: int


class Supervised(Part):
    """The supervision list (督办清单). Late letters and listings name the first; the figures count all."""

    letters: tuple[LetterRow, ...]
    late_letters: tuple[LateItem, ...]
    listings: tuple[ListedItem, ...]
    consequences: tuple[Measured, ...]
    red_slips: tuple[UnitCount, ...]


class GamingSign(Part):
    """Signs of gaming of one kind. `units` are for the county itself: the public edition has the count."""

    kind: str
    zh: str
    en: str
    count: int
    units: tuple[UnitCount, ...]


class Place(Part):
    """Units that share a value; among them there is no order."""

    value: float
    units: tuple[str, ...]
    names: tuple[str, ...]


class Board(Part):
    """Best and worst five by one measure, of towns or of departments; those of equal value enter together.

    `judged`: how many units have the measure at all. No unit is at both ends; none that is flawless is last.
    """

    measure: str
    zh: str
    en: str
    judged: int
    best: tuple[Place, ...]
    worst: tuple[Place, ...]


class Boards(Part):
    """Red and black lists (红黑榜), towns and departments apart."""

    towns: tuple[Board, ...]
    departments: tuple[Board, ...]


class Burning(Part):
    """What cannot wait, the most pressing first. `figure` counts it; `worst` says the one that burns most."""

    kind: str
    zh: str
    en: str
    count: int
    unit: str
    figure: str | None
    worst: str


class TrendPoint(Part):
    """One circular of the same kind before, and this one last."""

    last: date
    received: int
    completed: int
    overdue: int
    on_time_rate: float | None
    satisfied_rate: float | None
