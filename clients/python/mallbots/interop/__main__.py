"""`python -m mallbots.interop`: runs the interoperability cases of Wire (docs/interop.md) against a server."""
from __future__ import annotations

import argparse
import asyncio
import difflib
import json
import os
import pathlib
import ssl
import sys
from typing import Any, Dict, Iterable, List, NoReturn, Optional

from ..wire import WireError, tls_context
from .cases import CASES
from .certificate import uri_names
from .runner import Case, Result, run
from .target import Target

EPILOG = """\
exit status: 0 when no case failed, 1 when one failed or there is no connection, 64 for wrong usage.

A server to run them against: mallbots interop serve --listen 127.0.0.1:7460 --data mall
"""


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Wrong usage ends with the status that `mallbots` has for it."""
        self.exit(64, f"{self.prog}: {message}\nTry --help.\n")


def parser() -> argparse.ArgumentParser:
    made = Parser(
        prog="mallbots-interop", description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--server", metavar="HOST:PORT", help="the server that is tried")
    made.add_argument("--case", action="append", dest="cases", metavar="NAME", help="a case, or all (repeatable; all)")
    made.add_argument("--ca", metavar="FILE", help="the authority of the server's certificate (PEM); otherwise the system's are trusted")
    made.add_argument("--cert", metavar="FILE", help="the client's certificate (PEM)")
    made.add_argument("--key", metavar="FILE", help="its key (PEM)")
    made.add_argument("--json", action="store_true", help="an object a line as each case ends, then a summary")
    made.add_argument("--list", action="store_true", help="say which cases there are, and run none")
    return made


def chosen(names: Iterable[str]) -> List[Case]:
    """In the order asked for, each once. Raises ValueError with names that are near one that is none."""
    found: Dict[str, Case] = {}
    for name in names:
        if name != "all" and name not in CASES:
            raise ValueError(f"there is no case {name!r}; {hint(name)}")
        found.update(CASES if name == "all" else {name: CASES[name]})
    return list(found.values())


def hint(name: str) -> str:
    near = [each for each in CASES if name and each.startswith(name)] or difflib.get_close_matches(name, CASES, n=3)
    return f"did you mean {' or '.join(near)}?" if near else "--list says which there are."


def host_and_port(text: str) -> "tuple[str, int]":
    host, colon, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if not colon or not port.isdecimal() or not 1 <= int(port) <= 65_535 or not host or (":" in host and not bracketed):
        raise ValueError(f"--server takes HOST:PORT, like 127.0.0.1:7460 or [::1]:7460, not {text!r}")
    return host.strip("[]"), int(port)


def target(arguments: argparse.Namespace) -> Target:
    """Raises ValueError that names what is wrong."""
    host, port = host_and_port(arguments.server)
    if (arguments.cert is None) != (arguments.key is None):
        raise ValueError("--cert and --key go together")
    for option in ("ca", "cert", "key"):
        try:
            if getattr(arguments, option) is not None:
                pathlib.Path(getattr(arguments, option)).read_bytes()
        except OSError as error:
            raise ValueError(f"--{option} {getattr(arguments, option)}: {error.strerror}") from None
    try:
        tls = tls_context(arguments.ca, arguments.cert, arguments.key)
    except (ssl.SSLError, ValueError) as error:
        files = " ".join(f"--{each} {getattr(arguments, each)}" for each in ("ca", "cert", "key") if getattr(arguments, each))
        raise ValueError(f"{files}: not PEM files that go together: {error}") from None
    names: List[str] = uri_names(pathlib.Path(arguments.cert).read_text()) if arguments.cert else []
    return Target(host, port, tls, names[0] if names else None)


async def unreachable(server: Target) -> Optional[str]:
    """What to say when there is no connection at all; None when there is."""
    try:
        await (await server.connect()).close()
    except WireError as error:
        return (
            f"no connection: {error}\n"
            f"Check that a server for the cases listens there (mallbots interop serve --listen {server.host}:{server.port}), that its"
            f" certificate names {server.host} and comes from the authority in --ca, and that it knows the authority of --cert.")
    return None


async def run_all(cases: List[Case], server: Target, as_json: bool) -> int:
    if any(case.needs_server for case in cases):
        trouble = await unreachable(server)
        if trouble:
            print(f"mallbots-interop: {trouble}", file=sys.stderr)
            return 1
    count = {"passed": 0, "failed": 0, "skipped": 0}
    for case in cases:
        result = await run(case, server)
        count[result.result] += 1
        print(json_line(vars(result)) if as_json else text_line(result), flush=True)
    print(json_line(count) if as_json else ", ".join(f"{number} {what}" for what, number in count.items()), flush=True)
    return 1 if count["failed"] else 0


def json_line(values: Dict[str, Any]) -> str:
    return json.dumps({key: value for key, value in values.items() if value is not None}, sort_keys=True, separators=(",", ":"))


def text_line(result: Result) -> str:
    """What a server says may hold anything; on a terminal it is one line of plain text."""
    word = {"passed": "passed", "failed": "FAILED", "skipped": "skipped"}[result.result]
    why = "".join(each if each.isprintable() else " " for each in result.why or "")
    return f"{result.case:<29}{word:<9}{result.milliseconds:>5} ms  {why}".rstrip()


def list_cases(as_json: bool) -> None:
    for case in CASES.values():
        print(json_line({"case": case.name, "shows": case.shows}) if as_json else f"{case.name:<29}{case.shows}", flush=True)


def main() -> int:
    try:
        return command(parser())
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # of `| head`; what Python would still flush goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def command(made: argparse.ArgumentParser) -> int:
    arguments = made.parse_args()
    if arguments.list:
        list_cases(arguments.json)
        return 0
    if arguments.server is None:
        made.error("--server HOST:PORT is missing")
    try:
        cases, server = chosen(arguments.cases or ["all"]), target(arguments)
    except ValueError as error:
        made.error(str(error))
    return asyncio.run(run_all(cases, server, arguments.json))


if __name__ == "__main__":
    sys.exit(main())
