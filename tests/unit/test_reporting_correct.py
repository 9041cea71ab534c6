"""A correction says what differs, old and new, and the page of each edition names the other."""

from dataclasses import replace

from services.reporting.circular import Change, Circular, Correction, Edition, Issued, canonical, sha256
from services.reporting.compose import Group, Numbers, compose
from services.reporting.correct import changes
from services.reporting.directory import Directory
from services.reporting.periods import containing
from services.reporting.public import public
from services.reporting.render.html import to_html
from tests.contract.reporting_histories import FIRST
from tests.unit.test_reporting_circular import CUT_AT, WHOLE, figures, known


def composed(directory: Directory) -> Circular:
    by_unit = {"water": figures(completed_on_time=2, due=3, assigned=3), "roads": figures(assigned=1)}
    groups = [Group("help", "water.bill", "town_east", 2), Group("report", "road", None, 1)]
    numbers = Numbers(by_unit, groups, {"wechat": 3}, {}, WHOLE, (), (), ())
    return compose(containing("weekly", FIRST), numbers, directory, None)


def renamed(code: str, name: str) -> Directory:
    directory = known()
    unit = directory.units[code].model_copy(update={"name": name})
    return replace(directory, units={**directory.units, code: unit})


def test_nothing_differs_where_the_directory_says_the_same() -> None:
    assert list(changes(composed(known()), composed(known()))) == []


def test_a_unit_s_mended_name_is_told_old_and_new() -> None:
    [change] = changes(composed(known()), composed(renamed("water", "县水利局")))
    assert change == Change(path="units/water/name", name="县水利局：名称", old="water单位", new="县水利局")


def test_what_is_counted_elsewhere_is_told_figure_by_figure() -> None:
    directory = known()
    moved = directory.categories["water.bill"].model_copy(update={"parent": "other"})
    anew = composed(replace(directory, categories={**directory.categories, "water.bill": moved}))
    told = {change.path: (change.old, change.new) for change in changes(composed(directory), anew)}
    assert told["counts/assigned.category.water"] == ("2", "—")
    assert told["counts/assigned.category.other"] == ("—", "2")
    assert not any(path.startswith("units/") for path in told)


def test_a_correction_s_page_and_the_old_one_s_name_each_other() -> None:
    old = composed(known())
    anew = composed(renamed("water", "县水利局"))
    mended = Correction(
        corrects="2021-03",
        reason="单位名称有误",
        remark="以本期为准",
        directory_offset=7,
        changes=tuple(changes(old, anew)),
    )
    page = to_html(_edition(anew.model_copy(update={"correction": mended}), "correction-2021-01"))
    for text in (
        "〔2021〕第3期（2021-03）",
        "单位名称有误",
        "以本期为准",
        "县水利局：名称",
    ):
        assert text in page
    told = to_html(_edition(old, "2021-03", corrected_by="correction-2021-01"))
    assert "本通报已由更正〔2021〕第1期（correction-2021-01）更正" in told
    assert "更正" not in to_html(_edition(old, "2021-03"))


def test_the_public_correction_says_what_differs_in_a_case_without_which_case_it_is() -> None:
    told = public(
        composed(known()).model_copy(
            update={
                "correction": Correction(
                    corrects="2021-03",
                    reason="有误",
                    remark=None,
                    directory_offset=7,
                    changes=(
                        Change(
                            path="overdue/7f/holder", name="超期未办结事项：7f：责任人", old="甲", new="乙"
                        ),
                        Change(path="overdue/7f", name="超期未办结事项：7f", old="YN1-X", new="—"),
                        Change(path="units/water/name", name="县水利局：名称", old="甲局", new="县水利局"),
                    ),
                )
            }
        )
    ).correction
    assert told is not None
    assert [tuple(change.model_dump().values()) for change in told.changes] == [
        ("overdue/holder", "超期未办结事项：责任人", "甲", "乙"),
        ("overdue", "超期未办结事项", "有", "—"),
        ("units/water/name", "县水利局：名称", "甲局", "县水利局"),
    ]


def _edition(of: Circular, number: str, corrected_by: str | None = None) -> Edition:
    issue = Issued(state="issued", number=number, issued_at=CUT_AT, issued_by="x", corrected_by=corrected_by)
    return Edition(circular=of, figures_sha256=sha256(canonical(of)), drafted_at=CUT_AT, issue=issue)
