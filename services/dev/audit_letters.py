"""Letters and findings: numbers without gaps, one letter for each finding that needs one, steps as told."""

from typing import Final

from services.dev.audit_checks import Check

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
)
