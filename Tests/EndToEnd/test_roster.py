"""Who is let in at the robots' door, who has to go, and what they are told: with real processes."""
import json
import os
import shutil
import signal

import wire
from certificates import issue
from mall import MallTestCase, free_ports, wait_until

DEPOT = "/mallbots.depot.v1.DepotService/"


class RosterTestCase(MallTestCase):
    def staff(self, method, *fields):
        """A call to the depot as the staff's tools make it; `fields` are encoded. Returns the status's code."""
        if not hasattr(self, "tools"):
            self.tools = wire.context(self.data / "tls", issue(self.data, "tools", self.folder, kind="service"))
        host, port = self.addresses["services"].rsplit(":", 1)
        peer = wire.Peer((host, int(port)), self.tools)
        try:
            return peer.call(1, b"".join(fields), DEPOT + method)
        finally:
            peer.close()

    def register(self, bot, capacity=40):
        self.assertEqual(self.staff("RegisterBot", wire.data(1, bot.encode()), wire.number(3, capacity)), 0)

    def retire(self, bot):
        self.assertEqual(self.staff("RetireBot", wire.data(1, bot.encode()), wire.data(2, b"worn out")), 0)

    def rows(self, process):
        """The last row of each robot that a `mallbots bots --json` has printed."""
        lines = process.stdout.read_text().splitlines()
        return {row["bot"]: row for row in map(json.loads, lines) if "bot" in row}

    def wait_for_row(self, process, bot, what, check, seconds=60):
        return wait_until(f"{bot} to be {what}", lambda: (row := self.rows(process).get(bot)) and check(row) and row, seconds)

    def wait_until_connected(self, process, bot, seconds=60):
        return self.wait_for_row(process, bot, "connected", lambda row: row["connected"], seconds)

    def wait_until_refused(self, process, bot):
        return self.wait_for_row(process, bot, "refused", lambda row: row["state"] == "refused")

    def sessions(self, bot):
        return sum(event["event"]["sessionOpened"]["botId"] == bot for event in self.events("--type", "SessionOpened"))


class Roster(RosterTestCase):
    def test_a_closed_roster_lets_registered_robots_in(self):
        self.serve("--roster", "closed")
        bots = self.bots(2)
        # All were refused, so the command ends by itself, and says why.
        self.assertEqual(bots.popen.wait(60), 1)
        for bot in ("bot-1", "bot-2"):
            row = self.rows(bots)[bot]
            self.assertEqual((row["state"], row["connected"]), ("refused", False))
            for words in ("PERMISSION_DENIED", "not in the roster", f"mallbots fleet register {bot}"):
                self.assertIn(words, row["trouble"])
                self.assertIn(words, bots.stderr.read_text())
        self.assertEqual(self.events("--type", "SessionOpened"), [])
        # One is registered; the other one still has to stay outside.
        self.register("bot-1")
        bots = self.bots(2)
        self.wait_until_connected(bots, "bot-1")
        self.wait_until_refused(bots, "bot-2")
        order = self.place(items=1)
        self.wait_for_state(order["order_id"], "ready")
        self.assertEqual(bots.stop(), 1)

    def test_a_retired_robot_finishes_its_task_and_goes_and_comes_back_when_it_is_registered(self):
        self.serve()
        bots = self.bots(1, speed=10)
        self.wait_until_connected(bots, "bot-1")
        order = self.place(items=2)
        self.wait_for_row(bots, "bot-1", "at work", lambda row: row.get("task"))
        self.retire("bot-1")
        self.wait_for_state(order["order_id"], "ready")
        row = self.wait_until_refused(bots, "bot-1")
        self.assertIn("is retired", row["trouble"])
        self.assertEqual(bots.popen.wait(60), 1)
        [closed] = [event["event"]["sessionClosed"] for event in self.events("--type", "SessionClosed")]
        self.assertIn("is retired", closed["why"])
        # Again it is refused, and leaves nothing behind.
        bots = self.bots(1)
        self.wait_until_refused(bots, "bot-1")
        self.assertEqual(self.sessions("bot-1"), 1)
        self.register("bot-1")
        bots = self.bots(1)
        self.wait_until_connected(bots, "bot-1")
        self.wait_for_state(self.place(items=1)["order_id"], "ready")

    def test_the_roster_outlives_a_restart(self):
        ports = free_ports(3)
        server = self.serve("--roster", "closed", ports=ports)
        self.register("bot-1")
        bots = self.bots(1)
        self.wait_until_connected(bots, "bot-1")
        bots.stop()
        self.register("bot-2")
        self.retire("bot-2")
        # Once from Depot's log, and once from what the gateway has kept of it.
        for end in (server.kill, lambda: server.stop()):
            end()
            server = self.serve("--roster", "closed", ports=ports)
            bots = self.bots(3)
            self.wait_until_connected(bots, "bot-1")
            self.assertIn("is retired", self.wait_until_refused(bots, "bot-2")["trouble"])
            self.assertIn("not in the roster", self.wait_until_refused(bots, "bot-3")["trouble"])
            bots.stop()

    def test_a_revoked_robot_is_cut_off_and_shows_why(self):
        server = self.serve()
        bots = self.bots(2)
        for bot in ("bot-1", "bot-2"):
            self.wait_until_connected(bots, bot)
        self.assertEqual(self.tool("certs", "revoke", "bot", "bot-1").returncode, 0)
        server.popen.send_signal(signal.SIGHUP)
        self.wait_for_row(
            bots, "bot-1", "cut off and told why", lambda row: not row["connected"] and "revoked" in row.get("trouble", ""))
        self.assertTrue(self.rows(bots)["bot-2"]["connected"])
        # It goes on trying: whoever revoked it by mistake issues a new certificate, and nobody has to walk to the robot.
        self.assertNotEqual(self.rows(bots)["bot-1"]["state"], "refused")

    def test_who_cannot_connect_shows_why(self):
        self.serve()
        [port] = free_ports(1)
        bots = self.start(
            "bots", "bots", "--count", 1, "--server", f"127.0.0.1:{port}", "--data", self.data, "--json")
        row = self.wait_for_row(bots, "bot-1", "in trouble", lambda row: row.get("trouble"))
        self.assertIn(f"127.0.0.1:{port}", row["trouble"])
        self.assertEqual(row["state"], "starting")

    def test_one_robot_too_many_is_told_to_come_back(self):
        server = self.serve("--max-sessions", 2)
        bots = self.bots(3)
        row = wait_until("one to be without a session", lambda: next(
            (row for row in self.rows(bots).values() if "RESOURCE_EXHAUSTED" in row.get("trouble", "")), None))
        self.assertIn("2 sessions", row["trouble"])
        wait_until("the two others", lambda: sum(row["connected"] for row in self.rows(bots).values()) == 2)
        # It comes back when it was asked to, not as soon as it can.
        server.popen.send_signal(signal.SIGUSR1)
        line = wait_until("the counts", lambda: next(
            (line for line in server.stderr.read_text().splitlines() if "gateway.sessions" in line), None))
        self.assertIn("live=2", line)
        self.assertIn("refused=1", line)


