"""What passes with a post, who confirmed it, and which posts answer for something open, in PostgreSQL."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from datetime import date
from typing import Final

from services.assignment.hand_over import Confirmation, Passing, PassingKind, Succession
from services.contracts.vocabulary import BEFORE_REPLY
from services.kit.clock import local_midnight
from services.kit.connection import Connection

_UNDER_WAY: Final = f"c.completed_at IS NULL AND c.lead IS NULL AND c.state IN {BEFORE_REPLY}"
"""A merged case is answered for by whoever answers for its lead case."""

_RECTIFYING: Final = "c.rectification_opened IS NOT NULL AND c.rectified_at IS NULL"

# The condition of the index cases_post, which both of these imply.
_INDEXED: Final = "(completed_at IS NULL OR rectification_opened IS NOT NULL AND rectified_at IS NULL)"

# The parts (协办) that are still to come, each as it was asked for last.
_PARTS: Final = """
cases AS c CROSS JOIN LATERAL unnest(c.assisting) AS a (unit)
CROSS JOIN LATERAL (
    SELECT t.at, t.note, t.assisting_post AS post FROM steps AS t
    WHERE t.case_id = c.case_id AND t.step = 'assist' AND t.assisting = a.unit ORDER BY t.version DESC LIMIT 1
) AS asked
"""

_OPEN_PROJECT: Final = "state IN ('planned', 'under_way')"
_PASSES: Final = f"""
WITH s AS (SELECT * FROM unnest($1::text[], $2::date[], $3::timestamptz[]) AS s (post, since, begins))
SELECT s.post, 'case' AS kind, c.case_id AS id, c.receipt AS number, c.summary AS words, c.state,
       d.complete_due AS due_at, NULL::date AS due_on
FROM s JOIN cases AS c ON c.post = s.post AND c.dispatched_at < s.begins AND {_UNDER_WAY}
LEFT JOIN dues AS d USING (case_id)
UNION ALL
SELECT s.post, 'rectification', c.case_id, c.receipt, c.summary, c.state, f.due, NULL
FROM s JOIN cases AS c ON c.post = s.post AND c.rectification_opened < s.begins AND {_RECTIFYING}
LEFT JOIN further_dues AS f ON f.case_id = c.case_id AND f.limit_kind = 'rectification'
UNION ALL
SELECT s.post, 'part', c.case_id, c.receipt, asked.note, c.state, f.due, NULL
FROM {_PARTS} JOIN s ON s.post = asked.post AND asked.at < s.begins
LEFT JOIN further_dues AS f ON f.case_id = c.case_id AND f.limit_kind = 'assist' AND f.about = a.unit
WHERE c.assisting <> '{{}}'
UNION ALL
SELECT s.post, 'promise', p.promise_id, p.number, p.words, p.state, NULL, p.due
FROM s JOIN promises AS p ON p.post = s.post AND p.made_on < s.since AND p.state = 'standing'
UNION ALL
SELECT s.post, 'project', p.project_id, p.ledger, p.plan->>'name', p.state, NULL, p.completion
FROM s JOIN projects AS p ON p.plan->>'owner' = s.post AND p.owned_since < s.begins AND p.{_OPEN_PROJECT}
"""
_PASSING: Final = f"{_PASSES} ORDER BY kind, due_at NULLS LAST, due_on, number"
_COUNTS: Final = f"SELECT post, kind, count(*) FROM ({_PASSES}) AS passing GROUP BY post, kind"
_COLUMNS: Final = """
post, since, predecessor, successor, digest, cases, promises, projects, confirmed_by, confirmed_at
"""
_CONFIRMATIONS: Final = f"SELECT {_COLUMNS} FROM hand_overs WHERE post = ANY($1::text[])"
_ADD: Final = f"""
INSERT INTO hand_overs ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT DO NOTHING RETURNING true
"""
# From one post to the next by the index: there are some hundred posts and may be a million open cases.
_ANSWERING: Final = f"""
WITH RECURSIVE named (post) AS (
    (SELECT post FROM cases WHERE {_INDEXED} ORDER BY post LIMIT 1)
    UNION ALL
    SELECT (SELECT post FROM cases WHERE {_INDEXED} AND post > named.post ORDER BY post LIMIT 1)
    FROM named WHERE named.post IS NOT NULL
)
SELECT n.post FROM named AS n
WHERE n.post IS NOT NULL AND (
    EXISTS (SELECT FROM cases AS c WHERE c.post = n.post AND {_UNDER_WAY})
    OR EXISTS (SELECT FROM cases AS c WHERE c.post = n.post AND {_RECTIFYING}))
UNION
SELECT asked.post FROM {_PARTS} WHERE c.assisting <> '{{}}'
UNION
SELECT post FROM promises WHERE state = 'standing' AND post IS NOT NULL
UNION
SELECT plan->>'owner' FROM projects WHERE {_OPEN_PROJECT}
"""


def _columns(successions: Sequence[Succession]) -> tuple[list[object], ...]:
    """Posts, first days and when these begin."""
    return (
        [one.post for one in successions],
        [one.since for one in successions],
        [local_midnight(one.since) for one in successions],
    )


class PostgresHandOvers:
    """Implements `hand_over.HandOvers`, on one connection. It never commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def passing(self, successions: Sequence[Succession]) -> Mapping[str, Sequence[Passing]]:
        found: defaultdict[str, list[Passing]] = defaultdict(list)
        for post, *values in await self._connection.fetch(_PASSING, *_columns(successions)):
            found[post].append(Passing(*values))
        return found

    async def counts(self, successions: Sequence[Succession]) -> Mapping[str, Mapping[PassingKind, int]]:
        """By post how many of each kind `passing` has, without reading them; nothing: no entry."""
        found: defaultdict[str, dict[PassingKind, int]] = defaultdict(dict)
        for post, kind, count in await self._connection.fetch(_COUNTS, *_columns(successions)):
            found[post][kind] = count
        return found

    async def confirmations(self, posts: Sequence[str]) -> Mapping[tuple[str, date], Confirmation]:
        rows = await self._connection.fetch(_CONFIRMATIONS, list(posts))
        return {(row["post"], row["since"]): Confirmation(*row.values()) for row in rows}

    async def add(self, confirmation: Confirmation) -> bool:
        return bool(await self._connection.fetchval(_ADD, *astuple(confirmation)))

    async def answering(self) -> frozenset[str]:
        """The posts that answer for an open case, its rectification or an assisting unit's part of it, for a
        standing promise or an open project."""
        return frozenset(row["post"] for row in await self._connection.fetch(_ANSWERING))
