// The mall from above, floor by floor, with the robots of an order. What it shows is said in words beside it.

import { h, View } from "./dom.js";

/// Lengths are drawn in decimetres.
const dm = millimetres => millimetres / 100;

class MallMap extends View {
  set mall(mall) { this.plan = mall; this.refresh(); }
  set robots(robots) { this.seen = robots; this.refresh(); }
  /// The order's lines: their stores are marked.
  set stores(lines) { this.lines = lines; this.refresh(); }

  view() {
    if (!this.plan) return [];
    const floors = this.plan.floors.filter(floor => this.#isOfInterest(floor.number));
    return floors.map(floor => this.#floor(floor, floors.length > 1));
  }

  /// Floors on which there is nothing for this order are left out.
  #isOfInterest(number) {
    const wanted = new Set((this.lines ?? []).map(line => line.store_id));
    return this.plan.depot?.floor === number || this.plan.stores.some(store => store.place.floor === number && wanted.has(store.store_id)) ||
      (this.seen ?? []).some(robot => robot.place?.floor === number);
  }

  #floor(floor, named) {
    const [width, depth] = [dm(floor.width_mm), dm(floor.depth_mm)];
    // North is up: the map's y goes down.
    const at = place => [dm(place.x_mm), depth - dm(place.y_mm)];
    const here = place => place?.floor === floor.number;
    const ways = this.plan.ways.filter(way => here(way.from) && here(way.to));
    const robots = (this.seen ?? []).filter(robot => here(robot.place));
    return h("figure", { key: `floor ${floor.number}` },
      named && h("figcaption", {}, floor.name),
      h("svg", { viewBox: `0 0 ${width} ${depth}`, role: "img", "aria-label": this.#words(floor, robots) },
        h("rect", { class: "ground", width, height: depth, rx: 24 }),
        h("path", { class: "ways", d: ways.map(way => `M${at(way.from)}L${at(way.to)}`).join("") }),
        this.plan.docks.filter(here).map(dock => h("circle", { class: "dock", cx: at(dock)[0], cy: at(dock)[1], r: 7 })),
        this.plan.stores.filter(store => here(store.place)).map(store => this.#store(store, at(store.place), depth)),
        here(this.plan.depot) && depotMark(at(this.plan.depot)),
        robots.map(robot => robotMark(robot, at(robot.place)))));
  }

  #store(store, [x, y], depth) {
    const lines = (this.lines ?? []).filter(line => line.store_id === store.store_id);
    const done = lines.length > 0 && lines.every(line => line.picked + line.unavailable >= line.quantity);
    return h("g", { key: store.store_id, class: lines.length === 0 ? "store" : done ? "store wanted done" : "store wanted" },
      h("rect", { x: x - 26, y: y - 26, width: 52, height: 52, rx: 12 }),
      done && h("path", { class: "tick", d: `M${x - 12} ${y}l9 9 15-18` }),
      h("text", { x, y: y > depth / 2 ? y + 56 : y - 38, "text-anchor": "middle" }, store.name));
  }

  #words(floor, robots) {
    return robots.length === 0 ? `Map of the ${floor.name}` : `Map of the ${floor.name} with ${robots.length === 1 ? "a robot" : `${robots.length} robots`} of yours`;
  }
}

const depotMark = ([x, y]) => h("g", { class: "depot", key: "depot" },
  h("path", { d: `M${x - 26} ${y - 8}l26-20 26 20v32h-52z` }), h("text", { x: x + 36, y: y + 44 }, "Depot"));

const robotMark = (robot, [x, y]) => h("g", {
  key: robot.bot_id, class: "robot", style: { transform: `translate(${x}px, ${y}px)` },
}, h("circle", { class: "halo", r: 34 }), h("circle", { r: 20 }),
h("path", { d: "M0 -13l9 20-9-5-9 5z", transform: `rotate(${robot.heading_degrees})` }));

customElements.define("mall-map", MallMap);
