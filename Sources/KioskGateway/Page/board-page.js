// The board above the depot: which orders are being fetched, and which can be collected.

import { follow, get } from "./api.js";
import { h, View } from "./dom.js";

/// So long a number that has just become ready stands out, in milliseconds.
const NEW = 30_000;
/// Of a number's size: how wide three digits are with what is around them, how high, and the gap between two.
const [WIDE, HIGH, GAP] = [2.3, 1.36, 0.16];

/// The columns with which so many numbers are largest in a field, and how large, in its units.
export function fit(number, width, height, largest) {
  let best = { columns: 1, size: 0 };
  for (let columns = 1; columns <= number; columns += 1) {
    const rows = Math.ceil(number / columns);
    const size = Math.min(largest, width / (columns * (WIDE + GAP) - GAP), height / (rows * (HIGH + GAP) - GAP));
    if (size > best.size) best = { columns, size };
  }
  return best;
}

class BoardPage extends View {
  #board = null;
  #since = new Map();
  #isLost = false;
  #mall = "";

  connectedCallback() {
    super.connectedCallback();
    follow("/api/v1/board/events", { board: board => this.#take(board) }, {
      lost: lost => {
        if (lost === this.#isLost) return;
        this.#isLost = lost;
        this.show();
      },
    });
    this.#learnName();
    // The clock, numbers that are not new any more, and a screen that was turned.
    setInterval(() => this.show(), 1_000);
  }

  async #learnName() {
    try {
      this.#mall = (await get("/api/v1/shop")).mall_name;
      this.show();
    } catch {
      setTimeout(() => this.#learnName(), 5_000);
    }
  }

  #take(board) {
    const now = performance.now();
    const known = this.#since;
    this.#since = new Map(board.ready.map(({ ticket }) => [ticket, known.get(ticket) ?? (this.#board ? now : -NEW)]));
    this.#board = board;
    this.show();
  }

  show() {
    super.show();
    for (const list of this.querySelectorAll("ol")) {
      const largest = this.clientHeight * (list.closest(".ready") ? 0.24 : 0.15);
      const { columns, size } = fit(list.children.length, list.clientWidth, list.clientHeight, largest);
      list.style.setProperty("--columns", columns);
      list.style.setProperty("--size", `${Math.floor(size)}px`);
    }
  }

  view() {
    const now = performance.now();
    const isNew = ticket => now - (this.#since.get(ticket) ?? -NEW) < NEW;
    const fresh = (this.#board?.ready ?? []).filter(({ ticket }) => isNew(ticket)).map(({ ticket }) => ticket);
    const { preparing = [], ready = [] } = this.#board ?? {};
    document.title = `Order board${this.#mall ? ` · ${this.#mall}` : ""}`;
    return [
      h("header", {}, h("h1", {}, this.#mall || "Orders"),
        this.#isLost && h("p", { class: "lost", role: "alert" }, "No connection: this is how it was. Trying again."),
        h("time", {}, new Date().toLocaleTimeString(navigator.language, { hour: "2-digit", minute: "2-digit" }))),
      h("main", {},
        h("section", { class: "preparing", "aria-labelledby": "preparing" },
          h("h2", { id: "preparing" }, "Preparing"), this.#numbers(preparing, () => false, "Nothing is being fetched.")),
        h("section", { class: "ready", "aria-labelledby": "ready" },
          h("h2", { id: "ready" }, "Ready to collect"), this.#numbers(ready, isNew, "Nothing waits to be collected."))),
      h("p", { class: "hidden", "aria-live": "polite" }, fresh.length > 0 ? `Now ready: ${fresh.join(", ")}` : ""),
    ];
  }

  #numbers(tickets, isNew, otherwise) {
    if (!this.#board) return h("p", { class: "none" }, "Looking ...");
    if (tickets.length === 0) return h("p", { class: "none" }, otherwise);
    return h("ol", {}, tickets.map(({ ticket }) => h("li", { key: ticket, class: isNew(ticket) ? "new" : "" }, ticket)));
  }
}

customElements.define("board-page", BoardPage);
