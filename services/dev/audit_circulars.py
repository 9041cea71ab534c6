"""Circulars, held against the facts: every figure counted a second time, by other SQL than reporting's."""

from typing import Final

from services.dev.audit_checks import Check, differences

CIRCULARS_WALKED: Final = "SELECT count(*) FROM reporting.audit_circulars"
LEDGER_WALKED: Final = "SELECT count(*) FROM reporting.audit_ledger"

_TOLD: Final = "WITH circulars AS MATERIALIZED (SELECT week, figures FROM reporting.audit_circulars)"
"""The view reads each circular's document for each figure that is asked of it: so ask once."""

_BY_KIND: Final = """
    SELECT week, count(*) FILTER (WHERE kind = 'registered') AS received,
           count(*) FILTER (WHERE kind = 'assigned') AS assigned,
           count(*) FILTER (WHERE kind = 'signed_for') AS signed,
           count(*) FILTER (WHERE kind = 'completed') AS completed,
           count(*) FILTER (WHERE kind = 'returned') AS returned,
           count(*) FILTER (WHERE kind = 'reassigned') AS reassigned,
           count(*) FILTER (WHERE kind = 'redone') AS redone,
           count(*) FILTER (WHERE kind = 'withdrawn') AS withdrawn,
           count(*) FILTER (WHERE kind = 'refused') AS refused,
           count(*) FILTER (WHERE kind = 'merged') AS merged,
           count(*) FILTER (WHERE kind = 'parted') AS parted,
           count(*) FILTER (WHERE kind = 'notice') AS notices,
           count(*) FILTER (WHERE kind = 'acknowledged') AS acknowledged,
           count(*) FILTER (WHERE kind = 'rated') AS rated,
           count(*) FILTER (WHERE late) AS latecomers
    FROM reporting.audit_facts GROUP BY week
"""
_CUT_AT: Final = "((week + 7)::timestamp AT TIME ZONE 'Asia/Shanghai')"
_OURS: Final = "NOT settling"
_BOOK: Final = {
    "carried_over": "carried",
    "dispatched": f"{_OURS} AND NOT carried",
    "assigned": f"{_OURS} AND NOT carried AND origin = 'assigned'",
    "signed": "signed_this_week",
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
        "通报逐周连续、编号不缺",
        "no week without a circular between the first and the last, no number left out",
        CIRCULARS_WALKED,
        """
        SELECT week::text AS what FROM (
            SELECT week, week - lag(week) OVER (ORDER BY week) AS days FROM reporting.audit_circulars
        ) AS weeks WHERE days <> 7
        UNION ALL
        SELECT number FROM (
            SELECT number, row_number() OVER (PARTITION BY split_part(number, '-', 1) ORDER BY week) AS place
            FROM reporting.audit_circulars WHERE number IS NOT NULL
        ) AS numbers WHERE split_part(number, '-', 2)::int <> place
        """,
    ),
    Check(
        "circulars_equal_facts",
        "通报数字与台账重算一致",
        "figures of every circular, counted again from the facts",
        CIRCULARS_WALKED,
        f"""
        {_TOLD}
        SELECT c.week || ' ' || r.figure || ': ' || r.told || ' told, ' || r.counted || ' counted' AS what
        FROM circulars AS c LEFT JOIN ({_BY_KIND}) AS n USING (week)
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
            SELECT week, unit, v.name || coalesce('.unit.' || unit, '') AS figure, v.value FROM (
                SELECT week, unit, {_COUNTS} FROM reporting.audit_ledger
                GROUP BY GROUPING SETS ((week), (week, unit))
            ) AS counts CROSS JOIN LATERAL (VALUES {_PAIRS}) AS v(name, value)
        ), told AS (
            SELECT week, key AS figure, value::bigint AS value
            FROM circulars CROSS JOIN LATERAL jsonb_each_text(figures)
            WHERE split_part(key, '.', 1) IN ({_NAMES}) AND split_part(key, '.', 2) IN ('', 'unit')
        )
        SELECT week || ' ' || figure || ': ' || coalesce(t.value, 0) || ' told, '
            || coalesce(c.value, 0) || ' counted' AS what
        FROM told AS t FULL JOIN counted AS c USING (week, figure)
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
            SELECT f.week, 'received.channel.' || d.channel AS figure, count(*) AS value
            FROM reporting.audit_facts AS f JOIN intake.audit_demands AS d USING (demand_id)
            WHERE f.kind = 'registered' AND f.week IN (SELECT week FROM reporting.audit_circulars)
            GROUP BY f.week, d.channel
        ), told AS (
            SELECT week, key AS figure, value::bigint AS value
            FROM circulars CROSS JOIN LATERAL jsonb_each_text(figures)
            WHERE key LIKE 'received.channel.%'
        )
        SELECT week || ' ' || figure AS what FROM told AS t FULL JOIN counted AS c USING (week, figure)
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
        SELECT week || ' ' || figure || '.' || dimension AS what FROM (
            SELECT week, split_part(key, '.', 1) AS figure, split_part(key, '.', 2) AS dimension,
                   sum(value::bigint) AS sum, max((figures ->> split_part(key, '.', 1))::bigint) AS whole
            FROM circulars CROSS JOIN LATERAL jsonb_each_text(figures)
            WHERE key LIKE '%.%' GROUP BY 1, 2, 3
        ) AS slices WHERE sum <> whole
        """,
    ),
    Check(
        "book_equals_facts",
        "每周明细与台账一致",
        "what each week's rows say was opened, signed for and closed, held against the facts",
        LEDGER_WALKED,
        differences(
            """
            SELECT week, case_id, dispatch, origin AS what FROM reporting.audit_ledger
            WHERE NOT carried AND NOT settling
            UNION ALL
            SELECT week, case_id, dispatch, 'signed' FROM reporting.audit_ledger WHERE signed_this_week
            UNION ALL
            SELECT week, case_id, dispatch, 'closed ' || closed_as FROM reporting.audit_ledger
            WHERE closed_as IS NOT NULL AND NOT settling
            """,
            """
            WITH f AS (
                SELECT week, case_id, dispatch, kind FROM reporting.audit_facts
                WHERE week IN (SELECT week FROM reporting.audit_circulars)
            )
            SELECT week, case_id, dispatch, kind FROM f
            WHERE kind IN ('assigned', 'returned', 'reassigned', 'redone', 'parted')
            UNION ALL
            SELECT week, case_id, dispatch, 'signed' FROM f WHERE kind = 'signed_for'
            UNION ALL
            SELECT week, case_id, dispatch, 'closed ' || kind FROM f
            WHERE kind IN ('completed', 'withdrawn', 'refused', 'merged')
            UNION ALL
            SELECT week, case_id, dispatch - 1, 'closed ' || kind FROM f
            WHERE kind IN ('returned', 'reassigned')
            """,
            "week || ' ' || case_id || '/' || dispatch || ' ' || what",
        ),
    ),
    Check(
        "balance_carried",
        "结转逐周衔接",
        "what one week carries forward the next one carries over",
        LEDGER_WALKED,
        differences(
            """
            SELECT week + 7 AS week, case_id, dispatch FROM reporting.audit_ledger
            WHERE closed_as IS NULL AND week + 7 IN (SELECT week FROM reporting.audit_circulars)
            """,
            "SELECT week, case_id, dispatch FROM reporting.audit_ledger WHERE carried",
            "week || ' ' || case_id || '/' || dispatch",
        ),
    ),
    Check(
        "completions_judged",
        "每件办结恰好判定一次",
        "every completion counted is judged in exactly one week, or waits for its limit in the last one",
        "SELECT count(*) FROM reporting.audit_ledger WHERE closed_as = 'completed' AND NOT settling",
        """
        SELECT case_id || '/' || dispatch || ': judged ' || judged || ' times' AS what FROM (
            SELECT case_id, dispatch,
                   count(*) FILTER (WHERE complete_due IS NOT NULL OR week = last) AS judged
            FROM reporting.audit_ledger
            CROSS JOIN (SELECT max(week) AS last FROM reporting.audit_circulars) AS circulars
            WHERE closed_as = 'completed' GROUP BY case_id, dispatch
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
        SELECT week::text AS what FROM circulars WHERE figures ? 'unjudged' AND (
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
        SELECT week::text AS what FROM circulars
        WHERE (figures ->> 'carried_over')::bigint + (figures ->> 'dispatched')::bigint
            - (figures ->> 'closed')::bigint <> (figures ->> 'carried_forward')::bigint
        """,
    ),
)
