-- The project list (项目清单). What is asked for in lists stands in columns, the plan whole beside them.
-- owned_since: when the post that owns it now took it on.
CREATE TABLE projects (
    project_id uuid PRIMARY KEY,
    ledger text NOT NULL UNIQUE,
    version int NOT NULL,
    state text NOT NULL,
    tier text NOT NULL,
    lead_unit text NOT NULL,
    completion date NOT NULL,
    plan jsonb NOT NULL,
    reached text[] NOT NULL,
    percent int,
    done_on date,
    replaced_by text,
    opened_at timestamptz NOT NULL,
    owned_since timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX projects_page ON projects (opened_at, project_id);

-- Counts the changes of the list of open projects, so that a process knows when its copy is old.
CREATE TABLE project_list (version bigint NOT NULL);
INSERT INTO project_list VALUES (0);

-- Everything that ever happened to a project, as it was published. Nobody changes or deletes a fact.
CREATE TABLE project_facts (
    project_id uuid NOT NULL REFERENCES projects,
    version int NOT NULL,
    at timestamptz NOT NULL,
    type text NOT NULL,
    by text NOT NULL,
    data jsonb NOT NULL,
    PRIMARY KEY (project_id, version)
);
CREATE INDEX project_facts_of_findings ON project_facts (project_id) WHERE data->>'finding_id' IS NOT NULL;
REVOKE UPDATE, DELETE ON project_facts FROM yinuo_assignment_app;

-- Which cases a project answers now; how that came about and ended stands among the facts.
CREATE TABLE project_cases (
    case_id uuid NOT NULL,
    project_id uuid NOT NULL REFERENCES projects,
    demand_id uuid NOT NULL,
    how text NOT NULL,
    linked_at timestamptz NOT NULL,
    PRIMARY KEY (case_id, project_id)
);
CREATE INDEX project_cases_project ON project_cases (project_id);

-- Projects that may answer a case. A clerk, or the project's unit, decides.
CREATE TABLE project_offers (
    case_id uuid NOT NULL,
    project_id uuid NOT NULL REFERENCES projects,
    why text NOT NULL,
    offered_at timestamptz NOT NULL,
    accepted boolean,
    decided_by text,
    decided_at timestamptz,
    PRIMARY KEY (case_id, project_id)
);
CREATE INDEX project_offers_undecided ON project_offers (case_id) WHERE accepted IS NULL;

-- What citizens said of the projects that answer their demands.
CREATE TABLE project_ratings (
    project_id uuid NOT NULL,
    demand_id uuid NOT NULL,
    level text NOT NULL,
    comment text,
    rated_at timestamptz NOT NULL,
    PRIMARY KEY (project_id, demand_id)
);
REVOKE UPDATE, DELETE ON project_ratings FROM yinuo_assignment_app;

CREATE VIEW audit_projects AS
SELECT project_id, ledger, version, state, tier, lead_unit, completion, plan, reached, percent, done_on,
       replaced_by, opened_at
FROM projects;
CREATE VIEW audit_project_facts AS
SELECT project_id, version, type, at, (data->>'case_id')::uuid AS case_id, data FROM project_facts;
CREATE VIEW audit_project_cases AS SELECT case_id, project_id, demand_id FROM project_cases;
CREATE VIEW audit_project_ratings AS SELECT demand_id, project_id, level FROM project_ratings;
GRANT SELECT ON audit_projects, audit_project_facts, audit_project_cases, audit_project_ratings TO yinuo_audit;
