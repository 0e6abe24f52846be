// Who did what and when, newest first.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { get } from "./api.js";
import { mark } from "./signs.js";
import { clock } from "./format.js";
import { nothing } from "./parts.js";
import { problemBox, valuesOf } from "./fields.js";
import { table } from "./tables.js";
import { to } from "./routes.js";

const views = { order: "orders", bot: "robots", store: "stores" };

customElements.define("mb-audit", class extends View {
  #entries = null;
  #next = null;
  #filter = {};
  #busy = false;
  #problem = null;

  begin() { void this.#load(); }

  render() {
    return [
      h("h1", {}, "Audit log"),
      h("form", { class: "toolbar", role: "search", key: "tools", onsubmit: event => this.#search(event) },
        h("label", { for: "audit-user" }, "User"), h("input", { id: "audit-user", name: "user", type: "search", autocomplete: "off", spellcheck: "false" }),
        h("label", { for: "audit-target" }, "Done to"), h("input", { id: "audit-target", name: "target", type: "search", placeholder: "bot/bot-3, order, user …", autocomplete: "off", spellcheck: "false" }),
        h("button", { type: "submit" }, this.#busy ? h("span", { class: "spinner" }) : null, "Show")),
      problemBox(this.#problem),
      !this.#entries && !this.#problem ? h("p", { class: "loading", role: "status", key: "loading" }, h("span", { class: "spinner" }), "Loading the audit log …") : null,
      this.#entries && !this.#entries.length ? nothing("Nothing is recorded that fits.", "ring") : null,
      this.#entries?.length ? table("Audit log", ["When", "User", "Did", "To", "Outcome"], this.#entries.map(entry => ({
        key: entry.position,
        cells: [
          h("span", { class: "nowrap" }, clock(entry.at, app.now())), entry.user, entry.action, target(entry.target),
          [entry.outcome === "done" ? mark("good", "check", "done") : mark("warn", "cross", entry.outcome), entry.detail ? h("span", { class: "quiet" }, ` ${entry.detail}`) : null],
        ],
      }))) : null,
      this.#next ? h("button", { type: "button", key: "more", onclick: () => this.#load(this.#next) }, "Show older") : null,
    ];
  }

  #search(event) {
    event.preventDefault();
    this.#filter = valuesOf(event.currentTarget);
    void this.#load();
  }

  async #load(page_token) {
    this.#busy = true;
    this.update();
    try {
      const page = await get("/audit", { ...this.#filter, page_size: 50, page_token });
      this.#entries = page_token ? [...this.#entries, ...page.entries] : page.entries;
      this.#next = page.next_page_token ?? null;
      this.#problem = null;
    } catch (problem) {
      this.#problem = problem;
    }
    this.#busy = false;
    this.update();
  }
});

// "order/o-1" leads to the order.
function target(text) {
  const [kind, ...rest] = (text ?? "").split("/");
  return views[kind] && rest.length ? h("a", { href: to(views[kind], rest.join("/")) }, text) : text ?? "";
}
