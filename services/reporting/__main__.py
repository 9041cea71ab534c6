"""`python -m services.reporting`: one process of reporting, configured by the environment."""

from functools import partial

from services.kit.logging import configure
from services.kit.serve import serve
from services.reporting.app import build
from services.reporting.settings import ReportingSettings


def main() -> None:
    """Serve until SIGTERM."""
    settings = ReportingSettings()  # type: ignore[call-arg]  # the environment gives them
    configure("reporting", settings)
    serve(partial(build, settings), settings)


if __name__ == "__main__":
    main()
