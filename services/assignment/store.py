"""Cases, their steps and dues in PostgreSQL, set-wise, within one transaction."""

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.assignment.assign import NewCase, Registered
from services.assignment.assists import ASSISTS
from services.assignment.case import Case, Taken
from services.assignment.lapse import BY_DISPUTE, History
from services.assignment.repeats import Matter
from services.assignment.respond import Rated
from services.assignment.store_reading import matter_of, of_receipts
from services.contracts.demand import DemandRegistered
from services.contracts.envelope import Record
from services.contracts.supervision import FurtherLimitSet, LimitPassed, LimitsSet, NoticeSent
from services.contracts.vocabulary import CaseState
from services.kit.bulk import Insertion
from services.kit.connection import Connection

_EARLIER: Final = """
SELECT case_id, citizen_ref, category, place, title, body, assigned_at
FROM unnest($1::uuid[]) AS citizen(ref)
CROSS JOIN LATERAL (
    SELECT * FROM cases WHERE citizen_ref = citizen.ref AND assigned_at >= $2
    ORDER BY assigned_at DESC, case_id DESC LIMIT $3
) AS latest
ORDER BY assigned_at, case_id
"""

_OPENED: Final = {
    "case_id": "uuid",
    "demand_id": "uuid",
    "receipt": "text",
    "citizen_ref": "uuid",
    "channel": "text",
    "kind": "text",
    "urgency": "text",
    "category": "text",
    "place": "text",
    "town": "text",
    "unit": "text",
    "post": "text",
    "first_unit": "text",
    "first_post": "text",
    "backstop": "bool",
    "summary": "text",
    "title": "text",
    "body": "text",
    "repeat_of": "uuid",
    "state": "text",
    "dispatch": "int",
    "version": "int",
    "registered_at": "timestamptz",
    "assigned_at": "timestamptz",
    "dispatched_at": "timestamptz",
}
"""What a case begins with: columns and types, in the order of `_opened_row`."""
_ARRAYS: Final = ", ".join(f"${number}::{type_}[]" for number, type_ in enumerate(_OPENED.values(), 1))

_OPEN: Final = Insertion(
    "cases",
    tuple(_OPENED),
    f"""
INSERT INTO cases ({", ".join(_OPENED)}) SELECT * FROM unnest({_ARRAYS}) ON CONFLICT (case_id) DO NOTHING
""",
)

# The cases with their groups: their leads, and all that is merged into one of these.
_LOCK: Final = """
WITH leads AS (SELECT coalesce(lead, case_id) AS lead FROM cases WHERE case_id = ANY($1::uuid[]))
SELECT case_id, demand_id, unit, post, state, dispatch, version, dispatched_at, signed_at, completed_at,
       reply, extension_asked, lead, rectification_opened, rectified_at, assisting
FROM cases WHERE case_id = ANY(ARRAY(
    SELECT lead FROM leads UNION SELECT case_id FROM cases WHERE lead = ANY(ARRAY(SELECT lead FROM leads))
)) ORDER BY case_id FOR UPDATE
"""
GROUPING: Final = zlib.crc32(b"yinuo/assignment/grouping")
"""The advisory lock that who steps forward with cases shares and who changes their groups takes alone."""

_UPDATE: Final = """
UPDATE cases SET unit = after.unit, post = after.post, state = after.state, dispatch = after.dispatch,
    version = after.version, dispatched_at = after.dispatched_at, signed_at = after.signed_at,
    completed_at = after.completed_at, reply = after.reply, extension_asked = after.extension_asked,
    lead = after.lead, rectification_opened = after.rectification_opened, rectified_at = after.rectified_at,
    assisting = string_to_array(after.assisting, ' ')
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::timestamptz[],
            $8::timestamptz[], $9::timestamptz[], $10::text[], $11::smallint[], $12::uuid[],
            $13::timestamptz[], $14::timestamptz[], $15::text[])
    AS after (case_id, unit, post, state, dispatch, version, dispatched_at, signed_at, completed_at, reply,
              extension_asked, lead, rectification_opened, rectified_at, assisting)
WHERE cases.case_id = after.case_id
"""

_STEPS: Final = """
INSERT INTO steps (case_id, version, at, step, unit, post, by, note, days, lead, assisting, assisting_post)
SELECT * FROM unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[],
                     $8::text[], $9::smallint[], $10::uuid[], $11::text[], $12::text[])
"""

_SUMMARISE: Final = """
UPDATE cases SET summary = better.summary
FROM unnest($1::uuid[], $2::text[]) AS better (case_id, summary) WHERE cases.case_id = better.case_id
"""

_TAG: Final = """
UPDATE cases SET tags = told.tags::text[]
FROM unnest($1::uuid[], $2::text[]) AS told (case_id, tags) WHERE cases.case_id = told.case_id
"""

