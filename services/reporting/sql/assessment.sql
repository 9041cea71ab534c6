-- Observations of the days from $1 to (excluding) $2, counted set-wise by unit and by leader (post and whoever
-- held it then); $3 is the instant at which $2 begins. $4, $5, $6: units, cases, indicators that are excluded
-- (剔除), side by side. $7, $8, $9, $10: who holds which post, since and until which day.
-- `services/reporting/assess/observe.py` says the same of one case at a time, and gives the reasons.
WITH last AS MATERIALIZED (
    -- What was open when the last book before these days ended is in it: no row beyond is asked for by history.
    SELECT book, until FROM books WHERE until <= $1::date ORDER BY until DESC, book LIMIT 1
), since AS MATERIALIZED (
    SELECT coalesce((SELECT until FROM last), '-infinity'::date) AS day
), near AS MATERIALIZED (
    SELECT day, at, event_id, kind, case_id, dispatch, version, unit, post, sign_for_due, complete_due,
           colour, outcome
    FROM facts
    WHERE day >= (SELECT day FROM since) AND day < $2::date AND case_id IS NOT NULL AND kind IN (
        'assigned', 'returned', 'reassigned', 'redone', 'parted', 'completed', 'withdrawn', 'refused', 'merged',
        'signed_for', 'limits_set', 'rated', 'rating_late', 'called_back', 'notice')
), begun AS (
    -- Of what happened in these days or was still open, the facts before, by case.
    SELECT day, at, event_id, kind, case_id, dispatch, version, unit, post, sign_for_due, complete_due,
           colour, outcome
    FROM facts
    WHERE case_id = ANY (ARRAY(
        SELECT case_id FROM near UNION SELECT case_id FROM ledger
        WHERE book = (SELECT book FROM last) AND closed_as IS NULL
    )) AND day < (SELECT day FROM since)
), known AS MATERIALIZED (
    SELECT *, (at AT TIME ZONE 'Asia/Shanghai')::date AS local_day
    FROM (SELECT * FROM near UNION ALL SELECT * FROM begun) AS facts
), opened AS (
    SELECT DISTINCT ON (case_id, dispatch) case_id, dispatch, kind, unit, post, day, at
    FROM known WHERE kind IN ('assigned', 'returned', 'reassigned', 'redone', 'parted')
    ORDER BY case_id, dispatch, day, at, event_id
), ended AS (
    SELECT DISTINCT ON (case_id, dispatch) case_id, dispatch, ended_as, day, at, local_day FROM (
        SELECT case_id, dispatch, kind AS ended_as, day, at, local_day, event_id
        FROM known WHERE kind IN ('completed', 'withdrawn', 'refused', 'merged')
        UNION ALL
        SELECT case_id, dispatch - 1, kind, day, at, local_day, event_id
        FROM known WHERE kind IN ('returned', 'reassigned')
    ) AS ends ORDER BY case_id, dispatch, day, at, event_id
), signed AS (
    SELECT DISTINCT ON (case_id, dispatch) case_id, dispatch, 'signed_for' AS ended_as, day, at, local_day
    FROM known WHERE kind = 'signed_for' ORDER BY case_id, dispatch, day, at, event_id
), limits AS MATERIALIZED (
    SELECT case_id, dispatch, version, day, sign_for_due, complete_due FROM known WHERE kind = 'limits_set'
), newest AS (
    SELECT DISTINCT ON (case_id, dispatch) * FROM limits ORDER BY case_id, dispatch, version DESC
), done AS (
    SELECT 'on_time' AS indicator, * FROM ended WHERE ended_as IN ('completed', 'returned')
    UNION ALL
    SELECT 'receipt', * FROM signed
), timed AS (
    -- Judged on the first day that knows both what was done and its limit: the newest one known on that day.
    SELECT DISTINCT ON (d.indicator, d.case_id, d.dispatch) d.*, greatest(l.day, d.day) AS judged_on,
           CASE d.indicator WHEN 'on_time' THEN l.complete_due ELSE l.sign_for_due END AS due
    FROM done AS d JOIN limits AS l USING (case_id, dispatch)
    WHERE CASE d.indicator WHEN 'on_time' THEN l.complete_due ELSE l.sign_for_due END IS NOT NULL
      AND NOT EXISTS (
          SELECT FROM limits AS g WHERE g.case_id = l.case_id AND g.dispatch = l.dispatch
              AND g.version > l.version AND g.day <= greatest(l.day, d.day))
    ORDER BY d.indicator, d.case_id, d.dispatch, greatest(l.day, d.day)
), late AS (
    SELECT case_id, count(*) AS n FROM known WHERE kind = 'rating_late' GROUP BY case_id
), standing AS (
    SELECT r.* FROM (
        SELECT k.*, row_number() OVER (PARTITION BY case_id ORDER BY at, event_id) AS place
        FROM known AS k WHERE kind = 'rated'
    ) AS r LEFT JOIN late AS l USING (case_id) WHERE r.place > coalesce(l.n, 0)
), judgements AS (
    SELECT event_id, case_id, unit, at, local_day, outcome, day FROM standing
    UNION ALL
    SELECT event_id, case_id, unit, at, local_day, outcome, day FROM known
    WHERE kind = 'called_back' AND outcome IS NOT NULL
), replied AS (
    SELECT DISTINCT ON (j.event_id) j.*, o.post, e.local_day AS replied_on
    FROM judgements AS j
    LEFT JOIN opened AS o ON o.case_id = j.case_id AND o.unit = j.unit AND o.at <= j.at
    LEFT JOIN ended AS e ON e.case_id = o.case_id AND e.dispatch = o.dispatch
        AND e.ended_as = 'completed' AND e.at <= j.at
    WHERE j.day >= $1 AND j.unit IS NOT NULL
    ORDER BY j.event_id, o.dispatch DESC
), observed AS (
    SELECT t.indicator, o.unit, o.post, t.at <= t.due AND t.ended_as <> 'returned' AS hit, t.case_id,
           NULL AS colour,
           CASE WHEN t.at <= t.due THEN t.local_day ELSE (t.due AT TIME ZONE 'Asia/Shanghai')::date END AS held_on
    FROM timed AS t JOIN opened AS o USING (case_id, dispatch)
    WHERE t.judged_on >= $1::date AND (t.ended_as <> 'returned' OR t.at > t.due)
    UNION ALL
    SELECT v.indicator, o.unit, o.post, false, o.case_id, NULL, (v.due AT TIME ZONE 'Asia/Shanghai')::date
    FROM opened AS o
    JOIN newest AS n USING (case_id, dispatch)
    CROSS JOIN LATERAL (VALUES ('on_time', n.complete_due), ('receipt', n.sign_for_due)) AS v (indicator, due)
    WHERE v.due <= $3::timestamptz
      AND NOT EXISTS (SELECT FROM ended AS e WHERE e.case_id = o.case_id AND e.dispatch = o.dispatch)
      AND (v.indicator = 'on_time' OR NOT EXISTS (
          SELECT FROM signed AS s WHERE s.case_id = o.case_id AND s.dispatch = o.dispatch))
    UNION ALL
    SELECT 'returned', o.unit, o.post, e.ended_as = 'returned', e.case_id, NULL, e.local_day
    FROM ended AS e JOIN opened AS o USING (case_id, dispatch)
    WHERE e.ended_as IN ('completed', 'returned') AND e.day >= $1
    UNION ALL
    SELECT 'redone', o.unit, o.post, r.case_id IS NOT NULL, e.case_id, NULL, e.local_day
    FROM ended AS e JOIN opened AS o USING (case_id, dispatch)
    LEFT JOIN opened AS r ON r.case_id = e.case_id AND r.dispatch = e.dispatch + 1 AND r.kind = 'redone'
    WHERE e.ended_as = 'completed' AND (e.day >= $1 OR r.day >= $1)
    UNION ALL
    SELECT 'satisfaction', unit, post, outcome NOT IN ('dissatisfied', 'very_dissatisfied'), case_id,
           NULL, coalesce(replied_on, local_day)
    FROM replied
    UNION ALL
    SELECT 'notices', unit, post, true, case_id, colour, local_day FROM known
    WHERE kind = 'notice' AND outcome = 'sent' AND day >= $1 AND unit IS NOT NULL
), excluded AS (
    SELECT * FROM unnest($4::text[], $5::uuid[], $6::text[]) AS x (unit, case_id, indicator)
), holders AS (
    SELECT * FROM unnest($7::text[], $8::text[], $9::date[], $10::date[]) AS h (post, person, since, until)
), held AS (
    SELECT DISTINCT ON (o.post, o.held_on) o.post, o.held_on, h.person
    FROM (SELECT DISTINCT post, held_on FROM observed) AS o
    JOIN holders AS h ON h.post = o.post AND h.since <= o.held_on AND (h.until IS NULL OR o.held_on < h.until)
    ORDER BY o.post, o.held_on, h.since
), counted AS (
    SELECT o.indicator, o.colour, o.unit, o.post, h.person, o.hit
    FROM observed AS o LEFT JOIN held AS h USING (post, held_on)
    WHERE NOT EXISTS (
        SELECT FROM excluded AS x
        WHERE x.unit = o.unit AND x.case_id = o.case_id AND x.indicator = o.indicator)
), totals AS (
    SELECT GROUPING(unit) = 1 AS of_leader, unit, post, person, indicator, colour, count(*) AS n,
           count(*) FILTER (WHERE hit) AS hits
    FROM counted GROUP BY GROUPING SETS ((unit, indicator, colour), (post, person, indicator, colour))
)
SELECT of_leader, unit, post, person, indicator, colour, n, hits, hits::float8 / n AS share,
       (centre - spread) / whole AS lower, (centre + spread) / whole AS upper
FROM totals
CROSS JOIN LATERAL (SELECT 1.959963984540054::float8 AS z) AS quantile
CROSS JOIN LATERAL (
    SELECT hits + z * z / 2 AS centre, n + z * z AS whole,
           z * sqrt(hits * (n - hits)::float8 / n + z * z / 4) AS spread
) AS wilson
WHERE NOT of_leader OR post IS NOT NULL
