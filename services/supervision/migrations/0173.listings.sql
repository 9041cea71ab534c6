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

-- The leading group's meetings: an agenda is drawn once, from what was overdue or badly rated at that instant.
CREATE TABLE meetings (
    meeting_id uuid PRIMARY KEY,
    name text NOT NULL,
    day date NOT NULL,
    drawn_at timestamptz NOT NULL,
    drawn_by text NOT NULL,
    minutes text,
    closed_at timestamptz CHECK ((closed_at IS NULL) = (minutes IS NULL)),
    closed_by text
);
CREATE INDEX meetings_page ON meetings (drawn_at, meeting_id);
CREATE TABLE meeting_items (
    meeting_id uuid NOT NULL REFERENCES meetings,
    number int NOT NULL,
    kind text NOT NULL CHECK (kind IN ('overdue', 'bad_rating', 'listing', 'consequence', 'follow_up')),
    unit text NOT NULL,
    what text NOT NULL,
    count int NOT NULL,
    since timestamptz NOT NULL,
    due date,
    source uuid,
    title text,
    PRIMARY KEY (meeting_id, number)
);

-- What leaders reported and what was said of it (点评); nobody changes or deletes it.
CREATE TABLE meeting_words (
    entry_id uuid PRIMARY KEY,
    meeting_id uuid NOT NULL REFERENCES meetings,
    kind text NOT NULL CHECK (kind IN ('report', 'comment')),
    item int,
    post text NOT NULL,
    text text NOT NULL,
    at timestamptz NOT NULL,
    by text NOT NULL,
    place bigint GENERATED ALWAYS AS IDENTITY,
    FOREIGN KEY (meeting_id, item) REFERENCES meeting_items (meeting_id, number)
);
CREATE INDEX meeting_words_of ON meeting_words (meeting_id, place);

-- What a meeting set a unit to do by a day; while it isn't done it stands in every next agenda.
CREATE TABLE follow_ups (
    follow_up_id uuid PRIMARY KEY,
    meeting_id uuid NOT NULL REFERENCES meetings,
    item int,
    unit text NOT NULL,
    task text NOT NULL,
    due date NOT NULL,
    set_at timestamptz NOT NULL,
    set_by text NOT NULL,
    done text,
    done_at timestamptz CHECK ((done_at IS NULL) = (done IS NULL)),
    done_by text,
    FOREIGN KEY (meeting_id, item) REFERENCES meeting_items (meeting_id, number)
);
CREATE INDEX follow_ups_of ON follow_ups (meeting_id, set_at);
CREATE INDEX follow_ups_open ON follow_ups (due) WHERE done_at IS NULL;
CREATE INDEX happenings_at ON happenings (at) WHERE trigger = 'bad_rating';

CREATE TRIGGER closed AFTER UPDATE OF closed_at ON meetings
    FOR EACH ROW EXECUTE FUNCTION log_act('closed_by', 'meeting_id');
CREATE TRIGGER done AFTER UPDATE OF done_at ON follow_ups
    FOR EACH ROW EXECUTE FUNCTION log_act('done_by', 'follow_up_id', 'unit');
REVOKE UPDATE, DELETE ON project_ratings, listing_steps, meeting_items, meeting_words FROM yinuo_supervision_app;

CREATE VIEW audit_listings AS
SELECT listing_id, version, state, subject_kind, subject_id, times, unit, rule, ratings, reports FROM listings;
CREATE VIEW audit_listing_steps AS
SELECT listing_id, version, step, state, type, (data->>'version')::int AS told_version,
       (data->>'subject_id')::uuid AS subject_id, data->>'unit' AS unit
FROM listing_steps;
CREATE VIEW audit_meetings AS
SELECT meeting_id, drawn_at, closed_at,
       (SELECT count(*) FROM meeting_items AS i WHERE i.meeting_id = m.meeting_id) AS items,
       (SELECT coalesce(max(number), 0) FROM meeting_items AS i WHERE i.meeting_id = m.meeting_id) AS last,
       (SELECT max(at) FROM meeting_words AS w WHERE w.meeting_id = m.meeting_id) AS last_word,
       (SELECT max(set_at) FROM follow_ups AS f WHERE f.meeting_id = m.meeting_id) AS last_task
FROM meetings AS m;
CREATE VIEW audit_follow_ups AS SELECT follow_up_id, meeting_id, unit, due, done_at FROM follow_ups;
GRANT SELECT ON audit_listings, audit_listing_steps, audit_meetings, audit_follow_ups TO yinuo_audit;
