"""The stack that a command acts on: an embedded one by its data folder, else by the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.contracts.vocabulary import SERVICES, Role
from services.dev.credentials import database_url, read_secrets
from services.dev.folder import DataFolder, read_json
from services.dev.problem import Problem

DEPLOYED: Final = "YINUO_INTAKE_URL"
"""Where this variable is set, commands act on the deployed stack that the environment describes."""


@dataclass(frozen=True, slots=True)
class Running:
    """A running stack: `kafka` is host:port, `services` maps names to addresses, `console` is one.

    `audit_url` is the database as the auditing role sees it: every service's `audit_*` views, nothing else.
    """

    data: Path
    environment: str
    kafka: str
    services: Mapping[str, str]
    secrets: Mapping[str, str]
    audit_url: str
    postgres_port: int | None = None
    console: str | None = None

    @classmethod
    def find(cls, data: Path) -> "Running":
        """The deployed stack of the environment, else the one that runs in a data folder. Errors: Problem."""
        return cls.deployed(data, os.environ) if DEPLOYED in os.environ else cls.embedded(data)

    @classmethod
    def embedded(cls, data: Path) -> "Running":
        """The stack that runs in a data folder. Errors: Problem where none does."""
        from services.dev.supervisor import Supervisor  # not part of a deployment

        folder = DataFolder.at(data)
        stack = read_json(folder.stack)
        if not stack or not Supervisor(folder).is_running():
            raise Problem(f"nothing runs in {data}", f"start it with `yinuo up --data {data}`")
        secrets, port = read_secrets(folder.secrets), stack["postgres"]["port"]
        return cls(
            data=folder.root,
            environment=stack["environment"],
            kafka=stack["kafka"],
            services=stack["services"],
            secrets=secrets,
            audit_url=database_url("yinuo_audit", secrets["YINUO_AUDIT_PASSWORD"], port),
            postgres_port=port,
            console=stack["console"],
        )

    @classmethod
    def deployed(cls, data: Path, environ: Mapping[str, str]) -> "Running":
        """A stack described by variables, as in docker-compose.yml. Errors: Problem with the missing ones."""
        urls = {service: f"YINUO_{service.upper()}_URL" for service in SERVICES}
        needed = (*urls.values(), "YINUO_KAFKA", "YINUO_AUDIT_URL", "YINUO_TOKEN_PRIVATE_KEY")
        if missing := [name for name in needed if not environ.get(name)]:
            raise Problem(
                f"{', '.join(missing)} is not set", f"set it, or unset {DEPLOYED} for an embedded stack"
            )
        return cls(
            data=data,
            environment=environ.get("YINUO_ENVIRONMENT", "production"),
            kafka=environ["YINUO_KAFKA"],
            services={service: environ[name].rstrip("/") for service, name in urls.items()},
            secrets={"YINUO_TOKEN_PRIVATE_KEY": environ["YINUO_TOKEN_PRIVATE_KEY"]},
            audit_url=environ["YINUO_AUDIT_URL"],
        )

    def service_url(self, name: str) -> str:
        """The address of a process, without a slash at the end. Errors: Problem for an unknown name."""
        known = {**self.services, **({"console": self.console} if self.console else {})}
        if name not in known:
            raise Problem(f"there is no service {name}", f"there are {', '.join(known)}")
        return known[name]

    @property
    def admin_url(self) -> str:
        """The database as its administrator sees it. Errors: Problem for a deployed stack."""
        if self.postgres_port is None:
            raise Problem("a deployed stack doesn't hand out its database", "use an embedded stack")
        return database_url("yinuo_admin", self.secrets["YINUO_ADMIN_PASSWORD"], self.postgres_port)

    def token(self, role: Role, unit: str | None = None, subject: str = "yinuo-cli") -> str:
        """A short-lived staff token, signed with this stack's own key."""
        from services.kit.auth import issue_token

        return issue_token(self.secrets["YINUO_TOKEN_PRIVATE_KEY"], subject=subject, role=role, unit=unit)
