"""The secrets of one embedded stack: made once, and handed to each process as far as it needs them."""

import base64
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.contracts.vocabulary import SERVICES, Process, Service
from services.dev.folder import DataFolder, write_private

ENVIRONMENT = "demonstration"
KEYS: Mapping[Service, tuple[str, ...]] = {
    "intake": ("YINUO_MASTER_KEY", "YINUO_INDEX_KEY", "YINUO_TRACKING_KEY"),
    "assignment": ("YINUO_PROMISE_SIGNING_KEY",),
    "supervision": ("YINUO_DELIVERY_KEY",),
    "reporting": ("YINUO_DELIVERY_KEY",),
}
"""The keys that a service has, each base64 of 32 bytes. Any 32 bytes are an Ed25519 private key.

Those that send messages share one, so that a recipient has one secret for what comes of either.
"""
MAIL: Final = ("YINUO_SMTP_URL", "YINUO_MAIL_SENDER", "YINUO_PUBLIC_URL")
"""What those that send messages get besides, if somebody wrote it into the file of secrets; never made up."""


def password_names() -> list[str]:
    """The names of all database passwords but the administrator's."""
    roles = [f"YINUO_{service.upper()}_{role}_PASSWORD" for service in SERVICES for role in ("OWNER", "APP")]
    return [*roles, "YINUO_AUDIT_PASSWORD"]


def ensure_secrets(folder: DataFolder) -> dict[str, str]:
    """The secrets of a data folder; what isn't there yet is made (file mode 0600)."""
    kept = read_secrets(folder.secrets)
    whole = new_secrets() | kept
    if whole != kept:
        write_private(folder.secrets, "".join(f"{name}={value}\n" for name, value in whole.items()))
    return whole


def read_secrets(path: Path) -> dict[str, str]:
    """The secrets in a file of `NAME=value` lines; none where the file isn't there."""
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def new_secrets() -> dict[str, str]:
    """A fresh value for each secret."""
    passwords = {name: secrets.token_urlsafe(24) for name in ("YINUO_ADMIN_PASSWORD", *password_names())}
    keys = {name: _base64(secrets.token_bytes(32)) for names in KEYS.values() for name in names}
    return passwords | keys | _token_keys()


def _token_keys() -> dict[str, str]:
    private = Ed25519PrivateKey.generate()
    return {
        "YINUO_TOKEN_PRIVATE_KEY": _base64(private.private_bytes_raw()),
        "YINUO_TOKEN_PUBLIC_KEY": _base64(private.public_key().public_bytes_raw()),
    }


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def database_url(role: str, password: str, port: int) -> str:
    """The address of the stack's database as one of its roles sees it."""
    return f"postgresql://{role}:{password}@127.0.0.1:{port}/yinuo"


def admin_url(secret: Mapping[str, str], ports: Mapping[str, int]) -> str:
    """The database as its administrator sees it."""
    return database_url("yinuo_admin", secret["YINUO_ADMIN_PASSWORD"], ports["postgres"])


def migration_environment(secret: Mapping[str, str], ports: Mapping[str, int]) -> dict[str, str]:
    """What the migrations need: the administrator's address and every role's password, no key."""
    passwords = {name: secret[name] for name in password_names()}
    return {"YINUO_ENVIRONMENT": ENVIRONMENT, "YINUO_ADMIN_URL": admin_url(secret, ports)} | passwords


def process_environment(
    process: Process, secret: Mapping[str, str], ports: Mapping[str, int]
) -> dict[str, str]:
    """What every process with a port is told."""
    return {
        "YINUO_ENVIRONMENT": ENVIRONMENT,
        "YINUO_HOST": "127.0.0.1",
        "YINUO_PORT": str(ports[process]),
        "YINUO_TOKEN_PUBLIC_KEY": secret["YINUO_TOKEN_PUBLIC_KEY"],
        "YINUO_LOG_FORMAT": "json",
    }


def service_environment(
    service: Service, secret: Mapping[str, str], ports: Mapping[str, int]
) -> dict[str, str]:
    """The environment of one service: its own password, and the keys that it alone has."""
    password = secret[f"YINUO_{service.upper()}_APP_PASSWORD"]
    keys = {name: secret[name] for name in KEYS.get(service, ())}
    if "YINUO_DELIVERY_KEY" in keys:
        keys |= {name: secret[name] for name in MAIL if name in secret}
    stores = {
        "YINUO_DATABASE_URL": database_url(f"yinuo_{service}_app", password, ports["postgres"]),
        "YINUO_KAFKA": f"127.0.0.1:{ports['kafka']}",
    }
    return process_environment(service, secret, ports) | stores | keys
