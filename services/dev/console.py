"""The console of an embedded stack: its environment, and the keys with which clerks enter demands."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import httpx

from services.contracts.vocabulary import SERVICES, Channel
from services.dev.credentials import process_environment
from services.dev.folder import DataFolder, closed_folder, write_private
from services.kit.auth import issue_token

BY_HAND: Final[tuple[Channel, ...]] = ("hotline", "visit", "talk", "consultation", "suggestion_box")
"""Channels whose demands a clerk types in."""
KEYS: Final = "yinuo_intake_keys"
"""The file that the console reads as its setting `intake_keys`."""


def console_environment(
    folder: DataFolder, secret: Mapping[str, str], ports: Mapping[str, int]
) -> dict[str, str]:
    """Where the services are; no password and no key: those lie in the folder of secrets."""
    urls = {f"YINUO_{service.upper()}_URL": f"http://127.0.0.1:{ports[service]}" for service in SERVICES}
    own = {"YINUO_SECRETS_DIR": str(_secrets_of(folder))}
    return process_environment("console", secret, ports) | urls | own


async def provide_keys(folder: DataFolder, secret: Mapping[str, str], intake: str) -> None:
    """Make a key for each channel entered by hand, once in a data folder; intake has to be running."""
    closed_folder(_secrets_of(folder))
    file = _secrets_of(folder) / KEYS
    if file.exists():
        return
    token = issue_token(secret["YINUO_TOKEN_PRIVATE_KEY"], subject="yinuo-up", role="administrator")
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=intake, headers=headers, trust_env=False, timeout=30) as http:
        made = {channel: await _new_key(http, channel) for channel in BY_HAND}
    write_private(file, json.dumps(made))


async def _new_key(http: httpx.AsyncClient, channel: Channel) -> str:
    answer = await http.post("/keys", json={"channel": channel, "name": "console"})
    return str(answer.raise_for_status().json()["key"])


def _secrets_of(folder: DataFolder) -> Path:
    return folder.root / "console"
