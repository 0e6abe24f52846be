// What is known of a live topic: the fold of its snapshot and deltas. Pure: values in, values out.

// By topic's kind: which lists of a document hold entities, by what id, and what names those that are gone.
const shapes = {
  orders: [{ list: "orders", id: "order_id", gone: "removed" }],
  fleet: [
    { list: "bots", id: "bot_id", gone: "removed_bots" },
    { list: "tasks", id: "task_id", gone: "removed_tasks", ended: task => ended.has(task.state) },
  ],
  lists: [{ list: "lists", id: "list_id", gone: "removed" }],
  stores: [
    { list: "stores", id: "store_id", gone: "removed_stores" },
    { list: "products", id: "product_id", gone: "removed_products" },
  ],
  alerts: [{ list: "alerts", id: "alert_id", gone: "removed" }],
  order: [],
  bot: [],
};
const ended = new Set(["delivered", "canceled"]);
const singles = { order: ["order", "invoice"], bot: ["bot", "task"] };
// More of a robot's log than this is read page by page.
const mostEvents = 1000;

/** The kind of a topic: "order/o-1" is an "order". */
export const kindOf = topic => topic.split("/", 1)[0];

/**
 * A topic of which nothing is known yet. `complete`: a whole snapshot is there. Entities are Maps by id; `telemetry` is a
 * Map by robot of what was heard and when (`heardAt`, this machine's clock in ms, its age taken off).
 */
export function unknown(topic) {
  const state = { topic, position: null, complete: false, problem: null, telemetry: new Map(), coming: null, events: [] };
  for (const shape of shapes[kindOf(topic)] ?? []) state[shape.list] = new Map();
  for (const name of singles[kindOf(topic)] ?? []) state[name] = null;
  return state;
}

/** The topic after a message of the server; `now` is this machine's clock in ms. An unknown message changes nothing. */
export function fold(state, message, now) {
  switch (message.type) {
  case "snapshot": return snapshot(state, message);
  case "delta": return changed(state, message);
  case "resumed": return { ...state, position: message.position, complete: true, problem: null, coming: null };
  case "telemetry": return heard(state, message.bots, now);
  case "error": return { ...state, problem: message.problem, coming: null };
  default: return state;
  }
}

// Parts gather beside what is shown, which stays until the last has come.
function snapshot(state, message) {
  const begun = message.part === 1 || !state.coming ? unknown(state.topic) : state.coming;
  const coming = merged(begun, message.data);
  if (!message.last) return { ...state, coming };
  return { ...coming, position: message.position, complete: true, coming: null, telemetry: state.telemetry };
}

// What changes between two parts of a snapshot has changed in what is coming too.
function changed(state, { data, position }) {
  const coming = state.coming ? merged(state.coming, data) : null;
  return { ...merged(state, data), coming, position };
}

function merged(state, data) {
  const next = { ...state };
  for (const { list, id, gone, ended } of shapes[kindOf(state.topic)] ?? []) {
    if (!data[list]?.length && !data[gone]?.length) continue;
    const entities = new Map(state[list]);
    for (const one of data[list] ?? []) {
      if (ended?.(one)) entities.delete(one[id]);
      else entities.set(one[id], one);
    }
    for (const one of data[gone] ?? []) entities.delete(one);
    next[list] = entities;
  }
  for (const name of singles[kindOf(state.topic)] ?? []) if (data[name] !== undefined) next[name] = data[name];
  // A robot's task is there only while it has one.
  if (data.bot && !data.bot.task_id) next.task = null;
  if (data.events?.length) next.events = joined(state.events, data.events);
  return next;
}

// Each event once, in the order of time; events of one log in the order of that log.
function joined(had, added) {
  const all = new Map(had.map(event => [`${event.service}/${event.position}`, event]));
  for (const event of added) all.set(`${event.service}/${event.position}`, event);
  return [...all.values()].sort(earlier).slice(-mostEvents);
}

function earlier(a, b) {
  if (a.service === b.service) return a.position - b.position;
  return a.at < b.at ? -1 : a.at > b.at ? 1 : 0;
}

// The newest wins, whatever order they come in.
function heard(state, bots, now) {
  const telemetry = new Map(state.telemetry);
  for (const bot of bots) {
    const heardAt = now - (bot.age_ms ?? 0);
    const old = telemetry.get(bot.bot_id);
    if (!old || old.heardAt <= heardAt) telemetry.set(bot.bot_id, { ...bot, heardAt });
  }
  return { ...state, telemetry };
}
