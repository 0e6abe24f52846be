"""What staff order, an emulated robot does: seen from the robot's side."""
import json
import unittest

import test_python_client
from mall import wait_until
from test_health import HealthTestCase

DEPOT = "/mallbots.depot.v1.DepotService/"


def setUpModule():
    test_python_client.setUpModule()


class Directives(HealthTestCase):
    def depot(self, method, **request):
        return self.ask("services", "call", DEPOT + method, json.dumps(request), kind="service")

    def rows(self, bot):
        """What the robot showed, oldest first."""
        lines = self.robots.stdout.read_text().split("\n")[:-1]
        return [row for row in map(json.loads, lines) if row.get("bot") == bot]

    def wait_for(self, bot, state, since=0):
        wait_until(f"{bot} to be {state}", lambda: any(row["state"] == state for row in self.rows(bot)[since:]))

    def test_pause_resume_dock_identify_and_retire_are_obeyed(self):
        self.serve()
        self.robots = self.bots(2, speed=10)
        self.wait_for("bot-1", "waiting")
        self.depot("PauseBot", bot_id="bot-1", reason="cleaning")
        self.wait_for("bot-1", "paused")
        seen = len(self.rows("bot-1"))
        self.depot("ResumeBot", bot_id="bot-1")
        self.wait_for("bot-1", "waiting", since=seen)
        self.depot("IdentifyBot", bot_id="bot-1")
        self.wait_for("bot-1", "blinking", since=seen)
        docks = self.depot("GetMall")["docks"]
        # Robots begin at the docks in turn: the last one is another's, or nobody's.
        seen = len(self.rows("bot-1"))
        self.depot("SendBotToDock", bot_id="bot-1", dock_id=docks[-1]["id"])
        self.wait_for("bot-1", "to dock", since=seen)
        self.depot("RetireBot", bot_id="bot-2", reason="old")
        wait_until("bot-2 to be retired", lambda: self.depot("GetBot", bot_id="bot-2").get("state") == "BOT_STATE_RETIRED")

    def test_a_task_is_finished_by_others_when_it_is_reassigned_or_its_robot_retires(self):
        self.serve()
        self.robots = self.bots(3, speed=4)
        orders = [self.place(items=3, quantity=2) for _ in range(3)]

        def working():
            """A task that has been begun and is not near its end."""
            for task in self.depot("ListTasks", page_size=50).get("tasks", []):
                if task.get("state") == "TASK_STATE_SHOPPING" and task.get("botId"):
                    return task
        task = wait_until("a robot to shop", working)
        self.depot("ReassignTask", task_id=task["taskId"], reason="slow")
        other = wait_until("another to shop", lambda: (found := working()) and found["botId"] != task["botId"] and found)
        self.depot("RetireBot", bot_id=other["botId"], reason="old", at_once=True)
        for order in orders:
            final = self.wait_for_state(order["order_id"], "ready", seconds=180)
            self.assertTrue(all(line["delivered"] + line["unavailable"] == line["quantity"] for line in final["lines"]), final)


if __name__ == "__main__":
    unittest.main()
