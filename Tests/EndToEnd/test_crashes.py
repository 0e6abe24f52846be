"""kill -9 in the middle of deliveries: nothing acknowledged is lost, nothing is delivered twice."""
import collections
import unittest

from mall import MallTestCase, free_ports, wait_until


class Crashes(MallTestCase):
    ORDERS = 8

    def delivered_units(self):
        """Units that came to the depot, by order and product, counted over Depot's log."""
        units = collections.Counter()
        for event in self.events("--service", "depot", "--type", "TaskDelivered"):
            body = event["event"]["taskDelivered"]
            for stop in body.get("delivered", []):
                for item in stop.get("items", []):
                    units[body["listId"], item["productId"]] += item["quantity"]
        return units

    def wait_for_work(self, orders):
        """Until robots pick again, with orders still to be fetched: only then does a crash strike anything."""
        def picked():
            return len(self.events("--service", "depot", "--type", "ItemPicked"))
        before = picked()
        wait_until("robots to be at work", lambda: picked() > before)
        self.assertTrue(any(self.order(order["order_id"])["state"] != "ready" for order in orders), "nothing was going on")

    def finish(self, orders):
        for order in orders:
            self.wait_for_state(order["order_id"], "ready", seconds=120)
        wanted = collections.Counter()
        for order in orders:
            for line in self.order(order["order_id"])["lines"]:
                wanted[order["order_id"], line["product_id"]] += line["quantity"] - line["unavailable"]
        self.assertEqual(+wanted, +self.delivered_units())
        assigned = collections.Counter()
        for event in self.events("--service", "depot", "--type", "TaskAssigned"):
            body = event["event"]["taskAssigned"]
            assigned[body["taskId"], body["epoch"]] += 1
        self.assertEqual({count for count in assigned.values()}, {1}, "an epoch was given twice")

    def test_the_server_is_killed_in_the_middle_of_deliveries(self):
        ports = free_ports(3)
        server = self.serve(ports=ports)
        self.bots(4, speed=6)
        orders = [self.place(items=3) for _ in range(self.ORDERS)]
        for _ in range(3):
            self.wait_for_work(orders)
            server.kill()
            server = self.serve(ports=ports)
            for order in orders:
                self.assertEqual(self.order(order["order_id"])["pickup_code"], order["pickup_code"])
        self.finish(orders)

    def test_the_robots_process_is_killed_in_the_middle_of_deliveries(self):
        self.serve()
        bots = self.bots(4, speed=6)
        orders = [self.place(items=3) for _ in range(self.ORDERS)]
        for _ in range(3):
            self.wait_for_work(orders)
            bots.kill()
            bots = self.bots(4, speed=6)
        self.finish(orders)


if __name__ == "__main__":
    unittest.main()
