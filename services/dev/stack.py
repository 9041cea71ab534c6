"""The embedded stack of one data folder: Kafka, PostgreSQL and the services under one supervisor.

`start` is what `yinuo up` does; tests take `start_infrastructure`, `migrate`, `start_services`, `remove`.
"""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from services.contracts.vocabulary import SERVICES
from services.dev import postgres_place
from services.dev.console import console_environment, provide_keys
from services.dev.credentials import (
    ENVIRONMENT,
    admin_url,
    ensure_secrets,
    migration_environment,
    read_secrets,
    service_environment,
)
from services.dev.folder import DataFolder, read_json, write_private
from services.dev.kafka import prepare_kafka
from services.dev.leftovers import end_leftovers
from services.dev.ports import DEFAULTS, choose_ports, refuse_taken
from services.dev.postgres import prepare_postgres
from services.dev.problem import Problem
from services.dev.program import Program
from services.dev.readiness import kafka_answers, postgres_answers, service_answers, until_answering
from services.dev.supervisor import Supervisor, checkout

T = TypeVar("T")
Report = Callable[[str], None]
PREFIX = "yinuo-"
STORES = ("kafka", "postgres")
STARTS_ALLOWED = 3
POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Infrastructure:
    """A running Kafka (`kafka`: host:port) and PostgreSQL; `ports` by process, `secrets` by variable."""

    data: Path
    kafka: str
    admin_url: str
    ports: Mapping[str, int]
    secrets: Mapping[str, str]

    def stop(self) -> None:
        """Stop everything that runs in this data folder."""
        stop(self.data)


def silent(_: str) -> None:
    """A report that nobody reads."""


def start_infrastructure(data: Path, report: Report = silent, free_ports: bool = True) -> Infrastructure:
    """Start Kafka and PostgreSQL with an empty database `yinuo`. Callable inside a loop, too."""
    return _blocking(bring_up_stores(DataFolder.at(data), report, free_ports))


def migrate(infrastructure: Infrastructure) -> None:
    """Make schemas, roles and topics."""
    _blocking(_migrate(infrastructure))


def start_services(data: Path, names: Collection[str] = SERVICES, report: Report = silent) -> dict[str, str]:
    """Start services on a running, migrated infrastructure; returns their addresses by name."""
    return _blocking(bring_up_services(_infrastructure(DataFolder.at(data)), names, report))


