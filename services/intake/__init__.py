"""Intake: citizens' demands come in, are accepted for good, and can be tracked by whoever sent them."""
