"""The staff page before a real mall with robots, as each role uses it, on a desk's screen and on a phone."""
import re
import unittest

import accessibility
from browser import LAPTOP, PHONE, expect
from mall import free_ports, wait_until
from staff_mall import PASSWORDS, StaffTestCase

VIEWS = ["overview", "map", "orders", "desk", "robots", "stores", "alerts", "users", "audit", "account"]


class FirstDay(StaffTestCase):
    """From the first-run token to a running staff."""

    def test_the_first_user_is_made_with_the_token_and_adds_the_others(self):
        self.serve()
        self.site = f"http://{self.addresses['staff']}"
        page = self.page(self.addresses["staff_setup"])
        expect(page.get_by_role("heading", level=1)).to_have_text("Make the first user")
        accessibility.check(self, page, "the first run")
        page.get_by_label("Your name").fill("maria")
        page.get_by_label("Password", exact=True).fill("short")
        page.get_by_label("Password again").fill("shorter")
        page.get_by_role("button", name="Make the user").click()
        expect(page.locator(".field .error")).to_contain_text("not the same")
        page.get_by_label("Password again").fill("short")
        self.allow("status of 422")
        page.get_by_role("button", name="Make the user").click()
        expect(page.locator("main")).to_contain_text("10 to 128")
        for label in ("Password", "Password again"):
            page.get_by_label(label, exact=True).fill(PASSWORDS["maria"])
        page.get_by_role("button", name="Make the user").click()
        self.is_live(page)
        self.assertNotIn("setup", page.url, "the token does not stay in the address")

        self.view(page, "users")
        page.get_by_role("button", name="Add a user").click()
        accessibility.check(self, page, "a question")
        self.answer(page, "Add the user", Name="carl", Role="clerk", First_password=PASSWORDS["carl"])
        self.told(page, "carl can sign in")
        expect(page.get_by_role("row", name="carl")).to_contain_text("clerk")

        # A wrong password says no more than that, and the right one works.
        other = self.page(f"{self.site}/")
        self.allow("status of 401")
        other.get_by_label("Name").fill("carl")
        other.get_by_label("Password").fill("not the password")
        other.keyboard.press("Enter")
        expect(other.get_by_role("alert")).to_contain_text("password is wrong")
        other.get_by_label("Password").fill(PASSWORDS["carl"])
        other.keyboard.press("Enter")
        self.is_live(other)

        # A disabled user is out at once.
        page.get_by_role("row", name="carl").get_by_role("button", name="Disable").click()
        self.answer(page, "Disable")
        expect(other.get_by_role("heading", level=1)).to_contain_text("Sign in")
        expect(other.locator("main")).to_contain_text("Your session has ended")
        page.get_by_role("row", name="carl").get_by_role("button", name="Enable").click()
        expect(page.get_by_role("row", name="carl").get_by_role("button", name="Disable")).to_be_visible()
        page.get_by_role("row", name="carl").get_by_role("button", name="Remove").click()
        self.answer(page, "Remove")
        expect(page.get_by_role("row", name="carl")).to_have_count(0)

        # One's own password; the old one is of no use then.
        self.view(page, "account")
        page.get_by_role("button", name="Change password").click()
        self.answer(page, "Change it", Present_password=PASSWORDS["maria"], New_password="another-pass-1", New_password_again="another-pass-1")
        self.told(page, "Your password is changed")
        page.get_by_role("button", name="Sign out").first.click()
        expect(page.locator("main")).to_contain_text("You have signed out")
        page.get_by_label("Name").fill("maria")
        page.get_by_label("Password").fill("another-pass-1")
        page.keyboard.press("Enter")
        self.is_live(page)


