// All robots as a table: state, battery, trip, place, and when each was heard from.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { badge, battery, mark } from "./signs.js";
import { count } from "./format.js";
import { byState } from "./figures.js";
import { botStates, state, taskStates } from "./words.js";
import { notYet } from "./parts.js";
import { addBot } from "./bot-actions.js";
import { heardWords, placeWords, sighting } from "./whereabouts.js";
import { table } from "./tables.js";
import { to } from "./routes.js";

customElements.define("mb-robots", class extends View {
  #text = "";
  #only = "";

  begin() {
    this.fleet = this.follow("fleet", { hz: 1 });
    this.stores = this.follow("stores");
    void app.loadMall().catch(() => {});
  }

  render() {
    const all = [...this.fleet.state.bots.values()].sort(byID);
    const counts = byState(all, botStates);
    const shown = all.filter(bot => (!this.#only || bot.state === this.#only) && bot.bot_id.toLowerCase().includes(this.#text.trim().toLowerCase()));
    return [
      h("div", { class: "row between", key: "head" }, h("h1", {}, "Robots"), addBot()),
      h("form", { class: "toolbar", role: "search", key: "tools", onsubmit: event => event.preventDefault() },
        h("label", { for: "robots-find" }, "Find"),
        h("input", { id: "robots-find", type: "search", value: this.#text, placeholder: "Name", autocomplete: "off", oninput: event => { this.#text = event.currentTarget.value; this.update(); } }),
        h("label", { for: "robots-state" }, "State"),
        h("select", { id: "robots-state", value: this.#only, onchange: event => { this.#only = event.currentTarget.value; this.update(); } },
          h("option", { value: "", key: "" }, `all (${all.length})`), [...counts].map(([name, number]) => h("option", { value: name, key: name }, `${state(botStates, name).word} (${number})`)))),
      notYet(this.fleet, "robots"),
      h("p", { class: "quiet small", role: "status", key: "count" }, this.#text || this.#only ? `${count(shown.length, "robot")} shown` : ""),
      h("mb-robot-table", { key: "table", ".bots": shown, ".fleet": this.fleet, ".stores": this.stores }),
    ];
  }
});

/** The robots as a table; the map shows the same for those who cannot see it. */
customElements.define("mb-robot-table", class extends View {
  set bots(value) { this.shown = value; if (this.isConnected) this.update(); }

  render() {
    const { tasks, telemetry } = this.fleet.state;
    return table("Robots", ["Robot", "State", "Battery", "Trip", "Where", "Heard from"],
      (this.shown ?? []).map(bot => this.#row(bot, tasks.get(bot.task_id), telemetry.get(bot.bot_id))));
  }

  #row(bot, task, heard) {
    const seen = sighting(bot, heard);
    return {
      key: bot.bot_id, class: seen.fresh,
      cells: [
        h("a", { href: to("robots", bot.bot_id) }, bot.bot_id),
        h("span", { class: "row tight" }, badge(botStates, bot.state), bot.retiring && bot.state !== "retired" ? mark("warn", "half", "retiring") : null),
        battery(seen.battery),
        task ? h("span", { class: "row tight" }, badge(taskStates, task.state), h("a", { href: to("orders", task.list_id) }, "order"))
          : bot.custody_task_id ? mark("warn", "half", "custody") : h("span", { class: "quiet" }, "–"),
        placeWords(seen.place, this.stores.state.stores.values()),
        h("span", { class: seen.fresh === "fresh" ? "quiet" : "late" }, heardWords(seen)),
      ],
    };
  }
});

// "bot-2" before "bot-10".
function byID(a, b) { return a.bot_id.localeCompare(b.bot_id, "en", { numeric: true }); }
