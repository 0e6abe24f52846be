// One order: what it holds and lacks, its payment, the robots on it, what can be done, and its whole story.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { badge, icon } from "./signs.js";
import { ago, clock, money } from "./format.js";
import { invoiceStates, taskStates } from "./words.js";
import { botLink, linesTable, namesFrom, notYet, orderBadges, progressBar, roleNote } from "./parts.js";
import { cancelOrder, handOver, refund, takeCard, takeCash } from "./order-actions.js";
import { timeline } from "./timeline.js";
import { reassign } from "./task-actions.js";
import { table } from "./tables.js";
import { to } from "./routes.js";

customElements.define("mb-order", class extends View {
  begin() {
    this.order = this.follow(`order/${this.itemID}`);
    this.fleet = this.follow("fleet");
    this.stores = this.follow("stores");
  }

  render() {
    const { order, invoice, events } = this.order.state;
    return [
      h("a", { class: "back", href: to("orders") }, icon("back"), "Orders"),
      h("h1", {}, order?.ticket ? `Order ${order.ticket}` : "Order"),
      notYet(this.order, "the order"),
      order ? [
        h("div", { class: "row", key: "badges" }, orderBadges(order), h("span", { class: "quiet mono" }, order.order_id)),
        h("div", { class: "grid", key: "cards" },
          this.#items(order), this.#facts(order, invoice), this.#tasks(order)),
        h("section", { class: "card", key: "story" }, h("h2", {}, "From kiosk to hand-over"), timeline(events, { names: namesFrom(this.stores) })),
      ] : null,
    ];
  }

  #items(order) {
    return h("section", { class: "card span2", key: "items" }, h("h2", {}, "Items"), progressBar(order), linesTable(order));
  }

  #facts(order, invoice) {
    const fact = (name, ...value) => h("div", { key: name }, h("dt", {}, name), h("dd", {}, ...value));
    const now = app.now();
    return h("section", { class: "card", key: "facts" }, h("h2", {}, "Payment and hand-over"),
      h("dl", { class: "facts" },
        fact("Total", money(order.total)),
        invoice ? fact("Invoice", badge(invoiceStates, invoice.state), " ", money(invoice.amount), invoice.method ? ` by ${invoice.method}` : "") : null,
        invoice?.refunded?.minor_units ? fact("Paid back", money(invoice.refunded)) : null,
        invoice?.decline_reason ? fact("Declined", invoice.decline_reason) : null,
        order.pickup_code ? fact("Pickup code", h("code", { class: "code" }, order.pickup_code)) : null,
        fact("Kiosk", order.kiosk_id ?? "–"),
        fact("Placed", `${clock(order.placed_at, now)}${order.placed_at ? ` (${ago(order.placed_at, now)})` : ""}`),
        order.ready_at ? fact("Ready", `${clock(order.ready_at, now)} (${ago(order.ready_at, now)})`) : null,
        order.ended_at ? fact("Ended", `${clock(order.ended_at, now)} (${ago(order.ended_at, now)})`) : null,
        order.reason ? fact("Reason", order.reason) : null),
      h("div", { class: "row" }, handOver(order, undefined), takeCash(order, invoice), takeCard(order, invoice), refund(order, invoice), cancelOrder(order)),
      roleNote("clerk"));
  }

  #tasks(order) {
    const tasks = [...this.fleet.state.tasks.values()].filter(task => task.list_id === order.order_id);
    if (!tasks.length) return null;
    return h("section", { class: "card span3", key: "tasks" }, h("h2", {}, "Trips"),
      table("Trips of the order", ["Trip", "State", "Robot", "Stops", "Do"], tasks.map(task => ({
        key: task.task_id,
        cells: [
          `Trip ${task.number}`, badge(taskStates, task.state), task.bot_id || task.custody_bot_id ? botLink(task.bot_id ?? task.custody_bot_id) : "–",
          task.stops.map(stop => stop.store_name).join(", "), reassign(task, this.fleet.state.bots),
        ],
      })), { flush: false }));
  }
});
