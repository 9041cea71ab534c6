"""The shipped presets say what their sources say, and a bad file is refused with its reason."""

from datetime import date, datetime, timedelta
from itertools import product

import pytest

from services.contracts.vocabulary import KINDS, Kind, LimitKind, Urgency
from services.supervision import presets
from services.supervision.calendar import LOCAL, WorkCalendar, from_chinesecalendar
from services.supervision.limits import URGENCIES, Unit, compute
from services.supervision.presets import InvalidPreset

Amounts = dict[Kind, tuple[int, Unit]]

# Guangdong 12345, Beijing DB11/T 2021 draft, Qinglong county: completing a normal case.
NORMAL: dict[str, Amounts] = {
    "guangdong": {
        "consultation": (2, "working_days"),
        "help": (10, "working_days"),
        "suggestion": (10, "working_days"),
        "complaint": (15, "working_days"),
        "report": (15, "working_days"),
    },
    "beijing": {
        "consultation": (7, "days"),
        "help": (7, "days"),
        "suggestion": (15, "days"),
        "complaint": (15, "days"),
        "report": (15, "days"),
    },
    "qinglong": {
        "consultation": (1, "working_days"),
        "help": (5, "working_days"),
        "suggestion": (5, "working_days"),
        "complaint": (10, "working_days"),
        "report": (10, "working_days"),
    },
}


@pytest.mark.parametrize("name", presets.LIMITS)
def test_normal_cases_have_the_published_time(name: str) -> None:
    limits = presets.limit_set(name)
    rules = {kind: limits.rule("complete", kind, "normal") for kind in KINDS}
    assert {kind: (rule.amount, rule.unit) for kind, rule in rules.items()} == NORMAL[name]


def test_beijing_gives_urgent_cases_two_hours_and_priority_cases_a_day_and_a_night() -> None:
    limits = presets.limit_set("beijing")
    for kind in KINDS:
        urgent, priority = (limits.rule("complete", kind, u) for u in ("urgent", "priority"))
        assert (urgent.amount, urgent.unit) == (2, "hours")
        assert (priority.amount, priority.unit) == (24, "hours")


@pytest.mark.parametrize("name", ["guangdong", "beijing"])
def test_normal_cases_are_signed_for_within_a_working_day_as_in_bengbu(name: str) -> None:
    rule = presets.limit_set(name).rule("sign_for", "help", "normal")
    assert (rule.amount, rule.unit) == (1, "working_days")


@pytest.mark.parametrize("name", presets.LIMITS)
def test_every_rule_names_its_set_and_version(name: str) -> None:
    limits = presets.limit_set(name)
    assert all(rule.id.startswith(f"{name}/") and rule.version == limits.version for rule in limits.rules)
    assert len({rule.id for rule in limits.rules}) == len(limits.rules)


BOTH: tuple[LimitKind, ...] = ("sign_for", "complete")


def due_before_signed(name: str, urgencies: tuple[Urgency, ...]) -> set[datetime]:
    """Dispatches of 2021, every 61 hours, after which a case is due before it has to be signed for."""
    calendar = WorkCalendar.of(map(from_chinesecalendar, (2021, 2022)))
    limits = presets.limit_set(name)
    starts = [datetime(2021, 1, 1, tzinfo=LOCAL) + step * timedelta(hours=61) for step in range(140)]
    found = set()
    for start, kind, urgency in product(starts, KINDS, urgencies):
        sign, complete = (compute(limits.rule(one, kind, urgency), start, calendar) for one in BOTH)
        if complete.due_at < sign.due_at:
            found.add(start)
    return found


@pytest.mark.parametrize("name", ["guangdong", "qinglong"])
def test_nothing_is_due_before_it_has_to_be_signed_for(name: str) -> None:
    assert due_before_signed(name, URGENCIES) == set()


def test_in_beijing_only_a_week_of_holidays_lets_a_normal_case_be_due_before_signing() -> None:
    """Spring Festival 2021 was February 11-17, the National Day holiday October 1-7."""
    assert due_before_signed("beijing", ("urgent", "priority")) == set()
    eves = {start.date() for start in due_before_signed("beijing", ("normal",))}
    assert all(date(2021, 2, 10) <= day <= date(2021, 2, 16) or day.month in (9, 10) for day in eves)


@pytest.mark.parametrize("name", presets.LADDERS)
def test_every_ladder_reminds_the_unit_first_and_tells_the_leader_once_overdue(name: str) -> None:
    ladder = presets.ladder(name)
    assert ladder.id == name
    first, *_, last = ladder.rungs("complete")
    assert (first.offset, first.recipients) == (-2, ("unit",))
    assert all("leader" in rung.recipients for rung in ladder.rungs("complete") if rung.overdue)
    assert (last.colour, last.offset) == ("red", 5)


def test_the_default_ladder_stands_at_the_offsets_of_the_design_in_the_colours_of_suqian() -> None:
    ladder = presets.ladder("default")
    assert [(rung.offset, rung.colour) for rung in ladder.rungs("complete")] == [
        (-2, "blue"), (0, "red"), (2, "red"), (5, "red"),
    ]  # fmt: skip
    assert [(rung.offset, rung.colour) for rung in ladder.rungs("sign_for")] == [(0, "yellow"), (2, "red")]
    assert ladder.tolerance == timedelta(hours=1)


