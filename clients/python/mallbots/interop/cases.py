"""All cases, in the order of docs/interop.md."""
from __future__ import annotations

from typing import Dict

from . import calls, connections, ending, load, metadata, resets, statuses
from .runner import Case

_ALL = (
    calls.empty_unary, calls.large_unary, calls.client_streaming, calls.server_streaming, calls.ping_pong, calls.half_duplex,
    calls.empty_stream,
    metadata.custom_metadata, metadata.repeated_metadata, metadata.client_identity,
    statuses.status_code_and_message, statuses.special_status_message, statuses.every_status_code, statuses.unimplemented_method,
    statuses.unimplemented_service, statuses.unary_too_large,
    ending.cancel_before_start, ending.cancel_after_begin, ending.cancel_after_first_response, ending.timeout_on_sleeping_server,
    ending.timeout_before_start,
    load.max_streams, load.thousands_of_calls, load.server_pushback, load.client_pushback,
    connections.ping, connections.goaway, resets.rst_after_header, resets.rst_during_data, resets.rst_after_data,
    resets.rst_without_code, connections.reconnect_after_break, connections.backoff, connections.tls_name_mismatch,
)

_LONGER = {"thousands_of_calls": 60.0}

#: By name, in order.
CASES: Dict[str, Case] = {
    each.__name__: Case(each.__name__, each, _LONGER.get(each.__name__, 30.0), needs_server=each is not connections.backoff)
    for each in _ALL}
