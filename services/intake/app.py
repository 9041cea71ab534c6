"""Puts intake together: the only place that knows every concrete class."""

from fastapi import FastAPI

from services.intake.api import DemandDoor, add_demand_route
from services.intake.api_batch import batch_routes
from services.intake.api_history import history_routes
from services.intake.api_keys import key_routes
from services.intake.api_responses import response_routes
from services.intake.api_staff import staff_routes
from services.intake.api_staff_contacts import staff_contact_routes
from services.intake.api_tracking import tracking_routes
from services.intake.keys import KeyRing
from services.intake.receive import Receiver
from services.intake.settings import IntakeSettings, raw
from services.intake.store import PostgresDemands
from services.intake.store_history import PostgresHistories
from services.intake.store_keys import PostgresKeys
from services.intake.store_originals import PostgresOriginals
from services.intake.store_tracking import PostgresTracking
from services.intake.stream import HANDLERS
from services.intake.submit import Desk
from services.intake.vault import Vault
from services.kit.runtime import Runtime


def build(settings: IntakeSettings) -> FastAPI:
    """The service's API; its lifespan runs everything else."""
    vault = Vault(raw(settings.master_key), raw(settings.index_key), raw(settings.tracking_key))
    runtime = Runtime("intake", settings, HANDLERS, works_without_kafka=True)
    pool, demands = runtime.database.pool, PostgresDemands(runtime.database, vault)
    keys, receiver, desk = PostgresKeys(pool), Receiver(demands), Desk(vault)
    ring = KeyRing(keys)
    runtime.steps["keys"] = ring.refresh
    for number in (1, 2):  # one group is made ready while the other one's commit is written
        runtime.steps[f"commit-{number}"] = receiver.commit_group
    api = runtime.build_api("Yinuo intake")
    add_demand_route(api, DemandDoor(ring, desk, receiver).post)
    api.include_router(batch_routes(ring, desk, demands))
    api.include_router(tracking_routes(PostgresTracking(pool), ring, vault))
    api.include_router(response_routes(runtime.database, vault))
    api.include_router(staff_routes(PostgresOriginals(pool), vault))
    api.include_router(history_routes(PostgresHistories(pool), vault))
    api.include_router(key_routes(keys, ring))
    api.include_router(staff_contact_routes(runtime.database, vault))
    return api