class Takeover(RosterTestCase):
    def test_a_second_process_with_the_same_certificate_takes_the_robot_over(self):
        self.serve()
        first = self.bots(1)
        self.wait_until_connected(first, "bot-1")
        # The same certificate, and another journal.
        other = self.folder / "other"
        shutil.copytree(self.data / "tls", other / "tls")
        second = self.start(
            "second", "bots", "--count", 1, "--server", self.addresses["bots"], "--data", other, "--speed", 20, "--json")
        self.wait_until_connected(second, "bot-1")
        row = self.wait_for_row(first, "bot-1", "thrown out", lambda row: not row["connected"] and row.get("trouble"))
        self.assertIn("ABORTED", row["trouble"])
        self.assertEqual(self.sessions("bot-1"), 2)
        # The second one works undisturbed: the first does not fight for the name.
        self.wait_for_state(self.place(items=1)["order_id"], "ready")
        self.assertEqual(self.sessions("bot-1"), 2)
        closed = [event["event"]["sessionClosed"] for event in self.events("--type", "SessionClosed")]
        self.assertEqual([(each["session"], each["why"]) for each in closed], [("1", "superseded")])
        second.stop()
        # And is back half a minute later.
        self.wait_until_connected(first, "bot-1", seconds=60)
        self.assertEqual(self.sessions("bot-1"), 3)


class Crowds(RosterTestCase):
    alone = True

    def load(self, *arguments):
        file = self.folder / "load.json"
        load = self.start("load", "load", "--data", self.data, "--json", file, *arguments)

        def result(seconds=200):
            self.assertEqual(load.popen.wait(seconds), 0, load.stderr.read_text()[-2000:])
            return json.loads(file.read_text())
        return load, result

    def reports(self):
        """How many reports of each robot the gateway's log has, when they are numbered without a gap."""
        found = {}
        for event in self.events("--service", "gateway", "--type", "ReportReceived"):
            received = event["event"]["reportReceived"]
            found.setdefault(received["botId"], []).append(int(received["report"]["report"]))
        for bot, numbers in found.items():
            self.assertEqual(numbers, list(range(1, len(numbers) + 1)), bot)
        return {bot: len(numbers) for bot, numbers in found.items()}

    def test_a_crowd_comes_back_at_once(self):
        # CROWD=2000 wants a quiet machine, or a release build: a debug build shakes hands ten times slower, on both sides.
        count = int(os.environ.get("CROWD", 1_000))
        ports = free_ports(3)
        server = self.serve(ports=ports)
        load, result = self.load("--streams", count, "--rate", 0.1, "--ramp", 15, "--duration", 300)
        wait_until("all to be there", lambda: "measuring" in load.stdout.read_text(), 120)
        server.kill()
        server = self.serve(ports=ports)

        def all_are_back():
            server.popen.send_signal(signal.SIGUSR1)
            return f"live={count}" in server.stderr.read_text()
        wait_until("all to be back", all_are_back, 200)
        load.popen.send_signal(signal.SIGINT)
        found = result()
        self.assertEqual(found["reconnects"], count)
        self.assertEqual(found["reports"]["unanswered"], 0, found["errors"])
        reports = self.reports()
        # Not each has had something to report yet when the last one is back.
        self.assertGreater(len(reports), count // 20)
        self.assertEqual(sum(reports.values()), found["reports"]["acknowledged"])

    def test_a_thousand_robots_on_one_connection(self):
        count = 1_000
        server = self.serve()
        load, result = self.load("--streams", count, "--connections", 1, "--rate", 0.5, "--duration", 6)
        wait_until("all to be there", lambda: "measuring" in load.stdout.read_text(), 60)
        server.popen.send_signal(signal.SIGUSR1)
        wait_until("the counts", lambda: f"live={count}" in server.stderr.read_text())
        found = result()
        connecting = found["connecting"]
        self.assertEqual(connecting["full_handshakes"] + connecting["resumed_handshakes"], 1)
        self.assertEqual((found["reports"]["acknowledged"], found["errors_total"]), (count * 3, 0), found["errors"])
        self.assertEqual(set(self.reports().values()), {3})
