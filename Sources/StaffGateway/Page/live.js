// The socket around link.js: opens it, keeps it, and tells those who follow a topic that it changed.

import * as links from "./link.js";
import { unknown } from "./fold.js";

const subprotocol = "mallbots.staff.v1";
/** The server closes so when the session has ended. */
const sessionEnded = 4401;
// A view that is left for another often follows the same topics: do not subscribe anew for that.
const lingerMs = 3000;

export class Live {
  #link = links.newLink();
  #socket = null;
  #timer = null;
  #retryAt = 0;
  // By topic, those who follow it.
  #followers = new Map();

  /** `onCondition` is called when the connection's condition changed, `onEnded` when the session is over, `onFailure`
   * after each attempt that failed, `onAnew` when the server has reason to send everything again. */
  constructor({ onCondition, onEnded, onFailure, onAnew }) {
    Object.assign(this, { onCondition, onEnded, onFailure, onAnew });
    addEventListener("online", () => this.tryNow());
    addEventListener("offline", () => this.onCondition());
  }

  get condition() {
    const told = links.condition(this.#link);
    return told !== "off" && told !== "live" && navigator.onLine === false ? "offline" : told;
  }
  /** When it broke, in ms; null while all is well. */
  get brokenSince() { return this.#link.brokenSince; }
  /** Seconds until the next attempt; 0 while one is under way. */
  get retrySeconds() {
    return this.#link.phase === "waiting" ? Math.max(0, Math.ceil((this.#retryAt - Date.now()) / 1000)) : 0;
  }

  start() {
    if (this.#link.phase !== "closed") return;
    this.#link = links.start(this.#link, Date.now());
    this.#connect();
  }

  /** Forgets everything: at sign-out nothing of what was seen may stay. */
  stop() {
    clearTimeout(this.#timer);
    this.#link = links.stop();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
    this.onCondition();
  }

  tryNow() {
    if (this.#link.phase !== "waiting") return;
    clearTimeout(this.#timer);
    this.#link = links.retry(this.#link);
    this.#connect();
  }

  /** Follows a topic: `{state, end()}`, where `state` is always the newest (fold.js). `hz`: telemetry wanted. */
  follow(topic, { hz = 0, onChange }) {
    const followers = this.#followers.get(topic) ?? new Set();
    this.#followers.set(topic, followers.add(onChange));
    this.#step(links.want(this.#link, topic, hz));
    const live = this;
    const nothing = unknown(topic);
    return {
      get state() { return live.#link.topics.get(topic)?.state ?? nothing; },
      end() {
        followers.delete(onChange);
        setTimeout(() => live.#drop(topic, followers), lingerMs);
      },
    };
  }

  #drop(topic, followers) {
    if (followers.size || this.#followers.get(topic) !== followers) return;
    this.#followers.delete(topic);
    this.#step(links.unwant(this.#link, topic));
  }

  #step({ link, send }) {
    this.#link = link;
    for (const message of send) this.#socket?.send(JSON.stringify(message));
    if (send.length) this.onCondition();
  }

  #connect() {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1/live`, subprotocol);
    this.#socket = socket;
    const mine = action => event => { if (this.#socket === socket) action(event); };
    let wasOpen = false;
    socket.onopen = mine(() => {
      wasOpen = true;
      this.#step(links.opened(this.#link));
      this.onCondition();
    });
    socket.onmessage = mine(event => this.#take(event.data));
    socket.onclose = mine(event => {
      this.#socket = null;
      if (event.code === sessionEnded) return this.onEnded();
      this.#link = links.broke(this.#link, Date.now(), Math.random());
      this.#retryAt = Date.now() + this.#link.waitMs;
      this.#timer = setTimeout(() => this.tryNow(), this.#link.waitMs);
      this.onCondition();
      // A refused upgrade looks to a page like a network that is down: ask which it is.
      if (!wasOpen) this.onFailure();
    });
    this.onCondition();
  }

  #take(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      return console.warn("live: a message that is no JSON was left out");
    }
    const before = this.condition;
    const { link, changed, anew } = links.received(this.#link, message, Date.now());
    this.#link = link;
    for (const onChange of this.#followers.get(changed) ?? []) onChange(message);
    if (this.condition !== before) this.onCondition();
    if (anew) this.onAnew();
  }
}