@pytest.mark.parametrize(
    ("name", "colours"),
    [
        ("sanming", ["blue", "orange", "red", "red"]),
        ("suqian", ["blue", "yellow", "red", "red", "red"]),
        ("guangyuan", ["blue", "yellow", "yellow", "red"]),
    ],
)
def test_each_ladder_has_the_colours_of_its_source(name: str, colours: list[str]) -> None:
    assert [rung.colour for rung in presets.ladder(name).rungs("complete")] == colours


def test_a_name_that_is_no_preset_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(InvalidPreset, match="atlantis: no such preset; choose one of guangdong, beijing"):
        presets.limit_set("atlantis")
    with pytest.raises(InvalidPreset, match="choose one of default, sanming"):
        presets.ladder("../limits-beijing")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("rules: [", "own.yaml: file: while parsing"),
        ("", "own.yaml: file: .* – write its fields, a line each"),
        ("version: 2021-13-01", "own.yaml: file: month must be in 1"),
        ("[" * 5000, "own.yaml: file: nested too deeply"),
        ("{id: own, version: 1}", "own.yaml: rules: Field required"),
        (
            "{id: own, version: 1, rules: []}",
            "own: sign_for consultation urgent needs exactly one rule, has none",
        ),
        (
            "{id: o, version: 1, rules: [{id: a, limit: complete, amount: 0, unit: w, urgencies: [urgent]}]}",
            r"rules.0.amount: .*greater than or equal to 1; rules.0.unit: Input should be 'working_days'",
        ),
        ("{id: own, version: 1, rules: [], colour: red}", "colour: Extra inputs are not permitted"),
    ],
)
def test_bad_limits_are_refused_with_file_field_and_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidPreset, match=reason):
        presets.parse_limits(text, "own.yaml")


def test_a_crooked_ladder_is_refused_with_its_rungs() -> None:
    step = "{number: 2, offset: 0, colour: red, measure: overdue, recipients: [unit]}"
    text = f"{{id: own, version: 1, late_after_minutes: 60, complete: [{step}], sign_for: [{step}]}}"
    with pytest.raises(InvalidPreset, match=r"own.yaml: complete: rungs 2 at \+0 – number them"):
        presets.parse_ladder(text, "own.yaml")


LADDER = "{id: own, version: 1, late_after_minutes: 60, complete: [%s], sign_for: [%s]%s}"
INTERVIEW = "{colour: red, times: 1, measure: interview, points: 2}"
STEP = "{number: 1, offset: 0, colour: red, measure: overdue, recipients: [unit]}"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (f"project_report: [{STEP}]", "project_report.0.trigger: limit – write report_missing"),
        (
            f"assist: [{STEP.replace('number', 'trigger: repeat, number')}]",
            "assist.0.trigger: repeat – write limit",
        ),
        (
            "events: [{trigger: limit, colour: red, measure: overdue, recipients: [unit]}]",
            "events.0.trigger: limit – write one of bad_rating, finding, repeat",
        ),
        ("starts: [{limit: complete, rung: 2}]", "starts.0.rung: 2 – complete has rungs 1 to 1"),
        (
            "starts: [{limit: letter_reply, rung: 1}]",
            "starts.0.limit: letter_reply is never major – write one of sign_for, complete",
        ),
        (
            "starts: [{limit: complete, rung: 1}, {limit: complete, rung: 1, kinds: [help]}]",
            "starts.1: complete help normal starts elsewhere already – leave one of them",
        ),
        (
            "consequences: [{colour: yellow, times: 2, measure: special_letter, points: 1}]",
            "consequences.0.colour: no notice is yellow – write red",
        ),
        (f"consequences: [{INTERVIEW}, {INTERVIEW}]", "consequences.1: red, 1, interview twice – leave one"),
        (f"consequences: [{INTERVIEW.replace('2', '40000')}]", "consequences.0.points: .* equal to 100"),
        (f"assist: [{STEP.replace('offset: 0', 'offset: 9999')}]", "assist.0.offset: .* equal to 250"),
        (
            f"notice_reply: [{STEP.replace('number', 'trigger: repeat, number')}]",
            "notice_reply.0.trigger: repeat – write one of limit, report_missing",
        ),
        (
            f"notice_reply: [{STEP.replace('number', 'reply_by: 2, number')}]",
            "notice_reply.0.reply_by: 2 – take it",
        ),
        (f"assist: &many [{', '.join([STEP] * 51)}]", "assist: .* – leave some out"),
        (f"assist: [{STEP.replace('[unit]', '[]')}]", "assist.0.recipients: .* – name at least one"),
        ("colours: red", "colours: .* – take it out, or correct its name"),
    ],
)
def test_a_wrong_ladder_is_refused_with_field_and_remedy(more: str, reason: str) -> None:
    with pytest.raises(InvalidPreset, match=reason):
        presets.parse_ladder(LADDER % (STEP, STEP, f", {more}"), "own.yaml")


def test_in_sanming_major_cases_start_at_orange() -> None:
    ladder = presets.ladder("sanming")
    starts = {urgency: ladder.start("complete", "help", urgency) for urgency in URGENCIES}
    assert starts == {"urgent": 2, "priority": 2, "normal": 1}
    assert ladder.rungs("complete")[1].colour == "orange"


def test_a_limit_of_a_letter_has_neither_kind_nor_urgency() -> None:
    rule = presets.limit_set("guangdong").rule("letter_receipt", None, None)
    assert (rule.amount, rule.unit) == (1, "working_days")
