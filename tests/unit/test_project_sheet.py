"""A county's spreadsheet: rows to projects and back, and every error with row, column and remedy."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assignment.import_projects import SheetRefused, import_projects
from services.assignment.open_projects import Opened
from services.assignment.project_labels import SUGGESTED, DirectoryLabels
from services.assignment.project_sheet import HEADINGS, SheetRow, read_row, row_of
from services.contracts.project import Plan, ProjectEvent
from services.kit.masking import mask
from tests.project_fakes import ProjectsInMemory, plan
from tests.unit.directory_samples import POSTS, county

NOW = datetime(2021, 3, 1, 4, 0, tzinfo=UTC)
LABELS = DirectoryLabels.of(county())


def cells(ledger: str = "县项-1", **changed: str | None) -> dict[str, str | None]:
    """A good row; `changed` by the field's name."""
    good: dict[str, str | None] = dict(row_of(ledger, plan(), LABELS))
    return {**good, **{HEADINGS[name]: value for name, value in changed.items()}}


async def imported(
    *rows: dict[str, str | None], projects: ProjectsInMemory | None = None
) -> tuple[Opened | SheetRefused, list[ProjectEvent]]:
    published: list[ProjectEvent] = []
    sheet = [SheetRow(number, row) for number, row in enumerate(rows, 2)]
    projects = projects or ProjectsInMemory()
    return await import_projects(projects, published.append, county(), sheet, "某", NOW), published


async def places_of(*rows: dict[str, str | None]) -> list[tuple[int, str]]:
    """Row and column of each problem; each has a remedy and nothing was opened."""
    found, published = await imported(*rows)
    assert isinstance(found, SheetRefused), found
    assert published == []
    assert all(one.what and one.remedy for one in found.problems)
    return [(one.row, one.column) for one in found.problems]


async def test_a_sheet_is_opened_and_again_adds_nothing() -> None:
    projects = ProjectsInMemory()
    first, events = await imported(cells("县项-1"), cells("县项-2"), projects=projects)
    again, none = await imported(cells("县项-1"), cells("县项-2"), projects=projects)
    assert isinstance(first, Opened)
    assert isinstance(again, Opened)
    assert ([one.ledger for one in first.opened], len(events)) == (["县项-1", "县项-2"], 2)
    assert (again.opened, len(again.unchanged), none) == ((), 2, [])


async def test_names_stand_for_codes_where_they_are_clear() -> None:
    found, _ = await imported(
        cells(
            lead_unit="水利局",
            owner="水利局局长",
            category="水质",
            place="河口",
            assisting_units="河口镇、信访局",
        )
    )
    assert isinstance(found, Opened)
    read = found.opened[0].plan
    assert (read.lead_unit, read.owner, read.category, read.place) == (
        "water",
        "water.head",
        "water.quality",
        "river",
    )
    assert read.assisting_units == ("river_town", "petition")


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"ledger": ""}, "台账编号"),
        ({"ledger": "有 空格"}, "台账编号"),
        ({"name": None}, "项目名称"),
        ({"name": "长" * 201}, "项目名称"),
        ({"content": "有\x00字符"}, "项目内容"),
        ({"tier": "省级领导"}, "层级"),
        ({"tier": "普通党员"}, "层级"),
        ({"owner": "局长"}, "责任职务"),
        ({"owner": ""}, "责任职务"),
        ({"lead_unit": "水务局"}, "牵头单位"),
        ({"assisting_units": "水务局"}, "协办单位"),
        ({"category": "天气"}, "类别"),
        ({"place": "月亮"}, "地点"),
        ({"budget": "很多"}, "预算（元）"),
        ({"budget": "1.005"}, "预算（元）"),
        ({"budget": "-1"}, "预算（元）"),
        ({"budget": "NaN"}, "预算（元）"),
        ({"budget": "1e30"}, "预算（元）"),
        ({"budget": "6400000.01"}, "资金来源"),
        ({"funds": "中央资金"}, "资金来源"),
        ({"funds": "中央资金 2021年 640万"}, "资金来源"),
        ({"start": "三月"}, "开工日期"),
        ({"completion": "2021-02-30"}, "完成期限"),
        ({"completion": "2021-01-01", "milestones": ""}, "完成期限"),
        ({"funds": "中央资金 0021年 6400000"}, "资金来源"),
        ({"funds": f"{'长' * 101} 2021年 6400000"}, "资金来源"),
        ({"budget": "", "funds": "中央 2021年 999999999999；省 2021年 999999999999"}, "预算（元）"),
        ({"milestones": "主体完工"}, "节点"),
        ({"milestones": f"{'长' * 101} 2021-06-10"}, "节点"),
        ({"milestones": "；".join(f"第{n}步 2021-06-10" for n in range(51))}, "节点"),
        ({"milestones": "主体完工 2022-01-01"}, "节点"),
    ],
)
async def test_each_wrong_cell_is_named_by_row_and_column(changed: dict[str, Any], column: str) -> None:
    assert await places_of(cells("县项-0"), cells(**changed)) == [(3, column)]


async def test_every_error_of_the_sheet_is_told_at_once() -> None:
    wrong = cells("县项-2", lead_unit="水务局", budget="很多", completion="2020-01-01", milestones="")
    assert await places_of(cells("县项-1"), wrong, cells("县项-1")) == [
        (3, "预算（元）"),
        (3, "牵头单位"),
        (3, "完成期限"),
        (4, "台账编号"),
    ]


async def test_an_unknown_unit_brings_the_names_that_are_close() -> None:
    found, _ = await imported(cells(lead_unit="水务局"))
    assert isinstance(found, SheetRefused)
    assert "水利局" in found.problems[0].remedy


