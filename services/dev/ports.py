"""Which port each process of the stack listens on."""

import json
import secrets
import socket
from collections.abc import Collection, Mapping

from services.dev.folder import DataFolder, read_json, write_private
from services.dev.problem import Problem

DEFAULTS = {
    "console": 8100,
    "intake": 8101,
    "assignment": 8102,
    "supervision": 8103,
    "reporting": 8104,
    "kafka": 9092,
    "kafka_controller": 9093,
    "postgres": 5432,
}
SEARCHED = range(20_000, 32_000)
"""Below the range of outgoing connections: a port stays ours while its process restarts."""


def variable(name: str) -> str:
    """The environment variable that sets the port of `name`."""
    return f"YINUO_{name.upper()}_PORT"


def choose_ports(folder: DataFolder, environ: Mapping[str, str], free: bool) -> dict[str, int]:
    """The port of each process: from the environment, else as remembered, else free ones or the defaults."""
    given = {name: _parsed(name, environ[variable(name)]) for name in DEFAULTS if environ.get(variable(name))}
    remembered = {name: int(port) for name, port in read_json(folder.ports).items() if name in DEFAULTS}
    chosen = DEFAULTS | remembered | given
    if free and not remembered:
        chosen = free_ports() | given
    if free or remembered:
        write_private(folder.ports, json.dumps(chosen, indent=1))
    return chosen


def _parsed(name: str, text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65_536:
        raise Problem(f"{variable(name)}={text} is no port", "give a number from 1 to 65535")
    return int(text)


def free_ports() -> dict[str, int]:
    """A free port for each process, no two the same."""
    chosen: dict[str, int] = {}
    while len(chosen) < len(DEFAULTS):
        port = SEARCHED[secrets.randbelow(len(SEARCHED))]
        if port not in chosen.values() and not is_taken(port):
            chosen[list(DEFAULTS)[len(chosen)]] = port
    return chosen


def is_taken(port: int) -> bool:
    """Whether somebody listens on the port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def refuse_taken(ports: Mapping[str, int], names: Collection[str]) -> None:
    """Stop with a clear word where a port that we are about to use is somebody else's."""
    for name in names:
        if is_taken(ports[name]):
            raise Problem(
                f"port {ports[name]} for {name} is taken",
                f"stop what listens there, set {variable(name)}, or use a new data folder with --free-ports",
            )
