"""From acceptance to a case with its limits and notices: where intake, assignment, supervision agree."""

from typing import Final

from services.dev.audit_checks import Check

DEMANDS: Final = "SELECT count(*) FROM intake.audit_demands WHERE received_real_at <= $1"
CASES: Final = "SELECT count(*) FROM assignment.audit_cases"

PATH: Final = (
    Check(
        "demand_has_case",
        "每件诉求都有办件",
        "every accepted demand has a case",
        DEMANDS,
        """
        SELECT d.receipt AS what FROM intake.audit_demands AS d
        LEFT JOIN assignment.audit_cases AS c USING (demand_id)
        LEFT JOIN assignment.audit_waiting AS w USING (demand_id)
        WHERE c.case_id IS NULL AND w.demand_id IS NULL AND d.received_real_at <= $1
        """,
        on_its_way=True,
    ),
    Check(
        "one_case_per_demand",
        "每件诉求只有一个办件",
        "no demand has two cases",
        CASES,
        """
        SELECT demand_id::text AS what FROM assignment.audit_cases GROUP BY demand_id HAVING count(*) > 1
        """,
    ),
    Check(
        "case_has_demand",
        "每个办件都来自一件诉求",
        "every case comes from an accepted demand with the same receipt",
        CASES,
        """
        SELECT c.receipt AS what FROM assignment.audit_cases AS c
        LEFT JOIN intake.audit_demands AS d USING (demand_id)
        WHERE d.demand_id IS NULL OR d.receipt <> c.receipt
        """,
    ),
    Check(
        "case_has_unit_and_post",
        "每个办件都有办理单位和责任职务",
        "every case has a unit and a post",
        CASES,
        "SELECT receipt AS what FROM assignment.audit_cases WHERE unit = '' OR post = ''",
    ),
    Check(
        "case_has_two_limits",
        "每个办件都有签收、办结两个时限",
        "every case has two limits",
        CASES,
        """
        SELECT c.receipt AS what FROM assignment.audit_cases AS c
        LEFT JOIN supervision.audit_limits AS l USING (case_id)
        GROUP BY c.case_id, c.receipt
        HAVING count(l.kind) FILTER (WHERE l.kind = 'sign_for') <> 1
            OR count(l.kind) FILTER (WHERE l.kind = 'complete') <> 1
        """,
        on_its_way=True,
    ),
    Check(
        "limit_has_case",
        "每个时限都属于一个办件",
        "every limit belongs to a case",
        "SELECT count(*) FROM supervision.audit_limits",
        """
        SELECT l.case_id || ' ' || l.kind AS what FROM supervision.audit_limits AS l
        LEFT JOIN assignment.audit_cases AS c USING (case_id)
        WHERE c.case_id IS NULL OR c.demand_id <> l.demand_id
        """,
    ),
    Check(
        "limits_follow_cases",
        "时限与办件状态一致",
        "limits follow the state, unit and dispatch of their case",
        "SELECT count(*) FROM supervision.audit_limits",
        """
        SELECT c.receipt || ' ' || c.state || ' ' || l.kind || ' ' || l.state AS what
        FROM assignment.audit_cases AS c JOIN supervision.audit_limits AS l USING (case_id)
        WHERE (l.state IN ('open', 'awaiting_calendar'))
              <> CASE l.kind WHEN 'complete' THEN c.state IN ('dispatched', 'signed_for')
                             ELSE c.state = 'dispatched' END
           OR (l.state = 'suspended') <> (l.kind = 'complete' AND c.state = 'suspended')
           OR c.dispatch <> l.dispatch OR c.unit <> l.unit OR c.post <> l.post
        """,
        on_its_way=True,
    ),
    Check(
        "case_equals_steps",
        "办件状态与办理记录一致",
        "a case's state, version and dispatch equal its steps",
        CASES,
        """
        SELECT c.receipt AS what FROM assignment.audit_cases AS c
        LEFT JOIN (
            SELECT case_id, count(*) AS steps,
                   count(*) FILTER (WHERE step IN ('return', 'reassign', 'redo', 'part')) AS moves,
                   (array_agg(step ORDER BY version DESC) FILTER (WHERE step NOT IN (
                       'ask_extension', 'grant_extension', 'refuse_extension', 'summarise', 'tag',
                       'open_rectification', 'rectify', 'assist', 'assist_done', 'release_assist',
                       'withdraw_late', 'rate_late'
                   )))[1] AS last,
                   bool_or(step = 'archive') AS archived
            FROM assignment.audit_steps GROUP BY case_id
        ) AS s USING (case_id)
        WHERE c.version <> 1 + coalesce(s.steps, 0) OR c.dispatch <> 1 + coalesce(s.moves, 0)
           OR c.state <> CASE s.last
                  WHEN 'sign_for' THEN 'signed_for' WHEN 'resume' THEN 'signed_for'
                  WHEN 'suspend' THEN 'suspended' WHEN 'complete' THEN 'completed'
                  WHEN 'review' THEN 'reviewed'
                  WHEN 'call_back' THEN CASE WHEN s.archived THEN 'archived' ELSE 'called_back' END
                  WHEN 'archive' THEN 'archived' WHEN 'withdraw' THEN 'withdrawn'
                  WHEN 'refuse' THEN 'refused'
                  WHEN 'merge' THEN 'merged' WHEN 'follow' THEN 'merged' ELSE 'dispatched' END
        """,
    ),
    Check(
        "merged_cases_have_a_lead",
        "并办的办件都有牵头件",
        "a merged case, and no other, names a lead case that leads and is the one of its last merge",
        CASES,
        """
        SELECT c.receipt AS what FROM assignment.audit_cases AS c
        LEFT JOIN assignment.audit_cases AS l ON l.case_id = c.lead
        LEFT JOIN LATERAL (
            SELECT lead FROM assignment.audit_steps AS s WHERE s.case_id = c.case_id AND s.step = 'merge'
            ORDER BY version DESC LIMIT 1
        ) AS last ON true
        WHERE (c.state = 'merged') <> (c.lead IS NOT NULL)
           OR c.lead IS NOT NULL AND (
               l.case_id IS NULL OR l.lead IS NOT NULL OR last.lead IS DISTINCT FROM c.lead)
        """,
    ),
    Check(
        "withdrawal_ends_case",
        "撤回的诉求不再办理",
        "each withdrawal ended its case, or is told to have come too late",
        "SELECT count(*) FROM intake.audit_withdrawals",
        """
        SELECT c.receipt AS what
        FROM (SELECT demand_id, count(*) AS said FROM intake.audit_withdrawals GROUP BY demand_id) AS w
        JOIN assignment.audit_cases AS c USING (demand_id)
        LEFT JOIN LATERAL (
            SELECT count(*) AS told, bool_or(step = 'withdraw') AS taken FROM assignment.audit_steps AS s
            WHERE s.case_id = c.case_id AND s.step IN ('withdraw', 'withdraw_late')
        ) AS s ON true
        WHERE w.said <> s.told OR s.taken AND c.state <> 'withdrawn'
        """,
        on_its_way=True,
    ),
    Check(
        "withdrawn_by_citizen",
        "撤回的办件都由群众撤回",
        "no case is withdrawn but by its citizen",
        CASES,
        """
        SELECT c.receipt AS what FROM assignment.audit_cases AS c
        LEFT JOIN intake.audit_withdrawals AS w USING (demand_id)
        WHERE c.state = 'withdrawn' AND w.demand_id IS NULL
        """,
    ),
    Check(
        "case_knows_limits",
        "办件所示时限为最新",
        "every case shows the limits that were set last",
        CASES,
        """
        SELECT l.case_id::text AS what FROM supervision.audit_limits AS l
        LEFT JOIN assignment.audit_dues AS d USING (case_id)
        WHERE l.kind = 'complete' AND d.version IS DISTINCT FROM l.set_version
        """,
        on_its_way=True,
    ),
    Check(
        "case_knows_notices",
        "办件记有每张督办单",
        "every notice stands in the timeline of its case",
        "SELECT count(*) FROM supervision.audit_notices",
        """
        SELECT n.notice_id::text AS what FROM supervision.audit_notices AS n
        LEFT JOIN assignment.audit_notices AS a USING (notice_id)
        WHERE n.case_id IS NOT NULL AND a.case_id IS DISTINCT FROM n.case_id
        """,
        on_its_way=True,
    ),
)
