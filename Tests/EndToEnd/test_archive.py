"""A mall's logs are checked while it runs; old events are archived, and it starts again without them."""
import json
import sqlite3
import unittest

from mall import MallTestCase, run


class CheckAndArchive(MallTestCase):
    def check(self, *arguments):
        checked = run("events", "check", "--data", self.data, "--json", *arguments)
        return checked, json.loads(checked.stdout) if checked.stdout else None

    def deliver(self, count):
        orders = [self.place(items=2) for _ in range(count)]
        for order in orders:
            self.wait_for_state(order["order_id"], "ready")
        return orders

    def test_logs_are_checked_and_archived(self):
        server = self.serve()
        bots = self.bots(3)
        orders = self.deliver(3)
        checked, outcome = self.check()
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.assertTrue(outcome["ok"])
        self.assertGreater(outcome["logs"]["depot"], 40)

        archive = self.folder / "archive"
        refused = run("events", "archive", "--data", self.data, "--keep", 10, "--to", archive)
        self.assertEqual(refused.returncode, 1)
        self.assertIn(f"in use by process {server.popen.pid}", refused.stderr)
        before = {(event["service"], event["position"]): event for event in self.events()}

        self.assertEqual(bots.stop(), 0)
        self.assertEqual(server.stop(), 0)
        checked, outcome = self.check("--settled")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

        archived = run("events", "archive", "--data", self.data, "--keep", 5, "--to", archive, "--json")
        self.assertEqual(archived.returncode, 0, archived.stderr)
        moved = {line["service"]: line for line in map(json.loads, archived.stdout.splitlines())}
        for service in ("gateway", "depot", "orders", "stores"):
            self.assertGreater(moved[service]["moved"], 0, archived.stdout)
            self.assertEqual(moved[service]["last"] - moved[service]["first"], 4, archived.stdout)

        # What went is in the files, and the check finds all of it again.
        listed = run("events", "list", "--archive", archive, "--json")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        found = [json.loads(line) for line in listed.stdout.splitlines()]
        self.assertEqual(sum(line["moved"] for line in moved.values()), len(found))
        for event in found:
            if (event["service"], event["position"]) in before:
                self.assertEqual(event, before[event["service"], event["position"]])
        checked, _ = self.check()
        self.assertEqual(checked.returncode, 1)
        self.assertIn("--archive", checked.stderr)
        checked, outcome = self.check("--archive", archive, "--settled")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

        # And the mall goes on from there.
        server = self.serve()
        self.bots(3)
        for order in orders:
            self.assertEqual(self.order(order["order_id"])["pickup_code"], order["pickup_code"])
        self.deliver(2)
        checked, outcome = self.check("--archive", archive)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.assertEqual(server.stop(), 0)

        # Brought back, the check needs no archive.
        restored = run("events", "restore", "--data", self.data, "--from", archive)
        self.assertEqual(restored.returncode, 0, restored.stderr)
        checked, outcome = self.check()
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_a_planted_violation_is_named(self):
        server = self.serve()
        self.bots(3)
        self.deliver(1)
        self.assertEqual(server.stop(), 0)
        base = sqlite3.connect(self.data / "gateway.log.db")
        position, = base.execute("SELECT max(position) FROM events WHERE type = 'ReportReceived'").fetchone()
        last, = base.execute("SELECT max(position) FROM events").fetchone()
        # The report again, as a gateway would have that takes what it has.
        base.execute("INSERT INTO events SELECT ?, stream, (SELECT version + 1 FROM streams s WHERE s.id = e.stream), type, "
                     "time + 100000, cause, cause_position, payload FROM events e WHERE position = ?", (last + 1, position))
        base.commit()
        base.close()
        checked, outcome = self.check()
        self.assertEqual(checked.returncode, 1)
        self.assertEqual(outcome["violation"]["service"], "gateway")
        self.assertEqual(outcome["violation"]["position"], last + 1)
        self.assertEqual(outcome["violation"]["promise"], "reports")

    def test_what_is_not_a_mall_is_refused(self):
        for command in (["check"], ["archive", "--keep", "1", "--to", self.folder / "a"], ["restore", "--from", self.folder / "a"]):
            refused = run("events", *command, "--data", self.folder / "nothing")
            self.assertEqual(refused.returncode, 1, command)
            self.assertIn("Error:", refused.stderr)
            self.assertFalse((self.folder / "a").exists())
        wrong = run("events", "archive", "--data", self.folder, "--to", self.folder / "a")
        self.assertEqual(wrong.returncode, 64)
        self.assertIn("--keep", wrong.stderr)


if __name__ == "__main__":
    unittest.main()
