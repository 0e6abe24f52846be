// Signs and badges: a state as a shape and a word in a tone.

import { h } from "./tree.js";
import { state } from "./words.js";

// Each within 16 by 16.
const shapes = {
  ring: [["circle", { cx: 8, cy: 8, r: 5, fill: "none" }]],
  dot: [["circle", { cx: 8, cy: 8, r: 5.5, class: "full" }]],
  half: [["circle", { cx: 8, cy: 8, r: 5, fill: "none" }], ["path", { d: "M8 3a5 5 0 0 1 0 10z", class: "full" }]],
  square: [["rect", { x: 3.5, y: 3.5, width: 9, height: 9, rx: 1.5, fill: "none" }]],
  bars: [["path", { d: "M5.5 3.5v9M10.5 3.5v9", fill: "none" }]],
  check: [["path", { d: "M3 8.5 6.5 12 13 4.5", fill: "none" }]],
  cross: [["path", { d: "M4 4l8 8M12 4l-8 8", fill: "none" }]],
  arrow: [["path", { d: "M4.5 2.8 12.8 8l-8.3 5.2z", class: "full" }]],
  alert: [["path", { d: "M8 1.8 14.6 13.6H1.4z", fill: "none" }], ["path", { d: "M8 6.2v3.4M8 11.6v.2", fill: "none" }]],
};

/** The marks of a sign, to be drawn in a box of 16 by 16. */
export const marks = name => (shapes[name] ?? shapes.ring).map(([tag, props]) => h(tag, props));

/** A sign alone, for where the word stands beside it. */
export function sign(name) {
  return h("svg", { class: "sign", viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }, marks(name));
}

/** A state's badge; `word` where another than its own fits better. */
export function badge(table, name, word) {
  const known = state(table, name);
  return h("span", { class: `badge ${known.tone}`, title: known.says || undefined }, sign(known.sign), h("span", {}, word ?? known.word));
}

/** A badge of one's own. */
export const mark = (tone, shape, word) => h("span", { class: `badge ${tone}` }, sign(shape), h("span", {}, word));

const icons = {
  overview: "M2.5 8.5h4v5h-4zM9.5 2.5h4v11h-4zM2.5 2.5h4v3h-4z",
  map: "M2 4l4-1.5 4 1.5 4-1.5v9.5l-4 1.5-4-1.5-4 1.5zM6 2.5V12M10 4v9.5",
  orders: "M3.5 2.5h9v11l-2-1.3-2.5 1.3-2.5-1.3-2 1.3zM6 6h4M6 9h4",
  desk: "M2 6.5 4 2.5h8l2 4v7H2zM2 6.5h12M6 9.5h4",
  robots: "M3.5 5.5h9v7h-9zM8 2.5v3M6 8.5v1M10 8.5v1M1.5 8v2M14.5 8v2",
  stores: "M2.5 6.5v7h11v-7M1.8 6.5 3 2.5h10l1.2 4zM6.5 13.5v-4h3v4",
  alerts: "M8 2a4 4 0 0 1 4 4c0 4 1.5 5 1.5 5h-11S4 10 4 6a4 4 0 0 1 4-4zM6.5 13.5h3",
  users: "M6 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 13.5c0-3 2-4 4.5-4s4.5 1 4.5 4M11 3.2a2.5 2.5 0 0 1 0 4.6M12.5 9.8c1.3.6 2 1.8 2 3.7",
  audit: "M3.5 2.5h9v11h-9zM5.5 5.5h5M5.5 8h5M5.5 10.5h3",
  more: "M3 4.5h10M3 8h10M3 11.5h10",
  theme: "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11",
  account: "M8 8a2.8 2.8 0 1 0 0-5.6A2.8 2.8 0 0 0 8 8zM2.8 14c0-3.2 2.3-4.3 5.2-4.3s5.2 1.1 5.2 4.3",
  back: "M9.5 3 4.5 8l5 5",
  dock: "M8.8 1.8 4 9h3.2L6.8 14.2 12 6.8H8.6z",
};

/** A drawn icon, always beside a word. */
export function icon(name) {
  return h("svg", { class: "icon", viewBox: "0 0 16 16", width: 18, height: 18, "aria-hidden": "true" },
    h("path", { d: icons[name], fill: "none" }));
}

/** Battery: a bar and the figure; low ones are marked by a word too. */
export function battery(percent) {
  if (percent === undefined || percent === null) return h("span", { class: "quiet" }, "–");
  const tone = percent <= 15 ? "bad" : percent <= 30 ? "warn" : "good";
  return h("span", { class: `battery ${tone}` },
    h("svg", { viewBox: "0 0 26 12", width: 26, height: 12, "aria-hidden": "true" },
      h("rect", { x: 0.5, y: 0.5, width: 22, height: 11, rx: 2.5, fill: "none", class: "case" }),
      h("rect", { x: 23.5, y: 3.5, width: 2, height: 5, rx: 1, class: "full case" }),
      h("rect", { x: 2.5, y: 2.5, width: Math.max(1, 18 * percent / 100), height: 7, rx: 1, class: "charge" })),
    h("span", {}, `${percent} %`), percent <= 15 ? h("span", { class: "small" }, "low") : null);
}