class Manager(StaffTestCase):
    def test_robots_are_told_what_to_do_and_show_what_became_of_it(self):
        self.open_mall(robots=4)
        page = self.sign_in("maria", "robots")
        page.get_by_role("link", name="bot-1", exact=True).click()
        card = page.locator("mb-robot-card")
        expect(card.locator(".badge").first).to_have_text(re.compile("Waiting|Idle|Working"))
        card.get_by_role("button", name="Pause").click()
        self.answer(page, "Pause it", Reason="a child stands before it")
        self.told(page, "told to stand still")
        expect(card.locator(".badge").first).to_have_text("Paused")
        expect(page.locator(".timeline")).to_contain_text("a child stands before it")
        card.get_by_role("button", name="Resume").click()
        self.told(page, "told to go on")
        expect(card.locator(".badge").first).not_to_have_text("Paused")
        card.get_by_role("button", name="Identify").click()
        self.told(page, "blinks and beeps")
        card.get_by_role("button", name="Send to a dock").click()
        self.answer(page, "Send it")
        self.told(page, "goes to")
        card.get_by_role("button", name="Declare lost").click()
        page.get_by_role("dialog").get_by_role("button", name="Leave it").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        card.get_by_role("button", name="Retire").click()
        self.answer(page, "Retire it", Reason="worn out")
        expect(card.locator(".badge", has_text="etired").first).to_be_visible()

        page.goto(f"{self.site}/#/robots")
        page.get_by_role("button", name="Add a robot").click()
        self.answer(page, "Add it", Name="bot-77", Model="hauler")
        expect(page.get_by_role("row", name="bot-77")).to_contain_text("Offline")

        self.view(page, "audit")
        expect(page.get_by_role("table")).to_contain_text("bot/bot-1")
        expect(page.get_by_role("table")).to_contain_text("maria")

    def test_a_trip_is_given_to_another_robot(self):
        self.open_mall(robots=2, speed=1)
        order = self.place(items=2)
        page = self.sign_in("maria", f"orders/{order['order_id']}")
        row = page.get_by_role("region", name="Trips").get_by_role("row").nth(1)
        expect(row).to_contain_text(re.compile("bot-[12]"), timeout=60_000)
        had = re.search("bot-[12]", row.inner_text())[0]
        other = {"bot-1": "bot-2", "bot-2": "bot-1"}[had]
        row.get_by_role("button", name="Give to another").click()
        question = page.get_by_role("dialog")
        expect(question).to_contain_text(had)
        question.get_by_label("Robot").select_option(other)
        question.get_by_role("button", name="Take it and give it").click()
        self.told(page, f"{other} has the trip")
        expect(page.get_by_role("region", name="Trips")).to_contain_text(other)

    def test_stores_and_products_change_what_kiosks_sell(self):
        self.open_mall(robots=0)
        page = self.sign_in("maria", "stores/bakery")
        row = page.get_by_role("row", name="Apple cake")
        row.get_by_role("button", name="Edit").click()
        self.answer(page, "Save", Price="15.25", In_stock="3")
        expect(row).to_contain_text("15.25")
        expect(row).to_contain_text("only 3")
        page.get_by_role("button", name="Add a product").click()
        self.answer(page, "Add it", Name="Poppy roll", Price="1,95", In_stock="40")
        expect(page.get_by_role("row", name="Poppy roll")).to_contain_text("1.95")
        sold = self.expect(200, "GET", "/api/v1/stores/bakery/products?q=poppy")["products"]
        self.assertEqual([(product["price"]["minor_units"], product["stock"]) for product in sold], [(195, 40)])
        page.get_by_role("row", name="Poppy roll").get_by_role("button", name="Remove").click()
        self.answer(page, "Remove it")
        expect(page.get_by_role("row", name="Poppy roll")).to_have_count(0)

        page.get_by_role("button", name="Add a product").click()
        page.get_by_role("dialog").get_by_label("Name").fill("Odd")
        page.get_by_role("dialog").get_by_label("Price").fill("1.2.3")
        page.get_by_role("dialog").get_by_role("button", name="Add it").click()
        expect(page.get_by_role("dialog").locator(".error")).to_contain_text("is no amount")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)

        page.get_by_role("button", name="Stop taking part").click()
        self.answer(page, "Stop")
        expect(page.locator("main")).to_contain_text("takes no part")
        self.assertNotIn("bakery", [store["store_id"] for store in self.expect(200, "GET", "/api/v1/stores")["stores"]])
        self.view(page, "stores")
        page.get_by_role("button", name="Add a store").click()
        self.answer(page, "Add it", Name="Candle Corner", Category="Gifts")
        expect(page.get_by_role("row", name="Candle Corner")).to_be_visible()


