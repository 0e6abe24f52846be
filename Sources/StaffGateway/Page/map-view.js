// The live map: floors with stores, ways, docks and the depot, the robots on them, and a robot's card beside it.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { botStates } from "./words.js";
import { count } from "./format.js";
import { badge, sign } from "./signs.js";
import { notYet } from "./parts.js";
import { problemBox } from "./fields.js";
import { to } from "./routes.js";
import "./map-floor.js";
import "./robot-card.js";

const hz = 2;
const zooms = [1, 1.5, 2.25, 3.4];

customElements.define("mb-map", class extends View {
  #floor = null;
  #zoom = 0;
  #table = false;
  #routes = true;
  #chosen = null;
  #problem = null;

  begin() {
    this.fleet = this.follow("fleet", { hz });
    this.stores = this.follow("stores");
    void this.#load();
  }

  render() {
    const mall = app.mall;
    return [
      h("h1", {}, "Map"),
      problemBox(this.#problem),
      this.#problem ? h("button", { type: "button", key: "again", onclick: () => this.#load() }, "Try again") : null,
      mall ? this.#tools(mall) : this.#problem ? null : h("p", { class: "loading", role: "status" }, h("span", { class: "spinner" }), "Loading the building …"),
      notYet(this.fleet, "robots"),
      mall ? h("div", { class: `mapbox${this.#chosen ? " with-card" : ""}`, key: "map" }, this.#table ? this.#asTable() : this.#floors(mall), this.#card()) : null,
      mall && !this.#table ? this.#legend() : null,
    ];
  }

  #tools(mall) {
    const floors = [...mall.floors].sort((a, b) => a.number - b.number);
    const choice = (value, word) => h("button", { type: "button", key: String(value), "aria-pressed": this.#floor === value ? "true" : "false", onclick: () => this.#set(() => { this.#floor = value; }) }, word);
    const toggle = (on, word, change) => h("button", { type: "button", key: word, "aria-pressed": on ? "true" : "false", onclick: () => this.#set(change) }, word);
    return h("div", { class: "toolbar", key: "tools" },
      floors.length > 1 ? h("div", { class: "segments", role: "group", "aria-label": "Floors" }, choice(null, "All floors"), floors.map(floor => choice(floor.number, floor.name || `Floor ${floor.number}`))) : null,
      h("div", { class: "segments", role: "group", "aria-label": "How to show" },
        toggle(!this.#table, "Map", () => { this.#table = false; }), toggle(this.#table, "Table", () => { this.#table = true; })),
      this.#table ? null : toggle(this.#routes, "Routes", () => { this.#routes = !this.#routes; }),
      this.#table ? null : h("div", { class: "segments", role: "group", "aria-label": "Size" },
        h("button", { type: "button", "aria-label": "Smaller", disabled: this.#zoom === 0, onclick: () => this.#set(() => { this.#zoom -= 1; }) }, "−"),
        h("button", { type: "button", "aria-label": "Larger", disabled: this.#zoom === zooms.length - 1, onclick: () => this.#set(() => { this.#zoom += 1; }) }, "+")));
  }

  #floors(mall) {
    const shown = mall.floors.filter(floor => this.#floor === null || floor.number === this.#floor).sort((a, b) => b.number - a.number);
    return h("div", { class: "floors", key: "floors" }, shown.map(floor => h("section", { class: "card floor", key: floor.number },
      h("h2", {}, floor.name || `Floor ${floor.number}`),
      h("mb-floor", { key: floor.number, ".floor": floor, ".mall": mall, ".fleet": this.fleet, ".stores": this.stores, ".several": shown.length > 1, ".zoom": zooms[this.#zoom],
        ".routes": this.#routes, ".chosen": this.#chosen, ".choose": id => this.#set(() => { this.#chosen = id; }) }))));
  }

  #asTable() {
    const bots = [...this.fleet.state.bots.values()]
      .filter(bot => this.#floor === null || (this.fleet.state.telemetry.get(bot.bot_id)?.place ?? bot.place)?.floor === this.#floor)
      .sort((a, b) => a.bot_id.localeCompare(b.bot_id, "en", { numeric: true }));
    return h("div", { key: "table" }, h("p", { class: "quiet small" }, `${count(bots.length, "robot")} ${this.#floor === null ? "on all floors" : "on this floor"}`),
      h("mb-robot-table", { ".bots": bots, ".fleet": this.fleet, ".stores": this.stores }));
  }

  #card() {
    if (!this.#chosen) return null;
    return h("aside", { class: "card", key: "card", "aria-label": `Robot ${this.#chosen}` },
      h("div", { class: "row between" }, h("h2", {}, h("a", { href: to("robots", this.#chosen) }, this.#chosen)),
        h("button", { type: "button", class: "plain small", onclick: () => this.#set(() => { this.#chosen = null; }) }, "Close")),
      h("mb-robot-card", { key: this.#chosen, ".itemID": this.#chosen }),
      h("p", {}, h("a", { href: to("robots", this.#chosen) }, "Its whole log")));
  }

  #legend() {
    return h("section", { class: "legend", key: "legend", "aria-label": "Signs on the map" },
      Object.keys(botStates).map(name => badge(botStates, name)),
      h("span", { class: "quiet row tight" }, sign("half"), "faded: not heard from for a while"));
  }

  #set(change) {
    change();
    this.update();
  }

  async #load() {
    this.#problem = null;
    try {
      await app.loadMall();
    } catch (problem) {
      this.#problem = problem;
    }
    this.update();
  }
});
