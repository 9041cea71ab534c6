"""A circular as a page: the outline's blocks as HTML that prints on A4, with charts; no outside resources."""

from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from services.kit.documents.official import Block, numeral, single
from services.reporting.circular import Edition
from services.reporting.render.charts import draw_counts, draw_rates
from services.reporting.render.outline import outline
from services.reporting.render.wording import TITLES_EN, day

FORMS: Final = {"PDF": "pdf", "Word": "docx", "Excel": "xlsx", "CSV": "csv"}


def to_html(edition: Edition, *, files: bool = True) -> str:
    """The whole page, UTF-8, Chinese first, headings with English beneath.

    `files`: with links to its other forms, where they lie beside it; a mail has none beside.
    """
    circular = edition.circular
    text: str = (
        _environment()
        .get_template("circular.html")
        .render(
            told=outline(edition),
            draft=edition.issue.number is None,
            english=f"{circular.authority.name_en} {TITLES_EN[circular.kind]} Circular on Citizens' Demands",
            trend=circular.trend,
            threshold=circular.authority.threshold,
            files=FORMS if files else {},
            reference=edition.issue.number or circular.ref,
        )
    )
    return text


@cache
def _environment() -> Environment:
    """Built once, when first asked for; strict, so that a misspelt name is an error, not a blank."""
    environment = Environment(
        loader=PackageLoader("services.reporting.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "single": single,
        "kind": _kind,
        "numeral": numeral,
        "day": day,
        "draw_counts": draw_counts,
        "draw_rates": draw_rates,
    }
    return environment


def _kind(block: Block) -> str:
    """The macro of blocks.html that writes it."""
    return type(block).__name__.lower()
