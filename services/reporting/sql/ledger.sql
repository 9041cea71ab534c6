-- The book $1 of the days $4, of which $5 is the first, opening from the book $3, NULL for none: what was
-- carried over and what was opened, each with what became of it, and what was closed before and waits for its
-- limits to be judged: the settling. Days are listed, not ranged, so that the index gives just the kinds asked.
-- One row a dispatch, by its newest limits, whatever double facts may say; sorted, so that the index grows
-- in order.
INSERT INTO ledger (
    book, case_id, dispatch, demand_id, receipt, origin, carried, settling, opened_at, late, unit, post, channel,
    case_kind, urgency, category, town, backstop, repeat_of, sign_for_due, complete_due, limits_told, signed_at,
    signed_within, sign_judged, closed_as, closed_at
)
WITH carried AS MATERIALIZED (
    -- A dispatch that was passed on gets no other limits than those it was told: a later dispatch does.
    SELECT *, closed_as IS NOT NULL AS was_closed FROM ledger
    WHERE book = $3::integer AND (closed_as IS NULL OR complete_due IS NULL) AND (
        closed_as IS NULL OR closed_as = 'completed'
        OR NOT limits_told AND (closed_as = 'returned' OR signed_at IS NOT NULL)
    )
), opened AS MATERIALIZED (
    SELECT * FROM facts WHERE day = ANY ($4::date[]) AND kind IN ('assigned', 'returned', 'reassigned', 'redone', 'parted')
), earlier AS (
    -- What is done anew or parted may have left the books weeks ago: its first dispatch tells what it is about.
    SELECT case_id, receipt, channel, case_kind, urgency, category, town, backstop, repeat_of FROM facts
    WHERE kind = 'assigned' AND day < $5::date
      AND case_id = ANY (ARRAY(SELECT case_id FROM opened WHERE kind IN ('redone', 'parted')))
), described AS (
    SELECT case_id, receipt, channel, case_kind, urgency, category, town, backstop, repeat_of
    FROM carried WHERE NOT was_closed
    UNION ALL
    SELECT case_id, receipt, channel, case_kind, urgency, category, town, backstop, repeat_of
    FROM opened WHERE kind = 'assigned'
    UNION ALL
    SELECT case_id, receipt, channel, case_kind, urgency, category, town, backstop, repeat_of FROM earlier
), entries AS (
    SELECT case_id, dispatch, demand_id, receipt, origin, NOT was_closed AS carried, was_closed AS settling,
           opened_at, late, unit, post, channel, case_kind, urgency, category, town, backstop, repeat_of,
           sign_for_due, complete_due, limits_told, signed_at,
           sign_judged OR signed_at IS NOT NULL AND sign_for_due IS NOT NULL AS sign_judged, closed_as, closed_at
    FROM carried
    UNION ALL
    SELECT case_id, dispatch, demand_id, receipt, kind, false, false, at, late, unit, post, channel,
           case_kind, urgency, category, town, backstop, repeat_of, NULL, NULL, false, NULL, false, NULL, NULL
    FROM opened WHERE kind = 'assigned'
    UNION ALL
    SELECT o.case_id, o.dispatch, o.demand_id, d.receipt, o.kind, false, false, o.at, o.late, o.unit, o.post,
           d.channel, d.case_kind, d.urgency, d.category, d.town, d.backstop, d.repeat_of,
           NULL, NULL, false, NULL, false, NULL, NULL
    FROM opened AS o LEFT JOIN described AS d USING (case_id) WHERE o.kind <> 'assigned'
), told AS MATERIALIZED (
    SELECT case_id, dispatch, version, sign_for_due, complete_due
    FROM facts WHERE day = ANY ($4) AND kind = 'limits_set'
), limits AS (
    SELECT * FROM told
    UNION ALL
    -- Told in an earlier book than the one their dispatch is counted in: two topics, two cuts.
    SELECT case_id, dispatch, version, sign_for_due, complete_due FROM facts
    WHERE kind = 'limits_set' AND day < $5 AND case_id = ANY (ARRAY(
        SELECT case_id FROM opened AS o
        WHERE NOT EXISTS (SELECT FROM told AS t WHERE t.case_id = o.case_id AND t.dispatch = o.dispatch)
    ))
), signed AS (
    SELECT case_id, dispatch, at FROM facts WHERE day = ANY ($4) AND kind = 'signed_for'
), closed AS (
    SELECT case_id, dispatch, kind AS closed_as, at FROM facts
    WHERE day = ANY ($4) AND kind IN ('completed', 'withdrawn', 'refused', 'merged')
    UNION ALL
    -- What is done anew was closed by its reply already, what is parted by its merge.
    SELECT case_id, dispatch - 1, kind, at FROM opened WHERE kind IN ('returned', 'reassigned')
)
SELECT DISTINCT ON (e.case_id, e.dispatch)
       $1::integer, e.case_id, e.dispatch, e.demand_id, e.receipt, e.origin, e.carried, e.settling, e.opened_at, e.late,
       e.unit, e.post, e.channel, e.case_kind, e.urgency, e.category, e.town, e.backstop, e.repeat_of,
       CASE WHEN l.version IS NOT NULL THEN l.sign_for_due ELSE e.sign_for_due END,
       CASE WHEN l.version IS NOT NULL THEN l.complete_due ELSE e.complete_due END,
       e.limits_told OR l.version IS NOT NULL,
       coalesce(e.signed_at, s.at), e.signed_at IS NULL AND s.at IS NOT NULL, e.sign_judged,
       coalesce(e.closed_as, c.closed_as), coalesce(e.closed_at, c.at)
FROM entries AS e
LEFT JOIN limits AS l USING (case_id, dispatch)
LEFT JOIN signed AS s USING (case_id, dispatch)
LEFT JOIN closed AS c USING (case_id, dispatch)
ORDER BY e.case_id, e.dispatch, l.version DESC, c.at, s.at
