"""Projects: what stands in the list follows from its facts, and citizens are shown what the list says."""

from typing import Final

from services.dev.audit_checks import Check, differences

LISTED: Final = "SELECT count(*) FROM assignment.audit_projects"
LINKS: Final = "SELECT count(*) FROM assignment.audit_project_cases"

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
