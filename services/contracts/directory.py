"""Topic `directory`: units, posts, holders and categories of the authority, one partition.

`version` is the version of the directory as a whole; the highest wins. `retired` says that the
newest directory no longer contains the entry; readers keep it for what was before.
"""

from datetime import date
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from services.contracts.envelope import Event
from services.contracts.vocabulary import Tier, UnitKind


class DirectoryEvent(Event):
    """What every entry of the directory carries."""

    version: int
    retired: bool = False

    def identity(self) -> str:
        return f"{self.subject()}/{self.version}"


class UnitRecorded(DirectoryEvent):
    """A unit (单位). `party_committee`: its Party committee (党委, 党组), a name or a code of a unit."""

    type: ClassVar[str] = "yinuo.directory.unit-recorded.v1"

    code: str
    name: str
    kind: UnitKind
    parent: str | None = None
    party_committee: str | None = None
    post: str | None = None
    backstop: bool = False

    def subject(self) -> str:
        return f"unit/{self.code}"


class PostRecorded(DirectoryEvent):
    """A post (职务) that answers for cases and promises."""

    type: ClassVar[str] = "yinuo.directory.post-recorded.v1"

    code: str
    title: str
    unit: str
    tier: Tier

    def subject(self) -> str:
        return f"post/{self.code}"


class HolderRecorded(DirectoryEvent):
    """Who holds a post from a local day to (excluding) another; `until` None = still."""

    type: ClassVar[str] = "yinuo.directory.holder-recorded.v1"

    post: str
    person: str
    since: date
    until: date | None = None

    def subject(self) -> str:
        return f"holder/{self.post}/{self.since.isoformat()}"


class CategoryRecorded(DirectoryEvent):
    """A category of demands; `parent` None = a top category."""

    type: ClassVar[str] = "yinuo.directory.category-recorded.v1"

    code: str
    name: str
    parent: str | None = None

    def subject(self) -> str:
        return f"category/{self.code}"


class LetterRules(BaseModel):
    """How the authority writes letters (整改督办函): the word of their numbers, who signs, how long they run.

    `signing`: automatic = what a round finds goes out at once under the signature on record, that of `signer`
    (a post; None = the issuer's name alone); by_hand = it waits for a signature. Limits are in working days.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    word: str = "督函"
    signing: Literal["automatic", "by_hand"] = "automatic"
    signer: str | None = None
    receipt_days: int = 1
    reply_days: int = 10


class AssessmentRules(BaseModel):
    """How the authority assesses (考核): the preset of indicators and weights, and how long a score or a
    refused exclusion may be contested, in local days after the one of the decision."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: str = "default"
    appeal_days: int = 15


class AuthorityRecorded(DirectoryEvent):
    """The authority itself and its policies (presets by name)."""

    type: ClassVar[str] = "yinuo.directory.authority-recorded.v1"

    code: str
    name: str
    name_en: str
    issuer: str
    backstop_unit: str
    limits: str
    ladder: str
    on_time_threshold: float
    issue: str
    editions: tuple[str, ...] = ()
    letters: LetterRules = LetterRules()
    assessment: AssessmentRules = AssessmentRules()

    def subject(self) -> str:
        return f"authority/{self.code}"
