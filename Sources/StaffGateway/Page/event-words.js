// What an event of a service's log means, in words. Pure: an event in, a sentence out. What this page does not know yet
// is shown by its name; the raw data stand beside it always.

import { money, count } from "./format.js";

/** The event itself, taken out of the wrapper that the log's JSON has around it. */
export function content(event) {
  const data = event.data ?? {};
  const key = event.type ? event.type[0].toLowerCase() + event.type.slice(1) : "";
  return data[key] ?? data;
}

/** A sentence for the event. `names` may give `store(id)` and `product(id)` readable names. */
export function sentence(event, names = {}) {
  const data = content(event);
  const store = id => names.store?.(id) ?? id ?? "a store";
  const product = id => names.product?.(id) ?? id ?? "a product";
  const words = sentences[event.type];
  return words ? words(data, store, product) : spaced(event.type ?? "Event");
}

/** "OrderPlaced" as "Order placed". */
export function spaced(type) {
  const words = type.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return words ? words[0].toUpperCase() + words.slice(1) : words;
}

const sum = amount => money(amount && { minor_units: Number(amount.minorUnits ?? 0), currency_code: amount.currencyCode ?? "EUR" });
const because = reason => (reason ? `: ${reason}` : "");
const robot = data => data.botId ?? "a robot";
const units = stops => (stops ?? []).flatMap(stop => stop.items ?? []).reduce((all, item) => all + (item.quantity ?? 0), 0);
const steps = {
  CHECKOUT_STEP_CARD_AUTHORIZED: "the card is authorised",
  CHECKOUT_STEP_LIST_CREATED: "the shopping list is made",
  CHECKOUT_STEP_INVOICE_ISSUED: "the invoice is out",
  CHECKOUT_STEP_LIST_CANCELED: "the shopping list is undone",
  CHECKOUT_STEP_INVOICE_CLOSED: "nothing is owed any more",
};
const lacks = {
  UNAVAILABLE_REASON_OUT_OF_STOCK: "out of stock",
  UNAVAILABLE_REASON_STORE_CLOSED: "the store is closed",
  UNAVAILABLE_REASON_DAMAGED: "damaged",
};
const reports = {
  taskRequest: () => "is free and asks for a task",
  taskAccepted: () => "takes the task",
  taskDeclined: body => `declines the task${because(body.reason)}`,
  stopReached: (body, store) => `stands at ${store(body.storeId)}`,
  itemPicked: (body, store, product) => `has ${body.quantity ?? 0} × ${product(body.productId)}`,
  itemUnavailable: (body, store, product) => `cannot get ${body.quantity ?? 0} × ${product(body.productId)}`,
  stopDone: (body, store) => `leaves ${store(body.storeId)}`,
  taskDelivered: () => "has brought everything to the depot",
  taskAbandoned: body => `gives the task up${because(body.reason)}`,
  fault: body => `has a fault: ${body.code ?? ""} ${body.message ?? ""}`.trim(),
  faultCleared: body => `is well again (${body.code ?? "fault"})`,
  paused: body => `stands still${because(body.reason)}`,
  resumed: () => "goes on",
  goodbye: body => `says goodbye${because(body.reason)}`,
};
const directives = {
  assignTask: body => `take task ${body.taskId ?? ""}`,
  reviseTask: () => "the task has changed",
  cancelTask: body => `leave the task${because(body.reason)}`,
  pause: body => `stand still${because(body.reason)}`,
  resume: () => "go on",
  returnToDock: () => "go to a dock",
  goCharge: () => "go and charge",
  identify: () => "blink and beep",
};

function told(table, message, store, product) {
  const key = Object.keys(table).find(name => message?.[name] !== undefined);
  return key ? table[key](message[key], store, product) : undefined;
}

