"""A second process of some services beside the first: the same work, on a port of its own.

All processes of these services then hand their e-mails in at one mail server.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from services.contracts.vocabulary import Service
from services.dev import stack
from services.dev.credentials import read_secrets, service_environment
from services.dev.folder import DataFolder, write_private
from services.dev.ports import DEFAULTS, free_ports
from services.dev.program import Program
from services.dev.readiness import service_answers
from services.dev.running import Running
from services.dev.supervisor import Supervisor

SENDER: Final = "Yinuo <duban@fengxian.example>"


def second(service: str) -> str:
    """What the second process of a service is known by."""
    return f"{service}-2"


async def run_twice(running: Running, services: Collection[Service], smtp_url: str) -> Running:
    """Start them anew, each twice, with a mail server; the stack with the second processes beside."""
    supervisor = Supervisor(DataFolder.at(running.data))
    first = [stack.PREFIX + service for service in services]
    supervisor.stop(first)
    _set_mail_server(supervisor.folder, smtp_url)
    infrastructure = await stack.bring_up_stores(supervisor.folder, stack.silent, free_ports=False)
    ports = _free(services, infrastructure.ports)
    supervisor.add(
        _second(service, infrastructure.secrets, {**infrastructure.ports, service: ports[service]})
        for service in services
    )
    supervisor.start([*first, *(stack.PREFIX + second(service) for service in services)])
    addresses = {second(service): f"http://127.0.0.1:{ports[service]}" for service in services}
    twice = replace(running, services={**running.services, **addresses})
    for name in (*services, *addresses):
        await service_answers(name, twice.service_url(name))
    return twice


def _set_mail_server(folder: DataFolder, smtp_url: str) -> None:
    mail = {"YINUO_SMTP_URL": smtp_url, "YINUO_MAIL_SENDER": SENDER}
    whole = read_secrets(folder.secrets) | mail
    write_private(folder.secrets, "".join(f"{name}={value}\n" for name, value in whole.items()))


def _second(service: Service, secrets: Mapping[str, str], ports: Mapping[str, int]) -> Program:
    return stack.process_program(second(service), service, service_environment(service, secrets, ports))


def _free(services: Collection[Service], taken: Mapping[str, int]) -> dict[str, int]:
    """A free port for each; as many are drawn at once as a stack has processes."""
    assert set(services) <= set(DEFAULTS)  # noqa: S101  each has a port by default
    while True:
        found: dict[str, int] = {service: free_ports()[service] for service in services}
        if len({*found.values(), *taken.values()}) == len(found) + len(set(taken.values())):
            return found
