-- The one business clock. All services read it; only the operator may move it, and never in production.
CREATE TABLE clock.setting (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    environment text NOT NULL,
    instant timestamptz CHECK (environment <> 'production' OR instant IS NULL)
);

-- STABLE, so that an index on a due column can be used with it. clock_timestamp() and not now():
-- a writer reads the clock after it has waited for its lock, not when its transaction began.
CREATE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql STABLE AS
$$ SELECT coalesce((SELECT instant FROM clock.setting), clock_timestamp()) $$;

-- Opens a writing transaction: first the lock that a watermark takes exclusively, then the clock.
-- VOLATILE, so that the clock is read with a snapshot taken after the lock was granted.
CREATE FUNCTION clock.begin_writing(writer bigint) RETURNS timestamptz LANGUAGE plpgsql VOLATILE AS
$$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(writer);
    RETURN clock.now();
END
$$;

CREATE FUNCTION clock.begin_writing_alone(writer bigint) RETURNS timestamptz LANGUAGE plpgsql VOLATILE AS
$$
BEGIN
    PERFORM pg_advisory_xact_lock(writer);
    RETURN clock.now();
END
$$;

GRANT USAGE ON SCHEMA clock TO PUBLIC;
GRANT SELECT ON clock.setting TO PUBLIC;
