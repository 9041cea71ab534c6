"""The checklist of a round, read from `presets/checklist-<id>.yaml`."""

from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, Field

from services.contracts.round import TargetKind


class Item(BaseModel):
    """One thing to look at, at targets of one kind."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    id: str
    target: TargetKind = Field(alias="for")
    text: str


class Checklist(BaseModel):
    """Its items in order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    version: int = Field(ge=1)
    items: tuple[Item, ...]


@cache
def checklist(preset: str = "default") -> Checklist:
    """The shipped checklist of that name."""
    text = files("services.supervision").joinpath("presets", f"checklist-{preset}.yaml").read_text("utf-8")
    return Checklist.model_validate(yaml.safe_load(text))
