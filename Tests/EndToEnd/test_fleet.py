"""`mallbots fleet`: what staff see of the fleet and do with it, with real robots at the other end."""
import json
import signal
import unittest

from mall import MallTestCase, wait_until


class Fleet(MallTestCase):
    def fleet(self, *arguments, status=0):
        answer = self.tool("fleet", *arguments)
        self.assertEqual(answer.returncode, status, f"fleet {arguments}: {answer.stdout}{answer.stderr}")
        return answer

    def robots(self):
        return {bot["botId"]: bot for bot in map(json.loads, self.fleet("--json").stdout.splitlines())}

    def robot(self, name):
        return json.loads(self.fleet("show", name, "--json").stdout)

    def wait_for_robots(self, count):
        """Robots that are online and have asked for a task."""
        def waiting():
            robots = self.robots()
            return len(robots) == count and all(bot["state"] == "BOT_STATE_WAITING" for bot in robots.values()) and robots
        return wait_until(f"{count} robots to wait for tasks", waiting)

    def wait_for_event(self, kind, bot):
        return wait_until(f"{kind} of {bot}", lambda: self.events("--bot", bot, "--type", kind))

    def wait_for_task(self, order, *states):
        """The order's first task, when it is in one of these states."""
        def task():
            tasks = [json.loads(line) for line in self.fleet("tasks", "--json").stdout.splitlines()]
            mine = [task for task in tasks if task["listId"] == order]
            return mine[0] if mine and mine[0]["state"] in [f"TASK_STATE_{state}" for state in states] else None
        return wait_until(f"a task of {order} to be {states}", task)

    def test_staff_steer_a_robot(self):
        self.serve()
        self.bots(2)
        first, second = sorted(self.wait_for_robots(2))

        table = self.fleet().stdout
        self.assertIn("ROBOT", table)
        self.assertIn(first, table)
        self.assertNotIn("\x1b", table)
        self.assertEqual(self.fleet("list", "--state", "lost").stdout, "no robots\n")
        self.assertIn("waiting", self.fleet("show", first).stdout)

        with self.subTest("pause and resume"):
            self.assertIn("paused", self.fleet("pause", first, "--reason", "cleaning").stdout)
            self.wait_for_event("BotPaused", first)
            self.assertEqual(self.robot(first)["state"], "BOT_STATE_PAUSED")
            self.fleet("resume", first)
            self.wait_for_event("BotResumed", first)
            refused = self.fleet("resume", first, status=1)
            self.assertIn("not paused", refused.stderr)
        with self.subTest("dock and identify"):
            docked = json.loads(self.fleet("dock", first, "--json").stdout)
            self.assertTrue(docked["dockId"])
            self.assertIn("no dock 'nowhere'", self.fleet("dock", first, "--dock", "nowhere", status=1).stderr)
            self.fleet("identify", first)
        with self.subTest("retire and register"):
            self.assertIn("retired", self.fleet("retire", second).stdout)
            self.assertIn("register it again", self.fleet("pause", second, status=1).stderr)
            self.fleet("register", second)
            # The gateway has sent it away, and it has given up: it is welcome again when somebody starts it.
            wait_until("the robot to be away", lambda: self.robot(second)["state"] == "BOT_STATE_OFFLINE")
            self.assertIn("registered already", self.fleet("register", second, status=1).stderr)
        with self.subTest("lost"):
            self.assertIn("lost", self.fleet("lost", second, "--reason", "stolen").stdout)
            self.fleet("register", second)
        with self.subTest("a robot that was never here"):
            self.assertIn("capacity", self.fleet("register", "new", status=1).stderr)
            self.fleet("register", "new", "--capacity", 12, "--model", "m-1", "--capability", "cooled")
            card = self.fleet("show", "new").stdout
            for word in ["offline", "12 units", "m-1"]:
                self.assertIn(word, card)
        with self.subTest("wrong input"):
            self.assertIn("there is no robot 'nobody'", self.fleet("show", "nobody", status=1).stderr)
            self.assertIn("there is no task 'o/1'", self.fleet("reassign", "o/1", status=1).stderr)
            self.assertIn("working", self.fleet("list", "--state", "happy", status=64).stderr)
            self.assertIn("--limit is from 1 to 200", self.fleet("tasks", "--limit", 0, status=64).stderr)

    def test_a_robot_that_was_away_hears_what_it_was_told(self):
        self.serve()
        robots = self.bots(1)
        (name,) = self.wait_for_robots(1)
        self.assertEqual(robots.stop(), 0)
        wait_until("the robot to be offline", lambda: self.robot(name)["state"] == "BOT_STATE_OFFLINE")
        self.fleet("pause", name)
        self.bots(1)
        self.wait_for_event("BotPaused", name)
        self.assertEqual(self.robot(name)["state"], "BOT_STATE_PAUSED")

    def test_a_task_goes_to_another_robot(self):
        self.serve()
        self.bots(2, speed=4)
        names = sorted(self.wait_for_robots(2))
        order = self.place(items=3, quantity=2)["order_id"]
        task = self.wait_for_task(order, "ACCEPTED", "SHOPPING")
        other = next(name for name in names if name != task["botId"])

        self.assertIn(task["taskId"], self.fleet("tasks").stdout)
        self.assertIn("already", self.fleet("reassign", task["taskId"], "--to", task["botId"], status=1).stderr)
        self.assertIn("ReassignTask", self.fleet("assign", task["taskId"], "--to", other, status=1).stderr)
        moved = json.loads(self.fleet("reassign", task["taskId"], "--to", other, "--json").stdout)
        self.assertEqual(moved["botId"], other)
        self.wait_for_state(order, "ready")
        lines = self.order(order)["lines"]
        self.assertTrue(all(line["delivered"] == line["quantity"] == 2 for line in lines), lines)

    def test_what_a_lost_robot_had_is_fetched_by_another(self):
        self.serve()
        self.bots(2, speed=4)
        self.wait_for_robots(2)
        order = self.place(items=3)["order_id"]
        task = self.wait_for_task(order, "SHOPPING")
        self.fleet("lost", task["botId"])
        self.wait_for_state(order, "ready")
        delivered = self.events("--order", order, "--type", "TaskDelivered")
        self.assertTrue(all(task["botId"] not in json.dumps(event["event"]) for event in delivered), delivered)

    def test_the_fleet_can_be_watched(self):
        server = self.serve()
        self.bots(2)
        first, second = sorted(self.wait_for_robots(2))
        watch = self.start("watch", "fleet", "--watch", "--json", "--data", self.data)

        def seen():
            return [json.loads(line) for line in watch.stdout.read_text().splitlines(keepends=True) if line.endswith("\n")]
        wait_until("the fleet as it is", lambda: {bot["botId"] for bot in seen()} == {first, second})
        lines = self.start("lines", "fleet", "list", "--watch", "--state", "paused", "--data", self.data)
        self.fleet("pause", second)
        wait_until("the change", lambda: seen()[-1] if seen()[-1]["state"] == "BOT_STATE_PAUSED" else None)
        self.assertEqual(seen()[-1]["botId"], second)
        wait_until("the change as a line", lambda: f"{second}  paused" in lines.stdout.read_text())
        self.assertNotIn(first, lines.stdout.read_text())

        watch.popen.send_signal(signal.SIGINT)
        self.assertEqual(watch.popen.wait(30), 0, watch.stderr.read_text())
        # One that goes on says why it cannot.
        self.assertEqual(server.stop(), 0)
        self.assertEqual(lines.popen.wait(30), 1)
        self.assertIn("Error", lines.stderr.read_text())


if __name__ == "__main__":
    unittest.main()
