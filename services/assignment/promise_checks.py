"""What forbids to make a promise, everything at once. Pure."""

from collections.abc import Callable, Iterator, Mapping, Set
from datetime import date
from typing import Final

from services.assignment.directory import Directory, Post
from services.assignment.member import names
from services.assignment.promise import ORDINARY, Complaint, NewPromise
from services.assignment.sheet_words import TIERS_ZH

NAMELESS: Final = ("number", "words", "programme", "clip", "evidence")
"""Texts that stand in public for good: an ordinary member's name could never be erased from them."""


def complaints_about(new: NewPromise, directory: Directory, today: date) -> Iterator[Complaint]:
    """Everything that forbids to make this promise. `today`: the business day, local."""
    for check in CHECKS:
        yield from check(new, directory, today)


def unknown_projects(projects: tuple[str, ...], ledgers: Set[str]) -> Iterator[Complaint]:
    """What is wrong where a promise names projects. `ledgers`: those numbers that there are."""
    for project in projects:
        if project not in ledgers:
            what = f"没有项目 {project}"
            remedy = "改为项目清单中的台账编号；尚未立项的先不写，立项后用变更补上"
            yield Complaint(column="projects", what=what, remedy=remedy)


def named_in(texts: Mapping[str, str | None], member: str) -> Iterator[Complaint]:
    """Those texts, by their fields, in which an ordinary member's name stands."""
    for field, text in texts.items():
        if text is not None and names(text, member):
            what = "文字里写了这位普通党员的姓名"
            remedy = "删去姓名，可写“本人”；公开的文字写入承诺链，以后删不掉"
            yield Complaint(column=field, what=what, remedy=remedy)


def _dates(new: NewPromise, _: Directory, today: date) -> Iterator[Complaint]:
    if new.due < new.made_on:
        what = f"期限 {new.due} 早于承诺日 {new.made_on}"
        yield Complaint(column="due", what=what, remedy="期限不得早于承诺之日，改正其中一个日期")
    if new.made_on > today:
        what = f"承诺日 {new.made_on} 还没有到（今天是 {today}）"
        yield Complaint(column="made_on", what=what, remedy="填写实际作出承诺的日期")


def _who(new: NewPromise, directory: Directory, _: date) -> Iterator[Complaint]:
    if new.unit not in directory.units_by_code:
        yield Complaint(column="unit", what=f"没有单位 {new.unit}", remedy="改为名录中单位的代码或全称")
    yield from _post(new, directory)
    if new.tier == ORDINARY and new.member is None:
        yield Complaint(column="member", what="普通党员的承诺没有姓名", remedy="填写姓名；只保存加盐的摘要")
    if new.tier != ORDINARY and new.member is not None:
        what = "只有普通党员的承诺才写姓名"
        yield Complaint(column="member", what=what, remedy="删去姓名，写明职务；何人任职由名录说明")


def _post(new: NewPromise, directory: Directory) -> Iterator[Complaint]:
    if new.post is None:
        if new.tier != ORDINARY:
            yield Complaint(column="post", what="没有作出承诺的职务", remedy="填写名录中职务的代码或名称")
        return
    post = directory.posts_by_code.get(new.post)
    if post is None:
        yield Complaint(column="post", what=f"没有职务 {new.post}", remedy="改为名录中职务的代码或名称")
        return
    yield from _another_s(new, post, directory)
    if new.tier != ORDINARY and directory.holder(new.post, new.made_on) is None:
        what = f"{new.made_on} 职务 {new.post} 无人担任"
        yield Complaint(column="post", what=what, remedy="在 holders.csv 补上任职，或改正承诺日")


def _another_s(new: NewPromise, post: Post, directory: Directory) -> Iterator[Complaint]:
    """A post promises for its own unit and at its own tier. An ordinary member's post has a tier besides."""
    if post.unit != new.unit and new.unit in directory.units_by_code:
        what = f"职务 {post.title}（{post.code}）属于单位 {post.unit}，不属于 {new.unit}"
        yield Complaint(column="post", what=what, remedy="改为该单位的职务，或改正单位")
    if new.tier not in (ORDINARY, post.tier):
        what = f"职务 {post.title}（{post.code}）的层级是{TIERS_ZH[post.tier]}，不是{TIERS_ZH[new.tier]}"
        yield Complaint(column="tier", what=what, remedy=f"层级改为{TIERS_ZH[post.tier]}，或改正职务")


def _television(new: NewPromise, _: Directory, __: date) -> Iterator[Complaint]:
    """A programme and its day belong together; a promise of another occasion may have been aired, too."""
    aired = {"programme": new.programme, "aired_on": new.aired_on}
    if new.occasion == "television" or new.clip is not None or any(aired.values()):
        for column, value in aired.items():
            if value is None:
                yield Complaint(column=column, what="电视亮诺缺少这一项", remedy="填写栏目和播出日期")


def _nameless(new: NewPromise, _: Directory, __: date) -> Iterator[Complaint]:
    if new.tier == ORDINARY and new.member is not None:
        yield from named_in({field: getattr(new, field) for field in NAMELESS}, new.member)


CHECKS: Final[tuple[Callable[[NewPromise, Directory, date], Iterator[Complaint]], ...]] = (
    _dates,
    _who,
    _television,
    _nameless,
)
