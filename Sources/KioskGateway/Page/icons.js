// Drawings in lines, on a field of 24 by 24.

import { h } from "./dom.js";

const PATHS = {
  bakery: "M4 12a4 4 0 0 1 3-6h10a4 4 0 0 1 3 6v7H4zM8 10v4M12 10v4M16 10v4",
  fruit: "M12 8c-5-3-8 1-7 5s4 8 7 6c3 2 6-2 7-6s-2-8-7-5zM12 8c0-3 1-5 4-5",
  delicatessen: "M8 3h8l-1 6a3 3 0 0 1-6 0zM12 12v8M8 21h8M8.4 6h7.2",
  pharmacy: "M9 3h6v6h6v6h-6v6H9v-6H3V9h6z",
  books: "M12 6c-2-2-5-2-8-2v14c3 0 6 0 8 2 2-2 5-2 8-2V4c-3 0-6 0-8 2zM12 6v14",
  toys: "M12 21l-7-9h14zM12 12V8M9 3h6v5H9zM7 15h10",
  electronics: "M9 3v5M15 3v5M6 8h12v4a6 6 0 0 1-12 0zM12 18v3",
  household: "M4 10h16v7a3 3 0 0 1-3 3H7a3 3 0 0 1-3-3zM2 12h2M20 12h2M6 7h12M12 7V4",
  sports: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 8l4 3-1.5 4.500h-5L8 11zM12 3v5M16 11l4.500-1M14.500 15.500l3 3.500M9.500 15.500l-3 3.500M8 11l-4.500-1",
  clothing: "M8 4l-5 4 3 4 2-1.500V20h8v-9.500l2 1.500 3-4-5-4a4 4 0 0 1-8 0z",
  garden: "M12 21v-9M12 12c0-5-4-7-8-7 0 5 3 7 8 7zM12 15c0-4 3-6 8-6 0 4-3 6-8 6zM8 21h8",
  gifts: "M3 9h18v4H3zM5 13v8h14v-8M12 9v12M12 9c-2-5-7-5-6-1.500C6.500 9 9 9 12 9zM12 9c2-5 7-5 6-1.500C17.500 9 15 9 12 9z",
  store: "M4 10v10h16V10M3 10l2-6h14l2 6a3 3 0 0 1-6 0 3 3 0 0 1-6 0 3 3 0 0 1-6 0zM10 20v-5h4v5",
  search: "M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM15.500 15.500L21 21",
  basket: "M3 9h18l-2 11H5zM8 9l4-6 4 6M9 13v3M12 13v3M15 13v3",
  card: "M3 6h18v12H3zM3 10h18M6 15h4",
  later: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3.500 2",
  check: "M4 12.500l5 5L20 6.500",
  cross: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  back: "M14 5l-7 7 7 7",
  ticket: "M3 7h18v3a2 2 0 0 0 0 4v3H3v-3a2 2 0 0 0 0-4zM14 7v2M14 11v2M14 15v2",
  robot: "M5 9h14v8a3 3 0 0 1-3 3H8a3 3 0 0 1-3-3zM12 9V5M12 5a1 1 0 1 0 0-2 1 1 0 0 0 0 2zM9 13v1.500M15 13v1.500M2.500 12v4M21.500 12v4",
  cloud: "M4 4l16 16M9 6.500A5 5 0 0 1 17 10a4 4 0 0 1 2.500 6.800M16 18H7a4 4 0 0 1-1.500-7.700",
  depot: "M3 10l9-6 9 6v10H3zM8 20v-7h8v7M8 16h8",
};

const CATEGORIES = [
  [/bak|bread|cake/i, "bakery", 30], [/fruit|veget|green|grocer/i, "fruit", 125], [/deli|wine|cheese|food|drink/i, "delicatessen", 350],
  [/pharm|health|beauty|drug/i, "pharmacy", 175], [/book|read/i, "books", 255], [/toy|game/i, "toys", 45],
  [/electr|phone|computer/i, "electronics", 220], [/house|kitchen|home/i, "household", 15], [/sport|outdoor/i, "sports", 200],
  [/cloth|fashion|shoe/i, "clothing", 300], [/garden|flower|plant/i, "garden", 95], [/gift|station|paper/i, "gifts", 335],
];

/// An icon; it says nothing to screen readers, since its words are beside it.
export const icon = (name, props) =>
  h("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false", ...props }, h("path", { d: PATHS[name] }));

/// A category's drawing and hue.
export function category(text) {
  const [, name, hue] = CATEGORIES.find(([words]) => words.test(text)) ?? [null, "store", hueOf(text)];
  return { name, hue };
}

const hueOf = text => [...text].reduce((sum, character) => (sum * 31 + character.codePointAt(0)) % 360, 7);

/// A store's sign: its category's drawing on its colour.
export const sign = (text, large) => {
  const { name, hue } = category(text);
  return h("span", { class: large ? "sign large" : "sign", style: { "--hue": hue } }, icon(name));
};
