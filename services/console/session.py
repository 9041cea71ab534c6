"""Who looks at a page, from the cookies; and the token that each changing form carries.

A form's token is an HMAC (RFC 2104) keyed by a secret that only this browser's cookie holds: another site
can neither read the cookie nor make the token. Staff have their staff token as that secret, a visitor who
is about to log in a random one. Nothing is kept here, so any number of consoles serve the same browser.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.contracts.vocabulary import Role
from services.kit.auth import Staff, TokenReader, TokenRefused

_PURPOSE = b"yinuo console form 1"
OPENS_INBOX: Final[tuple[Role, ...]] = (
    "handler",
    "unit_head",
    "leader",
    "supervision_office",
    "administrator",
)
"""Roles that have an inbox, or may look into one."""
ANSWERS_NOTICES: Final[tuple[Role, ...]] = ("handler", "unit_head", "leader", "administrator")
"""Roles that acknowledge and answer notices; the supervision office sent them."""
SEES_HAND_OVERS: Final[tuple[Role, ...]] = ("unit_head", "leader", "supervision_office", "administrator")
"""Roles that see hand-overs of posts; all but the supervision office confirm them."""
CALLS_BACK: Final[tuple[Role, ...]] = ("callback_clerk", "clerk", "supervision_office", "administrator")
"""Roles that draw call-back samples and see whom of them to call."""
MOVES_LETTERS: Final[tuple[Role, ...]] = ("handler", "unit_head", "supervision_office", "administrator")
"""Roles that take some step of an official letter."""
WRITES_LETTERS: Final[tuple[Role, ...]] = ("supervision_office", "administrator")
READS_ROUNDS: Final[tuple[Role, ...]] = ("leader", "inspector", "supervision_office", "administrator")
"""Roles that see inspection rounds."""
SEES_PHOTOS: Final[tuple[Role, ...]] = ("handler", "unit_head", *READS_ROUNDS)
"""Roles that see photographs: the first two those of findings at their unit."""
FINDS: Final[tuple[Role, ...]] = ("inspector", "supervision_office", "administrator")
"""Roles that record what a round found."""
MOVES_ROUNDS: Final[tuple[Role, ...]] = ("supervision_office", "administrator")
"""Roles that plan, draw and close rounds."""
LISTS: Final[tuple[Role, ...]] = ("supervision_office", "administrator")
"""Roles that list a case or a project by hand, and draw up agendas of meetings."""
READS_MEETINGS: Final[tuple[Role, ...]] = ("unit_head", "leader", "inspector", *LISTS)
"""Roles that see the leading group's meetings."""
SPEAKS_AT_MEETINGS: Final[tuple[Role, ...]] = ("unit_head", "leader", *LISTS)
"""Roles that do something there: heads say what was done, leaders report."""
READS_ORIGINALS: Final[tuple[Role, ...]] = ("callback_clerk", "handler", "unit_head", "clerk")
"""Roles that intake may show an original or a contact to; call-back clerks always, others for their unit."""
FOR_ALL_PROJECTS: Final[tuple[Role, ...]] = ("clerk", "administrator")
MOVES_PROJECTS: Final[tuple[Role, ...]] = ("handler", "unit_head", *FOR_ALL_PROJECTS)
"""Roles that open projects and move them on: the first two those that their unit leads."""
CHECKS_CIRCULARS: Final[tuple[Role, ...]] = ("clerk", "supervision_office", "administrator")
SIGNS_CIRCULARS: Final[tuple[Role, ...]] = ("leader", "supervision_office", "administrator")
ISSUES_CIRCULARS: Final[tuple[Role, ...]] = ("clerk", "leader", "supervision_office", "administrator")
"""Roles that take a circular's steps; the last are those who see drafts. Reporting tells which are open."""
ORDERS_CIRCULARS: Final[tuple[Role, ...]] = ("supervision_office", "administrator")
SEES_DELIVERIES: Final[tuple[Role, ...]] = ("supervision_office", "administrator")
SENDS_AGAIN: Final[tuple[Role, ...]] = ("administrator",)
ENTERS: Final[tuple[Role, ...]] = ("clerk", "administrator")
"""Roles that type demands in: intake sees the console's key alone, so the console tells who may."""

