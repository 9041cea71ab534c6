"""What acts on a stack from outside: starting one (Kafka, PostgreSQL, the services under a supervisor),
settling, auditing, moving the clock; the demonstration counties, chaos, the benchmark.
"""
