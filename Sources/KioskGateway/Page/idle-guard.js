// Begins anew for the next customer when nobody has touched the kiosk for a while; asks first.

import { h, View } from "./dom.js";
import { Idle } from "./idle.js";
import { go, shop } from "./shop.js";
import { count } from "./words.js";

/// Seconds, unless the address says otherwise (`?idle=0` never).
const QUIET = 60;
const COUNTDOWN = 20;
/// When the countdown is said aloud: each second would be a torrent.
const SAID = [20, 15, 10, 5, 3];

const SIGNS = ["pointerdown", "pointermove", "click", "keydown", "wheel", "touchstart", "input"];

class IdleGuard extends View {
  #left = null;
  #said = "";

  connectedCallback() {
    const query = new URLSearchParams(location.search);
    const seconds = (name, otherwise) => query.has(name) ? Math.max(0, Number(query.get(name)) || 0) : otherwise;
    this.idle = new Idle({ quiet: seconds("idle", QUIET) * 1000, countdown: Math.max(1, seconds("countdown", COUNTDOWN)) * 1000 });
    this.touch = event => {
      if (this.#left === null) return this.#stay();
      // While it asks, only a deliberate act is an answer: a pointer that trembles is not. A key's effect ends here: what
      // has the focus behind the question is not to be pressed with it.
      if (event.type === "keydown") event.preventDefault();
      if (["click", "keydown"].includes(event.type)) this.#stay();
    };
    for (const sign of SIGNS) addEventListener(sign, this.touch, { passive: sign !== "keydown", capture: true });
    this.timer = setInterval(() => this.#look(), 250);
    super.connectedCallback();
  }

  disconnectedCallback() {
    for (const sign of SIGNS) removeEventListener(sign, this.touch, { capture: true });
    clearInterval(this.timer);
  }

  #stay() {
    this.idle.touch(performance.now());
    if (this.#left !== null) this.#ask(null);
  }

  #look() {
    const nothingToForget = ["", "#/", "#"].includes(location.hash) && !shop.session.basketID && !shop.session.orderID;
    const next = this.idle.look(performance.now(), shop.isPaying || nothingToForget);
    if (next.do === "ask") this.#ask(next.seconds);
    else if (this.#left !== null) this.#ask(null);
    if (next.do === "reset") {
      for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
      shop.reset();
      go("#/");
    }
  }

  #ask(seconds) {
    if (seconds === this.#left) return;
    this.#left = seconds;
    if (seconds !== null && (SAID.includes(seconds) || !this.#said)) this.#said = `This screen begins anew in ${count(seconds, "second")}.`;
    if (seconds === null) this.#said = "";
    this.show();
    const dialog = this.querySelector("dialog");
    if (seconds !== null && !dialog.open) dialog.showModal();
    if (seconds === null && dialog.open) dialog.close();
  }

  view() {
    const kept = shop.session.orderID ? "Your order stays as it is; with your code you find it again." : "Your basket is then emptied for the next customer.";
    return h("dialog", { class: "idle", role: "alertdialog", "aria-labelledby": "idle-title", "aria-describedby": "idle-text", oncancel: () => this.#stay() },
      h("div", { class: "inner" },
        h("h2", { id: "idle-title" }, "Are you still there?"),
        h("p", { class: "clock", "aria-hidden": "true" }, this.#left ?? ""),
        h("p", { id: "idle-text" }, kept),
        h("p", { class: "hidden", "aria-live": "assertive" }, this.#said),
        h("button", { class: "primary huge", onclick: () => this.#stay() }, "I am still here")));
  }
}

customElements.define("idle-guard", IdleGuard);
