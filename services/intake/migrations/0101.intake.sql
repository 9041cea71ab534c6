-- Intake: keys of adapters, citizens under keys of their own, demands, and where each one stands.

CREATE TABLE keys (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel text NOT NULL,
    name text NOT NULL,
    digest bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    revoked_at timestamptz,
    revoked_by text
);

CREATE TABLE citizens (
    citizen_ref uuid PRIMARY KEY,
    key_wrapped bytea NOT NULL
);

CREATE TABLE citizen_indexes (
    index bytea PRIMARY KEY,
    citizen_ref uuid NOT NULL
);

-- A receipt is its day and a number: the number may begin again after a hundred million.
CREATE SEQUENCE receipt_numbers MAXVALUE 99999999 CYCLE;

-- Rows refer to keys and citizens without foreign keys: nothing deletes either, and checking costs every demand.
CREATE TABLE demands (
    demand_id uuid PRIMARY KEY,
    receipt text NOT NULL UNIQUE,
    channel text NOT NULL,
    external_id text NOT NULL,
    content_digest bytea NOT NULL,
    citizen_ref uuid NOT NULL,
    key_id integer NOT NULL,
    original bytea NOT NULL,
    contact bytea,
    received_at timestamptz NOT NULL,
    received_real_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (channel, external_id)
);
CREATE INDEX demands_of_key ON demands (key_id, received_at, demand_id);

CREATE TABLE idempotency_keys (
    channel text NOT NULL,
    key text NOT NULL,
    demand_id uuid NOT NULL,
    PRIMARY KEY (channel, key)
);

-- Who read an original or a contact. Nobody changes or deletes a reading.
CREATE TABLE readings (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    demand_id uuid NOT NULL,
    what text NOT NULL CHECK (what IN ('original', 'contact')),
    subject text NOT NULL,
    role text NOT NULL,
    unit text,
    read_at timestamptz NOT NULL,
    read_real_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX readings_of_demand ON readings (demand_id, id);
REVOKE UPDATE, DELETE ON readings FROM yinuo_intake_app;

-- Where each demand stands, as the other services' events say. `changed_at` is when intake learnt it. lead: the case
-- that its case is, or was last, merged into; parted again, its own.
CREATE TABLE tracking (
    demand_id uuid PRIMARY KEY,
    key_id integer,
    case_id uuid NOT NULL,
    lead uuid,
    version integer NOT NULL,
    state text NOT NULL,
    unit text NOT NULL,
    reply text,
    rectification text,
    changed_at timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX tracking_of_key ON tracking (key_id, changed_at, demand_id);

CREATE TABLE dues (
    demand_id uuid PRIMARY KEY,
    version integer NOT NULL,
    complete_due timestamptz
);

CREATE TABLE timeline (
    demand_id uuid NOT NULL,
    version integer NOT NULL,
    at timestamptz NOT NULL,
    step text NOT NULL,
    unit text NOT NULL,
    PRIMARY KEY (demand_id, version)
);

-- Which units were asked to do a part of a case; released: they were let off it.
CREATE TABLE assisting_units (
    case_id uuid NOT NULL,
    unit text NOT NULL,
    version integer NOT NULL,
    released boolean NOT NULL,
    PRIMARY KEY (case_id, unit)
);

-- What citizens said afterwards, each once: they took a demand back, or rated its reply. Each but the last came too
-- late, as the timeline says.
CREATE TABLE withdrawals (
    demand_id uuid NOT NULL,
    number integer NOT NULL,
    withdrawn_at timestamptz NOT NULL,
    PRIMARY KEY (demand_id, number)
);
CREATE TABLE ratings (
    demand_id uuid NOT NULL,
    number integer NOT NULL,
    level text NOT NULL,
    rated_at timestamptz NOT NULL,
    PRIMARY KEY (demand_id, number)
);
REVOKE UPDATE, DELETE ON withdrawals, ratings FROM yinuo_intake_app;

CREATE TABLE units (
    code text PRIMARY KEY,
    name text NOT NULL,
    parent text,
    version integer NOT NULL
);

CREATE VIEW audit_demands AS
SELECT demand_id, receipt, channel, received_at, received_real_at FROM demands;
CREATE VIEW audit_withdrawals AS SELECT demand_id FROM withdrawals;
CREATE VIEW audit_ratings AS SELECT demand_id, number, level FROM ratings;
GRANT SELECT ON audit_demands, audit_withdrawals, audit_ratings TO yinuo_audit;
