"""placeholder"""

from services.reporting.circular import Edition


def to_html(edition: Edition) -> str:
    return ""
