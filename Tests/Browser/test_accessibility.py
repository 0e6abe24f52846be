"""The accessibility checks themselves: each fault that is planted in a page is found, and a good page has none."""
import unittest

import accessibility
from browser import BrowserTestCase

GOOD = """<!doctype html><html lang="en"><head><title>Good</title><style>
  body { color: #222; background: #fff; margin: 0 } button, input, a.big { min-height: 30px; min-width: 30px; border: 2px solid #555 }
  :focus-visible { outline: 3px solid #06c } </style></head><body><nav aria-label="Menu"><a class="big" href="#x">Home</a></nav><main>
  <h1>Title</h1><h2>Part</h2><p>Words <a href="#y">link</a></p><label for="f">Name</label> <input id="f"> <button>Go</button>
  <img alt="" src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><svg aria-hidden="true" width="9" height="9"></svg>
  <ul><li>One</li></ul><table><tr><th>Head</th></tr></table></main></body></html>"""

# What is planted (in place of what), and a word of the complaint.
FAULTS = [
    ('lang="en"', "", "no language"),
    ("<title>Good</title>", "<title> </title>", "no title"),
    ("<main>", "<div>", "main landmarks"),
    ("<h2>Part</h2>", "<h4>Part</h4>", "level 4 after one of level 1"),
    ("<h1>Title</h1>", "<p>Title</p>", "first headings"),
    ("<button>Go</button>", "<button></button>", "has no name"),
    ('<label for="f">', "<label>", "has no name"),
    ('<label for="f">', '<label for="g">', "which is not there"),
    ('<img alt=""', "<img", "alternative text"),
    ('<svg aria-hidden="true"', "<svg", "is a drawing"),
    ('aria-label="Menu"', "", "landmark without a name"),
    ("<p>Words", '<p style="color: #999">Words', "contrast of 2.8"),
    ("<p>Words", '<p style="opacity: .5">Words', "contrast of"),
    ("border: 2px solid #555", "border: 2px solid #ddd", "border with a contrast"),
    ("<button>Go</button>", '<button style="min-height: 0; height: 12px; min-width: 0">Go</button>', "less than 24 by 24"),
    ("<button>Go</button>", '<button id="f">Go</button>', "is there 2 times"),
    ("<button>Go</button>", '<span aria-hidden="true"><button>Go</button></span>', "hidden from screen readers"),
    ("<ul><li>One</li></ul>", "<div><li>One</li></div>", "outside a list"),
    ("<ul>", '<ul role="lits">', "unknown role"),
    ("<th>Head</th>", "<td>Head</td>", "without header cells"),
    ("<h2>Part</h2>", '<h2>Part</h2><p style="width: 3000px">Wide</p>', "px wide on a screen"),
    (":focus-visible { outline: 3px solid #06c }", "* { outline: none !important }", "nothing shows that it has the focus"),
    ("<button>Go</button>", "<button onkeydown=\"event.preventDefault()\">Go</button>", "does not leave it"),
    ("<button>Go</button>", '<button style="position: absolute; left: -900px">Go</button>', "outside of what can be seen"),
]


class Accessibility(BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.page_under_test = self.page("about:blank")

    def wrong(self, html):
        self.page_under_test.set_content(html)
        return accessibility.problems(self.page_under_test) + accessibility.walk(self.page_under_test)

    def test_a_good_page_has_no_faults(self):
        self.assertEqual(self.wrong(GOOD), [])

    def test_each_planted_fault_is_found(self):
        for old, new, word in FAULTS:
            with self.subTest(word, planted=new):
                self.assertEqual(GOOD.count(old), 1, old)
                wrong = self.wrong(GOOD.replace(old, new))
                self.assertTrue(any(word in line for line in wrong), wrong)

    def test_the_page_under_an_open_dialog_is_let_be(self):
        html = GOOD.replace("</main>", "<button></button><dialog aria-label='Ask'><h2>Sure?</h2><button>Yes</button></dialog></main>")
        self.page_under_test.set_content(html)
        self.page_under_test.evaluate("document.querySelector('dialog').showModal()")
        self.assertEqual(accessibility.problems(self.page_under_test), [])


if __name__ == "__main__":
    unittest.main()
