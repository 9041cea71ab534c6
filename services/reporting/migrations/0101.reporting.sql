-- Facts are append-only: one row for each event, as it was. Keyed (time, event id), so that they can be
-- partitioned by month. The week is that of the event's position in the log, not that of its time.
CREATE TABLE facts (
    event_id uuid NOT NULL,
    at timestamptz NOT NULL,
    week date NOT NULL,
    kind text NOT NULL,
    topic text NOT NULL,
    partition smallint NOT NULL,
    "offset" bigint NOT NULL,
    late boolean NOT NULL,
    case_id uuid,
    demand_id uuid,
    dispatch integer,
    version integer,
    unit text,
    post text,
    from_unit text,
    receipt text,
    channel text,
    case_kind text,
    urgency text,
    category text,
    town text,
    backstop boolean,
    citizen_ref uuid,
    repeat_of uuid,
    sign_for_due timestamptz,
    complete_due timestamptz,
    limit_kind text,
    rung smallint,
    colour text,
    outcome text,
    overdue boolean,
    about text,
    opened_by integer,
    PRIMARY KEY (at, event_id)
) WITH (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 500000);
CREATE INDEX facts_week ON facts (week, kind);
-- Limits may be set before their dispatch is known here: another topic, another order.
CREATE INDEX facts_limits ON facts (case_id) WHERE kind = 'limits_set';
CREATE INDEX facts_further ON facts (case_id) WHERE kind = 'further_set';
-- Few cases repeat an earlier one; who asks how their citizens answered finds them by this.
CREATE INDEX facts_repeats ON facts (case_id) WHERE kind = 'assigned' AND repeat_of IS NOT NULL;
CREATE INDEX facts_late ON facts (week) WHERE late;
REVOKE UPDATE, DELETE ON facts FROM yinuo_reporting_app;

-- Which week each partition is in, and where each of its weeks began: the cut of a circular.
CREATE TABLE positions (
    topic text NOT NULL,
    partition smallint NOT NULL,
    week date NOT NULL,
    PRIMARY KEY (topic, partition)
);
CREATE TABLE cuts (
    week date NOT NULL,
    topic text NOT NULL,
    partition smallint NOT NULL,
    "offset" bigint NOT NULL,
    PRIMARY KEY (week, topic, partition)
);

-- The directory as it was told, every version of every entry.
CREATE TABLE directory_entries (
    kind text NOT NULL,
    code text NOT NULL,
    version integer NOT NULL,
    week date NOT NULL,
    retired boolean NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (kind, code, version)
);

-- The week's book: every dispatch that was open when the week began or was opened in it, with what became
-- of it by the cut. What is open at the cut is carried into the next week's book, whatever the history.
CREATE TABLE ledger (
    week date NOT NULL,
    case_id uuid NOT NULL,
    dispatch integer NOT NULL,
    demand_id uuid,
    receipt text,
    origin text NOT NULL CHECK (origin IN ('assigned', 'returned', 'reassigned', 'redone', 'parted')),
    carried boolean NOT NULL,
    opened_at timestamptz NOT NULL,
    late boolean NOT NULL,
    unit text NOT NULL,
    post text,
    channel text,
    case_kind text,
    urgency text,
    category text,
    town text,
    backstop boolean,
    repeat_of uuid,
    sign_for_due timestamptz,
    complete_due timestamptz,
    signed_at timestamptz,
    signed_this_week boolean NOT NULL,
    closed_as text CHECK (closed_as IN ('completed', 'returned', 'reassigned', 'withdrawn', 'refused', 'merged')),
    closed_at timestamptz,
    PRIMARY KEY (week, case_id, dispatch)
);
CREATE INDEX ledger_open ON ledger (week) WHERE closed_as IS NULL;

CREATE TABLE circulars (
    kind text NOT NULL,
    week date NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'issued')),
    policy text NOT NULL,
    document text NOT NULL,
    figures_sha256 text NOT NULL,
    drafted_at timestamptz NOT NULL,
    number text UNIQUE,
    issued_at timestamptz,
    issued_by text,
    PRIMARY KEY (kind, week),
    CHECK ((state = 'issued') = (number IS NOT NULL AND issued_at IS NOT NULL))
);
CREATE TABLE numbers (
    kind text NOT NULL,
    year integer NOT NULL,
    last integer NOT NULL,
    PRIMARY KEY (kind, year)
);

CREATE VIEW audit_facts AS
SELECT event_id, kind, topic, partition, "offset", case_id, demand_id, dispatch, week, late, outcome
FROM facts;
CREATE VIEW audit_ledger AS
SELECT week, case_id, dispatch, demand_id, unit, post, origin, carried, opened_at, sign_for_due, complete_due,
       signed_at, signed_this_week, closed_as, closed_at
FROM ledger;
CREATE VIEW audit_balances AS
SELECT week, case_id, dispatch, demand_id, unit, post, opened_at, complete_due, sign_for_due,
       signed_at IS NOT NULL AS signed
FROM ledger WHERE closed_as IS NULL;
CREATE VIEW audit_circulars AS
SELECT number, kind, week, state, (document::jsonb) -> 'counts' AS figures, figures_sha256, drafted_at, issued_at
FROM circulars;
CREATE VIEW audit_cuts AS SELECT week, topic, partition, "offset" FROM cuts;
GRANT SELECT ON audit_facts, audit_ledger, audit_balances, audit_circulars, audit_cuts TO yinuo_audit;
