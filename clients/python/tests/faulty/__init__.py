"""Servers for the interoperability cases with one fault each: `fails` has the cases that must see it, and what they say."""
from . import answers, connections, metadata, statuses, streams  # noqa: F401
from .faulty import Faulty

PLANTED = Faulty.__subclasses__()
