-- Completions, returns and signatures whose limits come only after their book's cut stay in the books until
-- they are judged. `settling`: closed in an earlier book, in this book only to be judged; no part of its
-- balance. `sign_judged`: whether signing was in time was told in an earlier book. `limits_told`: supervision
-- has told the limits of this dispatch, even if only that they await a calendar.
ALTER TABLE ledger
    ADD COLUMN settling boolean NOT NULL DEFAULT false,
    ADD COLUMN sign_judged boolean NOT NULL DEFAULT false,
    ADD COLUMN limits_told boolean NOT NULL DEFAULT false;

DROP INDEX ledger_open;
CREATE INDEX ledger_onward ON ledger (book) WHERE closed_as IS NULL OR complete_due IS NULL;

CREATE OR REPLACE VIEW audit_ledger AS
SELECT book, b.kind, b.first, b.until, b.opens_from, case_id, dispatch, demand_id, unit, post, origin, carried,
       opened_at, sign_for_due, complete_due, signed_at, signed_within, closed_as, closed_at, settling, sign_judged
FROM ledger JOIN books AS b USING (book);
