"""The ledger page of a project, as a county clerk prints it."""

from datetime import UTC, date, datetime
from typing import Any

from services.assignment.project import Act, Change, Finish, Moved, Reach, Report, move, opened
from services.assignment.project_history import Difference, Told, history, milestones
from services.assignment.project_labels import DirectoryLabels
from services.assignment.render.ledger_page import (
    LedgerPage,
    Promised,
    in_ten_thousands,
    shown,
    to_html,
    yuan,
)
from services.contracts.public_text import PublicText
from tests.project_fakes import plan
from tests.unit.directory_samples import county

NOW = datetime(2021, 3, 1, 4, 0, tzinfo=UTC)
TODAY = date(2021, 3, 1)


def page(promises: tuple[Promised, ...] = (), more: bool = False, **given: Any) -> str:
    """A project that was changed, reported on and finished, on paper."""
    moved = opened("县项-1", plan(**given), NOW, TODAY)
    facts = [Told(moved.event, NOW)]
    changed = moved.project.plan.model_copy(
        update={
            "completion": date(2021, 8, 31),
            "lead_unit": "river_town",
            "budget": moved.project.plan.budget + 1,
        }
    )
    acts: tuple[Act, ...] = (
        Report(PublicText("主管道已更换2公里。"), PublicText("现场照片"), 60),
        Change(changed, PublicText("汛期无法施工。"), "magistrate"),
        *(Reach(one.name, TODAY) for one in moved.project.plan.milestones),
        Finish(TODAY, PublicText("已通水。")),
    )
    for act in acts:
        outcome = move(moved.project, act, TODAY)
        assert isinstance(outcome, Moved)
        moved = outcome
        facts.append(Told(moved.event, NOW))
    entries, project = tuple(history(facts)), moved.project
    return to_html(
        LedgerPage(
            authority="某县",
            ledger=project.ledger,
            state=project.state,
            overdue=False,
            percent=project.percent,
            done_on=project.done_on,
            replaced_by=project.replaced_by,
            cases=3,
            promises=promises,
            more_promises=more,
            leader="王某",
            plan=project.plan,
            milestones=tuple(milestones(project.plan, entries)),
            entries=entries,
            labels=DirectoryLabels.of(county()),
            printed_at=NOW,
        )
    )


def test_the_page_names_people_units_and_days_as_the_county_does() -> None:
    html = page()
    for words in (
        "某县办实事项目台账",
        "县项-1",
        "水利局局长",
        "王某",
        "2021年8月31日",
        "河口镇",
        "6,400,001 元",
    ):
        assert words in html
    assert "water" not in html


def test_the_promises_that_stand_on_it_are_listed_with_who_made_them() -> None:
    one = Promised("诺1", "水利局 局长 丙某", "<b>修好老街水管</b>。", date(2021, 6, 30), "kept")
    html = page((one,))
    for said in ("诺1", "水利局 局长 丙某", "&lt;b&gt;修好老街水管", "2021年6月30日", "按期兑现"):
        assert said in html
    assert "其余见承诺清单" not in html
    assert "只列最近 1 项，其余见承诺清单" in page((one,), more=True)


def test_a_change_shows_before_after_reason_and_approver() -> None:
    html = page()
    assert '<span class="was">2021年6月30日</span> → 2021年8月31日' in html
    assert '<span class="was">水利局</span> → 河口镇' in html
    assert "理由：汛期无法施工。 批准：县长。" in html


def test_of_several_milestones_a_change_shows_those_that_differ() -> None:
    before = "招标 2021-03-20；主体完工 2021-06-10"
    labels = DirectoryLabels.of(county())
    one = Difference("milestones", before, "招标 2021-03-20；主体完工 2021-08-10；验收 2021-08-20")
    assert shown(one, labels) == ("主体完工 2021-06-10", "主体完工 2021-08-10；验收 2021-08-20")
    assert shown(Difference("milestones", before, "招标 2021-03-20"), labels) == ("主体完工 2021-06-10", "无")
    assert shown(Difference("place", "river", None), labels) == ("河口镇", "无")


def test_a_project_without_money_or_milestones_says_so() -> None:
    html = page(budget="0", funds=(), milestones=(), assisting_units=())
    assert html.count("<td colspan") == 3


def test_what_people_wrote_is_text_and_never_markup() -> None:
    html = page(name="<script>alert(1)</script>", content="甲 & 乙")
    assert "<script>" not in html
    assert "甲 &amp; 乙" in html


def test_amounts_are_told_in_yuan_and_in_ten_thousands() -> None:
    amount = plan(budget="10420000.50", funds=()).budget
    assert (yuan(amount), in_ten_thousands(amount)) == ("10,420,000.50", "1,042.00005")
    assert (yuan(plan().budget), in_ten_thousands(plan().budget)) == ("6,400,000", "640")
