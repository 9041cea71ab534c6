"""Letters and findings: numbers without gaps, one letter for each finding that needs one, steps as told."""

from typing import Final

from services.dev.audit_checks import Check

_LIMITS: Final = """
    SELECT l.letter_id AS subject_id, k.kind, k.state, k.generation, k.due_at
    FROM supervision.audit_letters AS l CROSS JOIN LATERAL (VALUES
        ('letter_receipt', 1, NULL::timestamptz,
         CASE WHEN l.state = 'issued' THEN 'runs' WHEN l.received_at IS NULL THEN 'closed' ELSE 'met' END),
        ('letter_reply', l.returns + 1, (l.reply_by + 1)::timestamp AT TIME ZONE 'Asia/Shanghai',
         CASE WHEN l.state IN ('issued', 'received', 'returned') THEN 'runs'
              WHEN l.state = 'voided' THEN 'closed' ELSE 'met' END)
    ) AS k (kind, generation, due_at, state)
    WHERE l.state NOT IN ('drafted', 'discarded')
"""
"""The limits that a letter should have, by its state; a draft has none."""
_WALKED: Final = "SELECT count(*) FROM supervision.audit_letters"

LETTERS: Final = (
    Check(
        "letter_numbers_without_gaps",
        "督办函编号连续",
        "the numbers of each word and year count from 1 without a gap, voided letters among them",
        "SELECT count(*) FROM supervision.audit_letters WHERE serial IS NOT NULL",
        """
        SELECT word || ' ' || year || ': ' || taken || ' letters, the highest ' || highest
               || ', the counter ' || coalesce(last::text, 'missing') AS what
        FROM (
            SELECT word, year, count(*) AS taken, max(serial) AS highest, min(serial) AS lowest
            FROM supervision.audit_letters WHERE serial IS NOT NULL GROUP BY word, year
        ) AS l FULL JOIN supervision.audit_letter_numbers AS n USING (word, year)
        WHERE (taken, highest, lowest) IS DISTINCT FROM (last::bigint, last, 1)
        """,
    ),
    Check(
        "findings_have_letters",
        "需发函的问题均有一件督办函",
        "each finding that needs a letter has exactly one, and no other finding has any",
        "SELECT count(*) FROM supervision.audit_findings",
        """
        SELECT coalesce(f.finding_id, l.finding_id)::text AS what
        FROM (SELECT * FROM supervision.audit_findings WHERE needs_letter) AS f
        FULL JOIN (SELECT * FROM supervision.audit_letters WHERE finding_id IS NOT NULL) AS l
            USING (finding_id)
        WHERE f.finding_id IS NULL OR l.letter_id IS NULL OR f.unit <> l.unit
        """,
    ),
    Check(
        "updates_have_findings",
        "因巡查更新的项目均有所依据的问题",
        "each change of a project that names a finding names one that was recorded",
        "SELECT count(*) FROM assignment.audit_project_facts WHERE data->>'finding_id' IS NOT NULL",
        """
        SELECT p.data->>'ledger' || ' ' || p.version AS what FROM assignment.audit_project_facts AS p
        LEFT JOIN supervision.audit_findings AS f ON f.finding_id = (p.data->>'finding_id')::uuid
        WHERE p.data->>'finding_id' IS NOT NULL AND f.finding_id IS NULL
        """,
    ),
    Check(
        "letter_equals_steps",
        "督办函与其办理记录及事件一致",
        "a letter's version counts its steps, the last led to its state, each told one has its event",
        _WALKED,
        """
        SELECT l.letter_id::text AS what FROM supervision.audit_letters AS l
        LEFT JOIN LATERAL (
            SELECT count(*) - 1 AS last, max(version) AS highest,
                   (array_agg(state ORDER BY version DESC))[1] AS state,
                   count(*) FILTER (WHERE step = 'return') AS returns,
                   (array_agg(reply_by ORDER BY version DESC) FILTER (WHERE reply_by IS NOT NULL))[1]
                       AS reply_by,
                   bool_and((type IS NULL) = (step IN ('draft', 'discard'))
                            AND (type IS NULL OR told_version = version
                                 AND number = l.word || '〔' || l.year || '〕' || l.serial || '号')) AS told
            FROM supervision.audit_letter_steps AS s WHERE s.letter_id = l.letter_id
        ) AS s ON true
        WHERE (s.last, s.highest, s.state, s.returns, s.reply_by, s.told) IS DISTINCT FROM
              (l.version::bigint, l.version, l.state, l.returns::bigint, l.reply_by::text, true)
        """,
    ),
    Check(
        "letter_limits_follow_states",
        "督办函签收、回复时限与其状态一致",
        "a letter's receipt and reply run, were met or are closed as its state says, due by its last day",
        _WALKED,
        f"""
        SELECT coalesce(e.subject_id, w.subject_id)::text || ' ' || coalesce(e.kind, w.kind) AS what
        FROM ({_LIMITS}) AS e FULL JOIN (
            SELECT subject_id, kind, generation, due_at,
                   CASE WHEN state IN ('open', 'awaiting_calendar') THEN 'runs' ELSE state END AS state
            FROM supervision.audit_subject_limits WHERE kind IN ('letter_receipt', 'letter_reply')
        ) AS w USING (subject_id, kind)
        WHERE (e.state, e.generation) IS DISTINCT FROM (w.state, w.generation)
            OR (e.due_at IS NOT NULL AND e.due_at IS DISTINCT FROM w.due_at)
        UNION ALL
        SELECT w.subject_id::text || ' ' || w.about FROM supervision.audit_subject_limits AS w
        JOIN supervision.audit_letters AS l ON l.letter_id = w.subject_id
        WHERE w.kind = 'notice_reply' AND w.state IN ('open', 'awaiting_calendar')
            AND l.state IN ('voided', 'struck_off')
        """,
    ),
)
