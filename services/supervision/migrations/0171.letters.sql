-- Letters (整改督办函), rounds (巡回指导), findings and their photographs.

-- What the directory says besides: the kind of a unit (which are towns), and how letters are written.
ALTER TABLE units ADD COLUMN kind text NOT NULL DEFAULT '';
ALTER TABLE policy ADD COLUMN issuer text NOT NULL DEFAULT '', ADD COLUMN letters jsonb NOT NULL DEFAULT '{}';

-- The project list as far as rounds and letters need it; the highest version stands.
CREATE TABLE projects (
    project_id uuid PRIMARY KEY,
    ledger text COLLATE "C" NOT NULL UNIQUE,
    name text NOT NULL,
    unit text NOT NULL,
    tier text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'done', 'replaced', 'dropped')),
    version int NOT NULL
);

-- One row a letter, as its steps left it. version counts its steps, 0 is a draft that waits for its signature.
CREATE TABLE letters (
    letter_id uuid PRIMARY KEY,
    version int NOT NULL,
    state text NOT NULL,
    unit text NOT NULL,
    addressed text NOT NULL CHECK (addressed IN ('party_committee', 'unit')),
    title text NOT NULL,
    found text NOT NULL,
    required text NOT NULL,
    asked_days int,
    asked_by date,
    finding_id uuid UNIQUE,
    project_id uuid,
    case_id uuid,
    drafted_at timestamptz NOT NULL,
    drafted_by text NOT NULL,
    issuer text,
    addressee text,
    copy_to text,
    word text COLLATE "C",
    year smallint,
    serial int,
    signed_by text,
    signed_post text,
    first_reply_by date,
    receipt_due timestamptz,
    issued_at timestamptz CHECK ((issued_at IS NULL) = (state IN ('drafted', 'discarded'))),
    reply_by date CHECK ((reply_by IS NULL) = (issued_at IS NULL)),
    received_at timestamptz,
    replied_at timestamptz,
    reply text,
    returns int NOT NULL,
    ended_at timestamptz,
    UNIQUE (word, year, serial),
    CHECK ((serial IS NULL) = (issued_at IS NULL))
) WITH (fillfactor = 85);
CREATE INDEX letters_page ON letters (drafted_at, letter_id);
CREATE INDEX letters_of_unit ON letters (unit, drafted_at, letter_id);

-- Every step of a letter, with the event as it was told; nobody changes or deletes one.
CREATE TABLE letter_steps (
    letter_id uuid NOT NULL REFERENCES letters,
    version int NOT NULL,
    step text NOT NULL,
    state text NOT NULL,
    at timestamptz NOT NULL,
    by text NOT NULL,
    words text,
    type text,
    data jsonb,
    PRIMARY KEY (letter_id, version)
);

-- The last number taken, by word and local year. The row is held from taking a number until commit: no gaps.
CREATE TABLE letter_numbers (
    word text COLLATE "C" NOT NULL,
    year smallint NOT NULL,
    last int NOT NULL,
    PRIMARY KEY (word, year)
);

CREATE TABLE rounds (
    round_id uuid PRIMARY KEY,
    version int NOT NULL,
    state text NOT NULL CHECK (state IN ('planned', 'drawn', 'closed')),
    name text NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL,
    targets jsonb NOT NULL,
    visits int NOT NULL,
    inspectors text[] NOT NULL,
    team int NOT NULL,
    planned_at timestamptz NOT NULL,
    planned_by text NOT NULL,
    digest text NOT NULL,
    closed_at timestamptz CHECK ((closed_at IS NOT NULL) = (state = 'closed')),
    closed_by text
);
CREATE INDEX rounds_page ON rounds (planned_at, round_id);

-- A draw with all that it rests on, so that it can be redone; added to and never altered.
CREATE TABLE round_draws (
    round_id uuid PRIMARY KEY REFERENCES rounds,
    seed text NOT NULL,
    seed_given boolean NOT NULL,
    barred jsonb NOT NULL,
    drawn jsonb NOT NULL,
    drawn_by text NOT NULL,
    drawn_at timestamptz NOT NULL,
    place bigint GENERATED ALWAYS AS IDENTITY
);

-- Where a round was drawn to go, in the order drawn. visited: known once it is closed.
CREATE TABLE round_visits (
    round_id uuid NOT NULL REFERENCES rounds,
    place int NOT NULL,
    kind text NOT NULL,
    key text COLLATE "C" NOT NULL,
    unit text NOT NULL,
    inspectors text[] NOT NULL,
    visited boolean,
    PRIMARY KEY (round_id, place)
);
CREATE INDEX round_visits_of ON round_visits (kind, key);

-- Findings as they came from the inspectors' devices: the record, added to and never altered.
CREATE TABLE findings (
    finding_id uuid PRIMARY KEY,
    round_id uuid NOT NULL REFERENCES rounds,
    unit text NOT NULL,
    project_id uuid,
    place text NOT NULL,
    found_at timestamptz NOT NULL,
    found text NOT NULL,
    required text,
    item text,
    photos text[] NOT NULL,
    needs_letter boolean NOT NULL,
    reply_days int,
    reply_by date,
    digest text NOT NULL,
    late boolean NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL
);
CREATE INDEX findings_of_round ON findings (round_id, found_at, finding_id);
CREATE INDEX findings_photos ON findings USING gin (photos);

-- Photographs by the SHA-256 of their bytes; they come before the finding that shows them, or after it.
CREATE TABLE photos (
    sha256 text PRIMARY KEY,
    media_type text NOT NULL,
    bytes bytea NOT NULL,
    at timestamptz NOT NULL,
    by text NOT NULL
);
ALTER TABLE photos ALTER COLUMN bytes SET STORAGE EXTERNAL;

REVOKE UPDATE, DELETE ON letter_steps, round_draws, findings, photos FROM yinuo_supervision_app;
CREATE TRIGGER closed AFTER UPDATE OF closed_at ON rounds
    FOR EACH ROW WHEN (new.closed_by IS NOT NULL)
    EXECUTE FUNCTION log_act('closed_by', 'round_id', 'state');

CREATE VIEW audit_letters AS
SELECT letter_id, version, state, unit, word, year, serial, finding_id, received_at, replied_at, returns, reply_by
FROM letters;
CREATE VIEW audit_letter_steps AS
SELECT letter_id, version, step, state, type, data->>'number' AS number, (data->>'version')::int AS told_version,
       data->>'reply_by' AS reply_by
FROM letter_steps;
CREATE VIEW audit_letter_numbers AS SELECT word, year, last FROM letter_numbers;
CREATE VIEW audit_findings AS SELECT finding_id, round_id, unit, needs_letter, late FROM findings;
CREATE VIEW audit_rounds AS SELECT round_id, version, state FROM rounds;
GRANT SELECT ON audit_letters, audit_letter_steps, audit_letter_numbers, audit_findings, audit_rounds TO yinuo_audit;