_RATE: Final = """
UPDATE cases SET rating = given.level, rated_at = given.at, rating_comment = given.comment
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[]) AS given (case_id, level, at, comment)
WHERE cases.case_id = given.case_id AND cases.rating IS NULL
"""

_WAIT: Final = """
INSERT INTO waiting (demand_id, demand, registered_at)
SELECT demand_id, demand::jsonb, registered_at
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS kept (demand_id, demand, registered_at)
ON CONFLICT DO NOTHING
"""

_TAKE_WAITING: Final = """
DELETE FROM waiting WHERE demand_id IN (
    SELECT demand_id FROM waiting ORDER BY registered_at, demand_id LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING demand, registered_at
"""

_DUES: Final = Insertion(
    "dues",
    ("case_id", "version", "dispatch", "sign_for_due", "complete_due"),
    """
INSERT INTO dues AS d (case_id, version, dispatch, sign_for_due, complete_due)
SELECT * FROM unnest($1::uuid[], $2::int[], $3::int[], $4::timestamptz[], $5::timestamptz[])
ON CONFLICT (case_id) DO UPDATE SET version = excluded.version, dispatch = excluded.dispatch,
    sign_for_due = excluded.sign_for_due, complete_due = excluded.complete_due
WHERE d.version < excluded.version
""",
)

_FURTHER_DUES: Final = """
INSERT INTO further_dues AS d (case_id, limit_kind, about, version, opened_by, due)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::int[], $6::timestamptz[])
ON CONFLICT (case_id, limit_kind, about) DO UPDATE SET version = excluded.version,
    opened_by = excluded.opened_by, due = excluded.due
WHERE d.version < excluded.version
"""

_PASSED: Final = """
INSERT INTO passed_limits (case_id, limit_kind, about, generation, opened_by, at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::int[], $6::timestamptz[])
ON CONFLICT DO NOTHING
"""

_HISTORY: Final = """
SELECT case_id, max(version) FILTER (WHERE step = 'ask_extension') AS asked,
       coalesce(array_agg(unit) FILTER (WHERE step = 'reassign' AND by = $2), '{}') AS given_back
FROM steps WHERE case_id = ANY($1::uuid[]) GROUP BY case_id
"""

_NOTICE_COLUMNS: Final = (
    "notice_id",
    "case_id",
    "at",
    "limit_kind",
    "rung",
    "colour",
    "outcome",
    "overdue",
    "unit",
    "post",
)
_NOTICES: Final = Insertion(
    "notices",
    _NOTICE_COLUMNS,
    f"""
INSERT INTO notices ({", ".join(_NOTICE_COLUMNS)})
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::int[], $6::text[], $7::text[],
                     $8::bool[], $9::text[], $10::text[])
ON CONFLICT DO NOTHING
""",
)


