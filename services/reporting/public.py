"""The public edition of a circular: nothing by which a single citizen's matter could be found. Pure."""

from services.reporting.circular import Circular


def public(circular: Circular) -> Circular:
    """The circular without receipts and ids of cases. Figures stay, and so do the holders of public posts."""
    return circular.model_copy(
        update={
            "overdue": tuple(
                one.model_copy(update={"receipt": "", "case_id": ""}) for one in circular.overdue
            ),
            "repeats": tuple(
                one.model_copy(update={"receipt": "", "case_id": "", "earlier": None})
                for one in circular.repeats
            ),
        }
    )
