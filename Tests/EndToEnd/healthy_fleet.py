"""Healthy robots, in a process of their own: each keeps one connection and makes a small call now and then.

    healthy_fleet.py HOST PORT TLS_FOLDER CERTIFICATE KEY COUNT CALLS_PER_SECOND

Prints "ready" when all are connected. For each line "FROM TO" on its input (seconds of the monotonic clock) it prints the
round trips that began between them as JSON: how many, their median and 99th percentile in ms, and how many failed.
"""
import asyncio
import json
import pathlib
import random
import sys
import time

import wire

samples = []


async def robot(host, port, tls, every, ready):
    reader, writer = await asyncio.open_connection(host, port, ssl=tls)
    writer.write(wire.hello())
    buffer = bytearray()
    stream = 0
    greeted = False
    try:
        while True:
            begin = time.monotonic()
            stream += 1
            writer.write(wire.unary(stream))
            done = False
            while not done:
                data = await asyncio.wait_for(reader.read(65_536), 20)
                if not data:
                    raise ConnectionError("closed")
                buffer += data
                for id, kind, body in wire.parse(buffer):
                    if kind == wire.PING and id == 0 and not dict(wire.fields(body)).get(2):
                        writer.write(wire.frame(0, wire.PING, body + wire.number(2, 1)))
                    done = done or id == stream and kind == wire.STATUS and wire.code(body) == 0
            samples.append((begin, time.monotonic() - begin))
            if not greeted:
                greeted = True
                ready.release()
            await asyncio.sleep(every * random.uniform(0.8, 1.2))
    except (OSError, ConnectionError, asyncio.TimeoutError) as error:
        samples.append((begin, None))
        print(f"a healthy robot lost its connection: {error!r}", file=sys.stderr)


def report(start, end):
    chosen = [took for begin, took in samples if start <= begin < end]
    times = sorted(took * 1_000 for took in chosen if took is not None)
    at = lambda part: round(times[min(len(times) - 1, int(len(times) * part))], 3) if times else None
    return {"count": len(times), "p50": at(0.5), "p99": at(0.99), "failed": len(chosen) - len(times)}


async def main():
    host, port, folder, certificate, key, count, rate = sys.argv[1:]
    count, every = int(count), int(count) / float(rate)
    tls = wire.context(pathlib.Path(folder), (certificate, key))
    ready = asyncio.Semaphore(0)
    robots = []
    for _ in range(count):
        robots.append(asyncio.create_task(robot(host, int(port), tls, every, ready)))
        await ready.acquire()
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(report(*map(float, line.split()))), flush=True)
    for task in robots:
        task.cancel()

asyncio.run(main())
