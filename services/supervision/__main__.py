"""The process of supervision: `python -m services.supervision`."""

from functools import partial

from services.kit import logging
from services.kit.serve import serve
from services.supervision.app import build
from services.supervision.settings import SupervisionSettings


def main() -> None:
    settings = SupervisionSettings()  # type: ignore[call-arg]  # the environment gives the rest
    logging.configure("supervision", settings)
    serve(partial(build, settings), settings)


if __name__ == "__main__":
    main()
