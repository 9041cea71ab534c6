"""The lists in the circulars: counted where they were said, and their figures counted a second time."""

from collections.abc import Mapping
from typing import Final

from services.dev.audit_checks import Check, differences

_LIST_FACTS: Final = "SELECT count(*) FROM reporting.audit_list_facts"
_CIRCULARS: Final = (
    "circulars AS MATERIALIZED (SELECT ref, first, until, figures FROM reporting.audit_circulars)"
)
_PROMISE: Final = "list = 'promise' AND"
_PROJECT: Final = "list = 'project' AND"
_THEN: Final = "f.day >= c.first"
_BAD: Final = "state IN ('dissatisfied', 'very_dissatisfied')"
_OVER: Final = "(state IS NOT NULL AND state NOT IN ('open', 'standing') AND kind <> 'rated')"
_LETTER: Final = "list = 'letter' AND"
_LISTING: Final = "list = 'listing' AND"
_OF_SUPERVISION: Final = "'letter', 'listing', 'finding', 'round', 'consequence'"
_FROM_FACTS: Final = {
    **{
        f"letters_{name}": f"{_LETTER} kind = '{kind}' AND {_THEN}"
        for name, kind in (
            *(("issued", "issued"), ("received", "received"), ("answered", "replied")),
            *(("accepted", "accepted"), ("returned", "returned")),
        )
    },
    "letters_of_findings": f"{_LETTER} kind = 'issued' AND finding IS NOT NULL AND {_THEN}",
    "rounds_held": f"list = 'round' AND {_THEN}",
    "findings": f"list = 'finding' AND {_THEN}",
    "consequences_drawn": f"list = 'consequence' AND {_THEN}",
    "listings_opened": f"{_LISTING} kind = 'opened' AND {_THEN}",
    "listings_progressed": f"{_LISTING} kind = 'progressed' AND {_THEN}",
    **{
        f"{name}_{kind}{suffix}": f"list = '{of}' AND kind = '{kind}'{when}"
        for name, of, kind in (
            ("letters", "letter", "struck_off"),
            ("letters", "letter", "voided"),
            ("listings", "listing", "struck_off"),
        )
        for suffix, when in (("", f" AND {_THEN}"), ("_in_all", ""))
    },
    "promises_made": f"{_PROMISE} kind = 'made' AND {_THEN}",
    "promises_changed": f"{_PROMISE} kind = 'changed' AND {_THEN}",
    "promises_aired": f"{_PROMISE} kind = 'aired' AND {_THEN}",
    "projects_opened": f"{_PROJECT} kind = 'opened' AND {_THEN}",
    "projects_changed": f"{_PROJECT} kind = 'changed' AND {_THEN}",
    "projects_progressed": f"{_PROJECT} kind = 'progress' AND {_THEN}",
    "milestones_reached": f"{_PROJECT} kind = 'milestone' AND {_THEN}",
    "projects_rated": f"{_PROJECT} kind = 'rated' AND {_THEN}",
    "projects_rated_badly": f"{_PROJECT} kind = 'rated' AND {_BAD} AND {_THEN}",
    **{
        f"promises_{state}{suffix}": f"{_PROMISE} kind = 'settled' AND state = '{state}'{when}"
        for state in ("kept", "kept_late", "broken", "withdrawn")
        for suffix, when in (("", f" AND {_THEN}"), ("_in_all", ""))
    },
    **{
        f"projects_{state}{suffix}": f"{_PROJECT} kind = '{state}'{when}"
        for state in ("done", "replaced", "dropped")
        for suffix, when in (("", f" AND {_THEN}"), ("_in_all", ""))
    },
}
"""What the figures mean, told a second time: over the facts of all days up to the circular's."""
_BALANCES: Final = {
    "promises_standing": ("kind = 'made'", f"{_PROMISE} {_OVER}"),
    "projects_open": (f"{_PROJECT} kind = 'opened'", f"{_PROJECT} {_OVER}"),
    "letters_open": (f"{_LETTER} kind = 'issued'", f"{_LETTER} kind IN ('voided', 'struck_off')"),
    "listings_open": (f"{_LISTING} kind = 'opened'", f"{_LISTING} kind = 'struck_off'"),
}
"""What stands is what began, less what is over."""
_CUT: Final = "(c.until::timestamp AT TIME ZONE 'Asia/Shanghai')"
_STANDING: Final = {
    "promises_overdue": f"list = 'promise' AND due <= {_CUT}",
    "projects_overdue": f"list = 'project' AND due <= {_CUT}",
    "milestones_overdue": f"list = 'project' AND milestone_due <= {_CUT}",
    "letters_overdue": f"{_LETTER} state NOT IN ('replied', 'accepted') AND due <= {_CUT}",
    "listings_silent": f"{_LISTING} state = 'listed' AND due <= {_CUT}",
    "further_open": "list = 'further'",
    "further_passed": f"list = 'further' AND due <= {_CUT}",
}
_ANSWERS: Final = {
    "called_back": "kind = 'called_back'",
    "called_back_answered": "kind = 'called_back' AND outcome IS NOT NULL",
    "called_back_satisfied": "kind = 'called_back' AND outcome IN ('very_satisfied', 'satisfied',"
    " 'fairly_satisfied')",
    "further_set": "kind IN ('returned', 'extension_asked', 'assist_asked', 'rectification_opened')",
    "red_slips": "kind = 'notice' AND outcome = 'sent' AND colour = 'red'",
    "limits_acted_on": "kind = 'limit_passed'",
}
_ENDED: Final = {
    "further_met": "state = 'met'",
    "further_met_late": "state = 'met' AND closed_at > due",
    "further_ended": "state = 'ended'",
}

