"""The limit beside POST /demands: a bare FastAPI app that answers the same model with itself.

`python -m services.dev.bench.echo PORT` serves it as `kit.serve` serves a service.
"""

import sys

import uvicorn
from fastapi import FastAPI

from services.intake.demand import RawDemand


def build() -> FastAPI:
    """One route, nothing around it."""
    api = FastAPI()

    @api.post("/demands", status_code=202)
    async def echo(demand: RawDemand) -> RawDemand:
        return demand

    return api


if __name__ == "__main__":
    uvicorn.run(
        build(), port=int(sys.argv[1]), loop="uvloop", http="httptools", log_config=None, access_log=False
    )
