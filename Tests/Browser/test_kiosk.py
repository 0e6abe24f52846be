"""A customer at the kiosk, from the first touch to the last, with robots that drive."""
import unittest

import accessibility
from kiosk import KIOSK, PHONE, KioskTestCase, expect


class CustomersWay(KioskTestCase):
    def test_a_customer_chooses_waits_pays_and_collects(self):
        self.serve()
        self.bots(3, speed=6)
        page = self.open(viewport=KIOSK, touch=True)
        expect(page.get_by_role("heading", level=1)).to_have_text("Welcome to Harbour Gallery")
        self.picture(page, "kiosk-welcome", width=540)
        page.get_by_role("button", name="Start shopping").tap()
        expect(page.locator(".tile")).to_have_count(12)
        page.get_by_role("link", name="Crust & Crumb").tap()
        expect(page.locator(".card")).to_have_count(6)
        expect(page.locator(".card", has_text="Apple cake")).to_contain_text("€14.50")
        expect(page.locator(".card", has_text="Apple cake")).to_contain_text("only 8 left")
        page.get_by_role("button", name="Add Apple cake to the basket").tap()
        more = page.locator(".card").get_by_role("button", name="One Apple cake more")
        more.tap()
        expect(page.locator(".card", has_text="Apple cake").locator("output")).to_have_text("2")
        page.locator(".card").get_by_role("button", name="One Apple cake less").tap()
        expect(page.locator(".basket .total")).to_contain_text("€14.50")

        page.get_by_label("Search all stores").fill("socks")
        expect(page.locator(".card")).to_have_count(1)
        page.get_by_role("button", name="Add Running socks to the basket").tap()
        expect(page.locator(".basket .lines li")).to_have_count(2)
        page.get_by_label("Search all stores").fill("b")
        expect(page.locator(".card")).not_to_have_count(1)
        self.picture(page, "kiosk-shopping", width=540)

        page.get_by_role("link", name="Check out").tap()
        self.title(page, "Everything there?")
        self.picture(page, "kiosk-checkout", width=540)
        page.get_by_role("button", name="Order for €27.40").tap()
        code = self.ordered(page)
        self.assertEqual(self.read_qr(page), [code])
        ticket = self.order_of(code)["ticket"]
        expect(page.locator(".called")).to_contain_text(str(ticket))

        # Robots set out, and are seen in words and on the map.
        expect(page.locator(".whereabouts")).to_contain_text("Robot", timeout=60_000)
        expect(page.locator(".whereabouts")).to_contain_text("next stop", timeout=60_000)
        expect(page.locator("mall-map .robot").first).to_be_visible()
        expect(page.locator("mall-map .wanted")).to_have_count(2)
        self.picture(page, "kiosk-order", width=540)
        before = page.locator("mall-map .robot").first.get_attribute("style")
        page.wait_for_function("before => document.querySelector('mall-map .robot')?.getAttribute('style') !== before", arg=before)
        expect(page.locator(".tag", has_text="in a robot").first).to_be_visible(timeout=90_000)

        self.title(page, "Ready to collect", 120)
        self.pay(page, "Is approved")
        expect(page.locator(".badge")).to_have_text("Paid")
        self.picture(page, "kiosk-ready", width=540)
        self.hand_over(code)
        self.title(page, "Handed over")
        page.get_by_role("button", name="Done").tap()
        self.title(page, "Welcome to Harbour Gallery")
        self.assertEqual(page.evaluate("sessionStorage.length && sessionStorage.getItem('mallbots.session')"), None)

    def test_an_order_is_found_again_and_paid_on_arrival(self):
        self.serve()
        self.bots(3, speed=30)
        order = self.place(items=1)
        self.wait_for_state(order["order_id"], "ready")
        page = self.open(viewport=PHONE, touch=True)
        page.get_by_role("link", name="Find my order").tap()
        self.allow("status of 404")
        for key in "22222":
            page.get_by_role("button", name=key, exact=True).tap()
        expect(page.get_by_role("button", name="Find my order")).to_be_disabled()
        page.get_by_role("button", name="2", exact=True).tap()
        page.get_by_role("button", name="Find my order").tap()
        expect(page.get_by_role("alert")).to_contain_text("no order with this code")
        page.get_by_label("Pickup code").fill(order["pickup_code"].lower())
        page.keyboard.press("Enter")
        self.title(page, "Ready to collect")
        self.picture(page, "kiosk-phone", width=390)
        self.pay(page, "Is approved")
        expect(page.locator(".badge")).to_have_text("Paid")

    def test_who_guesses_codes_is_told_to_wait(self):
        self.serve()
        self.allow("status of 404", "status of 429")
        page = self.open()
        page.get_by_role("link", name="Find my order").click()
        for number in range(12):
            page.get_by_label("Pickup code").fill(f"2222{number + 20}")
            with page.expect_response(lambda response: "pickup_code" in response.url):
                page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Too many wrong codes. Please try again in")


