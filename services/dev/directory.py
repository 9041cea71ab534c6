"""An authority's folder: its directory read, and loaded into a running stack."""

from pathlib import Path
from typing import Any

import httpx

from services.assignment.directory import Directory
from services.assignment.directory_files import read_folder
from services.dev.problem import Problem
from services.dev.running import Running


def read_county(folder: Path) -> Directory:
    """The directory in a folder. Errors: Problem where it has problems."""
    read = read_folder(folder)
    if read.problems:
        raise Problem(f"{folder} has problems", f"yinuo directory check {folder}")
    return read.directory


async def load_directory(running: Running, directory: Directory) -> dict[str, Any]:
    """Load it through assignment's API; its answer."""
    token = running.token("administrator")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    url = f"{running.service_url('assignment')}/directory"
    async with httpx.AsyncClient(headers=headers, timeout=60, trust_env=False) as http:
        answer = await http.post(url, content=directory.model_dump_json())
    answer.raise_for_status()
    loaded: dict[str, Any] = answer.json()
    return loaded
