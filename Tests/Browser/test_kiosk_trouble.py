"""The kiosk when things go wrong: no network, a server that is killed, a customer who walks away; and a keyboard alone."""
import unittest

from kiosk import KioskTestCase, expect, free_ports, wait_until


class Offline(KioskTestCase):
    def test_an_order_is_placed_once_over_a_lost_connection(self):
        self.serve()
        page = self.open()
        self.start_shopping(page)
        self.choose(page, "Crust & Crumb", "Butter croissant")
        page.get_by_role("link", name="Check out").click()
        self.title(page, "Everything there?")
        self.allow_outage()
        page.context.set_offline(True)
        page.get_by_role("button", name="Order for").click()
        self.title(page, "Placing your order ...")
        expect(page.get_by_role("alert")).to_contain_text("nothing is done twice")
        expect(page.get_by_text("We keep trying")).to_be_visible()
        self.picture(page, "kiosk-offline", width=800)
        page.context.set_offline(False)
        code = self.ordered(page)
        expect(page.locator(".offline")).to_have_count(0)
        self.assertEqual([order["pickupCode"] for order in self.orders()], [code])

    def test_an_answer_that_is_lost_is_asked_for_again_with_the_same_key_also_after_a_reload(self):
        self.serve()
        page = self.open()
        self.start_shopping(page)
        self.choose(page, "Crust & Crumb", "Butter croissant")
        page.get_by_role("link", name="Check out").click()
        self.title(page, "Everything there?")
        keys = []

        def lose(route):
            # The mall hears of it, and does it; its answer does not arrive.
            keys.append(route.request.headers["idempotency-key"])
            route.fetch()
            route.abort("connectionreset")

        self.allow_outage()
        page.route("**/checkout", lose)
        page.get_by_role("button", name="Order for").click()
        wait_until("two tries", lambda: page.wait_for_timeout(100) or len(keys) >= 2)
        page.reload()
        self.title(page, "Placing your order ...")
        tries = len(keys)
        wait_until("a try after the reload", lambda: page.wait_for_timeout(100) or len(keys) > tries)
        self.assertEqual(len(set(keys)), 1, keys)
        page.unroute("**/checkout")
        code = self.ordered(page)
        self.assertEqual([order["pickupCode"] for order in self.orders()], [code])
        self.assertEqual(self.order_of(code)["lines"][0]["quantity"], 1)

    def test_items_are_added_once_and_taken_out_once_when_answers_are_lost(self):
        self.serve()
        page = self.open()
        self.start_shopping(page)
        lost = set()

        def lose_first(route):
            mark = (route.request.method, route.request.url, route.request.headers.get("idempotency-key"))
            if route.request.method == "GET" or mark in lost:
                return route.continue_()
            lost.add(mark)
            route.fetch()
            route.abort("connectionreset")

        self.allow_outage()
        page.route("**/api/v1/baskets**", lose_first)
        page.route("**/api/v1/baskets/**", lose_first)
        self.choose(page, "Crust & Crumb", "Butter croissant")
        units = page.locator(".card", has_text="Butter croissant").locator("output")
        more = page.locator(".card").get_by_role("button", name="One Butter croissant more")
        less = page.locator(".card").get_by_role("button", name="One Butter croissant less")
        for _ in range(3):
            more.click()
        expect(units).to_have_text("4")
        less.click()
        expect(units).to_have_text("3")
        page.wait_for_function("() => sessionStorage.getItem('mallbots.outbox') === '[]'")
        expect(page.locator(".basket .total")).to_contain_text("€6.30")
        self.assertGreaterEqual(len(lost), 6, "each command's first answer was lost")

    def test_a_server_that_is_killed_and_comes_back_is_waited_for(self):
        ports = free_ports(3)
        server = self.serve(ports=ports)
        page = self.open()
        self.start_shopping(page)
        self.choose(page, "Crust & Crumb", "Butter croissant")
        self.allow_outage()
        server.kill()
        page.get_by_role("button", name="Add Breakfast rolls to the basket").click()
        expect(page.get_by_role("alert")).to_contain_text("The mall cannot be reached.")
        expect(page.locator("basket-panel .going")).to_contain_text("Breakfast rolls")
        self.serve(ports=ports)
        expect(page.locator(".basket .total")).to_contain_text("€5.30")
        expect(page.locator(".offline")).to_have_count(0)
        self.check_out(page)
        code = self.ordered(page)
        self.title(page, "Robots are shopping for you")
        self.processes[-1].kill()
        expect(page.get_by_role("alert")).to_contain_text("The mall cannot be reached.")
        self.assertEqual(self.ordered(page), code, "the code stays on the screen")
        self.serve(ports=ports)
        expect(page.locator(".offline")).to_have_count(0, timeout=30_000)
        self.bots(3, speed=30)
        self.title(page, "Ready to collect", 120)


