"""Circulars, held against the facts: every figure counted a second time, by other SQL than reporting's."""

from typing import Final

from services.dev.audit_checks import Check, differences

CIRCULARS_WALKED: Final = "SELECT count(*) FROM reporting.audit_circulars"
LEDGER_WALKED: Final = "SELECT count(*) FROM reporting.audit_ledger"

_TOLD: Final = """WITH circulars AS MATERIALIZED (
    SELECT ref, kind, first, until, book, figures FROM reporting.audit_circulars WHERE corrects IS NULL
)"""
"""The view reads each circular's document for each figure that is asked of it: so ask once."""

_BY_KIND: Final = """
    SELECT c.ref, count(*) FILTER (WHERE f.kind = 'registered') AS received,
           count(*) FILTER (WHERE f.kind = 'assigned') AS assigned,
           count(*) FILTER (WHERE f.kind = 'signed_for') AS signed,
           count(*) FILTER (WHERE f.kind = 'completed') AS completed,
           count(*) FILTER (WHERE f.kind = 'returned') AS returned,
           count(*) FILTER (WHERE f.kind = 'reassigned') AS reassigned,
           count(*) FILTER (WHERE f.kind = 'redone') AS redone,
           count(*) FILTER (WHERE f.kind = 'withdrawn') AS withdrawn,
           count(*) FILTER (WHERE f.kind = 'refused') AS refused,
           count(*) FILTER (WHERE f.kind = 'merged') AS merged,
           count(*) FILTER (WHERE f.kind = 'parted') AS parted,
           count(*) FILTER (WHERE f.kind = 'notice') AS notices,
           count(*) FILTER (WHERE f.kind = 'acknowledged') AS acknowledged,
           count(*) FILTER (WHERE f.kind = 'rated') AS rated,
           count(*) FILTER (WHERE at < first::timestamp AT TIME ZONE 'Asia/Shanghai') AS latecomers
    FROM circulars AS c JOIN reporting.audit_facts AS f ON f.day >= c.first AND f.day < c.until GROUP BY c.ref
"""
_CUT_AT: Final = "(until::timestamp AT TIME ZONE 'Asia/Shanghai')"
_OURS: Final = "NOT settling"
_BOOK: Final = {
    "carried_over": "carried",
    "dispatched": f"{_OURS} AND NOT carried",
    "assigned": f"{_OURS} AND NOT carried AND origin = 'assigned'",
    "signed": "signed_within",
    "signed_in_time": "NOT sign_judged AND signed_at <= sign_for_due",
    "signed_late": "NOT sign_judged AND signed_at > sign_for_due",
    "completed": f"{_OURS} AND closed_as = 'completed'",
    "completed_on_time": "closed_as = 'completed' AND closed_at <= complete_due",
    "completed_late": "closed_as = 'completed' AND closed_at > complete_due",
    "unjudged_before": "settling AND closed_as = 'completed'",
    "judged_afterwards": "settling AND closed_as = 'completed' AND complete_due IS NOT NULL",
    "unjudged": "closed_as = 'completed' AND complete_due IS NULL",
    "returned": f"{_OURS} AND closed_as = 'returned'",
    "returned_overdue": "closed_as = 'returned' AND closed_at > complete_due",
    "reassigned": f"{_OURS} AND closed_as = 'reassigned'",
    "redone": f"{_OURS} AND NOT carried AND origin = 'redone'",
    "withdrawn": f"{_OURS} AND closed_as = 'withdrawn'",
    "refused": f"{_OURS} AND closed_as = 'refused'",
    "merged": f"{_OURS} AND closed_as = 'merged'",
    "parted": f"{_OURS} AND NOT carried AND origin = 'parted'",
    "carried_forward": "closed_as IS NULL",
    "overdue": f"closed_as IS NULL AND complete_due <= {_CUT_AT}",
}
"""What the figures mean, told a second time: the circular counts by its own table."""
_NAMES: Final = ", ".join(f"'{name}'" for name in _BOOK)
_PAIRS: Final = ", ".join(f"('{name}', {name})" for name in _BOOK)
_COUNTS: Final = ", ".join(
    f"count(*) FILTER (WHERE {condition}) AS {name}" for name, condition in _BOOK.items()
)

