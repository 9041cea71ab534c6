-- The plumbing that each service has in its own schema (search_path is set by the migration).
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    partition smallint NOT NULL,
    subject text NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    time timestamptz NOT NULL,
    value bytea NOT NULL,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, fillfactor = 100);

CREATE TABLE inbox (
    event_id uuid PRIMARY KEY,
    topic text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000,
        autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 500000);

CREATE TABLE offsets (
    topic text NOT NULL,
    partition smallint NOT NULL,
    topic_id text NOT NULL,
    next_offset bigint NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

CREATE TABLE dead_letters (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    partition smallint NOT NULL,
    "offset" bigint NOT NULL,
    key text NOT NULL,
    event_id uuid UNIQUE,
    type text,
    time timestamptz,
    headers jsonb NOT NULL,
    value bytea NOT NULL,
    reason text NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (topic, partition, "offset")
);
CREATE INDEX dead_letters_key ON dead_letters (topic, key, "offset");

CREATE TABLE dropped_letters (
    event_id uuid,
    topic text NOT NULL,
    partition smallint NOT NULL,
    "offset" bigint NOT NULL,
    key text NOT NULL,
    reason text NOT NULL,
    dropped_by text NOT NULL,
    dropped_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (topic, partition, "offset")
);

-- What was dead and could be applied after all, and who asked for it.
CREATE TABLE replayed_letters (
    event_id uuid,
    topic text NOT NULL,
    partition smallint NOT NULL,
    "offset" bigint NOT NULL,
    key text NOT NULL,
    reason text NOT NULL,
    replayed_by text NOT NULL,
    replayed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (topic, partition, "offset", replayed_at)
);

-- Opens a batch of one topic in one round trip: what was stored of its partitions (locked until commit, in
-- their order, so that batches don't deadlock and a worker that lost a partition can't interleave), the
-- offsets moved forward, and the keys that are parked.
CREATE FUNCTION open_batch(
    of_topic text, of_topic_id text, of_partitions smallint[], ends bigint[],
    OUT partitions smallint[], OUT topic_ids text[], OUT next_offsets bigint[], OUT parked text[]
) LANGUAGE plpgsql AS
$$
BEGIN
    SELECT array_agg(o.partition), array_agg(o.topic_id), array_agg(o.next_offset)
    INTO partitions, topic_ids, next_offsets
    FROM (SELECT * FROM offsets WHERE topic = of_topic AND partition = ANY (of_partitions)
          ORDER BY partition FOR UPDATE) AS o;
    INSERT INTO offsets AS o (topic, partition, topic_id, next_offset)
    SELECT of_topic, t.partition, of_topic_id, t.next_offset
    FROM unnest(of_partitions, ends) AS t(partition, next_offset)
    ON CONFLICT (topic, partition) DO UPDATE
    SET next_offset = excluded.next_offset, moved_at = clock_timestamp()
    WHERE o.next_offset < excluded.next_offset;
    parked := ARRAY(SELECT DISTINCT key FROM dead_letters WHERE topic = of_topic);
END
$$;

CREATE TABLE watermarks (
    day date PRIMARY KEY,
    passed_at timestamptz NOT NULL,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE VIEW audit_plumbing AS
SELECT (SELECT count(*) FROM outbox) AS outbox,
       (SELECT count(*) FROM dead_letters) AS dead_letters,
       (SELECT count(*) FROM dropped_letters) AS dropped_letters;
CREATE VIEW audit_offsets AS SELECT topic, partition, next_offset FROM offsets;
GRANT SELECT ON audit_plumbing, audit_offsets TO yinuo_audit;
