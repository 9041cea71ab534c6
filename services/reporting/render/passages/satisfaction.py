"""回访与评价: how satisfied those are who were called back; who is named for it; ratings by level."""

from collections.abc import Iterator, Sequence
from typing import Final

from services.kit.documents.official import Block, Paragraph, Remark
from services.reporting.render.read import Read
from services.reporting.render.table import Column, table
from services.reporting.render.wording import if_any, percent, some
from services.reporting.sections import Satisfaction, UnitAnswers

PERFECT_NAMED: Final = 8
SMALL_NAMED: Final = 12


def satisfaction(one: Read) -> Iterator[Block]:
    """Call-backs, then what citizens rated of themselves."""
    answers, n = one.circular.satisfaction, one.n
    if answers.called:
        yield Paragraph("".join(_answered(one, answers)))
        yield from _below(answers)
    else:
        yield Paragraph("本期未作回访。")
    if n["rated"]:
        bad = if_any(n, "rated_badly", "，其中不满意、非常不满意{}件，须限期整改")
        yield Paragraph(f"群众主动评价{n['rated']}件{bad}：")
        yield one.bars(answers.levels, "群众评价按等次")


def _answered(one: Read, answers: Satisfaction) -> Iterator[str]:
    yield f"本期回访{answers.called}件，作出评价{answers.answered}件，满意{answers.satisfied}件"
    if answers.rate is not None:
        yield f"，满意率{percent(answers.rate)}"
        yield f"（{one.then}{percent(answers.last_rate)}）" if answers.last_rate is not None else ""
        yield f"，标准{percent(answers.required, 0)}"
    yield "。"
    perfect = [unit.name for unit in answers.units if unit.code in answers.perfect]
    if perfect:
        yield f"满意率达100%的单位{len(perfect)}个：{some(perfect, PERFECT_NAMED)}。"


def _below(answers: Satisfaction) -> Iterator[Block]:
    """Who is named, and of whom too few were asked to judge them."""
    required = percent(answers.required, 0)
    below = [unit for unit in answers.units if unit.below]
    if below:
        yield Paragraph(f"满意率低于{required}的单位共{len(below)}个，予以点名，责令立行立改：")
        yield table(below, COLUMNS)
    else:
        yield Paragraph(f"本期无满意率低于{required}的单位。")
    small = [f"{unit.name}（{unit.satisfied}/{unit.answered}）" for unit in answers.units if unit.small]
    if small:
        yield Remark(
            f"注：评价不足{answers.minimum}件的单位不排名、不点名，本期有{len(small)}个"
            f"（括号内为满意件数/评价件数）：{some(small, SMALL_NAMED)}。"
        )


COLUMNS: Final[Sequence[Column[UnitAnswers]]] = (
    Column("单位", lambda unit: unit.name, 2.4, left=True),
    Column("满意率", lambda unit: percent(unit.rate), 1.2, alarming=lambda _: True),
    Column("回访", lambda unit: str(unit.called)),
    Column("作出评价", lambda unit: str(unit.answered)),
    Column("满意", lambda unit: str(unit.satisfied)),
    Column("不满意", lambda unit: str(unit.answered - unit.satisfied)),
)
