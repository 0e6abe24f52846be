"""The kiosk page's modules that need no page: QR codes, which zbar reads; idleness; words; how the board's numbers fit."""
import random
import unittest

from kiosk import KioskTestCase
from PIL import Image
from pyzbar.pyzbar import decode

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


class QRCodes(KioskTestCase):
    def test_what_is_drawn_is_what_is_read(self):
        self.serve()
        page = self.open()
        lucky = random.Random(7)
        codes = ["".join(lucky.choices(ALPHABET, k=6)) for _ in range(60)]
        texts = ["".join(lucky.choices("abcXYZ0189 -%./:?&=", k=length)) for length in range(1, 107)]
        everything = codes + texts + ["A", "HELLO WORLD $%*+-./:", "https://mall.example/find?code=7KQ2MX"]
        grids = page.evaluate(
            "async texts => { const { encode } = await import('/assets/qr.js'); return texts.map(encode); }", everything)
        for text, grid in zip(everything, grids):
            self.assertEqual(self.read(grid), [text], f"{text!r} in {len(grid)} modules")
        self.assertEqual({len(grid) for grid in grids}, {21, 25, 29, 33, 37, 41}, "every version was drawn")

    def test_what_does_not_fit_is_refused(self):
        self.serve()
        page = self.open()
        refused = page.evaluate("""async text => { const { encode } = await import('/assets/qr.js');
            try { encode(text); return null; } catch (error) { return error.name; } }""", "x" * 107)
        self.assertEqual(refused, "RangeError")

    def read(self, grid):
        size = len(grid) + 8
        image = Image.new("L", (size, size), 255)
        for y, row in enumerate(grid):
            for x, dark in enumerate(row):
                if dark:
                    image.putpixel((x + 4, y + 4), 0)
        return [found.data.decode() for found in decode(image.resize((size * 4, size * 4), Image.Resampling.NEAREST))]


class PureModules(KioskTestCase):
    def test_a_kiosk_begins_anew_only_when_it_was_left(self):
        self.serve()
        page = self.open()
        told = page.evaluate("""async () => { const { Idle } = await import('/assets/idle.js');
            const idle = new Idle({ quiet: 60_000, countdown: 20_000 });
            const look = (now, held = false) => { const { do: what, seconds } = idle.look(now, held); return seconds ? `${what} ${seconds}` : what; };
            const said = [look(0), look(59_999), look(60_000), look(79_001), look(80_000)];
            idle.touch(80_000);
            said.push(look(81_000), look(139_999), look(141_000, true), look(200_000), look(201_000), look(221_000));
            const never = new Idle({ quiet: 0, countdown: 20_000 });
            never.touch(0);
            return [...said, never.look(1e9, false).do]; }""")
        self.assertEqual(told, [
            "nothing", "nothing", "ask 20", "ask 1", "reset",
            "nothing", "nothing", "nothing", "nothing", "ask 20", "reset", "nothing"])

    def test_amounts_have_their_currencys_digits(self):
        self.serve()
        page = self.open()
        told = page.evaluate("""async () => { const { money, times } = await import('/assets/words.js');
            const of = (minor_units, currency_code) => money({ minor_units, currency_code });
            return [of(1450, 'EUR'), of(-5, 'EUR'), of(980, 'JPY'), of(12345, 'KWD'), money(undefined), money(times({ minor_units: 210, currency_code: 'EUR' }, 3))]; }""")
        self.assertEqual([text.replace("\u00a0", " ") for text in told], ["€14.50", "-€0.05", "JP¥980", "KWD 12.345", "", "€6.30"])

    def test_what_is_short_is_named(self):
        self.serve()
        page = self.open()
        told = page.evaluate("""async () => { const { shortageWords } = await import('/assets/words.js');
            const lines = [{ product_id: 'a', name: 'Apples', quantity: 3 }, { product_id: 'b', name: 'Bread', quantity: 1 }, { product_id: 'c', name: 'Cake', quantity: 2 }];
            const stock = units => new Map(Object.entries(units).map(([id, stock]) => [id, { stock }]));
            return [shortageWords(lines, stock({ a: 3, b: 1, c: 2 }), { kind: 'checkout' }), shortageWords(lines, stock({ a: 1, b: 1 }), { kind: 'checkout' }),
                shortageWords(lines, stock({ a: 3, b: 1, c: 2 }), { kind: 'add', productID: 'b', quantity: 1 })]; }""")
        self.assertEqual(told, [
            None, "Of Apples only 1 is left and Cake is sold out. Please change your basket.", "Of Bread only 1 is left. Please change your basket."])

    def test_the_boards_numbers_are_as_large_as_they_can_be(self):
        self.serve()
        page = self.open()
        fits = page.evaluate("""async () => { const { fit } = await import('/assets/board-page.js');
            return Array.from({ length: 60 }, (_, i) => ({ number: i + 1, ...fit(i + 1, 1000, 700, 200) })); }""")
        for one in fits:
            rows = -(-one["number"] // one["columns"])
            self.assertLessEqual(one["columns"] * one["size"] * 2.46 - one["size"] * .16, 1000.01, one)
            self.assertLessEqual(rows * one["size"] * 1.52 - one["size"] * .16, 700.01, one)
        sizes = [one["size"] for one in fits]
        self.assertEqual(sizes, sorted(sizes, reverse=True), "more numbers are never larger")
        self.assertEqual(sizes[0], 200)


if __name__ == "__main__":
    unittest.main()
