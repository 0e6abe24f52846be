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