class PostgresCases:
    """Everything about cases that is written. It never commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def earlier(self, citizens: Sequence[UUID], since: datetime, most: int) -> list[Matter]:
        rows = await self._connection.fetch(_EARLIER, citizens, since, most)
        return [matter_of(row) for row in rows]

    async def open(self, cases: Sequence[NewCase], now: datetime) -> None:
        await _OPEN.add(self._connection, [_opened_row(case, now) for case in cases])

    async def keep_waiting(self, demands: Sequence[Registered]) -> None:
        await self._connection.execute(
            _WAIT,
            [one.demand.demand_id for one in demands],
            [one.demand.model_dump_json() for one in demands],
            [one.at for one in demands],
        )

    async def take_waiting(self, most: int) -> list[Registered]:
        rows = await self._connection.fetch(_TAKE_WAITING, most)
        taken = [
            Registered(DemandRegistered.model_validate_json(row["demand"]), row["registered_at"])
            for row in rows
        ]
        return sorted(taken, key=lambda one: (one.at, one.demand.receipt))

    async def lock(self, case_ids: Sequence[UUID], regrouping: bool = False) -> dict[UUID, Case]:
        """The cases there are among these and their groups, held until commit.

        They are locked in order, so that nobody deadlocks; until commit no group changes, but by this
        transaction if it is `regrouping`.
        """
        await self.hold_groups(regrouping)
        rows = await self._connection.fetch(_LOCK, list(set(case_ids)))
        states = {row["case_id"]: row["state"] for row in rows}
        return {row["case_id"]: _locked(dict(row), states.get(row["lead"])) for row in rows}

    async def of_receipts(self, receipts: Sequence[str]) -> dict[str, UUID]:
        return await of_receipts(self._connection, receipts)

    async def hold_groups(self, regrouping: bool) -> None:
        """Until commit no group changes, but by this transaction if it is `regrouping`.

        One that may regroup says so at once: two that hold the groups together and then both want them alone
        would wait for each other.
        """
        shared = "" if regrouping else "_shared"
        await self._connection.execute(f"SELECT pg_advisory_xact_lock{shared}({GROUPING})")

    async def record(self, taken: Sequence[Taken]) -> None:
        """Write steps in their order; a case with several ends as its last one left it."""
        final = {one.case.case_id: one.case for one in taken}
        rows = [
            (
                case_id,
                case.unit,
                case.post,
                case.state,
                case.dispatch,
                case.version,
                case.dispatched_at,
                case.signed_at,
                case.completed_at,
                case.reply,
                case.extension_asked,
                case.lead,
                case.rectification_opened,
                case.rectified_at,
                " ".join(case.assisting),
            )
            for case_id, case in final.items()
        ]
        await self._connection.execute(_UPDATE, *zip(*rows, strict=True))
        await self._connection.execute(_STEPS, *zip(*map(_step_row, taken), strict=True))
        if better := {one.case.case_id: one.act.text for one in taken if one.act.step == "summarise"}:
            await self._connection.execute(_SUMMARISE, list(better), list(better.values()))
        tagged = {one.case.case_id: one.act.tags for one in taken if one.act.tags is not None}
        if tagged:
            arrays = [f"{{{','.join(tags)}}}" for tags in tagged.values()]
            await self._connection.execute(_TAG, list(tagged), arrays)

    async def keep_ratings(self, rated: Sequence[Rated]) -> None:
        rows = [(one.case_id, one.level, at, one.comment) for one, at in rated]
        await self._connection.execute(_RATE, *zip(*rows, strict=True))

    async def set_dues(self, limits: Sequence[LimitsSet]) -> None:
        """One row a case: the caller folds. An older version changes nothing."""
        first = [_dues_row(one) for one in limits if one.version == 1]
        await _DUES.add(self._connection, first)
        later = [_dues_row(one) for one in limits if one.version > 1]
        await _DUES.execute(self._connection, later)

    async def set_further_dues(self, limits: Sequence[FurtherLimitSet]) -> None:
        """One row a limit: the caller folds. An older version changes nothing."""
        rows = [(one.case_id, one.limit, one.about, one.version, one.opened_by, one.due) for one in limits]
        await self._connection.execute(_FURTHER_DUES, *zip(*rows, strict=True))

    async def note_passed(self, limits: Sequence[LimitPassed], now: datetime) -> None:
        """Keep that a limit passed, for the audit: its rule was asked."""
        rows = [(one.case_id, one.limit, one.about, one.generation, one.opened_by, now) for one in limits]
        await self._connection.execute(_PASSED, *zip(*rows, strict=True))

    async def histories(self, case_ids: Sequence[UUID]) -> dict[UUID, History]:
        """Of the cases that have any step."""
        rows = await self._connection.fetch(_HISTORY, list(case_ids), BY_DISPUTE)
        return {row["case_id"]: History(row["asked"], frozenset(row["given_back"])) for row in rows}

    async def note_notices(self, notices: Sequence[tuple[NoticeSent, Record]]) -> None:
        rows = [
            (
                notice.notice_id,
                notice.case_id,
                record.time,
                notice.limit or notice.trigger,
                notice.rung,
                notice.colour,
                notice.outcome,
                notice.overdue,
                notice.unit,
                notice.post,
            )
            for notice, record in notices
        ]
        await _NOTICES.add(self._connection, rows)


def _opened_row(case: NewCase, now: datetime) -> tuple[object, ...]:
    event = case.event
    return (
        event.case_id,
        event.demand_id,
        event.receipt,
        event.citizen_ref,
        event.channel,
        event.kind,
        event.urgency,
        event.category,
        event.place,
        event.town,
        event.unit,
        event.post,
        event.unit,
        event.post,
        event.backstop,
        event.summary,
        case.title,
        case.body,
        event.repeat_of,
        "dispatched",
        event.dispatch,
        event.version,
        case.registered_at,
        now,
        now,
    )


def _dues_row(limits: LimitsSet) -> tuple[object, ...]:
    return (limits.case_id, limits.version, limits.dispatch, limits.sign_for_due, limits.complete_due)


def _locked(row: Mapping[str, Any], lead_state: CaseState | None) -> Case:
    return Case(**{**row, "assisting": tuple(row["assisting"]), "lead_state": lead_state})


def _step_row(one: Taken) -> tuple[object, ...]:
    case, act = one.case, one.act
    return (
        case.case_id,
        case.version,
        one.at,
        act.step,
        case.unit,
        case.post,
        act.by,
        act.text if act.tags is None else " ".join(act.tags),
        act.days,
        act.lead.case_id if act.lead else None,
        act.unit if act.step in ASSISTS else None,
        act.post if act.step == "assist" else None,
    )
