"""Structured logs on standard error: one JSON object a line, UTC, never a person's data."""

import logging
import sys

import structlog

from services.kit.settings import ProcessSettings


def configure(service: str, settings: ProcessSettings) -> None:
    """Send structlog's and the standard library's records through one chain."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        # Plain: a traceback with local variables would carry people's data into the log.
        else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_RateLimit(per_message=20))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for chatty in ("aiokafka", "faust", "mode", "uvicorn.access", "httpx", "httpcore"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(service=service)


class _RateLimit(logging.Filter):
    """Lets each place in the code log a bounded number of warnings a minute.

    While the broker is away Faust and aiokafka log some ten errors a second from the same lines.
    """

    def __init__(self, per_message: int) -> None:
        super().__init__()
        self.per_message = per_message
        self._seen: dict[tuple[str, int], int] = {}
        self._minute = 0

    def filter(self, record: logging.LogRecord) -> bool:
        minute = int(record.created // 60)
        if minute != self._minute:
            self._seen, self._minute = {}, minute
        place = (record.pathname, record.lineno)
        self._seen[place] = self._seen.get(place, 0) + 1
        ours = record.pathname.find("/services/") >= 0
        return ours or self._seen[place] <= self.per_message
