"""How much happens in a replayed county: Feng County's own totals, or another county's, drawn."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Totals:
    """How much a script's county does, noise not counted. `funded`: so many projects share `funds` yuan.

    `aired`: the share of the promises made at the meeting that are said on television, too. `opinions` are
    findings that became letters; `updated` projects were replaced, re-dated or reworded because of a finding.
    """

    by_leaders: int = 27
    by_units: int = 136
    by_section_leaders: int = 436
    members: int = 5700
    leaders_at_meeting: int = 4
    section_leaders_at_meeting: int = 18
    shared_ledgers: int = 1
    done: int = 81
    demands: int = 549
    petitions: int = 16
    enterprises: int = 13
    aired: float = 1.0
    funded: int = 15
    funds: int = 10_420_000
    central_funds: int = 6_400_000
    rounds: int = 5
    opinions: int = 41
    updated: int = 53
    county_circulars: int = 3

    @classmethod
    def drawn(cls, random: Random) -> "Totals":
        """Another county's."""
        return cls(
            by_leaders=random.randint(5, 27),
            by_units=random.randint(57, 170),
            by_section_leaders=random.randint(60, 436),
            members=random.randint(500, 3000),
            leaders_at_meeting=random.randint(1, 4),
            section_leaders_at_meeting=random.randint(5, 30),
            shared_ledgers=random.randint(0, 4),
            done=random.randint(10, 60),
            demands=random.randint(100, 400),
            petitions=random.randint(1, 20),
            enterprises=random.randint(1, 20),
            aired=random.choice((0.5, 1.0)),
            funded=random.randint(3, 20),
            funds=random.randint(100, 2000) * 10_000,
            central_funds=random.randint(50, 900) * 10_000,
            rounds=random.randint(2, 5),
            opinions=random.randint(5, 60),
            updated=random.randint(4, 15),
            county_circulars=random.randint(1, 4),
        )
