"""Queue what was fired for those of its recipients who have an address, in the transaction that fired it."""

from collections.abc import Collection, Iterable
from typing import Final

from services.kit.connection import Connection
from services.kit.delivery.store import enqueue, reachable
from services.supervision.derivation import explained
from services.supervision.fire import Fired, Notice
from services.supervision.notice_words import Names, notice_message
from services.supervision.policy import Policy

_NAMES: Final = {
    "units": "SELECT code, name FROM units WHERE code = ANY ($1::text[])",
    "posts": "SELECT code, title FROM posts WHERE code = ANY ($1::text[])",
}


async def send_notices(connection: Connection, fired: Iterable[Fired], policy: Policy) -> int:
    """How many messages were queued; a notice that was queued before isn't queued again."""
    sent = [(one.limit, notice, to) for one in fired for notice, to in one.notices if to]
    known = await reachable(connection, {one for _, _, to in sent for one in to}) if sent else {}
    wanted = [(limit, notice, to) for limit, notice, to in sent if not known.keys().isdisjoint(to)]
    if not wanted:
        return 0
    names = await _names(connection, [notice for _, notice, _ in wanted])
    messages = [
        notice_message(notice, to, names, explained(limit.limit(), policy.calendar))
        for limit, notice, to in wanted
    ]
    return await enqueue(connection, known, messages)


async def _names(connection: Connection, notices: Collection[Notice]) -> Names:
    units = await connection.fetch(_NAMES["units"], sorted({one.unit for one in notices}))
    posts = await connection.fetch(_NAMES["posts"], sorted({one.post for one in notices}))
    return Names({row["code"]: row["name"] for row in units}, {row["code"]: row["title"] for row in posts})
