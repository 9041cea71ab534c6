-- The last fact of the promise chain on each day, as the topic told it: what the circulars of that day print.
CREATE TABLE promise_heads (
    authority text NOT NULL,
    day date NOT NULL,
    seq bigint NOT NULL,
    hash text NOT NULL,
    signature text NOT NULL,
    key text NOT NULL,
    PRIMARY KEY (authority, day)
);

CREATE VIEW audit_printed_heads AS
SELECT ref, number, document::jsonb #>> '{authority,code}' AS authority,
       (document::jsonb #>> '{promise_head,seq}')::bigint AS seq,
       document::jsonb #>> '{promise_head,hash}' AS hash
FROM circulars WHERE document::jsonb #>> '{promise_head,seq}' IS NOT NULL;
GRANT SELECT ON audit_printed_heads TO yinuo_audit;
