-- The promise ledger. Facts are the record: the application role adds to them and never alters them.
-- body: the very bytes that were hashed. recorded_by: who entered it; not public, not in the chain.
CREATE TABLE promise_facts (
    authority text NOT NULL,
    seq bigint NOT NULL,
    promise_id uuid NOT NULL,
    version int NOT NULL,
    type text NOT NULL,
    at timestamptz NOT NULL,
    body bytea NOT NULL,
    hash text NOT NULL,
    signature text NOT NULL,
    key text NOT NULL,
    recorded_by text NOT NULL,
    PRIMARY KEY (authority, seq),
    UNIQUE (promise_id, version)
);
REVOKE UPDATE, DELETE ON promise_facts FROM yinuo_assignment_app;

-- The end of each chain: whoever adds facts holds its row, so that two writers keep one chain.
CREATE TABLE promise_heads (
    authority text PRIMARY KEY,
    seq bigint NOT NULL,
    hash text NOT NULL,
    signature text NOT NULL,
    key text NOT NULL
);
REVOKE DELETE ON promise_heads FROM yinuo_assignment_app;

-- What the facts amount to, one row a promise, for lists; `yinuo promises verify` folds the facts and compares.
-- holder: who held the post on made_on, a leader's name; projects: ledger numbers.
CREATE TABLE promises (
    promise_id uuid PRIMARY KEY,
    authority text NOT NULL,
    number text NOT NULL,
    version int NOT NULL,
    tier text NOT NULL,
    unit text NOT NULL,
    post text,
    holder text,
    member text,
    first_words text NOT NULL,
    words text NOT NULL,
    projects text[] NOT NULL,
    made_on date NOT NULL,
    first_due date NOT NULL,
    due date NOT NULL,
    occasion text NOT NULL,
    programme text,
    aired_on date,
    clip text,
    evidence text,
    recorded_at timestamptz NOT NULL,
    state text NOT NULL,
    settled_on date,
    UNIQUE (authority, number)
);
REVOKE DELETE ON promises FROM yinuo_assignment_app;
CREATE INDEX promises_page ON promises (recorded_at, promise_id);
CREATE INDEX promises_unit ON promises (unit, recorded_at, promise_id);
CREATE INDEX promises_projects ON promises USING gin (projects);

-- Ordinary members' names. Erased: name and salt are gone, the commitment in the chain then says nothing.
CREATE TABLE promise_members (
    promise_id uuid PRIMARY KEY REFERENCES promises,
    name text,
    salt bytea,
    erased_at timestamptz,
    erased_by text,
    CHECK ((name IS NULL) = (salt IS NULL) AND (name IS NULL) = (erased_at IS NOT NULL))
);
REVOKE DELETE ON promise_members FROM yinuo_assignment_app;

CREATE VIEW audit_promise_facts AS
SELECT authority, seq, promise_id, version, type, body, hash, signature, key FROM promise_facts;
CREATE VIEW audit_promise_heads AS SELECT authority, seq, hash, signature, key FROM promise_heads;
CREATE VIEW audit_promises AS SELECT * FROM promises;
GRANT SELECT ON audit_promise_facts, audit_promise_heads, audit_promises TO yinuo_audit;