const sentences = {
  BasketStarted: d => `A basket was started at ${d.kioskId || "a kiosk"}`,
  ItemAdded: d => `${d.line?.quantity ?? 1} × ${d.line?.name ?? "an item"} went into the basket`,
  ItemRemoved: (d, store, product) => `${d.quantity ?? 1} × ${product(d.productId)} was taken out of the basket`,
  BasketAbandoned: () => "The basket was left behind",
  OrderPlaced: d => `The order was placed: ${count((d.lines ?? []).length, "line")}, ${sum(d.total)}${d.cardToken ? ", by card" : ", to be paid later"}`,
  OrderApproved: () => "The order was approved; robots may go",
  OrderRejected: d => `The order was rejected${because(d.reason)}`,
  OrderAdjusted: (d, store, product) => `${d.unavailable ?? 0} × ${product(d.productId)} could not be had; the total is now ${sum(d.newTotal)}`,
  OrderProgressed: (d, store, product) => [
    d.newlyPicked && `${d.newlyPicked} × ${product(d.productId)} is in a robot`,
    d.newlyDelivered && `${d.newlyDelivered} × ${product(d.productId)} is at the depot`,
    d.newlyUnpicked && `${d.newlyUnpicked} × ${product(d.productId)} has to be fetched again`,
  ].filter(Boolean).join("; ") || "The order went on",
  OrderReady: () => "Everything that can be had is at the depot",
  OrderPaid: () => "The order is paid",
  OrderCompleted: () => "Handed over to the customer",
  OrderCancelRequested: d => `Somebody asked to cancel${because(d.reason)}`,
  OrderCanceled: d => `The order was cancelled${because(d.reason)}`,
  CheckoutStepDone: d => `Checkout: ${steps[d.step] ?? "a step is done"}`,
  PickupCodeRefused: () => "Somebody tried a wrong pickup code",
  AuthorizationRequested: d => `The card's provider was asked for ${sum(d.amount)}`,
  PaymentAuthorized: d => `The card is good for ${sum(d.amount)}`,
  PaymentDeclined: d => `The card was declined${because(d.reason)}`,
  AuthorizationReleased: () => "What was held on the card was let go",
  InvoiceIssued: d => `The invoice says ${sum(d.amount)}`,
  InvoiceAdjusted: d => `The invoice says ${sum(d.amount)} now`,
  ChargeRequested: d => `The card is being charged ${sum(d.amount)}`,
  ChargeDeclined: d => `The charge was declined${because(d.reason)}`,
  InvoicePaid: d => `${sum(d.amount)} was paid${d.method === "PAYMENT_METHOD_CASH" ? " in cash" : " by card"}`,
  InvoiceCanceled: () => "The invoice was cancelled",
  RefundRequested: d => `${sum(d.amount)} is to be paid back${because(d.reason)}`,
  InvoiceRefunded: d => `${sum(d.amount)} was paid back`,
  AccountClosing: d => `What was paid or held goes back${because(d.reason)}`,
  AccountClosed: () => "Nothing is owed, held or to be given back any more",
  ListCreated: d => `The shopping list was made: ${count((d.stops ?? []).length, "stop")}`,
  ListRefused: d => `The shopping list cannot be made${because(d.reason)}`,
  ListAvailable: () => "The shopping list is open to robots",
  TaskQueued: d => `A trip waits for a robot: ${(d.stops ?? []).map(stop => stop.storeName || stop.storeId).join(", ")}`,
  TaskAssigned: d => `${robot(d)} was given the trip`,
  TaskAccepted: d => `${robot(d)} took the trip`,
  StopReached: (d, store) => `${robot(d)} stands at ${store(d.storeId)}`,
  ItemPicked: (d, store, product) => `${robot(d)} has ${d.quantity ?? 0} × ${product(d.productId)} from ${store(d.storeId)}`,
  ItemUnavailable: (d, store, product) => `${d.quantity ?? 0} × ${product(d.productId)} cannot be had at ${store(d.storeId)}${because(lacks[d.reason])}`,
  StopDone: (d, store) => `${robot(d)} leaves ${store(d.storeId)}`,
  TaskDelivered: d => `${robot(d)} brought ${count(units(d.delivered), "unit")} to the depot`,
  TaskRequeued: d => `The trip waits for another robot${because(d.reason)}`,
  TaskLeftInCustody: d => `${robot(d)} lost the trip, but has ${count(units(d.custody), "unit")} of it${because(d.reason)}`,
  TaskCanceled: d => `The trip was cancelled${because(d.reason)}`,
  ListReady: () => "Every trip of the list has ended",
  ListCancelRequested: d => `The shopping list is to be cancelled${because(d.reason)}`,
  ListCanceled: () => "The shopping list was cancelled",
  BotRegistered: d => `${robot(d)} was made known`,
  BotOnline: d => `${robot(d)} is online`,
  BotOffline: d => `${robot(d)} is offline${because(d.why)}`,
  BotWaiting: d => `${robot(d)} asks for a task (battery ${d.batteryPercent ?? 0} %)`,
  BotFaulted: d => `${robot(d)} has a fault: ${d.code ?? ""}${d.message ? `, ${d.message}` : ""}${d.needsHelp ? "; it needs help" : ""}`,
  BotFaultCleared: d => `${robot(d)} is well again (${d.code ?? "fault"})`,
  BotPaused: d => `${robot(d)} was paused${because(d.reason)}`,
  BotResumed: d => `${robot(d)} was resumed`,
  BotRetiring: d => `${robot(d)} finishes what it has and is retired then${because(d.reason)}`,
  BotRetired: d => `${robot(d)} is retired`,
  BotLost: d => `${robot(d)} was declared lost${because(d.reason)}`,
  BotSilent: d => `Nothing was heard from ${robot(d)} for ${d.seconds ?? 0} s`,
  BotHeard: d => `${robot(d)} was heard from again`,
  BotLow: d => `${robot(d)}'s battery is down to ${d.batteryPercent ?? 0} %`,
  BotReinstated: d => `${robot(d)} is back at work`,
  DirectiveIssued: d => `${robot(d)} is told: ${told(directives, d.message) ?? "a directive"}`,
  ReportRejected: d => `A report of ${robot(d)} made no sense${because(d.rejected?.why)}`,
  SessionOpened: d => `${robot(d)} connected from ${d.remoteAddress || "somewhere"} with ${d.software || "unknown software"}`,
  SessionClosed: d => `${robot(d)}'s connection ended${because(d.why)}`,
  ReportReceived: (d, store, product) => `${robot(d)} ${told(reports, d.report, store, product) ?? "reports"}`,
};
