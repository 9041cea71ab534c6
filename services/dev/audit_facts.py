"""What reporting counted, held against what the other services did: each once, none more."""

from typing import Final

from services.dev.audit_checks import Check, differences
from services.dev.audit_path import CASES, DEMANDS

FACTS_WALKED: Final = "SELECT count(*) FROM reporting.audit_facts"

_STEPS: Final = {
    "signed_for": "sign_for",
    "summarised": "summarise",
    "tagged": "tag",
    "suspended": "suspend",
    "resumed": "resume",
    "extension_asked": "ask_extension",
    "extension_granted": "grant_extension",
    "extension_refused": "refuse_extension",
    "completed": "complete",
    "assist_asked": "assist",
    "assist_done": "assist_done",
    "assist_released": "release_assist",
    "rectification_opened": "open_rectification",
    "rectified": "rectify",
    "reviewed": "review",
    "called_back": "call_back",
    "archived": "archive",
    "redone": "redo",
    "returned": "return",
    "reassigned": "reassign",
    "refused": "refuse",
    "withdrawn": "withdraw",
    "withdrawal_late": "withdraw_late",
    "rating_late": "rate_late",
    "merged": "merge",
    "lead_changed": "merge",
    "followed": "follow",
    "parted": "part",
}
"""What reporting counts → the step of assignment that it is."""
_STEP_FACTS: Final = f"""
    SELECT case_id, step FROM reporting.audit_facts
    JOIN (VALUES {", ".join(f"('{kind}', '{step}')" for kind, step in _STEPS.items())}) AS steps (kind, step)
        USING (kind)
"""
_STANDING_RATINGS: Final = """
    SELECT r.demand_id, r.level FROM intake.audit_ratings AS r
    LEFT JOIN assignment.audit_cases AS c USING (demand_id)
    WHERE r.number > (
        SELECT count(*) FROM assignment.audit_steps AS s WHERE s.case_id = c.case_id AND s.step = 'rate_late')
"""

