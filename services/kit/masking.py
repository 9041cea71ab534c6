"""Personal data in running text: found by its format, replaced by a readable placeholder.

Formats
* Resident ID card: 17 digits and a check character (GB 11643-1999, modulus 11-2) with a real date of
  birth; the old 15 digits with a province code and a real date.
* Mobile: 1[3-9] and 9 digits, also after +86, 0086, 86 or a trunk 0, and as 138.1234.5678 (. · _ /).
* Landline: area code (010, 02x, 03xx to 09xx; after +86 or 0086 without its 0) and 7 or 8 digits, the
  first not 0, with an extension (转802, -802) and a second number after a slash or 、. Without an area code
  only after a word such as 电话 or 座机.
* E-mail address.
* Bank card: 13 to 19 digits that pass Luhn (ISO/IEC 7812-1), with an issuer's prefix and length.
* Vehicle plate: ordinary and new energy (GA 36-2018), 挂 学 警 港 澳 领 应急, embassy (使), army, armed
  police.

Writings: digits may be full-width (or any decimal digit of Unicode); spaces, hyphens, dashes and
invisible characters may stand between them; letters may be lower case.

What stays
* Landlines, bank cards and old ID cards directly after an order's word (订单号, 工单, 运单号, 单号, 编号,
  表号 …: `_ORDER_NUMBERS`), or in one token with what follows such a word; the same as amounts: a currency
  sign before, or 元, 块钱, 美元 … right after.
* Decimals after a number of 2 or 3 digits (coordinates), and dates of the last century before a number.
* Mobiles and ID cards of 18 only inside a longer token after such a word (工单号2021-13812345678, 订单AB…):
  alone, no word before and no unit after makes such a number anything else (单号码13812345678 may be a
  clerk's slip). What fully matches a format is masked, even by chance.
* A piece of a longer run of digits: only a whole run, or several, makes a number. (An ID card of 18 is
  certain enough to be seen with more digits after it.)
* 400 and 800 numbers and hotlines (12345, 110), which have none of these formats.

Out of scope: Chinese numerals (一三八…), ornamental digits (①), numbers with
a wrong check digit or blotted out by their writer (61033019800101XXXX), names and door numbers.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import NamedTuple

from services.contracts.public_text import PublicText
from services.kit.plates import INVISIBLE, find_plates


class Match(NamedTuple):
    """A stretch [start, end) of a text, in characters, and the placeholder that replaces it."""

    start: int
    end: int
    placeholder: str


ID_CARD, MOBILE, LANDLINE = "〔身份证号〕", "〔手机号〕", "〔座机号〕"
EMAIL, BANK_CARD, PLATE = "〔邮箱〕", "〔银行卡号〕", "〔车牌号〕"


def mask(text: str) -> PublicText:
    """`text` with every match replaced, and what that uncovers too, so that masking twice changes nothing."""
    folded = _folded(text)
    while matches := _matches(folded):
        text, folded = _replaced(text, matches), _replaced(folded, matches)
    return PublicText(text)


def remaining(text: str) -> list[str]:
    """The pieces of `text` that `mask` would replace, as they are written; empty for every `PublicText`."""
    return [text[match.start : match.end] for match in find(text)]


def find(text: str) -> list[Match]:
    """The matches in `text`, in order, none overlapping another. Takes time linear in the text's length."""
    return _matches(_folded(text))


def _matches(folded: str) -> list[Match]:
    if not folded:
        return []
    plates = (Match(start, end, PLATE) for start, end in find_plates(folded))
    found = [*_emails(folded), *plates, *_numbers(folded), *_local_landlines(folded)]
    return (
        list(_apart(sorted(found, key=lambda match: (match.start, -match.end)))) if len(found) > 1 else found
    )


def _replaced(text: str, matches: list[Match]) -> str:
    pieces, at = [], 0
    for match in matches:
        pieces += [text[at : match.start], match.placeholder]
        at = match.end
    return "".join([*pieces, text[at:]])


