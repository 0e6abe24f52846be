"""`python -m mallbots.robot`: a simulated robot that does tasks in a running mall."""
from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys

from ..wire import Client, tls_context
from .body import Body
from .journal import Journal, JournalError
from .robot import Robot, StopError


async def drive(arguments: argparse.Namespace) -> None:
    host, _, port = arguments.server.rpartition(":")
    tls = tls_context(arguments.ca, arguments.cert, arguments.key, arguments.key_log)
    journal = Journal(arguments.journal)
    try:
        async with Client(host.strip("[]"), int(port), tls, agent="mallbots-robot-python/0.1") as client:
            robot = Robot(arguments.id, client, journal, Body(arguments.capacity), speed=arguments.speed)
            running = asyncio.ensure_future(robot.run())

            def leave() -> None:
                robot.stop()
                asyncio.get_running_loop().call_later(2, running.cancel)  # nobody may be there to say goodbye to

            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, leave)
            await running
    finally:
        journal.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="mallbots-robot", description=__doc__)
    parser.add_argument("--server", required=True, metavar="HOST:PORT", help="the robots' gateway")
    parser.add_argument("--id", required=True, help="the robot's id, as its certificate says it")
    parser.add_argument("--ca", required=True, metavar="FILE", help="the mall's certificate authority (PEM)")
    parser.add_argument("--cert", required=True, metavar="FILE", help="the robot's certificate (PEM)")
    parser.add_argument("--key", required=True, metavar="FILE", help="its key (PEM)")
    parser.add_argument("--journal", required=True, metavar="DIR", help="where the robot keeps what must not be lost")
    parser.add_argument("--capacity", type=int, default=40, metavar="UNITS", help="how much it carries (40)")
    parser.add_argument("--speed", type=float, default=1.0, metavar="FACTOR", help="how many times faster than a real robot (1)")
    parser.add_argument("--key-log", metavar="FILE", help="for debugging: append the connection's secrets to this file")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    try:
        asyncio.run(drive(arguments))
    except asyncio.CancelledError:
        return 0
    except (StopError, JournalError, OSError, ValueError) as error:
        print(f"mallbots-robot: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
