"""What reporting took out of its place in the topics: letters that were parked and replayed on a later day,
or that were never applied. A rebuilt circular has to take them on the same day, or not at all."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from services.contracts.watermark import WatermarkPassed
from services.kit.connection import Connection, Pool
from services.kit.dead_letters import Letter

Place = tuple[str, int, int]
"""Topic, partition, offset."""
_LATE: Final = """
SELECT DISTINCT f.topic, f.partition, f."offset", f.day FROM (
    SELECT topic, partition, "offset", day FROM facts WHERE late
    UNION ALL
    SELECT topic, partition, "offset", day FROM list_facts WHERE late
    UNION ALL
    SELECT 'directory', 0, "offset", day FROM directory_entries
) AS f
JOIN replayed_letters AS r USING (topic, partition, "offset")
JOIN cuts AS c USING (topic, partition, day)
WHERE f."offset" < c."offset"
"""
_NEVER: Final = """
SELECT topic, partition, "offset" FROM dead_letters
UNION ALL
SELECT topic, partition, "offset" FROM dropped_letters
"""


class OutOfPlace(NamedTuple):
    """`late`: place → the day in which it was replayed. `never`: parked still, or given up."""

    late: Mapping[Place, date]
    never: frozenset[Place]

    def touches(self, topic: str) -> bool:
        """Whether anything of a topic is out of its place."""
        return any(place[0] == topic for place in (*self.late, *self.never))


async def out_of_place(connection: Connection | Pool) -> OutOfPlace:
    """As reporting's own schema has it."""
    late = {(r[0], r[1], r[2]): r["day"] for r in await connection.fetch(_LATE)}
    return OutOfPlace(late, frozenset((r[0], r[1], r[2]) for r in await connection.fetch(_NEVER)))


class Part(NamedTuple):
    """Letters in their order, and those kept back that were taken when the last of them had begun a day."""

    letters: list[Letter]
    replayed: list[Letter]


@dataclass(slots=True)
class Held:
    """Keeps back what was taken late, until its partition has begun the day in which that was."""

    known: OutOfPlace
    _waiting: dict[tuple[str, int, date], list[Letter]] = field(default_factory=lambda: defaultdict(list))

    def parts(self, letters: Iterable[Letter]) -> Iterator[Part]:
        """A batch, in parts. What is late lies before the watermark of the day in which it was taken."""
        part: list[Letter] = []
        for letter in letters:
            place = (letter.topic, letter.partition, letter.offset)
            if day := self.known.late.get(place):
                self._waiting[letter.topic, letter.partition, day].append(letter)
            elif place not in self.known.never:
                part.append(letter)
                if self._waiting and (replayed := self._begun(letter)):
                    yield Part(part, replayed)
                    part = []
        yield Part(part, [])

    def _begun(self, letter: Letter) -> list[Letter]:
        if dict(letter.headers).get("ce_type") != WatermarkPassed.type.encode():
            return []
        day = WatermarkPassed.model_validate_json(letter.value).day
        return self._waiting.pop((letter.topic, letter.partition, day), [])
