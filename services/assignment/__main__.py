"""`python -m services.assignment`: one process of assignment, configured by the environment."""

from functools import partial

from services.assignment.app import build
from services.assignment.settings import AssignmentSettings
from services.kit.logging import configure
from services.kit.serve import serve


def main() -> None:
    """Serve until SIGTERM."""
    settings = AssignmentSettings()  # type: ignore[call-arg]  # the environment gives them
    configure("assignment", settings)
    serve(partial(build, settings), settings)


if __name__ == "__main__":
    main()
