"""The order board above the depot."""
import unittest

import accessibility
from kiosk import KioskTestCase, expect, free_ports

HALL = {"width": 1920, "height": 1080}


class OrderBoard(KioskTestCase):
    def numbers(self, page, name):
        return page.get_by_role("region", name=name).locator("li")

    def test_orders_move_from_preparing_to_ready_and_away(self):
        self.serve()
        page = self.open(path="/board", viewport=HALL)
        expect(page.get_by_text("Nothing is being fetched.")).to_be_visible()
        orders = [self.place(items=1) for _ in range(3)]
        tickets = [str(self.order(order["order_id"])["ticket"]) for order in orders]
        expect(self.numbers(page, "Preparing")).to_have_text(tickets)
        for order in orders:
            self.assertNotIn(order["pickup_code"], page.content())
            self.assertNotIn(order["order_id"], page.content())
        # There is nothing to operate.
        accessibility.check(self, page, "the board while orders are fetched", keyboard=False)
        self.bots(4, speed=30)
        expect(self.numbers(page, "Ready to collect")).to_have_count(3, timeout=120_000)
        expect(self.numbers(page, "Preparing")).to_have_count(0)
        expect(page.locator(".ready li.new")).not_to_have_count(0)
        expect(page.locator("[aria-live]").last).to_contain_text("Now ready:")
        accessibility.check(self, page, "the board with orders that are ready", keyboard=False)
        first = orders[0]
        self.expect(200, "POST", f"/api/v1/orders/{first['order_id']}/payment", {"card_token": "card-approve"})
        self.hand_over(first["pickup_code"])
        expect(self.numbers(page, "Ready to collect")).to_have_count(2)
        self.assertNotIn(tickets[0], self.numbers(page, "Ready to collect").all_inner_texts())

    def test_a_board_that_lost_the_mall_says_so_and_comes_back(self):
        ports = free_ports(3)
        server = self.serve(ports=ports)
        page = self.open(path="/board", viewport=HALL)
        self.place(items=1)
        expect(self.numbers(page, "Preparing")).to_have_count(1)
        self.allow_outage()
        server.kill()
        expect(page.get_by_role("alert")).to_contain_text("No connection")
        expect(self.numbers(page, "Preparing")).to_have_count(1)
        self.serve(ports=ports)
        expect(page.get_by_role("alert")).to_have_count(0, timeout=30_000)
        self.place(items=1)
        expect(self.numbers(page, "Preparing")).to_have_count(2)

    def test_many_numbers_fit(self):
        self.serve()
        page = self.open(path="/board", viewport=HALL)
        for _ in range(28):
            basket = self.expect(201, "POST", "/api/v1/baskets")["order_id"]
            self.expect(200, "POST", f"/api/v1/baskets/{basket}/items", {"product_id": "gifts-card"})
            self.expect(201, "POST", f"/api/v1/baskets/{basket}/checkout")
        self.bots(6, speed=60)
        expect(self.numbers(page, "Ready to collect")).not_to_have_count(0, timeout=60_000)
        page.wait_for_function("() => document.querySelectorAll('.ready li').length >= 9 && document.querySelectorAll('.preparing li').length >= 3", timeout=120_000)
        # What was ready when a board came is nothing new.
        page.reload()
        expect(page.locator(".ready li.new")).to_have_count(0)
        expect(page.locator(".ready li.new")).not_to_have_count(0, timeout=60_000)
        self.picture(page, "board", width=960)
        for viewport in (HALL, {"width": 1080, "height": 1920}, {"width": 1280, "height": 720}, {"width": 390, "height": 844}):
            page.set_viewport_size(viewport)
            # It looks at its size once a second.
            page.wait_for_timeout(1_200)
            inside = page.evaluate("""[...document.querySelectorAll('li')].every(li => { const own = li.getBoundingClientRect();
                const place = li.closest('section').getBoundingClientRect(); return own.bottom <= place.bottom && own.right <= place.right; })""")
            self.assertTrue(inside, f"a number is cut off on {viewport}")


if __name__ == "__main__":
    unittest.main()