_FURTHER_ENDED: Final = """(
    SELECT l.state, l.closed_at, (
        SELECT (array_agg(f.complete_due ORDER BY f.version DESC))[1] FROM reporting.audit_facts AS f
        WHERE f.kind = 'further_set' AND f.case_id = l.item AND f.opened_by = l.opening AND f.day < c.until
            AND concat_ws(':', f.limit_kind, nullif(f.about, '')) = l.part
    ) AS due
    FROM reporting.audit_list_closed AS l
    WHERE l.list = 'further' AND l.closed_in >= c.first AND l.closed_in < c.until
) AS e"""
"""Further limits that ended in a circular's days, due as supervision had told by its cut."""


def _filtered(conditions: Mapping[str, str]) -> dict[str, str]:
    return {name: f"count(*) FILTER (WHERE {condition})" for name, condition in conditions.items()}


def _counted(counts: Mapping[str, str], rows: str) -> str:
    """SQL: ref, figure and value of each circular, counted over some rows."""
    names = ", ".join(f"'{name}'" for name in counts)
    return f"""
        SELECT c.ref, v.figure, v.value FROM circulars AS c
        CROSS JOIN LATERAL (SELECT ARRAY[{", ".join(counts.values())}] AS counts FROM {rows}) AS n
        CROSS JOIN LATERAL unnest(ARRAY[{names}], n.counts) AS v (figure, value)
    """


_COUNTS: Final = _filtered(_FROM_FACTS) | {
    name: f"count(*) FILTER (WHERE {began}) - count(*) FILTER (WHERE {over})"
    for name, (began, over) in _BALANCES.items()
}
_UPDATED: Final = {
    "projects_updated": f"count(DISTINCT item) FILTER (WHERE {_PROJECT} finding IS NOT NULL AND {_THEN})"
}


def _wrong(*counted: str) -> str:
    """SQL: what circulars told otherwise than it was counted."""
    return f"""
        WITH {_CIRCULARS}, counted AS ({" UNION ALL ".join(counted)})
        SELECT n.ref || ' ' || n.figure || ': ' || (c.figures ->> n.figure) || ' told, '
            || n.value || ' counted' AS what
        FROM counted AS n JOIN circulars AS c USING (ref)
        WHERE (c.figures ->> n.figure)::bigint <> n.value
    """


