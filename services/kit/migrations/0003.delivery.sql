-- What goes out to people by e-mail or webhook. A recipient without any address stays as a row, so that its
-- removal is on record as its changes are.
CREATE TABLE delivery_addresses (
    recipient text COLLATE "C" PRIMARY KEY,
    email text,
    webhook text,
    set_by text NOT NULL
);
CREATE TRIGGER set AFTER INSERT OR UPDATE ON delivery_addresses
    FOR EACH ROW EXECUTE FUNCTION log_act('set_by', 'recipient', 'email', 'webhook');

-- What is said, once for all whom it is said to. page: a path under the console's public address.
CREATE TABLE delivery_contents (
    content_id uuid PRIMARY KEY,
    subject text NOT NULL,
    body text NOT NULL,
    html text,
    page text,
    payload text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE delivery_attachments (
    content_id uuid NOT NULL REFERENCES delivery_contents,
    position smallint NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (content_id, position)
);

-- One row a recipient and channel; its id is made of what it is about, so that nothing is queued twice.
-- due_at: the next try, in real time; while a process tries, when another may. mail_domain: right of the @ in
-- the Message-ID, kept from the first try on.
CREATE TABLE delivery_messages (
    message_id uuid PRIMARY KEY,
    content_id uuid NOT NULL REFERENCES delivery_contents,
    recipient text COLLATE "C" NOT NULL,
    channel text NOT NULL CHECK (channel IN ('email', 'webhook')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    due_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempts int NOT NULL DEFAULT 0,
    failing_since timestamptz,
    mail_domain text,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'given_up'))
) WITH (fillfactor = 85);
CREATE INDEX delivery_messages_due ON delivery_messages (channel, due_at, message_id) WHERE state = 'waiting';
CREATE INDEX delivery_messages_waiting ON delivery_messages (recipient, channel) WHERE state = 'waiting';
CREATE INDEX delivery_messages_given_up ON delivery_messages (channel) WHERE state = 'given_up';
CREATE INDEX delivery_messages_listed ON delivery_messages (created_at, message_id);
CREATE INDEX delivery_messages_of ON delivery_messages (recipient, created_at, message_id);

CREATE TABLE delivery_log (
    entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempt int NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('sent', 'failed', 'given_up', 'asked_again')),
    detail text NOT NULL
);
CREATE INDEX delivery_log_message ON delivery_log (message_id, entry_id);

CREATE VIEW audit_messages AS SELECT message_id, recipient, channel, state, created_at FROM delivery_messages;
GRANT SELECT ON audit_messages TO yinuo_audit;

DO $$
BEGIN
    EXECUTE format('REVOKE UPDATE, DELETE ON delivery_log, delivery_contents, delivery_attachments FROM %I',
                   'yinuo_' || current_schema() || '_app');
    EXECUTE format('REVOKE DELETE ON delivery_messages, delivery_addresses FROM %I',
                   'yinuo_' || current_schema() || '_app');
END
$$;
