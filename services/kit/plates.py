"""Vehicle plates in running text, as `masking` folds it: civil, embassy, army, armed police (GA 36-2018)."""

import re
from collections.abc import Iterator
from typing import Final

INVISIBLE: Final = "\u200b"
"""What every invisible character is folded to."""

_PROVINCE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
_GAP = rf"[ ·•・‧∙⋅.\-{INVISIBLE}]*"
_SYMBOLS = {
    "L": "[A-HJ-Za-hj-z]",
    "S": "[0-9A-HJ-NP-Za-hj-np-z]",
    "E": "[A-HJKa-hjk]",
    "9": "[0-9]",
    "P": _PROVINCE,
}
_END = "(?![0-9A-Za-z])"


def _spaced(shape: str) -> str:
    """A shape such as `PLSSSSS` as a pattern with a gap between any two symbols."""
    return _GAP.join(_SYMBOLS.get(symbol, symbol) for symbol in shape)


_CIVIL = re.compile(
    f"{_spaced('PL')}{_GAP}(?:{_spaced('ES9999')}{_END}|{_spaced('99999E')}{_END}"
    f"|{_spaced('SSSSS')}{_END}|{_spaced('SSSS')}{_GAP}(?:[挂学警港澳领]|应急))"
)
# Each begins with a character class and looks behind only after it: so the search skips quickly.
_EMBASSY = re.compile(
    f"使(?<![大行即致驱促]使){_GAP}{_spaced('999999')}(?![0-9.\u4e00-\u9fff])"
    f"|[0-9](?<![0-9.][0-9]){_GAP}{_spaced('99999')}{_GAP}使(?![\u4e00-\u9fff])"
)
_ARMY = re.compile(f"[军空海北沈兰济南广成]{_GAP}[A-Za-z]{_GAP}{_spaced('99999')}{_END}")
_LATIN = re.compile("[A-Za-z]")
_ARMY_LETTERS = "[VKHBSLJNGCEZvkhbsljngcez][A-Za-z]"
_ARMY_DOTTED = re.compile(f"{_ARMY_LETTERS}(?<![0-9A-Za-z]..)[·•・‧∙⋅]{_spaced('99999')}{_END}")
_ARMY_NAMED = re.compile(f"[牌车][号:是为 ]{{0,3}}({_ARMY_LETTERS}{_GAP}{_spaced('99999')}){_END}")
_ARMED_POLICE = re.compile(
    f"[Ww](?<![A-Za-z].){_GAP}[Jj]{_GAP}{_PROVINCE}?{_GAP}{_spaced('9999')}{_GAP}[0-9A-Za-z]{_END}"
)


def find_plates(text: str) -> Iterator[tuple[int, int]]:
    """Where plates stand in a folded text: [start, end), in characters."""
    if _LATIN.search(text):
        yield from _lettered_plates(text)
    if "使" in text:
        yield from (found.span() for found in _EMBASSY.finditer(text))


def _lettered_plates(text: str) -> Iterator[tuple[int, int]]:
    for found in _CIVIL.finditer(text):
        if sum(map(str.isdigit, found[0])) >= 2:
            yield found.span()
    for pattern in (_ARMY, _ARMY_DOTTED, _ARMY_NAMED, _ARMED_POLICE):
        for found in pattern.finditer(text):
            inner = found.lastindex or 0
            yield found.span(inner)
