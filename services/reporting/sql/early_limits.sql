-- Limits that were set in an earlier week than the one their dispatch is counted in: two topics, two cuts.
UPDATE ledger AS l SET (sign_for_due, complete_due) = (
    SELECT f.sign_for_due, f.complete_due FROM facts AS f
    WHERE f.kind = 'limits_set' AND f.case_id = l.case_id AND f.dispatch = l.dispatch AND f.week < $1
    ORDER BY f.version DESC LIMIT 1
)
WHERE week = $1 AND NOT carried AND sign_for_due IS NULL AND complete_due IS NULL
