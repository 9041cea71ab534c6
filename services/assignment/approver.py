"""Who approves what is changed or given up in public: a post of the directory that somebody holds. Pure."""

from datetime import date

from services.assignment.directory import Directory


def objection_to(approver: str, directory: Directory, on: date) -> tuple[str, str] | None:
    """What forbids that a post (by code) approves on a local day, and the remedy; None where nothing does."""
    if approver not in directory.posts_by_code:
        return f"没有职务 {approver}", "改为名录中职务的代码"
    if directory.holder(approver, on) is None:
        return f"{on} 职务 {approver} 无人担任", "改为有人担任的职务，或在 holders.csv 补上任职"
    return None
