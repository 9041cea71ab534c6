-- Who confirmed for a new holder of a post what passed to him: the record, added to and never altered.
-- digest: SHA-256 of the list that was seen; the counts say how much stood in it, cases with rectifications and parts.
CREATE TABLE hand_overs (
    post text NOT NULL,
    since date NOT NULL,
    predecessor text NOT NULL,
    successor text NOT NULL,
    digest text NOT NULL,
    cases int NOT NULL,
    promises int NOT NULL,
    projects int NOT NULL,
    confirmed_by text NOT NULL,
    confirmed_at timestamptz NOT NULL,
    PRIMARY KEY (post, since)
);
REVOKE UPDATE, DELETE ON hand_overs FROM yinuo_assignment_app;

-- What is open by post. Its condition changes with reply and rating alone, so that signing for a case rewrites no
-- index.
CREATE INDEX cases_post ON cases (post)
WHERE completed_at IS NULL OR rectification_opened IS NOT NULL AND rectified_at IS NULL;
