"""The README's tour: a customer's order from the kiosk to hand-over."""
import json
import unittest

from mall import MallTestCase, run, wait_until


class Tour(MallTestCase):
    def test_an_order_is_fetched_paid_and_handed_over(self):
        self.serve()
        bots = self.bots(4)
        order = self.place(items=3, quantity=2)
        self.assertEqual(order["state"], "placed" if order["state"] == "placed" else "approved")
        identifier, code = order["order_id"], order["pickup_code"]
        self.assertTrue(code)
        self.wait_for_state(identifier, "ready")

        early = self.tool("orders", "hand-over", identifier, "--code", code)
        self.assertEqual(early.returncode, 1, early)
        self.assertIn("paid", early.stderr)

        paid = self.expect(200, "POST", f"/api/v1/orders/{identifier}/payment", {"card_token": "card-approve"})
        self.assertTrue(wait_until("the order to be paid", lambda: self.order(identifier)["paid"]), paid)
        again = self.http("POST", f"/api/v1/orders/{identifier}/payment", {"card_token": "card-approve"})
        self.assertEqual(again.status, 409, again)

        wrong = self.tool("orders", "hand-over", identifier, "--code", "WRONG1")
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("code", wrong.stderr)
        done = self.tool("orders", "hand-over", identifier, "--code", code)
        self.assertEqual(done.returncode, 0, done.stderr)
        final = self.order(identifier)
        self.assertEqual(final["state"], "completed")
        self.assertTrue(all(line["delivered"] == line["quantity"] == 2 for line in final["lines"]), final)

        types = [event["type"] for event in self.events("--order", identifier)]
        for expected in ["OrderPlaced", "OrderApproved", "TaskAssigned", "ItemPicked", "TaskDelivered", "OrderReady", "OrderPaid", "OrderCompleted"]:
            self.assertIn(expected, types)
        self.assertEqual(bots.stop(), 0)
        summary = json.loads(bots.stdout.read_text().splitlines()[-1])
        self.assertGreaterEqual(summary["tasks_delivered"], 1)

    def test_a_card_given_at_checkout_is_charged_when_all_is_there(self):
        self.serve()
        self.bots(3)
        identifier = self.place(items=1, card="card-approve")["order_id"]
        self.wait_for_state(identifier, "ready")
        wait_until("the card to be charged", lambda: self.order(identifier)["paid"])

    def test_a_declined_card_rejects_the_order(self):
        self.serve()
        identifier = self.place(items=1, card="card-decline")["order_id"]
        order = self.wait_for_state(identifier, "rejected")
        self.assertTrue(order["reason"])

    def test_an_order_can_be_cancelled_before_robots_come(self):
        self.serve()
        identifier = self.place(items=2)["order_id"]
        answer = self.tool("orders", "cancel", identifier)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.wait_for_state(identifier, "canceled")

    def test_the_same_key_checks_out_once(self):
        self.serve()
        key = {"Idempotency-Key": "basket-1"}
        first = self.expect(201, "POST", "/api/v1/baskets", {"kiosk_id": "test"}, headers=key)
        second = self.expect(201, "POST", "/api/v1/baskets", {"kiosk_id": "test"}, headers=key)
        self.assertEqual(first["order_id"], second["order_id"])
        other = self.http("POST", "/api/v1/baskets", {"kiosk_id": "another"}, headers=key)
        self.assertIn(other.status, (409, 422), other)

    def test_a_stopped_mall_carries_on_with_the_same_data(self):
        server = self.serve()
        identifier = self.place(items=1)["order_id"]
        self.assertEqual(server.stop(), 0)
        self.serve()
        self.bots(3)
        self.wait_for_state(identifier, "ready")

    def test_orders_are_listed_as_table_and_as_json(self):
        self.serve()
        identifier = self.place(items=1)["order_id"]
        table = self.tool("orders", "list")
        self.assertEqual(table.returncode, 0, table.stderr)
        self.assertIn(identifier, table.stdout)
        self.assertNotIn("\x1b", table.stdout)
        lines = [json.loads(line) for line in self.tool("orders", "list", "--json").stdout.splitlines()]
        self.assertEqual([line["orderId"] for line in lines], [identifier])


class Help(unittest.TestCase):
    def test_every_command_has_help(self):
        for command in ([], ["serve"], ["demo"], ["bots"], ["orders"], ["orders", "hand-over"], ["staff"], ["staff", "add"], ["events"], ["health"], ["services", "describe"]):
            answer = run(*command, "--help")
            self.assertEqual(answer.returncode, 0, answer)
            self.assertIn("USAGE", answer.stdout)


if __name__ == "__main__":
    unittest.main()
