"""Listings: one open for each subject, steps as they were told; meetings as they were held."""

from typing import Final

from services.dev.audit_checks import Check

_WALKED: Final = "SELECT count(*) FROM supervision.audit_listings"

LISTINGS: Final = (
    Check(
        "listings_open_once",
        "挂牌督办同一事项不重复",
        "a case or project has at most one open listing, and its listings count from 1 without a gap",
        _WALKED,
        """
        SELECT subject_id::text AS what FROM supervision.audit_listings GROUP BY subject_id
        HAVING count(*) FILTER (WHERE state <> 'struck_off') > 1 OR count(*) <> max(times) OR min(times) <> 1
        """,
    ),
    Check(
        "listing_equals_steps",
        "挂牌督办与其办理记录及事件一致",
        "a listing's version counts its steps, the last led to its state and unit, each has its event",
        _WALKED,
        """
        SELECT l.listing_id::text AS what FROM supervision.audit_listings AS l
        LEFT JOIN LATERAL (
            SELECT count(*) AS steps, max(version) AS highest,
                   (array_agg(state ORDER BY version DESC))[1] AS state,
                   count(*) FILTER (WHERE step = 'progress') AS reports,
                   (array_agg(unit ORDER BY version DESC))[1] AS unit,
                   bool_and(told_version = version AND s.subject_id = l.subject_id) AS told
            FROM supervision.audit_listing_steps AS s WHERE s.listing_id = l.listing_id
        ) AS s ON true
        WHERE (s.steps, s.highest, s.state, s.unit, s.reports, s.told) IS DISTINCT FROM
              (l.version::bigint, l.version, l.state, l.unit, l.reports::bigint, true)
        """,
    ),
    Check(
        "listings_are_reported_on",
        "督办中的挂牌均有进展报告时限",
        "a listing that isn't asked to be struck off has its unit's limit of a report, and no other has",
        _WALKED,
        """
        SELECT l.listing_id::text AS what FROM supervision.audit_listings AS l
        LEFT JOIN (
            SELECT subject_id, state, unit FROM supervision.audit_subject_limits
            WHERE kind = 'listing_report'
        ) AS r ON r.subject_id = l.listing_id
        WHERE (l.state = 'listed') IS DISTINCT FROM (coalesce(r.state, '') IN ('open', 'awaiting_calendar'))
            OR (l.state = 'listed' AND r.unit <> l.unit)
        """,
    ),
    Check(
        "listings_follow_subjects",
        "挂牌督办随办件、项目移交",
        "an open listing lies with the unit that its case or project lies with",
        f"{_WALKED} WHERE state <> 'struck_off'",
        """
        SELECT l.listing_id::text || ' ' || l.unit AS what FROM supervision.audit_listings AS l
        LEFT JOIN (
            SELECT case_id AS subject_id, unit FROM supervision.audit_limits WHERE kind = 'complete'
            UNION ALL
            SELECT subject_id, unit FROM supervision.audit_subject_limits WHERE kind = 'project_report'
        ) AS s USING (subject_id)
        WHERE l.state <> 'struck_off' AND s.unit IS DISTINCT FROM l.unit
        """,
    ),
    Check(
        "meetings_as_held",
        "领导小组会议议程完整、纪要后无补录",
        "a meeting's agenda counts from 1 without a gap, and nothing was added to it after its minutes",
        "SELECT count(*) FROM supervision.audit_meetings",
        """
        SELECT meeting_id::text AS what FROM supervision.audit_meetings
        WHERE items <> last OR greatest(drawn_at, last_word, last_task) > closed_at
        """,
    ),
    Check(
        "follow_ups_are_watched",
        "会议交办事项均有时限",
        "what a meeting set a unit to do has a limit to the end of its day, which runs until it is done",
        "SELECT count(*) FROM supervision.audit_follow_ups",
        """
        SELECT coalesce(f.follow_up_id, w.subject_id)::text AS what FROM supervision.audit_follow_ups AS f
        FULL JOIN (
            SELECT subject_id, state, unit, due_at FROM supervision.audit_subject_limits
            WHERE kind = 'follow_up'
        ) AS w ON w.subject_id = f.follow_up_id
        WHERE (w.state, w.unit, w.due_at) IS DISTINCT FROM (
            CASE WHEN f.done_at IS NULL THEN 'open' ELSE 'met' END, f.unit,
            (f.due + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
        )
        """,
    ),
)
