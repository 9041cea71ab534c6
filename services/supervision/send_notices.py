"""Queue notices for those of their recipients who have an address, in the transaction that puts them out."""

from collections.abc import Collection, Sequence
from typing import Final

from services.kit.connection import Connection
from services.kit.delivery.store import enqueue, reachable
from services.supervision.calendar import WorkCalendar
from services.supervision.derivation import explained
from services.supervision.notice_words import Names, notice_message
from services.supervision.notices import Notice, Slip
from services.supervision.store_names import PostgresNames

_NAMES: Final = {
    "units": "SELECT code, name FROM units WHERE code = ANY ($1::text[])",
    "posts": "SELECT code, title FROM posts WHERE code = ANY ($1::text[])",
}


async def send_notices(connection: Connection, slips: Sequence[Slip], calendar: WorkCalendar) -> int:
    """How many messages were queued; a notice that was queued before isn't queued again."""
    to = {recipient for slip in slips for recipient in slip.to}
    known = await reachable(connection, to) if to else {}
    wanted = [slip for slip in slips if not known.keys().isdisjoint(slip.to)]
    if not wanted:
        return 0
    names = await _names(connection, [slip.notice for slip in wanted])
    messages = [
        notice_message(
            slip.notice, slip.to, names, explained(slip.limit.limit(), calendar) if slip.limit else []
        )
        for slip in wanted
    ]
    return await enqueue(connection, known, messages)


async def _names(connection: Connection, notices: Collection[Notice]) -> Names:
    units = await connection.fetch(_NAMES["units"], sorted({one.unit for one in notices}))
    posts = await connection.fetch(_NAMES["posts"], sorted({one.post for one in notices}))
    others = sorted({one.subject_id for one in notices if one.subject != "case"})
    return Names(
        {row["code"]: row["name"] for row in units},
        {row["code"]: row["title"] for row in posts},
        await PostgresNames(connection).called(others),
    )
