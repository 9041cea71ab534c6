"""Roles, schemas and migrations: an owner role and an application role for each service's schema."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg
from yoyo import get_backend, read_migrations

from services.contracts.vocabulary import SERVICES

_KIT: Final = Path(__file__).parent
_SERVICES: Final = _KIT.parent
AUDIT_ROLE: Final = "yinuo_audit"


class MissingVariable(LookupError):
    """A variable that the migration needs is not set."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not set: the migration needs it (see deploy/env)")


async def migrate_all(environ: Mapping[str, str]) -> None:
    """Create what is missing: roles, schemas, and each schema's migrations. Run again, it changes nothing.

    Reads YINUO_ADMIN_URL, YINUO_ENVIRONMENT, YINUO_AUDIT_PASSWORD, and for each service
    YINUO_<SERVICE>_OWNER_PASSWORD and YINUO_<SERVICE>_APP_PASSWORD. Raises MissingVariable.
    """
    admin_url = _needed(environ, "YINUO_ADMIN_URL")
    admin = await asyncpg.connect(admin_url)
    try:
        await _role(admin, AUDIT_ROLE, _needed(environ, "YINUO_AUDIT_PASSWORD"))
        await _schema(admin, "clock", "CURRENT_USER")
        for service in SERVICES:
            await _service_roles(admin, service, environ)
    finally:
        await admin.close()
    await asyncio.to_thread(_migrate, admin_url, "clock", [_KIT / "clock_migrations"])
    await _set_environment(admin_url, environ.get("YINUO_ENVIRONMENT", "production"))
    for service in SERVICES:
        owner = _as_role(
            admin_url, f"yinuo_{service}_owner", environ[f"YINUO_{service.upper()}_OWNER_PASSWORD"]
        )
        await asyncio.to_thread(migrate_schema, owner, service, service)


def migrate_schema(url: str, schema: str, service: str) -> None:
    """A service's own migrations in a schema of another name, as whoever `url` logs in."""
    _migrate(url, schema, [_KIT / "migrations", _SERVICES / service / "migrations"])


def _needed(environ: Mapping[str, str], name: str) -> str:
    if not environ.get(name):
        raise MissingVariable(name)
    return environ[name]


async def _service_roles(admin: asyncpg.Connection, service: str, environ: Mapping[str, str]) -> None:
    owner, app = f"yinuo_{service}_owner", f"yinuo_{service}_app"
    await _role(admin, owner, _needed(environ, f"YINUO_{service.upper()}_OWNER_PASSWORD"))
    await _role(admin, app, _needed(environ, f"YINUO_{service.upper()}_APP_PASSWORD"))
    await _schema(admin, service, owner)
    await admin.execute(f"GRANT USAGE ON SCHEMA {service} TO {app}, {AUDIT_ROLE}")
    for kind, rights in (("TABLES", "SELECT, INSERT, UPDATE, DELETE"), ("SEQUENCES", "USAGE, SELECT")):
        await admin.execute(
            f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {service} GRANT {rights} ON {kind} TO {app}"
        )


async def _role(admin: asyncpg.Connection, name: str, password: str) -> None:
    if not await admin.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", name):
        await admin.execute(f"CREATE ROLE {name} LOGIN")
    literal = await admin.fetchval("SELECT quote_literal($1::text)", password)
    await admin.execute(f"ALTER ROLE {name} PASSWORD {literal}")


async def _schema(admin: asyncpg.Connection, name: str, owner: str) -> None:
    await admin.execute(f"CREATE SCHEMA IF NOT EXISTS {name} AUTHORIZATION {owner}")


async def _set_environment(admin_url: str, environment: str) -> None:
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute(
            """
            INSERT INTO clock.setting (environment) VALUES ($1)
            ON CONFLICT (only_row) DO UPDATE SET environment = excluded.environment
            """,
            environment,
        )
    finally:
        await admin.close()


def _as_role(url: str, role: str, password: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}:{quote(password, safe='')}@{host}"))


def _migrate(url: str, schema: str, sources: Sequence[Path]) -> None:
    parts = urlsplit(url)
    separator = "&" if parts.query else ""
    dsn = urlunsplit(
        parts._replace(scheme="postgresql+psycopg", query=f"{parts.query}{separator}schema={schema}")
    )
    backend = get_backend(dsn)
    try:
        migrations = read_migrations(*(str(source) for source in sources if source.is_dir()))
        with backend.lock():
            backend.apply_migrations(backend.to_apply(migrations))
    finally:
        backend.connection.close()
