"""承诺与项目: how promises and projects stand, by tier; what is past its day, the longest first."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from services.kit.documents.official import Block, Paragraph
from services.reporting.part import rate
from services.reporting.render.passages.late import OF_LISTS, late
from services.reporting.render.read import Read
from services.reporting.render.table import Column, counted, sum_of, table, touched
from services.reporting.render.wording import if_any, percent, tick, wan
from services.reporting.sections import ProjectRow, PromiseRow


def progress(one: Read) -> Iterator[Block]:
    """Promises, then projects."""
    lists, n = one.circular.progress, one.n
    yield Paragraph("".join(_promises(one)))
    if tiers := touched(lists.promises):
        yield table(tiers, PROMISES, "承诺兑现情况（项）")
    yield from late("到期未兑现的承诺", "项", lists.late_promises, n["promises_overdue"], OF_LISTS)
    yield Paragraph("".join(_projects(n)))
    if levels := touched(lists.projects):
        yield table(levels, PROJECTS, "项目推进情况（个）")
    yield from late("超过完成日期的项目", "个", lists.late_projects, n["projects_overdue"], OF_LISTS)


def _promises(one: Read) -> Iterator[str]:
    n = one.n
    if not any(count for figure, count in n.items() if figure.startswith("promises_")):
        yield "承诺：期末无在诺事项，本期无变动。"
        return
    before = one.before("promises_standing")
    yield f"承诺：期末在诺{n['promises_standing']}项"
    yield f"，{tick(n['promises_standing'], before, one.then)}" if before is not None else ""
    yield f"；本期新作{n['promises_made']}项，电视亮诺{n['promises_aired']}项，变更{n['promises_changed']}项"
    yield f"；兑现{n['promises_kept']}项，逾期兑现{n['promises_kept_late']}项，失诺{n['promises_broken']}项"
    yield if_any(n, "promises_withdrawn", "，撤回{}项")
    yield "。"


def _projects(n: Mapping[str, int]) -> Iterator[str]:
    if not any(count for figure, count in n.items() if figure.startswith("projects_")):
        yield "项目：期末无在办项目，本期无变动。"
        return
    yield f"项目：期末在办{n['projects_open']}个，累计办结{n['projects_done_in_all']}个"
    yield f"；本期新立{n['projects_opened']}个，变更{n['projects_changed']}次"
    yield f"，报送进展{n['projects_progressed']}次，达到节点{n['milestones_reached']}个"
    yield f"，办结{n['projects_done']}个"
    yield if_any(n, "projects_replaced", "，替代{}个")
    yield if_any(n, "projects_dropped", "，终止{}个")
    bad = if_any(n, "projects_rated_badly", "，差评{}次")
    yield if_any(n, "projects_rated", f"；群众评价项目{{}}次{bad}")
    yield "。"


def _kept(rows: Sequence[PromiseRow]) -> str:
    kept = sum(row.kept_in_all for row in rows)
    return percent(rate(kept, kept + sum(row.kept_late_in_all + row.broken_in_all for row in rows)))


PROMISES: Final[Sequence[Column[PromiseRow]]] = (
    Column("层级", lambda row: row.name, 1.8, left=True, total=sum_of),
    counted("在诺", lambda row: row.standing, "期末"),
    counted("到期未兑现", lambda row: row.overdue, "期末", alarming=True),
    counted("兑现", lambda row: row.kept, "本期"),
    counted("逾期兑现", lambda row: row.kept_late, "本期"),
    counted("失诺", lambda row: row.broken, "本期", alarming=True),
    counted("撤回", lambda row: row.withdrawn, "本期"),
    counted("兑现", lambda row: row.kept_in_all, "累计"),
    counted("逾期兑现", lambda row: row.kept_late_in_all, "累计"),
    counted("失诺", lambda row: row.broken_in_all, "累计"),
    counted("撤回", lambda row: row.withdrawn_in_all, "累计"),
    Column("按期兑现率", lambda row: percent(row.kept_rate), 1.4, total=_kept, group="累计"),
)
PROJECTS: Final[Sequence[Column[ProjectRow]]] = (
    Column("层级", lambda row: row.name, 1.8, left=True, total=sum_of),
    counted("在办", lambda row: row.open, "期末"),
    counted("超期", lambda row: row.overdue, "期末", alarming=True),
    counted("节点逾期", lambda row: row.milestones_overdue, "期末", alarming=True),
    counted("新立", lambda row: row.opened, "本期"),
    counted("变更", lambda row: row.changed, "本期"),
    counted("办结", lambda row: row.done, "本期"),
    counted("替代", lambda row: row.replaced, "本期"),
    counted("终止", lambda row: row.dropped, "本期"),
    counted("办结", lambda row: row.done_in_all, "累计"),
    counted("替代", lambda row: row.replaced_in_all, "累计"),
    counted("终止", lambda row: row.dropped_in_all, "累计"),
    Column(
        "预算",
        lambda row: wan(row.budget),
        1.4,
        total=lambda rows: wan(sum((Decimal(row.budget) for row in rows), Decimal(0))),
        group="资金（万元）",
    ),
    Column(
        "落实",
        lambda row: wan(row.funded),
        1.4,
        total=lambda rows: wan(sum((Decimal(row.funded) for row in rows), Decimal(0))),
        group="资金（万元）",
    ),
)
