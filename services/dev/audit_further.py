"""Disputes, extensions and rectifications: the limits of supervision held against what cases wait for."""

from typing import Final

from services.dev.audit_checks import Check

_WALKED: Final = "SELECT count(*) FROM supervision.audit_further_limits"

FURTHER: Final = (
    Check(
        "further_limits_follow_cases",
        "争议、延期、整改、协办时限与办件一致",
        "what a case waits for has a limit that runs: decision, extension, rectification, assistance",
        _WALKED,
        """
        SELECT c.receipt || ' ' || k.kind AS what
        FROM assignment.audit_cases AS c
        CROSS JOIN (VALUES ('extension'), ('rectification')) AS k (kind)
        LEFT JOIN supervision.audit_further_limits AS l ON l.case_id = c.case_id AND l.kind = k.kind
        WHERE CASE k.kind WHEN 'extension' THEN c.extension_asked IS NOT NULL ELSE c.rectifying END
              <> coalesce(l.state IN ('open', 'awaiting_calendar'), false)
        UNION ALL
        SELECT coalesce(c.receipt, l.case_id::text) || ' assist ' || coalesce(c.assisting, l.about)
        FROM (
            SELECT case_id, receipt, unnest(assisting) AS assisting FROM assignment.audit_cases
        ) AS c
        FULL JOIN (
            SELECT case_id, about FROM supervision.audit_further_limits
            WHERE kind = 'assist' AND state IN ('open', 'awaiting_calendar')
        ) AS l ON l.case_id = c.case_id AND l.about = c.assisting
        WHERE c.case_id IS NULL OR l.case_id IS NULL
        UNION ALL
        SELECT c.receipt || ' dispute ' || l.state
        FROM assignment.audit_cases AS c JOIN supervision.audit_further_limits AS l USING (case_id)
        WHERE l.kind = 'dispute' AND l.state IN ('open', 'awaiting_calendar')
          AND (c.state <> 'dispatched' OR c.dispatch <> l.dispatch)
        """,
        on_its_way=True,
    ),
    Check(
        "returns_are_decided",
        "退回的办件均有裁定或在裁定期内",
        "a returned case lies undecided only until its limit, or where the rule gave it back once already",
        "SELECT count(*) FROM assignment.audit_steps WHERE step = 'return'",
        """
        SELECT c.receipt AS what FROM assignment.audit_cases AS c
        JOIN LATERAL (
            SELECT step FROM assignment.audit_steps AS s
            WHERE s.case_id = c.case_id AND step IN ('return', 'reassign', 'redo', 'part')
            ORDER BY version DESC LIMIT 1
        ) AS last ON last.step = 'return'
        LEFT JOIN supervision.audit_further_limits AS l
            ON l.case_id = c.case_id AND l.kind = 'dispute' AND l.dispatch = c.dispatch
        WHERE c.state = 'dispatched' AND (l.case_id IS NULL OR l.state = 'passed' AND NOT EXISTS (
            SELECT FROM assignment.audit_steps AS s
            WHERE s.case_id = c.case_id AND s.step = 'reassign' AND s.by = 'rule:dispute'
              AND s.unit = l.about))
        """,
        on_its_way=True,
    ),
    Check(
        "cases_know_further_limits",
        "办件所示争议、延期、整改时限为最新",
        "every case knows its further limits as they were set last, and which of them passed",
        _WALKED,
        """
        SELECT l.case_id || ' ' || l.kind AS what FROM supervision.audit_further_limits AS l
        LEFT JOIN assignment.audit_further_dues AS d
            ON d.case_id = l.case_id AND d.limit_kind = l.kind AND d.about = l.about
        LEFT JOIN assignment.audit_passed_limits AS p
            ON p.case_id = l.case_id AND p.limit_kind = l.kind AND p.about = l.about
            AND p.generation = l.generation
        WHERE d.version IS DISTINCT FROM l.set_version OR (l.state = 'passed') <> (p.case_id IS NOT NULL)
        """,
        on_its_way=True,
    ),
)
