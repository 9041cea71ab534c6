-- Listings (挂牌督办) and the leading group's meetings (压实责任).

-- What citizens said of projects, once each demand and project.
CREATE TABLE project_ratings (
    project_id uuid NOT NULL,
    demand_id uuid NOT NULL,
    level text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (project_id, demand_id)
);

-- One row a listing, as its steps left it. One of a subject is open at a time; times counts them from 1.
CREATE TABLE listings (
    listing_id uuid PRIMARY KEY,
    version int NOT NULL,
    state text NOT NULL CHECK (state IN ('listed', 'asked', 'struck_off')),
    subject_kind text NOT NULL CHECK (subject_kind IN ('case', 'project')),
    subject_id uuid NOT NULL,
    times int NOT NULL,
    unit text NOT NULL,
    post text NOT NULL,
    title text NOT NULL,
    reason text NOT NULL,
    rule text,
    ratings int NOT NULL,
    authority text,
    opened_at timestamptz NOT NULL,
    opened_by text NOT NULL,
    reports int NOT NULL,
    reported_at timestamptz,
    ended_at timestamptz CHECK ((ended_at IS NOT NULL) = (state = 'struck_off')),
    UNIQUE (subject_id, times)
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX listings_open ON listings (subject_id) WHERE state <> 'struck_off';
CREATE INDEX listings_page ON listings (opened_at, listing_id);

-- Every step of a listing, with the event as it was told; nobody changes or deletes one.
CREATE TABLE listing_steps (
    listing_id uuid NOT NULL REFERENCES listings,
    version int NOT NULL,
    step text NOT NULL,
    state text NOT NULL,
    at timestamptz NOT NULL,
    by text NOT NULL,
    words text,
    type text NOT NULL,
    data jsonb NOT NULL,
    PRIMARY KEY (listing_id, version)
);

REVOKE UPDATE, DELETE ON project_ratings, listing_steps FROM yinuo_supervision_app;

CREATE VIEW audit_listings AS
SELECT listing_id, version, state, subject_kind, subject_id, times, unit, rule, ratings, reports FROM listings;
CREATE VIEW audit_listing_steps AS
SELECT listing_id, version, step, state, type, (data->>'version')::int AS told_version,
       (data->>'subject_id')::uuid AS subject_id, data->>'unit' AS unit
FROM listing_steps;
GRANT SELECT ON audit_listings, audit_listing_steps TO yinuo_audit;