def _blocking(work: Coroutine[Any, Any, T]) -> T:
    """Run on a loop of its own in another thread: the caller may be inside a loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def start(
    data: Path,
    report: Report,
    clock: str | None = None,
    free_ports: bool = False,
    only_infrastructure: bool = False,
) -> dict[str, Any]:
    """All that `yinuo up` does; returns what stands in stack.json."""
    folder = DataFolder.at(data)
    infrastructure = await bring_up_stores(folder, report, free_ports)
    if not only_infrastructure:
        report("Schemas, roles, topics")
        await _migrate(infrastructure)
        if clock:
            await _set_clock(infrastructure, clock)
        await bring_up_services(infrastructure, SERVICES, report)
        await bring_up_console(infrastructure, report)
    return read_json(folder.stack)


async def bring_up_stores(folder: DataFolder, report: Report, free_ports: bool) -> Infrastructure:
    """Prepare and start Kafka and PostgreSQL side by side, and wait until both answer."""
    with folder.locked():
        folder.create()
        supervisor = Supervisor(folder)
        running = supervisor.is_running()
        if not running:
            end_leftovers(folder, _postgres_data(folder))
        secret = ensure_secrets(folder)
        ports = _running_ports(folder) if running else choose_ports(folder, os.environ, free_ports)
        _refuse_taken(supervisor if running else None, ports)
        await _run_stores(supervisor, secret, ports, report)
    report("Waiting for Kafka and PostgreSQL")
    infrastructure = Infrastructure(
        folder.root, f"127.0.0.1:{ports['kafka']}", admin_url(secret, ports), ports, secret
    )
    await asyncio.gather(kafka_answers(infrastructure.kafka), _database(infrastructure.admin_url))
    await _until_running(supervisor, STORES)
    return infrastructure


async def _run_stores(
    supervisor: Supervisor, secret: Mapping[str, str], ports: Mapping[str, int], report: Report
) -> None:
    report("Preparing Kafka and PostgreSQL")
    programs = await asyncio.gather(
        asyncio.to_thread(prepare_kafka, supervisor.folder, ports, report),
        asyncio.to_thread(prepare_postgres, supervisor.folder, secret, ports),
    )
    supervisor.configure([*programs, *_process_programs(supervisor.folder, secret, ports)])
    if not supervisor.is_running():
        supervisor.launch()
    _write_stack(supervisor.folder, ports)
    supervisor.start(STORES)


def _process_programs(
    folder: DataFolder, secret: Mapping[str, str], ports: Mapping[str, int]
) -> list[Program]:
    services = {service: service_environment(service, secret, ports) for service in SERVICES}
    environments = services | {"console": console_environment(folder, secret, ports)}
    return [process_program(name, name, environment) for name, environment in environments.items()]


def process_program(name: str, module: str, environment: Mapping[str, str]) -> Program:
    """How a process of ours is run; `name` is what it is known by."""
    command = (sys.executable, "-m", f"services.{module}")
    return Program(PREFIX + name, command, checkout(), environment, start_seconds=2, stop_group=True)


def _write_stack(folder: DataFolder, ports: Mapping[str, int]) -> None:
    described = {
        "environment": ENVIRONMENT,
        "kafka": f"127.0.0.1:{ports['kafka']}",
        "postgres": {"host": "127.0.0.1", "port": ports["postgres"], "database": "yinuo"},
        "services": {service: f"http://127.0.0.1:{ports[service]}" for service in SERVICES},
        "console": f"http://127.0.0.1:{ports['console']}",
        "supervisor": str(folder.socket),
        "ports": dict(ports),
    }
    write_private(folder.stack, json.dumps(described, indent=1))


def _running_ports(folder: DataFolder) -> dict[str, int]:
    """A stack of an older version may lack a process that we know: that one gets its default."""
    return DEFAULTS | {name: int(port) for name, port in read_json(folder.stack)["ports"].items()}


def _refuse_taken(supervisor: Supervisor | None, ports: Mapping[str, int]) -> None:
    """Ports of what is already up are rightly taken."""
    up = (
        {process.name.removeprefix(PREFIX) for process in supervisor.processes() if process.is_up}
        if supervisor
        else set()
    )
    refuse_taken(ports, [name for name in ports if name.split("_")[0] not in up])


def _postgres_data(folder: DataFolder) -> Path | None:
    home = read_json(folder.postgres).get("home")
    return Path(home) / "data" if home else None


async def _database(url: str) -> None:
    """Wait for the server, then make the database if it is a new cluster."""
    maintenance = url.rsplit("/", 1)[0] + "/postgres"
    await postgres_answers(maintenance)
    connection = await asyncpg.connect(maintenance)
    try:
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = 'yinuo'"):
            await connection.execute("CREATE DATABASE yinuo")
    finally:
        await connection.close()


async def _migrate(infrastructure: Infrastructure) -> None:
    from services.kit.migrate import migrate_all
    from services.kit.topics import ensure_topics

    environment = migration_environment(infrastructure.secrets, infrastructure.ports)
    await asyncio.gather(migrate_all(environment), ensure_topics(infrastructure.kafka))


async def _set_clock(infrastructure: Infrastructure, instant: str) -> None:
    from services.dev.instant import messages_exist, parse_instant
    from services.kit.clock import ClockRunsForward, set_clock

    moment = parse_instant(instant)
    if await messages_exist(infrastructure.kafka, infrastructure.admin_url):
        remedy = "move it with `yinuo clock advance`, or use a new data folder"
        raise Problem("the clock can't be set where messages already exist", remedy)
    try:
        await set_clock(infrastructure.admin_url, moment)
    except ClockRunsForward as error:
        raise Problem(f"the clock already stands later than {instant}", "use a new data folder") from error


def _infrastructure(folder: DataFolder) -> Infrastructure:
    """The infrastructure that runs in a data folder. Errors: Problem where none does."""
    if not Supervisor(folder).is_running():
        raise Problem(f"nothing runs in {folder.root}", f"yinuo up --data {folder.root}")
    secret, ports = read_secrets(folder.secrets), _running_ports(folder)
    return Infrastructure(folder.root, f"127.0.0.1:{ports['kafka']}", admin_url(secret, ports), ports, secret)


async def bring_up_services(
    infrastructure: Infrastructure, names: Collection[str], report: Report
) -> dict[str, str]:
    """Start services and wait until each is ready; returns their addresses by name."""
    report("Starting " + ", ".join(names))
    supervisor = Supervisor(DataFolder.at(infrastructure.data))
    supervisor.start([PREFIX + name for name in names])
    addresses = {name: f"http://127.0.0.1:{infrastructure.ports[name]}" for name in names}
    report("Waiting for " + ", ".join(names))
    await _unless_crashing(
        supervisor, asyncio.gather(*(service_answers(name, address) for name, address in addresses.items()))
    )
    await _until_running(supervisor, [PREFIX + name for name in names])
    return addresses


async def bring_up_console(infrastructure: Infrastructure, report: Report = silent) -> str:
    """Start the console over running services, with its keys; returns its address."""
    folder, ports = DataFolder.at(infrastructure.data), infrastructure.ports
    await provide_keys(folder, infrastructure.secrets, f"http://127.0.0.1:{ports['intake']}")
    return (await bring_up_services(infrastructure, ["console"], report))["console"]


async def _until_running(supervisor: Supervisor, names: Collection[str]) -> None:
    """Until the supervisor, too, counts them as running: it wants to see them live for a second or two."""

    async def ask() -> bool:
        found = await asyncio.to_thread(supervisor.processes)
        return all(process.state == "RUNNING" for process in found if process.name in names)

    await until_answering("the supervisor", ask)


async def _unless_crashing(supervisor: Supervisor, ready: asyncio.Future[Any]) -> None:
    """Wait until all is ready, but not for a process that ends again and again."""
    crash = asyncio.create_task(_first_crashing(supervisor))
    try:
        await asyncio.wait({ready, crash}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            name = await crash
            remedy = f"see `yinuo logs {name.removeprefix(PREFIX)}`"
            raise Problem(f"{name} keeps ending ({_last_line(supervisor.folder, name)})", remedy)
        await ready
    finally:
        ready.cancel()
        crash.cancel()
        await asyncio.gather(ready, crash, return_exceptions=True)


async def _first_crashing(supervisor: Supervisor) -> str:
    """The name of the first process that was started too often while we looked."""
    seen: dict[str, set[int]] = {}
    while True:
        for process in await asyncio.to_thread(supervisor.processes):
            seen.setdefault(process.name, set()).add(process.pid)
            if len(seen[process.name] - {0}) > STARTS_ALLOWED:
                return process.name
        await asyncio.sleep(POLL_SECONDS)


def _last_line(folder: DataFolder, name: str) -> str:
    log = folder.logs / f"{name}.log"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return lines[-1][-300:] if lines else "no log"


def stop(data: Path, report: Report = silent) -> None:
    """Stop the services, then Kafka, then PostgreSQL, then the supervisor; wait until all are gone."""
    folder = DataFolder.at(data)
    if not folder.root.exists():
        return
    with folder.locked():
        supervisor = Supervisor(folder)
        if supervisor.is_running():
            _stop_in_order(supervisor, report)
        end_leftovers(folder, _postgres_data(folder))
        folder.stack.unlink(missing_ok=True)


def _stop_in_order(supervisor: Supervisor, report: Report) -> None:
    ours = [process.name for process in supervisor.processes() if process.name.startswith(PREFIX)]
    steps: Iterable[tuple[str, list[str]]] = (
        ("the services", ours),
        ("Kafka", ["kafka"]),
        ("PostgreSQL", ["postgres"]),
    )
    for what, names in steps:
        report(f"Stopping {what}")
        supervisor.stop(names)
    supervisor.shutdown()


def remove(data: Path) -> None:
    """Stop what runs there and delete the data folder, with what lies outside of it for its sake."""
    folder = DataFolder.at(data)
    stop(data)
    postgres_place.forget(folder)
    if folder.socket.parent != folder.root:
        shutil.rmtree(folder.socket.parent, ignore_errors=True)
    shutil.rmtree(folder.root, ignore_errors=True)
