"""Every metric, declared once with its meaning. Names follow the Prometheus conventions; no id is a label."""

from typing import Final

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, generate_latest

_FAST: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

HTTP_REQUESTS: Final = Counter(
    "yinuo_http_requests_total", "HTTP requests answered.", ["service", "route", "method", "status"]
)
HTTP_SECONDS: Final = Histogram(
    "yinuo_http_request_duration_seconds", "Time to answer a request.", ["service", "route"], buckets=_FAST
)
EVENTS_PUBLISHED: Final = Counter(
    "yinuo_events_published_total", "Events that Kafka acknowledged to the relay.", ["service"]
)
RELAY_FAILURES: Final = Counter(
    "yinuo_relay_failures_total", "Times the relay had to start over: Kafka or PostgreSQL away.", ["service"]
)
EVENTS_APPLIED: Final = Counter(
    "yinuo_events_applied_total", "Events applied, repeats not counted.", ["service", "topic"]
)
EVENTS_REPEATED: Final = Counter(
    "yinuo_events_repeated_total",
    "Events that had been applied before and did nothing.",
    ["service", "topic"],
)
EVENTS_PARKED: Final = Counter(
    "yinuo_events_parked_total", "Events moved to the dead letters.", ["service", "topic"]
)
BATCHES: Final = Counter("yinuo_batches_total", "Batches committed.", ["service", "topic"])
BATCH_SECONDS: Final = Histogram(
    "yinuo_batch_duration_seconds", "Time to apply and commit a batch.", ["service", "topic"], buckets=_FAST
)
BATCH_RETRIES: Final = Counter(
    "yinuo_batch_retries_total", "Batches repeated because PostgreSQL was away or busy.", ["service", "topic"]
)
CONSUMER_LAG: Final = Gauge(
    "yinuo_consumer_lag_events", "Events in Kafka that this service has not committed.", ["service", "topic"]
)
OFFSET_AGE: Final = Gauge(
    "yinuo_committed_offset_age_seconds",
    "Age of the last move of the offset while there is lag; 0 without lag.",
    ["service", "topic"],
)
OUTBOX_ROWS: Final = Gauge("yinuo_outbox_events", "Events waiting in the outbox.", ["service"])
OUTBOX_AGE: Final = Gauge("yinuo_outbox_age_seconds", "Age of the oldest event in the outbox.", ["service"])
DEAD_LETTERS: Final = Gauge("yinuo_dead_letters", "Dead letters waiting for an operator.", ["service"])
DEMANDS: Final = Counter("yinuo_demands_accepted_total", "Demands accepted.", ["channel"])
DEMANDS_REFUSED: Final = Counter(
    "yinuo_demands_refused_total", "Demands refused at the border.", ["channel", "status"]
)
ORIGINALS_READ: Final = Counter(
    "yinuo_originals_read_total", "Readings of an original text or a contact by staff.", ["what"]
)
CASES_ASSIGNED: Final = Counter("yinuo_cases_assigned_total", "Cases assigned.", ["backstop"])
POSTS_VACANT: Final = Gauge(
    "yinuo_posts_vacant", "Posts that answer for something open and that nobody holds today."
)
LIMITS_OPEN: Final = Gauge("yinuo_limits_open", "Limits that are running.", ["limit"])
LIMITS_AWAITING: Final = Gauge(
    "yinuo_limits_awaiting_calendar", "Limits that can't be computed until a calendar is loaded."
)
OVERDUE: Final = Gauge("yinuo_cases_overdue", "Cases past their limit to complete, by unit.", ["unit"])
NOTICES: Final = Counter("yinuo_notices_total", "Rungs recorded.", ["colour", "outcome"])
FIRING_LATENESS: Final = Histogram(
    "yinuo_limit_firing_lateness_seconds",
    "How long after its instant a rung fired, by the business clock.",
    buckets=(1, 5, 30, 60, 300, 3600, 86400, 604800),
)
CALENDAR_DAYS_LEFT: Final = Gauge(
    "yinuo_calendar_days_left", "Days until the last day for which holidays are loaded."
)
CIRCULARS: Final = Counter("yinuo_circulars_issued_total", "Circulars issued.")
CIRCULAR_SECONDS: Final = Histogram(
    "yinuo_circular_duration_seconds", "Time to compute a circular.", buckets=_FAST
)
DELIVERY_TRIES: Final = Counter(
    "yinuo_delivery_tries_total", "Tries to send a message to people.", ["service", "channel", "outcome"]
)
DELIVERIES_WAITING: Final = Gauge(
    "yinuo_deliveries_waiting", "Messages to people that were not taken yet.", ["service", "channel"]
)
DELIVERY_AGE: Final = Gauge(
    "yinuo_delivery_age_seconds", "Age of the oldest message to people that waits.", ["service", "channel"]
)
DELIVERIES_GIVEN_UP: Final = Gauge(
    "yinuo_deliveries_given_up", "Messages to people that are not tried any more.", ["service", "channel"]
)


def exposition() -> bytes:
    """All metrics in the Prometheus text format."""
    return generate_latest(REGISTRY)
