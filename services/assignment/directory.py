"""The directory of an authority: units, posts, who holds them, categories, places, routes, words.

Frozen values. `Directory` is also the JSON body of `POST /directory`; its lists keep the order of
the files they came from, so that a problem can name the row (`services/assignment/directory_files.py`).
"""

from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.contracts.vocabulary import Kind, Tier, UnitKind, Urgency

OTHER = "other"
"""The category of a text in which no word of the lexicon was found. Always known, never routed by itself."""

LOCAL = ZoneInfo("Asia/Shanghai")

WordField = Literal["category", "kind", "urgency", "support"]

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*$", max_length=64)]
CategoryCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$", max_length=64)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Value(BaseModel):
    """Frozen, strict about names: an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class CircularPolicy(Value):
    """How a drafted circular becomes an issued one, and what is drafted by itself besides the weekly."""

    issue: Literal["automatic", "after_signature"] = "automatic"
    editions: tuple[Literal["monthly", "yearly"], ...] = ()


class LetterPolicy(Value):
    """How letters (整改督办函) are numbered, signed and limited, in working days (`LetterRules`)."""

    word: Annotated[str, StringConstraints(pattern=r"^[\u4e00-\u9fff]{1,10}$")] = "督函"
    signing: Literal["automatic", "by_hand"] = "automatic"
    signer: Code | None = None
    receipt_days: Annotated[int, Field(ge=1, le=30)] = 1
    reply_days: Annotated[int, Field(ge=1, le=120)] = 10


class AssessmentPolicy(Value):
    """By which preset units are assessed (考核), and how long that may be contested (`AssessmentRules`)."""

    preset: Literal["default", "yulin"] = "default"
    appeal_days: Annotated[int, Field(ge=1, le=120)] = 15


class Authority(Value):
    """Whose directory this is, and the presets it chose (`facts/practice.md`)."""

    code: Code
    name: Name
    name_en: Name
    backstop_unit: Code
    issuer: Name
    limits: Literal["guangdong", "beijing", "qinglong"] = "guangdong"
    ladder: Literal["default", "sanming", "suqian", "guangyuan"] = "default"
    on_time_threshold: Annotated[float, Field(gt=0, le=1)] = 0.85
    circular: CircularPolicy = CircularPolicy()
    letters: LetterPolicy = LetterPolicy()
    assessment: AssessmentPolicy = AssessmentPolicy()


class Unit(Value):
    """One that handles. `post` answers for what the unit handles (包抓领导)."""

    code: Code
    name: Name
    kind: UnitKind
    parent: Code | None = None
    party_committee: Name | None = None
    post: Code | None = None


class Post(Value):
    """A post of a unit, whoever holds it."""

    code: Code
    title: Name
    unit: Code
    tier: Tier


class Holder(Value):
    """A person in a post for [from, to), local days; no `to`: still."""

    post: Code
    person: Name
    since: Annotated[date, Field(alias="from")]
    until: Annotated[date | None, Field(alias="to")] = None

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)

    def overlaps(self, other: "Holder") -> bool:
        starts_first = self.until is None or other.since < self.until
        return starts_first and (other.until is None or self.since < other.until)


class Category(Value):
    """What a demand is about; `parent` is the wider category."""

    code: CategoryCode
    name: Name
    parent: CategoryCode | None = None


class Place(Value):
    """A place as citizens write it; `unit` is its town or district."""

    code: Code
    name: Name
    aliases: tuple[Name, ...] = ()
    unit: Code


class Route(Value):
    """Who handles a category, or a place, or a category in a place. No `post`: the unit's post answers."""

    category: CategoryCode | None = None
    place: Code | None = None
    unit: Code
    post: Code | None = None


class Word(Value):
    """A word that speaks for a value of one field.

    `support` words have a category as value: they strengthen it where a `category` word of the same
    family was found, and decide nothing alone. A negative weight speaks against.
    """

    field: WordField
    value: str
    word: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
    weight: Annotated[float, Field(ge=-100, le=100)] = 1.0


class Directory(Value):
    """All of it. To be used only where `problems` finds none."""

    authority: Authority
    units: tuple[Unit, ...]
    posts: tuple[Post, ...]
    holders: tuple[Holder, ...] = ()
    categories: tuple[Category, ...]
    places: tuple[Place, ...] = ()
    routes: tuple[Route, ...]
    words: tuple[Word, ...] = ()

    @cached_property
    def units_by_code(self) -> dict[str, Unit]:
        return {unit.code: unit for unit in self.units}

    @cached_property
    def posts_by_code(self) -> dict[str, Post]:
        return {post.code: post for post in self.posts}

    @cached_property
    def places_by_code(self) -> dict[str, Place]:
        return {place.code: place for place in self.places}

    @cached_property
    def categories_by_code(self) -> dict[str, Category]:
        return {category.code: category for category in self.categories}

    @cached_property
    def unit_parents(self) -> dict[str, str | None]:
        return {unit.code: unit.parent for unit in self.units}

    @cached_property
    def category_parents(self) -> dict[str, str | None]:
        return {OTHER: None} | {category.code: category.parent for category in self.categories}

    @cached_property
    def _holders_by_post(self) -> dict[str, list[Holder]]:
        grouped: dict[str, list[Holder]] = {}
        for holder in self.holders:
            grouped.setdefault(holder.post, []).append(holder)
        return grouped

    def holder(self, post: str, at: date | datetime) -> Holder | None:
        """Who holds the post at a local day, or at an aware instant; None where it is vacant."""
        day = local_day(at)
        return next((one for one in self._holders_by_post.get(post, ()) if one.holds(day)), None)

    def root_category(self, code: str) -> str:
        """The widest category above `code` (itself where it has no parent)."""
        return lineage(code, self.category_parents)[-1]


