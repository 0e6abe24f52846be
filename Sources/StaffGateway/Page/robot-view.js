// A robot's page: its card, and its log back to where it begins.

import { h } from "./tree.js";
import { View } from "./view.js";
import { get, part } from "./api.js";
import { icon } from "./signs.js";
import { namesFrom } from "./parts.js";
import { timeline } from "./timeline.js";
import { problemBox } from "./fields.js";
import { to } from "./routes.js";

customElements.define("mb-robot", class extends View {
  #older = [];
  #next = undefined;
  #busy = false;
  #problem = null;

  begin() {
    this.topic = this.follow(`bot/${this.itemID}`, { hz: 1 });
    this.stores = this.follow("stores");
  }

  render() {
    const { events, bot } = this.topic.state;
    const all = [...this.#older, ...events].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    return [
      h("a", { class: "back", href: to("robots") }, icon("back"), "Robots"),
      h("h1", {}, this.itemID),
      h("section", { class: "card", key: "card" }, h("h2", { class: "hidden" }, "How it is"), h("mb-robot-card", { key: this.itemID, ".itemID": this.itemID })),
      bot ? h("section", { class: "card", key: "log" }, h("h2", {}, "Log, newest first"),
        all.length ? timeline(all, { names: namesFrom(this.stores), newestFirst: true }) : h("p", { class: "quiet" }, "Nothing is in its log yet."),
        problemBox(this.#problem),
        this.#next === null ? h("p", { class: "quiet" }, "Here its log begins.")
          : h("button", { type: "button", "aria-disabled": this.#busy ? "true" : undefined, onclick: () => this.#more(all) },
            this.#busy ? h("span", { class: "spinner" }) : null, "Show older")) : null,
    ];
  }

  async #more() {
    if (this.#busy) return;
    this.#busy = true;
    this.#problem = null;
    this.update();
    try {
      const page = await get(`/bots/${part(this.itemID)}/log`, { page_size: 200, before: this.#next });
      const known = new Set([...this.#older, ...this.topic.state.events].map(event => `${event.service}/${event.position}`));
      this.#older = [...page.events.filter(event => !known.has(`${event.service}/${event.position}`)), ...this.#older];
      this.#next = page.next_before ?? null;
    } catch (problem) {
      this.#problem = problem;
    }
    this.#busy = false;
    this.update();
  }
});
