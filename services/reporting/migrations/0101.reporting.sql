-- Facts are append-only: one row for each event, as it was. Keyed (time, event id), so that they can be
-- partitioned by month; books carry what is open, so that nothing read here grows with the history and one
-- table is enough (`make bench SCALE=full` measures it). The day is that of the event's position in the log, not that of its time.
CREATE TABLE facts (
    event_id uuid NOT NULL,
    at timestamptz NOT NULL,
    day date NOT NULL,
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
) WITH (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 500000,
        -- The planner knows the newest days whatever the history: it looks at as many pages each time.
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 500000);
CREATE INDEX facts_day ON facts (day, kind);
-- What else is known of a case, however long ago: limits set before their dispatch was known here (another
-- topic, another order), further ones, the first dispatch of what is done anew, all that an assessment asks.
CREATE INDEX facts_case ON facts (case_id) WHERE case_id IS NOT NULL;
-- A citizen's cases, for those who came back after a completion.
CREATE INDEX facts_citizen ON facts (citizen_ref) WHERE kind = 'assigned' AND citizen_ref IS NOT NULL;
-- Few cases repeat an earlier one; who asks how their citizens answered finds them by this.
CREATE INDEX facts_repeats ON facts (case_id) WHERE kind = 'assigned' AND repeat_of IS NOT NULL;
CREATE INDEX facts_late ON facts (day) WHERE late;
REVOKE UPDATE, DELETE ON facts FROM yinuo_reporting_app;

-- Which day each partition is in, and where each of its days began: the cut of a circular.
CREATE TABLE positions (
    topic text NOT NULL,
    partition smallint NOT NULL,
    day date NOT NULL,
    PRIMARY KEY (topic, partition)
);
CREATE TABLE cuts (
    day date NOT NULL,
    topic text NOT NULL,
    partition smallint NOT NULL,
    "offset" bigint NOT NULL,
    PRIMARY KEY (day, topic, partition)
);

-- The directory as it was told, every version of every entry, and where in the topic.
CREATE TABLE directory_entries (
    kind text NOT NULL,
    code text NOT NULL,
    version integer NOT NULL,
    day date NOT NULL,
    "offset" bigint NOT NULL,
    retired boolean NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (kind, code, version)
);

-- A book is the fold of some days: `opens_from` ends where it begins and is what was carried over. Every
-- circular has one; `between` are those that carry a balance over other days, or are only compared with.
CREATE TABLE books (
    book integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('weekly', 'monthly', 'yearly', 'county', 'between')),
    first date NOT NULL,
    until date NOT NULL CHECK (first < until),
    opens_from integer REFERENCES books,
    UNIQUE (kind, first, until)
);
CREATE INDEX books_until ON books (until);

-- The rows of a book: every dispatch that was open when its days began or was opened in them, with what
-- became of it by the cut. What is open at the cut is carried into the next book, whatever the history.
CREATE TABLE ledger (
    book integer NOT NULL,
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
    signed_within boolean NOT NULL,
    closed_as text CHECK (closed_as IN ('completed', 'returned', 'reassigned', 'withdrawn', 'refused', 'merged')),
    closed_at timestamptz,
    PRIMARY KEY (book, case_id, dispatch)
);
CREATE INDEX ledger_open ON ledger (book) WHERE closed_as IS NULL;

-- `ref` names a circular before it has a number: its kind and days, or which number it corrects.
CREATE TABLE circulars (
    ref text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('weekly', 'monthly', 'yearly', 'county')),
    first date NOT NULL,
    until date NOT NULL CHECK (first < until),
    book integer NOT NULL REFERENCES books,
    state text NOT NULL CHECK (state IN ('draft', 'checked', 'signed', 'issued')),
    policy text NOT NULL,
    document text NOT NULL,
    figures_sha256 text NOT NULL,
    drafted_at timestamptz NOT NULL,
    drafted_by text NOT NULL,
    checked_at timestamptz,
    checked_by text,
    signed_at timestamptz,
    signed_by text,
    number text UNIQUE,
    issued_at timestamptz,
    issued_by text,
    corrects text UNIQUE REFERENCES circulars (number),
    CHECK ((state = 'issued') = (number IS NOT NULL AND issued_at IS NOT NULL)),
    CHECK (state <> 'checked' OR checked_by IS NOT NULL),
    CHECK (state IN ('draft', 'checked') OR signed_by IS NOT NULL)
);
CREATE INDEX circulars_range ON circulars (first, until);
CREATE INDEX circulars_kind ON circulars (kind, first);
CREATE INDEX circulars_waiting ON circulars (kind, first) WHERE state <> 'issued';
CREATE TABLE numbers (
    kind text NOT NULL,
    year integer NOT NULL,
    last integer NOT NULL,
    PRIMARY KEY (kind, year)
);

CREATE VIEW audit_facts AS
SELECT event_id, at, kind, topic, partition, "offset", case_id, demand_id, dispatch, version, day, late, outcome,
       limit_kind, about, opened_by, complete_due, colour, unit, category, citizen_ref, repeat_of
FROM facts;
CREATE VIEW audit_ledger AS
SELECT book, b.kind, b.first, b.until, b.opens_from, case_id, dispatch, demand_id, unit, post, origin, carried,
       opened_at, sign_for_due, complete_due, signed_at, signed_within, closed_as, closed_at
FROM ledger JOIN books AS b USING (book);
CREATE VIEW audit_balances AS
SELECT b.first AS week, case_id, dispatch, demand_id, unit, post, opened_at, complete_due, sign_for_due,
       signed_at IS NOT NULL AS signed
FROM ledger JOIN books AS b USING (book) WHERE closed_as IS NULL AND b.kind = 'weekly';
CREATE VIEW audit_circulars AS
SELECT ref, number, kind, first, until, book, corrects, state, (document::jsonb) -> 'counts' AS figures,
       figures_sha256, drafted_at, issued_at, (document::jsonb) -> 'gaming' AS gaming,
       encode(sha256(convert_to(document, 'UTF8')), 'hex') AS document_sha256
FROM circulars;
CREATE VIEW audit_books AS SELECT book, kind, first, until, opens_from FROM books;
CREATE VIEW audit_cuts AS SELECT day, topic, partition, "offset" FROM cuts;
-- What was parked and replayed lies on the day of its replay, and not on that of its position.
CREATE VIEW audit_replayed AS SELECT topic, partition, "offset" FROM replayed_letters;
GRANT SELECT ON audit_facts, audit_ledger, audit_balances, audit_circulars, audit_books, audit_cuts, audit_replayed
    TO yinuo_audit;
