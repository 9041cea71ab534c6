"""Reporting: append-only facts of all events, and the weekly circular with figures frozen at a cut."""