class Clerk(StaffTestCase):
    def test_a_customer_is_served_by_keyboard_alone(self):
        self.open_mall(robots=6)
        placed = self.place(items=2)
        identifier, code = placed["order_id"], placed["pickup_code"]
        page = self.sign_in("carl", "orders")
        expect(page.locator(f".board a[href='#/orders/{identifier}']")).to_be_visible()
        self.wait_for_state(identifier, "ready")
        expect(page.locator(f".column.pay a[href='#/orders/{identifier}']")).to_be_visible()

        self.view(page, "desk")
        expect(page.get_by_label("Pickup code or ticket")).to_be_focused()
        page.keyboard.type(code.lower())
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Take cash")).to_be_focused()
        expect(page.locator(".found")).to_contain_text("Everything")
        accessibility.check(self, page, "the desk with an order", keyboard=False)
        page.keyboard.press("Enter")
        page.keyboard.type("500")
        expect(page.get_by_role("dialog")).to_contain_text("Change:")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Hand over")).to_be_focused()
        page.keyboard.press("Enter")
        self.told(page, "is handed over")
        expect(page.get_by_label("Pickup code or ticket")).to_be_focused()
        self.assertEqual(self.order(identifier)["state"], "completed")

        # The order's story: from the kiosk to the hand-over, each event with its cause.
        self.view(page, f"orders/{identifier}")
        story = page.locator(".timeline")
        for words in ("basket was started", "order was placed", "was given the trip", "at the depot", "in cash", "Handed over"):
            expect(story).to_contain_text(words)
        causes = story.get_by_role("link")
        self.assertGreater(causes.count(), 5, "few causes are linked")
        causes.last.click()
        self.assertEqual(page.evaluate("document.activeElement.tagName"), "LI")
        self.assertNotIn("card-", story.inner_text())

    def test_a_card_is_declined_and_another_one_taken(self):
        self.open_mall(robots=6)
        placed = self.place(items=1)
        self.wait_for_state(placed["order_id"], "ready")
        page = self.sign_in("carl", f"desk/{placed['order_id']}")
        self.allow("status of 402")
        page.get_by_role("button", name="Take card").click()
        question = page.get_by_role("dialog")
        question.get_by_label("Card").fill("card-decline")
        question.get_by_role("button", name="Charge the card").click()
        expect(question.get_by_role("alert")).to_contain_text("declined")
        self.answer(page, "Charge the card", Card="card-approve")
        expect(page.locator(".found")).to_contain_text("Nothing to pay")
        # Not found by its code, so the code has to be asked for; a wrong one is refused.
        self.allow("status of 4")
        page.get_by_role("button", name="Hand over").click()
        question.get_by_label("Pickup code").fill("WRONG1")
        question.get_by_role("button", name="Hand over").click()
        expect(question.get_by_role("alert")).to_be_visible()
        self.answer(page, "Hand over", Pickup_code=placed["pickup_code"])
        self.told(page, "is handed over")

    def test_a_payment_whose_answer_was_lost_is_tried_again_and_taken_once(self):
        self.open_mall(robots=0)
        identifier = self.place(items=1)["order_id"]
        wait_until("the order to be approved", lambda: self.order(identifier)["state"] == "approved")
        page = self.sign_in("carl", f"orders/{identifier}")
        keys = []

        def lose_the_first_answer(route):
            keys.append(route.request.headers["idempotency-key"])
            if len(keys) > 1:
                return route.continue_()
            route.fetch()
            return route.abort()

        page.route("**/payment", lose_the_first_answer)
        self.allow("net::ERR_FAILED")
        page.get_by_role("button", name="Take cash").click()
        question = page.get_by_role("dialog")
        question.get_by_role("button", name="Cash is in the till").click()
        expect(question.get_by_role("alert")).to_contain_text("cannot be reached")
        question.get_by_role("button", name="Try again").click()
        self.told(page, "taken in cash")
        self.assertEqual(len(set(keys)), 1, "another key could have taken it twice")
        invoice = self.expect_staff(200, "carl", "GET", f"/orders/{identifier}/invoice")
        self.assertEqual(invoice["captured"], invoice["amount"])

    def test_an_order_is_cancelled_and_another_cannot_be_found(self):
        self.open_mall(robots=0)
        placed = self.place(items=1)
        page = self.sign_in("carl", f"orders/{placed['order_id']}")
        page.get_by_role("button", name="Cancel order").click()
        self.answer(page, "Cancel the order", Reason="the customer left")
        expect(page.locator("main .badge").first).to_have_text(re.compile("ancelled"))
        self.view(page, "desk")
        self.allow("status of 404")
        page.keyboard.type("NOSUCH")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_be_visible()


