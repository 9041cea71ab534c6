"""Printable cards of promises: words, who, date, and a QR code (ISO/IEC 18004) that leads to their page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import segno
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from services.assignment.promise_words import STATES
from services.dev.problem import Problem

ERROR_CORRECTION: Final = "m"
"""15 %: a card hangs on a door for months."""


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on a card. `qr`: an SVG; `state` None while the promise stands."""

    number: str
    words: str
    who: str
    programme: str | None
    aired_on: str | None
    first_due: str
    due: str
    state: str | None
    qr: Markup


def card_of(promise: Mapping[str, Any], base_url: str) -> Card:
    """The card of a promise as the API shows it; its page lies at `<base_url>/promises/<id>`."""
    return Card(
        number=promise["number"],
        words=promise["words"],
        who=_who(promise),
        programme=promise["programme"],
        aired_on=_day(promise["aired_on"]) if promise["aired_on"] else None,
        first_due=_day(promise["first_due"]),
        due=_day(promise["due"]),
        state=STATES[promise["state"]] if promise["state"] != "standing" else None,
        qr=_qr(f"{base_url.rstrip('/')}/promises/{promise['promise_id']}"),
    )


def write_cards(file: Path, promises: Iterable[Mapping[str, Any]], base_url: str) -> int:
    """An HTML file for A4 without outside resources; how many cards. Errors: Problem for no web address."""
    if not base_url.startswith(("http://", "https://")):
        raise Problem(
            f"{base_url} is no web address", "give the console's, such as https://yinuo.example.gov.cn"
        )
    cards = sorted((card_of(one, base_url) for one in promises), key=lambda card: card.number)
    page = _environment().get_template("promise_cards.html").render(cards=cards)
    file.write_text(page, encoding="utf-8")
    return len(cards)


def _who(promise: Mapping[str, Any]) -> str:
    """Unit, post and holder; an ordinary member is a Party member of the unit."""
    unit = promise["unit_name"] or promise["unit"]
    if promise["tier"] == "ordinary_member":
        return f"{unit} 党员"
    return f"{unit} {promise['post_title'] or promise['post']} {promise['holder'] or ''}".strip()


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.year}年{day.month}月{day.day}日"


def _qr(url: str) -> Markup:
    code = segno.make(url, error=ERROR_CORRECTION, micro=False)
    return Markup(code.svg_inline(omitsize=True, border=2))  # noqa: S704  made by segno alone


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("services.cli"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
