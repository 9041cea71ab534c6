-- What people change where a row is altered in place. The tables' own triggers write it with the owner's
-- rights, so that the application role can neither leave a change out nor touch what was written.
CREATE TABLE acts (
    act_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    changed text NOT NULL,
    by text NOT NULL,
    told jsonb NOT NULL
);

-- Arguments: the column that says who, then those that are kept beside it.
CREATE FUNCTION log_act() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    altered jsonb := to_jsonb(NEW);
BEGIN
    INSERT INTO acts (at, changed, by, told)
    SELECT clock.now(), TG_TABLE_NAME, altered ->> TG_ARGV[0], jsonb_object_agg(name, altered -> name)
    FROM unnest(TG_ARGV) AS name;
    RETURN NULL;
END
$$;

DO $$
BEGIN
    -- Temporary tables are looked for first unless they are named last: one called acts would take every act away.
    EXECUTE format('ALTER FUNCTION log_act() SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON acts FROM %I', 'yinuo_' || current_schema() || '_app');
    EXECUTE format('REVOKE UPDATE, DELETE ON dropped_letters, replayed_letters FROM %I',
                   'yinuo_' || current_schema() || '_app');
END
$$;