class Paying(KioskTestCase):
    def test_a_card_given_at_checkout_is_charged_when_all_is_there(self):
        self.serve()
        self.bots(3, speed=30)
        page = self.open()
        self.start_shopping(page)
        self.choose(page, "Crust & Crumb", "Butter croissant")
        self.check_out(page, "Is approved")
        code = self.ordered(page)
        expect(page.get_by_text("is charged when everything is there")).to_be_visible()
        expect(page.locator(".badge")).to_have_text("Paid", timeout=90_000)
        self.title(page, "Ready to collect")
        self.hand_over(code)
        self.title(page, "Handed over")

    def test_a_card_declined_at_checkout_costs_nothing_and_the_items_are_kept(self):
        self.serve()
        page = self.open()
        self.start_shopping(page)
        self.choose(page, "Crust & Crumb", "Butter croissant", "Breakfast rolls")
        self.check_out(page, "Is declined")
        self.title(page, "This order did not go through")
        expect(page.get_by_text("Your card was declined. Nothing was charged.")).to_be_visible()
        page.get_by_role("button", name="Try again with these items").click()
        self.title(page, "Everything there?")
        expect(page.locator(".lines .what strong")).to_have_text(["Butter croissant", "Breakfast rolls"])
        page.get_by_role("button", name="Order for €5.30").click()
        self.ordered(page)
        states = sorted(order["state"] for order in self.orders())
        self.assertEqual(len(states), 2, states)

    def test_a_card_declined_when_paying_may_be_followed_by_another(self):
        self.serve()
        page = self.open()
        self.start_shopping(page)
        self.choose(page, "Crust & Crumb", "Butter croissant")
        self.check_out(page)
        code = self.ordered(page)
        self.title(page, "Robots are shopping for you")
        self.allow("status of 402")
        self.pay(page, "Is declined")
        expect(page.locator(".notice.bad")).to_contain_text("The card was declined. Nothing was charged.")
        expect(page.locator(".badge")).to_have_text("Not yet paid")
        self.pay(page, "Is approved")
        expect(page.locator(".badge")).to_have_text("Paid")
        self.assertTrue(self.order_of(code)["paid"])

    def test_a_bank_that_answers_late_is_waited_for(self):
        self.serve()
        page = self.open("?idle=2&countdown=2")
        self.start_shopping(page)
        self.choose(page, "Crust & Crumb", "Butter croissant")
        self.check_out(page)
        code = self.ordered(page)
        self.title(page, "Robots are shopping for you")
        self.pay(page, "Answers late")
        # Meanwhile nothing begins anew, however long nobody touches the screen.
        expect(page.locator(".badge")).to_have_text("Paying ...")
        expect(page.get_by_role("button", name="Cancel this order")).to_be_disabled()
        expect(page.locator(".badge")).to_have_text("Paid", timeout=60_000)
        self.assertTrue(self.order_of(code)["paid"])


