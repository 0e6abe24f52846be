// The pick-up desk, made for the keyboard: type the code or the ticket, Enter; the next thing to do has the focus.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { get, part } from "./api.js";
import { money } from "./format.js";
import { columnOf, longestFirst, progress } from "./figures.js";
import { linesTable, notYet, nothing, orderBadges, progressBar, ticket } from "./parts.js";
import { due, handOver, takeCard, takeCash } from "./order-actions.js";
import { problemBox } from "./fields.js";
import { mark } from "./signs.js";
import { to } from "./routes.js";

customElements.define("mb-desk", class extends View {
  #busy = false;
  #problem = null;
  #choices = [];
  // The order that is open, followed live.
  #topic = null;
  // The code as the customer showed it; only what came this way is used to hand over without asking again.
  #code = null;
  #done = "";
  #step = "";

  begin() {
    this.orders = this.follow("orders");
    if (this.itemID) this.#open(this.itemID, null);
    const onKey = event => this.#key(event);
    addEventListener("keydown", onKey);
    this.until(() => removeEventListener("keydown", onKey));
    this.until(() => this.#topic?.end());
    requestAnimationFrame(() => this.#field()?.focus());
  }

  render() {
    const order = this.#topic?.state.order;
    if (order) this.#follow(order);
    return [
      h("h1", {}, "Pick-up desk"),
      h("form", { class: "finder", role: "search", key: "find", onsubmit: event => this.#find(event) },
        h("label", { for: "desk-find" }, "Pickup code or ticket"),
        h("div", { class: "row" },
          h("input", { id: "desk-find", name: "find", type: "text", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", enterkeyhint: "search", "aria-describedby": "desk-hint" }),
          h("button", { type: "submit", class: "primary" }, this.#busy ? h("span", { class: "spinner" }) : null, "Find")),
        h("p", { class: "hint", id: "desk-hint" }, "Enter finds; then Enter again does what comes next. Escape begins anew.")),
      notYet(this.orders, "orders"),
      problemBox(this.#problem),
      this.#done ? h("p", { class: "done", role: "status", key: "done" }, mark("good", "check", this.#done)) : null,
      this.#choices.length ? this.#choose() : null,
      this.#topic ? notYet(this.#topic, "the order") : null,
      order ? this.#order(order, this.#topic.state.invoice) : this.#topic ? null : this.#queue(),
    ];
  }

  #order(order, invoice) {
    const { wanted, there, carried, lacking, missing } = progress(order);
    const ready = order.state === "ready";
    const sum = due(order, invoice);
    const words = ready
      ? lacking ? `Everything that can be had is here; ${lacking} of ${wanted} could not be had.` : "Everything is here."
      : columnOf(order) === "ended" ? "This order has ended."
        : `Not ready: ${there} of ${wanted} here, ${carried} in a robot, ${missing} still to be fetched.`;
    return h("section", { class: "card found", key: order.order_id, "aria-label": `Order ${order.ticket ?? ""}` },
      h("div", { class: "row between" },
        h("h2", { class: "row", tabindex: "-1" }, h("span", { class: "ticket huge" }, order.ticket ?? "–"), h("span", {}, `Order ${order.ticket ?? order.order_id}`)),
        h("div", { class: "row" }, orderBadges(order))),
      h("p", { class: "big" }, words),
      progressBar(order),
      linesTable(order),
      h("p", { class: "big due" }, order.paid ? "Nothing to pay." : h("span", {}, "To pay: ", h("strong", {}, money(sum)))),
      h("div", { class: "row actions" },
        takeCash(order, invoice, { kind: this.#next(order) === "pay" ? "primary" : "", id: "desk-cash" }),
        takeCard(order, invoice, { id: "desk-card" }),
        handOver(order, this.#code, { kind: this.#next(order) === "hand-over" ? "primary" : "", id: "desk-hand-over", done: () => this.#finished(order) }),
        h("a", { class: "button plain", href: to("orders", order.order_id) }, "Whole story"),
        h("button", { type: "button", class: "plain", onclick: () => this.#anew() }, "Next customer")));
  }

  #next(order) {
    if (columnOf(order) === "ended") return "ended";
    return !order.paid && order.state === "ready" ? "pay" : order.state === "ready" ? "hand-over" : "wait";
  }

  // When the next step changes, the button for it gets the focus: Enter goes on.
  #follow(order) {
    const step = `${order.order_id} ${this.#next(order)}`;
    if (step === this.#step) return;
    this.#step = step;
    if (this.#next(order) === "ended") return;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      if (document.querySelector("dialog[open]")) return;
      const id = { pay: "desk-cash", "hand-over": "desk-hand-over" }[this.#next(order)];
      (id ? this.querySelector(`#${id}`) : this.querySelector(".found h2"))?.focus();
    }));
  }

  #choose() {
    return h("section", { class: "card", key: "choose" }, h("h2", {}, "Which one?"),
      h("ul", { class: "plain" }, this.#choices.map(order => h("li", { key: order.order_id, class: "row" },
        h("button", { type: "button", onclick: () => this.#open(order.order_id, null) }, `Order ${order.ticket}, ${money(order.total)}`), orderBadges(order)))));
  }

  // Who can be served now: nothing typed yet.
  #queue() {
    const ready = longestFirst([...this.orders.state.orders.values()].filter(order => order.state === "ready"));
    return h("section", { class: "card", key: "queue" }, h("h2", {}, `Ready at the depot: ${ready.length}`),
      this.orders.state.complete && !ready.length ? nothing("No order waits for its customer.", "ring") : null,
      h("ul", { class: "queue" }, ready.map(order => h("li", { key: order.order_id },
        h("button", { type: "button", class: "plain", onclick: () => this.#open(order.order_id, null) },
          ticket(order), h("span", {}, order.paid ? mark("good", "check", "Paid") : mark("warn", "ring", money(order.total))))))));
  }

  async #find(event) {
    event.preventDefault();
    const text = this.#field().value.trim();
    if (!text || this.#busy) return;
    this.#problem = null;
    this.#done = "";
    this.#choices = [];
    this.#close();
    if (/^\d{1,3}$/.test(text)) return this.#byTicket(Number(text));
    this.#busy = true;
    this.update();
    try {
      const order = await get(`/pickup/${part(text.toUpperCase())}`);
      this.#open(order.order_id, text.toUpperCase());
    } catch (problem) {
      this.#problem = problem;
      this.#field().select();
    }
    this.#busy = false;
    this.update();
  }

  #byTicket(number) {
    const found = [...this.orders.state.orders.values()].filter(order => order.ticket === number);
    const open = found.filter(order => columnOf(order) !== "ended");
    const which = open.length ? open : found;
    if (which.length === 1) return this.#open(which[0].order_id, null);
    this.#choices = which;
    if (!which.length) {
      this.#problem = { title: `No order has the ticket ${number}`, detail: "Check the number with the customer, or use the pickup code." };
      this.#field().select();
    }
    this.update();
  }

  #open(id, code) {
    this.#close();
    this.#topic = app.live.follow(`order/${id}`, { onChange: () => this.update() });
    this.#code = code;
    this.#choices = [];
    this.#problem = null;
    this.#step = "";
    this.update();
  }

  #close() {
    this.#topic?.end();
    this.#topic = null;
  }

  #finished(order) {
    this.#anew();
    this.#done = `Order ${order.ticket ?? order.order_id} is handed over. Next customer.`;
    this.update();
    return this.#done;
  }

  #anew() {
    this.#close();
    this.#code = this.#problem = null;
    this.#choices = [];
    this.#done = this.#step = "";
    const field = this.#field();
    field.value = "";
    this.update();
    // After the dialog, if there was one, has given the focus back.
    setTimeout(() => field.focus(), 60);
  }

  #key(event) {
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") this.#anew();
    else if (event.key === "/" && !event.target.matches?.("input, textarea, select")) {
      event.preventDefault();
      this.#field().focus();
    }
  }

  #field() { return this.querySelector("#desk-find"); }
});
