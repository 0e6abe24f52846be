import { equal, random, test, truthy } from "../harness.js";
import * as links from "/staff/link.js";

const order = id => ({ order_id: id, state: "placed" });
const snapshot = (id, position, orders) => ({ type: "snapshot", id, position, part: 1, last: true, data: { orders, removed: [] } });

function open(...topics) {
  let link = links.start(links.newLink(), 0);
  for (const [name, hz] of topics) ({ link } = links.want(link, name, hz));
  return links.opened(link);
}

test("nothing is sent before the socket is open, then everything is subscribed", () => {
  const { send } = open(["orders", 0], ["fleet", 2]);
  equal(send.map(({ type, topic, hz, from }) => [type, topic, hz, from]), [["subscribe", "orders", 0, undefined], ["subscribe", "fleet", 2, undefined]]);
  truthy(new Set(send.map(one => one.id)).size === 2, "ids are unique");
});

test("live only when every topic is there", () => {
  let { link } = open(["orders", 0], ["alerts", 0]);
  equal(links.condition(link), "reconnecting");
  ({ link } = links.received(link, snapshot(1, "5", [order("a")]), 0));
  equal(links.condition(link), "reconnecting");
  ({ link } = links.received(link, { type: "snapshot", id: 2, position: "5", part: 1, last: true, data: { alerts: [] } }, 0));
  equal([links.condition(link), link.brokenSince], ["live", null]);
});

test("after a break it subscribes under new ids from where it was, and keeps what it knew", () => {
  let { link } = open(["orders", 0]);
  ({ link } = links.received(link, snapshot(1, "5", [order("a")]), 0));
  link = links.retry(links.broke(link, 1000, 0.5));
  equal([link.phase, link.brokenSince], ["connecting", 1000]);
  const again = links.opened(link);
  equal(again.send, [{ type: "subscribe", id: 2, topic: "orders", hz: 0, from: "5" }]);
  ({ link } = links.received(again.link, { type: "resumed", id: 2, position: "5" }, 0));
  equal([links.condition(link), [...link.topics.get("orders").state.orders.keys()]], ["live", ["a"]]);
});

test("a topic whose snapshot was not whole is asked for as a whole", () => {
  let { link } = open(["orders", 0]);
  ({ link } = links.received(link, { ...snapshot(1, "5", [order("a")]), last: false }, 0));
  ({ link } = links.received(link, { type: "delta", id: 1, position: "6", data: { orders: [order("a")] } }, 0));
  equal(links.opened(links.retry(links.broke(link, 0, 0))).send[0].from, undefined);
});

test("messages of a subscription from before the break are left out", () => {
  let { link } = open(["orders", 0]);
  ({ link } = links.received(link, snapshot(1, "5", [order("a")]), 0));
  ({ link } = links.opened(links.retry(links.broke(link, 0, 0))));
  const late = links.received(link, { type: "delta", id: 1, position: "6", data: { orders: [order("b")] } }, 0);
  equal([late.changed, late.link.topics.get("orders").state.orders.size], [null, 1]);
});

test("what the server sends again without being asked is noticed", () => {
  let { link, anew } = links.received(open(["orders", 0]).link, snapshot(1, "5", []), 0);
  equal(anew, false);
  ({ link, anew } = links.received(link, { type: "delta", id: 1, position: "6", data: { orders: [order("a")] } }, 0));
  equal(anew, false);
  ({ link, anew } = links.received(link, snapshot(1, "7", [order("b")]), 0));
  equal([anew, [...link.topics.get("orders").state.orders.keys()]], [true, ["b"]]);
});

test("it waits longer each time, up to a limit, and begins small again after a message", () => {
  let { link } = open(["orders", 0]);
  const waits = [];
  for (let at = 0; at < 8; at++) {
    link = links.broke(link, at, 1);
    waits.push(link.waitMs);
    link = links.retry(link);
  }
  equal(waits.slice(0, 4), [500, 1000, 2000, 4000]);
  equal(waits.at(-1), 15000);
  ({ link } = links.opened(link));
  ({ link } = links.received(link, snapshot([...link.topics.values()][0].id, "5", []), 0));
  equal(links.broke(link, 0, 1).waitMs, 500);
});

