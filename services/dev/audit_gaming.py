"""Signs of gaming in the circulars, counted a second time: by SQL here, by pure functions in reporting."""

from typing import Final

from services.dev.audit_checks import Check, differences
from services.reporting.assess.gaming import WEEK, default_parameters

_LOOKED_FOR: Final = default_parameters()
_CIRCULARS: Final = """circulars AS MATERIALIZED (
    SELECT ref, first, until, gaming FROM reporting.audit_circulars
)"""
_UNHEARD: Final = f"""
    SELECT c.ref, 'closed_unheard' AS kind, done.unit
    FROM circulars AS c
    JOIN reporting.audit_facts AS a ON a.kind = 'assigned' AND a.day >= c.first AND a.day < c.until
    CROSS JOIN LATERAL (
        SELECT d.case_id, d.unit, d.at FROM reporting.audit_facts AS e
        JOIN reporting.audit_facts AS d ON d.case_id = e.case_id AND d.kind = 'completed'
        WHERE e.kind = 'assigned' AND e.citizen_ref = a.citizen_ref AND e.case_id <> a.case_id
            AND (e.case_id = a.repeat_of OR e.category = a.category)
            AND e.day < c.until AND d.day < c.until AND d.at < a.at
        ORDER BY d.at DESC LIMIT 1
    ) AS done
    WHERE done.at >= a.at - interval '{_LOOKED_FOR.again_within_days} days' AND NOT EXISTS (
        SELECT FROM reporting.audit_facts AS h
        WHERE h.case_id = done.case_id AND h.kind = 'called_back' AND h.day < c.until
            AND h.at BETWEEN done.at AND a.at)
"""
_EDITED: Final = """
    SELECT c.ref, 'limit_edited_late', e.unit
    FROM circulars AS c
    JOIN reporting.audit_facts AS e
        ON e.kind IN ('extension_granted', 'suspended') AND e.day >= c.first AND e.day < c.until
    CROSS JOIN LATERAL (
        SELECT l.complete_due FROM reporting.audit_facts AS l
        WHERE l.kind = 'limits_set' AND l.case_id = e.case_id AND l.dispatch = e.dispatch
            AND l.day < c.until AND l.at < e.at
        ORDER BY l.version DESC LIMIT 1
    ) AS newest
    WHERE newest.complete_due < e.at
"""
_IN_TURN: Final = "OVER (PARTITION BY ref, unit ORDER BY at, event_id)"
_AT_ONCE: Final = f"""
    SELECT ref, 'ratings_at_once', unit FROM (
        SELECT *, count(*) FILTER (WHERE begins_anew) {_IN_TURN} AS run FROM (
            SELECT *, coalesce(since > lag(at) {_IN_TURN}, true) AS begins_anew FROM (
                SELECT c.ref, c.first, f.unit, f.day, f.at, f.event_id,
                       lag(f.at, {_LOOKED_FOR.ratings - 1})
                           OVER (PARTITION BY c.ref, f.unit ORDER BY f.at, f.event_id) AS since
                FROM circulars AS c JOIN reporting.audit_facts AS f
                    ON f.kind = 'rated' AND f.day >= c.first - {WEEK} AND f.day < c.until
                WHERE f.unit IS NOT NULL AND f.outcome NOT IN ('dissatisfied', 'very_dissatisfied')
            ) AS ratings WHERE at - since <= interval '{_LOOKED_FOR.ratings_within_minutes} minutes'
        ) AS windows
    ) AS runs GROUP BY ref, first, unit, run
    HAVING (array_agg(day ORDER BY at DESC, event_id DESC))[1] >= first
"""
"""Islands: every window of so many ratings that is short enough, those that overlap being one run."""

GAMING: Final = (
    Check(
        "gaming_equals_facts",
        "通报所列弄虚作假疑点与台账重算一致",
        "signs of gaming in every circular, counted again from the facts",
        "SELECT count(*) FROM reporting.audit_circulars",
        f"""
        WITH {_CIRCULARS}, told AS MATERIALIZED (
            SELECT ref, sign ->> 'kind' AS kind, unit ->> 'code' AS unit, (unit ->> 'count')::bigint AS n
            FROM circulars CROSS JOIN LATERAL jsonb_array_elements(gaming) AS sign
            CROSS JOIN LATERAL jsonb_array_elements(sign -> 'units') AS unit
        ), counted AS MATERIALIZED (
            SELECT ref, kind, coalesce(unit, '') AS unit, count(*) AS n
            FROM ({_UNHEARD} UNION ALL {_EDITED} UNION ALL {_AT_ONCE}) AS signs GROUP BY 1, 2, 3
        )
        {
            differences(
                "SELECT * FROM told",
                "SELECT * FROM counted",
                "ref || ' ' || kind || ' ' || unit || ': ' || n",
            )
        }
        """,
    ),
)
