"""Kafka's jars: resolved once by jgo, then kept in the virtual environment and verified at every start."""

import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from services.dev.problem import Problem

COORDINATES = "org.apache.kafka:kafka_2.13:4.3.1+org.slf4j:slf4j-simple:1.7.36"
"""Not log4j-slf4j-impl: its managed versions pull kafka-clients down to one the broker doesn't run with."""


@dataclass(frozen=True, slots=True)
class Jar:
    """One jar of the pinned list: `name` and `version` make its file name, `sha256` is in hex."""

    name: str
    version: str
    sha256: str

    @property
    def file(self) -> str:
        return f"{self.name}-{self.version}.jar"


def pinned_list() -> Path:
    """Where the list of jars lies: in the checkout, or beside the package where it was installed."""
    return Path(str(resources.files("services"))).parent / "requirements" / "kafka-jars.txt"


def parse_list(text: str) -> tuple[Jar, ...]:
    """The jars of a list of `name version sha256` lines; `#` begins a comment."""
    lines = (line.split("#")[0].split() for line in text.splitlines())
    return tuple(Jar(*fields) for fields in lines if fields)


def ensure_jars(report: Callable[[str], None]) -> tuple[Path, ...]:
    """The verified jars, in the order of the list. Fetches them where they aren't there yet."""
    listed = pinned_list().read_text(encoding="utf-8")
    jars = parse_list(listed)
    place = cache_folder() / f"kafka-{hashlib.sha256(listed.encode()).hexdigest()[:12]}"
    if not place.exists():
        report("Fetching Kafka's jars (once)")
        _put_in_place(place, jars, resolve())
    paths = tuple(place / jar.file for jar in jars)
    verify(jars, paths)
    return paths


def cache_folder() -> Path:
    """Where what is made once is kept: in the virtual environment, else in the user's cache."""
    own = Path(sys.prefix)
    if sys.prefix != sys.base_prefix and os.access(own, os.W_OK):
        return own / "yinuo"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "yinuo"


def resolve() -> dict[str, Path]:
    """What jgo finds for the coordinates: file name → path in jgo's own cache."""
    import jgo

    try:
        found: Iterable[Path] = jgo.build(COORDINATES).all_jars
        return {Path(jar).name: Path(jar) for jar in found}
    except (OSError, RuntimeError, ValueError) as error:
        remedy = "a package registry for Maven artefacts must be reachable the first time"
        raise Problem(f"Kafka's jars can't be fetched ({error})", remedy) from error


def _put_in_place(place: Path, jars: Iterable[Jar], found: Mapping[str, Path]) -> None:
    """Copy into a draft folder and rename it: two starts at once, or one broken off, leave no half folder."""
    wanted = {jar.file for jar in jars}
    if wanted != found.keys():
        differing = ", ".join(sorted(wanted ^ found.keys()))
        raise Problem(
            f"jgo resolves other jars than {pinned_list().name} lists: {differing}", "update the list"
        )
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=place.parent))
    draft.chmod(0o755)
    for name, path in found.items():
        shutil.copyfile(path, draft / name)
    with contextlib.suppress(OSError):
        draft.rename(place)
    shutil.rmtree(draft, ignore_errors=True)


def verify(jars: Iterable[Jar], paths: Iterable[Path]) -> None:
    """Refuse to start with a jar that isn't, byte for byte, the one that was tried."""
    for jar, path in zip(jars, paths, strict=True):
        if not path.exists() or digest(path) != jar.sha256:
            raise Problem(f"{path} isn't the jar that {pinned_list().name} lists", f"delete {path.parent}")


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
