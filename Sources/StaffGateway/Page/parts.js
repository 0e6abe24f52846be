// Pieces that several views show: an order's ticket, its lines, a bar of its progress, something still loading.

import { h } from "./tree.js";
import { app } from "./app-context.js";
import { badge, mark, sign } from "./signs.js";
import { money } from "./format.js";
import { progress } from "./figures.js";
import { may, reasonFor } from "./roles.js";
import { orderStates } from "./words.js";
import { to } from "./routes.js";
import { table } from "./tables.js";

/** While a topic's first snapshot is on its way, or the error that it ended with; null when it is there. */
export function notYet(subscription, what) {
  const { complete, problem } = subscription.state;
  if (problem) return h("div", { class: "problem", role: "alert", key: "topic" }, h("strong", {}, problem.title), h("p", {}, problem.detail));
  if (complete) return null;
  return h("p", { class: "loading", role: "status", key: "topic" }, h("span", { class: "spinner" }), `Loading ${what} …`);
}

/** The number that an order is called by. */
export const ticket = order => h("span", { class: "ticket" }, order.ticket ? String(order.ticket) : "–");

/** What an order is called in a sentence. */
export const orderName = order => (order.ticket ? `order ${order.ticket}` : `order ${order.order_id}`);

/** Whether it is paid, as a badge. */
export const paidBadge = order => (order.paid ? mark("good", "check", "Paid") : mark("warn", "ring", "Not paid"));

/** State and payment of an order. */
export const orderBadges = order => [badge(orderStates, order.state), ["completed", "canceled", "rejected", "abandoned"].includes(order.state) ? null : paidBadge(order)];

/** How far an order is, as a bar and in words. */
export function progressBar(order) {
  const { wanted, there, carried, lacking } = progress(order);
  const of = units => (wanted ? 100 * units / wanted : 0);
  const words = [`${there} of ${wanted} there`, carried && `${carried} in a robot`, lacking && `${lacking} cannot be had`].filter(Boolean).join(", ");
  return h("div", { class: "progress" },
    h("svg", { viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" },
      h("rect", { class: "all", width: 100, height: 4 }),
      h("rect", { class: "there", width: of(there), height: 4 }),
      h("rect", { class: "carried", x: of(there), width: of(carried), height: 4 }),
      h("rect", { class: "lacking", x: 100 - of(lacking), width: of(lacking), height: 4 })),
    h("span", {}, words));
}

/** An order's lines: what is there, on the way, and missing. */
export function linesTable(order) {
  const price = line => line.unit_price && { ...line.unit_price, minor_units: line.unit_price.minor_units * (line.quantity - line.unavailable) };
  return table("Items of the order", ["Item", "Store", ["Wanted", "number"], ["There", "number"], "State", ["Price", "number"]], (order.lines ?? []).map(line => ({
    key: line.product_id, cells: [line.name, line.store_name, line.quantity, h("strong", {}, line.delivered), lineState(line), money(price(line))],
  })), { flush: false });
}

function lineState(line) {
  const carried = Math.max(0, line.picked - line.delivered);
  const missing = line.quantity - line.delivered - carried - line.unavailable;
  return h("span", { class: "row tight" },
    missing > 0 ? mark("info", "ring", `${missing} to fetch`) : null,
    carried > 0 ? mark("busy", "arrow", `${carried} in a robot`) : null,
    line.unavailable > 0 ? mark("bad", "cross", `${line.unavailable} cannot be had`) : null,
    missing <= 0 && carried <= 0 && line.delivered > 0 ? mark("good", "check", line.unavailable ? "the rest is there" : "There") : null);
}

/** A link to a robot's card. */
export const botLink = id => h("a", { href: to("robots", id) }, id);

/** A link to whatever an alert is about. */
export function subjectLink(alert, words) {
  return alert.subject.type === "bot" ? h("a", { href: to("robots", alert.subject.id) }, words ?? alert.subject.id)
    : h("a", { href: to("orders", alert.subject.id) }, words ?? "the order");
}

/** Why the buttons beside it cannot be used, for who may not use them; nothing for others. */
export const roleNote = role => (may(role) ? null : h("p", { class: "hint", key: "role" }, reasonFor(role)));

/** An alert's text, with an order called by its ticket instead of its id; `orders`: a Map by id. */
export function alertText(alert, orders) {
  const ticket = alert.subject.type === "order" && orders.get(alert.subject.id)?.ticket;
  return ticket ? alert.text.replace(`order ${alert.subject.id}`, `Order ${ticket}`) : alert.text;
}

/** Says that there is nothing, and what that means. */
export const nothing = (words, shape = "check") => h("p", { class: "nothing" }, sign(shape), words);

/** What a store or product is called, as far as the live stores know. */
export function namesFrom(stores) {
  return {
    store: id => stores.state.stores.get(id)?.name,
    product: id => stores.state.products.get(id)?.name,
  };
}

/** A node's floor in words. */
export const floorName = number => app.mall?.floors.find(floor => floor.number === number)?.name ?? `Floor ${number ?? 0}`;
