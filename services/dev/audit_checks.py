"""A check of the books, as SQL over the services' `audit_*` views, and the judgement of what it found."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the audit; adding a check is adding a line.

    `wrong` is SQL that gives a row `what` for each thing that doesn't balance; `walked` counts what was
    looked at; $1 is the cut, in real time: demands received later aren't looked at.
    `on_its_way`: what is missing may still be an event in an outbox or unread in a topic. Then up to as many
    as there are such events are counted as on their way.
    """

    name: str
    zh: str
    en: str
    walked: str
    wrong: str
    on_its_way: bool = False

    def sql(self) -> str:
        """One row: `walked`, `wrong` and `examples`; $1 is the cut."""
        return f"""
            WITH wrong AS MATERIALIZED ({self.wrong})
            SELECT ({self.walked}) AS walked, (SELECT count(*) FROM wrong) AS wrong,
                   ARRAY(SELECT what FROM wrong ORDER BY what LIMIT {EXAMPLES}) AS examples
            WHERE $1::timestamptz IS NOT NULL
        """


@dataclass(frozen=True, slots=True)
class Result:
    """What a check found: `wrong` of those `walked`; `on_its_way` of what was missing is excused."""

    name: str
    zh: str
    en: str
    walked: int
    wrong: int
    on_its_way: int = 0
    examples: tuple[str, ...] = ()

    @property
    def balanced(self) -> bool:
        return self.wrong == 0


def result(check: Check, walked: int, wrong: int, examples: Iterable[str], events: int) -> Result:
    """Judge what a check's SQL found, while `events` events are on their way."""
    excused = wrong if check.on_its_way and wrong <= events else 0
    return Result(check.name, check.zh, check.en, walked, wrong - excused, excused, tuple(examples))


def not_run(name: str, zh: str, en: str, why: str) -> Result:
    """A check that couldn't be made: nothing may be said to balance that wasn't looked at."""
    return Result(name, zh, en, 0, 1, examples=(why,))


def differences(one: str, other: str, what: str) -> str:
    """SQL for what is in one of two bags of rows and not in the other; `what` is SQL over their columns."""
    return f"""
        SELECT DISTINCT {what} AS what FROM (
            (({one}) EXCEPT ALL ({other})) UNION ALL (({other}) EXCEPT ALL ({one}))
        ) AS different
    """
