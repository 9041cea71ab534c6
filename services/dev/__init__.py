"""The embedded stack (Kafka, PostgreSQL, the services under a supervisor) and the demonstration counties."""