class Changes(KioskTestCase):
    def test_an_order_is_cancelled_after_asking_back(self):
        self.serve()
        page = self.open()
        self.start_shopping(page)
        self.choose(page, "Crust & Crumb", "Butter croissant")
        self.check_out(page)
        code = self.ordered(page)
        self.title(page, "Robots are shopping for you")
        self.pay(page, "Is approved")
        expect(page.locator(".badge")).to_have_text("Paid")
        page.get_by_role("button", name="Cancel this order").click()
        expect(page.get_by_role("dialog")).to_contain_text("€2.10 go back")
        page.get_by_role("button", name="Keep the order").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.get_by_role("button", name="Cancel this order").click()
        page.get_by_role("button", name="Yes, cancel it").click()
        self.title(page, "Cancelled")
        self.assertEqual(self.order_of(code)["state"], "canceled")

    def test_what_stores_do_not_have_is_said_and_not_paid_for(self):
        self.serve()
        self.bots(2, "--fail-rate", "1", speed=20)
        page = self.open()
        self.start_shopping(page)
        self.choose(page, "Crust & Crumb", "Butter croissant")
        self.check_out(page)
        self.ordered(page)
        self.title(page, "Cancelled", 120)
        expect(page.get_by_text("The stores turned out to have none of it.")).to_be_visible()
        expect(page.locator(".tag.bad")).to_have_text("not to be had")

    def test_an_order_shrinks_to_what_can_be_had(self):
        self.serve()
        faults = self.folder / "faults.yaml"
        faults.write_text("faults:\n  - {fault: out-of-stock, at: accepted, bots: [bot-1]}\n")
        page = self.open()
        self.start_shopping(page)
        self.choose(page, "Crust & Crumb", "Butter croissant", "Breakfast rolls")
        self.check_out(page)
        code = self.ordered(page)
        self.bots(1, "--scenario", faults, speed=20)
        self.title(page, "Ready to collect", 120)
        expect(page.locator(".tag.bad")).to_have_count(1)
        expect(page.locator(".tag.good")).to_have_count(1)
        expect(page.get_by_text("Total of what can be had")).to_be_visible()
        total = self.order_of(code)["total"]["minor_units"]
        self.assertIn(total, (210, 320))
        expect(page.get_by_role("button", name=f"Pay €{total // 100}.{total % 100}")).to_be_visible()

    def test_what_was_sold_meanwhile_is_named_at_checkout(self):
        self.serve()
        page = self.open()
        self.start_shopping(page)
        self.choose(page, "Crust & Crumb", "Apple cake")
        for _ in range(7):
            page.locator(".card").get_by_role("button", name="One Apple cake more").click()
        expect(page.locator(".card", has_text="Apple cake").locator("output")).to_have_text("8")
        expect(page.locator(".basket .total")).to_contain_text("€116.00")
        # There are eight; another customer takes three.
        basket = self.expect(201, "POST", "/api/v1/baskets")["order_id"]
        self.expect(200, "POST", f"/api/v1/baskets/{basket}/items", {"product_id": "bakery-apple-cake", "quantity": 3})
        self.expect(201, "POST", f"/api/v1/baskets/{basket}/checkout")
        self.allow("status of 409")
        self.check_out(page)
        expect(page.locator(".notice.bad")).to_contain_text("Of Apple cake only 5 are left.")
        for _ in range(3):
            page.get_by_role("button", name="One Apple cake less").click()
        expect(page.locator(".total strong")).to_have_text("€72.50")
        page.get_by_role("button", name="Order for €72.50").click()
        self.ordered(page)


class Views(KioskTestCase):
    """Each view, in light and dark, on a phone, a laptop and a kiosk."""

    def check_all(self, scheme, viewport):
        self.serve()
        page = self.open(scheme=scheme, viewport=viewport)

        def check(what):
            # What is scrolled away counts as unseen: each view is looked at from its top.
            page.evaluate("document.querySelector('main').scrollTo(0, 0)")
            accessibility.check(self, page, what)
        expect(page.get_by_role("heading", level=1)).to_have_text("Welcome to Harbour Gallery")
        check("welcome")
        self.start_shopping(page)
        check("stores")
        self.choose(page, "Crust & Crumb", "Apple cake", "Butter croissant")
        check("a store's products")
        page.get_by_label("Search all stores").fill("mug")
        expect(page.locator(".card")).to_have_count(1)
        check("found products")
        page.get_by_label("Search all stores").fill("xyzzy")
        expect(page.get_by_text("Nothing found")).to_be_visible()
        check("nothing found")
        page.get_by_role("link", name="Check out").click()
        page.get_by_label("Pay by card now").check()
        check("checkout")
        page.get_by_label("Pay later").check()
        page.get_by_role("button", name="Order for").click()
        code = self.ordered(page)
        self.title(page, "Robots are shopping for you")
        check("an order")
        page.get_by_role("button", name="Pay €").click()
        check("paying")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Cancel this order").click()
        check("cancelling")
        page.get_by_role("button", name="Yes, cancel it").click()
        self.title(page, "Cancelled")
        check("a cancelled order")
        page.get_by_role("button", name="Done").click()
        page.get_by_role("link", name="Find my order").click()
        page.get_by_label("Pickup code").fill("222222")
        self.allow("status of 404")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("no order")
        check("finding an order")
        self.assertTrue(code)

    def test_a_laptop_in_the_light(self):
        self.check_all("light", {"width": 1280, "height": 800})

    def test_a_kiosk_in_the_dark(self):
        self.check_all("dark", KIOSK)

    def test_a_phone(self):
        self.check_all("light", PHONE)


if __name__ == "__main__":
    unittest.main()
