// Made by scripts/pages of the files in Page/. Do not edit.
import Web

/// The page's files, compiled in.
let pageFiles: [PageFile] = [
    PageFile(
        path: "/assets/api.js", source: "api.js", contentType: "text/javascript; charset=utf-8",
        tag: "ff7a1de7a20dabdb",
        content: #"""
// Talking to the kiosk gateway.

/// Longer than the gateway lets a service take.
const PATIENCE = 13_000;

/// An answer that is not what was asked for: a problem document of RFC 9457, or none when nothing came at all.
export class Refusal extends Error {
  constructor(status, problem, retryAfter) {
    super(problem?.detail ?? "no answer");
    this.status = status;
    this.kind = problem?.type?.split(":").at(-1) ?? (status ? "unknown" : "unreachable");
    this.errors = problem?.errors ?? [];
    /// In milliseconds.
    this.retryAfter = retryAfter;
  }

  /// Whether it may go well later, as it is. What was asked for may have been done all the same.
  get isPassing() {
    return this.status === 0 || [408, 425, 429, 502, 503, 504].includes(this.status);
  }
}

/// Asks the gateway. Returns the status and the document, if there is one.
export async function ask(method, path, { body, key } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  let response, text;
  try {
    response = await fetch(path, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    text = await response.text();
  } catch {
    throw new Refusal(0);
  }
  let document;
  try {
    document = text ? JSON.parse(text) : undefined;
  } catch {
    // Not from our gateway: a proxy's page, say.
    throw new Refusal(response.ok ? 502 : response.status);
  }
  if (response.ok) return { status: response.status, document };
  throw new Refusal(response.status, document, Number(response.headers.get("Retry-After")) * 1000 || undefined);
}

/// The document at a path.
export const get = async path => (await ask("GET", path)).document;

/// Follows server-sent events until `close` is called, also over a server that is gone for a while.
///
/// A browser comes back by itself after a break, but not after an answer that is an error: then this one does.
export function follow(path, handlers, { lost, ended } = {}) {
  let source, timer, closed = false;
  const open = () => {
    source = new EventSource(path);
    for (const [name, handler] of Object.entries(handlers)) {
      source.addEventListener(name, event => {
        lost?.(false);
        handler(JSON.parse(event.data));
      });
    }
    source.onopen = () => lost?.(false);
    source.onerror = () => {
      if (closed) return;
      if (ended?.()) return close();
      lost?.(true);
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, 2_000);
    };
  };
  const close = () => {
    closed = true;
    clearTimeout(timer);
    source.close();
  };
  open();
  return close;
}

"""#),
    PageFile(
        path: "/assets/attract-view.js", source: "attract-view.js", contentType: "text/javascript; charset=utf-8",
        tag: "8662ea9dd92ff258",
        content: #"""
// What the kiosk shows while nobody is there.

import { h, View } from "./dom.js";
import { icon, sign } from "./icons.js";
import { go, shop } from "./shop.js";

const STEPS = [
  ["basket", "Choose", "from every store, here at one place"],
  ["robot", "Robots fetch it", "while you sit down for a coffee"],
  ["depot", "Collect", "everything at the depot, with your code"],
];

class AttractView extends View {
  source = shop;

  view() {
    const mall = shop.settings?.mall_name;
    return h("section", { class: "attract", onclick: event => { if (!event.target.closest("a, button")) go("#/stores"); } },
      h("div", { class: "signs", "aria-hidden": "true" }, (shop.stores ?? []).slice(0, 12).map(store => sign(store.category))),
      h("h1", { tabindex: -1 }, mall ? `Welcome to ${mall}` : "Welcome"),
      h("p", { class: "lead" }, "All our stores. One basket. Robots do the walking."),
      h("ol", { class: "steps" }, STEPS.map(([name, title, text]) =>
        h("li", {}, icon(name), h("div", {}, h("strong", {}, title), h("span", {}, text))))),
      h("div", { class: "ways" },
        h("button", { class: "primary huge", onclick: () => go("#/stores") }, "Start shopping"),
        h("a", { class: "button huge on-dark", href: "#/find" }, icon("ticket"), "Find my order")));
  }
}

customElements.define("attract-view", AttractView);

"""#),
    PageFile(
        path: "/assets/base.css", source: "base.css", contentType: "text/css; charset=utf-8",
        tag: "28de68d34dc6df0b",
        content: #"""
/* Colours, type and controls that the kiosk and the board share. */

:root {
  color-scheme: light dark;
  --ground: #f5f2ec; --card: #ffffff; --sunk: #ece8df; --ink: #172226; --soft: #56646a; --line: #dcd7cc; --edge: #7a8286;
  --main: #0b5d66; --on-main: #ffffff; --main-ground: #dcedee; --main-deep: #083f46;
  --good: #1c6b3c; --good-ground: #e0f1e5; --bad: #a3271f; --bad-ground: #fbe6e2; --warm: #f2b84b; --warm-ink: #3b2900;
  --focus: #b8430a; --shadow: 0 1px 2px rgb(23 34 38 / 8%), 0 6px 20px rgb(23 34 38 / 7%);
  --sign-ground: 60% 90%; --sign-ink: 65% 26%;
  --round: 1.125rem;
}

@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1719; --card: #182225; --sunk: #223034; --ink: #eaf1f0; --soft: #a3b3b5; --line: #33454a; --edge: #7f9399;
    --main: #56c6c3; --on-main: #04292b; --main-ground: #143a3d; --main-deep: #0a3338;
    --good: #7fd69e; --good-ground: #163524; --bad: #ff9f93; --bad-ground: #43201c; --warm: #f2b84b; --warm-ink: #3b2900;
    --focus: #ffb86b; --shadow: 0 1px 2px rgb(0 0 0 / 40%), 0 6px 20px rgb(0 0 0 / 30%);
    --sign-ground: 35% 22%; --sign-ink: 70% 80%;
  }
}

*, ::before, ::after { box-sizing: border-box; }

html { font-size: clamp(16px, 0.6rem + 0.62vw, 24px); -webkit-text-size-adjust: 100%; height: 100%; }

/* A screen on its end is looked at from farther away than a phone. */
@media (min-width: 900px) and (orientation: portrait) { html { font-size: clamp(20px, 2.25vw, 44px); } }

body {
  margin: 0; min-height: 100%; background: var(--ground); color: var(--ink); overscroll-behavior: none;
  font: 400 1rem/1.45 Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
  font-feature-settings: "tnum", "cv11"; -webkit-tap-highlight-color: transparent; touch-action: manipulation;
}