class Viewer(StaffTestCase):
    def test_a_viewer_sees_everything_and_changes_nothing(self):
        self.open_mall(robots=3)
        placed = self.place(items=1)
        identifier, code = placed["order_id"], placed["pickup_code"]
        page = self.sign_in("vera")
        menu = page.get_by_role("navigation", name="Parts of the page")
        expect(menu).to_contain_text("Orders")
        for hidden in ("Pick-up desk", "Users", "Audit log"):
            expect(menu).not_to_contain_text(hidden)
        for refused in ("desk", "users", "audit"):
            self.view(page, refused)
            expect(page.locator("main")).to_contain_text("you are signed in as viewer")
        self.view(page, f"orders/{identifier}")
        expect(page.locator(".timeline")).to_contain_text("order was placed")
        self.assertNotIn(code, page.content(), "a viewer sees no pickup codes")
        for button in ("Hand over", "Take cash", "Cancel order", "Refund"):
            expect(page.get_by_role("button", name=button)).to_have_attribute("aria-disabled", "true")
        page.get_by_role("button", name="Cancel order").click(force=True)
        expect(page.get_by_role("dialog")).to_have_count(0)
        self.told(page, "Only a clerk or a manager may do this")
        # The page only spares them the way: it is the server that refuses.
        self.allow("status of 403")
        calls = [
            ("POST", "/bots/bot-1/pause", {}), ("POST", f"/orders/{identifier}/payment", {"method": "cash"}), ("DELETE", f"/orders/{identifier}", None),
            ("POST", f"/orders/{identifier}/hand-over", {"pickup_code": code}), ("GET", f"/pickup/{code}", None), ("GET", "/users", None),
            ("GET", "/audit", None), ("PATCH", "/stores/bakery", {"participating": False}), ("DELETE", "/products/bakery-apple-cake", None),
        ]
        for method, path, body in calls:
            status = page.evaluate(
                """async ([method, path, body]) => (await fetch("/api/v1" + path, { method, headers: { "Content-Type": "application/json" },
                body: body ? JSON.stringify(body) : undefined })).status""", [method, path, body])
            self.assertEqual(status, 403, f"{method} {path}")
        self.assertEqual(self.order(identifier)["paid"], False)

    def test_a_role_that_is_raised_is_followed_at_once_and_one_that_is_lowered_signs_out(self):
        self.open_mall(robots=0)
        page = self.sign_in("vera")
        menu = page.get_by_role("navigation", name="Parts of the page")
        self.expect_staff(200, "maria", "PATCH", "/users/vera", {"role": "manager"})
        expect(menu).to_contain_text("Users")
        self.expect_staff(200, "maria", "PATCH", "/users/vera", {"role": "viewer"})
        expect(page.get_by_role("heading", level=1)).to_contain_text("Sign in")
        expect(page.locator("main")).to_contain_text("Your session has ended")


class LiveData(StaffTestCase):
    def test_a_break_of_the_socket_is_told_and_healed_without_loss(self):
        self.open_mall(robots=0)
        page = self.page(f"{self.site}/")
        sockets, sent, came = [], [], []

        def relay(socket):
            server = socket.connect_to_server()
            sockets.append(socket)
            socket.on_message(lambda text: (sent.append(text), server.send(text)))
            server.on_message(lambda text: (came.append(text), socket.send(text)))

        page.route_web_socket(re.compile("/api/v1/live"), relay)
        page.get_by_label("Name").fill("carl")
        page.get_by_label("Password").fill(PASSWORDS["carl"])
        page.keyboard.press("Enter")
        self.is_live(page)
        self.view(page, "orders")
        first = self.place(items=1)["order_id"]
        expect(page.locator(f".board a[href='#/orders/{first}']")).to_be_visible()
        sent.clear()
        came.clear()
        sockets[-1].close(code=1012)
        second = self.place(items=1)["order_id"]
        expect(page.locator(f".board a[href='#/orders/{second}']")).to_be_visible()
        expect(page.locator(f".board a[href='#/orders/{first}']")).to_be_visible()
        self.is_live(page)
        again = [text for text in sent if '"subscribe"' in text and '"orders"' in text]
        self.assertTrue(again and '"from"' in again[0], f"it did not resume: {sent}")
        self.assertTrue(any('"resumed"' in text for text in came), f"the server did not resume: {came[:5]}")

    def test_a_server_that_dies_is_told_and_everything_goes_on_when_it_is_back(self):
        ports = free_ports(4)
        self.open_mall(robots=0, ports=ports[:3], staff_port=ports[3])
        page = self.sign_in("carl", "orders")
        self.allow_outage()
        self.processes[0].kill()
        expect(page.locator(".condition")).to_have_text("Offline", timeout=30_000)
        expect(page.locator(".banner")).to_contain_text("cannot be reached")
        expect(page.locator("main")).to_contain_text("Orders")
        self.serve(ports=ports[:3], staff_port=ports[3])
        page.locator(".banner").get_by_role("button", name="Try now").or_(page.locator(".condition.good")).first.click()
        self.is_live(page)
        identifier = self.place(items=1)["order_id"]
        expect(page.locator(f".board a[href='#/orders/{identifier}']")).to_be_visible()

    def test_robots_move_on_the_map_and_one_that_falls_silent_fades(self):
        self.open_mall(robots=3, speed=5)
        self.place(items=3)
        page = self.sign_in("vera", "map", motion="no-preference")
        marks = page.locator(".robot")
        expect(marks).to_have_count(3)
        places = lambda: marks.evaluate_all("marks => marks.map(mark => mark.dataset.id + mark.getAttribute('transform'))")
        before = places()
        wait_until("a robot to move", lambda: places() != before, 30)
        expect(page.locator(".route").first).to_be_attached()
        marks.first.focus()
        page.keyboard.press("ArrowRight")
        name = page.evaluate("document.activeElement.dataset.id")
        page.keyboard.press("Enter")
        expect(page.get_by_role("complementary")).to_contain_text(name)
        page.get_by_role("button", name="Table").click()
        expect(page.get_by_role("row", name="bot-1")).to_contain_text("floor")
        page.get_by_role("button", name="Map", exact=True).click()
        self.processes[-1].kill()
        expect(page.locator(".robot.stale, .robot.gone").first).to_be_attached(timeout=60_000)


