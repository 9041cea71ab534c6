"""Supervision: two limits a case, the ladder of notices, the inboxes they lie in, the work calendar."""
