"""`python -m services.intake`: serve until stopped."""

from functools import partial

from services.intake.app import build
from services.intake.settings import IntakeSettings
from services.kit import logging
from services.kit.serve import serve


def main() -> None:
    settings = IntakeSettings()  # type: ignore[call-arg]  # from the environment
    logging.configure("intake", settings)
    serve(partial(build, settings), settings)


if __name__ == "__main__":
    main()
