// The board: orders in columns by what comes next for them, the longest waiting first; and a search through all.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { get } from "./api.js";
import { money, since, span, clock } from "./format.js";
import { columnOf, longestFirst, matches, waitsSince } from "./figures.js";
import { notYet, orderBadges, progressBar, ticket } from "./parts.js";
import { problemBox } from "./fields.js";
import { sign } from "./signs.js";
import { table } from "./tables.js";
import { to } from "./routes.js";

const columns = [
  { name: "placed", word: "Placed", shape: "dot", hint: "being checked" },
  { name: "fetching", word: "Being fetched", shape: "arrow", hint: "robots are on it" },
  { name: "pay", word: "Ready, to be paid", shape: "ring", hint: "call the customer" },
  { name: "collect", word: "Ready, paid", shape: "check", hint: "hand over" },
  { name: "canceling", word: "Being cancelled", shape: "half", hint: "items go back", seldom: true },
  { name: "ended", word: "Ended", shape: "square", hint: "in the last hours" },
];
const mostEnded = 20;
// An order that waits longer than this is marked.
const longMs = 15 * 60_000;

customElements.define("mb-orders", class extends View {
  #text = "";
  #found = null;
  #busy = false;
  #problem = null;

  begin() { this.orders = this.follow("orders"); }

  render() {
    const shown = [...this.orders.state.orders.values()].filter(order => matches(order, this.#text));
    return [
      h("h1", {}, "Orders"),
      h("form", { class: "toolbar", role: "search", onsubmit: event => this.#search(event) },
        h("label", { for: "orders-find" }, "Find"),
        h("input", { id: "orders-find", type: "search", value: this.#text, placeholder: "Ticket, code, product …", autocomplete: "off", spellcheck: "false", oninput: event => this.#typed(event) }),
        h("button", { type: "submit", "aria-disabled": this.#busy ? "true" : undefined }, this.#busy ? h("span", { class: "spinner" }) : null, "Search all orders")),
      notYet(this.orders, "orders"),
      problemBox(this.#problem),
      this.#found ? this.#results() : null,
      h("div", { class: "board", key: "board" }, columns.map(column => this.#column(column, longestFirst(shown.filter(order => columnOf(order) === column.name))))),
    ];
  }

  #column(column, orders) {
    if (column.seldom && !orders.length) return null;
    const shown = column.name === "ended" ? orders.slice(0, mostEnded) : orders;
    return h("section", { class: `column ${column.name}`, key: column.name, "aria-label": `${column.word}: ${orders.length}` },
      h("h2", {}, sign(column.shape), column.word, h("span", { class: "count" }, orders.length)),
      h("p", { class: "quiet small" }, column.hint),
      h("ul", { class: "plain" }, shown.map(order => h("li", { key: order.order_id }, orderCard(order)))),
      orders.length > shown.length ? h("p", { class: "quiet small" }, `and ${orders.length - shown.length} more: search all orders`) : null);
  }

  #results() {
    return h("section", { class: "card", key: "found" },
      h("div", { class: "row between" }, h("h2", {}, `Found: ${this.#found.total ?? this.#found.orders.length}`),
        h("button", { type: "button", class: "plain small", onclick: () => { this.#found = null; this.update(); } }, "Close")),
      table("Orders found", ["Order", "Ticket", "State", "Placed", ["Total", "number"]], this.#found.orders.map(order => ({
        key: order.order_id,
        cells: [h("a", { href: to("orders", order.order_id) }, order.order_id), ticket(order), h("span", { class: "row tight" }, orderBadges(order)), clock(order.placed_at, app.now()), money(order.total)],
      })), { flush: false }),
      this.#found.next_page_token ? h("button", { type: "button", onclick: () => this.#load(this.#found.next_page_token) }, "Show more") : null);
  }

  #typed(event) {
    this.#text = event.currentTarget.value;
    if (!this.#text) this.#found = null;
    this.update();
  }

  #search(event) {
    event.preventDefault();
    if (!this.#busy) void this.#load();
  }

  async #load(page_token) {
    this.#busy = true;
    this.#problem = null;
    this.update();
    try {
      const page = await get("/orders", { q: this.#text, page_size: 50, page_token });
      this.#found = page_token ? { ...page, orders: [...this.#found.orders, ...page.orders] } : page;
    } catch (problem) {
      this.#problem = problem;
    }
    this.#busy = false;
    this.update();
  }
});

/** An order on the board: its number, how long it waits, how far it is. */
function orderCard(order) {
  const waits = since(waitsSince(order), app.now()) ?? 0;
  const over = columnOf(order) === "ended";
  const items = (order.lines ?? []).map(line => `${line.quantity} × ${line.name}`).join(", ");
  return h("a", { class: "ordercard", href: to("orders", order.order_id) },
    h("span", { class: "row between" }, h("span", { class: "row tight" }, ticket(order)),
      h("span", { class: !over && waits > longMs ? "late" : "quiet" }, over ? clock(order.ended_at, app.now()) : `${waits > longMs ? "long: " : ""}${span(waits)}`)),
    h("span", { class: "items" }, items),
    over ? h("span", { class: "row tight" }, orderBadges(order)) : progressBar(order),
    h("span", { class: "row between quiet" }, h("span", {}, order.kiosk_id ?? ""), h("span", {}, money(order.total))));
}