LISTS: Final = (
    Check(
        "lists_counted",
        "承诺、项目的每条记录都计入清单台账",
        "every fact about promises and projects is counted in reporting",
        _LIST_FACTS,
        differences(
            """
            SELECT promise_id AS item, version, split_part(type, '.', 3) AS kind
            FROM assignment.audit_promise_facts
            UNION ALL
            SELECT project_id, version, CASE split_part(type, '.', 3)
                WHEN 'progress-reported' THEN 'progress' WHEN 'milestone-reached' THEN 'milestone'
                ELSE split_part(type, '.', 3) END
            FROM assignment.audit_project_facts WHERE type NOT LIKE 'yinuo.project.case-%'
            """,
            """
            SELECT item, version, kind FROM reporting.audit_list_facts
            WHERE list IN ('promise', 'project') AND kind <> 'rated'
            """,
            "item || ' ' || version || ' ' || kind",
        ),
        on_its_way=True,
    ),
    Check(
        "supervision_list_counted",
        "督办函、挂牌、巡回指导及其问题、专函约谈等处置的每条记录都计入清单台账",
        "every step of a letter or listing, every round, finding and consequence is counted in reporting",
        f"{_LIST_FACTS} WHERE list IN ({_OF_SUPERVISION})",
        differences(
            """
            SELECT letter_id AS item, version, split_part(type, '.', 3) AS kind
            FROM supervision.audit_letter_steps WHERE type IS NOT NULL
            UNION ALL
            SELECT listing_id, version, split_part(type, '.', 3) FROM supervision.audit_listing_steps
            UNION ALL
            SELECT finding_id, 1, 'recorded' FROM supervision.audit_findings
            UNION ALL
            SELECT round_id, version, 'closed' FROM supervision.audit_rounds WHERE state = 'closed'
            UNION ALL
            SELECT consequence_id, 1, 'drawn' FROM supervision.audit_consequences
            """,
            f"""
            SELECT item, version, replace(kind, '_', '-') FROM reporting.audit_list_facts
            WHERE list IN ({_OF_SUPERVISION})
            """,
            "item || ' ' || version || ' ' || kind",
        ),
        on_its_way=True,
    ),
    Check(
        "lists_stand",
        "期末清单与其记录一致",
        "what stands and what ended at the last cut is what the facts up to it amount to",
        "SELECT count(*) FROM reporting.audit_list_standing",
        differences(
            """
            SELECT list, item, state, due FROM reporting.audit_list_standing
            WHERE list <> 'further' AND cut = (SELECT max(cut) FROM reporting.audit_list_cuts)
            UNION ALL
            SELECT list, item, state, due FROM reporting.audit_list_closed WHERE list <> 'further'
            """,
            """
            SELECT list, item,
                   (array_agg(state ORDER BY version DESC) FILTER (WHERE state IS NOT NULL))[1] AS state,
                   (array_agg(due ORDER BY version DESC) FILTER (WHERE due IS NOT NULL))[1] AS due
            FROM reporting.audit_list_facts
            WHERE list IN ('promise', 'project', 'letter', 'listing') AND kind <> 'rated'
                AND day < (SELECT max(cut) FROM reporting.audit_list_cuts)
            GROUP BY list, item
            """,
            "list || ' ' || item",
        ),
    ),
    Check(
        "lists_equal_facts",
        "通报的清单与回访数字与台账重算一致",
        "figures of lists and call-backs of every circular, counted again from the facts",
        _LIST_FACTS,
        _wrong(
            _counted(_COUNTS | _UPDATED, "reporting.audit_list_facts AS f WHERE f.day < c.until"),
            _counted(
                _filtered(_ANSWERS), "reporting.audit_facts AS f WHERE f.day >= c.first AND f.day < c.until"
            ),
        ),
    ),
    Check(
        "lists_equal_rows",
        "通报的期末清单数字与明细一致",
        "figures of what stood late at each cut, and of what ended, counted again from its rows",
        "SELECT count(*) FROM reporting.audit_list_standing",
        _wrong(
            _counted(_filtered(_STANDING), "reporting.audit_list_standing AS s WHERE s.cut = c.until"),
            _counted(_filtered(_ENDED), _FURTHER_ENDED),
        ),
    ),
)
