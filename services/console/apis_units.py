"""What units there are, by assignment's public list: so any page names them, whoever looks at it."""

from dataclasses import dataclass, field
from typing import Final

from pydantic import ValidationError

from services.console.call import Api, Away, Refused, Shown
from services.console.kept import Kept

PATIENCE_SECONDS: Final = 2.0
"""No page waits longer for names."""


class Unit(Shown):
    """A unit of the directory in force; `parent` is the code of the one above it."""

    code: str
    name: str
    kind: str
    parent: str | None


class UnitList(Shown):
    """In the directory's order."""

    units: list[Unit]


@dataclass(frozen=True, slots=True)
class Units:
    """The units as they were read last: none before the first time."""

    api: Api
    _kept: Kept[dict[str, Unit]] = field(default_factory=lambda: Kept({}))

    async def refresh(self) -> None:
        """Never fails: a page is shown though a name can't be found."""
        await self._kept.read(self._ask)

    @property
    def listed(self) -> list[Unit]:
        return list((self._kept.value or {}).values())

    def name(self, code: str | None, told: str | None = None) -> str:
        """The name that was told with the code, else the list's, else the code: nothing else is known."""
        known = (self._kept.value or {}).get(code or "")
        return told or (known.name if known else code or "")

    async def _ask(self) -> dict[str, Unit]:
        """Raises Away for an answer that can't be used, too."""
        try:
            answer = await self.api.ask("GET", "/units", timeout=PATIENCE_SECONDS)
            return {unit.code: unit for unit in UnitList.model_validate_json(answer.content).units}
        except (Refused, ValidationError) as odd:
            raise Away(self.api.service, str(odd)) from odd
