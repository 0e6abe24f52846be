import { equal, test, truthy } from "../harness.js";
import { fraction, gap, minorUnits, span, typed } from "/staff/format.js";
import { byState, columnOf, lastHour, longestFirst, matches, progress, urgentFirst } from "/staff/figures.js";
import { content, sentence, spaced } from "/staff/event-words.js";
import { routeOf, setupToken, to } from "/staff/routes.js";
import { orderStates } from "/staff/words.js";

test("amounts are typed in major units and become whole minor units", () => {
  equal(["4.80", "4,8", "4", "0.05", " 12 "].map(text => minorUnits(text, "EUR")), [480, 480, 400, 5, 1200]);
  equal(["4.805", "-1", "1e3", "", "4.8.0", "abc"].map(text => minorUnits(text, "EUR")), Array(6).fill(undefined));
  equal([minorUnits("480", "JPY"), minorUnits("4.8", "JPY"), fraction("JPY")], [480, undefined, 0]);
  equal(typed({ minor_units: 480, currency_code: "EUR" }), "4.80");
});

test("no amount is lost in the reading of it", () => {
  for (let units = 0; units < 20_000; units += 7) equal(minorUnits(typed({ minor_units: units, currency_code: "EUR" }), "EUR"), units);
});

test("spans are told in the words that fit them", () => {
  equal([0, 59_000, 61_000, 3_600_000, 7_500_000, 260_000_000].map(span), ["0 s", "59 s", "1 min", "1 h", "2 h 5 min", "3 days"]);
  equal([40, 9_000, 12_000].map(gap), ["0.0 s", "9.0 s", "12 s"]);
});

const now = Date.parse("2026-01-01T12:00:00Z");
const before = minutes => new Date(now - minutes * 60_000).toISOString();

test("the last hour counts what was in it and nothing else", () => {
  const hour = lastHour([
    { state: "completed", placed_at: before(50), ready_at: before(40), ended_at: before(35) },
    { state: "completed", placed_at: before(200), ready_at: before(190), ended_at: before(61) },
    { state: "ready", placed_at: before(30), ready_at: before(10) },
    { state: "canceled", placed_at: before(70), ended_at: before(5) },
    { state: "placed", placed_at: before(1) },
  ], now);
  equal([hour.placed, hour.ready, hour.handedOver, hour.canceled], [3, 2, 1, 1]);
  equal([hour.middleWait, hour.longestWait], [600_000, 1_200_000]);
  equal(hour.slices.reduce((all, slice) => all + slice.placed, 0), 3);
  equal(hour.slices[11].placed, 1);
  equal(lastHour([], now).middleWait, undefined);
});

test("an order stands in the column of what comes next", () => {
  equal(["placed", "approved", "canceling", "completed", "basket"].map(state => columnOf({ state })), ["placed", "fetching", "canceling", "ended", null]);
  equal([columnOf({ state: "ready", paid: false }), columnOf({ state: "ready", paid: true })], ["pay", "collect"]);
});

test("the longest waiting comes first, and of those that ended the newest", () => {
  const placed = minutes => ({ order_id: String(minutes), state: "approved", placed_at: before(minutes) });
  equal(longestFirst([placed(1), placed(9), placed(4)]).map(order => order.order_id), ["9", "4", "1"]);
  const ended = minutes => ({ order_id: String(minutes), state: "completed", placed_at: before(60), ended_at: before(minutes) });
  equal(longestFirst([ended(9), ended(1)]).map(order => order.order_id), ["1", "9"]);
});

test("an order is found by ticket, code, id, product and store, in any spelling", () => {
  const order = { order_id: "o-abc", ticket: 42, pickup_code: "XK42TZ", lines: [{ name: "Apple cake", store_name: "Crust & Crumb" }] };
  equal(["42", "xk42", "O-AB", "apple", "CRUST", ""].map(text => matches(order, text)), Array(6).fill(true));
  equal(["4", "pear"].map(text => matches(order, text)), [false, false]);
});

test("progress adds up to what was wanted", () => {
  const order = { lines: [{ quantity: 3, picked: 2, delivered: 1, unavailable: 1 }, { quantity: 2, picked: 0, delivered: 0, unavailable: 0 }] };
  equal(progress(order), { wanted: 5, there: 1, carried: 1, lacking: 1, missing: 2 });
});

test("states are counted in their order, those asked for even when there are none", () => {
  equal([...byState([{ state: "ready" }, { state: "placed" }, { state: "ready" }], orderStates, ["approved"])], [["placed", 1], ["approved", 0], ["ready", 2]]);
});

test("critical alerts come first, then the oldest", () => {
  const alert = (alert_id, severity, since) => ({ alert_id, severity, since });
  equal(urgentFirst([alert("c", "warning", "1"), alert("b", "critical", "3"), alert("a", "critical", "2")]).map(one => one.alert_id), ["a", "b", "c"]);
});

test("events are told in words, by readable names where they are known, and unknown ones by their name", () => {
  const event = { type: "ItemPicked", data: { botId: "bot-1", quantity: 2, productId: "p", storeId: "s" } };
  equal(sentence(event), "bot-1 has 2 × p from s");
  equal(sentence(event, { store: () => "Crust", product: () => "Cake" }), "bot-1 has 2 × Cake from Crust");
  equal(sentence({ type: "TaskDeferredAgain", data: {} }), "Task deferred again");
  equal(spaced("BotHeard"), "Bot heard");
});

test("an event is read in its wrapper and without it, and however little is in it", () => {
  equal(content({ type: "OrderReady", data: { orderReady: { orderId: "o" } } }), { orderId: "o" });
  equal(content({ type: "OrderReady", data: { orderId: "o" } }), { orderId: "o" });
  const types = "BasketStarted ItemAdded ItemRemoved OrderPlaced OrderAdjusted OrderProgressed CheckoutStepDone InvoicePaid TaskQueued TaskAssigned ItemUnavailable TaskDelivered TaskLeftInCustody BotFaulted DirectiveIssued ReportReceived ReportRejected SessionOpened SessionClosed".split(" ");
  for (const type of types) {
    const words = sentence({ type });
    truthy(words && !/undefined|null|NaN/.test(words), `${type}: ${words}`);
  }
});

test("addresses lead to views and back, whatever is in an id", () => {
  for (const id of ["o-1", "a/b c%", "ä"]) equal([routeOf(to("orders", id)).id, routeOf(to("orders", id)).element], [id, "mb-order"]);
  equal(["", "#/", "#/nowhere", "#setup=x"].map(hash => routeOf(hash).element), Array(4).fill("mb-overview"));
  equal(routeOf("#/map").place.name, "map");
  equal(routeOf("#/orders/%E0%A4%A").id, "%E0%A4%A", "a broken escape is no error");
  equal([setupToken("#setup=abc"), setupToken("#/orders")], ["abc", ""]);
});
