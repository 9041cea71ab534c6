"""What a new directory may not alter of the one in force, because others rest on it. Pure.

Who held a post then answers for what fell due then; the promise chain is its authority's. Loading
files again rewrites neither.
"""

from collections.abc import Iterator, Set
from datetime import date
from typing import Final

from services.assignment.directory import Directory, DirectoryProblem, Holder

FIRST_ROW: Final = 2
"""Of a spreadsheet, below the header."""


def alterations(
    before: Directory, after: Directory, today: date, promising: Set[str]
) -> Iterator[DirectoryProblem]:
    """Everything on record that the new directory would alter.

    `today`: the local business day; `promising`: authorities that have a promise on record.
    """
    yield from _other_authority(after, promising)
    now = {(one.post, one.since): (row, one) for row, one in enumerate(after.holders, FIRST_ROW)}
    rows = {(one.post, one.person): row for row, one in enumerate(after.holders, FIRST_ROW)}
    for term in before.holders:
        if term.since <= today:
            gone = rows.get((term.post, term.person)), None
            row, found = now.get((term.post, term.since), gone)
            yield from _altered(term, row, found, today)


def _other_authority(after: Directory, promising: Set[str]) -> Iterator[DirectoryProblem]:
    if promising and after.authority.code not in promising:
        known = "、".join(sorted(promising))
        yield DirectoryProblem(
            file="authority.yaml",
            column="code",
            what=f"承诺链属于 {known}，换成 {after.authority.code} 会另起一条链，旧链头便对不上",
            remedy=f"code 写回 {known}；name 可以改。确实另立机构的，另装一套系统",
        )


def _altered(term: Holder, row: int | None, now: Holder | None, today: date) -> Iterator[DirectoryProblem]:
    """A term that has begun gets an end, and while that lies ahead another; nothing else of it changes.

    `row`: where it stands now, or else where its holder does.
    """
    said = f"{term.person} 自 {term.since} 起任 {term.post}，已经到任"
    if now is None:
        remedy = f"写回这一行（from 为 {term.since}）；已离任的填写 to"
        yield _problem(row, "from", f"{said}，这份名录里没有这一任", remedy)
    elif now.person != term.person:
        remedy = f"person 写回 {term.person}；换了人的，前任填写 to，后任另起一行"
        yield _problem(row, "person", f"{said}，不能改为 {now.person}", remedy)
    elif now.until != term.until and term.until is not None and term.until <= today:
        yield _problem(row, "to", f"{said}，并已于 {term.until} 离任", f"to 写回 {term.until}")


def _problem(row: int | None, column: str, what: str, remedy: str) -> DirectoryProblem:
    return DirectoryProblem(file="holders.csv", row=row, column=column, what=what, remedy=remedy)
