-- Replies of long ago that are given anew in a week: $1 its Monday, $2 how many, $3 of the first so many cases.
INSERT INTO facts (
    event_id, at, day, kind, topic, partition, "offset", late, case_id, demand_id, dispatch, version, unit, post
)
SELECT gen_random_uuid(), $1::date + interval '1 minute' * n, $1::date, 'redone', 'case', n % 8, n, false, f.case_id,
       f.demand_id, 2, 4, f.unit, f.post
FROM generate_series(0, $2::int - 1) AS n
JOIN facts AS f ON f.case_id = md5('case' || n * 7919::bigint % $3::bigint)::uuid AND f.kind = 'assigned'
ON CONFLICT DO NOTHING
