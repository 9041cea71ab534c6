-- Every directory that was ever loaded; the highest version is the one in force.
CREATE TABLE directories (
    version int PRIMARY KEY,
    content jsonb NOT NULL,
    digest bytea NOT NULL,
    loaded_at timestamptz NOT NULL,
    loaded_by text NOT NULL
);

-- Demands that came before any directory. They are assigned once there is one.
CREATE TABLE waiting (
    demand_id uuid PRIMARY KEY,
    demand jsonb NOT NULL,
    registered_at timestamptz NOT NULL
);

-- One row a demand. case_id is derived from demand_id, so its key also keeps demands from doubling.
-- assigned_at is the first dispatch, dispatched_at the present one. lead: the case that it is merged into; since
-- when, and what it was merged into before, stands in the steps.
CREATE TABLE cases (
    case_id uuid PRIMARY KEY,
    demand_id uuid NOT NULL,
    receipt text NOT NULL UNIQUE,
    citizen_ref uuid NOT NULL,
    channel text NOT NULL,
    kind text NOT NULL,
    urgency text NOT NULL,
    category text NOT NULL,
    place text,
    town text,
    unit text NOT NULL,
    post text NOT NULL,
    first_unit text NOT NULL,
    first_post text NOT NULL,
    backstop boolean NOT NULL,
    summary text NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    repeat_of uuid,
    state text NOT NULL,
    dispatch int NOT NULL,
    version int NOT NULL,
    registered_at timestamptz NOT NULL,
    assigned_at timestamptz NOT NULL,
    dispatched_at timestamptz NOT NULL,
    signed_at timestamptz,
    completed_at timestamptz,
    reply text,
    extension_asked smallint,
    lead uuid,
    rectification_opened timestamptz,
    rectified_at timestamptz,
    assisting text[] NOT NULL DEFAULT '{}',
    tags text[] NOT NULL DEFAULT '{}',
    rating text,
    rated_at timestamptz,
    rating_comment text
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX cases_page ON cases (assigned_at, case_id);
CREATE INDEX cases_unit ON cases (unit, assigned_at, case_id);
CREATE INDEX cases_lead ON cases (lead) WHERE lead IS NOT NULL;
CREATE INDEX cases_assisted ON cases (case_id) WHERE assisting <> '{}';
CREATE INDEX cases_citizen ON cases (citizen_ref, assigned_at);
-- The open ones of a category by time: where the likely twins of a case are looked for. As with cases_post (0140)
-- the condition changes with the reply alone.
CREATE INDEX cases_near ON cases (category, assigned_at) WHERE completed_at IS NULL;
-- Of few cases: those with a tag, those with something to put right.
CREATE INDEX cases_tags ON cases USING gin (tags) WHERE tags <> '{}';
CREATE INDEX cases_rectify ON cases (assigned_at, case_id)
WHERE rectification_opened IS NOT NULL AND rectified_at IS NULL;

-- assisting above: the units whose part is still to come; each was named by a step, whose assisting says which,
-- and assisting_post the post that answers for it.
-- What happened to a case after its assignment (which is version 1 and stands in the case itself).
CREATE TABLE steps (
    case_id uuid NOT NULL REFERENCES cases,
    version int NOT NULL,
    at timestamptz NOT NULL,
    step text NOT NULL,
    unit text NOT NULL,
    post text NOT NULL,
    by text NOT NULL,
    note text,
    days smallint,
    lead uuid,
    assisting text,
    assisting_post text,
    PRIMARY KEY (case_id, version)
);

CREATE INDEX steps_assist ON steps (assisting, case_id) WHERE step = 'assist';

-- When a case is due, as supervision says. Narrow and apart, so that setting it rewrites no text.
CREATE TABLE dues (
    case_id uuid PRIMARY KEY,
    version int NOT NULL,
    dispatch int NOT NULL,
    sign_for_due timestamptz,
    complete_due timestamptz
) WITH (fillfactor = 85);

-- When something further is due of a case: a decision about its return or extension, its rectification.
CREATE TABLE further_dues (
    case_id uuid NOT NULL,
    limit_kind text NOT NULL,
    about text NOT NULL,
    version int NOT NULL,
    opened_by int NOT NULL,
    due timestamptz,
    PRIMARY KEY (case_id, limit_kind, about)
);

-- The limits that passed, on which a rule acted or found that there was nothing to do any more.
CREATE TABLE passed_limits (
    case_id uuid NOT NULL,
    limit_kind text NOT NULL,
    about text NOT NULL,
    generation int NOT NULL,
    opened_by int NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (case_id, limit_kind, about, generation)
);
REVOKE UPDATE, DELETE ON passed_limits FROM yinuo_assignment_app;

-- Notices that supervision sent about a case, for its timeline.
CREATE TABLE notices (
    notice_id uuid PRIMARY KEY,
    case_id uuid NOT NULL,
    at timestamptz NOT NULL,
    limit_kind text NOT NULL,
    rung int NOT NULL,
    colour text NOT NULL,
    outcome text NOT NULL,
    overdue boolean NOT NULL,
    unit text NOT NULL,
    post text NOT NULL
);
CREATE INDEX notices_case ON notices (case_id, at);

CREATE VIEW audit_cases AS
SELECT case_id, demand_id, receipt, unit, post, state, dispatch, version, backstop, assigned_at, dispatched_at,
       rating, lead, extension_asked, rectification_opened IS NOT NULL AND rectified_at IS NULL AS rectifying,
       assisting
FROM cases;
CREATE VIEW audit_steps AS SELECT case_id, version, step, unit, post, lead, by FROM steps;
CREATE VIEW audit_further_dues AS SELECT case_id, limit_kind, about, version, opened_by FROM further_dues;
CREATE VIEW audit_passed_limits AS SELECT case_id, limit_kind, about, generation FROM passed_limits;
CREATE VIEW audit_waiting AS SELECT demand_id, registered_at FROM waiting;
CREATE VIEW audit_dues AS SELECT case_id, version, dispatch FROM dues;
CREATE VIEW audit_notices AS SELECT notice_id, case_id FROM notices;
CREATE VIEW audit_directories AS SELECT version, loaded_at FROM directories;
GRANT SELECT ON audit_cases, audit_steps, audit_further_dues, audit_passed_limits, audit_waiting, audit_dues, audit_notices, audit_directories
TO yinuo_audit;
