// A robot's card: how it is, what it does, what it can be told. Beside the map, and on the robot's own page.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { badge, battery, mark } from "./signs.js";
import { span } from "./format.js";
import { botStates, taskStates } from "./words.js";
import { notYet, roleNote } from "./parts.js";
import { botActions } from "./bot-actions.js";
import { reassign } from "./task-actions.js";
import { headingWord, heardWords, placeWords, sighting } from "./whereabouts.js";
import { to } from "./routes.js";

customElements.define("mb-robot-card", class extends View {
  begin() {
    this.topic = this.follow(`bot/${this.itemID}`, { hz: 1 });
    this.fleet = this.follow("fleet");
    this.stores = this.follow("stores");
    this.orders = this.follow("orders");
    void app.loadMall().catch(() => {});
  }

  render() {
    const { bot, task, telemetry } = this.topic.state;
    if (!bot) return notYet(this.topic, "the robot") ?? [];
    const seen = sighting(bot, telemetry.get(bot.bot_id));
    return [
      h("div", { class: "row", key: "badges" }, badge(botStates, bot.state), bot.retiring && bot.state !== "retired" ? mark("warn", "half", "Being retired") : null,
        battery(seen.battery), seen.fresh === "fresh" ? null : mark("warn", "half", heardWords(seen))),
      bot.fault ? h("div", { class: "problem", key: "fault" }, h("strong", {}, "Fault"), h("p", {}, bot.fault)) : null,
      h("dl", { class: "facts", key: "facts" },
        this.#fact("Where", placeWords(seen.place, this.stores.state.stores.values())),
        this.#fact("Moves", seen.speed === undefined ? "not known" : seen.speed > 0 ? `${(seen.speed / 1000).toFixed(1)} m/s, ${headingWord(seen.heading)}` : "stands still"),
        this.#fact("Dock", bot.dock_id ? `kept for it: ${bot.dock_id}` : "–"),
        this.#fact("Model", `${bot.model || "–"}, room for ${bot.capacity_units} units`),
        this.#fact("Delivered", `${bot.tasks_delivered ?? 0} trips`),
        this.#fact("Session", bot.online ? `no. ${bot.session}` : "none now")),
      h("section", { class: "inset", key: "task" }, h("h3", {}, "Trip"), this.#task(task, bot)),
      h("div", { class: "row", key: "actions" }, botActions(bot)),
      roleNote("manager"),
    ];
  }

  #fact(name, value) { return h("div", { key: name }, h("dt", {}, name), h("dd", {}, value)); }

  #task(task, bot) {
    return [
      bot.custody_task_id
        ? h("p", { key: "custody" }, mark("warn", "half", "In custody"), " It still has items of ", this.#orderLink(bot.custody_task_id), ", although the trip is not its own any more",
          task?.custody_until ? `; they are fetched again in ${span(Date.parse(task.custody_until) - app.now())}.` : ".")
        : null,
      !task || !bot.task_id ? h("p", { class: "quiet", key: "none" }, bot.custody_task_id ? "No trip of its own." : "It has no trip now.") : h("div", { key: "one" },
        h("p", { class: "row" }, badge(taskStates, task.state), this.#orderLink(task.task_id), task.canceling ? mark("warn", "half", "being cancelled") : null),
        h("ol", { class: "stops" }, task.stops.map(stop => this.#stop(stop, task))),
        reassign(task, this.fleet.state.bots)),
    ];
  }

  #stop(stop, task) {
    const got = stop.items.reduce((all, item) => all + Math.min(item.quantity, task.picked?.[item.product_id] ?? 0), 0);
    const lacking = stop.items.reduce((all, item) => all + (task.unavailable?.[item.product_id] ?? 0), 0);
    const wanted = stop.items.reduce((all, item) => all + item.quantity, 0);
    const done = got + lacking >= wanted;
    return h("li", { key: stop.store_id, class: done ? "quiet" : "" },
      done ? mark("good", "check", "done") : mark("info", "ring", `${got} of ${wanted}`), " ", h("strong", {}, stop.store_name), ": ",
      stop.items.map(item => `${item.quantity} × ${item.name}`).join(", "), lacking ? ` (${lacking} cannot be had)` : "");
  }

  #orderLink(taskID) {
    const id = taskID.split("/")[0];
    const known = this.orders.state.orders.get(id);
    return h("a", { href: to("orders", id) }, known?.ticket ? `order ${known.ticket}` : "its order");
  }
});