def _apart(matches: Iterable[Match]) -> Iterator[Match]:
    """Of overlapping matches the first: `mask` looks again at what the others leave."""
    at = 0
    for match in matches:
        if match.start >= at:
            yield match
            at = match.end


# Reading: one character stays one character, so that places in the folded text are places in the text.

_HINT = re.compile(r"[\d@＠﹫]")
_MINUS = "\u2212"


def _folded(text: str) -> str:
    """`text` in plain characters; empty where it holds neither a digit nor "@", and so nothing to find."""
    return text.translate(_FOLD) if _HINT.search(text) else ""


class _Fold(dict[int, str]):
    """Character → the plain one it is read as; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        self[code] = _plain(chr(code))
        return self[code]


def _plain(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category in {"Cf", "Mn"}:
        return INVISIBLE
    if category == "Zs" or char == "\t":
        return " "
    if category == "Pd" or char == _MINUS:
        return "-"
    compatible = unicodedata.normalize("NFKC", char)
    return compatible if len(compatible) == 1 and category != "No" else char


_FOLD = _Fold()

# E-mail. What stands before "@" is taken whole, from the first character of its run: no backtracking.

_MAILBOX = rf"A-Za-z0-9._%+\-{INVISIBLE}"
_EMAIL = re.compile(
    rf"(?<![{_MAILBOX}])([{_MAILBOX}]++) *+@ *+[A-Za-z0-9.\-{INVISIBLE}]+\.[A-Za-z{INVISIBLE}]{{2,}}"
)


def _emails(text: str) -> Iterator[Match]:
    if "@" not in text:
        return
    for found in _EMAIL.finditer(text):
        box = found[1].lstrip(f"._%+-{INVISIBLE}")
        if box:
            yield Match(found.end(1) - len(box), found.end(), EMAIL)


# Landlines without their area code: seven or eight digits are one only where a word says so.

_LOCAL_LANDLINE = re.compile(
    r"(?:电话|座机|固话|传真|致电|拨打|联系方式|[Tt][Ee][Ll])"
    rf"(?:号码|号|是|为|[:. ({INVISIBLE}]){{0,4}}([2-8]\d{{2,3}}[ \-]?\d{{4}})(?![0-9\-]|元)"
)


def _local_landlines(text: str) -> Iterator[Match]:
    yield from (Match(found.start(1), found.end(1), LANDLINE) for found in _LOCAL_LANDLINE.finditer(text))


# Numbers: a run of digits and separators is read as its symbols (digits, "+", "X") without the separators.

_RUN = re.compile(rf"[0-9+][0-9+Xx \-(){INVISIBLE}]{{9,}}")
_SHORTEST = 10
_DOTTED_MOBILE = re.compile(
    r"1[3-9][0-9](?<![0-9.]...) ?[.·_/] ?[0-9]{4} ?[.·_/] ?[0-9]{4}(?![0-9]|[.·_/][0-9])"
)


class _Run(NamedTuple):
    symbols: str
    places: list[int]

    def parted(self, at: int) -> bool:
        """Whether a number may begin or end before symbol `at`."""
        if not 0 < at < len(self.symbols):
            return True
        touching = self.places[at] - self.places[at - 1] == 1
        return not (touching and self.symbols[at].isdigit() and self.symbols[at - 1].isdigit())


def _numbers(text: str) -> Iterator[Match]:
    yield from (Match(found.start(), found.end(), MOBILE) for found in _DOTTED_MOBILE.finditer(text))
    floor = 0
    for found in _RUN.finditer(text):
        places = [at for at, char in enumerate(found[0], found.start()) if char not in _SEPARATORS]
        if len(places) < _SHORTEST:
            continue
        for match in _numbers_of(text, _Run("".join([text[at] for at in places]), places), floor):
            yield match
            floor = match.end


_SEPARATORS = frozenset(f" -(){INVISIBLE}")


def _numbers_of(text: str, run: _Run, floor: int) -> Iterator[Match]:
    at, free = 0, 0
    while at <= len(run.symbols) - _SHORTEST:
        shape = _shape_at(run, at) if at == free or run.parted(at) else None
        match = _whole(text, run, at, shape) if shape else None
        if shape is None or match is None:
            at += 1
            continue
        at = _first_after(run, at + shape.length, match.end)
        if not _is_look_alike(text, match, floor, shape):
            floor, free = match.end, at
            yield match


def _first_after(run: _Run, at: int, place: int) -> int:
    while at < len(run.places) and run.places[at] < place:
        at += 1
    return at


class _Shape(NamedTuple):
    placeholder: str
    length: int
    pattern: re.Pattern[str]
    check: Callable[[str], bool]


def _shape_at(run: _Run, at: int) -> _Shape | None:
    for shape in _SHAPES.get(run.symbols[at], ()):
        end = at + shape.length
        piece = run.symbols[at:end]
        if len(piece) < shape.length or not (shape.check is _is_id_card or run.parted(end)):
            continue
        if shape.pattern.fullmatch(piece) and shape.check(piece):
            return shape
    return None


_EXTENSION = re.compile(
    r"(?: {0,2}(?:转接?|分机号?|ext\.?|#):? {0,2}\d{1,6}|-\d{2,6})?(?!\d)(?: ?[/、] ?\d{7,8}(?!\d))?",
    re.IGNORECASE,
)


_LAST_CENTURY = re.compile(r"19\d\d *- *[01]?\d *- *[0-3]?\d")


def _whole(text: str, run: _Run, at: int, shape: _Shape) -> Match | None:
    """The match with the bracket and the extension that belong to it; None if its brackets don't pair."""
    start, end = run.places[at], run.places[at + shape.length - 1] + 1
    opened = text.count("(", start, end) - text.count(")", start, end)
    if opened < 0:
        start -= 1
    if opened > 0:
        end += 1
    if abs(opened) > 1 or (opened and not (text[start : start + 1] == "(" or text[end - 1 : end] == ")")):
        return None
    if shape.placeholder == LANDLINE and (extension := _EXTENSION.match(text, end)):
        end = extension.end()
    return None if _LAST_CENTURY.match(text, start) else Match(start, end, shape.placeholder)


