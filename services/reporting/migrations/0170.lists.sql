-- What happened to promises, projects, letters, rounds, findings, listings: append-only, one row an event, as facts are for cases.
CREATE TABLE list_facts (
    event_id uuid NOT NULL,
    at timestamptz NOT NULL,
    day date NOT NULL,
    list text NOT NULL,
    kind text NOT NULL,
    topic text NOT NULL,
    partition smallint NOT NULL,
    "offset" bigint NOT NULL,
    late boolean NOT NULL,
    item uuid NOT NULL,
    version integer NOT NULL,
    number text,
    unit text,
    post text,
    holder text,
    tier text,
    state text,
    due timestamptz,
    amount numeric(16, 2),
    funded numeric(16, 2),
    milestones text,
    text text,
    finding uuid,
    PRIMARY KEY (at, event_id)
);
CREATE INDEX list_facts_day ON list_facts (day, list, kind);
CREATE INDEX list_facts_updates ON list_facts (item) WHERE list = 'project' AND finding IS NOT NULL;
REVOKE UPDATE, DELETE ON list_facts FROM yinuo_reporting_app;

-- What stood open in each list at a cut, the day whose 00:00 it is: folded from what stood at the cut before and
-- the facts since, whatever the history. The tier of a further limit is its kind.
CREATE TABLE list_standing (
    cut date NOT NULL,
    list text NOT NULL,
    item uuid NOT NULL,
    part text NOT NULL,
    opening integer NOT NULL,
    version integer NOT NULL,
    state text NOT NULL,
    opened_at timestamptz NOT NULL,
    number text,
    unit text,
    post text,
    holder text,
    tier text,
    due timestamptz,
    changes integer NOT NULL,
    amount numeric(16, 2),
    funded numeric(16, 2),
    milestones text,
    reached text,
    milestone_due timestamptz,
    text text,
    closed_at timestamptz,
    closed_in date,
    PRIMARY KEY (cut, list, item, part)
);
-- The cuts that were folded, since at one of them nothing may have stood open.
CREATE TABLE list_cuts (cut date PRIMARY KEY);

-- What left its list, once and for good, with all that was known of it then.
CREATE TABLE list_closed (
    LIKE list_standing,
    PRIMARY KEY (list, item, part, opening)
);
ALTER TABLE list_closed DROP COLUMN cut;
CREATE INDEX list_closed_in ON list_closed (closed_in, list);
CREATE INDEX list_closed_list ON list_closed (list, closed_in) WHERE list <> 'further';

REVOKE UPDATE, DELETE ON list_standing, list_cuts, list_closed FROM yinuo_reporting_app;

CREATE VIEW audit_list_facts AS
SELECT event_id, list, kind, topic, partition, "offset", item, version, unit, tier, state, due, day, late,
       finding
FROM list_facts;
CREATE VIEW audit_list_standing AS
SELECT cut, list, item, part, opening, unit, tier, state, due, changes, milestone_due FROM list_standing;
CREATE VIEW audit_list_closed AS
SELECT list, item, part, opening, unit, tier, state, due, changes, closed_at, closed_in FROM list_closed;
CREATE VIEW audit_list_cuts AS SELECT cut FROM list_cuts;
GRANT SELECT ON audit_list_facts, audit_list_standing, audit_list_closed, audit_list_cuts TO yinuo_audit;