async def test_a_sheet_full_of_unknown_words_is_told_what_the_first_of_them_may_mean() -> None:
    rows = [cells(f"县项-{number}", lead_unit=f"水利局{number}科") for number in range(SUGGESTED + 3)]
    found, _ = await imported(*rows)
    assert isinstance(found, SheetRefused)
    assert ["水利局" in one.remedy for one in found.problems] == [True] * SUGGESTED + [False] * 3


async def test_others_are_served_while_a_sheet_is_checked() -> None:
    """Nothing in memory is waited for, so that without its threads the import would go through at once."""
    other = asyncio.create_task(asyncio.sleep(0))
    await asyncio.sleep(0)
    found, _ = await imported(cells(lead_unit="水务局"))
    assert isinstance(found, SheetRefused)
    assert other.done()


async def test_a_ledger_number_of_another_project_is_refused() -> None:
    projects = ProjectsInMemory()
    await imported(cells(), projects=projects)
    found, events = await imported(cells(name="别的项目"), cells("县项-2"), projects=projects)
    assert isinstance(found, SheetRefused)
    assert [(one.row, one.column) for one in found.problems] == [(2, "台账编号")]
    assert (events, len(projects.projects)) == ([], 1)


async def test_missing_and_unknown_columns_are_told_once() -> None:
    row = {"经费": "1", **cells()}
    del row["预算（元）"], row["协办单位"]
    assert await places_of(row, {**row, "台账编号": "县项-2"}) == [(1, "预算（元）"), (1, "经费")]


async def test_a_wrong_heading_hides_no_error_of_the_rows() -> None:
    row, late = {"经费": "1", **cells()}, cells("县项-2", completion="2020-01-01", milestones="", tier="省级")
    for one in (row, late):
        del one["预算（元）"]
    assert await places_of(row, late) == [
        (1, "预算（元）"),
        (1, "经费"),
        (3, "层级"),
        (3, "完成期限"),
    ]


async def test_a_row_with_too_many_cells_is_told_with_the_others_and_nothing_of_it_is_judged() -> None:
    rows = [
        SheetRow(2, cells(lead_unit="水务局")),
        SheetRow(3, {"台账编号": "x", "+1": "多"}, "1 cells more than headings"),
    ]
    found = await import_projects(ProjectsInMemory(), lambda _: None, county(), rows, "某", NOW)
    assert isinstance(found, SheetRefused)
    assert [(one.row, one.column) for one in found.problems] == [(2, "牵头单位"), (3, "整行")]


async def test_a_row_that_can_not_be_read_whole_is_not_held_against_what_stands_under_its_number() -> None:
    projects = ProjectsInMemory()
    await imported(cells(), projects=projects)
    found, _ = await imported(cells(budget="很多"), projects=projects)
    assert isinstance(found, SheetRefused)
    assert [(one.row, one.column) for one in found.problems] == [(2, "预算（元）")]


@pytest.mark.parametrize("day", ["2021-06-30", "2021/6/30", "2021.06.30", "2021年6月30日"])
async def test_days_are_read_as_counties_write_them(day: str) -> None:
    found, _ = await imported(cells(completion=day))
    assert isinstance(found, Opened)
    assert found.opened[0].plan.completion == date(2021, 6, 30)


@pytest.mark.parametrize(
    ("said", "tier"),
    [("科级干部", "section_leader"), ("科级领导", "section_leader"), ("乡镇", "town"), ("town", "town")],
)
def test_tiers_are_read_as_counties_write_them(said: str, tier: str) -> None:
    assert read_row(SheetRow(2, cells(tier=said)), LABELS).opening.plan.tier == tier


def test_titles_that_several_posts_have_are_written_with_their_unit() -> None:
    assert (LABELS.posts.label("water.head"), LABELS.posts.label("magistrate")) == ("水利局局长", "县长")
    assert LABELS.posts.code("县政府县长") == "magistrate"


def test_labels_that_stand_for_two_codes_stand_for_neither() -> None:
    twins = [*POSTS, {"code": "water.deputy", "title": "局长", "unit": "water", "tier": "department"}]
    labels = DirectoryLabels.of(county(posts=twins)).posts
    assert labels.label("water.head") == "water.head"
    assert labels.code("水利局局长") == "水利局局长"


words = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=20).filter(
    lambda text: not set("；;") & set(text)
)
amounts = st.decimals(min_value=0, max_value=10**9, places=2)
days = st.dates(date(2021, 3, 1), date(2021, 6, 30))


@given(
    name=words,
    content=words,
    units=st.sampled_from([(), ("river_town",), ("petition", "river_town")]),
    tier=st.sampled_from(["county_leader", "town", "department", "section_leader"]),
    funds=st.lists(st.tuples(words, st.integers(2000, 2099), amounts), max_size=3),
    milestones=st.lists(st.tuples(words, days), max_size=3),
    scope=st.sampled_from([(None, None), ("water.quality", "river"), ("road", None)]),
)
def test_a_project_written_to_a_row_and_read_again_is_the_same(
    name: str, content: str, units: Any, tier: Any, funds: Any, milestones: Any, scope: Any
) -> None:
    one = plan(
        name=mask(name),
        content=mask(content),
        tier=tier,
        assisting_units=units,
        category=scope[0],
        place=scope[1],
        budget=sum(amount for _, _, amount in funds),
        funds=[{"source": mask(source), "year": year, "amount": amount} for source, year, amount in funds],
        milestones=[{"name": mask(of), "due": due} for of, due in milestones],
    )
    read = read_row(SheetRow(2, dict(row_of("县项-1", one, LABELS))), LABELS)
    assert read.faults == ()
    assert read.opening.plan == Plan.model_validate(one.model_dump())
