"""What a printed circular says of call-backs, promises, projects, further limits, red and black lists."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from services.kit.documents.official import Block, Heading, Paragraph, Remark, Table
from services.reporting.part import Part, rate
from services.reporting.render.html import (
    DASH,
    LATE_LISTED,
    limit_day,
    or_dash,
    percent,
    short,
    some,
    tick,
    touched,
    wan,
    wan_sum,
)
from services.reporting.render.summary import Read
from services.reporting.sections import Board, LateItem, Place, Satisfaction, UnitAnswers

PERFECT_NAMED: Final = 8
SMALL_NAMED: Final = 12
TIED_NAMED: Final = 6
PROMISES: Final[Mapping[str, str]] = {
    "standing": "期末在诺",
    "overdue": "到期未兑现",
    "kept": "本期兑现",
    "kept_late": "逾期兑现",
    "broken": "失诺",
    "withdrawn": "撤回",
    "kept_in_all": "累计兑现",
    "kept_late_in_all": "逾期兑现",
    "broken_in_all": "失诺",
    "withdrawn_in_all": "撤回",
}
PROJECTS: Final[Mapping[str, str]] = {
    "open": "期末在办",
    "overdue": "超期",
    "milestones_overdue": "节点逾期",
    "opened": "本期新立",
    "changed": "变更",
    "done": "办结",
    "replaced": "替代",
    "dropped": "终止",
    "done_in_all": "累计办结",
    "replaced_in_all": "替代",
    "dropped_in_all": "终止",
}
FURTHER: Final[Mapping[str, str]] = {
    "set": "本期立限",
    "met": "了结",
    "met_late": "其中逾期",
    "ended": "因故终止",
    "open": "期末未了",
    "passed": "其中逾期",
}
ALARMING: Final = frozenset({"overdue", "milestones_overdue", "broken", "passed"})


def satisfaction(one: Read) -> Iterator[Block]:
    """How satisfied those are who were called back; who is named for it; ratings by level."""
    answers, n = one.circular.satisfaction, one.n
    if answers is None:
        return
    yield from _called_back(one, answers) if answers.called else [Paragraph("本期未作回访。")]
    if n["rated"]:
        bad = f"，其中不满意、非常不满意{n['rated_badly']}件，须限期整改" if n["rated_badly"] else ""
        yield Paragraph(f"群众评价{n['rated']}件{bad}：")
        yield one.bars(answers.levels, "群众评价按等次")


def _called_back(one: Read, answers: Satisfaction) -> Iterator[Block]:
    required = percent(answers.required, 0)
    yield Paragraph("".join(_answered(one, answers)))
    below = [unit for unit in answers.units if unit.below]
    if below:
        yield Paragraph(f"满意率低于{required}的单位共{len(below)}个，予以点名，责令立行立改：")
        headings = ("单位", "满意率", "回访", "作出评价", "满意", "不满意")
        alarming = frozenset((at, 1) for at in range(len(below)))
        yield Table(headings, tuple(map(_below, below)), (2.4, 1.2, 1, 1, 1, 1), frozenset({0}), alarming)
    else:
        yield Paragraph(f"本期无满意率低于{required}的单位。")
    small = [unit for unit in answers.units if unit.small]
    if small:
        told = "、".join(f"{unit.name}（{unit.satisfied}/{unit.answered}）" for unit in small[:SMALL_NAMED])
        more = "等" if len(small) > SMALL_NAMED else ""
        yield Remark(
            f"注：评价不足{answers.minimum}件的不排名、不点名，本期有{len(small)}个单位：{told}{more}。"
        )


def _answered(one: Read, answers: Satisfaction) -> Iterator[str]:
    yield f"本期回访群众{answers.called}件，作出评价{answers.answered}件，满意{answers.satisfied}件，"
    yield f"满意率{percent(answers.rate)}"
    if answers.last_rate is not None:
        yield f"（{one.then}{percent(answers.last_rate)}）"
    yield f"，标准{percent(answers.required, 0)}。"
    perfect = [unit.name for unit in answers.units if unit.code in answers.perfect]
    if perfect:
        yield f"满意率达100%的单位{len(perfect)}个：{some(perfect, PERFECT_NAMED)}。"


def _below(unit: UnitAnswers) -> tuple[str, ...]:
    counts = (unit.called, unit.answered, unit.satisfied, unit.answered - unit.satisfied)
    return unit.name, percent(unit.rate), *map(str, counts)


def progress(one: Read) -> Iterator[Block]:
    """How promises and projects stand, by tier; what is past its day, the longest first."""
    lists, n = one.circular.progress, one.n
    if lists is None:
        return
    before = tick(n["promises_standing"], one.before("promises_standing"), one.then)
    yield Paragraph(
        f"在诺{n['promises_standing']}项{f'（{before}）' if one.last else ''}；"
        f"本期新作{n['promises_made']}项，电视亮诺{n['promises_aired']}项，变更{n['promises_changed']}项；"
        f"兑现{n['promises_kept']}项，逾期兑现{n['promises_kept_late']}项，失诺{n['promises_broken']}项，"
        f"撤回{n['promises_withdrawn']}项。"
    )
    kept = {row.name: (percent(row.kept_rate),) for row in lists.promises}
    yield from _tiers("承诺兑现情况", "层级", PROMISES, lists.promises, ("按期兑现率",), kept, (_kept(n),))
    yield from _late("到期未兑现的承诺", lists.late_promises, n["promises_overdue"])
    rated = f"；群众评价项目{n['projects_rated']}次，差评{n['projects_rated_badly']}次"
    yield Paragraph(
        f"在办项目{n['projects_open']}个，累计办结{n['projects_done_in_all']}个；"
        f"本期新立{n['projects_opened']}个，变更{n['projects_changed']}次，"
        f"报送进展{n['projects_progressed']}次，达到节点{n['milestones_reached']}个，"
        f"办结{n['projects_done']}个，替代{n['projects_replaced']}个，终止{n['projects_dropped']}个"
        f"{rated if n['projects_rated'] else ''}。"
    )
    money = {row.name: (wan(row.budget), wan(row.funded)) for row in lists.projects}
    sums = (wan_sum(row.budget for row in lists.projects), wan_sum(row.funded for row in lists.projects))
    also = ("预算（万元）", "落实（万元）")
    yield from _tiers("项目推进情况", "层级", PROJECTS, lists.projects, also, money, sums)
    yield from _late("超过完成日期的项目", lists.late_projects, n["projects_overdue"])


def _kept(n: Mapping[str, int]) -> str:
    ends = [n[f"promises_{end}_in_all"] for end in ("kept", "kept_late", "broken")]
    return percent(rate(ends[0], sum(ends)))


def further(one: Read) -> Iterator[Block]:
    """Further limits by kind, where there are any."""
    if lists := one.circular.progress:
        yield from _tiers("裁定、延期、协办、整改时限", "时限", FURTHER, lists.further)


def _tiers(
    caption: str,
    first: str,
    columns: Mapping[str, str],
    rows: Sequence[Part],
    also: tuple[str, ...] = (),
    more: Mapping[str, tuple[str, ...]] | None = None,
    sums: tuple[str, ...] = (),
) -> Iterator[Table]:
    """A row for each tier or kind in which anything is counted. `also`, `more`, `sums`: columns behind."""
    told: list[Mapping[str, Any]] = [dict(row) for row in touched(rows)]
    if not told:
        return
    yield Table(
        (first, *columns.values(), *also),
        tuple(
            (row["name"], *(or_dash(row[column]) for column in columns), *(more or {}).get(row["name"], ()))
            for row in told
        ),
        (1.8, *[1.0] * len(columns), *[1.4] * len(also)),
        frozenset({0}),
        frozenset(
            (at, place)
            for at, row in enumerate(told)
            for place, column in enumerate(columns, 1)
            if column in ALARMING and row[column]
        ),
        ("合计", *(or_dash(sum(row[column] for row in told)) for column in columns), *sums) if also else (),
        caption,
    )


def _late(title: str, items: Sequence[LateItem], count: int) -> Iterator[Block]:
    if not items:
        return
    which = f"，最久的{LATE_LISTED}项如下" if count > LATE_LISTED else ""
    yield Paragraph(f"{title}{count}项{which}：")
    rows = tuple(
        (
            item.number,
            short(item.text, 30),
            item.unit_name,
            f"{item.post_title} {item.holder}" if item.holder else item.post_title,
            limit_day(item.due),
            f"{item.days_late}天",
        )
        for item in items[:LATE_LISTED]
    )
    alarming = frozenset((at, 5) for at in range(len(rows)))
    headings = ("编号", "内容", "责任单位", "责任人", "期限", "已超期")
    yield Table(headings, rows, (1.6, 2.6, 1.6, 1.8, 1, 0.9), frozenset({1, 2, 3}), alarming)


def boards(one: Read) -> Iterator[Block]:
    """Red and black lists, towns and departments apart."""
    told, answers = one.circular.boards, one.circular.satisfaction
    if told is None or answers is None:
        return
    yield Remark(
        "注：各取前五名、后五名，数值相同的并列，不分先后。"
        "回退率＝退回÷（上期结转＋本期交办），重办率＝重办÷（上期结转＋本期交办），均以低为好；"
        f"回访评价不足{answers.minimum}件的不列入满意率；各项已达最好数值的不列入黑榜。"
    )
    for title, board in ((one.territory, told.towns), ("部门", told.departments)):
        rows = tuple(_board(measure) for measure in board if measure.judged)
        if title and rows:
            yield Heading(2, title)
            alarming = frozenset((at, 2) for at, row in enumerate(rows) if row[2] != "无")
            headings = ("指标", "红榜（前五）", "黑榜（后五）")
            yield Table(headings, rows, (1, 2.4, 2.4), frozenset({1, 2}), alarming)


def _board(board: Board) -> tuple[str, str, str]:
    return board.zh, _places(board.best) or DASH, _places(board.worst) or "无"


def _places(places: Sequence[Place]) -> str:
    return "；".join(f"{percent(place.value)} {some(place.names, TIED_NAMED)}" for place in places)
