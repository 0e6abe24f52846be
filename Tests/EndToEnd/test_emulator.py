"""Emulated robots, and what goes wrong with them on purpose: every order is fetched in the end."""
import json
import os
import pathlib
import pty
import resource
import signal
import subprocess
import time
import unittest

from mall import EXECUTABLE, MallTestCase, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]


class EmulatorTestCase(MallTestCase):
    def scenario(self, text):
        path = self.folder / "faults.yaml"
        path.write_text(text)
        return path

    def summary(self, bots):
        self.assertEqual(bots.stop(), 0)
        return json.loads(bots.stdout.read_text().splitlines()[-1])

    def faults(self, summary):
        return {fault["fault"]: fault["times"] for fault in summary["faults"]}

    def rows(self, bots):
        """The newest row of each robot."""
        rows = {}
        for line in bots.stdout.read_text().split("\n")[:-1]:
            row = json.loads(line)
            rows[row.get("bot")] = row
        return rows

    def assert_delivered_once(self, orders):
        """Every unit at the depot that was not missing, and none twice. An order of which nothing could be had is canceled."""
        for order in orders:
            final = self.wait_for_state(order["order_id"], "ready", "canceled", seconds=240)
            for line in final["lines"]:
                self.assertEqual(line["delivered"] + line["unavailable"], line["quantity"], final)
            delivered = sum(line["delivered"] for line in final["lines"])
            self.assertEqual(final["state"], "ready" if delivered else "canceled", final)


class Faults(EmulatorTestCase):
    def test_whatever_goes_wrong_every_order_is_fetched(self):
        self.serve()
        bots = self.bots(6, "--scenario", self.scenario("""
            faults:
              - {fault: drop, at: accepted, for: 1s, bots: [bot-1]}
              - {fault: crash, at: picked, for: 1s, bots: [bot-1, bot-2]}
              - {fault: out-of-stock, at: accepted, bots: [bot-3]}
              - {fault: decline, bots: [bot-4]}
              - {fault: needs-help, at: reached, for: 2s, bots: [bot-4]}
              - {fault: abandon, at: picked, bots: [bot-5]}
              - {fault: battery, at: accepted, percent: 0, for: 3s, bots: [bot-6]}
              - {fault: clock-skew, ahead: 5h, bots: [bot-2]}
              - {fault: clock-skew, ahead: -30m, bots: [bot-3]}
            """), speed=20)
        orders = []

        def struck():
            """Orders go on coming until each fault has struck: which robot gets a task is the depot's business."""
            open_orders = [order for order in orders if self.order(order["order_id"])["state"] != "ready"]
            if len(open_orders) < 6:
                orders.append(self.place(items=2))
            time.sleep(0.2)
            rows = self.rows(bots)
            wanted = {"bot-1": 2, "bot-2": 2, "bot-3": 2, "bot-4": 2, "bot-5": 1, "bot-6": 1}
            return all(rows.get(bot, {}).get("faults", 0) >= count for bot, count in wanted.items())
        wait_until("every fault to strike", struck, seconds=180)
        self.assert_delivered_once(orders)
        summary = self.summary(bots)
        self.assertEqual(summary["rules_unused"], [])
        self.assertEqual(summary["robots_failed"], 0)
        self.assertLessEqual(
            {"drop": 1, "crash": 2, "decline": 1, "needs-help": 1, "abandon": 1, "battery": 1, "clock-skew": 2}.items(),
            self.faults(summary).items())
        self.assertGreaterEqual(summary["items_unavailable"], 1)
        types = [event["type"] for event in self.events("--service", "depot")]
        self.assertIn("BotFaulted", types)
        self.assertEqual(types.count("BotFaulted"), types.count("BotFaultCleared"))

    def test_a_stalled_robot_and_one_with_a_twin_lose_nothing(self):
        self.serve()
        bots = self.bots(2, "--scenario", self.scenario("""
            faults:
              - {fault: stall, at: picked, for: 75s, bots: [bot-1]}
              - {fault: duplicate, at: picked, for: 3s, bots: [bot-2]}
            """), speed=5)
        orders = []

        def struck():
            if len(orders) < 8:
                orders.append(self.place(items=3))
            return all(self.rows(bots).get(f"bot-{number}", {}).get("faults") for number in (1, 2))
        wait_until("both to be struck", struck, seconds=120)
        wait_until("the stalled robot to lose its task", lambda: "BotSilent" in {
            event["type"] for event in self.events("--service", "depot")}, seconds=120)
        self.assert_delivered_once(orders)
        summary = self.summary(bots)
        self.assertEqual(self.faults(summary), {"stall": 1, "duplicate": 1})
        why = [event["event"]["sessionClosed"]["why"] for event in self.events("--service", "gateway", "--type", "SessionClosed")]
        self.assertTrue(any("superseded" in each for each in why), why)

    def test_at_random_everything_is_fetched_too(self):
        self.serve()
        bots = self.bots(5, "--fail-rate", "0.3", speed=20)
        orders = [self.place(items=2) for _ in range(8)]
        self.assert_delivered_once(orders)
        summary = self.summary(bots)
        self.assertTrue(summary["faults"], summary)

    def test_mistakes_in_a_scenario_are_told_before_anything_starts(self):
        faults = self.scenario("faults:\n  - {fault: crsh}\n  - fault: drop\n    bots: [bot-9]\n")
        answer = self.tool("bots", "--count", "3", "--server", "127.0.0.1:1", "--scenario", faults)
        self.assertEqual(answer.returncode, 1, answer)
        self.assertIn("line 2: faults[0].fault: is 'crsh'; did you mean crash?", answer.stderr)
        self.assertIn("line 4: faults[1].bots[0]: there is no robot 'bot-9' in the fleet", answer.stderr)
        self.assertFalse(self.data.exists())
        missing = self.tool("bots", "--scenario", self.folder / "none.yaml")
        self.assertEqual(missing.returncode, 1, missing)
        self.assertIn("none.yaml", missing.stderr)


