// One floor of the map. What stands is drawn like everything else; robots are moved frame by frame beside that.

import { h } from "./tree.js";
import { View } from "./view.js";
import { battery as batteryTone, robotMark, stationary } from "./map-marks.js";
import { goalsOf, graphOf, route } from "./graph.js";
import { drawn, moved, placed } from "./motion.js";
import { heardWords, sighting } from "./whereabouts.js";
import { botStates, state } from "./words.js";
import { span } from "./format.js";

const frameMs = 33;
// The order in which robots at one place take the places beside it.
const aside = [0, 1, -1, 2, -2];
// Empty ground farther than this from every node (mm) is not shown.
const margin = 7000;
const still = matchMedia("(prefers-reduced-motion: reduce)");

customElements.define("mb-floor", class extends View {
  #motions = new Map();
  #nudges = new Map();
  #mmPerPixel = 100;
  #graph = null;
  #view = [0, 0, 1, 1];
  #lastFrame = 0;

  set chosen(value) { this.picked = value; if (this.isConnected) this.update(); }
  set zoom(value) { this.scale = value; if (this.isConnected) this.update(); }
  set routes(value) { this.withRoutes = value; if (this.isConnected) this.update(); }

  begin() {
    this.#graph = graphOf(this.mall);
    this.#view = viewOf(this.mall, this.floor);
    const sizes = new ResizeObserver(() => this.#measure());
    sizes.observe(this);
    this.until(() => sizes.disconnect());
    let going = true;
    const frame = time => {
      if (!going) return;
      if (time - this.#lastFrame >= frameMs) {
        this.#lastFrame = time;
        this.#move();
      }
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    this.until(() => { going = false; });
  }

  render() {
    const { floor } = this;
    const bots = this.#here();
    const unit = this.#mmPerPixel;
    return h("div", { class: "floorscroll" },
      h("svg", { class: "map", viewBox: this.#view.join(" "), role: "group", "aria-label": `${floor.name}: ${bots.length} robots. Arrow keys go from robot to robot, Enter opens its card.`,
        ref: svg => this.#resize(svg), onkeydown: event => this.#key(event, bots) },
      h("rect", { class: "ground", width: floor.width_mm, height: floor.depth_mm, rx: 8 * unit }),
      stationary(this.mall, floor, this.stores.state.stores, unit),
      h("g", { class: "routes" }, this.withRoutes || this.picked ? bots.map(one => this.#route(one)) : null),
      h("g", { class: "robots" }, bots.map((one, at) => this.#robot(one, at, bots)))));
  }

  // The robots that are shown on this floor, by id.
  #here() {
    const { bots, tasks, telemetry } = this.fleet.state;
    const here = [];
    for (const bot of bots.values()) {
      const seen = telemetry.get(bot.bot_id);
      const place = seen?.place ?? bot.place;
      if (!place || (place.floor ?? 0) !== this.floor.number || bot.state === "retired") continue;
      here.push({ bot, place, sight: sighting(bot, seen), task: tasks.get(bot.task_id) });
    }
    return here.sort((a, b) => a.bot.bot_id.localeCompare(b.bot.bot_id, "en", { numeric: true }));
  }

  #robot({ bot, sight, task }, at, all) {
    const known = state(botStates, bot.state);
    const id = bot.bot_id;
    const chosen = this.picked === id;
    const reachable = this.picked && all.some(one => one.bot.bot_id === this.picked) ? chosen : at === 0;
    const words = [known.word, sight.battery === undefined ? null : `battery ${sight.battery} %`, task ? `trip with ${task.stops.length} stops` : null, heardWords(sight)].filter(Boolean).join(", ");
    return h("g", { key: id, class: `robot ${known.tone} ${sight.fresh}${chosen ? " chosen" : ""}`, "data-id": id, role: "button", tabindex: reachable ? "0" : "-1",
      "aria-label": `${id}: ${words}`, "aria-pressed": chosen ? "true" : "false", onclick: () => this.choose(chosen ? null : id) },
    robotMark(known.sign, batteryTone(sight.battery), chosen || this.#roomForNames(all.length) ? id : null,
      sight.fresh === "fresh" || !(chosen || this.#roomForNames(all.length)) ? null : span(sight.ageMs ?? 0)));
  }

  #roomForNames(robots) { return robots <= 60 && this.#mmPerPixel < 170; }

  #route({ bot, place, task }) {
    const chosen = this.picked === bot.bot_id;
    if (!this.withRoutes && !chosen) return null;
    const dock = !task && bot.dock_id && this.#graph.docks.get(bot.dock_id);
    const goals = task ? goalsOf(task, this.#graph) : dock ? [dock] : [];
    const points = route(this.#graph, place, goals);
    if (points.length < 2) return null;
    // The part on other floors is drawn there, while the robot is here: that floor shows it when it comes.
    let pen = "";
    let down = false;
    for (const point of points) {
      const on = (point.floor ?? 0) === this.floor.number;
      if (on) pen += `${down ? "L" : "M"}${point.x_mm} ${this.floor.depth_mm - point.y_mm}`;
      down = on;
    }
    return h("path", { key: bot.bot_id, class: `route${chosen ? " chosen" : ""}`, d: pen || "M0 0", "vector-effect": "non-scaling-stroke" });
  }

  #resize(svg) {
    this.svg = svg;
    this.#measure();
  }

  #measure() {
    if (!this.svg) return;
    const [, , across, down] = this.#view;
    const fits = this.several ? Math.max(300, innerHeight * 0.36) * across / down : Infinity;
    const width = Math.min(fits, Math.max(320, this.clientWidth - 2)) * (this.scale ?? 1);
    this.svg.style.width = `${width}px`;
    const unit = across / width;
    if (Math.abs(unit - this.#mmPerPixel) < 0.01) return;
    this.#mmPerPixel = unit;
    this.update();
  }

  update() {
    super.update();
    if (this.svg && this.scale !== this.measuredScale) {
      this.measuredScale = this.scale;
      this.#measure();
    }
  }

  #move() {
    if (!this.svg) return;
    const now = performance.now();
    const { telemetry, bots } = this.fleet.state;
    const crowd = new Map();
    for (const mark of this.svg.querySelectorAll(".robot")) {
      const id = mark.dataset.id;
      const seen = telemetry.get(id) ?? { place: bots.get(id)?.place, heardAt: 0 };
      if (!seen.place) continue;
      const had = this.#motions.get(id);
      const motion = had ? moved(had, seen, now, still.matches) : placed(seen, now);
      this.#motions.set(id, motion);
      const at = drawn(motion, now);
      const [dx, dy] = this.#nudge(id, at, seen, crowd);
      mark.setAttribute("transform", `translate(${at.x + dx} ${this.floor.depth_mm - at.y + dy}) scale(${this.#mmPerPixel})`);
      mark.querySelector(".nose").setAttribute("transform", `rotate(${at.heading})`);
    }
  }

  // Robots that stand at one place stand beside each other, so that each can be seen and pointed at.
  #nudge(id, at, seen, crowd) {
    const spot = `${Math.round(at.x / 1000)} ${Math.round(at.y / 1000)}`;
    let [wantX, wantY] = [0, 0];
    if (!seen.speed_mm_per_s) {
      const before = crowd.get(spot) ?? 0;
      crowd.set(spot, before + 1);
      const [column, line] = [before % aside.length, Math.floor(before / aside.length)];
      [wantX, wantY] = [aside[column] * 38 * this.#mmPerPixel, line * 48 * this.#mmPerPixel];
    }
    const [x, y] = this.#nudges.get(id) ?? [wantX, wantY];
    const now = still.matches ? [wantX, wantY] : [x + (wantX - x) * 0.2, y + (wantY - y) * 0.2];
    this.#nudges.set(id, now);
    return now;
  }

  #key(event, bots) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const id = event.target.closest?.(".robot")?.dataset.id;
    if (!id) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.choose(id);
    } else if (step) {
      event.preventDefault();
      const at = bots.findIndex(one => one.bot.bot_id === id);
      const next = bots[(at + step + bots.length) % bots.length].bot.bot_id;
      for (const mark of this.svg.querySelectorAll(".robot")) mark.setAttribute("tabindex", mark.dataset.id === next ? "0" : "-1");
      this.svg.querySelector(`.robot[data-id="${CSS.escape(next)}"]`)?.focus();
    }
  }
});

// The part of a floor that has something on it, on this floor or another: `[x, y, width, height]` in millimetres, y
// downwards. The same for floors of one size, so that what lies above each other stands above each other.
function viewOf(mall, floor) {
  const places = mall.nodes.map(node => node.place);
  if (!places.length) return [0, 0, floor.width_mm, floor.depth_mm];
  const [xs, ys] = [places.map(place => place.x_mm), places.map(place => floor.depth_mm - place.y_mm)];
  const [left, top] = [Math.max(0, Math.min(...xs) - margin), Math.max(0, Math.min(...ys) - margin)];
  return [left, top, Math.min(floor.width_mm, Math.max(...xs) + margin) - left, Math.min(floor.depth_mm, Math.max(...ys) + margin) - top];
}
