"""`yinuo migrate`: schemas, roles and topics, before any service starts. Run again, it changes nothing."""

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

from aiokafka.errors import KafkaError
from typer import Option

from services.dev.problem import Problem

KAFKA: Final = "YINUO_KAFKA"
REPLICATION: Final = "YINUO_REPLICATION"


def app(
    data: Annotated[
        Path | None, Option("--data", help="A running stack's folder; without it, the environment says all.")
    ] = None,
    as_json: Annotated[bool, Option("--json", help="Print JSON.")] = False,
) -> None:
    """Create what is missing: roles, schemas, migrations, topics (see deploy/env for the variables)."""
    environment = _of_stack(data) if data else dict(os.environ)
    created = asyncio.run(migrate(environment))
    print(json.dumps({"topics_created": created}) if as_json else f"done; topics created: {len(created)}")


def _of_stack(data: Path) -> dict[str, str]:
    from services.dev.credentials import migration_environment
    from services.dev.running import Running

    running = Running.embedded(data)
    ports = {"postgres": running.postgres_port or 0}
    return migration_environment(running.secrets, ports) | {KAFKA: running.kafka}


async def migrate(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Run all migrations, then create the topics; the names of those created. Errors: Problem.

    Reads what services.kit.migrate reads, YINUO_KAFKA, and YINUO_REPLICATION (default 1).
    """
    import asyncpg

    from services.kit.migrate import MissingVariable, migrate_all
    from services.kit.topics import ensure_topics

    bootstrap, replication = environment.get(KAFKA), environment.get(REPLICATION, "1")
    if not bootstrap or not replication.isdigit():
        what = f"{KAFKA} is not set" if not bootstrap else f"{REPLICATION} is no number"
        raise Problem(what, "see deploy/env")
    try:
        await migrate_all(environment)
        return await ensure_topics(bootstrap, int(replication))
    except MissingVariable as missing:
        raise Problem(str(missing)) from missing
    except (OSError, asyncpg.PostgresError) as away:
        raise Problem(f"PostgreSQL refused: {away}", "check YINUO_ADMIN_URL") from away
    except KafkaError as away:
        raise Problem(f"Kafka refused: {away!r}", f"check {KAFKA}") from away
