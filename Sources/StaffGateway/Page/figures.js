// How the mall is doing, computed from the orders that are known. Pure.

const hour = 3_600_000;
export const slices = 12;

/** How many there are of each state: a Map in the order of `table`, of states that occur or are in `always`. */
export function byState(entities, table, always = []) {
  const counts = new Map(Object.keys(table).filter(name => always.includes(name)).map(name => [name, 0]));
  for (const one of entities) counts.set(one.state, (counts.get(one.state) ?? 0) + 1);
  const rank = Object.keys(table);
  return new Map([...counts].sort(([a], [b]) => rank.indexOf(a) - rank.indexOf(b)));
}

/**
 * The last hour: how many were placed, became ready, were handed over, cancelled; the middle and the longest time from
 * placed to ready (ms; undefined when none became ready); and by twelfths of the hour, oldest first.
 */
export function lastHour(orders, now) {
  const from = now - hour;
  const within = text => text !== undefined && Date.parse(text) >= from && Date.parse(text) <= now + 60_000;
  const result = { placed: 0, ready: 0, handedOver: 0, canceled: 0, slices: Array.from({ length: slices }, () => ({ placed: 0, handedOver: 0 })) };
  const waits = [];
  const slice = text => result.slices[Math.min(slices - 1, Math.max(0, Math.floor((Date.parse(text) - from) / (hour / slices))))];
  for (const order of orders) {
    if (within(order.placed_at)) {
      result.placed += 1;
      slice(order.placed_at).placed += 1;
    }
    if (within(order.ready_at)) {
      result.ready += 1;
      if (order.placed_at) waits.push(Date.parse(order.ready_at) - Date.parse(order.placed_at));
    }
    if (!within(order.ended_at)) continue;
    if (order.state === "completed") {
      result.handedOver += 1;
      slice(order.ended_at).handedOver += 1;
    } else if (order.state === "canceled" || order.state === "rejected") result.canceled += 1;
  }
  waits.sort((a, b) => a - b);
  result.middleWait = waits[Math.floor((waits.length - 1) / 2)];
  result.longestWait = waits.at(-1);
  return result;
}

/** Alerts as they are to be dealt with: critical ones first, then the oldest. */
export function urgentFirst(alerts) {
  const rank = alert => (alert.severity === "critical" ? 0 : 1);
  return [...alerts].sort((a, b) => rank(a) - rank(b) || (a.since < b.since ? -1 : 1));
}

/** What an order still lacks: units wanted, there, on the way in a robot, not to be had. */
export function progress(order) {
  const all = { wanted: 0, there: 0, carried: 0, lacking: 0 };
  for (const line of order.lines ?? []) {
    all.wanted += line.quantity;
    all.there += line.delivered;
    all.carried += Math.max(0, line.picked - line.delivered);
    all.lacking += line.unavailable;
  }
  return { ...all, missing: Math.max(0, all.wanted - all.there - all.carried - all.lacking) };
}

/** The column of the board that an order stands in; null for none. */
export function columnOf(order) {
  switch (order.state) {
  case "placed": return "placed";
  case "approved": return "fetching";
  case "ready": return order.paid ? "collect" : "pay";
  case "canceling": return "canceling";
  case "completed": case "canceled": case "rejected": return "ended";
  default: return null;
  }
}

/** Whether an order is meant by what somebody typed: its ticket, code, id, kiosk, or a product or store in it. */
export function matches(order, text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return true;
  if (/^\d{1,3}$/.test(wanted)) return String(order.ticket) === wanted;
  return [order.order_id, order.pickup_code, order.kiosk_id, ...(order.lines ?? []).flatMap(line => [line.name, line.store_name])]
    .some(each => each?.toLowerCase().includes(wanted));
}

/** Orders by how long they wait: the longest first; those that ended the newest first. */
export function longestFirst(orders) {
  const key = order => (columnOf(order) === "ended" ? -Date.parse(order.ended_at ?? 0) : Date.parse(waitsSince(order) ?? 0));
  return [...orders].sort((a, b) => key(a) - key(b));
}

/** Since when an order waits for what comes next. */
export const waitsSince = order => (order.state === "ready" ? order.ready_at : order.placed_at) ?? order.started_at;