FACTS: Final = (
    Check(
        "demand_counted",
        "每件诉求都记入台账",
        "every demand is registered in reporting",
        DEMANDS,
        """
        SELECT d.receipt AS what FROM intake.audit_demands AS d
        LEFT JOIN reporting.audit_facts AS f ON f.demand_id = d.demand_id AND f.kind = 'registered'
        WHERE f.event_id IS NULL AND d.received_real_at <= $1
        """,
        on_its_way=True,
    ),
    Check(
        "case_counted",
        "每个办件都记入台账",
        "every case is assigned in reporting",
        CASES,
        """
        SELECT c.receipt AS what FROM assignment.audit_cases AS c
        LEFT JOIN reporting.audit_facts AS f ON f.case_id = c.case_id AND f.kind = 'assigned'
        WHERE f.event_id IS NULL
        """,
        on_its_way=True,
    ),
    Check(
        "counted_once",
        "台账无重复",
        "nothing is counted twice: one registered, one assigned, one position each",
        FACTS_WALKED,
        """
        SELECT kind || ' ' || demand_id AS what FROM reporting.audit_facts
        WHERE kind IN ('registered', 'assigned') GROUP BY kind, demand_id HAVING count(*) > 1
        UNION ALL
        SELECT topic || '/' || partition || '@' || "offset" FROM reporting.audit_facts
        GROUP BY topic, partition, "offset" HAVING count(*) > 1
        UNION ALL
        SELECT event_id::text FROM reporting.audit_facts GROUP BY event_id HAVING count(*) > 1
        """,
    ),
    Check(
        "counted_exist",
        "台账所记均有其事",
        "nothing is counted that didn't happen",
        FACTS_WALKED,
        """
        SELECT f.kind || ' ' || f.event_id AS what FROM reporting.audit_facts AS f
        LEFT JOIN intake.audit_demands AS d USING (demand_id)
        LEFT JOIN assignment.audit_cases AS c USING (case_id)
        WHERE f.kind = 'registered' AND d.demand_id IS NULL
           OR f.kind NOT IN ('registered', 'acknowledged') AND c.demand_id IS DISTINCT FROM f.demand_id
        """,
    ),
    Check(
        "steps_counted",
        "办件的每一步与台账一致",
        "steps taken equal those counted",
        "SELECT count(*) FROM assignment.audit_steps",
        differences(
            "SELECT case_id, step FROM assignment.audit_steps", _STEP_FACTS, "case_id || ' ' || step"
        ),
        on_its_way=True,
    ),
    Check(
        "limits_counted",
        "时限与台账一致",
        "limits set equal those counted",
        "SELECT count(*) FROM supervision.audit_limits",
        differences(
            "SELECT case_id, set_version::bigint AS set FROM supervision.audit_limits WHERE kind='complete'",
            "SELECT case_id, count(*) FROM reporting.audit_facts WHERE kind = 'limits_set' GROUP BY case_id",
            "case_id || ' ' || set",
        ),
        on_its_way=True,
    ),
    Check(
        "notices_counted",
        "督办单与台账一致",
        "notices equal those counted",
        "SELECT count(*) FROM supervision.audit_notices",
        differences(
            "SELECT case_id, count(*) AS notices FROM supervision.audit_notices GROUP BY case_id",
            "SELECT case_id, count(*) FROM reporting.audit_facts WHERE kind = 'notice' GROUP BY case_id",
            "coalesce(case_id::text, 'of no case') || ' ' || notices",
        ),
        on_its_way=True,
    ),
    Check(
        "acknowledgements_counted",
        "督办单回执与台账一致",
        "acknowledgements equal those counted",
        "SELECT count(*) FROM supervision.audit_deliveries WHERE acknowledged_at IS NOT NULL",
        differences(
            """
            SELECT n.case_id, count(*) AS acknowledged FROM supervision.audit_deliveries AS d
            JOIN supervision.audit_notices AS n USING (notice_id)
            WHERE d.acknowledged_at IS NOT NULL GROUP BY n.case_id
            """,
            "SELECT case_id, count(*) FROM reporting.audit_facts WHERE kind='acknowledged' GROUP BY case_id",
            "coalesce(case_id::text, 'of no case') || ' ' || acknowledged",
        ),
        on_its_way=True,
    ),
    Check(
        "ratings_counted",
        "群众评价与台账一致",
        "ratings given equal those counted, and those kept with their cases or told to have come too late",
        "SELECT count(*) FROM intake.audit_ratings",
        f"""
        {
            differences(
                "SELECT demand_id FROM intake.audit_ratings",
                "SELECT demand_id FROM reporting.audit_facts WHERE kind = 'rated'",
                "'counted ' || demand_id",
            )
        }
        UNION ALL
        {
            differences(
                _STANDING_RATINGS,
                "SELECT demand_id, rating FROM assignment.audit_cases WHERE rating IS NOT NULL",
                "'kept ' || demand_id",
            )
        }
        """,
        on_its_way=True,
    ),
    Check(
        "days_follow_cuts",
        "台账归日与截点一致",
        "every fact lies on the day that the cuts give its position, what was replayed later on a later one",
        FACTS_WALKED,
        """
        SELECT f.topic || '/' || f.partition || '@' || f."offset" AS what FROM reporting.audit_facts AS f
        JOIN (
            SELECT topic, partition, day, "offset" AS begins,
                   lead("offset") OVER (PARTITION BY topic, partition ORDER BY day) AS ends
            FROM reporting.audit_cuts
        ) AS c USING (topic, partition, day)
        WHERE f."offset" >= c.ends OR f."offset" < c.begins AND NOT EXISTS (
            SELECT FROM reporting.audit_replayed AS r
            WHERE r.topic = f.topic AND r.partition = f.partition AND r."offset" = f."offset"
        )
        """,
    ),
)
