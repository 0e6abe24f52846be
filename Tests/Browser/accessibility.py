"""Accessibility, checked in the browser: names, landmarks, headings, contrast, target sizes, focus, and the keyboard's way.

`check(test, page, what)` fails a test with a list of what is wrong with the page as it is shown now. It finds what can be
computed (accessibility.js says what); whether words make sense is for people. Sources: WCAG 2.2, levels A and AA.
"""
import pathlib

SCRIPT = (pathlib.Path(__file__).parent / "accessibility.js").read_text()
# A way through a page longer than this is a trap, or a page that nobody wants to walk.
LONGEST_WAY = 600

FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body || at === document.documentElement) return null;
  window.accessibilityNumbers ??= new Map();
  const numbers = window.accessibilityNumbers;
  if (!numbers.has(at)) numbers.set(at, numbers.size + 1);
  const look = element => { const s = getComputedStyle(element); return [s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0 && s.outlineColor, s.boxShadow, s.borderColor, s.backgroundColor, s.stroke, s.strokeWidth].join(" | "); };
  // A mark in a drawing may be all that shows the focus.
  const looks = () => [at, ...at.querySelectorAll("*")].slice(0, 12).map(look).join(" ; ");
  const focused = looks();
  const box = at.getBoundingClientRect();
  const words = (at.getAttribute("aria-label") || at.textContent || at.value || "").trim().replace(/\\s+/g, " ").slice(0, 40);
  const top = document.elementFromPoint(Math.max(0, Math.min(innerWidth - 1, box.x + box.width / 2)), Math.max(0, Math.min(innerHeight - 1, box.y + box.height / 2)));
  return {
    number: numbers.get(at), name: `<${at.tagName.toLowerCase()}${at.id ? "#" + at.id : ""}> “${words}”`, focused,
    outline: getComputedStyle(at).outlineStyle !== "none" && parseFloat(getComputedStyle(at).outlineWidth) > 0,
    inView: box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth,
    // Marks in one drawing may lie over each other.
    covered: Boolean(top) && !at.contains(top) && !top.contains(at) && box.height < innerHeight / 2
      && !(at.ownerSVGElement && at.ownerSVGElement === top.ownerSVGElement),
  };
}"""
PLAIN = """number => {
  for (const [element, its] of window.accessibilityNumbers) {
    if (its !== number) continue;
    const look = e => { const s = getComputedStyle(e); return [s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0 && s.outlineColor, s.boxShadow, s.borderColor, s.backgroundColor, s.stroke, s.strokeWidth].join(" | "); };
    return [element, ...element.querySelectorAll("*")].slice(0, 12).map(look).join(" ; ");
  }
  return null;
}"""


def problems(page):
    """What is wrong with the page as it is shown now, a line each."""
    return page.evaluate(SCRIPT)


def walk(page):
    """Goes through the page with the Tab key; what is wrong on the way, a line each."""
    wrong = []
    # Once around before anything is looked at: some pages come to rest only then.
    page.evaluate("() => { window.accessibilityNumbers = new Map(); document.activeElement?.blur?.(); window.getSelection()?.removeAllRanges(); }")
    seen = {}
    last = None
    stuck = 0
    for pressed in range(LONGEST_WAY):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUS)
        if last is not None:
            plain = page.evaluate(PLAIN, last["number"])
            if not last["outline"] and plain == last["focused"] and (at is None or at["number"] != last["number"]):
                wrong.append(f"{last['name']}: nothing shows that it has the focus")
        if at is None:
            # Where the focus was on something that is gone, the first presses lead out of the page and back into it.
            if not seen and pressed < 3:
                continue
            break
        if at["number"] in seen:
            stuck += 1
            if at["number"] == (last or {}).get("number"):
                wrong.append(f"{at['name']}: the Tab key does not leave it")
                break
            # Around again, as in a dialog: everything was seen.
            if stuck > 3:
                break
        else:
            stuck = 0
            seen[at["number"]] = at["name"]
            if not at["inView"]:
                wrong.append(f"{at['name']}: has the focus outside of what can be seen")
            elif at["covered"]:
                wrong.append(f"{at['name']}: has the focus under something else")
        last = at
    else:
        wrong.append(f"after {LONGEST_WAY} presses of Tab the page has not ended")
    if not seen:
        wrong.append("nothing can be reached with the Tab key")
    return wrong


def check(test, page, what, keyboard=True):
    """Fails `test` when the page, shown as `what`, is not accessible; `keyboard`: also walks through it."""
    wrong = problems(page) + (walk(page) if keyboard else [])
    if wrong:
        test.fail(f"{what} is not accessible:\n  " + "\n  ".join(sorted(set(wrong))))
