-- What citizens may know of the projects that answer their demands, as the topic `project` says.
CREATE TABLE projects (
    project_id uuid PRIMARY KEY,
    version integer NOT NULL,
    ledger text NOT NULL,
    name text,
    completion date,
    milestones jsonb NOT NULL DEFAULT '[]',
    done_on date,
    replaced_by text
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
