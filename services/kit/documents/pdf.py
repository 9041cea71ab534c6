"""An official document as PDF, typeset by Typst. The same document has the same bytes on every machine:

fonts come with the packages alone, never from the machine, and the file's time is the document's own date.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from services.kit.documents import layout
from services.kit.documents.official import (
    Bars,
    Block,
    OfficialDocument,
    Paragraph,
    Picture,
    Table,
    chinese_day,
    listed,
    single,
)
from services.kit.documents.printable import printable

if TYPE_CHECKING:
    from typst import Fonts

TEMPLATE: Final = "official.typ"


def to_pdf(document: OfficialDocument) -> bytes:
    """The document on A4 paper. Takes some tenths of a second of one core: not for an event loop.

    Raises typst.TypstError where a picture can't be read.
    """
    # Here, so that a service that prints nothing doesn't carry the typesetter in its memory.
    import typst

    with TemporaryDirectory(prefix="document") as made:
        folder = Path(made)
        _lay_out(document, folder)
        return typst.compile(
            folder / TEMPLATE,
            root=folder,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            timestamp=int(datetime.combine(document.dated, time(), UTC).timestamp()),
        )


@cache
def _fonts() -> "Fonts":
    import pylopdf_fonts_zh_cn
    from typst import Fonts

    folder = pylopdf_fonts_zh_cn.serif_path().parent
    return Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


@dataclass(slots=True)
class _Pictures:
    """Writes pictures beside the template, which can only read files."""

    folder: Path
    count: int = 0

    def keep(self, picture: Picture) -> str:
        self.count += 1
        name = f"picture-{self.count}.{picture.media}"
        (self.folder / name).write_bytes(picture.data)
        return name


def _lay_out(document: OfficialDocument, folder: Path) -> None:
    pictures = _Pictures(folder)
    told = {
        "layout": {name.lower(): value for name, value in vars(layout).items() if name.isupper()},
        "form": document.form,
        "head": document.head,
        "number": document.number,
        "title": document.title,
        "addressee": document.addressee,
        "body": list(_blocks(document.body, pictures)),
        "listed": listed(document.attachments),
        "attachments": [
            {"title": one.title, "blocks": list(_blocks(one.blocks, pictures))}
            for one in document.attachments
        ],
        "signed_by": document.signed_by,
        "dated": chinese_day(document.dated),
        "annotation": document.annotation,
        "copies": "，".join(document.copies),
        "printed_by": document.printed_by,
        "printed_on": chinese_day(document.printed_on) if document.printed_on else "",
    }
    (folder / TEMPLATE).write_bytes(files(__package__).joinpath(TEMPLATE).read_bytes())
    (folder / "document.json").write_text(json.dumps(_printable(told), ensure_ascii=False), encoding="utf-8")


def _blocks(blocks: Sequence[Block], pictures: _Pictures) -> Iterator[dict[str, Any]]:
    for block in single(blocks):
        kind = {"kind": type(block).__name__.lower()}
        match block:
            case Picture():
                file = pictures.keep(block)
                yield kind | {"file": file, "caption": block.caption, "width": block.width}
            case Table():
                sets = {"left": sorted(block.left), "alarming": sorted(block.alarming)}
                yield asdict(block) | sets | kind | {"widths": block.shares, "heads": block.heads}
            case Paragraph():
                yield asdict(block) | kind | {"leads": block.leads}
            case Bars():
                yield asdict(block) | kind | {"whole": block.full}
            case _:
                yield asdict(block) | kind


def _printable(told: Any) -> Any:
    match told:
        case str():
            return printable(told)
        case dict():
            return {name: _printable(value) for name, value in told.items()}
        case list() | tuple():
            return [_printable(value) for value in told]
    return told