def local_day(at: date | datetime) -> date:
    """The day in Asia/Shanghai of an aware instant; a date is taken as it is."""
    if not isinstance(at, datetime):
        return at
    if at.tzinfo is None:
        raise ValueError(f"a naive instant has no local day: {at.isoformat()}")
    return at.astimezone(LOCAL).date()


def lineage(code: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """`code` and what lies above it, nearest first. Ends at an unknown code or where a cycle would begin."""
    chain = [code]
    above = parents.get(code)
    while above is not None and above not in chain:
        chain.append(above)
        above = parents.get(above)
    return tuple(chain)


def in_cycle(code: str, parents: Mapping[str, str | None]) -> bool:
    """True where going up from `code` comes back to `code`."""
    return parents.get(lineage(code, parents)[-1]) == code


def repeated(keys: Iterable[Hashable]) -> list[int]:
    """Positions whose key stood before."""
    seen: set[Hashable] = set()
    again = []
    for position, key in enumerate(keys):
        if key in seen:
            again.append(position)
        seen.add(key)
    return again


class DirectoryProblem(Value):
    """One thing to correct: where (row as a spreadsheet counts, the header is 1), what, and the remedy."""

    file: str
    row: int | None = None
    column: str | None = None
    what: str
    remedy: str


class Found(NamedTuple):
    """A problem of one entry: its position in its list (from 0), column, what, remedy.

    `misses`: the file and the code that it says isn't there.
    """

    position: int
    column: str
    what: str
    remedy: str
    misses: tuple[str, str] | None = None


def problems(
    directory: Directory,
    rows: Mapping[str, Sequence[int]] | None = None,
    unread: Callable[[str, str], bool] = lambda _file, _code: False,
) -> list[DirectoryProblem]:
    """All problems, in the order of the files.

    `rows`: file name to the row number of each entry; without it entries are taken to follow the header.
    `unread`: whether an entry of a file and code may be among what couldn't be read; none such is missed.
    """
    return [
        *_backstop_problems(directory, unread),
        *_signer_problems(directory, unread),
        *(
            DirectoryProblem(
                file=file,
                row=_row(rows, file, one.position),
                column=one.column,
                what=one.what,
                remedy=one.remedy,
            )
            for file, check in CHECKS
            for one in check(directory)
            if one.misses is None or not unread(*one.misses)
        ),
    ]


def _row(rows: Mapping[str, Sequence[int]] | None, file: str, position: int) -> int:
    return rows[file][position] if rows and file in rows else position + 2


def _backstop_problems(
    directory: Directory, unread: Callable[[str, str], bool]
) -> Iterator[DirectoryProblem]:
    code = directory.authority.backstop_unit
    if code not in directory.units_by_code and not unread("units.csv", code):
        yield DirectoryProblem(
            file="authority.yaml",
            column="backstop_unit",
            what=f"兜底单位 {code} 不在单位表中",
            remedy="在 units.csv 增加该单位，或改为已有单位的代码",
        )


def _signer_problems(directory: Directory, unread: Callable[[str, str], bool]) -> Iterator[DirectoryProblem]:
    code = directory.authority.letters.signer
    if code is not None and code not in directory.posts_by_code and not unread("posts.csv", code):
        yield DirectoryProblem(
            file="authority.yaml",
            column="letters.signer",
            what=f"督办函签发职务 {code} 不在职务表中",
            remedy="在 posts.csv 增加该职务，或改为已有职务的代码",
        )


def _unknown(
    position: int, column: str, code: str | None, known: Container[str], file: str
) -> Iterator[Found]:
    if code is not None and code not in known:
        remedy = f"改为 {file} 中已有的代码，或先在 {file} 增加一行"
        yield Found(position, column, f"代码 {code} 不存在", remedy, (file, code))


def _duplicates(column: str, keys: Iterable[Hashable]) -> Iterator[Found]:
    keys = list(keys)
    for position in repeated(keys):
        key = keys[position]
        shown = " / ".join(str(part or "—") for part in key) if isinstance(key, tuple) else key
        yield Found(position, column, f"{shown} 重复出现", "删去多余的一行，或换一个代码")


def _cycles(codes: Iterable[str], parents: Mapping[str, str | None]) -> Iterator[Found]:
    for position, code in enumerate(codes):
        if in_cycle(code, parents):
            chain = " → ".join((*lineage(code, parents), code))
            remedy = "改正其中一行的 parent，使上级关系到顶为止"
            yield Found(position, "parent", f"上级循环：{chain}", remedy)


def _unit_problems(directory: Directory) -> Iterator[Found]:
    codes = [unit.code for unit in directory.units]
    yield from _duplicates("code", codes)
    yield from _cycles(codes, directory.unit_parents)
    for at, unit in enumerate(directory.units):
        yield from _unknown(at, "parent", unit.parent, directory.units_by_code, "units.csv")
        yield from _unknown(at, "post", unit.post, directory.posts_by_code, "posts.csv")
        if unit.post is None:
            what = f"单位 {unit.code} 没有包抓职务"
            yield Found(at, "post", what, "填写 posts.csv 中负责该单位的职务代码")


def _post_problems(directory: Directory) -> Iterator[Found]:
    yield from _duplicates("code", (post.code for post in directory.posts))
    for at, post in enumerate(directory.posts):
        yield from _unknown(at, "unit", post.unit, directory.units_by_code, "units.csv")


def _holder_problems(directory: Directory) -> Iterator[Found]:
    earlier: dict[str, list[Holder]] = {}
    for at, holder in enumerate(directory.holders):
        yield from _unknown(at, "post", holder.post, directory.posts_by_code, "posts.csv")
        yield from _term_problems(at, holder, earlier.setdefault(holder.post, []))
        earlier[holder.post].append(holder)


def _term_problems(at: int, holder: Holder, earlier: Iterable[Holder]) -> Iterator[Found]:
    if holder.until is not None and holder.until <= holder.since:
        what = f"离任日 {holder.until} 不晚于到任日 {holder.since}"
        yield Found(at, "to", what, "改正日期；仍在任的 to 留空")
        return
    for other in earlier:
        if holder.overlaps(other):
            what = f"职务 {holder.post}：{holder.person} 与 {other.person} 任期重叠"
            yield Found(at, "from", what, "前任的 to 应等于或早于后任的 from")


def _category_problems(directory: Directory) -> Iterator[Found]:
    codes = [category.code for category in directory.categories]
    yield from _duplicates("code", codes)
    yield from _cycles(codes, directory.category_parents)
    for at, category in enumerate(directory.categories):
        yield from _unknown(at, "parent", category.parent, directory.category_parents, "categories.csv")


def _place_problems(directory: Directory) -> Iterator[Found]:
    yield from _duplicates("code", (place.code for place in directory.places))
    spoken: dict[str, str] = {}
    for at, place in enumerate(directory.places):
        yield from _unknown(at, "unit", place.unit, directory.units_by_code, "units.csv")
        for name in (place.name, *place.aliases):
            if spoken.setdefault(name, place.code) != place.code:
                what = f"地名 {name} 已属于 {spoken[name]}"
                yield Found(at, "aliases", what, "一个地名只能属于一个地点，删去其一")


def _route_problems(directory: Directory) -> Iterator[Found]:
    yield from _duplicates("category", ((route.category, route.place) for route in directory.routes))
    for at, route in enumerate(directory.routes):
        if route.place is None and route.category in (None, OTHER):
            what = "类别和地点都不限，等于兜底规则"
            yield Found(at, "category", what, "写明类别或地点；其余由 backstop_unit 承接")
        yield from _unknown(at, "category", route.category, directory.category_parents, "categories.csv")
        yield from _unknown(at, "place", route.place, directory.places_by_code, "places.csv")
        yield from _unknown(at, "unit", route.unit, directory.units_by_code, "units.csv")
        yield from _unknown(at, "post", route.post, directory.posts_by_code, "posts.csv")


def _word_problems(directory: Directory) -> Iterator[Found]:
    yield from _duplicates("word", ((word.field, word.value, word.word) for word in directory.words))
    for at, word in enumerate(directory.words):
        if word.field in ("category", "support"):
            yield from _unknown(at, "value", word.value, directory.category_parents, "categories.csv")
        elif word.value not in VALUES[word.field]:
            what = f"{word.field} 没有 {word.value} 这个值"
            yield Found(at, "value", what, f"改为 {'、'.join(VALUES[word.field])} 之一")


VALUES: dict[str, tuple[str, ...]] = {"kind": get_args(Kind), "urgency": get_args(Urgency)}

CHECKS: tuple[tuple[str, Callable[[Directory], Iterator[Found]]], ...] = (
    ("units.csv", _unit_problems),
    ("posts.csv", _post_problems),
    ("holders.csv", _holder_problems),
    ("categories.csv", _category_problems),
    ("places.csv", _place_problems),
    ("routes.csv", _route_problems),
    ("lexicon.csv", _word_problems),
)
