"""The one error that every command may raise for the person at the terminal."""

from services.dev.problem import Problem

__all__ = ["Problem"]
