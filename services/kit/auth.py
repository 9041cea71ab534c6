"""Staff tokens: signed with Ed25519 (JWT, RFC 7519 and 8037), short-lived, naming a role and a unit."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, get_args

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.contracts.vocabulary import Role

ISSUER: Final = "yinuo"
LIFETIME: Final = timedelta(hours=12)
"""A working day with its noon break: staff come anew each morning."""


class TokenRefused(ValueError):
    """The token is not one of ours, has expired, or says something unknown."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Who calls: `subject` names the person or process in logs; `unit` binds all but county-wide roles."""

    subject: str
    role: Role
    unit: str | None


def issue_token(
    private_key: str, *, subject: str, role: Role, unit: str | None = None, lifetime: timedelta = LIFETIME
) -> str:
    """A token. `private_key` is base64 of the 32 raw bytes. Real time, not the business clock's."""
    now = datetime.now(UTC)
    claims = {"iss": ISSUER, "sub": subject, "role": role, "unit": unit, "iat": now, "exp": now + lifetime}
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(private_key))
    return jwt.encode(claims, key, algorithm="EdDSA")


@dataclass(frozen=True, slots=True)
class TokenReader:
    """Checks tokens with the public key (base64 of 32 raw bytes)."""

    public_key: Ed25519PublicKey

    @classmethod
    def of(cls, public_key: str) -> "TokenReader":
        return cls(Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key)))

    def staff(self, token: str) -> Staff:
        """Who the token is for. Raises TokenRefused."""
        claims = self._claims(token)
        if claims.get("role") not in get_args(Role):
            raise TokenRefused(f"unknown role {claims.get('role')}")
        return Staff(claims["sub"], claims["role"], claims.get("unit"))

    def ends(self, token: str) -> datetime:
        """When the token stops working, UTC, real time. Raises TokenRefused."""
        return datetime.fromtimestamp(self._claims(token)["exp"], UTC)

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self.public_key,
                algorithms=["EdDSA"],
                issuer=ISSUER,
                options={"require": ["exp", "iat", "sub"]},
            )
        except jwt.InvalidTokenError as refused:
            raise TokenRefused(str(refused)) from refused
        return claims
