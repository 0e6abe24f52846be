"""A mall under torture: robots and customers at work while everything around them breaks, and then the books are checked.

    torture.py [--minutes N] [--seed S] [--robots N] [--fleets N] [--orders-per-second R] [--keep]

At random: kill -9 of the server and of a fleet's process, SIGSTOP of a fleet past the lease and SIGCONT, connections
ended by `ss -K`, packets lost by tc and the network gone for a while (in a network namespace of its own), SIGTERM and a
new start. Then nothing breaks any more: everything must come to its end within a deadline, `mallbots events check --settled` must find every promise kept,
and each report that a robot saw acknowledged, by the journal on its own disk, must be in the gateway's log.

A fault counts only if robots were at work when it struck. The same seed gives the same faults in the same order, not
the same moments: these are real processes.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

import wire
from mall import Process, free_ports, run, wait_until

LEASE_SECONDS = 5
# An order that was placed and has come to its end, with or without its goods.
ENDED = {"ready", "completed", "rejected", "canceled"}


def mall_file(products):
    """A mall with twelve stores on one corridor, whose shelves last."""
    nodes = [{"id": "depot", "floor": 0, "x_mm": 1_000, "y_mm": 10_000}]
    edges, stores = [], []
    for index in range(12):
        node = f"n{index}"
        nodes.append({"id": node, "floor": 0, "x_mm": 5_000 + index * 4_000, "y_mm": 10_000})
        edges.append({"from": nodes[-2]["id"], "to": node})
        stores.append({
            "id": f"store-{index}", "name": f"Store {index}", "node": node,
            "products": [
                {"id": f"p-{index}-{number}", "name": f"Product {number}", "price_minor_units": 100, "stock": 1_000_000}
                for number in range(products // 12 + 1)
            ],
        })
    return {
        "name": "Torture Hall", "floors": [{"number": 0, "name": "Ground", "width_mm": 60_000, "depth_mm": 20_000}],
        "nodes": nodes, "edges": edges, "docks": [{"id": f"dock-{number}", "node": "depot"} for number in range(8)],
        "depot": "depot", "stores": stores,
    }


class Customers(threading.Thread):
    """Places orders all the time, pays for some and cancels some; remembers what was acknowledged."""

    def __init__(self, address, products, rate, seed):
        super().__init__(daemon=True)
        self.base, self.products, self.rate = f"http://{address}/api/v1", products, rate
        self.random = random.Random(seed)
        self.placed, self.canceled, self.refused, self.unreachable = {}, set(), 0, 0
        self.done = threading.Event()

    def call(self, method, path, body=None, seconds=5):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(
            self.base + path, data, {"Content-Type": "application/json"} if data else {}, method=method)
        with urllib.request.urlopen(request, timeout=seconds) as answer:
            return json.loads(answer.read() or b"{}")

    def order(self):
        chance = self.random
        basket = self.call("POST", "/baskets", {"kiosk_id": "torture"})["order_id"]
        for product in chance.sample(self.products, chance.randint(1, 4)):
            self.call("POST", f"/baskets/{basket}/items", {"product_id": product, "quantity": chance.randint(1, 3)})
        card = {"card_token": "card-approve"} if chance.random() < 0.5 else {}
        order = self.call("POST", f"/baskets/{basket}/checkout", card)
        self.placed[order["order_id"]] = order["pickup_code"]

    def cancel(self):
        if not self.placed:
            return
        order = self.random.choice(list(self.placed)[-40:])
        self.call("DELETE", f"/orders/{order}")
        self.canceled.add(order)

    def run(self):
        while not self.done.is_set():
            try:
                self.order()
                if self.random.random() < 0.1:
                    self.cancel()
            except urllib.error.HTTPError as error:
                error.close()
                self.refused += 1
            except (OSError, ValueError):
                self.unreachable += 1
                time.sleep(0.1)
            self.done.wait(self.random.expovariate(self.rate))

    def stop(self):
        self.done.set()
        self.join(30)


class Torture:
    def __init__(self, minutes, seed, robots, fleets, rate, say=print):
        self.minutes, self.seed, self.say = minutes, seed, say
        self.random = random.Random(seed)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mallbots-torture-"))
        self.data = self.folder / "data"
        self.robots, self.fleets = max(1, robots // fleets), fleets
        self.ports = free_ports(3)
        self.server = None
        self.bots = {}
        self.stopped = {}
        self.loss_until = 0
        self.gone_until = 0
        self.counts, self.idle, self.skipped = {}, {}, {}
        self.rate = rate
        self.mall = self.folder / "mall.json"
        self.started = []
        self.work = 0

    # The processes.

    def serve(self):
        bots, services, kiosk = (f"127.0.0.1:{port}" for port in self.ports)
        self.server = Process(
            self.folder, "serve", "serve", "--data", self.data, "--bots", bots, "--services", services, "--kiosk", kiosk,
            "--staff", "127.0.0.1:0",
            "--mall", self.mall, "--lease-seconds", LEASE_SECONDS, "--json")
        self.started.append(self.server)
        self.server.first_line()

    def start_bots(self, fleet):
        self.bots[fleet] = Process(
            self.folder, f"bots-{fleet}", "bots", "--count", self.robots, "--prefix", f"f{fleet}", "--server",
            f"127.0.0.1:{self.ports[0]}", "--data", self.data, "--seed", self.seed + fleet, "--speed", 20, "--fail-rate",
            0.02, "--json")
        self.started.append(self.bots[fleet])

    def clean(self):
        for process in self.started:
            if process.popen.poll() is None:
                process.popen.send_signal(signal.SIGCONT)
                process.popen.kill()
                process.popen.wait(10)

    # What is going on.

    def position(self, log):
        """The last position of a log; -1 while it cannot be read."""
        try:
            base = sqlite3.connect(f"file:{self.data}/{log}.log.db?mode=ro", uri=True, timeout=5)
            try:
                return base.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()[0]
            finally:
                base.close()
        except sqlite3.Error:
            return -1

    def is_at_work(self, seconds=15):
        """Whether robots' reports come in, and Depot acts on them, since the last fault."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            now = self.position("gateway") + self.position("depot")
            if now > self.work + 20:
                self.work = now
                return True
            self.tend()
            time.sleep(0.1)
        return False

    # Faults. Each returns nothing, or why it cannot be.

    def kill_server(self):
        self.server.kill()
        self.serve()

    def restart_server(self):
        status = self.server.stop(60)
        if status != 0:
            raise AssertionError(f"SIGTERM ended the server with {status}: {self.server.stderr.read_text()[-2000:]}")
        self.serve()

    def kill_bots(self):
        fleet = self.random.choice([fleet for fleet in self.bots if fleet not in self.stopped] or [0])
        self.stopped.pop(fleet, None)
        self.bots[fleet].kill()
        self.start_bots(fleet)

    def freeze_bots(self):
        free = [fleet for fleet in self.bots if fleet not in self.stopped]
        if len(free) < 2:
            return None
        fleet = self.random.choice(free)
        self.bots[fleet].popen.send_signal(signal.SIGSTOP)
        self.stopped[fleet] = time.monotonic() + LEASE_SECONDS + self.random.uniform(1, 4)
        return None

    def end_connections(self):
        if os.geteuid() != 0 or not shutil.which("ss"):
            return "needs root and ss"
        listed = subprocess.run(
            ["ss", "-Htn", "state", "established", f"( dport = :{self.ports[0]} )"], capture_output=True, text=True)
        ports = [line.split()[2].rsplit(":", 1)[1] for line in listed.stdout.splitlines() if len(line.split()) > 3]
        if not ports:
            return None
        chosen = self.random.sample(ports, max(1, len(ports) // 3))
        match = " or ".join(f"sport = :{port}" for port in chosen)
        ended = subprocess.run(["ss", "-KHtn", f"( {match} )"], capture_output=True, text=True)
        if ended.returncode != 0 or not ended.stdout.strip():
            return f"ss -K ends nothing here {ended.stderr.strip()[:80]}"
        return None

    def lose_packets(self):
        if not os.environ.get("MALLBOTS_TORTURE_NAMESPACE"):
            return "needs a network namespace of its own"
        if self.loss_until:
            return None
        set = subprocess.run(
            ["tc", "qdisc", "add", "dev", "lo", "root", "netem", "loss", "15%", "delay", "5ms", "5ms"], capture_output=True,
            text=True)
        if set.returncode != 0:
            return f"tc: {set.stderr.strip()[:80]}"
        self.loss_until = time.monotonic() + self.random.uniform(2, 5)
        return None

    def drop_network(self):
        if not os.environ.get("MALLBOTS_TORTURE_NAMESPACE"):
            return "needs a network namespace of its own"
        if not self.gone_until:
            subprocess.run(["ip", "link", "set", "lo", "down"], check=True)
            self.gone_until = time.monotonic() + self.random.uniform(0.5, LEASE_SECONDS + 2)
        return None

    def heal_network(self):
        if self.loss_until:
            subprocess.run(["tc", "qdisc", "del", "dev", "lo", "root"], capture_output=True)
        if self.gone_until:
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        self.loss_until = self.gone_until = 0

    def tend(self):
        """Ends what was to last for a while."""
        now = time.monotonic()
        for fleet, until in list(self.stopped.items()):
            if now >= until:
                self.bots[fleet].popen.send_signal(signal.SIGCONT)
                del self.stopped[fleet]
        if 0 < max(self.loss_until, self.gone_until) <= now:
            self.heal_network()

    FAULTS = {
        "kill -9 of the server": (kill_server, 3), "kill -9 of a fleet": (kill_bots, 3),
        "fleet stopped past its lease": (freeze_bots, 3), "connections ended": (end_connections, 3),
        "packets lost": (lose_packets, 2), "network gone": (drop_network, 2), "SIGTERM and restart": (restart_server, 1),
    }

    def strike(self):
        names = [name for name in self.FAULTS if name not in self.skipped]
        name = self.random.choices(names, [self.FAULTS[name][1] for name in names])[0]
        if not self.is_at_work():
            self.idle[name] = self.idle.get(name, 0) + 1
            return
        why = self.FAULTS[name][0](self)
        if why:
            self.skipped[name] = why
        else:
            self.counts[name] = self.counts.get(name, 0) + 1

    # The end.

    def settle(self, customers, seconds=240):
        """Waits until every order has come to its end."""
        self.heal_network()
        for fleet in list(self.stopped):
            self.bots[fleet].popen.send_signal(signal.SIGCONT)
        self.stopped = {}
        open_orders = dict(customers.placed)

        def settled():
            for order in list(open_orders):
                try:
                    state = customers.call("GET", f"/orders/{order}", seconds=30)["state"]
                except urllib.error.HTTPError as error:
                    with error:
                        raise AssertionError(f"order {order} was acknowledged, and now: {error.code} {error.read()[:200]!r}")
                if state not in ENDED:
                    # The others are looked at the next time.
                    return False
                del open_orders[order]
            return True

        try:
            wait_until("every order to end", settled, seconds)
        except AssertionError:
            states = {order: customers.call("GET", f"/orders/{order}")["state"] for order in list(open_orders)[:20]}
            raise AssertionError(f"{len(open_orders)} orders have not ended after {seconds} s of peace: {states}") from None

    def stop(self):
        for fleet in self.bots.values():
            fleet.stop(60)
        status = self.server.stop(60)
        if status != 0:
            raise AssertionError(f"SIGTERM ended the server with {status}")

    def check_events(self):
        checked = run("events", "check", "--data", self.data, "--settled", "--json", seconds=600)
        if checked.returncode != 0:
            raise AssertionError(f"mallbots events check: {checked.stdout}{checked.stderr}")
        return json.loads(checked.stdout)

    def check_journals(self):
        """Each report that a robot saw acknowledged is in the gateway's log, as the robot has it. Returns how many are."""
        logged = {}
        base = sqlite3.connect(f"file:{self.data}/gateway.log.db?mode=ro", uri=True)
        for (payload,) in base.execute("SELECT payload FROM events WHERE type = 'ReportReceived'"):
            received = dict(wire.fields(dict(wire.fields(payload))[4]))
            number, said = report(received[4])
            logged[received[1].decode(), received[3].decode(), number] = said
        base.close()
        numbers = {}
        for bot, journal, number in logged:
            numbers[bot, journal] = max(number, numbers.get((bot, journal), 0))
        checked = 0
        for path in sorted((self.data / "bots").glob("*/journal")):
            bot = path.parent.name
            journal, acknowledged, reports = journal_records(path.read_bytes())
            if numbers.get((bot, journal), 0) < acknowledged:
                raise AssertionError(
                    f"{bot} saw report {acknowledged} acknowledged; the gateway's log has its reports to "
                    f"{numbers.get((bot, journal), 0)}")
            for number in range(1, acknowledged + 1):
                found = logged.get((bot, journal, number))
                if found is None:
                    raise AssertionError(f"report {number} of {bot} was acknowledged and is not in the gateway's log")
                mine = reports.get(number)
                if mine is not None and mine != found:
                    raise AssertionError(f"report {number} of {bot} is another in the gateway's log: {mine} and {found}")
                checked += 1
        return checked

    def run(self):
        try:
            return self.torture()
        except BaseException:
            self.say(f"The mall's folder is {self.folder}; the seed is {self.seed}.")
            for process in self.started[-6:]:
                self.say(f"--- {process.name}\n{process.stderr.read_text()[-1500:]}")
            raise
        finally:
            self.heal_network()
            self.clean()

    def torture(self):
        mall = mall_file(int(200 * self.minutes) + 400)
        self.mall.write_text(json.dumps(mall))
        products = [product["id"] for store in mall["stores"] for product in store["products"]]
        self.serve()
        for fleet in range(self.fleets):
            self.start_bots(fleet)
        customers = Customers(f"127.0.0.1:{self.ports[2]}", products, self.rate, self.seed)
        customers.start()
        end = time.monotonic() + self.minutes * 60
        spoken = time.monotonic()
        while time.monotonic() < end:
            self.strike()
            pause = time.monotonic() + self.random.uniform(0.2, 2)
            while time.monotonic() < min(pause, end):
                self.tend()
                time.sleep(0.05)
            if time.monotonic() - spoken > 15:
                spoken = time.monotonic()
                self.say(
                    f"{int(end - spoken)} s left: {len(customers.placed)} orders, {sum(self.counts.values())} faults, "
                    f"{self.position('gateway')} events of robots")
        customers.stop()
        quiet = time.monotonic()
        self.settle(customers)
        settled = time.monotonic() - quiet
        self.stop()
        outcome = self.check_events()
        return {
            "orders": len(customers.placed), "canceled": len(customers.canceled), "refused": customers.refused,
            "settled_seconds": round(settled, 1), "events": outcome["events"], "logs": outcome["logs"],
            "acknowledged_reports": self.check_journals(), "faults": self.counts, "idle": self.idle,
            "skipped": self.skipped,
        }


def journal_records(data):
    """A journal's id, the last acknowledged report, and the reports that are still in it, by number.

    The file is as docs/robots.md has it, the records as journal.proto does.
    """
    journal, acknowledged, reports = None, 0, {}
    while len(data) >= 8:
        length = int.from_bytes(data[:4], "big")
        if len(data) < 8 + length:
            break
        for field, value in wire.fields(data[8:8 + length]):
            if field == 1:
                begin = dict(wire.fields(value))
                journal, acknowledged = begin[2].decode(), begin.get(5, 0)
            elif field == 2:
                number, said = report(value)
                reports[number] = said
            elif field == 4:
                acknowledged = max(acknowledged, value)
        data = data[8 + length:]
    return journal, acknowledged, reports


def report(message):
    """The number of a FromBot, and what it says without what changes when it is sent again (its directive_ack)."""
    said = list(wire.fields(message))
    return dict(said).get(1, 0), [(field, value) for field, value in said if field > 2]


def table(outcome):
    rows = [(name, outcome["faults"].get(name, 0), outcome["idle"].get(name, 0), outcome["skipped"].get(name, ""))
            for name in Torture.FAULTS]
    lines = [f"{'fault':32}{'struck':>8}{'idle':>7}  skipped because"]
    lines += [f"{name:32}{struck:>8}{idle:>7}  {why}" for name, struck, idle, why in rows]
    lines += [
        "", f"{outcome['orders']} orders acknowledged, {outcome['canceled']} of them cancelled; all at their end "
        f"{outcome['settled_seconds']} s after the last fault",
        f"{outcome['events']} events are as promised: "
        + ", ".join(f"{name} {count}" for name, count in sorted(outcome["logs"].items())),
        f"{outcome['acknowledged_reports']} reports that robots saw acknowledged are in the gateway's log",
    ]
    return "\n".join(lines)


def enter_namespace():
    """Starts again in a network namespace of its own, if that is permitted: there packets may be lost."""
    if os.environ.get("MALLBOTS_TORTURE_NAMESPACE") or not all(map(shutil.which, ("unshare", "ip", "tc"))):
        return
    probe = subprocess.run(["unshare", "--net", "ip", "link", "set", "lo", "up"], capture_output=True)
    if probe.returncode == 0:
        os.environ["MALLBOTS_TORTURE_NAMESPACE"] = "1"
        os.execvp("unshare", ["unshare", "--net", "bash", "-c", 'ip link set lo up && exec "$@"', "_", sys.executable, *sys.argv])


def main():
    parser = argparse.ArgumentParser(description="Tortures a mall and checks its books.")
    parser.add_argument("--minutes", type=float, default=5, help="how long things break (default 5)")
    parser.add_argument("--seed", type=int, default=None, help="which faults (default: a new one)")
    parser.add_argument("--robots", type=int, default=200)
    parser.add_argument("--fleets", type=int, default=4, help="processes of robots (default 4)")
    parser.add_argument("--orders-per-second", type=float, default=4)
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
    parser.add_argument("--keep", action="store_true", help="leave the mall's folder")
    options = parser.parse_args()
    enter_namespace()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1_000_000)
    say = lambda text: print(text, file=sys.stderr, flush=True)
    say(f"{options.minutes:g} minutes of torture with seed {seed} ...")
    torture = Torture(options.minutes, seed, options.robots, options.fleets, options.orders_per_second, say)
    try:
        outcome = torture.run()
    except AssertionError as error:
        print(f"torture: FAILED with seed {seed}: {error}", file=sys.stderr)
        return 1
    print(json.dumps(outcome) if options.json else table(outcome))
    if not options.keep:
        shutil.rmtree(torture.folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