_CONTEXT = 48
_CODE = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-."
_BETWEEN = f" :是为(【[\"“'#/{INVISIBLE}"
_ORDER_WORDS = ("订单", "工单", "运单")
_ORDER_NUMBERS = (
    *("单号", "编号", "表号", "户号", "案号", "型号", "批号", "货号", "文号", "单号码", "条码", "条形码"),
    *("流水号", "受理号", "回执号", "序列号", "合同号", "发票号", "发票号码", "档案号", "案件号"),
    *("设备号", "产品号", "诉求号", "投诉号", "交易号", "商户号", "信用代码"),
)
_PERSONAL_NUMBERS = ("证编号", "证件编号", "开户号")
_CURRENCIES = ("¥", "$", "€", "£", "人民币", "RMB", "CNY", "rmb", "cny")
_CURRENCY_AFTER = re.compile(r"(?:\.[0-9]{1,4})? {0,2}(?:元(?![旦月宵])|圆|块钱|美元|港元|欧元|RMB|rmb|CNY)")
_FRACTION = re.compile(r"(?:^|[^0-9.])[0-9]{2,3}\.$")


_TOKEN = re.compile(r"(?:[0-9]{2}-|[A-Za-z]-?)$")


def _is_look_alike(text: str, match: Match, floor: int, shape: _Shape) -> bool:
    """`floor`: where the last number found ends; what is going to be masked is no context."""
    before = text[max(floor, match.start - _CONTEXT) : match.start]
    if shape.check is _is_id_card:
        return _inside_order(before)
    if shape.placeholder == MOBILE:
        return _inside_order(before) or _is_fraction(before)
    amount = before.rstrip(" ").endswith(_CURRENCIES) or _CURRENCY_AFTER.match(text, match.end)
    return bool(amount) or _is_fraction(before) or _follows_order(before)


