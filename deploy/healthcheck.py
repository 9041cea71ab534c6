"""Exit 0 when the service of this container is ready, 1 with what is missing otherwise."""

import os
import sys
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

TIMEOUT_SECONDS = 4


def missing(address: str) -> str | None:
    """What keeps the service from working; None when it is ready."""
    try:
        urlopen(address, timeout=TIMEOUT_SECONDS).close()  # noqa: S310  always http, to this container
    except HTTPError as refused:
        return refused.read(2000).decode("utf-8", "replace")
    except (URLError, OSError) as away:
        return str(away)
    return None


def main() -> int:
    """Ask the service on this container's port."""
    why = missing(f"http://127.0.0.1:{os.environ['YINUO_PORT']}/health/ready")
    if why:
        sys.stderr.write(f"{why}\n")
    return 1 if why else 0


if __name__ == "__main__":
    sys.exit(main())
