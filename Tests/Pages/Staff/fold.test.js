import { equal, random, test, truthy } from "../harness.js";
import { fold, unknown } from "/staff/fold.js";

const snapshot = (data, more = {}) => ({ type: "snapshot", id: 1, position: "10", part: 1, last: true, data, ...more });
const delta = (data, position = "11") => ({ type: "delta", id: 1, position, data });
const order = (id, state = "placed") => ({ order_id: id, state });
const ids = map => [...map.keys()].sort();

test("a snapshot replaces everything and makes the topic complete", () => {
  let state = fold(unknown("orders"), snapshot({ orders: [order("a"), order("b")], removed: [] }), 0);
  equal(ids(state.orders), ["a", "b"]);
  equal([state.complete, state.position], [true, "10"]);
  state = fold(state, snapshot({ orders: [order("c")] }, { position: "20" }), 0);
  equal(ids(state.orders), ["c"]);
  equal(state.position, "20");
});

test("what was known stays until the last part of a new snapshot is there", () => {
  let state = fold(unknown("orders"), snapshot({ orders: [order("old")] }), 0);
  state = fold(state, snapshot({ orders: [order("a")] }, { part: 1, last: false, position: "20" }), 0);
  equal([ids(state.orders), state.position], [["old"], "10"]);
  state = fold(state, snapshot({ orders: [order("b")] }, { part: 2, last: true, position: "20" }), 0);
  equal([ids(state.orders), state.position], [["a", "b"], "20"]);
});

test("what changes between two parts of a snapshot is not lost", () => {
  let state = fold(unknown("orders"), snapshot({ orders: [order("a"), order("b")] }, { part: 1, last: false }), 0);
  state = fold(state, delta({ orders: [order("a", "ready")], removed: ["b"] }), 0);
  truthy(!state.complete, "it is not complete yet");
  state = fold(state, snapshot({ orders: [order("c")] }, { part: 2, last: true, position: "12" }), 0);
  equal([ids(state.orders), state.orders.get("a").state], [["a", "c"], "ready"]);
});

test("a snapshot that begins anew forgets the parts of the one before", () => {
  let state = fold(unknown("orders"), snapshot({ orders: [order("a")] }, { part: 1, last: false }), 0);
  state = fold(state, snapshot({ orders: [order("b")] }, { part: 1, last: true }), 0);
  equal(ids(state.orders), ["b"]);
});

test("a delta has each entity in full, and takes away what is gone", () => {
  let state = fold(unknown("orders"), snapshot({ orders: [order("a"), order("b")] }), 0);
  state = fold(state, delta({ orders: [order("a", "ready"), order("c")], removed: ["b"] }), 0);
  equal(ids(state.orders), ["a", "c"]);
  equal(state.orders.get("a").state, "ready");
  equal(state.position, "11");
});

test("a value that was given out does not change under those who hold it", () => {
  const before = fold(unknown("orders"), snapshot({ orders: [order("a")] }), 0);
  fold(before, delta({ orders: [order("b")], removed: ["a"] }), 0);
  equal(ids(before.orders), ["a"]);
});

test("a task that ended comes once and is gone", () => {
  let state = fold(unknown("fleet"), snapshot({ bots: [{ bot_id: "bot-1" }], tasks: [{ task_id: "o/1", state: "shopping" }] }), 0);
  state = fold(state, delta({ bots: [], tasks: [{ task_id: "o/1", state: "delivered" }], removed_bots: [], removed_tasks: [] }), 0);
  equal(ids(state.tasks), []);
  equal(ids(state.bots), ["bot-1"]);
});

test("stores, products and alerts are folded by their own ids", () => {
  let state = fold(unknown("stores"), snapshot({ stores: [{ store_id: "s" }], products: [{ product_id: "p" }, { product_id: "q" }] }), 0);
  state = fold(state, delta({ stores: [], products: [], removed_products: ["p"] }), 0);
  equal([ids(state.stores), ids(state.products)], [["s"], ["q"]]);
  equal(ids(fold(unknown("alerts"), snapshot({ alerts: [{ alert_id: "x" }] }), 0).alerts), ["x"]);
});

test("an order's events come once each, in the order of time", () => {
  const event = (service, position, at) => ({ service, position, at });
  let state = fold(unknown("order/o"), snapshot({ order: order("o"), events: [event("orders", 1, "01"), event("depot", 9, "03")] }), 0);
  state = fold(state, delta({ events: [event("depot", 9, "03"), event("payments", 2, "02")] }), 0);
  equal(state.events.map(each => each.at), ["01", "02", "03"]);
  equal(state.order.order_id, "o", "what a delta does not name stays");
});

test("a robot's task is there only while it has one", () => {
  let state = fold(unknown("bot/b"), snapshot({ bot: { bot_id: "b", task_id: "o/1" }, task: { task_id: "o/1" }, events: [] }), 0);
  truthy(state.task, "the task");
  state = fold(state, delta({ bot: { bot_id: "b" }, events: [] }), 0);
  equal(state.task, null);
});

test("the newest telemetry wins, whatever order it comes in, and a snapshot does not forget it", () => {
  const heard = age => ({ type: "telemetry", id: 1, bots: [{ bot_id: "b", age_ms: age }] });
  let state = fold(unknown("fleet"), heard(100), 1000);
  equal(state.telemetry.get("b").heardAt, 900);
  state = fold(state, heard(500), 1000);
  equal(state.telemetry.get("b").heardAt, 900);
  state = fold(state, snapshot({ bots: [], tasks: [] }), 1000);
  equal(state.telemetry.get("b").heardAt, 900);
  equal(state.position, "10");
});

test("resumed keeps what is known and takes the position", () => {
  let state = fold(unknown("orders"), snapshot({ orders: [order("a")] }), 0);
  state = fold(state, { type: "resumed", id: 1, position: "15" }, 0);
  equal([ids(state.orders), state.position, state.complete], [["a"], "15", true]);
});

test("an error is kept with what was known, and an unknown message changes nothing", () => {
  const state = fold(fold(unknown("orders"), snapshot({ orders: [order("a")] }), 0), { type: "error", id: 1, problem: { title: "No" } }, 0);
  equal([state.problem.title, ids(state.orders)], ["No", ["a"]]);
  equal(fold(state, { type: "novelty", id: 1 }, 0), state);
});

test("any history of deltas comes to what its entities are at the end", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const next = random(seed);
    const truth = new Map();
    let state = fold(unknown("orders"), snapshot({ orders: [] }), 0);
    for (let step = 0; step < 60; step++) {
      const changed = Array.from({ length: Math.floor(next() * 3) }, () => order(`o-${Math.floor(next() * 8)}`, `s-${step}`));
      const removed = [...truth.keys()].filter(() => next() < 0.1).filter(id => !changed.some(one => one.order_id === id));
      for (const one of changed) truth.set(one.order_id, one);
      for (const id of removed) truth.delete(id);
      state = fold(state, delta({ orders: changed, removed }, String(step)), 0);
    }
    equal(state.orders, truth, `seed ${seed}`);
  }
});