class Command(EmulatorTestCase):
    def test_too_many_robots_for_the_open_files_are_told(self):
        self.serve()
        answer = self.tool(
            "bots", "--count", "200", "--server", self.addresses["bots"],
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200)))
        self.assertEqual(answer.returncode, 1, answer)
        self.assertIn("use --count 45 or fewer", answer.stderr)

    def test_lines_and_a_summary_when_nobody_watches(self):
        self.serve()
        answer = self.tool("bots", "--count", "3", "--server", self.addresses["bots"], "--duration", "2", "--speed", "20")
        self.assertEqual(answer.returncode, 0, answer)
        lines = answer.stdout.splitlines()
        self.assertEqual(lines[0], f"3 robots at {self.addresses['bots']}")
        self.assertIn("stopping: the robots say goodbye", lines)
        self.assertTrue(any(line.startswith("3 robots delivered 0 tasks") for line in lines), lines)

    def on_a_terminal(self):
        """A fleet on a terminal: the process, and the terminal's other side."""
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [EXECUTABLE, "bots", "--count", "3", "--server", self.addresses["bots"], "--data", self.data, "--speed", "20"],
            stdin=subprocess.DEVNULL, stdout=slave, stderr=subprocess.PIPE, env={**os.environ, "TERM": "xterm"})
        os.close(slave)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        seen = bytearray()

        def table():
            seen.extend(os.read(master, 65_536))
            return b"ROBOT" in seen and seen.count(b"up") >= 3
        wait_until("the table with three robots", table)
        return process, master, seen

    def test_on_a_terminal_there_is_a_table_and_ctrl_c_ends_with_the_summary(self):
        self.serve()
        process, master, seen = self.on_a_terminal()
        for word in (b"BATTERY", b"UNACKED", b"FAULTS", b"Ctrl-C stops"):
            self.assertIn(word, seen)
        process.send_signal(signal.SIGINT)
        try:
            while True:
                seen.extend(os.read(master, 65_536))
        except OSError:  # the other side is closed
            pass
        self.assertEqual(process.wait(20), 0)
        self.assertIn(b"3 robots delivered", seen)
        os.close(master)

    def test_a_terminal_that_goes_away_ends_it_without_a_crash(self):
        self.serve()
        process, master, _ = self.on_a_terminal()
        os.close(master)
        self.assertEqual(process.wait(20), 1)
        self.assertIn(b"cannot write to standard output", process.stderr.read())


class Example(EmulatorTestCase):
    """The program of docs/robot-client.md."""
    PROGRAM = pathlib.Path(EXECUTABLE).with_name("ExampleRobot")

    def start_robot(self):
        host, port = self.addresses["bots"].rsplit(":", 1)
        robot = subprocess.Popen(
            [self.PROGRAM.resolve(), "bot-7", host, port, self.folder / "bot-7"], cwd=self.folder,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(robot.stdout.close)
        self.addCleanup(robot.stderr.close)
        self.addCleanup(robot.wait)
        self.addCleanup(robot.kill)
        return robot

    def test_the_page_shows_the_program_that_is_tested(self):
        page = (ROOT / "docs" / "robot-client.md").read_text()
        self.assertIn(f"```swift\n{(ROOT / 'Examples' / 'Robot' / 'Robot.swift').read_text()}```", page)

    def test_it_fetches_orders_and_carries_on_after_being_killed(self):
        self.serve()
        issued = self.tool("certs", "issue", "bot", "bot-7", "--out", self.folder / "bot-7")
        self.assertEqual(issued.returncode, 0, issued.stderr)
        robot = self.start_robot()
        self.assert_delivered_once([self.place(items=3, quantity=2) for _ in range(3)])
        for _ in range(3):
            orders = [self.place(items=3) for _ in range(4)]
            robot.kill()
            robot.wait(10)
            robot = self.start_robot()
            self.assert_delivered_once(orders)
        self.assertIsNone(robot.poll(), robot)

    def test_without_its_certificate_it_says_which_file_is_missing(self):
        self.serve()
        robot = self.start_robot()
        self.assertNotEqual(robot.wait(20), 0)
        self.assertIn("bot-7.pem", robot.stderr.read())


if __name__ == "__main__":
    unittest.main()
