"""Indicators and weights as data: the YAML files in `presets/`, or an authority's own."""

from importlib.resources import files
from typing import Final, Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from services.reporting.assess.observe import IndicatorId
from services.reporting.part import Part

PRESETS: Final = ("default", "yulin")


class InvalidPreset(ValueError):
    """A preset that isn't there or can't be read, with the reason."""


class Indicator(Part):
    """One share and what it is worth. At `full` it earns 100 points, at `zero` none; between, in proportion.

    Below `minimum` observations the 95 % Wilson bound that is worse for the unit stands in its place.
    """

    id: IndicatorId
    zh: str
    en: str
    better: Literal["higher", "lower"]
    weight: float = Field(ge=0)
    full: float = Field(ge=0, le=1)
    zero: float = Field(ge=0, le=1)
    minimum: int = Field(ge=1)

    @model_validator(mode="after")
    def _runs_the_better_way(self) -> "Indicator":
        if self.full == self.zero or (self.full > self.zero) != (self.better == "higher"):
            raise ValueError("`full` must lie on the better side of `zero`")
        return self


class Notices(Part):
    """Points that a notice of each colour takes from the score, and the most that all may take."""

    points: dict[str, float]
    most: float = Field(ge=0)


class Preset(Part):
    """All of it. `listed`: how many stand on the red and on the black list at most."""

    id: str
    version: int = Field(ge=1)
    source: str
    listed: int = Field(ge=1)
    indicators: tuple[Indicator, ...] = Field(min_length=1)
    notices: Notices

    @model_validator(mode="after")
    def _each_once_and_some_weight(self) -> "Preset":
        ids = [one.id for one in self.indicators]
        if len(set(ids)) != len(ids):
            raise ValueError("an indicator stands there twice")
        if not sum(one.weight for one in self.indicators):
            raise ValueError("no indicator has any weight")
        return self

    def weighing(self, weights: dict[str, float]) -> "Preset":
        """The same with other weights for some indicators. Raises InvalidPreset for what it doesn't have."""
        unknown = set(weights) - {one.id for one in self.indicators}
        if unknown:
            raise InvalidPreset(f"{self.id} has no indicator {', '.join(sorted(unknown))}")
        changed = [one.model_dump() | {"weight": weights.get(one.id, one.weight)} for one in self.indicators]
        return _checked(self.model_dump() | {"indicators": changed}, self.id)


def preset(name: str) -> Preset:
    """The shipped preset of a name (`PRESETS`). Raises InvalidPreset for a name there isn't."""
    if name not in PRESETS:
        raise InvalidPreset(f"no assessment preset {name}; choose one of {', '.join(PRESETS)}")
    text = files("services.reporting").joinpath("presets", f"assessment-{name}.yaml").read_text("utf-8")
    return parse_preset(text, name)


def parse_preset(text: str, name: str) -> Preset:
    """A preset from YAML; `name` is what errors call it. Raises InvalidPreset."""
    try:
        return _checked(yaml.safe_load(text), name)
    except yaml.YAMLError as broken:
        raise InvalidPreset(f"{name}: {broken}") from broken


def _checked(content: object, name: str) -> Preset:
    try:
        return Preset.model_validate(content)
    except ValidationError as invalid:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in invalid.errors()
        )
        raise InvalidPreset(f"{name}: {faults}") from invalid
