-- What citizens may know of the projects that answer their demands, as the topic `project` says. units: those that do the work.
CREATE TABLE projects (
    project_id uuid PRIMARY KEY,
    version integer NOT NULL,
    ledger text NOT NULL,
    name text,
    completion date,
    milestones jsonb NOT NULL DEFAULT '[]',
    done_on date,
    replaced_by text,
    dropped boolean NOT NULL DEFAULT false,
    units text[]
);

CREATE TABLE project_milestones (
    project_id uuid NOT NULL,
    name text NOT NULL,
    reached_on date NOT NULL,
    PRIMARY KEY (project_id, name)
);

-- Which projects answer a demand; `linked` false: it was said once and taken back.
CREATE TABLE demand_projects (
    demand_id uuid NOT NULL,
    project_id uuid NOT NULL,
    version integer NOT NULL,
    linked boolean NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (demand_id, project_id)
);
CREATE INDEX demand_projects_project ON demand_projects (project_id) WHERE linked;

-- What citizens said of a project that answers their demand, once it was done: once each, however many demands.
CREATE TABLE project_ratings (
    demand_id uuid NOT NULL,
    project_id uuid NOT NULL,
    citizen_ref uuid NOT NULL,
    level text NOT NULL,
    rated_at timestamptz NOT NULL,
    PRIMARY KEY (project_id, citizen_ref)
);
REVOKE UPDATE, DELETE ON project_ratings FROM yinuo_intake_app;

CREATE VIEW audit_projects AS SELECT project_id, ledger, completion, done_on, replaced_by, dropped FROM projects;
CREATE VIEW audit_demand_projects AS SELECT project_id, demand_id FROM demand_projects WHERE linked;
CREATE VIEW audit_project_ratings AS SELECT demand_id, project_id, level FROM project_ratings;
GRANT SELECT ON audit_projects, audit_demand_projects, audit_project_ratings TO yinuo_audit;
