"""A robot: `Journal` keeps what must not be lost, `Session` talks to the gateway, `Body` decides what to do next.

A vendor keeps the first two and writes a body of their own (docs/robots.md is the contract).
"""
from .body import Body, Step
from .journal import Journal, JournalError
from .robot import Brain, Robot, StopError

__all__ = ["Body", "Brain", "Journal", "JournalError", "Robot", "Step", "StopError"]
