// What the map is drawn with: ways, stores, docks, the depot, elevators, and a robot's mark.

import { h } from "./tree.js";
import { marks } from "./signs.js";

/** Everything on a floor that does not move; `unit` is millimetres to a pixel. */
export function stationary(mall, floor, stores, unit) {
  const here = new Map(mall.nodes.filter(node => (node.place.floor ?? 0) === floor.number).map(node => [node.id, node.place]));
  const y = place => floor.depth_mm - place.y_mm;
  const at = place => `translate(${place.x_mm} ${y(place)}) scale(${unit})`;
  const ways = mall.edges.filter(edge => here.has(edge.from) && here.has(edge.to));
  // A way to another floor begins at an elevator.
  const lifts = new Set(mall.edges.filter(edge => here.has(edge.from) !== here.has(edge.to)).map(edge => (here.has(edge.from) ? edge.from : edge.to)));
  return [
    h("g", { class: "ways", key: "ways" }, ways.map(edge => {
      const [a, b] = [here.get(edge.from), here.get(edge.to)];
      return h("path", { key: `${edge.from} ${edge.to}`, d: `M${a.x_mm} ${y(a)}L${b.x_mm} ${y(b)}`, "stroke-width": 13 * unit });
    })),
    h("g", { class: "lifts", key: "lifts" }, [...lifts].map(id => h("g", { key: id, transform: at(here.get(id)) },
      h("rect", { x: -9, y: -9, width: 18, height: 18, rx: 3 }), h("path", { d: "M-4 -1 0 -5.5 4 -1M-4 2 0 6.5 4 2" }), h("text", { y: 23 }, "Elevator")))),
    h("g", { class: "docks", key: "docks" }, mall.docks.filter(dock => here.has(dock.node)).map(dock => h("g", { key: dock.id, transform: at(here.get(dock.node)) },
      h("title", {}, dock.id), h("rect", { x: -8, y: -8, width: 16, height: 16, rx: 4 }), h("path", { d: "M1.5 -6 -3.5 1H-.5L-1.5 6 3.5 -1H.5z" })))),
    here.has(mall.depot_node) ? h("g", { class: "depot", key: "depot", transform: at(here.get(mall.depot_node)) },
      h("rect", { x: -14, y: -14, width: 28, height: 28, rx: 5 }), h("path", { d: "M-7 7V-2L0 -7 7 -2V7zM-2.5 7V1.5H2.5V7" }), h("text", { y: 29, class: "strong" }, "Depot")) : null,
    h("g", { class: "stores", key: "stores" }, [...stores.values()].filter(store => here.has(store.node)).map(store => {
      const place = here.get(store.node);
      const low = place.y_mm < floor.depth_mm / 2;
      return h("g", { key: store.store_id, class: store.participating === false ? "closed" : "", transform: at(place) },
        h("rect", { x: -8, y: -8, width: 16, height: 16, rx: 3 }), h("path", { d: "M-4.5 -1V4.5H4.5V-1M-5 -1.5-3.800 -4.5H3.800L5 -1.5z" }),
        h("text", { y: low ? 23 : -15 }, store.name), store.participating === false ? h("text", { y: low ? 36 : -28, class: "small" }, "takes no part") : null);
    })),
  ];
}

/** How a battery is shown around a robot: how much of the ring, and its tone. */
export function battery(percent) {
  if (percent === undefined) return null;
  return { part: Math.max(0, Math.min(100, percent)) / 100, tone: percent <= 15 ? "bad" : percent <= 30 ? "warn" : "" };
}

/**
 * A robot in pixels around 0, 0, facing north: nose, body, the state's sign, the battery as a ring. Its `name`, when there
 * is room; `stale` is how long ago it was heard from, when that is long.
 */
export function robotMark(shape, charge, name, stale) {
  const ring = 2 * Math.PI * 12.5;
  return [
    h("circle", { class: "hit", r: 15 }),
    h("path", { class: "nose", d: "M0 -19.5 6 -11.5H-6z" }),
    h("circle", { class: "body", r: 11 }),
    charge ? h("circle", { class: `charge ${charge.tone}`, r: 12.5, transform: "rotate(-90)", "stroke-dasharray": `${(ring * charge.part).toFixed(1)} ${ring.toFixed(1)}` }) : null,
    h("g", { class: "state", transform: "translate(-7 -7) scale(.875)" }, marks(shape)),
    name ? h("text", { y: 27 }, name) : null,
    stale ? h("text", { y: 40, class: "late" }, `${stale} ago`) : null,
  ];
}
