"""The shop under kill -9: orders with every test card, paid, cancelled and handed over while the server dies again and again."""
import random
import threading
import time
import unittest
import urllib.error

from mall import MallTestCase, free_ports, wait_until

CARDS = [None, "card-approve", "card-twice", "card-decline", "card-decline-capture"]


class Customer(threading.Thread):
    """Buys one thing after another, each request with a key and sent again until it is answered."""

    def __init__(self, case, number):
        super().__init__(daemon=True)
        self.case, self.number, self.random = case, number, random.Random(number)
        self.orders, self.failure, self.over = {}, None, threading.Event()

    def run(self):
        try:
            while not self.over.is_set():
                self.buy()
                # A customer takes a moment; robots must keep up with what is bought in the end.
                time.sleep(0.3)
        except Exception as error:  # shown by the test
            self.failure = error

    def ask(self, method, path, body=None, key=None):
        while True:
            try:
                headers = {"Idempotency-Key": key} if key else {}
                answer = self.case.http(method, path, body, headers=headers)
                if answer.status < 500:
                    return answer
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.05)

    def buy(self):
        number = f"{self.number}-{len(self.orders)}"
        basket = self.ask("POST", "/api/v1/baskets", {"kiosk_id": "test"}, f"basket-{number}").json["order_id"]
        product = self.random.choice(self.case.wares)
        added = self.ask(
            "POST", f"/api/v1/baskets/{basket}/items", {"product_id": product, "quantity": 1 + self.random.randrange(2)},
            f"item-{number}")
        if added.status != 200:
            return self.orders.update({basket: None})
        card = self.random.choice(CARDS)
        placed = self.ask(
            "POST", f"/api/v1/baskets/{basket}/checkout", {"card_token": card} if card else {}, f"checkout-{number}")
        if placed.status != 201:
            return self.orders.update({basket: None})
        self.orders[basket] = placed.json["pickup_code"]
        choice = self.random.randrange(4)
        if choice == 0:
            self.ask("DELETE", f"/api/v1/orders/{basket}")
        elif choice == 1:
            self.ask("POST", f"/api/v1/orders/{basket}/payment", {"card_token": "card-approve"}, f"pay-{number}")


class ShopUnderFire(MallTestCase):
    KILLS = 6

    def test_orders_and_money_survive_kills(self):
        ports = free_ports(3)
        server = self.serve(ports=ports)
        self.bots(12, speed=100)
        self.wares = [product["product_id"] for product in self.products(6)]
        customers = [Customer(self, number) for number in range(3)]
        for customer in customers:
            customer.start()
        luck = random.Random(7)
        for _ in range(self.KILLS):
            before = sum(len(customer.orders) for customer in customers)
            wait_until(
                "customers to buy", lambda: sum(len(customer.orders) for customer in customers) > before + 3)
            time.sleep(luck.random() * 0.5)
            server.kill()
            server = self.serve(ports=ports)
        for customer in customers:
            customer.over.set()
        for customer in customers:
            customer.join(60)
            self.assertIsNone(customer.failure)
        orders = {key: code for customer in customers for key, code in customer.orders.items() if code}
        self.assertGreater(len(orders), 20)
        self.finish(orders)
        self.check(orders)
        self.assertEqual(server.stop(), 0)

    def finish(self, orders):
        """Whatever can still be had is paid and handed over."""
        for identifier, code in orders.items():
            def moved(identifier=identifier, code=code):
                order = self.order(identifier)
                if order["state"] in ("completed", "canceled", "rejected"):
                    return order
                if not order["paid"]:
                    self.http("POST", f"/api/v1/orders/{identifier}/payment", {"card_token": "card-approve"})
                elif order["state"] == "ready":
                    self.tool("orders", "hand-over", identifier, "--code", code)
                return None
            wait_until(f"order {identifier} to end", moved, 120)

    def check(self, orders):
        ends = {}
        for event in self.events("--service", "orders"):
            if event["type"] in ("OrderCompleted", "OrderRejected", "OrderCanceled"):
                identifier = event["stream"].split("/", 1)[1]
                ends[identifier] = ends.get(identifier, 0) + 1
        self.assertEqual(ends, {identifier: 1 for identifier in orders}, "each order ends once")
        checked = self.tool("events", "check", "--settled", "--json")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)


class SlowCards(MallTestCase):
    def test_a_card_that_is_late_pays_all_the_same(self):
        self.serve()
        self.bots(3, speed=60)
        identifier = self.place(items=1)["order_id"]
        late = self.http("POST", f"/api/v1/orders/{identifier}/payment", {"card_token": "card-late"})
        self.assertEqual(late.status, 202, late)
        self.assertEqual(late.json["state"], "paying")
        other = self.http("POST", f"/api/v1/orders/{identifier}/payment", {"card_token": "card-approve"})
        self.assertEqual(other.status, 409, other)
        wait_until("the card to be charged", lambda: self.order(identifier)["paid"], 30)

    def test_a_card_that_is_not_heard_of_ends_the_order(self):
        server = self.serve()
        identifier = self.place(items=1, card="card-timeout")["order_id"]
        order = self.wait_for_state(identifier, "rejected", seconds=80)
        self.assertIn("card", order["reason"])
        self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main()
