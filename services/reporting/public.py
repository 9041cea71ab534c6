"""The public edition of a circular: nothing by which a single citizen's matter could be found. Pure."""

from typing import Final

from services.reporting.circular import NOTHING, Change, Circular, Edition

_LISTS_ZH: Final = {"overdue": "超期未办结事项", "repeats": "重复反映事项"}
"""The lists that name single cases, by where they stand in the document."""


def public_edition(edition: Edition) -> Edition:
    """The same issue with the circular's public edition; the SHA-256 stays that of the whole."""
    return edition.model_copy(update={"circular": public(edition.circular)})


def public(circular: Circular) -> Circular:
    """The circular without receipts and ids of cases, and without the units in which gaming is suspected.

    Figures stay, and so do the holders of public posts."""
    return circular.model_copy(
        update={
            "overdue": tuple(
                one.model_copy(update={"receipt": "", "case_id": ""}) for one in circular.overdue
            ),
            "repeats": tuple(
                one.model_copy(update={"receipt": "", "case_id": "", "earlier": None})
                for one in circular.repeats
            ),
            "gaming": tuple(one.model_copy(update={"units": ()}) for one in circular.gaming),
            "correction": circular.correction
            and circular.correction.model_copy(
                update={"changes": tuple(map(_veiled, circular.correction.changes))}
            ),
        }
    )


def _veiled(change: Change) -> Change:
    """A difference in a single case, without which case it is."""
    where, *inside = change.path.split("/")
    if where not in _LISTS_ZH:
        return change
    field = change.name.rpartition("：")[2] if len(inside) > 1 else ""
    values = {} if field else {side: _there(getattr(change, side)) for side in ("old", "new")}
    name = "：".join(filter(None, (_LISTS_ZH[where], field)))
    return change.model_copy(update={"path": "/".join((where, *inside[1:])), "name": name, **values})


def _there(value: str) -> str:
    return value if value == NOTHING else "有"