CIRCULARS: Final = (
    Check(
        "circulars_follow",
        "周通报逐周、月报逐月、年报逐年连续，各类编号不缺",
        "no week, month or year left out between a kind's first and last, no number of any series and year",
        CIRCULARS_WALKED,
        """
        SELECT ref AS what FROM (
            SELECT ref, first, lag(until) OVER (PARTITION BY kind ORDER BY first) AS ended
            FROM reporting.audit_circulars WHERE kind = 'weekly' AND corrects IS NULL
        ) AS weeks WHERE first <> ended
        UNION ALL
        SELECT ref FROM reporting.audit_circulars WHERE corrects IS NULL AND (first, until) IS DISTINCT FROM (
            CASE kind WHEN 'weekly' THEN date_trunc('week', first)::date WHEN 'monthly'
                THEN date_trunc('month', first)::date WHEN 'yearly' THEN date_trunc('year', first)::date
                ELSE first END,
            CASE kind WHEN 'weekly' THEN first + 7 WHEN 'monthly' THEN (first + interval '1 month')::date
                WHEN 'yearly' THEN (first + interval '1 year')::date ELSE until END
        )
        UNION ALL
        SELECT series || ' ' || year || ': ' || numbers || ' numbers up to ' || highest FROM (
            SELECT series, year, count(DISTINCT place) AS numbers, max(place) AS highest FROM (
                SELECT substring(number FROM '^([a-z]*)-?[0-9]+-[0-9]+$') AS series,
                       substring(number FROM '([0-9]+)-[0-9]+$') AS year,
                       substring(number FROM '[0-9]+$')::int AS place
                FROM reporting.audit_circulars WHERE number IS NOT NULL
            ) AS places GROUP BY series, year
        ) AS numbered WHERE numbers <> highest
        UNION ALL
        SELECT number FROM (
            SELECT number, row_number() OVER (
                       PARTITION BY kind, substring(number FROM '([0-9]+)-[0-9]+$') ORDER BY first) AS place
            FROM reporting.audit_circulars
            WHERE number IS NOT NULL AND kind <> 'county' AND corrects IS NULL
        ) AS numbers WHERE substring(number FROM '[0-9]+$')::int <> place
        """,
    ),
    Check(
        "circulars_frozen",
        "通报自起草后未改",
        "every circular is what was drafted: its SHA-256 is that of what is kept",
        CIRCULARS_WALKED,
        "SELECT ref AS what FROM reporting.audit_circulars WHERE document_sha256 <> figures_sha256",
    ),
    Check(
        "circulars_equal_facts",
        "通报数字与台账重算一致",
        "figures of every circular, counted again from the facts",
        CIRCULARS_WALKED,
        f"""
        {_TOLD}
        SELECT c.ref || ' ' || r.figure || ': ' || r.told || ' told, ' || r.counted || ' counted' AS what
        FROM circulars AS c LEFT JOIN ({_BY_KIND}) AS n USING (ref)
        CROSS JOIN LATERAL (
            SELECT figure, coalesce(told, 0) AS told, coalesce(counted, 0) AS counted FROM (VALUES
                ('received', (figures ->> 'received')::bigint, n.received),
                ('assigned', (figures ->> 'assigned')::bigint, n.assigned),
                ('dispatched', (figures ->> 'dispatched')::bigint,
                 n.assigned + n.returned + n.reassigned + n.redone + n.parted),
                ('signed', (figures ->> 'signed')::bigint, n.signed),
                ('completed', (figures ->> 'completed')::bigint, n.completed),
                ('returned', (figures ->> 'returned')::bigint, n.returned),
                ('reassigned', (figures ->> 'reassigned')::bigint, n.reassigned),
                ('redone', (figures ->> 'redone')::bigint, n.redone),
                ('withdrawn', (figures ->> 'withdrawn')::bigint, n.withdrawn),
                ('refused', (figures ->> 'refused')::bigint, n.refused),
                ('merged', (figures ->> 'merged')::bigint, n.merged),
                ('parted', (figures ->> 'parted')::bigint, n.parted),
                ('closed', (figures ->> 'closed')::bigint,
                 n.completed + n.returned + n.reassigned + n.withdrawn + n.refused + n.merged),
                ('notices', (figures ->> 'notices')::bigint + (figures ->> 'notices_collapsed')::bigint,
                 n.notices),
                ('acknowledged', (figures ->> 'acknowledged')::bigint, n.acknowledged),
                ('rated', (figures ->> 'rated')::bigint, n.rated),
                ('latecomers', (figures ->> 'latecomers')::bigint, n.latecomers)
            ) AS v(figure, told, counted)
        ) AS r WHERE r.told <> r.counted
        """,
    ),
    Check(
        "circulars_equal_rows",
        "通报数字与逐单位明细一致",
        "figures of every circular, whole and by unit, counted again from its rows",
        LEDGER_WALKED,
        f"""
        {_TOLD}, counted AS (
            SELECT book, unit, v.name || coalesce('.unit.' || unit, '') AS figure, v.value FROM (
                SELECT book, unit, {_COUNTS} FROM reporting.audit_ledger
                WHERE kind <> 'between' GROUP BY GROUPING SETS ((book), (book, unit))
            ) AS counts CROSS JOIN LATERAL (VALUES {_PAIRS}) AS v(name, value)
        ), told AS (
            SELECT book, key AS figure, value::bigint AS value
            FROM circulars CROSS JOIN LATERAL jsonb_each_text(figures)
            WHERE split_part(key, '.', 1) IN ({_NAMES}) AND split_part(key, '.', 2) IN ('', 'unit')
        )
        SELECT 'book ' || book || ' ' || figure || ': ' || coalesce(t.value, 0) || ' told, '
            || coalesce(c.value, 0) || ' counted' AS what
        FROM told AS t FULL JOIN counted AS c USING (book, figure)
        WHERE coalesce(t.value, 0) <> coalesce(c.value, 0)
        """,
    ),
    Check(
        "circulars_equal_channels",
        "通报按渠道数字与受理一致",
        "demands by channel, counted again from intake",
        CIRCULARS_WALKED,
        f"""
        {_TOLD}, counted AS (
            SELECT c.ref, 'received.channel.' || d.channel AS figure, count(*) AS value
            FROM circulars AS c
            JOIN reporting.audit_facts AS f ON f.day >= c.first AND f.day < c.until AND f.kind = 'registered'
            JOIN intake.audit_demands AS d USING (demand_id)
            GROUP BY c.ref, d.channel
        ), told AS (
            SELECT ref, key AS figure, value::bigint AS value
            FROM circulars CROSS JOIN LATERAL jsonb_each_text(figures)
            WHERE key LIKE 'received.channel.%'
        )
        SELECT ref || ' ' || figure AS what FROM told AS t FULL JOIN counted AS c USING (ref, figure)
        WHERE coalesce(t.value, 0) <> coalesce(c.value, 0)
        """,
    ),
    Check(
        "slices_add_up",
        "通报各分项之和等于总数",
        "the slices of every figure add up to it",
        CIRCULARS_WALKED,
        f"""
        {_TOLD}
        SELECT ref || ' ' || figure || '.' || dimension AS what FROM (
            SELECT ref, split_part(key, '.', 1) AS figure, split_part(key, '.', 2) AS dimension,
                   sum(value::bigint) AS sum, max((figures ->> split_part(key, '.', 1))::bigint) AS whole
            FROM circulars CROSS JOIN LATERAL jsonb_each_text(figures)
            WHERE key LIKE '%.%' GROUP BY 1, 2, 3
        ) AS slices WHERE sum <> whole
        """,
    ),
    Check(
        "book_equals_facts",
        "每册明细与台账一致",
        "what each book's rows say was opened, signed for and closed, held against the facts of its days",
        LEDGER_WALKED,
        differences(
            """
            SELECT book, case_id, dispatch, origin AS what FROM reporting.audit_ledger
            WHERE NOT carried AND NOT settling
            UNION ALL
            SELECT book, case_id, dispatch, 'signed' FROM reporting.audit_ledger WHERE signed_within
            UNION ALL
            SELECT book, case_id, dispatch, 'closed ' || closed_as FROM reporting.audit_ledger
            WHERE closed_as IS NOT NULL AND NOT settling
            """,
            """
            WITH f AS (
                SELECT b.book, f.case_id, f.dispatch, f.kind
                FROM reporting.audit_books AS b JOIN reporting.audit_facts AS f
                ON f.day >= b.first AND f.day < b.until
            )
            SELECT book, case_id, dispatch, kind FROM f
            WHERE kind IN ('assigned', 'returned', 'reassigned', 'redone', 'parted')
            UNION ALL
            SELECT book, case_id, dispatch, 'signed' FROM f WHERE kind = 'signed_for'
            UNION ALL
            SELECT book, case_id, dispatch, 'closed ' || kind FROM f
            WHERE kind IN ('completed', 'withdrawn', 'refused', 'merged')
            UNION ALL
            SELECT book, case_id, dispatch - 1, 'closed ' || kind FROM f
            WHERE kind IN ('returned', 'reassigned')
            """,
            "'book ' || book || ' ' || case_id || '/' || dispatch || ' ' || what",
        ),
    ),
    Check(
        "balance_carried",
        "结转逐册衔接",
        "what the book that another opens from carries forward is what that one carries over",
        LEDGER_WALKED,
        differences(
            """
            SELECT b.book, l.case_id, l.dispatch
            FROM reporting.audit_books AS b JOIN reporting.audit_ledger AS l ON l.book = b.opens_from
            WHERE l.closed_as IS NULL
            """,
            "SELECT book, case_id, dispatch FROM reporting.audit_ledger WHERE carried",
            "'book ' || book || ' ' || case_id || '/' || dispatch",
        ),
    ),
    Check(
        "books_open_where_others_end",
        "各册首尾相接",
        "a book opens from one that ends where it begins, the first of all from none",
        "SELECT count(*) FROM reporting.audit_books",
        """
        SELECT b.kind || ' ' || b.first AS what FROM reporting.audit_books AS b
        LEFT JOIN reporting.audit_books AS o ON o.book = b.opens_from
        WHERE o.until IS DISTINCT FROM b.first
            AND (b.opens_from IS NOT NULL
                 OR EXISTS (SELECT FROM reporting.audit_facts AS f WHERE f.day < b.first))
        """,
    ),
    Check(
        "completions_judged",
        "每类通报对每件办结恰好判定一次",
        "every completion counted is judged in exactly one book of a kind's run, or waits in its last one",
        "SELECT count(*) FROM reporting.audit_ledger WHERE closed_as = 'completed' AND NOT settling",
        """
        SELECT kind || ' ' || case_id || '/' || dispatch || ': judged ' || judged || ' times' AS what FROM (
            SELECT l.kind, case_id, dispatch,
                   count(*) FILTER (WHERE complete_due IS NOT NULL OR l.first = last) AS judged
            FROM reporting.audit_ledger AS l JOIN (
                SELECT kind, max(first) AS last FROM reporting.audit_circulars
                WHERE kind = 'weekly' GROUP BY kind
            ) AS runs ON runs.kind = l.kind
            WHERE closed_as = 'completed' GROUP BY l.kind, case_id, dispatch
        ) AS completions WHERE judged <> 1
        """,
    ),
    Check(
        "judgement_equation",
        "上期待判定＋办结＝按期＋超期＋待判定",
        "completed before and unjudged + completed = on time + late + unjudged",
        CIRCULARS_WALKED,
        f"""
        {_TOLD}
        SELECT ref AS what FROM circulars WHERE figures ? 'unjudged' AND (
            (figures ->> 'unjudged_before')::bigint + (figures ->> 'completed')::bigint
                <> (figures ->> 'completed_on_time')::bigint + (figures ->> 'completed_late')::bigint
                + (figures ->> 'unjudged')::bigint
            OR (figures ->> 'due')::bigint
                <> (figures ->> 'completed_on_time')::bigint + (figures ->> 'completed_late')::bigint
                + (figures ->> 'overdue')::bigint + (figures ->> 'returned_overdue')::bigint
        )
        """,
    ),
    Check(
        "balance_equation",
        "上期结转＋本期交办－本期销账＝结转下期",
        "carried over + dispatched − closed = carried forward",
        CIRCULARS_WALKED,
        f"""
        {_TOLD}
        SELECT ref AS what FROM circulars
        WHERE (figures ->> 'carried_over')::bigint + (figures ->> 'dispatched')::bigint
            - (figures ->> 'closed')::bigint <> (figures ->> 'carried_forward')::bigint
        """,
    ),
)
