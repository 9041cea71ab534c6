"""The running stack that a command acts on, found by its data folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.cli.problem import Problem
from services.contracts.vocabulary import Role
from services.dev.credentials import database_url, read_secrets
from services.dev.folder import DataFolder, read_json
from services.dev.supervisor import Supervisor


@dataclass(frozen=True, slots=True)
class Running:
    """A running embedded stack: `kafka` is host:port, `services` maps names to addresses."""

    data: Path
    environment: str
    kafka: str
    postgres_port: int
    services: Mapping[str, str]
    secrets: Mapping[str, str]

    @classmethod
    def find(cls, data: Path) -> "Running":
        """The stack that runs in a data folder. Errors: Problem where none does."""
        folder = DataFolder.at(data)
        stack = read_json(folder.stack)
        if not stack or not Supervisor(folder).is_running():
            raise Problem(f"nothing runs in {data}", f"start it with `yinuo up --data {data}`")
        return cls(
            data=folder.root,
            environment=stack["environment"],
            kafka=stack["kafka"],
            postgres_port=stack["postgres"]["port"],
            services=stack["services"],
            secrets=read_secrets(folder.secrets),
        )

    def service_url(self, name: str) -> str:
        """The address of a service, without a slash at the end. Errors: Problem for an unknown name."""
        if name not in self.services:
            raise Problem(f"there is no service {name}", f"there are {', '.join(self.services)}")
        return self.services[name]

    @property
    def admin_url(self) -> str:
        """The database as its administrator sees it."""
        return database_url("yinuo_admin", self.secrets["YINUO_ADMIN_PASSWORD"], self.postgres_port)

    @property
    def audit_url(self) -> str:
        """The database as the auditing role sees it: every service's `audit_*` views, nothing else."""
        return database_url("yinuo_audit", self.secrets["YINUO_AUDIT_PASSWORD"], self.postgres_port)

    def token(self, role: Role, unit: str | None = None, subject: str = "yinuo-cli") -> str:
        """A short-lived staff token, signed with this stack's own key."""
        from services.kit.auth import issue_token

        return issue_token(self.secrets["YINUO_TOKEN_PRIVATE_KEY"], subject=subject, role=role, unit=unit)
