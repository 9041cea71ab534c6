-- One row a limit: two for each case, further ones that something opens on the way, and those of other subjects, which have no
-- demand, kind or urgency. What is stored are the inputs and the due instant; the derivation and
-- the instants of the rungs are told again from them. fires_at is the next rung that isn't recorded yet.
-- generation fences: a dispatch anew, or another end, begins the next one. awaits_year: what must be loaded to
-- go on. pauses: suspensions that are over, as ISO 8601 intervals; suspended_at: the one that isn't.
-- about: which of several of its kind (the unit that returned the case or assists); opened_by: the version of the case's event
-- that opened it. passed: its due instant went by, and assignment acts on that. ended_at: closed without being met.
CREATE TABLE limits (
    subject_id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL
        CHECK (kind IN ('sign_for', 'complete', 'dispute', 'extension', 'rectification', 'assist',
                        'letter_receipt', 'letter_reply', 'project_report', 'listing_report', 'follow_up',
                        'notice_reply')),
    demand_id uuid,
    case_kind text,
    urgency text,
    unit text NOT NULL,
    post text NOT NULL,
    dispatch int NOT NULL,
    set_version int NOT NULL,
    generation int NOT NULL,
    dispatched_at timestamptz NOT NULL,
    rule text NOT NULL,
    rule_version int NOT NULL,
    amount int NOT NULL,
    counted text NOT NULL,
    ladder text NOT NULL,
    state text NOT NULL 
        CHECK (state IN ('open', 'met', 'closed', 'passed', 'awaiting_calendar', 'suspended')),
    due_at timestamptz CHECK (due_at IS NOT NULL OR state <> 'open'),
    calendar_version text NOT NULL,
    fires_at timestamptz,
    next_rung smallint NOT NULL,
    awaits_year smallint,
    overdue boolean NOT NULL,
    met_at timestamptz,
    suspended_at timestamptz CHECK ((suspended_at IS NOT NULL) = (state = 'suspended')),
    pauses text NOT NULL,
    extension smallint NOT NULL,
    about text COLLATE "C" NOT NULL,
    opened_by int NOT NULL,
    subject text NOT NULL CHECK (subject IN ('case', 'letter', 'project', 'listing', 'finding', 'follow_up')),
    ended_at timestamptz,
    PRIMARY KEY (subject_id, kind, about)
) WITH (fillfactor = 85,
        -- What was fired lies dead at the head of limits_due, before what is due: as much of it whatever the history.
        autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000);
CREATE INDEX limits_due ON limits (fires_at, subject_id) WHERE state = 'open';
CREATE INDEX limits_awaiting ON limits (awaits_year, subject_id) WHERE awaits_year IS NOT NULL;
CREATE INDEX limits_overdue ON limits (unit) WHERE state = 'open' AND kind = 'complete' AND overdue;

-- One row a rung recorded: sent, or collapsed into a newer one (into_rung). at is the rung's own instant. One that an event brought
-- has no kind and no due_at; its generation is the event's version. reply_by: when a written answer is due.
CREATE TABLE notices (
    notice_id uuid PRIMARY KEY,
    subject_id uuid NOT NULL,
    demand_id uuid,
    kind text,
    generation int NOT NULL,
    rung smallint NOT NULL,
    colour text NOT NULL,
    measure text NOT NULL,
    outcome text NOT NULL,
    into_rung smallint,
    counts boolean NOT NULL,
    late boolean NOT NULL,
    overdue boolean NOT NULL,
    unit text NOT NULL,
    post text NOT NULL,
    due_at timestamptz,
    at timestamptz NOT NULL,
    sent_at timestamptz NOT NULL,
    subject text NOT NULL,
    trigger text NOT NULL,
    points smallint NOT NULL,
    reply_by timestamptz
);
CREATE INDEX notices_subject ON notices (subject_id, sent_at);

-- Written answers to notices that wanted one; the first stands.
CREATE TABLE answers (
    notice_id uuid PRIMARY KEY,
    unit text NOT NULL,
    text text NOT NULL,
    answered_at timestamptz NOT NULL,
    answered_by text NOT NULL
);

-- What a ladder may have a rung for (bad ratings, repeats, findings), kept whether it has one or not. version is the event's.
CREATE TABLE happenings (
    subject_id uuid NOT NULL,
    trigger text COLLATE "C" NOT NULL,
    version int NOT NULL,
    subject text NOT NULL,
    demand_id uuid,
    unit text NOT NULL,
    post text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (subject_id, trigger, version)
);

