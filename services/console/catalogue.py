"""What pages say, in Chinese first and English second: one YAML file a language, the same keys in each.

A page asks for a key; a code that another service made up later (a new step, a state) is shown as it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, get_args

import yaml

Language = Literal["zh-CN", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)


class Unsaid(KeyError):
    """The catalogue has no such key."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One language's texts by dotted key; `{name}` in a text is filled in."""

    language: Language
    texts: Mapping[str, str]

    def say(self, key: str, **values: Any) -> str:
        """Raises Unsaid for an unknown key."""
        try:
            return self.texts[key].format(**values)
        except KeyError as missing:
            raise Unsaid(f"{self.language}: {key} ({missing})") from missing

    def name(self, group: str, code: str | None) -> str:
        """What a code is called, `name("step", "sign_for")`; one that is unknown here, by itself."""
        return self.texts.get(f"{group}.{code}", code or "")

    def knows(self, group: str, code: str) -> bool:
        return f"{group}.{code}" in self.texts


@cache
def catalogue(language: Language) -> Catalogue:
    """Read once."""
    text = files("services.console").joinpath("catalogue", f"{language}.yaml").read_text(encoding="utf-8")
    return Catalogue(language, dict(_flat(yaml.safe_load(text))))


def _flat(node: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)


def language_of(asked: str | None, chosen: str | None, accepted: str) -> Language:
    """`?lang=` before the cookie before Accept-Language (RFC 9110, 12.5.4); Chinese where none decides."""
    for wanted in (asked, chosen):
        if wanted in LANGUAGES:
            return LANGUAGES[LANGUAGES.index(wanted)]
    ranked = sorted((_ranked(part) for part in accepted.split(",")), key=lambda one: -one[0])
    tags = [tag for weight, tag in ranked if weight > 0]
    primary = next((tag for tag in tags if tag.split("-")[0] in ("zh", "en")), "zh")
    return "en" if primary.startswith("en") else "zh-CN"


def _ranked(part: str) -> tuple[float, str]:
    tag, _, weight = part.strip().lower().partition(";q=")
    try:
        return float(weight or 1), tag
    except ValueError:
        return 0.0, tag