test("it says offline after three failures, and live again when it is", () => {
  let { link } = open(["orders", 0]);
  for (let at = 0; at < 3; at++) {
    equal(links.condition(link), "reconnecting", `after ${at} failures`);
    link = links.retry(links.broke(link, 0, 0));
  }
  equal(links.condition(link), "offline");
});

test("a faster wish subscribes anew from where it was; a slower one changes nothing", () => {
  let { link } = open(["fleet", 1]);
  ({ link } = links.received(link, { type: "snapshot", id: 1, position: "7", part: 1, last: true, data: { bots: [], tasks: [] } }, 0));
  equal(links.want(link, "fleet", 0).send, []);
  equal(links.want(link, "fleet", 4).send, [{ type: "unsubscribe", id: 1 }, { type: "subscribe", id: 2, topic: "fleet", hz: 4, from: "7" }]);
});

test("what nobody looks at is unsubscribed, and forgotten", () => {
  const { link, send } = links.unwant(open(["orders", 0]).link, "orders");
  equal([send, link.topics.size], [[{ type: "unsubscribe", id: 1 }], 0]);
});

test("after sign-out nothing is left", () => {
  const { link } = open(["orders", 0]);
  links.received(link, snapshot(1, "5", [order("a")]), 0);
  equal(links.stop(), links.newLink());
  equal(links.condition(links.stop()), "off");
});

test("a subscription that the server refuses is told, and does not keep the rest from being live", () => {
  let { link } = open(["order/none", 0]);
  ({ link } = links.received(link, { type: "error", id: 1, problem: { title: "There is none" } }, 0));
  equal([links.condition(link), link.topics.get("order/none").state.problem.title], ["live", "There is none"]);
});

// A server that keeps a log, cut at random: whatever happens, the client ends with what the log comes to.
test("however often it is cut, nothing is missed and nothing is there twice", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const next = random(seed);
    const log = [];
    const truth = () => new Map(log.map(one => [one.order_id, one]));
    let link = links.want(links.start(links.newLink(), 0), "orders", 0).link;
    let sent = null;
    const connect = () => {
      const opening = links.opened(link);
      link = opening.link;
      const [{ id, from }] = opening.send;
      // The server knows only the newest twenty positions.
      const known = from !== undefined && Number(from) >= log.length - 20;
      const messages = known ? [{ type: "resumed", id, position: from }]
        : [{ ...snapshot(id, String(log.length), []), last: false }, { ...snapshot(id, String(log.length), [...truth().values()]), part: 2 }];
      sent = { id, at: known ? Number(from) : log.length };
      for (const message of messages) {
        if (next() < 0.1) return false;
        ({ link } = links.received(link, message, 0));
      }
      return true;
    };
    const cut = () => { link = links.retry(links.broke(link, 0, next())); sent = null; };
    let linked = connect();
    for (let step = 0; step < 200; step++) {
      if (next() < 0.6) log.push({ order_id: `o-${Math.floor(next() * 10)}`, state: `s-${step}` });
      if (!linked || next() < 0.1) {
        cut();
        linked = connect();
      } else if (next() < 0.5 && sent.at < log.length) {
        ({ link } = links.received(link, { type: "delta", id: sent.id, position: String(log.length), data: { orders: log.slice(sent.at) } }, 0));
        sent.at = log.length;
      }
    }
    while (!linked) { cut(); linked = connect(); }
    ({ link } = links.received(link, { type: "delta", id: sent.id, position: String(log.length), data: { orders: log.slice(sent.at) } }, 0));
    equal(link.topics.get("orders").state.orders, truth(), `seed ${seed}`);
  }
});
