-- One week's facts: $1 its Monday, $2 how many cases, $3 the number of its first case, $4 how many cases the
-- week before had, $5 how many of ten are completed within two weeks: seven of them in the first. The others
-- never are.
INSERT INTO facts (
    event_id, at, day, kind, topic, partition, "offset", late, case_id, demand_id, dispatch, version, unit, post,
    receipt, channel, case_kind, urgency, category, town, backstop, citizen_ref, repeat_of, sign_for_due,
    complete_due, colour, outcome
)
WITH known AS (
    SELECT array_agg(code) FILTER (WHERE kind = 'unit') AS units,
           array_agg(code) FILTER (WHERE kind = 'category') AS categories,
           array_agg(code) FILTER (WHERE kind = 'post') AS posts,
           array_agg(code) FILTER (WHERE kind = 'unit' AND body ->> 'kind' = 'town') AS towns
    FROM directory_entries
), cases AS (
    SELECT n, n >= $3 AS new, md5('case' || n)::uuid AS case_id, md5('demand' || n)::uuid AS demand_id,
           $1::date::timestamptz + interval '7 days' * ((n * 7919) % 100003) / 100003 AS began,
           units[1 + n * 31 % cardinality(units)] AS unit, posts[1 + n * 31 % cardinality(posts)] AS post,
           categories[1 + n * 17 % cardinality(categories)] AS category,
           towns[1 + n % cardinality(towns)] AS town,
           (ARRAY['hotline', 'wechat', 'web', 'bulk'])[1 + n % 4] AS channel,
           (ARRAY['consultation', 'help', 'suggestion', 'complaint', 'report'])[1 + n % 5] AS case_kind,
           'YN-' || lpad(n::text, 8, '0') AS receipt
    FROM known, generate_series($3::bigint - $4::bigint, $3::bigint + $2::bigint - 1) AS n
)
SELECT gen_random_uuid(), f.at, $1::date + least(6, greatest(0, f.at::date - $1::date)), f.kind, f.topic, n % 8, n, false,
       CASE WHEN f.kind <> 'registered' THEN case_id END,
       demand_id,
       CASE WHEN f.kind <> 'registered' THEN 1 END,
       f.version,
       CASE WHEN f.kind NOT IN ('registered', 'limits_set') THEN unit END,
       CASE WHEN f.kind = 'assigned' THEN post END,
       CASE WHEN f.kind IN ('registered', 'assigned') THEN receipt END,
       CASE WHEN f.kind IN ('registered', 'assigned') THEN channel END,
       CASE WHEN f.kind = 'assigned' THEN case_kind END,
       CASE WHEN f.kind = 'assigned' THEN 'normal' END,
       CASE WHEN f.kind = 'assigned' THEN category END,
       CASE WHEN f.kind = 'assigned' THEN town END,
       CASE WHEN f.kind = 'assigned' THEN n % 20 = 0 END,
       CASE WHEN f.kind IN ('registered', 'assigned') THEN md5('citizen' || n)::uuid END,
       CASE WHEN f.kind = 'assigned' AND n % 50 = 0 THEN md5('case' || (n - 1))::uuid END,
       CASE WHEN f.kind = 'limits_set' THEN began + interval '1 day' END,
       CASE WHEN f.kind = 'limits_set' THEN began + interval '1 day' * (2 + n % 12) END,
       CASE WHEN f.kind = 'notice' THEN (ARRAY['blue', 'yellow', 'orange', 'red'])[1 + n / 5 % 4] END,
       CASE WHEN f.kind = 'notice' THEN 'sent' END
FROM cases CROSS JOIN LATERAL (VALUES
    ('registered', 'demand', began, NULL::int, new),
    ('assigned', 'case', began, 1, new),
    ('limits_set', 'supervision', began, 1, new),
    ('signed_for', 'case', began + interval '1 hour' * (n % 30), 2, new AND n % 20 > 0),
    ('completed', 'case', began + interval '1 hour' * (30 + n % 100), 3,
     CASE WHEN new THEN n % 10 < 7 ELSE n % 10 >= 7 AND n % 10 < $5::int END),
    ('notice', 'supervision', began + interval '1 day', NULL, new AND n % 5 = 0)
) AS f (kind, topic, at, version, happens)
WHERE f.happens
