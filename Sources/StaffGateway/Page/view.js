// What every part of the page has in common: a web component that draws itself again when what it shows has changed.

import { patch } from "./tree.js";
import { app } from "./app-context.js";

// A view that took long to draw rests this many times as long, so that a large mall leaves the page quick to the touch.
const rest = 6;

export class View extends HTMLElement {
  #due = false;
  #notBefore = 0;
  #ends = [];

  /** What it shows: a node or a list of nodes. */
  render() { return []; }

  /** Called when it comes into the page: the place to subscribe. */
  begin() {}

  connectedCallback() {
    this.begin();
    this.#draw();
    this.until(everySecond(() => this.update()));
    this.until(app.onChange(() => this.update()));
  }

  disconnectedCallback() {
    for (const end of this.#ends.splice(0)) end();
  }

  /** Draws again soon, once for however many changes come before. */
  update() {
    if (this.#due) return;
    this.#due = true;
    const draw = () => requestAnimationFrame(() => {
      this.#due = false;
      if (this.isConnected) this.#draw();
    });
    const wait = this.#notBefore - performance.now();
    if (wait > 0) setTimeout(draw, wait);
    else draw();
  }

  /** Calls `end` when this leaves the page. */
  until(end) { this.#ends.push(end); }

  /** Follows a live topic for as long as this is in the page. */
  follow(topic, options = {}) {
    const subscription = app.live.follow(topic, { ...options, onChange: () => this.update() });
    this.until(() => subscription.end());
    return subscription;
  }

  #draw() {
    const begun = performance.now();
    patch(this, this.render());
    const took = performance.now() - begun;
    this.#notBefore = took > 8 ? begun + took * rest : 0;
  }
}

// One clock for all, so that "3 min ago" goes on and nothing ticks when nothing is shown.
const tickers = new Set();
let timer = null;

function everySecond(tick) {
  tickers.add(tick);
  timer ??= setInterval(() => { for (const one of tickers) one(); }, 1000);
  return () => {
    tickers.delete(tick);
    if (!tickers.size) timer = void clearInterval(timer) ?? null;
  };
}
