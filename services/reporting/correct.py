"""Correct an issued circular (更正): an edition of its own, of the same book and cut, saying what differs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from services.contracts.public_text import PublicText
from services.reporting.circular import NOTHING, Change, Circular, Correction, Edition
from services.reporting.compose import compose
from services.reporting.directory import Directory
from services.reporting.draft import BY_HAND, Books, compared
from services.reporting.figures import UnknownFigure, named
from services.reporting.steps import State

_KEYS: Final = ("code", "case_id", "figure", "number", "tier", "limit")
"""What an entry of a list goes by."""
_APART: Final = frozenset(
    {
        *("correction", "cut", "cut_sha256", "cut_at", "promise_head", "trend"),
        *("satisfaction", "boards", "burning", "gaming"),
    }
)
"""What is the same by the cut, the correction itself, or follows from the units told."""
_WORDS: Final = {
    "name": "名称",
    "name_en": "英文名称",
    "issuer": "印发单位",
    "kind": "类别",
    "territorial": "是否属地",
    "retired": "是否已撤",
    "threshold": "按期办结率标准",
    "below_threshold": "低于标准",
    "unit_name": "承办单位",
    "post_title": "责任职务",
    "holder": "责任人",
    "successor": "现任",
    "category_name": "事项",
    "town_name": "地方",
    "count": "件数",
    "share": "占比",
    "last_period": "上期",
    "overdue": "超期未办结事项",
    "repeats": "重复反映事项",
    "progress": "承诺与项目",
    "late_promises": "到期未兑现的承诺",
    "late_projects": "超过完成日期的项目",
    "late_further": "逾期未了时限",
    "supervised": "督办清单",
    "letters": "整改督办函",
    "late_letters": "逾期未回复督办函",
    "listings": "挂牌督办",
    "red_slips": "红色督办单",
}


class Corrections(Protocol):
    """What correcting needs of the store besides the books, inside one transaction."""

    async def edition(self, ref: str) -> Edition | None:
        """A circular by its number or ref."""
        ...

    async def correction_of(self, number: str) -> str | None:
        """The ref of the edition that corrects a number already."""
        ...

    async def directory_end(self) -> int:
        """The offset up to which the directory is known now."""
        ...

    async def directory_up_to(self, offset: int) -> Directory:
        """The directory as told before an offset."""
        ...


@dataclass(frozen=True, slots=True)
class CantCorrect:
    """Why not: it isn't issued, something corrects it already, or nothing would differ."""

    state: State
    by: str | None = None


async def correct(
    books: Books,
    corrections: Corrections,
    ref: str,
    reason: PublicText,
    remark: PublicText | None,
    by: str,
) -> Circular | CantCorrect | None:
    """Draft the correction of an issued circular. None for an unknown one."""
    await books.hold()
    edition = await corrections.edition(ref)
    if edition is None:
        return None
    number = edition.issue.number
    if number is None:
        return CantCorrect(edition.issue.state)
    if other := await corrections.correction_of(number):
        return CantCorrect("issued", other)
    offset = await corrections.directory_end()
    corrected = await compose_anew(books, corrections, edition.circular, number, (reason, remark), offset)
    assert corrected.correction is not None  # noqa: S101  it was composed with one
    if not corrected.correction.changes and remark is None:
        return CantCorrect("issued")
    await books.keep(corrected, BY_HAND, by)
    return corrected


async def compose_anew(
    books: Books,
    corrections: Corrections,
    wrong: Circular,
    number: str,
    words: tuple[str, str | None],
    offset: int,
) -> Circular:
    """The same book and cut, with the directory as told up to an offset. `words`: reason and remark."""
    before = await compared(books, wrong.period)
    numbers = await books.close(wrong.period)
    anew = compose(wrong.period, numbers, await corrections.directory_up_to(offset), before)
    reason, remark = words
    correction = Correction(
        corrects=number,
        reason=reason,
        remark=remark,
        directory_offset=offset,
        changes=tuple(changes(wrong, anew)),
    )
    return anew.model_copy(update={"correction": correction})


def changes(old: Circular, new: Circular) -> Iterator[Change]:
    """What the new document says otherwise, in the old one's order."""
    names = {unit.code: unit.name for unit in new.units}
    for path, was, now in _differences(old.model_dump(mode="json"), new.model_dump(mode="json"), ()):
        if path[0] not in _APART:
            yield Change(path="/".join(path), name=_named(path, names), old=_shown(was), new=_shown(now))


def _differences(old: Any, new: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys([*old, *new]):
            yield from _differences(old.get(key), new.get(key), (*path, str(key)))
    elif _entries(old) and _entries(new):
        key = _key(old, new)
        yield from _differences(_keyed(old, key), _keyed(new, key), path)
    elif old != new:
        yield path, old, new


def _entries(value: Any) -> bool:
    return isinstance(value, Sequence) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _key(*lists: Sequence[Mapping[str, Any]]) -> str | None:
    """What the entries of both lists go by: what tells all of a list apart; None: by their places."""

    def tells_apart(key: str, entries: Sequence[Mapping[str, Any]]) -> bool:
        values = [entry.get(key, "") for entry in entries]
        return "" not in values and len(set(values)) == len(values)

    return next((key for key in _KEYS if all(tells_apart(key, entries) for entries in lists)), None)


def _keyed(entries: Sequence[Mapping[str, Any]], key: str | None) -> dict[str, Mapping[str, Any]]:
    """A list's entries by what they go by, so that a changed order is no difference."""
    return {str(entry[key]) if key else str(place): entry for place, entry in enumerate(entries)}


def _named(path: tuple[str, ...], units: Mapping[str, str]) -> str:
    """Where a difference lies, in words as far as there are some."""
    parts = [part for part in path[:-1] if part not in {"counts", "units", "authority", "last_period"}]
    told = [units.get(part) or _WORDS.get(part) or part for part in parts]
    return "：".join([*told, _WORDS.get(path[-1]) or _figure(path[-1], units)])


def _figure(name: str, units: Mapping[str, str]) -> str:
    try:
        asked = named(name)
    except UnknownFigure:
        return units.get(name, name)
    part = f"（{units.get(asked.value or '', asked.value or '未标明')}）" if asked.dimension else ""
    return f"{asked.figure.zh}{part}"


def _shown(value: Any) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_shown(one) for one in value) or NOTHING
    if isinstance(value, Mapping):
        return str(value.get("name") or value.get("receipt") or "有")
    return str(value)