DECIDES_ABOUT_SCORES: Final[tuple[Role, ...]] = ("supervision_office", "administrator")
SEES_GAMING: Final = DECIDES_ABOUT_SCORES
PREVIEWS_SCORES: Final[tuple[Role, ...]] = (*DECIDES_ABOUT_SCORES, "leader", "inspector")
ASKS_ABOUT_SCORES: Final[tuple[Role, ...]] = ("unit_head",)
SEES_SCORES: Final[tuple[Role, ...]] = (*PREVIEWS_SCORES, *ASKS_ABOUT_SCORES)
"""Roles that see what a score is made of: the last those of their own unit and its posts."""
SEES_REQUESTS: Final = SEES_SCORES


@dataclass(frozen=True, slots=True)
class Login:
    """A member of staff with a working token; `ends` is when it stops working (UTC, real time)."""

    token: str
    staff: Staff
    ends: datetime

    @property
    def opens_inbox(self) -> bool:
        return self.staff.role in OPENS_INBOX

    @property
    def sees_hand_overs(self) -> bool:
        return self.staff.role in SEES_HAND_OVERS

    @property
    def calls_back(self) -> bool:
        return self.staff.role in CALLS_BACK

    def reads_originals(self, unit: str) -> bool:
        """Whether intake shows this member of staff what lies with a unit: so pages offer only what works."""
        if self.staff.role == "callback_clerk":
            return True
        return self.staff.role in READS_ORIGINALS and self.staff.unit == unit

    @property
    def opens_projects(self) -> bool:
        staff = self.staff
        return staff.role in FOR_ALL_PROJECTS or (staff.role in MOVES_PROJECTS and staff.unit is not None)

    def moves_projects(self, lead_unit: str) -> bool:
        """Whether assignment lets this member of staff act on the projects that a unit leads."""
        return self.opens_projects and (self.staff.role in FOR_ALL_PROJECTS or self.staff.unit == lead_unit)

    @property
    def previews_scores(self) -> bool:
        return self.staff.role in PREVIEWS_SCORES

    @property
    def asks_about_scores(self) -> bool:
        return self.staff.role in ASKS_ABOUT_SCORES and self.staff.unit is not None

    @property
    def sees_requests(self) -> bool:
        return self.staff.role in SEES_REQUESTS

    @property
    def sees_gaming(self) -> bool:
        return self.staff.role in SEES_GAMING

    def sees_scores_of(self, unit: str | None) -> bool:
        """Whether reporting shows this member of staff what a unit's score, or its post's, is made of."""
        return self.previews_scores or (self.asks_about_scores and self.staff.unit == unit)

    @property
    def sees_deliveries(self) -> bool:
        return self.staff.role in SEES_DELIVERIES

    @property
    def reads_rounds(self) -> bool:
        return self.staff.role in READS_ROUNDS

    @property
    def reads_meetings(self) -> bool:
        return self.staff.role in READS_MEETINGS

    @property
    def enters(self) -> bool:
        return self.staff.role in ENTERS


@dataclass(frozen=True, slots=True)
class CookieNames:
    """`__Host-` makes browsers refuse the cookie unless it is Secure and of this very host (RFC 6265bis)."""

    login: str
    visitor: str

    @classmethod
    def of(cls, secure: bool) -> "CookieNames":
        prefix = "__Host-" if secure else ""
        return cls(f"{prefix}yinuo-login", f"{prefix}yinuo-visitor")


def login_of(token: str | None, reader: TokenReader) -> Login | None:
    """None without a token, and for one that works no more."""
    if not token:
        return None
    try:
        return Login(token, reader.staff(token), reader.ends(token))
    except TokenRefused:
        return None


def new_secret() -> str:
    """What a visitor's cookie holds."""
    return secrets.token_urlsafe(24)


def secret_of(cookies: Mapping[str, str], names: CookieNames) -> str | None:
    """What this browser's form tokens are keyed by."""
    return cookies.get(names.login) or cookies.get(names.visitor)


def form_token(secret: str) -> str:
    """What a form shown to the holder of `secret` carries; 64 hexadecimal digits."""
    return hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).hexdigest()


def is_own_form(secret: str | None, sent: str | None) -> bool:
    """Whether a form was made for this browser."""
    return bool(secret and sent) and hmac.compare_digest(
        form_token(secret or "").encode(), (sent or "").encode()
    )
