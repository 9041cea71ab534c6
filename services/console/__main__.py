"""`python -m services.console`: serve until stopped."""

from functools import partial

from services.console.app import build
from services.console.settings import read_settings
from services.kit import logging
from services.kit.serve import serve


def main() -> None:
    settings = read_settings()
    logging.configure("console", settings)
    serve(partial(build, settings), settings)


if __name__ == "__main__":
    main()
