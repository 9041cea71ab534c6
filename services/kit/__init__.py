"""Plumbing without a word of the domain: every service stands on it."""