def _is_fraction(before: str) -> bool:
    return before.endswith(".") and _FRACTION.search(before[-5:]) is not None


def _inside_order(before: str) -> bool:
    return _TOKEN.search(before[-3:]) is not None and _follows_order(before)


def _follows_order(before: str) -> bool:
    named = before.rstrip(_CODE)
    word = named.rstrip(_BETWEEN)
    if word.endswith(_ORDER_WORDS):
        return not named.startswith(" ", len(word))
    return word.endswith(_ORDER_NUMBERS) and not word.endswith(_PERSONAL_NUMBERS)


# Checks.

_WEIGHTS = tuple(2 ** (17 - at) % 11 for at in range(17))
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_OLD_CENTURY = 1900
_CENTURIES = range(1900, 2100)


def _is_id_card(number: str) -> bool:
    remainder = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % 11
    return "10X98765432"[remainder] == number[17].upper() and _is_date(int(number[6:10]), number[10:14])


def _is_old_id_card(number: str) -> bool:
    return _is_date(_OLD_CENTURY + int(number[6:8]), number[8:12])


def _is_date(year: int, month_day: str) -> bool:
    try:
        return date(year, int(month_day[:2]), int(month_day[2:])).year in _CENTURIES
    except ValueError:
        return False


def _is_luhn(number: str) -> bool:
    plain, doubled = number[-1::-2], number[-2::-2]
    return (sum(map(int, plain)) + sum(_DOUBLED[int(digit)] for digit in doubled)) % 10 == 0


def _shapes() -> dict[str, tuple[_Shape, ...]]:
    """First symbol → the shapes that begin with it, those with a check digit first, long before short."""
    return {
        first: tuple(
            _Shape(placeholder, length, re.compile(pattern), check)
            for placeholder, pattern, lengths, check, firsts in _TABLE
            for length in lengths
            if first in firsts
        )
        for first in "+0123456789"
    }


_AREA = r"(?:10|2\d|[3-9]\d\d)[1-9]\d{6,7}"
_OLD_ID = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\d{13}"
_TABLE: tuple[tuple[str, str, tuple[int, ...], Callable[[str], bool], str], ...] = (
    (ID_CARD, r"[1-9]\d{16}[\dXx]", (18,), _is_id_card, "123456789"),
    (BANK_CARD, r"62\d+", (19, 18, 17, 16, 15, 14, 13), _is_luhn, "6"),
    (BANK_CARD, r"(?:6011|6[45])\d+", (16,), _is_luhn, "6"),
    (BANK_CARD, r"9558\d+", (19,), _is_luhn, "9"),
    (BANK_CARD, r"4\d+", (19, 16, 13), _is_luhn, "4"),
    (BANK_CARD, r"5\d+", (16,), _is_luhn, "5"),
    (BANK_CARD, r"35\d+", (16,), _is_luhn, "3"),
    (BANK_CARD, r"3[47]\d+", (15,), _is_luhn, "3"),
    (BANK_CARD, r"3[0689]\d+", (14,), _is_luhn, "3"),
    (ID_CARD, _OLD_ID, (15,), _is_old_id_card, "12345678"),
    (MOBILE, r"1[3-9]\d+", (11,), bool, "1"),
    (MOBILE, r"01[3-9]\d+", (12,), bool, "0"),
    (MOBILE, r"861[3-9]\d+", (13,), bool, "8"),
    (MOBILE, r"\+861[3-9]\d+", (14,), bool, "+"),
    (MOBILE, r"00861[3-9]\d+", (15,), bool, "0"),
    (LANDLINE, f"0{_AREA}", (12, 11, 10), bool, "0"),
    (LANDLINE, rf"\+860?{_AREA}", (15, 14, 13, 12), bool, "+"),
    (LANDLINE, f"0086{_AREA}", (15, 14, 13), bool, "0"),
)
_SHAPES = _shapes()