class LeftAlone(KioskTestCase):
    def test_a_kiosk_that_was_left_begins_anew_and_says_so(self):
        self.serve()
        page = self.open("?idle=1&countdown=4")
        self.start_shopping(page)
        self.choose(page, "Crust & Crumb", "Butter croissant")
        dialog = page.get_by_role("alertdialog", name="Are you still there?")
        expect(dialog).to_be_visible()
        expect(dialog.locator("[aria-live=assertive]")).to_contain_text("begins anew in")
        self.picture(page, "kiosk-idle", width=800)
        page.get_by_role("button", name="I am still here").click()
        expect(dialog).to_be_hidden()
        expect(page.locator("basket-panel .lines li")).to_have_count(1)
        self.title(page, "Welcome to Harbour Gallery", 20)
        self.start_shopping(page)
        expect(page.get_by_text("Nothing in it yet.")).to_be_visible()

    def test_a_key_or_a_touch_is_a_sign_of_life(self):
        self.serve()
        page = self.open("?idle=2&countdown=2")
        self.start_shopping(page)
        for _ in range(12):
            page.wait_for_timeout(400)
            page.keyboard.press("Shift")
        expect(page.get_by_role("heading", level=1)).to_have_text("Where would you like to shop?")
        expect(page.get_by_role("alertdialog")).to_have_count(0)

    def test_nothing_is_forgotten_during_a_payment(self):
        self.serve()
        page = self.open("?idle=1&countdown=1")
        self.start_shopping(page)
        self.choose(page, "Crust & Crumb", "Butter croissant")
        held = []
        page.route("**/checkout", lambda route: held.append(route))
        self.check_out(page)
        self.title(page, "Placing your order ...")
        page.wait_for_timeout(4_000)
        expect(page.get_by_role("heading", level=1)).to_have_text("Placing your order ...")
        expect(page.get_by_role("alertdialog")).to_have_count(0)
        held[0].continue_()
        self.ordered(page)


class Keyboard(KioskTestCase):
    def press(self, page, name):
        """Walks with Tab to what has this name, and presses it."""
        for _ in range(150):
            page.keyboard.press("Tab")
            at = page.evaluate("""() => { const at = document.activeElement;
                return at === document.body ? '' : at.getAttribute('aria-label') ?? at.labels?.[0]?.innerText ?? at.innerText ?? ''; }""")
            if name in at:
                return page.keyboard.press("Space" if page.evaluate("document.activeElement.type === 'radio'") else "Enter")
        self.fail(f"Tab never comes to {name!r}")

    def test_everything_can_be_done_with_the_keyboard_alone(self):
        self.serve()
        page = self.open()
        expect(page.get_by_role("heading", level=1)).to_have_text("Welcome to Harbour Gallery")
        self.press(page, "Start shopping")
        self.title(page, "Where would you like to shop?")
        self.press(page, "Crust & Crumb")
        self.title(page, "Crust & Crumb")
        self.press(page, "Add Butter croissant to the basket")
        expect(page.locator("basket-panel .lines li")).to_have_count(1)
        self.press(page, "One Butter croissant more")
        expect(page.locator(".basket .total")).to_contain_text("€4.20")
        self.press(page, "Check out")
        self.title(page, "Everything there?")
        # One of two ways is chosen with the arrows, as in every form.
        self.press(page, "Pay later")
        self.press(page, "Order for")
        code = self.ordered(page)
        self.title(page, "Robots are shopping for you")
        self.press(page, "Pay €")
        self.press(page, "Is approved")
        self.press(page, "Pay")
        expect(page.locator(".badge")).to_have_text("Paid")
        self.press(page, "I have my code")
        self.title(page, "Welcome to Harbour Gallery")
        self.press(page, "Find my order")
        self.press(page, "Pickup code")
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        self.title(page, "Robots are shopping for you")
        self.press(page, "Cancel this order")
        self.press(page, "Yes, cancel it")
        self.title(page, "Cancelled")


if __name__ == "__main__":
    unittest.main()
