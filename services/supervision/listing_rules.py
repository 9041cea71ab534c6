"""Which bad ratings list a case or a project by themselves (挂牌督办): data, and what it says. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field

from services.contracts.listing import Listable
from services.contracts.vocabulary import BAD_RATINGS, Satisfaction
from services.supervision.calendar import local_ordinal


class ListingRule(BaseModel):
    """So many bad ratings of one subject within so many local days."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    subject: Listable
    ratings: int = Field(ge=1)
    days: int = Field(ge=1)
    levels: tuple[Satisfaction, ...] = BAD_RATINGS


class ListingRules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    version: int = Field(ge=1)
    rules: tuple[ListingRule, ...]


class Rating(NamedTuple):
    """A rating of a case or a project; of a case's only those are known that opened a rectification."""

    at: datetime
    level: Satisfaction


class Broken(NamedTuple):
    """A rule that a subject's ratings meet, and how many of them stand within its days."""

    rule: ListingRule
    ratings: int


def broken_by(
    rules: Iterable[ListingRule], subject: Listable, ratings: Sequence[Rating], since: datetime | None
) -> Broken | None:
    """The first rule that ratings after an instant meet; None: no rule. In whatever order they came.

    `since`: when the subject was struck off last; what was said before that has had its listing.
    """
    later = [one for one in ratings if since is None or one.at > since]
    for rule in rules:
        if rule.subject == subject and (most := _most_within(rule, later)) >= rule.ratings:
            return Broken(rule, most)
    return None


def _most_within(rule: ListingRule, ratings: Iterable[Rating]) -> int:
    """The most bad ratings that any run of the rule's days holds."""
    days = sorted(local_ordinal(one.at) for one in ratings if one.level in rule.levels)
    return max((sum(first <= day < first + rule.days for day in days) for first in days), default=0)


@cache
def listing_rules(preset: str = "default") -> ListingRules:
    """The shipped rules of that name."""
    text = files("services.supervision").joinpath("presets", f"listing-{preset}.yaml").read_text("utf-8")
    return ListingRules.model_validate(yaml.safe_load(text))