class Everywhere(StaffTestCase):
    def setUp(self):
        super().setUp()
        self.open_mall(robots=6)
        self.placed = [self.place(items=1 + number % 3) for number in range(6)]
        self.wait_for_state(self.placed[0]["order_id"], "ready")
        self.staff("maria", "POST", "/bots/bot-6/pause", {"reason": "for the test"})

    def each(self, viewport, scheme):
        page = self.sign_in("maria", viewport=viewport, scheme=scheme)
        for view in [*VIEWS, f"orders/{self.placed[0]['order_id']}", "robots/bot-6", "stores/bakery"]:
            with self.subTest(view):
                self.view(page, view)
                page.wait_for_timeout(300)
                accessibility.check(self, page, view)

    def test_every_view_is_accessible_on_a_desk(self):
        self.each(LAPTOP, "light")

    def test_every_view_is_accessible_on_a_phone_in_the_dark(self):
        self.each(PHONE, "dark")

    def test_the_colours_can_be_chosen_and_stay(self):
        page = self.sign_in("vera", scheme="light")
        paper = lambda: page.evaluate("getComputedStyle(document.body).backgroundColor")
        light = paper()
        button = page.get_by_role("button", name="Colours")
        button.click()
        button.click()
        expect(button).to_have_accessible_name(re.compile("dark"))
        self.assertNotEqual(paper(), light)
        page.reload()
        expect(button).to_have_accessible_name(re.compile("dark"))
        self.assertNotEqual(paper(), light)


class Pictures(StaffTestCase):
    def test_pictures(self):
        """The documentation's, written when they are asked for: a mall on a busy morning."""
        self.open_mall(robots=14, speed=12)
        for product in self.products(9):
            self.expect_staff(200, "maria", "PATCH", f"/products/{product['product_id']}", {"stock": 200})
        placed = [self.place(items=1 + number % 9, card="card-approve" if number % 2 else None) for number in range(9)]
        for order in placed[1:6:2]:
            self.wait_for_state(order["order_id"], "ready")
            wait_until("the payment", lambda: self.order(order["order_id"])["paid"])
            self.expect_staff(200, "carl", "POST", f"/orders/{order['order_id']}/hand-over", {"pickup_code": order["pickup_code"]})
        self.wait_for_state(placed[2]["order_id"], "ready")
        self.expect_staff(200, "maria", "POST", "/bots/bot-9/pause", {"reason": "a door is blocked"})
        self.expect_staff(200, "maria", "POST", "/bots/bot-14/lost", {"reason": "not seen since yesterday"})
        for number in range(9):
            self.place(items=9 - number % 5, card="card-approve" if number % 3 else None)
        page = self.sign_in("maria")
        page.wait_for_timeout(2_000)
        self.picture(page, "staff-overview")
        self.view(page, "map")
        page.wait_for_timeout(2_500)
        self.picture(page, "staff-map")
        self.view(page, "orders")
        self.picture(page, "staff-orders")
        self.view(page, f"orders/{placed[3]['order_id']}")
        page.locator(".timeline").evaluate("story => scrollTo(0, story.getBoundingClientRect().top + scrollY - 120)")
        self.picture(page, "staff-order")
        self.view(page, "desk")
        page.keyboard.type(placed[2]["pickup_code"])
        page.keyboard.press("Enter")
        expect(page.locator(".found")).to_be_visible()
        page.wait_for_timeout(300)
        self.picture(page, "staff-desk")
        phone = self.sign_in("maria", "map", viewport=PHONE, scheme="dark")
        phone.wait_for_timeout(2_000)
        self.picture(phone, "staff-phone")


if __name__ == "__main__":
    unittest.main()
