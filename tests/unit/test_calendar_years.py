"""One year's holidays, from the package and from a file."""

import json
from datetime import date

import pytest

from services.supervision.calendar import (
    InvalidCalendar,
    UnknownYear,
    WorkCalendar,
    YearCalendar,
    from_chinesecalendar,
    parse_year,
)

NOTICE = """date,kind,name
2021-04-03,holiday,清明
2021-04-04,holiday,清明
2021-04-05,holiday,清明
2021-04-25,makeup,劳动节
2021-05-03,holiday,劳动节
2021-05-06,workday,
"""


def test_the_package_knows_the_weekdays_off_and_the_weekend_days_worked_of_2021() -> None:
    year = from_chinesecalendar(2021)
    assert [day for day in year.holidays if day.month in (4, 5)] == [
        date(2021, 4, 5), date(2021, 5, 3), date(2021, 5, 4), date(2021, 5, 5),
    ]  # fmt: skip
    assert year.make_up_days == (
        date(2021, 2, 7), date(2021, 2, 20), date(2021, 4, 25), date(2021, 5, 8),
        date(2021, 9, 18), date(2021, 9, 26), date(2021, 10, 9),
    )  # fmt: skip
    assert dict(year.names)[date(2021, 4, 3)] == "清明"


def test_a_year_that_the_package_does_not_know_is_unknown() -> None:
    with pytest.raises(UnknownYear, match="1999") as raised:
        from_chinesecalendar(1999)
    assert raised.value.year == 1999


def test_a_file_gives_the_year_it_describes() -> None:
    year = parse_year("\ufeff" + NOTICE, source="notice-2021.csv")
    assert (year.year, year.source) == (2021, "notice-2021.csv")
    assert year.holidays == (date(2021, 4, 5), date(2021, 5, 3))
    assert year.make_up_days == (date(2021, 4, 25),)
    assert dict(year.names)[date(2021, 4, 3)] == "清明"


def test_names_are_optional() -> None:
    assert parse_year("date,kind\n2021-04-05,holiday\n").names == ()


def test_a_year_comes_back_from_json_as_it_was() -> None:
    year = from_chinesecalendar(2020)
    assert YearCalendar.from_json(json.loads(json.dumps(year.to_json()))) == year


def test_the_version_follows_the_dates_and_nothing_else() -> None:
    named = parse_year(NOTICE)
    assert parse_year(NOTICE.replace("清明", "").replace("2021-05-06,workday,\n", ""), "other").version == (
        named.version
    )
    assert parse_year(NOTICE.replace("05-03", "05-04")).version != named.version


def test_a_year_loaded_again_replaces_the_older_one() -> None:
    older, newer = parse_year(NOTICE), from_chinesecalendar(2021)
    assert WorkCalendar.of([older, newer]).years == (newer,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"row 1, column date.*the first row must read date,kind"),
        ("day,kind\n2021-04-05,holiday\n", r"row 1, column date: 'day,kind'"),
        ("date,kind\n2021-02-30,holiday\n", r"row 2, column date: '2021-02-30'; write an existing date"),
        ("date,kind\n2021-04-05,off\n", r"row 2, column kind: 'off'; write one of holiday, makeup, workday"),
        ("date,kind\n2021-04-05\n", r"row 2, column date: '2021-04-05'; a row has a date, a kind"),
        ("date,kind\n2021-04-05,holiday\n\n2021-04-06,makeup\n", r"row 4, column kind.*Saturday or Sunday"),
        ("date,kind\n2021-04-05,holiday\n2021-04-24,workday\n", r"row 3, column kind.*is a makeup"),
        ("date,kind\n2021-04-05,holiday\n2022-01-03,holiday\n", r"row 3, column date.*one year, here 2021"),
        ("date,kind\n2021-04-05,holiday\n2021-04-05,holiday\n", r"row 3, column date.*row 2 already has"),
        ("date,kind\n2021-04-25,makeup\n", r"there is no holiday in the file"),
    ],
)
def test_a_bad_file_is_refused_with_row_column_and_remedy(text: str, message: str) -> None:
    with pytest.raises(InvalidCalendar, match=message):
        parse_year(text)


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(InvalidCalendar) as raised:
        parse_year("date,kind\nx,holiday\n2021-04-05,y\n")
    assert [(fault.row, fault.column) for fault in raised.value.faults] == [(2, "date"), (3, "kind")]
