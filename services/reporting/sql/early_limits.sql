-- Limits that were set in an earlier week than the one their dispatch is counted in: two topics, two cuts.
UPDATE ledger AS l SET sign_for_due = f.sign_for_due, complete_due = f.complete_due
FROM (
    SELECT w.case_id, w.dispatch, e.sign_for_due, e.complete_due
    FROM ledger AS w
    CROSS JOIN LATERAL (
        SELECT sign_for_due, complete_due FROM facts
        WHERE kind = 'limits_set' AND case_id = w.case_id AND dispatch = w.dispatch AND week < $1
        ORDER BY version DESC LIMIT 1
    ) AS e
    WHERE w.week = $1 AND NOT w.carried AND w.sign_for_due IS NULL AND w.complete_due IS NULL
) AS f
WHERE l.week = $1 AND l.case_id = f.case_id AND l.dispatch = f.dispatch
