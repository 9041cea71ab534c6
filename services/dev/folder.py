"""Where things lie in the data folder of an embedded stack."""

import contextlib
import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.dev.problem import Problem

LONGEST_SOCKET_PATH = 88
"""AF_UNIX holds 108 bytes (104 on macOS), and supervisord binds to the path with its process id appended."""


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The data folder `root` (absolute) and the names of what lies in it."""

    root: Path

    @classmethod
    def at(cls, path: Path) -> "DataFolder":
        """The data folder at `path`, whether it exists or not."""
        return cls(path.expanduser().resolve())

    @property
    def digest(self) -> str:
        """Twelve hex digits that tell this data folder from another."""
        return hashlib.sha256(str(self.root).encode()).hexdigest()[:12]

    @property
    def secrets(self) -> Path:
        return self.root / "secrets.env"

    @property
    def ports(self) -> Path:
        return self.root / "ports.json"

    @property
    def stack(self) -> Path:
        return self.root / "stack.json"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def kafka(self) -> Path:
        return self.root / "kafka"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres.json"

    @property
    def configuration(self) -> Path:
        return self.root / "supervisord.conf"

    @property
    def socket(self) -> Path:
        """Supervisord's socket: as recorded when it was started, else in the data folder if the path fits."""
        recorded = read_json(self.stack).get("supervisor")
        if recorded:
            return Path(recorded)
        near = self.root / "supervisor.sock"
        if len(os.fsencode(near)) <= LONGEST_SOCKET_PATH:
            return near
        return Path(tempfile.gettempdir()) / f"yinuo-{self.digest}" / "supervisor.sock"

    def create(self) -> None:
        """Make the folders that every start needs."""
        self.root.mkdir(parents=True, exist_ok=True)
        closed_folder(self.logs)
        own_folder(self.socket.parent)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Only one `up` or `down` at a time works on a data folder; the others wait."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def closed_folder(path: Path) -> None:
    """Make a folder that nobody else may enter; one that is there already is closed."""
    path.mkdir(exist_ok=True)
    path.chmod(0o700)


def own_folder(path: Path) -> None:
    """Make a folder only we may enter, and refuse one that somebody else put there first."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.stat().st_uid != os.geteuid():
        raise Problem(f"{path} belongs to another user", "choose a data folder of your own with --data")


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file; empty where the file isn't there."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def write_private(path: Path, text: str) -> None:
    """Put a file in place whole, readable by its owner only."""
    draft = path.with_name(path.name + ".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)
    draft.replace(path)
