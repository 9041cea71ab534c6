"""Projects: what stands in the list follows from its facts, and citizens are shown what the list says."""

from typing import Final

from services.dev.audit_checks import Check, differences

LISTED: Final = "SELECT count(*) FROM assignment.audit_projects"
LINKS: Final = "SELECT count(*) FROM assignment.audit_project_cases"
_TOLD: Final = """
    SELECT project_id, min(data->>'ledger') AS ledger,
           (array_agg(data->'plan' ORDER BY version DESC) FILTER (WHERE data ? 'plan'))[1] AS plan,
           coalesce(min(substring(type FROM '^yinuo.project.(done|replaced|dropped).v1$')),
                    min('under_way') FILTER (WHERE type IN ('yinuo.project.progress-reported.v1',
                                                            'yinuo.project.milestone-reached.v1')),
                    min(CASE WHEN (data#>>'{plan,start}')::date <= (at AT TIME ZONE 'Asia/Shanghai')::date
                             THEN 'under_way' ELSE 'planned' END) FILTER (WHERE version = 1)) AS state,
           coalesce(array_agg(data->>'milestone' ORDER BY version) FILTER (WHERE data ? 'milestone'), '{}')
               AS reached,
           (array_agg(CASE WHEN type = 'yinuo.project.done.v1' THEN 100 ELSE (data->>'percent')::int END
                      ORDER BY version DESC)
            FILTER (WHERE type = 'yinuo.project.done.v1' OR data->>'percent' IS NOT NULL))[1] AS percent,
           min((data->>'on')::date) FILTER (WHERE type = 'yinuo.project.done.v1') AS done_on,
           min(data->>'by_ledger') AS replaced_by, min(at) AS opened_at
    FROM assignment.audit_project_facts GROUP BY project_id
"""
"""What the facts of each project amount to, by the rules of services/assignment/project.py."""

PROJECTS: Final = (
    Check(
        "project_equals_facts",
        "项目与其公开记录一致",
        "a project's version counts its facts without a gap",
        LISTED,
        """
        SELECT p.ledger AS what FROM assignment.audit_projects AS p
        LEFT JOIN (
            SELECT project_id, count(*) AS facts, max(version) AS last
            FROM assignment.audit_project_facts GROUP BY project_id
        ) AS f USING (project_id)
        WHERE p.version IS DISTINCT FROM f.facts OR p.version IS DISTINCT FROM f.last
        """,
    ),
    Check(
        "project_says_facts",
        "项目内容和状态与其公开记录一致",
        "the list says of each project what its facts amount to: plan, state, progress, milestones, end",
        LISTED,
        f"""
        SELECT p.ledger AS what FROM assignment.audit_projects AS p
        LEFT JOIN ({_TOLD}) AS f USING (project_id)
        WHERE (p.ledger, p.plan, p.tier, p.lead_unit, p.completion::text, p.state, p.reached, p.percent,
               p.done_on, p.replaced_by, p.opened_at)
           IS DISTINCT FROM
              (f.ledger, f.plan, f.plan->>'tier', f.plan->>'lead_unit', f.plan->>'completion', f.state,
               f.reached, f.percent, f.done_on, f.replaced_by, f.opened_at)
        """,
    ),
    Check(
        "project_cases_equal_facts",
        "项目关联的办件与公开记录一致",
        "the cases that a project answers are those linked last by its facts",
        LINKS,
        differences(
            "SELECT project_id, case_id FROM assignment.audit_project_cases",
            """
            SELECT project_id, case_id FROM (
                SELECT DISTINCT ON (project_id, case_id) project_id, case_id, type
                FROM assignment.audit_project_facts WHERE case_id IS NOT NULL
                ORDER BY project_id, case_id, version DESC
            ) AS last WHERE type = 'yinuo.project.case-linked.v1'
            """,
            "project_id || ' ' || case_id",
        ),
    ),
    Check(
        "project_cases_exist",
        "项目关联的办件都存在",
        "each case that a project answers is a case, with its demand",
        LINKS,
        """
        SELECT l.project_id || ' ' || l.case_id AS what FROM assignment.audit_project_cases AS l
        LEFT JOIN assignment.audit_cases AS c USING (case_id) WHERE c.demand_id IS DISTINCT FROM l.demand_id
        """,
    ),
    Check(
        "citizens_know_projects",
        "群众查询所示项目与清单一致",
        "tracking shows each linked demand its project",
        LINKS,
        differences(
            "SELECT project_id, demand_id FROM assignment.audit_project_cases",
            "SELECT project_id, demand_id FROM intake.audit_demand_projects",
            "project_id || ' ' || demand_id",
        ),
        on_its_way=True,
    ),
    Check(
        "citizens_know_dates",
        "群众查询所示期限与清单一致",
        "tracking shows each project's last day and what became of it",
        LISTED,
        differences(
            """
            SELECT ledger, completion, done_on, replaced_by, state = 'dropped' AS dropped
            FROM assignment.audit_projects
            """,
            "SELECT ledger, completion, done_on, replaced_by, dropped FROM intake.audit_projects",
            "ledger",
        ),
        on_its_way=True,
    ),
    Check(
        "project_ratings_kept",
        "群众对项目的评价都已记入项目",
        "each rating of a project that intake took stands with the project, and no other",
        "SELECT count(*) FROM intake.audit_project_ratings",
        differences(
            "SELECT project_id, demand_id, level FROM intake.audit_project_ratings",
            "SELECT project_id, demand_id, level FROM assignment.audit_project_ratings",
            "project_id || ' ' || demand_id",
        ),
        on_its_way=True,
    ),
)
