"""Write .env from example.env with a fresh secret in each line: `python3 deploy/env/generate.py [FILE]`.

Needs the package `cryptography` (Debian: python3-cryptography) and nothing of Yinuo. Shows no secret, and
leaves a file that exists as it is: new passwords wouldn't fit the databases that were made with the old ones.
"""

import base64
import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

TEMPLATE = Path(__file__).with_name("example.env")
SERVICE_KEYS = (
    "YINUO_MASTER_KEY",
    "YINUO_INDEX_KEY",
    "YINUO_TRACKING_KEY",
    "YINUO_PROMISE_SIGNING_KEY",
    "YINUO_DELIVERY_KEY",
)
"""Each 32 random bytes; any 32 bytes are an Ed25519 private key."""


def filled(template: str) -> str:
    """The template with a value after each `NAME=`. Raises ValueError for a name of an unknown kind."""
    keys = {name: _base64(secrets.token_bytes(32)) for name in SERVICE_KEYS} | token_keys()
    return "".join(_line(line, keys) + "\n" for line in template.splitlines())


def token_keys() -> dict[str, str]:
    """A key pair for staff tokens."""
    private = Ed25519PrivateKey.generate()
    return {
        "YINUO_TOKEN_PRIVATE_KEY": _base64(private.private_bytes_raw()),
        "YINUO_TOKEN_PUBLIC_KEY": _base64(private.public_key().public_bytes_raw()),
    }


def write_private(path: Path, text: str) -> None:
    """A new file, mode 0600 from its first byte on. Raises FileExistsError."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def main(arguments: list[str]) -> int:
    """Write the file; 1 where there is one already."""
    path = Path(arguments[0]) if arguments else Path(".env")
    try:
        write_private(path, filled(TEMPLATE.read_text(encoding="utf-8")))
    except FileExistsError:
        sys.stderr.write(f"{path} exists and stays as it is; the databases know its passwords\n")
        return 1
    sys.stdout.write(f"{path} written, readable by you alone; keep a copy of it in a safe\n")
    return 0


def _line(line: str, keys: Mapping[str, str]) -> str:
    if line.startswith("#") or not line:
        return line
    name = line.removesuffix("=")
    if name.endswith("_PASSWORD"):
        return f"{name}={secrets.token_urlsafe(24)}"
    if name not in keys:
        raise ValueError(f"{name} is neither a password nor a known key")
    return f"{name}={keys[name]}"


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
