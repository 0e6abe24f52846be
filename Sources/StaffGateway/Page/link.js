// The live connection as a value: what is subscribed, under which ids, what is known of it, and when to try again.
// Pure: each input returns `{link, send, effects}`; live.js owns the socket, the timers and the clock.

import { fold, unknown } from "./fold.js";

// First after half a second, then twice as long each time, up to this.
const firstWait = 500;
const longestWait = 15_000;
// From this many failures on in a row the page says "offline".
const offlineAfter = 3;

/** A link with nothing subscribed. `phase`: "closed", "connecting", "open", "waiting". */
export function newLink() {
  return { phase: "closed", failures: 0, waitMs: 0, nextID: 1, topics: new Map(), brokenSince: null };
}

/** What people are told: "live", "reconnecting" or "offline"; "off" when nobody wants a connection. */
export function condition(link) {
  if (link.phase === "closed") return "off";
  const settled = [...link.topics.values()].every(topic => topic.settled);
  if (link.phase === "open" && settled) return "live";
  return link.failures >= offlineAfter ? "offline" : "reconnecting";
}

/** Somebody signed in: a connection is wanted. */
export function start(link, now) {
  return { ...link, phase: "connecting", failures: 0, brokenSince: now };
}

/** Nobody wants a connection any more; what was known is forgotten. */
export function stop() { return newLink(); }

/** The socket is open: everything is subscribed, from where it was. */
export function opened(link) {
  let next = { ...link, phase: "open", topics: new Map() };
  const send = [];
  for (const [name, topic] of link.topics) {
    const [after, message] = subscribed(next, topic);
    next = { ...after, topics: new Map(after.topics).set(name, { ...topic, id: message.id, settled: false }) };
    send.push(message);
  }
  return { link: next, send };
}

/** The socket is gone. Waits longer each time; `spread` is between 0 and 1, so that not all come back at once. */
export function broke(link, now, spread) {
  if (link.phase === "closed") return link;
  const waitMs = Math.round(Math.min(longestWait, firstWait * 2 ** link.failures) * (0.5 + spread / 2));
  const topics = new Map([...link.topics].map(([name, topic]) => [name, { ...topic, id: null, settled: false }]));
  return { ...link, phase: "waiting", failures: link.failures + 1, waitMs, topics, brokenSince: link.brokenSince ?? now };
}

/** The wait is over. */
export function retry(link) { return link.phase === "waiting" ? { ...link, phase: "connecting" } : link; }

/** Wants a topic, `hz` telemetry messages a second; again to want it faster. */
export function want(link, name, hz) {
  const had = link.topics.get(name);
  if (had && had.hz >= hz) return { link, send: [] };
  const topic = had ? { ...had, hz } : { hz, id: null, settled: false, state: unknown(name) };
  const send = had?.id != null ? [{ type: "unsubscribe", id: had.id }] : [];
  if (link.phase !== "open") return { link: { ...link, topics: new Map(link.topics).set(name, topic) }, send: [] };
  const [next, message] = subscribed(link, topic);
  const topics = new Map(next.topics).set(name, { ...topic, id: message.id, settled: false });
  return { link: { ...next, topics }, send: [...send, message] };
}

/** Nobody looks at a topic any more. */
export function unwant(link, name) {
  const had = link.topics.get(name);
  const topics = new Map(link.topics);
  topics.delete(name);
  return { link: { ...link, topics }, send: had?.id != null && link.phase === "open" ? [{ type: "unsubscribe", id: had.id }] : [] };
}

/**
 * A message of the server. `changed` names the topic that it was about, or is null; `anew`: the server sends all of it
 * again without being asked, as it does when the user's role has changed.
 */
export function received(link, message, now) {
  for (const [name, topic] of link.topics) {
    if (topic.id === null || topic.id !== message.id) continue;
    const state = fold(topic.state, message, now);
    // A subscription that the server ended is not there any more: nothing else comes under that id.
    const settles = message.type === "resumed" || message.type === "error" || (message.type === "snapshot" && message.last);
    const settled = topic.settled || settles;
    const topics = new Map(link.topics).set(name, { ...topic, state, settled });
    const whole = [...topics.values()].every(one => one.settled);
    return {
      link: { ...link, topics, failures: 0, brokenSince: whole ? null : link.brokenSince },
      changed: name,
      anew: topic.settled && message.type === "snapshot",
    };
  }
  return { link, changed: null, anew: false };
}

function subscribed(link, topic) {
  const message = { type: "subscribe", id: link.nextID, topic: topic.state.topic, hz: topic.hz };
  if (topic.state.position !== null && topic.state.complete) message.from = topic.state.position;
  return [{ ...link, nextID: link.nextID + 1 }, message];
}