h1, h2, h3, p, ul, ol, figure, fieldset { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h1 { font-size: 2rem; line-height: 1.12; letter-spacing: -.022em; font-weight: 700; text-wrap: balance; outline: none; }
h2 { font-size: 1.2rem; line-height: 1.25; letter-spacing: -.01em; font-weight: 650; }
.soft { color: var(--soft); }
.lead { font-size: 1.15rem; color: var(--soft); text-wrap: pretty; }
.icon { width: 1.4em; height: 1.4em; flex: none; fill: none; stroke: currentcolor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.hidden { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

button, .button, input { font: inherit; color: inherit; }

button, .button {
  display: inline-flex; align-items: center; justify-content: center; gap: .5em; min-height: max(3rem, 48px); padding: .5rem 1.1rem;
  border: 0; border-radius: .9rem; background: var(--sunk); font-weight: 600; text-decoration: none; cursor: pointer; white-space: nowrap;
  transition: background-color .12s, transform .12s, filter .12s; user-select: none;
}
button:hover, .button:hover { filter: brightness(.96); }
button:active, .button:active { transform: scale(.98); }
.primary { background: var(--main); color: var(--on-main); }
.huge { min-height: max(3.8rem, 60px); padding: .8rem 1.8rem; font-size: 1.15rem; border-radius: 1.1rem; }
.quiet { background: transparent; box-shadow: inset 0 0 0 1.5px var(--line); }
.quiet:hover { background: var(--sunk); filter: none; }
.danger { color: var(--bad); }
.icon-only { padding: 0; width: max(3rem, 48px); flex: none; }
button:disabled, [aria-disabled="true"] { background: var(--sunk); color: var(--soft); box-shadow: none; cursor: default; filter: none; transform: none; }

:focus-visible { outline: 3px solid var(--focus); outline-offset: 3px; }
h1:focus-visible { outline: none; }

@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { transition: none !important; animation: none !important; scroll-behavior: auto !important; }
}
@media (forced-colors: active) { button, .button { border: 2px solid; } }

"""#),
    PageFile(
        path: "/assets/basket-panel.js", source: "basket-panel.js", contentType: "text/javascript; charset=utf-8",
        tag: "ac8c9e518be9d02e",
        content: #"""
// The basket, beside or below whatever is being looked at.

import { h, View } from "./dom.js";
import { icon } from "./icons.js";
import { stepper } from "./products-view.js";
import { shop } from "./shop.js";
import { count, money, times } from "./words.js";

class BasketPanel extends View {
  source = shop;
  #isOpen = false;

  view() {
    const lines = shop.basket?.lines ?? [];
    const units = shop.unitsInBasket;
    const waiting = shop.outbox.entries.filter(entry =>
      entry.kind === "add" && !lines.some(line => line.product_id === entry.productID));
    return h("aside", { class: this.#isOpen ? "basket open" : "basket", "aria-label": "Basket" },
      h("div", { class: "basket-head" },
        h("h2", {}, icon("basket"), "Your basket"),
        h("button", {
          class: "quiet unfold", "aria-expanded": String(this.#isOpen), "aria-controls": units === 0 ? null : "basket-lines", disabled: units === 0,
          onclick: () => { this.#isOpen = !this.#isOpen; this.show(); },
        }, this.#isOpen ? "Hide items" : "Show items")),
      h("p", { class: "hidden", role: "status" }, units === 0 ? "Your basket is empty" : `${count(units, "item")} in your basket`),
      units === 0
        ? h("p", { class: "empty" }, "Nothing in it yet. Tap Add at what you like.")
        : h("ul", { class: "lines", id: "basket-lines" },
          lines.map(line => h("li", { key: line.product_id, class: shop.units(line.product_id) === 0 ? "going" : "" },
            h("div", { class: "what" }, h("strong", {}, line.name), h("span", { class: "soft" }, line.store_name)),
            stepper(line, shop.units(line.product_id), shop.units(line.product_id) < 99),
            h("span", { class: "sum" }, money(times(line.unit_price, shop.units(line.product_id)))))),
          waiting.map(entry => h("li", { key: `waiting ${entry.key}`, class: "going" },
            h("div", { class: "what" }, h("strong", {}, entry.name), h("span", { class: "soft" }, "is being put in")),
            h("span", { class: "sum" }, `${entry.quantity} ×`)))),
      h("div", { class: "basket-foot" },
        h("p", { class: "total" }, h("span", {}, units === 0 ? "Total" : count(units, "item")), h("strong", {}, money(shop.basket?.total) || "–")),
        h("a", {
          class: "button primary huge", href: "#/checkout", role: "link", "aria-disabled": units === 0 ? "true" : null,
          tabindex: units === 0 ? -1 : null, onclick: event => { if (units === 0) event.preventDefault(); },
        }, "Check out")));
  }
}

customElements.define("basket-panel", BasketPanel);

"""#),
    PageFile(
        path: "/assets/board-page.js", source: "board-page.js", contentType: "text/javascript; charset=utf-8",
        tag: "ed91c6ee588b0100",
        content: #"""
// The board above the depot: which orders are being fetched, and which can be collected.

import { follow, get } from "./api.js";
import { h, View } from "./dom.js";

/// So long a number that has just become ready stands out, in milliseconds.
const NEW = 30_000;
/// Of a number's size: how wide three digits are with what is around them, how high, and the gap between two.
const [WIDE, HIGH, GAP] = [2.3, 1.36, 0.16];

/// The columns with which so many numbers are largest in a field, and how large, in its units.
export function fit(number, width, height, largest) {
  let best = { columns: 1, size: 0 };
  for (let columns = 1; columns <= number; columns += 1) {
    const rows = Math.ceil(number / columns);
    const size = Math.min(largest, width / (columns * (WIDE + GAP) - GAP), height / (rows * (HIGH + GAP) - GAP));
    if (size > best.size) best = { columns, size };
  }
  return best;
}

class BoardPage extends View {
  #board = null;
  #since = new Map();
  #isLost = false;
  #mall = "";

  connectedCallback() {
    super.connectedCallback();
    follow("/api/v1/board/events", { board: board => this.#take(board) }, {
      lost: lost => {
        if (lost === this.#isLost) return;
        this.#isLost = lost;
        this.show();
      },
    });
    this.#learnName();
    // The clock, numbers that are not new any more, and a screen that was turned.
    setInterval(() => this.show(), 1_000);
  }

  async #learnName() {
    try {
      this.#mall = (await get("/api/v1/shop")).mall_name;
      this.show();
    } catch {
      setTimeout(() => this.#learnName(), 5_000);
    }
  }

  #take(board) {
    const now = performance.now();
    const known = this.#since;
    this.#since = new Map(board.ready.map(({ ticket }) => [ticket, known.get(ticket) ?? (this.#board ? now : -NEW)]));
    this.#board = board;
    this.show();
  }

  show() {
    super.show();
    for (const list of this.querySelectorAll("ol")) {
      const largest = this.clientHeight * (list.closest(".ready") ? 0.24 : 0.15);
      const { columns, size } = fit(list.children.length, list.clientWidth, list.clientHeight, largest);
      list.style.setProperty("--columns", columns);
      list.style.setProperty("--size", `${Math.floor(size)}px`);
    }
  }

  view() {
    const now = performance.now();
    const isNew = ticket => now - (this.#since.get(ticket) ?? -NEW) < NEW;
    const fresh = (this.#board?.ready ?? []).filter(({ ticket }) => isNew(ticket)).map(({ ticket }) => ticket);
    const { preparing = [], ready = [] } = this.#board ?? {};
    document.title = `Order board${this.#mall ? ` · ${this.#mall}` : ""}`;
    return [
      h("header", {}, h("h1", {}, this.#mall || "Orders"),
        this.#isLost && h("p", { class: "lost", role: "alert" }, "No connection: this is how it was. Trying again."),
        h("time", {}, new Date().toLocaleTimeString(navigator.language, { hour: "2-digit", minute: "2-digit" }))),
      h("main", {},
        h("section", { class: "preparing", "aria-labelledby": "preparing" },
          h("h2", { id: "preparing" }, "Preparing"), this.#numbers(preparing, () => false, "Nothing is being fetched.")),
        h("section", { class: "ready", "aria-labelledby": "ready" },
          h("h2", { id: "ready" }, "Ready to collect"), this.#numbers(ready, isNew, "Nothing waits to be collected."))),
      h("p", { class: "hidden", "aria-live": "polite" }, fresh.length > 0 ? `Now ready: ${fresh.join(", ")}` : ""),
    ];
  }

  #numbers(tickets, isNew, otherwise) {
    if (!this.#board) return h("p", { class: "none" }, "Looking ...");
    if (tickets.length === 0) return h("p", { class: "none" }, otherwise);
    return h("ol", {}, tickets.map(({ ticket }) => h("li", { key: ticket, class: isNew(ticket) ? "new" : "" }, ticket)));
  }
}

customElements.define("board-page", BoardPage);

"""#),
    PageFile(
        path: "/assets/board.css", source: "board.css", contentType: "text/css; charset=utf-8",
        tag: "5d61f4529c4a8ec7",
        content: #"""
/* The order board: to be read from ten metres. */

html { font-size: 16px !important; }
board-page { display: flex; flex-direction: column; height: 100dvh; background: #07262b; color: #fff; --unit: min(1vw, 1.7vh); }
board-page header { display: flex; align-items: center; gap: 2rem; padding: calc(var(--unit) * 1.6) calc(var(--unit) * 3); }
board-page h1 { flex: 1; font-size: calc(var(--unit) * 3.2); font-weight: 650; }
board-page time { font-size: calc(var(--unit) * 3.2); font-weight: 650; font-variant-numeric: tabular-nums; }
.lost { padding: .5em 1em; border-radius: 99rem; background: #f2b84b; color: #3b2900; font-size: calc(var(--unit) * 1.8); font-weight: 650; }
board-page main { flex: 1; min-height: 0; display: grid; grid-template-columns: 2fr 3fr; }
board-page section { display: flex; flex-direction: column; gap: calc(var(--unit) * 2); padding: calc(var(--unit) * 3); min-height: 0; overflow: hidden; }
board-page h2 { font-size: calc(var(--unit) * 4.2); font-weight: 650; letter-spacing: -.02em; }
board-page .none { font-size: calc(var(--unit) * 2.4); opacity: .85; }
.preparing { background: #0b343a; }
.preparing h2 { color: #bfe3e2; }
.preparing ol { color: #d9efee; }
.ready { background: #f4efe4; color: #10282c; }
.ready h2 { color: #0b5d66; }
board-page ol { flex: 1; min-height: 0; display: grid; align-content: start; gap: .16em; grid-template-columns: repeat(var(--columns, 1), 1fr); font-size: var(--size, 4rem); font-weight: 750; line-height: 1; font-variant-numeric: tabular-nums; }
board-page li { display: grid; place-items: center; padding: .18em .1em; border-radius: .16em; }
.ready li { background: #fff; box-shadow: 0 2px 10px rgb(16 40 44 / 12%); }
.ready li.new { background: #0b5d66; color: #fff; box-shadow: 0 0 0 .07em #f2b84b; animation: call 1.6s ease-in-out infinite; }
@keyframes call { 50% { box-shadow: 0 0 0 .16em #f2b84b; } }
/* A screen on its end: what is ready comes first. */
@media (orientation: portrait) {
  board-page { --unit: min(1.7vw, 1vh); }
  board-page main { grid-template: 3fr 2fr / 1fr; }
  board-page .ready { order: -1; }
}

"""#),
    PageFile(
        path: "/board", source: "board.html", contentType: "text/html; charset=utf-8",
        tag: "fe440af600509ad5",
        content: #"""
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>Order board</title>
  <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/assets/base.css">
  <link rel="stylesheet" href="/assets/board.css">
  <script type="module" src="/assets/board-page.js"></script>
</head>
<body>
  <noscript>This page needs JavaScript.</noscript>
  <board-page></board-page>
</body>
</html>

"""#),
    PageFile(
        path: "/assets/checkout-view.js", source: "checkout-view.js", contentType: "text/javascript; charset=utf-8",
        tag: "98021426e5210311",
        content: #"""
// The last look at the basket, and how to pay.

import { h, View } from "./dom.js";
import { icon } from "./icons.js";
import { noticeBar } from "./notice-bar.js";
import { stepper } from "./products-view.js";
import { go, shop } from "./shop.js";
import { count, money, times } from "./words.js";

class CheckoutView extends View {
  source = shop;
  #way = "later";
  #card = null;

  view() {
    if (shop.outbox.has("checkout")) return this.#placing();
    const lines = shop.basket?.lines ?? [];
    if (lines.length === 0 && !shop.outbox.has("start", "add")) return this.#nothing();
    const cards = shop.settings?.test_cards ?? [];
    return h("section", { class: "checkout" },
      h("div", { class: "store-head" },
        h("a", { class: "button quiet icon-only", href: "#/stores", "aria-label": "Back to the stores" }, icon("back")),
        h("h1", { tabindex: -1 }, "Everything there?")),
      noticeBar(),
      h("div", { class: "columns" }, this.#lines(lines), h("div", { class: "column" },
        h("fieldset", { class: "ways-to-pay" }, h("legend", {}, "How would you like to pay?"),
          this.#choice("later", "later", "Pay later", "Here or at the depot's desk, by card or in cash, when your things are there."),
          cards.length > 0 && this.#choice("card", "card", "Pay by card now", "Your card is charged when everything is there, for what you really get.")),
        this.#way === "card" && cards.length > 0 && chooseCard(cards, this.#card, token => { this.#card = token; this.show(); }),
        h("div", { class: "actions" },
          h("button", {
            class: "primary huge", disabled: lines.length === 0 || (this.#way === "card" && !this.#card),
            onclick: () => shop.checkout(this.#way === "card" ? this.#card : undefined),
          }, `Order for ${money(shop.basket?.total)}`)))));
  }

  #lines(lines) {
    return h("ul", { class: "lines sheet" }, lines.map(line => h("li", { key: line.product_id },
      h("div", { class: "what" }, h("strong", {}, line.name), h("span", { class: "soft" }, `${line.store_name} · ${money(line.unit_price)} each`)),
      stepper(line, shop.units(line.product_id), shop.units(line.product_id) < 99),
      h("span", { class: "sum" }, money(times(line.unit_price, line.quantity))))),
    h("li", { class: "total", key: "total" }, h("span", {}, count(shop.unitsInBasket, "item")), h("strong", {}, money(shop.basket?.total))));
  }

  #choice(value, drawing, title, text) {
    return h("label", { class: "choice" },
      h("input", { type: "radio", name: "way", value, ".checked": this.#way === value, onchange: () => { this.#way = value; this.show(); } }),
      icon(drawing), h("span", {}, h("strong", {}, title), h("span", { class: "soft" }, text)));
  }

  #placing() {
    return h("section", { class: "checkout placing", role: "status" },
      h("h1", { tabindex: -1 }, "Placing your order ..."),
      h("span", { class: "spinner", "aria-hidden": "true" }),
      h("p", {}, shop.outbox.isStuck
        ? "The mall does not answer at the moment. We keep trying; your order is placed once, however often we ask."
        : "This takes a moment."));
  }

  #nothing() {
    return h("section", { class: "checkout placing" }, h("h1", { tabindex: -1 }, "Your basket is empty"),
      noticeBar(),
      h("button", { class: "primary huge", onclick: () => go("#/stores") }, "Go to the stores"));
  }
}

/// Test cards, for a shop that only simulates payments.
export const chooseCard = (cards, chosen, choose) => h("fieldset", { class: "test-cards" },
  h("legend", {}, "Test cards"),
  h("p", { class: "soft" }, "Payments are simulated here: no money moves."),
  h("div", { class: "card-row" }, cards.map(card => h("label", { class: "choice", key: card.card_token },
    h("input", { type: "radio", name: "card", value: card.card_token, ".checked": chosen === card.card_token, onchange: () => choose(card.card_token) }),
    icon("card"), h("span", {}, h("strong", {}, card.name))))));

customElements.define("checkout-view", CheckoutView);

"""#),
    PageFile(
        path: "/assets/dom.js", source: "dom.js", contentType: "text/javascript; charset=utf-8",
        tag: "3032da28ebaf50cd",
        content: #"""
// Building the page: descriptions of elements, and what makes a part of the document agree with one.
//
// A view says what it looks like now; `patch` changes only what differs, so focus, scrolling and running transitions stay.

const SVG = "http://www.w3.org/2000/svg";

/// Describes an element. In `props`, what begins with "on" is a handler, with "." a property, the rest are attributes;
/// `key` names a child among its siblings. Children that are null or false are left out.
export function h(tag, props, ...children) {
  return { tag, props: props ?? {}, children: children.flat(Infinity).filter(child => child != null && child !== false && child !== true) };
}

/// Makes the children of `parent` agree with the descriptions.
export function patch(parent, descriptions) {
  const namespace = parent.namespaceURI === SVG && parent.localName !== "foreignObject" ? SVG : null;
  const keyed = new Map();
  for (const child of parent.childNodes) if (child.mallKey !== undefined) keyed.set(child.mallKey, child);
  let place = parent.firstChild;
  for (const description of descriptions) {
    const node = reuse(description, place, keyed) ?? create(description, namespace);
    update(node, description);
    if (node !== place) parent.insertBefore(node, place);
    else place = place.nextSibling;
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

function reuse(description, place, keyed) {
  if (typeof description !== "object") return place?.nodeType === Node.TEXT_NODE ? place : null;
  const { key } = description.props;
  const node = key === undefined ? place : keyed.get(key);
  const fits = node?.nodeType === Node.ELEMENT_NODE && node.localName === description.tag && node.mallKey === key;
  return fits ? node : null;
}

function create(description, namespace) {
  if (typeof description !== "object") return document.createTextNode("");
  const space = description.tag === "svg" ? SVG : namespace;
  const node = space ? document.createElementNS(space, description.tag) : document.createElement(description.tag);
  if (description.props.key !== undefined) node.mallKey = description.props.key;
  return node;
}

function update(node, description) {
  if (typeof description !== "object") {
    if (node.data !== String(description)) node.data = String(description);
    return;
  }
  const before = node.mallProps ?? {};
  const { props, children } = description;
  for (const name of Object.keys(before)) if (!(name in props)) set(node, name, undefined);
  for (const [name, value] of Object.entries(props)) if (before[name] !== value || name === ".value") set(node, name, value);
  node.mallProps = props;
  // An element of ours fills itself.
  if (!(node instanceof View)) patch(node, children);
}

function set(node, name, value) {
  if (name === "key") return;
  if (name.startsWith("on")) node[name] = value ?? null;
  else if (name.startsWith(".")) {
    if (node[name.slice(1)] !== value) node[name.slice(1)] = value;
  } else if (name === "style") {
    for (const [property, text] of Object.entries(value ?? {})) node.style.setProperty(property, text);
  } else if (value == null || value === false) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "" : value);
}

/// An element of the page. It shows itself again, at most once a frame, whenever what it shows may have changed.
export class View extends HTMLElement {
  #due = false;

  connectedCallback() {
    this.stop = this.source?.subscribe(() => this.refresh());
    this.show();
  }

  disconnectedCallback() { this.stop?.(); }

  refresh() {
    if (this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      if (this.isConnected) this.show();
    });
  }

  show() {
    const view = this.view();
    patch(this, Array.isArray(view) ? view.flat(Infinity).filter(Boolean) : [view]);
  }
}

"""#),
    PageFile(
        path: "/assets/find-view.js", source: "find-view.js", contentType: "text/javascript; charset=utf-8",
        tag: "aaf66b2d3351f9d9",
        content: #"""
// Finding an order again by its pickup code, with keys on the screen for those who have no others.

import { h, View } from "./dom.js";
import { icon } from "./icons.js";
import { shop } from "./shop.js";

/// What codes are made of: nothing that is easily confused.
const KEYS = [..."23456789ABCDEFGHJKMNPQRSTVWXYZ"];
const LENGTH = 6;

class FindView extends View {
  source = shop;
  #code = "";
  #words = null;
  #isLooking = false;

  view() {
    return h("section", { class: "find" },
      h("h1", { tabindex: -1 }, "What is your pickup code?"),
      h("p", { class: "lead" }, "Six letters and digits, from the screen on which you ordered."),
      h("form", { onsubmit: event => { event.preventDefault(); this.#look(); } },
        h("label", { for: "code", class: "hidden" }, "Pickup code"),
        h("input", {
          id: "code", class: "code", ".value": this.#code, autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: 9,
          "aria-describedby": "find-result", placeholder: "······", oninput: event => this.#type(event.target.value),
        }),
        h("div", { class: "keys", role: "group", "aria-label": "Letters and digits" },
          KEYS.map(key => h("button", { type: "button", key, onclick: () => this.#type(this.#code + key) }, key)),
          h("button", { type: "button", key: "back", class: "wide", "aria-label": "Delete the last character", onclick: () => this.#type(this.#code.slice(0, -1)) }, icon("back"))),
        h("p", { id: "find-result", class: this.#words ? "notice bad" : "notice none", role: "alert" }, this.#words ?? ""),
        h("div", { class: "actions" },
          h("a", { class: "button quiet", href: "#/" }, "Back"),
          h("button", { class: "primary huge", disabled: this.#code.length < LENGTH || this.#isLooking }, this.#isLooking ? "Looking ..." : "Find my order"))));
  }

  #type(text) {
    this.#code = text.toUpperCase().replace(/[^0-9A-Z]/g, "").slice(0, LENGTH);
    this.#words = null;
    this.show();
  }

  async #look() {
    if (this.#code.length < LENGTH || this.#isLooking) return;
    this.#isLooking = true;
    this.show();
    this.#words = await shop.find(this.#code);
    this.#isLooking = false;
    if (this.isConnected) this.show();
  }
}

customElements.define("find-view", FindView);

"""#),
    PageFile(
        path: "/assets/icon.svg", source: "icon.svg", contentType: "image/svg+xml",
        tag: "c70b5edcddd29c21",
        content: #"""
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
  <rect width="32" height="32" rx="8" fill="#0b5d66"/>
  <path d="M9 12h14l-1.5 12h-11z" fill="#fff"/>
  <path d="M12 12a4 4 0 0 1 8 0" fill="none" stroke="#fff" stroke-width="2.2"/>
  <circle cx="13.4" cy="17.2" r="1.6" fill="#0b5d66"/><circle cx="18.6" cy="17.2" r="1.6" fill="#0b5d66"/>
</svg>

"""#),
    PageFile(
        path: "/assets/icons.js", source: "icons.js", contentType: "text/javascript; charset=utf-8",
        tag: "9ae7244694c80ee9",
        content: #"""
// Drawings in lines, on a field of 24 by 24.

import { h } from "./dom.js";

const PATHS = {
  bakery: "M4 12a4 4 0 0 1 3-6h10a4 4 0 0 1 3 6v7H4zM8 10v4M12 10v4M16 10v4",
  fruit: "M12 8c-5-3-8 1-7 5s4 8 7 6c3 2 6-2 7-6s-2-8-7-5zM12 8c0-3 1-5 4-5",
  delicatessen: "M8 3h8l-1 6a3 3 0 0 1-6 0zM12 12v8M8 21h8M8.4 6h7.2",
  pharmacy: "M9 3h6v6h6v6h-6v6H9v-6H3V9h6z",
  books: "M12 6c-2-2-5-2-8-2v14c3 0 6 0 8 2 2-2 5-2 8-2V4c-3 0-6 0-8 2zM12 6v14",
  toys: "M12 21l-7-9h14zM12 12V8M9 3h6v5H9zM7 15h10",
  electronics: "M9 3v5M15 3v5M6 8h12v4a6 6 0 0 1-12 0zM12 18v3",
  household: "M4 10h16v7a3 3 0 0 1-3 3H7a3 3 0 0 1-3-3zM2 12h2M20 12h2M6 7h12M12 7V4",
  sports: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 8l4 3-1.5 4.500h-5L8 11zM12 3v5M16 11l4.500-1M14.500 15.500l3 3.500M9.500 15.500l-3 3.500M8 11l-4.500-1",
  clothing: "M8 4l-5 4 3 4 2-1.500V20h8v-9.500l2 1.500 3-4-5-4a4 4 0 0 1-8 0z",
  garden: "M12 21v-9M12 12c0-5-4-7-8-7 0 5 3 7 8 7zM12 15c0-4 3-6 8-6 0 4-3 6-8 6zM8 21h8",
  gifts: "M3 9h18v4H3zM5 13v8h14v-8M12 9v12M12 9c-2-5-7-5-6-1.500C6.500 9 9 9 12 9zM12 9c2-5 7-5 6-1.500C17.500 9 15 9 12 9z",
  store: "M4 10v10h16V10M3 10l2-6h14l2 6a3 3 0 0 1-6 0 3 3 0 0 1-6 0 3 3 0 0 1-6 0zM10 20v-5h4v5",
  search: "M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM15.500 15.500L21 21",
  basket: "M3 9h18l-2 11H5zM8 9l4-6 4 6M9 13v3M12 13v3M15 13v3",
  card: "M3 6h18v12H3zM3 10h18M6 15h4",
  later: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3.500 2",
  check: "M4 12.500l5 5L20 6.500",
  cross: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  back: "M14 5l-7 7 7 7",
  ticket: "M3 7h18v3a2 2 0 0 0 0 4v3H3v-3a2 2 0 0 0 0-4zM14 7v2M14 11v2M14 15v2",
  robot: "M5 9h14v8a3 3 0 0 1-3 3H8a3 3 0 0 1-3-3zM12 9V5M12 5a1 1 0 1 0 0-2 1 1 0 0 0 0 2zM9 13v1.500M15 13v1.500M2.500 12v4M21.500 12v4",
  cloud: "M4 4l16 16M9 6.500A5 5 0 0 1 17 10a4 4 0 0 1 2.500 6.800M16 18H7a4 4 0 0 1-1.500-7.700",
  depot: "M3 10l9-6 9 6v10H3zM8 20v-7h8v7M8 16h8",
};

const CATEGORIES = [
  [/bak|bread|cake/i, "bakery", 30], [/fruit|veget|green|grocer/i, "fruit", 125], [/deli|wine|cheese|food|drink/i, "delicatessen", 350],
  [/pharm|health|beauty|drug/i, "pharmacy", 175], [/book|read/i, "books", 255], [/toy|game/i, "toys", 45],
  [/electr|phone|computer/i, "electronics", 220], [/house|kitchen|home/i, "household", 15], [/sport|outdoor/i, "sports", 200],
  [/cloth|fashion|shoe/i, "clothing", 300], [/garden|flower|plant/i, "garden", 95], [/gift|station|paper/i, "gifts", 335],
];

/// An icon; it says nothing to screen readers, since its words are beside it.
export const icon = (name, props) =>
  h("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false", ...props }, h("path", { d: PATHS[name] }));

/// A category's drawing and hue.
export function category(text) {
  const [, name, hue] = CATEGORIES.find(([words]) => words.test(text)) ?? [null, "store", hueOf(text)];
  return { name, hue };
}

const hueOf = text => [...text].reduce((sum, character) => (sum * 31 + character.codePointAt(0)) % 360, 7);

/// A store's sign: its category's drawing on its colour.
export const sign = (text, large) => {
  const { name, hue } = category(text);
  return h("span", { class: large ? "sign large" : "sign", style: { "--hue": hue } }, icon(name));
};

"""#),
    PageFile(
        path: "/assets/idle-guard.js", source: "idle-guard.js", contentType: "text/javascript; charset=utf-8",
        tag: "cd0b196b824266d5",
        content: #"""
// Begins anew for the next customer when nobody has touched the kiosk for a while; asks first.

import { h, View } from "./dom.js";
import { Idle } from "./idle.js";
import { go, shop } from "./shop.js";
import { count } from "./words.js";

/// Seconds, unless the address says otherwise (`?idle=0` never).
const QUIET = 60;
const COUNTDOWN = 20;
/// When the countdown is said aloud: each second would be a torrent.
const SAID = [20, 15, 10, 5, 3];

const SIGNS = ["pointerdown", "pointermove", "click", "keydown", "wheel", "touchstart", "input"];

class IdleGuard extends View {
  #left = null;
  #said = "";

  connectedCallback() {
    const query = new URLSearchParams(location.search);
    const seconds = (name, otherwise) => query.has(name) ? Math.max(0, Number(query.get(name)) || 0) : otherwise;
    this.idle = new Idle({ quiet: seconds("idle", QUIET) * 1000, countdown: Math.max(1, seconds("countdown", COUNTDOWN)) * 1000 });
    this.touch = event => {
      if (this.#left === null) return this.#stay();
      // While it asks, only a deliberate act is an answer: a pointer that trembles is not. A key's effect ends here: what
      // has the focus behind the question is not to be pressed with it.
      if (event.type === "keydown") event.preventDefault();
      if (["click", "keydown"].includes(event.type)) this.#stay();
    };
    for (const sign of SIGNS) addEventListener(sign, this.touch, { passive: sign !== "keydown", capture: true });
    this.timer = setInterval(() => this.#look(), 250);
    super.connectedCallback();
  }

  disconnectedCallback() {
    for (const sign of SIGNS) removeEventListener(sign, this.touch, { capture: true });
    clearInterval(this.timer);
  }

  #stay() {
    this.idle.touch(performance.now());
    if (this.#left !== null) this.#ask(null);
  }

  #look() {
    const nothingToForget = ["", "#/", "#"].includes(location.hash) && !shop.session.basketID && !shop.session.orderID;
    const next = this.idle.look(performance.now(), shop.isPaying || nothingToForget);
    if (next.do === "ask") this.#ask(next.seconds);
    else if (this.#left !== null) this.#ask(null);
    if (next.do === "reset") {
      for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
      shop.reset();
      go("#/");
    }
  }

  #ask(seconds) {
    if (seconds === this.#left) return;
    this.#left = seconds;
    if (seconds !== null && (SAID.includes(seconds) || !this.#said)) this.#said = `This screen begins anew in ${count(seconds, "second")}.`;
    if (seconds === null) this.#said = "";
    this.show();
    const dialog = this.querySelector("dialog");
    if (seconds !== null && !dialog.open) dialog.showModal();
    if (seconds === null && dialog.open) dialog.close();
  }

  view() {
    const kept = shop.session.orderID ? "Your order stays as it is; with your code you find it again." : "Your basket is then emptied for the next customer.";
    return h("dialog", { class: "idle", role: "alertdialog", "aria-labelledby": "idle-title", "aria-describedby": "idle-text", oncancel: () => this.#stay() },
      h("div", { class: "inner" },
        h("h2", { id: "idle-title" }, "Are you still there?"),
        h("p", { class: "clock", "aria-hidden": "true" }, this.#left ?? ""),
        h("p", { id: "idle-text" }, kept),
        h("p", { class: "hidden", "aria-live": "assertive" }, this.#said),
        h("button", { class: "primary huge", onclick: () => this.#stay() }, "I am still here")));
  }
}

customElements.define("idle-guard", IdleGuard);

"""#),
    PageFile(
        path: "/assets/idle.js", source: "idle.js", contentType: "text/javascript; charset=utf-8",
        tag: "d888c12d29651f6a",
        content: #"""
// When a kiosk that was left alone begins anew. Pure: the time is given, in milliseconds.

export class Idle {
  /// `quiet`: how long nobody touches it before it asks; `countdown`: how long it asks. `quiet` 0: never.
  constructor({ quiet, countdown }) {
    Object.assign(this, { quiet, countdown, since: null });
  }

  /// Somebody is there.
  touch(now) { this.since = now; }

  /// What is to be done. `held`: a payment is under way, or there is nothing to forget: no time passes.
  look(now, held) {
    if (this.quiet <= 0) return { do: "nothing" };
    if (held || this.since === null) {
      this.since = now;
      return { do: "nothing" };
    }
    const left = this.since + this.quiet + this.countdown - now;
    if (left <= 0) return { do: "reset" };
    if (left <= this.countdown) return { do: "ask", seconds: Math.ceil(left / 1000) };
    return { do: "nothing" };
  }
}

"""#),
    PageFile(
        path: "/", source: "index.html", contentType: "text/html; charset=utf-8",
        tag: "796204fd183b2742",
        content: #"""
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
  <meta name="color-scheme" content="light dark">
  <title>MallBots</title>
  <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/assets/base.css">
  <link rel="stylesheet" href="/assets/kiosk.css">
  <link rel="stylesheet" href="/assets/order.css">
  <script type="module" src="/assets/kiosk-page.js"></script>
</head>
<body>
  <noscript>This page needs JavaScript. Please ask at the depot's desk.</noscript>
  <kiosk-page></kiosk-page>
</body>
</html>

"""#),
    PageFile(
        path: "/assets/kiosk-page.js", source: "kiosk-page.js", contentType: "text/javascript; charset=utf-8",
        tag: "a5ebe5f1ac68dc36",
        content: #"""
// The page: which view is shown, and what is around it.

import { h, View } from "./dom.js";
import { icon } from "./icons.js";
import { noticeBar } from "./notice-bar.js";
import { go, shop } from "./shop.js";
import "./attract-view.js";
import "./stores-view.js";
import "./products-view.js";
import "./basket-panel.js";
import "./checkout-view.js";
import "./order-view.js";
import "./find-view.js";
import "./idle-guard.js";

/// The view of an address: its element, its title, and whether the basket stands beside it.
function route(hash) {
  const [, name = "", argument = ""] = hash.split("/");
  const text = decodeURIComponent(argument);
  switch (name) {
  case "stores": return { tag: "stores-view", title: "Stores", basket: true };
  case "store": return { tag: "products-view", title: "Products", basket: true, props: { ".store": text, ".words": "" } };
  case "search": return { tag: "products-view", title: "Search", basket: true, props: { ".store": "", ".words": text } };
  case "checkout": return { tag: "checkout-view", title: "Checkout" };
  case "order": return { tag: "order-view", title: "Your order" };
  case "find": return { tag: "find-view", title: "Find your order" };
  default: return { tag: "attract-view", title: "Welcome", bare: true };
  }
}

class KioskPage extends View {
  source = shop;

  connectedCallback() {
    // A reload finds the customer where they were; nobody's kiosk begins at the beginning.
    if (!shop.session.basketID && !shop.session.orderID && !shop.outbox.has("checkout")) go("#/");
    if (shop.session.orderID && !location.hash.startsWith("#/order")) go("#/order");
    addEventListener("hashchange", () => {
      shop.notice = null;
      this.show();
      this.querySelector("main")?.scrollTo(0, 0);
      scrollTo(0, 0);
      // So that a keyboard goes on from here, and a screen reader says where it is.
      this.querySelector("h1")?.focus({ preventScroll: true });
    });
    super.connectedCallback();
    shop.start().catch(error => console.error(error));
  }

  view() {
    const { tag, title, basket, bare, props } = route(location.hash);
    const mall = shop.settings?.mall_name;
    document.title = mall ? `${title} · ${mall}` : title;
    return [
      shop.isOffline && offline(),
      !bare && header(tag),
      h("div", { class: basket ? "frame with-basket" : "frame" },
        h("main", { class: bare ? "bare" : "" },
          !bare && tag !== "checkout-view" && tag !== "order-view" && noticeBar(), h(tag, { ...props, key: tag })),
        basket && h("basket-panel", { key: "basket" })),
      h("idle-guard", { key: "idle" }),
    ];
  }
}

const offline = () => h("div", { class: "offline", role: "alert", key: "offline" }, icon("cloud"),
  h("p", {}, h("strong", {}, "The mall cannot be reached."),
    shop.isPaying
      ? " What you ordered is not lost and nothing is done twice: it is sent again until there is an answer."
      : " It is tried again every few seconds; your basket is kept."),
  h("button", { class: "quiet", onclick: () => shop.retry() }, "Try now"));

function header(tag) {
  const words = tag === "products-view" && location.hash.startsWith("#/search/") ? decodeURIComponent(location.hash.slice(9)) : "";
  return h("header", { class: "top", key: "header" },
    h("a", { class: "home", href: shop.order ? "#/order" : "#/stores" }, icon("basket"),
      h("span", {}, shop.settings?.mall_name ?? "Welcome")),
    tag !== "order-view" && tag !== "checkout-view" && search(words),
    tag !== "order-view" && tag !== "find-view" &&
      h("a", { class: "button quiet", href: "#/find" }, icon("ticket"), h("span", { class: "label" }, "Find my order")));
}

let typing;
const search = words => h("form", {
  class: "search", role: "search", key: "search",
  onsubmit: event => {
    event.preventDefault();
    seek(event.target.q.value, 0);
    // The keyboard on the screen has done its part.
    event.target.q.blur();
  },
}, h("label", { for: "q", class: "hidden" }, "Search all stores"), icon("search"),
h("input", {
  id: "q", name: "q", type: "search", placeholder: "Search all stores", autocomplete: "off", maxlength: 50, enterkeyhint: "search",
  value: words, oninput: event => seek(event.target.value, 250),
}));

function seek(words, wait) {
  clearTimeout(typing);
  typing = setTimeout(() => {
    const trimmed = words.trim();
    const hash = trimmed ? `#/search/${encodeURIComponent(trimmed)}` : "#/stores";
    // While typing, one search takes the other's place: going back does not spell the word backwards.
    history.replaceState(null, "", hash);
    document.querySelector("kiosk-page").show();
  }, wait);
}

customElements.define("kiosk-page", KioskPage);

"""#),
    PageFile(
        path: "/assets/kiosk.css", source: "kiosk.css", contentType: "text/css; charset=utf-8",
        tag: "5f6b3c0780090ed5",
        content: #"""
/* The kiosk: header, attract screen, stores, products, basket, dialogs. */

kiosk-page { display: flex; flex-direction: column; height: 100dvh; }
kiosk-page .frame { flex: 1; min-height: 0; display: grid; grid-template: minmax(0, 1fr) / minmax(0, 1fr); }
main { overflow-y: auto; padding: 1.25rem clamp(1rem, 2.5vw, 2.25rem) 2rem; overscroll-behavior: contain; }
main.bare { padding: 0; }
main > * { display: block; max-width: 76rem; margin-inline: auto; }
main.bare > * { max-width: none; height: 100%; }

.top {
  display: flex; align-items: center; gap: 1rem; padding: .7rem clamp(1rem, 2.5vw, 2.25rem);
  background: var(--card); border-bottom: 1px solid var(--line);
}
.home { display: inline-flex; align-items: center; gap: .6rem; min-height: 48px; margin-right: auto; font-weight: 700; font-size: 1.1rem; letter-spacing: -.01em; color: inherit; text-decoration: none; white-space: nowrap; }
.home .icon { width: 2.1rem; height: 2.1rem; padding: .4rem; border-radius: .65rem; background: var(--main); color: var(--on-main); }
.search { position: relative; flex: 0 1 26rem; min-width: 8rem; }
.search .icon { position: absolute; left: 1rem; top: 50%; translate: 0 -50%; color: var(--soft); pointer-events: none; }
.search input { width: 100%; min-height: max(3rem, 48px); padding: .5rem 1rem .5rem 3rem; border: 1.5px solid var(--edge); border-radius: 99rem; background: var(--ground); appearance: none; }
.search input::placeholder { color: var(--soft); opacity: 1; }

.offline { display: flex; align-items: center; gap: 1rem; padding: .6rem clamp(1rem, 2.5vw, 2.25rem); background: var(--warm); color: var(--warm-ink); }
.offline p { flex: 1; }
.offline .quiet { box-shadow: inset 0 0 0 1.5px currentcolor; }
.offline .quiet:hover { background: rgb(0 0 0 / 8%); }

.notices:not(:empty) { margin-bottom: 1rem; }
.notice { display: flex; align-items: center; gap: .8rem; padding: .8rem 1rem; border-radius: var(--round); font-weight: 550; }
.notice p { flex: 1; }
.notice.good { background: var(--good-ground); color: var(--good); }
.notice.bad { background: var(--bad-ground); color: var(--bad); }
.notice .quiet { box-shadow: none; }
.notice.none { padding: 0; min-height: 0; }
.waiting { padding: 3rem 0; text-align: center; color: var(--soft); font-size: 1.15rem; }

/* Attract */
.attract {
  position: relative; display: flex; flex-direction: column; justify-content: center; gap: 1.6rem; min-height: 100%; padding: clamp(1.5rem, 6vw, 5rem);
  color: #fff; cursor: pointer; overflow: hidden; isolation: isolate;
  background: radial-gradient(90rem 60rem at 85% -10%, #17919b 0%, transparent 60%), radial-gradient(70rem 50rem at -10% 110%, #d9762b 0%, transparent 55%), #07383f;
}
.attract h1 { font-size: clamp(2.6rem, 8vw, 5.2rem); max-width: 14ch; letter-spacing: -.035em; line-height: 1.02; }
.attract .lead { color: #d5eceb; font-size: clamp(1.2rem, 2.6vw, 1.7rem); }
.signs { position: absolute; inset: 0 0 auto auto; z-index: -1; display: grid; grid-template-columns: repeat(4, auto); gap: clamp(.8rem, 2vw, 1.6rem); padding: clamp(1rem, 3vw, 2.6rem); opacity: .22; rotate: 8deg; translate: 14% -10%; }
.signs .sign { width: clamp(3.4rem, 7.5vw, 6.5rem); height: clamp(3.4rem, 7.5vw, 6.5rem); border-radius: 28%; background: #fff; color: #07383f; }
.signs .icon { width: 55%; height: 55%; }
.steps { display: flex; flex-wrap: wrap; gap: 1rem 2.4rem; margin-top: .6rem; }
.steps li { display: flex; align-items: center; gap: .9rem; }
.steps .icon { width: 3rem; height: 3rem; padding: .65rem; border-radius: 1rem; background: rgb(255 255 255 / 14%); }
.steps strong, .steps span { display: block; }
.steps strong { font-size: 1.1rem; }
.steps span { color: #d5eceb; }
.attract .ways { display: flex; flex-wrap: wrap; gap: 1rem; margin-top: 1rem; }
.attract .primary { background: #ffd27a; color: #3b2300; font-size: 1.35rem; padding-inline: 2.6rem; }
.on-dark { background: rgb(255 255 255 / 14%); color: #fff; }
@media (orientation: portrait) {
  .attract h1 { font-size: clamp(2.6rem, 10.5vw, 5.6rem); }
  .attract .steps { flex-direction: column; gap: 1.4rem; font-size: 1.1rem; }
  .attract .ways { flex-direction: column; }
}
@media (min-width: 900px) and (orientation: portrait) { .attract { gap: 2.4rem; } .attract .huge { min-height: 5.4rem; font-size: 1.6rem; } .signs .sign { width: 13vw; height: 13vw; } }
.attract :focus-visible { outline-color: #fff; }

/* Stores */
.stores h1 { margin-bottom: .4rem; }
.stores h2 { margin: 1.4rem 0 .8rem; color: var(--soft); font-weight: 600; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 11.5rem), 1fr)); gap: .9rem; }
.tile { display: grid; gap: .15rem; align-content: start; padding: 1.1rem; height: 100%; border-radius: var(--round); background: var(--card); box-shadow: var(--shadow); color: inherit; text-decoration: none; transition: transform .15s; }
.tile:hover { transform: translateY(-2px); }
.tile .sign { margin-bottom: .7rem; }
.tile .name { font-size: 1.1rem; font-weight: 650; letter-spacing: -.01em; }
.sign { display: inline-grid; place-items: center; width: 1.9rem; height: 1.9rem; border-radius: 30%; background: hsl(var(--hue) var(--sign-ground)); color: hsl(var(--hue) var(--sign-ink)); flex: none; }
.sign .icon { width: 60%; height: 60%; }
.sign.large { width: 3.6rem; height: 3.6rem; }

/* Products */
.store-head { display: flex; align-items: center; gap: 1rem; margin-bottom: 1.2rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 12rem), 1fr)); gap: .9rem; }
.card { display: flex; flex-direction: column; gap: .8rem; padding: 1.1rem; border-radius: var(--round); background: var(--card); box-shadow: var(--shadow); border-top: .35rem solid hsl(var(--hue) var(--sign-ground)); }
.card .what { flex: 1; }
.card h2 { font-size: 1.1rem; }
.card .at { display: flex; align-items: center; gap: .5rem; margin-top: .5rem; font-size: .9rem; color: var(--soft); }
.price { display: flex; align-items: baseline; justify-content: space-between; gap: .5rem; }
.price strong { font-size: 1.35rem; letter-spacing: -.02em; }
.stock { font-size: .875rem; color: var(--good); font-weight: 550; }
.stock.few { color: var(--focus); }
.stock.none { color: var(--bad); }
.sold-out h2, .sold-out .price strong { color: var(--soft); }
.stepper { display: flex; align-items: center; justify-content: space-between; gap: .3rem; border-radius: .9rem; background: var(--sunk); }
.stepper output { min-width: 2.2rem; text-align: center; font-weight: 700; font-size: 1.1rem; }
.stepper button:not(.primary) { background: transparent; }

/* Basket */
basket-panel { display: block; min-height: 0; background: var(--card); }
.basket { display: flex; flex-direction: column; height: 100%; padding: 1.1rem; gap: .8rem; }
.basket-head { display: flex; align-items: center; justify-content: space-between; gap: 1rem; }
.basket-head h2 { display: flex; align-items: center; gap: .6rem; }
.unfold { display: none; }
.basket .empty { flex: 1; color: var(--soft); padding-top: .5rem; }
.lines > li { display: grid; grid-template-columns: minmax(0, 1fr) auto auto; align-items: center; gap: .4rem .9rem; padding: .6rem 0; border-bottom: 1px solid var(--line); }
.lines > li:last-child { border-bottom: 0; }
.lines .what strong, .lines .what span { display: block; overflow-wrap: anywhere; }
.lines .what strong { font-weight: 600; }
.lines .what span { font-size: .875rem; }
.lines .sum { min-width: 4.5rem; text-align: right; font-weight: 600; white-space: nowrap; }
.lines .going { font-style: italic; }
.basket .lines { flex: 1; overflow-y: auto; min-height: 0; }
.basket .lines > li { grid-template-columns: minmax(0, 1fr) auto; }
.basket .lines .what { grid-column: 1 / -1; }
.basket-foot { display: grid; gap: .7rem; }
.total { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; }
.total strong { font-size: 1.5rem; letter-spacing: -.02em; }
.basket a[aria-disabled="true"] { pointer-events: none; }

@media (min-width: 760px) {
  .frame.with-basket { grid-template-columns: minmax(0, 1fr) minmax(17rem, 21rem) !important; }
  basket-panel { border-left: 1px solid var(--line); }
}
/* Below what is looked at, where there is more height than width. */
@media (max-width: 759px), (orientation: portrait) {
  .frame.with-basket { grid-template: minmax(0, 1fr) auto / minmax(0, 1fr) !important; }
  basket-panel { border-left: 0; border-top: 1px solid var(--line); box-shadow: 0 -6px 24px rgb(23 34 38 / 10%); z-index: 1; }
  .basket { max-height: 46dvh; padding: .9rem clamp(1rem, 2.5vw, 2.25rem); }
  .basket .empty { padding: 0; }
  .basket-foot { grid-template-columns: 1fr auto; align-items: center; }
  .basket .total { flex-direction: column; gap: 0; }
  .basket .lines > li { grid-template-columns: minmax(0, 1fr) auto auto; }
  .basket .lines .what { grid-column: auto; }
}
@media (max-width: 759px) {
  .basket .lines { display: none; }
  .basket.open .lines { display: block; }
  .unfold { display: inline-flex; }
  .basket .empty { display: none; }
  .top { flex-wrap: wrap; gap: .6rem; }
  .top .button { padding-inline: .8rem; }
  .top .button .icon { display: none; }
  .top .search { order: 3; flex-basis: 100%; }
  .tiles, .cards { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .7rem; }
  .tile, .card { padding: .9rem; }
  .price { flex-direction: column; gap: 0; }
  .lines > li { grid-template-columns: minmax(0, 1fr) auto; }
  .lines .what { grid-column: 1 / -1; }
}

/* Dialogs */
dialog { width: min(34rem, calc(100vw - 2rem)); padding: 0; border: 0; border-radius: 1.5rem; background: var(--card); color: inherit; box-shadow: 0 20px 80px rgb(0 0 0 / 40%); }
dialog::backdrop { background: rgb(6 24 28 / 60%); }
dialog .inner { display: grid; gap: 1.1rem; padding: clamp(1.3rem, 4vw, 2.2rem); }
dialog h2 { font-size: 1.6rem; letter-spacing: -.02em; }
.actions { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: .8rem; align-items: center; }
.consequences { display: grid; gap: .5rem; }
.consequences li { padding-left: 1.6rem; position: relative; }
.consequences li::before { content: "→"; position: absolute; left: 0; color: var(--soft); }
.idle { text-align: center; }
.idle .clock { font-size: 5rem; font-weight: 700; line-height: 1; color: var(--main); font-variant-numeric: tabular-nums; }

"""#),
    PageFile(
        path: "/assets/mall-map.js", source: "mall-map.js", contentType: "text/javascript; charset=utf-8",
        tag: "3c29c6860937616b",
        content: #"""
// The mall from above, floor by floor, with the robots of an order. What it shows is said in words beside it.

import { h, View } from "./dom.js";

/// Lengths are drawn in decimetres.
const dm = millimetres => millimetres / 100;

class MallMap extends View {
  set mall(mall) { this.plan = mall; this.refresh(); }
  set robots(robots) { this.seen = robots; this.refresh(); }
  /// The order's lines: their stores are marked.
  set stores(lines) { this.lines = lines; this.refresh(); }

  view() {
    if (!this.plan) return [];
    const floors = this.plan.floors.filter(floor => this.#isOfInterest(floor.number));
    return floors.map(floor => this.#floor(floor, floors.length > 1));
  }

  /// Floors on which there is nothing for this order are left out.
  #isOfInterest(number) {
    const wanted = new Set((this.lines ?? []).map(line => line.store_id));
    return this.plan.depot?.floor === number || this.plan.stores.some(store => store.place.floor === number && wanted.has(store.store_id)) ||
      (this.seen ?? []).some(robot => robot.place?.floor === number);
  }

  #floor(floor, named) {
    const [width, depth] = [dm(floor.width_mm), dm(floor.depth_mm)];
    // North is up: the map's y goes down.
    const at = place => [dm(place.x_mm), depth - dm(place.y_mm)];
    const here = place => place?.floor === floor.number;
    const ways = this.plan.ways.filter(way => here(way.from) && here(way.to));
    const robots = (this.seen ?? []).filter(robot => here(robot.place));
    return h("figure", { key: `floor ${floor.number}` },
      named && h("figcaption", {}, floor.name),
      h("svg", { viewBox: `0 0 ${width} ${depth}`, role: "img", "aria-label": this.#words(floor, robots) },
        h("rect", { class: "ground", width, height: depth, rx: 24 }),
        h("path", { class: "ways", d: ways.map(way => `M${at(way.from)}L${at(way.to)}`).join("") }),
        this.plan.docks.filter(here).map(dock => h("circle", { class: "dock", cx: at(dock)[0], cy: at(dock)[1], r: 7 })),
        this.plan.stores.filter(store => here(store.place)).map(store => this.#store(store, at(store.place), depth)),
        here(this.plan.depot) && depotMark(at(this.plan.depot)),
        robots.map(robot => robotMark(robot, at(robot.place)))));
  }

  #store(store, [x, y], depth) {
    const lines = (this.lines ?? []).filter(line => line.store_id === store.store_id);
    const done = lines.length > 0 && lines.every(line => line.picked + line.unavailable >= line.quantity);
    return h("g", { key: store.store_id, class: lines.length === 0 ? "store" : done ? "store wanted done" : "store wanted" },
      h("rect", { x: x - 26, y: y - 26, width: 52, height: 52, rx: 12 }),
      done && h("path", { class: "tick", d: `M${x - 12} ${y}l9 9 15-18` }),
      h("text", { x, y: y > depth / 2 ? y + 56 : y - 38, "text-anchor": "middle" }, store.name));
  }

  #words(floor, robots) {
    return robots.length === 0 ? `Map of the ${floor.name}` : `Map of the ${floor.name} with ${robots.length === 1 ? "a robot" : `${robots.length} robots`} of yours`;
  }
}

const depotMark = ([x, y]) => h("g", { class: "depot", key: "depot" },
  h("path", { d: `M${x - 26} ${y - 8}l26-20 26 20v32h-52z` }), h("text", { x: x + 36, y: y + 44 }, "Depot"));

const robotMark = (robot, [x, y]) => h("g", {
  key: robot.bot_id, class: "robot", style: { transform: `translate(${x}px, ${y}px)` },
}, h("circle", { class: "halo", r: 34 }), h("circle", { r: 20 }),
h("path", { d: "M0 -13l9 20-9-5-9 5z", transform: `rotate(${robot.heading_degrees})` }));

customElements.define("mall-map", MallMap);

"""#),
    PageFile(
        path: "/assets/notice-bar.js", source: "notice-bar.js", contentType: "text/javascript; charset=utf-8",
        tag: "6c6aa0f92c7c3940",
        content: #"""
// What the customer should know, and how to put it away.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { shop } from "./shop.js";

export const noticeBar = () => h("div", { class: "notices", "aria-live": "polite", key: "notices" },
  shop.notice && h("div", { class: `notice ${shop.notice.tone}` },
    icon(shop.notice.tone === "good" ? "check" : "ticket"), h("p", {}, shop.notice.text),
    h("button", { class: "quiet icon-only", "aria-label": "Close this message", onclick: () => shop.tell() }, icon("cross"))));

"""#),
    PageFile(
        path: "/assets/order-view.js", source: "order-view.js", contentType: "text/javascript; charset=utf-8",
        tag: "3a5a7f10f6b218d0",
        content: #"""
// An order, from the moment it is placed: its code, how it stands, where its robots are, and what can be done.

import { chooseCard } from "./checkout-view.js";
import { h, View } from "./dom.js";
import { icon } from "./icons.js";
import { noticeBar } from "./notice-bar.js";
import { go, shop } from "./shop.js";
import { count, isOver, money, orderWords, progress, robotWords, spacedCode, times } from "./words.js";
import "./qr-code.js";
import "./mall-map.js";

const STEPS = [["placed", "Ordered"], ["approved", "Being fetched"], ["ready", "Ready"], ["completed", "Collected"]];

class OrderView extends View {
  source = shop;
  #card = null;
  #shown = "";

  view() {
    const order = shop.order;
    if (!order) return h("section", { class: "order" }, h("h1", { tabindex: -1 }, "Your order"), noticeBar(), h("p", { class: "waiting", role: "status" }, "Looking for your order ..."));
    const [title, text] = orderWords(order, shop.session.cardGiven);
    this.#follow(order);
    return h("section", { class: `order is-${order.state}` },
      h("div", { class: "headline" },
        h("div", {}, h("h1", { tabindex: -1 }, title), h("p", { class: "lead", role: "status" }, text)),
        badge(order)),
      noticeBar(),
      h("div", { class: "columns" },
        h("div", { class: "column" }, !isOver(order) && order.pickup_code && pass(order), h("div", { class: "sheet" }, actions(this, order))),
        h("div", { class: "column" }, steps(order), !isOver(order) && robots(order), lines(order))),
      payDialog(this), cancelDialog(this, order));
  }

  /// Another state than the one that was shown: its heading comes first.
  #follow(order) {
    const state = `${order.order_id} ${order.state}`;
    if (this.#shown && this.#shown !== state) {
      queueMicrotask(() => {
        // The notice of an earlier moment would contradict what is to be seen now.
        if (shop.notice?.tone === "bad") shop.tell();
        // What had the focus may be gone, and a keyboard would begin at the end of the page.
        if (document.activeElement === document.body) this.querySelector("h1")?.focus({ preventScroll: true });
      });
    }
    this.#shown = state;
  }

  get card() { return this.#card; }

  open(name) {
    this.#card = null;
    this.show();
    this.querySelector(`dialog.${name}`).showModal();
  }

  choose(token) {
    this.#card = token;
    this.show();
  }
}

const badge = order => ["placed", "approved", "ready"].includes(order.state) &&
  h("p", { class: order.paid ? "badge paid" : "badge" }, icon(order.paid ? "check" : "card"), order.paid ? "Paid" : shop.isPaying ? "Paying ..." : "Not yet paid");

/// What the customer shows at the depot.
const pass = order => h("div", { class: "pass" },
  h("div", {}, h("p", { class: "soft" }, "Your pickup code"),
    h("p", { class: "code", "aria-label": `Pickup code ${[...order.pickup_code].join(" ")}` }, spacedCode(order.pickup_code)),
    order.ticket && h("p", { class: "called" }, "On the board you are number ", h("strong", {}, order.ticket)),
    h("p", { class: "soft" }, "Take a picture or write it down: only who has it gets your things.")),
  h("qr-code", { ".text": order.pickup_code }));

function actions(view, order) {
  const canPay = !order.paid && ["placed", "approved", "ready"].includes(order.state) && !(shop.session.cardGiven && order.state !== "ready");
  const canCancel = ["placed", "approved", "ready"].includes(order.state);
  return [
    canPay && (shop.settings?.test_cards ?? []).length > 0 && h("button", {
      key: "pay", class: "primary huge", disabled: shop.isPaying, onclick: () => view.open("pay"),
    }, icon("card"), shop.isPaying ? "Paying ..." : `Pay ${money(order.total)}`),
    canPay && h("p", { class: "soft", key: "desk" }, "You can also pay at the depot's desk, by card or in cash."),
    !order.paid && shop.session.cardGiven && ["placed", "approved"].includes(order.state) &&
      h("p", { class: "soft", key: "given" }, "The card that you gave is charged when everything is there."),
    order.state === "rejected" && h("button", { key: "again", class: "primary huge", onclick: () => shop.again(order) }, "Try again with these items"),
    canCancel && h("button", { key: "cancel", class: "quiet danger", disabled: shop.isPaying || shop.outbox.has("cancel"), onclick: () => view.open("cancel") },
      shop.outbox.has("cancel") ? "Cancelling ..." : "Cancel this order"),
    h("button", {
      key: "leave", class: isOver(order) && order.state !== "rejected" ? "primary huge" : "quiet", disabled: shop.isPaying || shop.outbox.has("cancel"),
      onclick: () => { shop.reset(); go("#/"); },
    }, isOver(order) ? "Done" : "I have my code: done here"),
  ];
}

function steps(order) {
  const place = STEPS.findIndex(([state]) => state === order.state);
  if (place < 0) return null;
  const { wanted, picked, delivered } = progress(order);
  const share = wanted === 0 ? 0 : order.state === "approved" ? (picked + delivered) / (2 * wanted) : 1;
  return h("div", { class: "sheet steps-sheet" },
    h("ol", { class: "stations" }, STEPS.map(([state, title], index) => h("li", {
      key: state, class: index < place ? "past" : index === place ? "now" : "", "aria-current": index === place ? "step" : null,
    }, h("span", { class: "dot" }, index < place || (index === place && state !== "approved") ? icon("check") : ""), title))),
    ["placed", "approved"].includes(order.state) && h("div", { class: "bar" },
      h("progress", { "aria-label": "Fetched", max: 1, value: String(share) }),
      h("p", { class: "soft" }, `${picked} of ${count(wanted, "item")} picked up, ${delivered} at the depot`)));
}

const robots = order => ["approved", "canceling"].includes(order.state) && shop.mall && h("div", { class: "sheet robots", key: "robots" },
  h("h2", {}, "Your robots"),
  h("ul", { class: "whereabouts" }, shop.robots.length === 0
    ? h("li", {}, icon("robot"), "A robot sets out as soon as one is free.")
    : shop.robots.map(robot => h("li", { key: robot.bot_id }, icon("robot"), robotWords(robot, shop.mall)))),
  h("mall-map", { ".mall": shop.mall, ".robots": shop.robots, ".stores": order.lines }));

const lines = order => h("div", { class: "sheet" }, h("h2", {}, "Your items"),
  h("ul", { class: "lines" }, order.lines.map(line => h("li", { key: line.product_id, class: line.unavailable === line.quantity ? "missing" : "" },
    h("span", { class: "number" }, `${line.quantity} ×`),
    h("div", { class: "what" }, h("strong", {}, line.name), h("span", { class: "soft" }, line.store_name)),
    lineState(order, line),
    h("span", { class: "sum" }, money(times(line.unit_price, line.quantity - line.unavailable))))),
  h("li", { class: "total", key: "total" }, h("span", {}, order.lines.some(line => line.unavailable) ? "Total of what can be had" : "Total"), h("strong", {}, money(order.total)))));

function lineState(order, line) {
  const had = line.quantity - line.unavailable;
  const missing = line.unavailable > 0 && h("span", { class: "tag bad" }, line.unavailable === line.quantity ? "not to be had" : `${line.unavailable} not to be had`);
  const state = had === 0 || isOver(order) || order.state === "canceling" ? null
    : line.delivered >= had ? h("span", { class: "tag good" }, icon("check"), "at the depot")
      : line.picked >= had ? h("span", { class: "tag" }, icon("robot"), "in a robot")
        : line.picked > 0 ? h("span", { class: "tag" }, `${line.picked} picked up`) : null;
  return h("span", { class: "tags" }, missing, state);
}

/// Escape and the button below put a dialog away.
const dialog = (name, title, ...content) => h("dialog", {
  class: name, key: name, "aria-labelledby": `${name}-title`, onclick: event => { if (event.target === event.currentTarget) event.currentTarget.close(); },
}, h("div", { class: "inner" }, h("h2", { id: `${name}-title` }, title), content));

const close = event => event.currentTarget.closest("dialog").close();

const payDialog = view => dialog("pay", `Pay ${money(shop.order?.total)}`,
  chooseCard(shop.settings?.test_cards ?? [], view.card, token => view.choose(token)),
  h("div", { class: "actions" },
    h("button", { class: "quiet", onclick: close }, "Not now"),
    h("button", { class: "primary huge", disabled: !view.card, onclick: event => { close(event); shop.pay(view.card); } }, "Pay")));

const cancelDialog = (view, order) => dialog("cancel", "Cancel this order?",
  h("ul", { class: "consequences" },
    h("li", {}, order.lines.some(line => line.picked > 0) ? "Robots bring back what they have picked up." : "Robots do not set out for it, or turn back."),
    h("li", {}, order.paid ? `${money(order.total)} go back to where they came from.`
      : shop.session.cardGiven ? "Your card is not charged." : "You owe nothing.")),
  h("div", { class: "actions" },
    h("button", { class: "primary huge", onclick: close }, "Keep the order"),
    h("button", { class: "quiet danger", onclick: event => { close(event); shop.cancel(); } }, "Yes, cancel it")));

customElements.define("order-view", OrderView);

"""#),
    PageFile(
        path: "/assets/order.css", source: "order.css", contentType: "text/css; charset=utf-8",
        tag: "63d4f5a990236ada",
        content: #"""
/* Checkout, an order, finding one. */

.sheet { padding: 1.2rem; border-radius: var(--round); background: var(--card); box-shadow: var(--shadow); }
.sheet > h2 { margin-bottom: .6rem; }
.sheet .lines + .lines { margin-top: 1rem; }
.lines .total { display: flex; padding-top: .9rem; }

.checkout { display: grid; gap: 1.2rem; max-width: 64rem; margin-inline: auto; }
.checkout .columns { grid-template-columns: minmax(0, 6fr) minmax(0, 5fr); gap: 1.6rem; }
.checkout .actions .huge { flex: 1; }
.checkout .store-head { margin-bottom: 0; }
.checkout .notices:empty { display: none; }
.checkout.placing { justify-items: center; text-align: center; padding-top: 12vh; }
fieldset { border: 0; min-width: 0; }
legend { padding: 0; margin-bottom: .7rem; font-size: 1.2rem; font-weight: 650; }
.ways-to-pay { display: grid; gap: .8rem; }
.choice {
  display: flex; align-items: center; gap: 1rem; min-height: 60px; padding: .8rem 1.1rem; border-radius: var(--round); background: var(--card);
  box-shadow: inset 0 0 0 1.5px var(--line); cursor: pointer;
}
.choice span span, .choice span strong { display: block; }
.choice input { appearance: none; flex: none; width: 1.6rem; height: 1.6rem; margin: 0; border-radius: 50%; box-shadow: inset 0 0 0 2px var(--soft); }
.choice input:checked { background: radial-gradient(circle, var(--on-main) 34%, var(--main) 38%); box-shadow: inset 0 0 0 2px var(--main); }
.choice:has(:checked) { box-shadow: inset 0 0 0 3px var(--main); background: var(--main-ground); }
.test-cards legend { font-size: 1rem; margin-bottom: .2rem; }
.card-row { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr)); gap: .7rem; margin-top: .7rem; }
.card-row .choice { padding: .6rem .9rem; gap: .7rem; }
.spinner { width: 4rem; height: 4rem; border-radius: 50%; border: .4rem solid var(--line); border-top-color: var(--main); animation: turn 1s linear infinite; }
@keyframes turn { to { rotate: 1turn; } }

/* An order */
.headline { display: flex; align-items: flex-start; justify-content: space-between; gap: 1rem; margin-bottom: 1.1rem; }
.headline .lead { margin-top: .3rem; }
.badge { display: inline-flex; align-items: center; gap: .5rem; padding: .45rem .9rem; border-radius: 99rem; background: var(--sunk); color: var(--ink); font-weight: 650; white-space: nowrap; }
.badge.paid { background: var(--good-ground); color: var(--good); }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 1.1rem; align-items: start; }
.column { container-type: inline-size; display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.1rem; }
@media (max-width: 899px), (orientation: portrait) { .columns, .checkout .columns { grid-template-columns: minmax(0, 1fr); } .headline { flex-wrap: wrap; } }
.pass { display: flex; align-items: center; justify-content: space-between; gap: 1.4rem; padding: 1.5rem; border-radius: calc(var(--round) * 1.3); background: linear-gradient(150deg, #0d6f79, #083f46); color: #fff; box-shadow: var(--shadow); }
.pass .soft { color: #cfe8e7; font-size: .9375rem; }
.pass .code { font-size: clamp(2.2rem, 9.6cqi, 5rem); font-weight: 750; letter-spacing: .03em; line-height: 1.1; white-space: nowrap; font-variant-numeric: tabular-nums; }
.pass .called { margin: .5rem 0; font-size: 1.1rem; }
.pass .called strong { padding: .1rem .6rem; border-radius: .5rem; background: #ffd27a; color: #3b2300; font-size: 1.3rem; }
qr-code { flex: none; width: clamp(8rem, 27cqi, 14rem); }
qr-code svg { display: block; width: 100%; border-radius: .8rem; }
.order .sheet > button, .order .sheet > .button { width: 100%; }
.order .sheet > * + * { margin-top: .7rem; }
.stations { display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; }
.stations li { position: relative; display: grid; justify-items: center; gap: .4rem; text-align: center; font-size: .9375rem; color: var(--soft); }
.stations .dot { display: grid; place-items: center; width: 2.2rem; height: 2.2rem; border-radius: 50%; background: var(--sunk); z-index: 1; }
.stations .icon { width: 1.2rem; height: 1.2rem; stroke-width: 2.6; }
.stations li + li::before { content: ""; position: absolute; top: 1rem; right: 50%; width: 100%; height: .25rem; background: var(--sunk); }
.stations .past::before, .stations .now::before { background: var(--main) !important; }
.stations .past, .stations .now { color: var(--ink); }
.stations .past .dot, .stations .now .dot { background: var(--main); color: var(--on-main); }
.stations .now { font-weight: 700; }
.is-approved .stations .now .dot { background: var(--card); box-shadow: inset 0 0 0 .35rem var(--main); }
.bar { margin-top: 1rem; }
progress { display: block; width: 100%; height: .7rem; border: 0; border-radius: 1rem; overflow: hidden; background: var(--sunk); appearance: none; }
progress::-webkit-progress-bar { background: var(--sunk); }
progress::-webkit-progress-value { background: var(--main); border-radius: 1rem; transition: inline-size .6s; }
progress::-moz-progress-bar { background: var(--main); }
.bar .soft { margin-top: .4rem; }
.whereabouts { display: grid; gap: .4rem; }
.whereabouts li { display: flex; align-items: center; gap: .6rem; font-weight: 550; }
.whereabouts .icon { color: var(--main); }
.order .lines > li { grid-template-columns: auto minmax(0, 1fr) auto auto; }
.order .lines .number { min-width: 2.2rem; color: var(--soft); font-weight: 600; }
.order .lines .missing .what strong { text-decoration: line-through; color: var(--soft); }
.tags { display: flex; flex-wrap: wrap; gap: .3rem; justify-content: end; }
.tag { display: inline-flex; align-items: center; gap: .3rem; padding: .15rem .6rem; border-radius: 99rem; background: var(--main-ground); font-size: .875rem; font-weight: 600; white-space: nowrap; }
.tag .icon { width: 1.1em; height: 1.1em; }
.tag.good { background: var(--good-ground); color: var(--good); }
.tag.bad { background: var(--bad-ground); color: var(--bad); }
@media (max-width: 599px) {
  .order .lines > li { grid-template-columns: auto minmax(0, 1fr) auto; }
  .order .lines .what { grid-column: auto; }
  .order .tags { grid-row: 2; grid-column: 2 / -1; justify-content: start; }
  .pass { flex-direction: column; align-items: stretch; padding: 1.2rem; gap: 1rem; text-align: center; }
  .pass .code { font-size: 15cqi; }
  .pass qr-code { width: 60%; margin-inline: auto; }
}

/* The map */
mall-map { display: grid; gap: .8rem; }
mall-map figcaption { font-size: .875rem; color: var(--soft); margin-bottom: .2rem; }
mall-map svg { display: block; width: 100%; height: auto; }
mall-map text { font-size: 25px; fill: var(--soft); font-weight: 550; }
mall-map .ground { fill: var(--ground); }
mall-map .ways { fill: none; stroke: var(--sunk); stroke-width: 26; stroke-linecap: round; stroke-linejoin: round; }
mall-map .dock { fill: var(--line); }
mall-map .store rect { fill: var(--card); stroke: var(--line); stroke-width: 3; }
mall-map .wanted rect { fill: var(--warm); stroke: var(--warm); }
mall-map .wanted text { fill: var(--ink); font-weight: 700; }
mall-map .done rect { fill: var(--good); stroke: var(--good); }
mall-map .tick { fill: none; stroke: var(--card); stroke-width: 7; stroke-linecap: round; stroke-linejoin: round; }
mall-map .depot path { fill: var(--ink); }
mall-map .depot text { fill: var(--ink); font-weight: 700; }
mall-map .robot { transition: transform 1s linear; }
mall-map .robot circle { fill: var(--main); stroke: var(--card); stroke-width: 4; }
mall-map .robot .halo { stroke: none; opacity: .22; animation: beat 2s ease-in-out infinite; }
mall-map .robot path { fill: var(--on-main); }
@keyframes beat { 50% { transform: scale(1.35); opacity: .08; } }

/* Finding an order */
.find { max-width: 40rem; margin-inline: auto; text-align: center; }
.find form { display: grid; gap: 1rem; margin-top: 1.2rem; }
.find .code { width: 100%; min-height: 5rem; padding: .5rem; border: 2px solid var(--edge); border-radius: var(--round); background: var(--card); text-align: center; font-size: 2.6rem; font-weight: 750; letter-spacing: .25em; text-indent: .25em; text-transform: uppercase; }
.keys { display: grid; grid-template-columns: repeat(8, 1fr); gap: .5rem; }
.keys button { padding: 0; font-size: 1.3rem; background: var(--card); box-shadow: var(--shadow); }
.keys .wide { grid-column: span 2; }
.find .actions { justify-content: center; }
@media (max-width: 599px) { .keys { grid-template-columns: repeat(6, 1fr); gap: .35rem; } .keys .wide { grid-column: span 1; } }

"""#),
    PageFile(
        path: "/assets/outbox.js", source: "outbox.js", contentType: "text/javascript; charset=utf-8",
        tag: "29047abd840dddde",
        content: #"""
// What the customer has done and the mall has not yet answered.
//
// Each command waits here, with its idempotency key, until its answer is known: over a broken connection, over a restart of
// the server, over a reload of this page. One at a time, in the order in which they were given.

/// The time before the next try, in milliseconds.
const pause = tries => Math.min(500 * 2 ** (tries - 1), 5_000);

/// So often an answer that says "internal" is taken for a passing one.
const PATIENCE_WITH_FAULTS = 3;

export class Outbox {
  #entries;
  #working = false;
  #wake = null;

  /// `storage` keeps the entries; `perform(entry)` asks the mall and throws a Refusal; `settled(entry, result, refusal)` is told
  /// the outcome of each; `changed` that something has changed.
  constructor({ storage, name, perform, settled, changed }) {
    Object.assign(this, { storage, name, perform, settled, changed });
    this.#entries = JSON.parse(storage.getItem(name) ?? "[]");
    /// Whether the newest try brought no answer.
    this.isStuck = false;
  }

  get entries() { return this.#entries; }

  /// Whether one of these kinds is waiting.
  has(...kinds) { return this.#entries.some(entry => kinds.includes(entry.kind)); }

  /// Takes a command; it has its key from now on.
  add(entry) {
    this.#entries.push({ ...entry, key: crypto.randomUUID?.() ?? randomKey() });
    this.#save();
    this.work();
  }

  /// Drops all that waits. What is under way may still be done.
  clear() {
    this.#entries = [];
    this.isStuck = false;
    this.#save();
  }

  /// Tries at once instead of after the pause.
  hurry() { this.#wake?.(); }

  async work() {
    if (this.#working) return;
    this.#working = true;
    let tries = 0;
    while (this.#entries.length > 0) {
      const entry = this.#entries[0];
      try {
        const result = await this.perform(entry);
        this.isStuck = false;
        tries = 0;
        this.#finish(entry, result);
      } catch (refusal) {
        tries += 1;
        if (refusal.isPassing || (refusal.status === 500 && tries <= PATIENCE_WITH_FAULTS)) {
          this.isStuck = true;
          this.changed();
          await this.#sleep(refusal.retryAfter ?? pause(tries));
          continue;
        }
        if (refusal.status === undefined) console.error(refusal);
        this.isStuck = false;
        tries = 0;
        this.#finish(entry, undefined, refusal);
      }
    }
    this.isStuck = false;
    this.#working = false;
    this.changed();
  }

  #finish(entry, result, refusal) {
    // It may have been dropped meanwhile; then nobody wants to know.
    const index = this.#entries.indexOf(entry);
    if (index < 0) return;
    // The outcome is stored by `settled` before the command is forgotten: a reload in between repeats it, and gets the same.
    this.settled(entry, result, refusal);
    const place = this.#entries.indexOf(entry);
    if (place >= 0) this.#entries.splice(place, 1);
    this.#save();
  }

  #sleep(milliseconds) {
    return new Promise(resolve => {
      this.#wake = resolve;
      setTimeout(resolve, milliseconds);
    });
  }

  #save() {
    this.storage.setItem(this.name, JSON.stringify(this.#entries));
    this.changed();
  }
}

/// Where a page came over plain HTTP from another machine, browsers have no randomUUID.
function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, "0")).join("");
}

"""#),
    PageFile(
        path: "/assets/products-view.js", source: "products-view.js", contentType: "text/javascript; charset=utf-8",
        tag: "780dfde1c2ed7438",
        content: #"""
// The products of a store, or those that were searched for.

import { h, View } from "./dom.js";
import { category, icon, sign } from "./icons.js";
import { shop } from "./shop.js";
import { available, count, money } from "./words.js";

/// From so few on, the card says how many are left.
const FEW = 10;

class ProductsView extends View {
  source = shop;
  #asked;

  set store(id) { this.storeID = id; this.#load(); }
  set words(words) { this.searched = words; this.#load(); }

  #load() {
    if (this.storeID === undefined || this.searched === undefined) return;
    const asked = JSON.stringify([this.storeID, this.searched]);
    if (asked === this.#asked) return;
    this.#asked = asked;
    shop.loadProducts({ store: this.storeID, words: this.searched });
    this.refresh();
  }

  view() {
    const store = shop.stores?.find(one => one.store_id === this.storeID);
    const found = shop.products;
    const hue = store ? category(store.category).hue : null;
    return h("section", { class: "products", style: hue === null ? {} : { "--hue": hue } },
      h("div", { class: "store-head" },
        h("a", { class: "button quiet icon-only", href: "#/stores", "aria-label": "Back to all stores" }, icon("back")),
        store && sign(store.category, true),
        h("div", {},
          h("h1", { tabindex: -1 }, store?.name ?? (this.storeID ? "This store" : `“${this.searched}”`)),
          h("p", { class: "soft", role: "status" }, this.#summary(store, found)))),
      found && h("ul", { class: "cards" }, found.list.map(product => card(product, !store))));
  }

  #summary(store, found) {
    if (!found) return "Looking ...";
    if (store) return `${store.category} · ${count(found.total, "product")}`;
    if (this.storeID) return found.total ? count(found.total, "product") : "It does not take part at the moment.";
    return found.total === 0 ? "Nothing found. Try another word, or look into the stores." : `${count(found.total, "product")} found`;
  }
}

function card(product, withStore) {
  const units = shop.units(product.product_id);
  const had = available(product);
  const store = shop.stores?.find(one => one.store_id === product.store_id);
  return h("li", { class: had === 0 ? "card sold-out" : "card", key: product.product_id, style: { "--hue": category(store?.category ?? "").hue } },
    h("div", { class: "what" },
      h("h2", {}, product.name),
      h("p", { class: "soft" }, product.description),
      withStore && store && h("p", { class: "at" }, sign(store.category), store.name)),
    h("div", { class: "price" }, h("strong", {}, money(product.price)), h("span", { class: stockTone(had) }, stockWords(had))),
    units === 0
      ? h("button", {
        class: "primary add", disabled: had === 0, "aria-label": `Add ${product.name} to the basket`,
        onclick: () => shop.add(product),
      }, icon("plus"), had === 0 ? "Sold out" : "Add")
      : stepper(product, units, units < Math.min(had, 99)));
}

const stockTone = had => had === 0 ? "stock none" : had <= FEW ? "stock few" : "stock";
const stockWords = had => had === 0 ? "sold out" : had <= FEW ? `only ${had} left` : "in stock";

/// Less and more of a product, with how many there are between them.
export const stepper = (product, units, more) => h("div", { class: "stepper", role: "group", "aria-label": product.name },
  h("button", { class: "icon-only", "aria-label": `One ${product.name} less`, onclick: () => shop.reduce(product, units - 1) }, icon("minus")),
  h("output", { "aria-label": "In the basket" }, units),
  h("button", { class: "icon-only primary", "aria-label": `One ${product.name} more`, disabled: !more, onclick: () => shop.add(product) }, icon("plus")));

customElements.define("products-view", ProductsView);

"""#),
    PageFile(
        path: "/assets/qr-code.js", source: "qr-code.js", contentType: "text/javascript; charset=utf-8",
        tag: "2994358b4a6d7084",
        content: #"""
// A QR code as a picture.

import { h, View } from "./dom.js";
import { encode } from "./qr.js";

class QRCode extends View {
  set text(text) {
    this.content = text;
    if (this.isConnected) this.show();
  }

  view() {
    if (!this.content) return [];
    const rows = encode(this.content);
    // The quiet zone of four modules belongs to it, and it is dark on light in a dark room too.
    const size = rows.length + 8;
    const path = rows.flatMap((row, y) => row.flatMap((dark, x) => dark ? `M${x + 4} ${y + 4}h1v1h-1z` : [])).join("");
    return h("svg", { viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": "The pickup code as a QR code", "shape-rendering": "crispEdges" },
      h("rect", { width: size, height: size, fill: "#fff" }), h("path", { d: path, fill: "#000" }));
  }
}

customElements.define("qr-code", QRCode);

"""#),
    PageFile(
        path: "/assets/qr.js", source: "qr.js", contentType: "text/javascript; charset=utf-8",
        tag: "ea4a83c23e33d573",
        content: #"""
// A QR code's encoder (ISO/IEC 18004): bytes or capitals and digits, error correction level M, versions 1 to 6.

/// Per version: blocks, data codewords of a block, correction codewords of a block.
const VERSIONS = [[1, 16, 10], [1, 28, 16], [1, 44, 26], [2, 32, 18], [2, 43, 24], [4, 27, 16]];
const CAPITALS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// The modules of the code for a text: rows of booleans, true for dark, without the quiet zone of four modules.
/// Throws a RangeError for a text that is too long: over 106 bytes.
export function encode(text) {
  const { version, bits } = segment(text);
  const size = 17 + 4 * version;
  const codewords = interleave(bits, version);
  let best = null;
  for (let mask = 0; mask < 8; mask += 1) {
    const grid = draw(size, version, codewords, mask);
    const badness = penalty(grid);
    if (!best || badness < best.badness) best = { grid, badness };
  }
  return best.grid;
}

/// The text as bits, padded to the room of the smallest version that takes it.
function segment(text) {
  const capitals = [...text].every(character => CAPITALS.includes(character));
  const bytes = [...new TextEncoder().encode(text)];
  const bits = [];
  const put = (value, count) => { for (let i = count - 1; i >= 0; i -= 1) bits.push((value >> i) & 1); };
  put(capitals ? 2 : 4, 4);
  put(bytes.length, capitals ? 9 : 8);
  if (capitals) {
    const values = [...text].map(character => CAPITALS.indexOf(character));
    for (let i = 0; i < values.length; i += 2) {
      if (i + 1 < values.length) put(values[i] * 45 + values[i + 1], 11);
      else put(values[i], 6);
    }
  } else bytes.forEach(byte => put(byte, 8));
  const index = VERSIONS.findIndex(([blocks, data]) => bits.length <= blocks * data * 8);
  if (index < 0) throw new RangeError("the text is too long for a QR code of version 6");
  const room = VERSIONS[index][0] * VERSIONS[index][1] * 8;
  put(0, Math.min(4, room - bits.length));
  put(0, (8 - bits.length % 8) % 8);
  for (let pad = 0; bits.length < room; pad += 1) put(pad % 2 === 0 ? 0xec : 0x11, 8);
  return { version: index + 1, bits };
}

/// Codewords in the order in which they are drawn: the blocks' data by turns, then their corrections by turns.
function interleave(bits, version) {
  const [count, data, correction] = VERSIONS[version - 1];
  const bytes = [];
  for (let i = 0; i < bits.length; i += 8) bytes.push(bits.slice(i, i + 8).reduce((sum, bit) => sum * 2 + bit, 0));
  const blocks = Array.from({ length: count }, (_, i) => bytes.slice(i * data, (i + 1) * data));
  const corrections = blocks.map(block => remainder(block, correction));
  const turns = (lists, length) => Array.from({ length }, (_, i) => lists.map(list => list[i])).flat();
  return [...turns(blocks, data), ...turns(corrections, correction)];
}

// Arithmetic in GF(256) with the polynomial x^8 + x^4 + x^3 + x^2 + 1.
const POWERS = [1];
for (let i = 1; i < 255; i += 1) POWERS.push(POWERS[i - 1] * 2 ^ (POWERS[i - 1] > 127 ? 0x11d : 0));
const LOGS = new Map(POWERS.map((value, power) => [value, power]));
const times = (a, b) => a && b ? POWERS[(LOGS.get(a) + LOGS.get(b)) % 255] : 0;

/// Reed and Solomon's correction: the remainder of the data, shifted, by (x - 1)(x - 2)(x - 4)...
function remainder(data, count) {
  let divisor = [1];
  for (let i = 0; i < count; i += 1) {
    divisor = [...divisor, 0].map((value, j) => value ^ times(divisor[j - 1] ?? 0, POWERS[i]));
  }
  const rest = [...data, ...Array(count).fill(0)];
  for (let i = 0; i < data.length; i += 1) {
    const factor = rest[i];
    divisor.forEach((value, j) => { rest[i + j] ^= times(value, factor); });
  }
  return rest.slice(data.length);
}

const MASKS = [
  (x, y) => (x + y) % 2, (x, y) => y % 2, x => x % 3, (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2, (x, y) => x * y % 2 + x * y % 3,
  (x, y) => (x * y % 2 + x * y % 3) % 2, (x, y) => ((x + y) % 2 + x * y % 3) % 2,
];

function draw(size, version, codewords, mask) {
  const grid = Array.from({ length: size }, () => Array(size).fill(undefined));
  const put = (x, y, dark) => { if (grid[y]?.[x] === undefined && x >= 0 && x < size && y >= 0 && y < size) grid[y][x] = Boolean(dark); };
  // The three eyes, each with its light rim; timing; the small eye that versions from 2 have.
  for (const [left, top] of [[0, 0], [size - 7, 0], [0, size - 7]]) {
    for (let y = -1; y < 8; y += 1) {
      for (let x = -1; x < 8; x += 1) {
        const ring = Math.max(Math.abs(x - 3), Math.abs(y - 3));
        put(left + x, top + y, ring !== 2 && ring < 4);
      }
    }
  }
  if (version > 1) {
    for (let y = -2; y <= 2; y += 1) {
      for (let x = -2; x <= 2; x += 1) put(size - 7 + x, size - 7 + y, Math.max(Math.abs(x), Math.abs(y)) !== 1);
    }
  }
  for (let i = 0; i < size; i += 1) {
    put(i, 6, i % 2 === 0);
    put(6, i, i % 2 === 0);
  }
  drawFormat(size, mask, put);
  // Data in columns of two, from the right, up and down by turns, past the column of the timing.
  let bit = 0;
  for (let right = size - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right = 5;
    for (let i = 0; i < size; i += 1) {
      const y = up ? size - 1 - i : i;
      for (const x of [right, right - 1]) {
        if (grid[y][x] !== undefined) continue;
        const dark = (codewords[bit >> 3] ?? 0) >> (7 - bit % 8) & 1;
        grid[y][x] = Boolean(dark ^ (MASKS[mask](x, y) === 0));
        bit += 1;
      }
    }
  }
  return grid;
}

/// The level (M is 0) and the mask, with ten bits of correction, twice.
function drawFormat(size, mask, put) {
  let rest = mask << 10;
  for (let i = 14; i >= 10; i -= 1) if (rest >> i & 1) rest ^= 0x537 << (i - 10);
  const format = (mask << 10 | rest) ^ 0x5412;
  for (let i = 0; i < 15; i += 1) {
    const dark = format >> i & 1;
    // Beside the upper left eye, around the timing, and then beside the two others.
    if (i < 6) put(8, i, dark);
    else if (i < 8) put(8, i + 1, dark);
    else if (i === 8) put(7, 8, dark);
    else put(14 - i, 8, dark);
    if (i < 8) put(size - 1 - i, 8, dark);
    else put(8, size - 15 + i, dark);
  }
  put(8, size - 8, true);
}

/// How hard the code is to read, by the standard's four rules.
function penalty(grid) {
  const size = grid.length;
  const lines = [...grid, ...grid.map((_, x) => grid.map(row => row[x]))];
  let sum = 0;
  for (const line of lines) {
    let run = 1;
    for (let i = 1; i <= size; i += 1) {
      if (i < size && line[i] === line[i - 1]) run += 1;
      else {
        if (run >= 5) sum += run - 2;
        run = 1;
      }
    }
    const text = line.map(Number).join("");
    for (const eye of ["10111010000", "00001011101"]) {
      for (let at = text.indexOf(eye); at >= 0; at = text.indexOf(eye, at + 1)) sum += 40;
    }
  }
  for (let y = 1; y < size; y += 1) {
    for (let x = 1; x < size; x += 1) {
      const one = grid[y][x];
      if (one === grid[y - 1][x] && one === grid[y][x - 1] && one === grid[y - 1][x - 1]) sum += 3;
    }
  }
  const dark = grid.flat().filter(Boolean).length / size ** 2;
  return sum + Math.floor(Math.abs(dark - 0.5) * 20) * 10;
}

"""#),
    PageFile(
        path: "/assets/shop.js", source: "shop.js", contentType: "text/javascript; charset=utf-8",
        tag: "69c3720512364b4f",
        content: #"""
// What this kiosk knows and does: the customer's basket, order and place on the page. Views show it and call its methods.

import { ask, follow, get, Refusal } from "./api.js";
import { Outbox } from "./outbox.js";
import { isOver, problemWords, shortageWords } from "./words.js";

const SESSION = "mallbots.session";
const PAYING = ["checkout", "pay"];

class Shop {
  #listeners = new Set();
  #closeStream = null;
  #searches = 0;
  #knocking;

  constructor(storage) {
    this.storage = storage;
    const query = new URLSearchParams(location.search);
    this.kioskID = (query.get("kiosk") ?? "").slice(0, 64) || undefined;
    this.settings = null;
    this.mall = null;
    this.stores = null;
    this.products = null;
    this.basket = null;
    this.order = null;
    this.robots = [];
    /// What the customer should know: {tone, text}, or null.
    this.notice = null;
    /// A payment that the card's bank has not yet answered.
    this.isCharging = false;
    /// Whether the newest try to reach the mall failed.
    this.isOffline = false;
    this.session = JSON.parse(storage.getItem(SESSION) ?? "{}");
    this.outbox = new Outbox({
      storage, name: "mallbots.outbox", perform: entry => this.#perform(entry),
      settled: (entry, result, refusal) => this.#settled(entry, result, refusal),
      changed: () => this.changed(),
    });
  }

  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed() { for (const listener of this.#listeners) listener(); }

  #keep(values) {
    this.session = { ...this.session, ...values };
    this.storage.setItem(SESSION, JSON.stringify(this.session));
  }

  // MARK: Beginning and end

  /// Carries on where a reload or a crash left off.
  async start() {
    addEventListener("online", () => this.retry());
    addEventListener("offline", () => this.#reached(false));
    this.outbox.work();
    if (this.session.orderID) this.followOrder(this.session.orderID);
    if (this.session.basketID && !this.outbox.has("checkout")) this.loadBasket();
    await this.#insist(async () => {
      [this.settings, this.mall] = await Promise.all([get("/api/v1/shop"), get("/api/v1/mall")]);
    });
    await this.loadStores();
  }

  retry() {
    this.outbox.hurry();
    this.changed();
  }

  /// Whether a payment is under way: then nothing may be forgotten.
  get isPaying() { return this.isCharging || this.outbox.has(...PAYING); }

  /// Forgets the customer. What was ordered stays ordered.
  reset() {
    this.#closeStream?.();
    this.#closeStream = null;
    this.outbox.clear();
    this.session = {};
    this.storage.removeItem(SESSION);
    Object.assign(this, { basket: null, order: null, robots: [], notice: null, products: null, isCharging: false });
    this.changed();
    this.loadStores();
  }

  tell(tone, text) {
    this.notice = text ? { tone, text } : null;
    this.changed();
  }

  // MARK: Reading

  /// Asks until there is an answer.
  async #insist(question) {
    for (let wait = 500; ; wait = Math.min(wait * 2, 5_000)) {
      try {
        const answer = await question();
        this.#reached(true);
        return answer;
      } catch (refusal) {
        if (!(refusal instanceof Refusal) || !refusal.isPassing) throw refusal;
        this.#reached(refusal.status !== 0);
        await new Promise(resolve => setTimeout(resolve, wait));
      }
    }
  }

  /// Tells whether the newest question reached the mall. When not, it is knocked at every few seconds.
  #reached(reached) {
    if (this.isOffline === !reached) return;
    this.isOffline = !reached;
    this.changed();
    if (reached) return clearInterval(this.#knocking);
    this.#knocking = setInterval(() => ask("GET", "/healthz").then(() => this.#reached(true), () => {}), 3_000);
  }

  async loadStores() {
    this.stores = (await this.#insist(() => get("/api/v1/stores"))).stores;
    this.changed();
  }

  /// The products of a store, or those of all stores that have the words. The newest question counts.
  async loadProducts({ store, words }) {
    const number = ++this.#searches;
    const asked = store ? `store ${store}` : `words ${words}`;
    if (this.products?.asked !== asked) this.products = null;
    const path = store ? `/api/v1/stores/${encodeURIComponent(store)}/products?` : "/api/v1/products?";
    const query = new URLSearchParams(words ? { q: words.slice(0, 50), page_size: 100 } : { page_size: 200 });
    let found;
    try {
      found = (await this.#insist(() => get(path + query)));
    } catch (refusal) {
      found = { products: [], total: 0 };
      this.tell("bad", problemWords(refusal));
    }
    if (number !== this.#searches) return;
    this.products = { asked, list: found.products, total: found.total };
    this.changed();
  }

  async loadBasket() {
    try {
      this.basket = await this.#insist(() => get(`/api/v1/baskets/${this.session.basketID}`));
    } catch {
      // Checked out, or gone.
      this.#keep({ basketID: undefined });
      this.basket = null;
    }
    this.changed();
  }

  // MARK: The basket

  /// Units of a product in the basket: what the mall knows of and what it is still to be told.
  units(productID) {
    const known = this.basket?.lines.find(line => line.product_id === productID)?.quantity ?? 0;
    return this.outbox.entries.reduce((units, entry) => {
      if (entry.productID !== productID) return units;
      return entry.kind === "add" ? units + entry.quantity : entry.kind === "reduce" ? entry.target : units;
    }, known);
  }

  get unitsInBasket() {
    const products = new Set([
      ...(this.basket?.lines ?? []).map(line => line.product_id), ...this.outbox.entries.map(entry => entry.productID),
    ]);
    return [...products].reduce((sum, product) => sum + (product ? this.units(product) : 0), 0);
  }

  add(product, quantity = 1) {
    this.notice = null;
    if (!this.session.basketID && !this.outbox.has("start")) {
      this.outbox.add({ kind: "start", path: "/api/v1/baskets", body: this.kioskID ? { kiosk_id: this.kioskID } : {} });
    }
    this.outbox.add({
      kind: "add", productID: product.product_id, name: product.name, quantity,
      path: "/api/v1/baskets/{basket}/items", body: { product_id: product.product_id, quantity },
    });
  }

  /// Leaves so many units of a product in the basket.
  reduce(product, target) {
    this.notice = null;
    this.outbox.add({ kind: "reduce", productID: product.product_id, name: product.name, target });
  }

  empty() {
    for (const line of this.basket?.lines ?? []) this.reduce(line, 0);
  }

  /// Fills a new basket with the lines of an order that came to nothing.
  again(order) {
    this.leaveOrder();
    for (const line of order.lines) this.add({ product_id: line.product_id, name: line.name }, line.quantity);
    go("#/checkout");
  }

  // MARK: The order

  checkout(cardToken) {
    this.notice = null;
    this.#keep({ cardGiven: Boolean(cardToken) });
    this.outbox.add({
      kind: "checkout", path: "/api/v1/baskets/{basket}/checkout", body: cardToken ? { card_token: cardToken } : {},
    });
  }

  pay(cardToken) {
    this.notice = null;
    this.outbox.add({
      kind: "pay", path: `/api/v1/orders/${this.session.orderID}/payment`, body: { card_token: cardToken },
    });
  }

  cancel() {
    this.notice = null;
    this.outbox.add({ kind: "cancel", method: "DELETE", path: `/api/v1/orders/${this.session.orderID}` });
  }

  /// Finds an order by its code. Returns what to tell when that was not possible, or null.
  async find(code) {
    try {
      const order = await get(`/api/v1/orders?${new URLSearchParams({ pickup_code: code })}`);
      this.#reached(true);
      this.takeOrder(order);
      go("#/order");
      return null;
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      this.#reached(refusal.status !== 0);
      return problemWords(refusal);
    }
  }

  takeOrder(order) {
    this.#keep({ orderID: order.order_id });
    this.order = order;
    this.robots = [];
    this.followOrder(order.order_id);
    this.changed();
  }

  /// Answers and events overtake each other: the newest version counts.
  #learn(order) {
    if (this.order?.order_id === order.order_id && this.order.version > order.version) return;
    this.order = order;
    if (order.paid) this.isCharging = false;
    this.changed();
  }

  followOrder(id) {
    this.#closeStream?.();
    this.#closeStream = follow(`/api/v1/orders/${id}/events`, {
      order: order => this.#learn(order),
      robots: ({ robots }) => {
        this.robots = robots;
        this.changed();
      },
    }, {
      lost: lost => this.#reached(!lost),
      ended: () => this.order?.order_id === id && isOver(this.order),
    });
  }

  leaveOrder() {
    this.#closeStream?.();
    this.#closeStream = null;
    this.#keep({ orderID: undefined });
    Object.assign(this, { order: null, robots: [], isCharging: false, notice: null });
    this.changed();
  }

  // MARK: What the outbox does

  async #perform(entry) {
    try {
      const result = entry.kind === "reduce" ? await this.#reduce(entry) : await ask(
        entry.method ?? "POST", entry.path.replace("{basket}", this.session.basketID ?? "none"), entry);
      this.#reached(true);
      return result;
    } catch (refusal) {
      if (refusal instanceof Refusal) this.#reached(refusal.status !== 0);
      throw refusal;
    }
  }

  /// Taking units out cannot be repeated blindly: each try looks how many there are.
  async #reduce({ productID, target }) {
    const path = `/api/v1/baskets/${this.session.basketID}`;
    const { status, document } = await ask("GET", path);
    const units = document.lines.find(line => line.product_id === productID)?.quantity ?? 0;
    if (units <= target) return { status, document };
    const query = target > 0 ? `?quantity=${units - target}` : "";
    return ask("DELETE", `${path}/items/${encodeURIComponent(productID)}${query}`);
  }

  #settled(entry, result, refusal) {
    if (refusal) return this.#refused(entry, refusal);
    const { status, document } = result;
    switch (entry.kind) {
    case "start":
      this.#keep({ basketID: document.order_id });
      this.basket = document;
      break;
    case "add": case "reduce":
      this.basket = document;
      break;
    case "checkout":
      this.#keep({ basketID: undefined });
      this.basket = null;
      this.takeOrder(document);
      go("#/order");
      break;
    case "pay":
      this.isCharging = status === 202;
      if (this.isCharging) this.#awaitCharge();
      else this.tell("good", "Paid. Thank you!");
      break;
    case "cancel":
      this.#learn(document);
      break;
    }
  }

  #refused(entry, refusal) {
    this.tell("bad", problemWords(refusal, entry.kind));
    if (entry.kind === "start" || (refusal.status === 404 && ["add", "reduce", "checkout"].includes(entry.kind) && !refusal.errors.length)) {
      this.#lookForBasket();
    }
    if (["add", "checkout"].includes(entry.kind) && refusal.status === 409) this.#explainShortage(entry);
    if (entry.kind === "checkout" && !this.basket) this.loadBasket();
    if (["pay", "cancel"].includes(entry.kind)) this.#lookAtOrder();
  }

  /// The basket of this session may be gone: then the next item begins a new one.
  async #lookForBasket() {
    if (!this.session.basketID) return this.outbox.clear();
    await this.loadBasket();
    if (!this.session.basketID) this.outbox.clear();
  }

  /// A refused item or checkout has most often to do with stock: says what is short, in words.
  async #explainShortage(entry) {
    const stores = new Set((this.basket?.lines ?? []).map(line => line.store_id));
    if (entry.productID && this.products) for (const one of this.products.list) if (one.product_id === entry.productID) stores.add(one.store_id);
    const pages = await Promise.all([...stores].map(store =>
      this.#insist(() => get(`/api/v1/stores/${encodeURIComponent(store)}/products?page_size=200`)).catch(() => ({ products: [] }))));
    const products = new Map(pages.flatMap(page => page.products).map(product => [product.product_id, product]));
    const words = shortageWords(this.basket?.lines ?? [], products, entry);
    if (words) this.tell("bad", words);
    if (this.products) {
      this.products = { ...this.products, list: this.products.list.map(one => products.get(one.product_id) ?? one) };
      this.changed();
    }
  }

  async #lookAtOrder() {
    const id = this.session.orderID;
    const order = await this.#insist(() => get(`/api/v1/orders/${id}`)).catch(() => null);
    if (order && this.session.orderID === id) this.#learn(order);
  }

  /// A bank may answer late: asks until it has.
  async #awaitCharge() {
    const id = this.session.orderID;
    while (this.isCharging && this.session.orderID === id) {
      await new Promise(resolve => setTimeout(resolve, 1_000));
      const invoice = await this.#insist(() => get(`/api/v1/orders/${id}/payment`)).catch(() => null);
      if (this.session.orderID !== id) return;
      if (invoice?.state === "paying") continue;
      this.isCharging = false;
      if (invoice?.state === "paid") this.tell("good", "Paid. Thank you!");
      else this.tell("bad", problemWords({ kind: "payment-declined" }));
    }
  }
}

export const shop = new Shop(sessionStorage);

/// Shows another view.
export function go(hash) {
  if (location.hash !== hash) location.hash = hash;
}

"""#),
    PageFile(
        path: "/assets/stores-view.js", source: "stores-view.js", contentType: "text/javascript; charset=utf-8",
        tag: "d1b8931a3001193c",
        content: #"""
// The stores of the mall, by floor.

import { h, View } from "./dom.js";
import { category, sign } from "./icons.js";
import { shop } from "./shop.js";

class StoresView extends View {
  source = shop;

  view() {
    const floors = [...new Set((shop.stores ?? []).map(store => store.floor ?? null))].sort((a, b) => a - b);
    return h("section", { class: "stores" },
      h("h1", { tabindex: -1 }, "Where would you like to shop?"),
      !shop.stores && h("p", { class: "waiting", role: "status" }, "Looking which stores are open ..."),
      shop.stores?.length === 0 && h("p", { class: "waiting" }, "No store takes part at the moment."),
      floors.map(floor => h("section", { key: `floor ${floor}` },
        h("h2", {}, shop.mall?.floors.find(one => one.number === floor)?.name ?? "In the mall"),
        h("ul", { class: "tiles" }, shop.stores.filter(store => (store.floor ?? null) === floor).map(store =>
          h("li", { key: store.store_id }, h("a", {
            class: "tile", href: `#/store/${encodeURIComponent(store.store_id)}`, style: { "--hue": category(store.category).hue },
          }, sign(store.category, true), h("span", { class: "name" }, store.name), h("span", { class: "soft" }, store.category))))))));
  }
}

customElements.define("stores-view", StoresView);

"""#),
    PageFile(
        path: "/assets/words.js", source: "words.js", contentType: "text/javascript; charset=utf-8",
        tag: "4c70a4f2e27e2467",
        content: #"""
// What the page says, in a customer's words.

/// "€4.80"; the number of digits is the currency's.
export function money(amount) {
  if (!amount) return "";
  const format = new Intl.NumberFormat(navigator.language, { style: "currency", currency: amount.currency_code });
  return format.format(amount.minor_units / 10 ** format.resolvedOptions().maximumFractionDigits);
}

/// So many times an amount, which may be absent.
export const times = (amount, number) => amount && { ...amount, minor_units: amount.minor_units * number };

export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

/// "a, b and c".
export const list = words => words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

/// "7KQ 2MX": easier to read aloud and to compare.
export const spacedCode = code => code.length === 6 ? `${code.slice(0, 3)} ${code.slice(3)}` : code;

export const isOver = order => ["completed", "rejected", "canceled", "abandoned"].includes(order.state);

/// Units that can be had, of all lines, and how many of them are where.
export function progress(order) {
  const sum = pick => order.lines.reduce((units, line) => units + pick(line), 0);
  const wanted = sum(line => line.quantity - line.unavailable);
  return { wanted, picked: sum(line => line.picked), delivered: sum(line => line.delivered) };
}

/// How an order stands: a heading and a sentence.
export function orderWords(order, cardGiven) {
  const { wanted, picked, delivered } = progress(order);
  switch (order.state) {
  case "placed": return ["We have your order", "The stores are being asked. Robots set out in a moment."];
  case "approved":
    if (delivered > 0) return ["On the way", `${delivered} of ${count(wanted, "item")} are at the depot, the rest is coming.`];
    if (picked > 0) return ["Robots are shopping for you", `${picked} of ${count(wanted, "item")} picked up.`];
    return ["Robots are shopping for you", "Each item is picked up at its store and brought to the depot."];
  case "ready":
    return order.paid
      ? ["Ready to collect", "Show your code at the depot's desk."]
      : ["Ready to collect", "Pay here or at the depot's desk, then show your code there."];
  case "completed": return ["Handed over", "Enjoy! Thank you for shopping with us."];
  case "rejected": return ["This order did not go through", rejectionWords(cardGiven)];
  case "canceling": return ["Being cancelled", "Robots bring items back to their stores. Money that was paid goes back to where it came from."];
  case "canceled": return ["Cancelled", canceledWords(order)];
  default: return ["Your order", ""];
  }
}

function rejectionWords(cardGiven) {
  return cardGiven
    ? "Your card was declined. Nothing was charged. You can try again with another card, or pay later."
    : "It could not be taken just now. Nothing was charged.";
}

function canceledWords(order) {
  const nothingHad = order.lines.length > 0 && order.lines.every(line => line.unavailable === line.quantity);
  const why = nothingHad ? "The stores turned out to have none of it. " : "";
  return `${why}You owe nothing.${order.paid ? " What you had paid goes back to where it came from." : ""}`;
}

/// Where a robot is, as one would say it.
export function robotWords(robot, mall) {
  const name = `Robot ${robot.bot_id.replace(/^bot-?/, "")}`;
  const near = mall && robot.place && nearestStop(robot.place, mall);
  const metres = Math.round(robot.distance_left_mm / 1000);
  if (near && near.metres < 2.5 && robot.speed_mm_per_s < 200) return `${name} is at ${near.name}`;
  const floor = mall?.floors.find(one => one.number === robot.place?.floor)?.name.toLowerCase();
  const where = floor && mall.floors.length > 1 ? ` on the ${floor}` : "";
  return metres > 0 ? `${name} is under way${where}, ${metres} m to its next stop` : `${name} is under way${where}`;
}

function nearestStop(place, mall) {
  const stops = [...mall.stores, ...(mall.depot ? [{ name: "the depot", place: mall.depot }] : [])]
    .filter(stop => stop.place.floor === place.floor)
    .map(stop => ({ name: stop.name, metres: Math.hypot(stop.place.x_mm - place.x_mm, stop.place.y_mm - place.y_mm) / 1000 }));
  return stops.sort((a, b) => a.metres - b.metres)[0];
}

/// What a refusal means to a customer, who asked for `kind`.
export function problemWords({ kind: problem, status, retryAfter }, kind) {
  const seconds = Math.ceil((retryAfter ?? 10_000) / 1000);
  switch (problem) {
  case "payment-declined": return "The card was declined. Nothing was charged. Please try another card, or pay at the depot's desk.";
  case "no-such-code": return "There is no order with this code. Look again at what you wrote down: codes have six letters and digits.";
  case "too-many-guesses": return `Too many wrong codes. Please try again in ${count(seconds, "second")}.`;
  case "unreachable": return "The mall cannot be reached at the moment. Please try again soon.";
  }
  if (status === 404 && ["add", "reduce"].includes(kind)) return "This is not sold any more.";
  if (status === 404 && kind === "checkout") return "This basket is gone. Please choose again.";
  if (kind === "pay" && status === 409) return "This order needs no payment now.";
  if (kind === "cancel" && status === 409) return "This order cannot be cancelled any more.";
  if (status === 409) return "Something changed in the shop while you chose. Please look over your basket and try again.";
  return "Something went wrong on our side. Please try again, or ask at the depot's desk.";
}

/// Units that a customer can have: on the shelf, and waited for by no other order.
export const available = product => product.available ?? product.stock;

/// Which lines ask for more than the stores have; null when none does.
export function shortageWords(lines, products, entry) {
  const short = lines.flatMap(line => {
    const product = products.get(line.product_id);
    const stock = product ? available(product) : 0;
    const wanted = line.quantity + (entry.kind === "add" && entry.productID === line.product_id ? entry.quantity : 0);
    if (wanted <= stock) return [];
    return [stock === 0 ? `${line.name} is sold out` : `of ${line.name} only ${stock} ${stock === 1 ? "is" : "are"} left`];
  });
  if (short.length === 0) return null;
  const text = list(short);
  return `${text[0].toUpperCase()}${text.slice(1)}. Please change your basket.`;
}

"""#),
]
