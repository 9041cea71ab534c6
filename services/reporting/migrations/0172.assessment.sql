-- Assessments (考核) as published: added to and never altered; a mistake is mended by the next revision. `because`:
-- the request whose approval called for the revision: a case may count in months and in their year, an exclusion
-- calls for one in each.
CREATE TABLE assessments (
    first date NOT NULL,
    until date NOT NULL CHECK (until > first),
    revision integer NOT NULL CHECK (revision > 0),
    document text NOT NULL,
    figures_sha256 text NOT NULL,
    because uuid,
    reason text,
    published_at timestamptz NOT NULL,
    published_by text NOT NULL,
    PRIMARY KEY (first, until, revision),
    UNIQUE (because, first, until),
    CHECK ((revision = 1) = (because IS NULL))
);

-- Requests that a case not count (剔除), and appeals (申诉) against a score of a published revision.
CREATE TABLE assessment_requests (
    request_id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('exclusion', 'appeal')),
    unit text NOT NULL,
    case_id uuid,
    receipt text,
    indicators text[] NOT NULL,
    post text,
    first date,
    until date,
    revision integer,
    evidence text NOT NULL,
    CHECK ((kind = 'exclusion') = (case_id IS NOT NULL AND first IS NULL)),
    CHECK (kind = 'exclusion' OR revision IS NOT NULL),
    FOREIGN KEY (first, until, revision) REFERENCES assessments
);
CREATE INDEX assessment_requests_unit ON assessment_requests (unit);

-- What became of each, step by step; the last step's state is the request's.
CREATE TABLE assessment_steps (
    request_id uuid NOT NULL REFERENCES assessment_requests,
    number integer NOT NULL,
    step text NOT NULL,
    state text NOT NULL,
    by text NOT NULL,
    role text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (request_id, number)
);
REVOKE UPDATE, DELETE ON assessments, assessment_requests, assessment_steps FROM yinuo_reporting_app;

CREATE VIEW audit_assessments AS
SELECT first, until, revision, document, figures_sha256 FROM assessments;
CREATE VIEW audit_assessed_facts AS
SELECT event_id, at, day, kind, case_id, dispatch, version, unit, post, receipt, sign_for_due, complete_due,
       colour, outcome
FROM facts;
CREATE VIEW audit_directory_entries AS SELECT kind, code, version, day, body FROM directory_entries;
GRANT SELECT ON audit_assessments, audit_assessed_facts, audit_directory_entries TO yinuo_audit;
