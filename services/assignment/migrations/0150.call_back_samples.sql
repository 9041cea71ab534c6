-- Call-back samples: from which replies was drawn, what, and with which seed, so that the draw can be redone. The record, added to and never altered.
-- population: from how many replies; drawn: how many of them.
CREATE TABLE call_back_samples (
    sample_id uuid PRIMARY KEY,
    first_day date NOT NULL,
    last_day date NOT NULL,
    share numeric NOT NULL,
    seed text NOT NULL,
    seed_given boolean NOT NULL,
    population int NOT NULL,
    drawn int NOT NULL,
    drawn_by text NOT NULL,
    drawn_at timestamptz NOT NULL
);
CREATE TABLE call_back_sampled (
    sample_id uuid NOT NULL REFERENCES call_back_samples,
    case_id uuid NOT NULL,
    unit text NOT NULL,
    drawn boolean NOT NULL,
    PRIMARY KEY (sample_id, case_id)
);
CREATE INDEX call_back_drawn ON call_back_sampled (sample_id) WHERE drawn;
-- Replies by their instant, to draw from those of some days.
CREATE INDEX cases_replied ON cases (completed_at) WHERE completed_at IS NOT NULL;
REVOKE UPDATE, DELETE ON call_back_samples, call_back_sampled FROM yinuo_assignment_app;