-- What the notices on one task brought upon a unit, proposed to the supervision office until it is settled.
-- letter_id: the letter (督办函) by which a proposed special letter was followed.
CREATE TABLE consequences (
    consequence_id uuid PRIMARY KEY,
    subject text NOT NULL,
    subject_id uuid NOT NULL,
    unit text NOT NULL,
    post text NOT NULL,
    colour text NOT NULL,
    times smallint NOT NULL,
    measure text NOT NULL,
    points smallint NOT NULL,
    ladder text NOT NULL,
    notice_id uuid NOT NULL,
    at timestamptz NOT NULL,
    settled_at timestamptz,
    settled_by text,
    settled_as text CHECK (settled_as IN ('followed', 'waived')),
    note text,
    letter_id uuid
);
CREATE INDEX consequences_open ON consequences (at, consequence_id) WHERE settled_at IS NULL;
CREATE INDEX consequences_subject ON consequences (subject_id);

-- The recipients' inboxes (the table inbox is the consumer's). A notice lies there until acknowledged.
CREATE TABLE deliveries (
    notice_id uuid NOT NULL,
    recipient text COLLATE "C" NOT NULL,
    sent_at timestamptz NOT NULL,
    acknowledged_at timestamptz,
    acknowledged_by text,
    PRIMARY KEY (notice_id, recipient)
);
CREATE INDEX deliveries_waiting ON deliveries (recipient, sent_at, notice_id) WHERE acknowledged_at IS NULL;

-- Years an administrator loaded; they stand before what the package chinesecalendar knows.
CREATE TABLE calendars (
    year smallint PRIMARY KEY,
    calendar jsonb NOT NULL,
    version text NOT NULL,
    loaded_at timestamptz NOT NULL,
    loaded_by text NOT NULL
);

-- The authority's presets, and what tells a process that its copy of the calendars is old.
CREATE TABLE policy (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    limits text NOT NULL,
    ladder text NOT NULL,
    directory_version int NOT NULL,
    calendar_revision int NOT NULL
);
INSERT INTO policy (limits, ladder, directory_version, calendar_revision) VALUES ('guangdong', 'default', 0, 0);

-- The directory as far as supervision needs it; what the newest one dropped stays, marked.
CREATE TABLE units (
    code text PRIMARY KEY,
    name text NOT NULL,
    parent text,
    party_committee text,
    post text,
    version int NOT NULL,
    retired boolean NOT NULL
);
CREATE TABLE posts (
    code text PRIMARY KEY,
    title text NOT NULL,
    unit text NOT NULL,
    version int NOT NULL,
    retired boolean NOT NULL
);
CREATE TABLE holders (
    post text NOT NULL,
    since date NOT NULL,
    person text NOT NULL,
    until date,
    version int NOT NULL,
    retired boolean NOT NULL,
    PRIMARY KEY (post, since)
);

CREATE VIEW audit_limits AS
SELECT subject_id AS case_id, demand_id, kind, generation, state, due_at, dispatch, unit, post, set_version
FROM limits WHERE kind IN ('sign_for', 'complete');
CREATE VIEW audit_further_limits AS
SELECT subject_id AS case_id, demand_id, kind, about, opened_by, generation, state, due_at, dispatch, unit, set_version
FROM limits WHERE kind IN ('dispute', 'extension', 'rectification', 'assist');
CREATE VIEW audit_subject_limits AS
SELECT subject, subject_id, kind, about, generation, state, due_at, unit, set_version
FROM limits WHERE kind NOT IN ('sign_for', 'complete', 'dispute', 'extension', 'rectification', 'assist');
CREATE VIEW audit_notices AS
SELECT notice_id, CASE subject WHEN 'case' THEN subject_id END AS case_id, subject_id, kind, generation, rung, outcome
FROM notices;
CREATE VIEW audit_deliveries AS SELECT notice_id, recipient, acknowledged_at FROM deliveries;
CREATE VIEW audit_consequences AS SELECT consequence_id, subject_id, unit, measure, points, notice_id FROM consequences;
GRANT SELECT ON audit_limits, audit_further_limits, audit_subject_limits, audit_notices, audit_deliveries,
    audit_consequences TO yinuo_audit;
