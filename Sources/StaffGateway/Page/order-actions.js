// What staff can do with an order: hand over, take payment, cancel, refund.

import { call, part, post, remove } from "./api.js";
import { action } from "./action.js";
import { h } from "./tree.js";
import { fraction, minorUnits, money, typed } from "./format.js";
import { wrong } from "./dialog.js";
import { orderName } from "./parts.js";
import { columnOf } from "./figures.js";

const testCards = ["card-approve", "card-decline", "card-late", "card-timeout"];

/** What is to be paid: the invoice's amount less what was captured, or the order's total. */
export function due(order, invoice) {
  const amount = invoice?.amount ?? order.total;
  if (!amount) return undefined;
  return { ...amount, minor_units: Math.max(0, amount.minor_units - (invoice?.captured?.minor_units ?? 0)) };
}

function unpayable(order) {
  if (order.paid) return "It is paid.";
  if (order.state === "ready" || order.state === "approved") return undefined;
  return `It is ${order.state}: a payment can be taken once it is approved, until it has ended.`;
}

/** Takes what is due in cash; the change is worked out. */
export function takeCash(order, invoice, extra = {}) {
  const sum = due(order, invoice);
  return action({
    key: "cash", label: "Take cash …", role: "clerk", why: unpayable(order), says: "Records that it was paid in cash at the desk",
    ask: {
      title: `Cash for ${orderName(order)}: ${money(sum)}`, confirm: "Cash is in the till",
      text: "This records the payment; it can be paid back later by a manager.",
      fields: [{ name: "given", label: "The customer gave", inputmode: "decimal", hint: "To work out the change. May stay empty." }],
      check: values => (values.given && minorUnits(values.given, sum.currency_code) === undefined
        ? wrong("given", `is no amount with ${fraction(sum.currency_code)} decimals at most`) : null),
      live: values => change(values.given, sum),
    },
    act: (values, key) => post(`/orders/${part(order.order_id)}/payment`, { method: "cash" }, key),
    done: () => `${money(sum)} taken in cash.`,
    ...extra,
  });
}

function change(given, sum) {
  const units = given ? minorUnits(given, sum.currency_code) : undefined;
  if (units === undefined) return null;
  const back = units - sum.minor_units;
  return h("p", { class: "big" }, back < 0 ? `${money({ ...sum, minor_units: -back })} are lacking` : `Change: ${money({ ...sum, minor_units: back })}`);
}

/** Charges a card with what is due. */
export function takeCard(order, invoice, extra = {}) {
  const sum = due(order, invoice);
  return action({
    key: "card", label: "Take card …", role: "clerk", why: unpayable(order), says: "Charges a card at the desk",
    ask: {
      title: `Card for ${orderName(order)}: ${money(sum)}`, confirm: "Charge the card",
      text: `The built-in provider is a simulator; its test cards are ${testCards.join(", ")}.`,
      fields: [{ name: "card_token", label: "Card", required: true, value: testCards[0], spellcheck: "false" }],
    },
    act: async (values, key) => (await call("POST", `/orders/${part(order.order_id)}/payment`, { body: { method: "card", ...values }, key })).body,
    done: paid => (paid?.state === "paid" ? `${money(sum)} taken by card.` : "The card is being charged; the order shows when it is done."),
    ...extra,
  });
}

/** Gives the items to the customer. `code`: as the customer showed it; asked for when it is not given. */
export function handOver(order, code, extra = {}) {
  const why = order.state !== "ready" ? `It is ${order.state}; it can be handed over when it is ready.` : order.paid ? undefined : "It is not paid: take the payment first.";
  const send = (pickup_code, key) => post(`/orders/${part(order.order_id)}/hand-over`, { pickup_code }, key);
  return action({
    key: "hand-over", label: code ? "Hand over" : "Hand over …", kind: "primary", role: "clerk", why, says: "Ends the order: the customer has the items",
    ask: code ? undefined : {
      title: `Hand over ${orderName(order)}`, text: "Ask the customer for the pickup code. This ends the order.", confirm: "Hand over",
      fields: [{ name: "code", label: "Pickup code", required: true, autocapitalize: "characters", spellcheck: "false" }],
    },
    act: (values, key) => send(code ?? values.code.toUpperCase(), key),
    done: () => `Handed over ${orderName(order)}.`,
    ...extra,
  });
}

/** Cancels an order that has not ended. */
export function cancelOrder(order) {
  const over = columnOf(order) === "ended" || order.state === "canceling";
  return action({
    label: "Cancel order …", kind: "danger", role: "clerk", why: over ? `It is ${order.state}.` : undefined, says: "Sends items back and pays back what was paid",
    ask: {
      title: `Cancel ${orderName(order)}?`, danger: true, confirm: "Cancel the order", cancel: "Keep it",
      text: "Robots bring back what they have, and what was paid is paid back. This cannot be undone.",
      fields: [{ name: "reason", label: "Reason" }],
    },
    act: values => remove(`/orders/${part(order.order_id)}`, values),
    done: ended => (ended?.state === "canceling" ? "It is being cancelled; it ends when everything is back." : `Cancelled ${orderName(order)}.`),
  });
}

/** Pays back what was paid, or part of it. */
export function refund(order, invoice) {
  const left = (invoice?.captured?.minor_units ?? 0) - (invoice?.refunded?.minor_units ?? 0);
  const sum = { minor_units: left, currency_code: invoice?.amount?.currency_code ?? order.total?.currency_code ?? "EUR" };
  return action({
    label: "Refund …", role: "manager", why: left > 0 ? undefined : "Nothing was paid that could be paid back.", says: "Pays back what was paid, or part of it",
    ask: {
      title: `Refund for ${orderName(order)}`, danger: true, confirm: "Pay back", text: `Up to ${money(sum)}. This cannot be undone.`,
      fields: [{ name: "amount", label: "Amount", required: true, value: typed(sum), inputmode: "decimal" }, { name: "reason", label: "Reason" }],
      check: values => {
        const units = minorUnits(values.amount, sum.currency_code);
        if (units === undefined || units === 0) return wrong("amount", "is no amount");
        return units > left ? wrong("amount", `is more than ${money(sum)}`) : null;
      },
    },
    act: (values, key) => post(`/orders/${part(order.order_id)}/refund`,
      { minor_units: minorUnits(values.amount, sum.currency_code), ...(values.reason ? { reason: values.reason } : {}) }, key),
    done: () => "The refund is on its way; the invoice shows when it is done.",
  });
}
