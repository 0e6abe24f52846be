// Which view an address shows. Addresses are fragments (#/orders/o-1), so that the server has one page only. Pure.

/** The parts of the page, in the order of the menu; `role` is the least that may see one. */
export const places = [
  { name: "overview", word: "Overview", element: "mb-overview", icon: "overview" },
  { name: "map", word: "Map", element: "mb-map", icon: "map" },
  { name: "orders", word: "Orders", element: "mb-orders", icon: "orders", one: { element: "mb-order", word: "Order" } },
  { name: "desk", word: "Pick-up desk", short: "Desk", element: "mb-desk", icon: "desk", role: "clerk", one: { element: "mb-desk", word: "Pick-up desk" } },
  { name: "robots", word: "Robots", element: "mb-robots", icon: "robots", one: { element: "mb-robot", word: "Robot" } },
  { name: "stores", word: "Stores", element: "mb-stores", icon: "stores", one: { element: "mb-store", word: "Store" } },
  { name: "alerts", word: "Alerts", element: "mb-alerts", icon: "alerts" },
  { name: "users", word: "Users", element: "mb-users", icon: "users", role: "manager" },
  { name: "audit", word: "Audit log", element: "mb-audit", icon: "audit", role: "manager" },
  { name: "account", word: "Your account", element: "mb-account", icon: "account", aside: true },
];

/** `{place, id?, element, word}` of a fragment; the overview when it is none of ours. */
export function routeOf(fragment) {
  const [name, id] = fragment.replace(/^#\/?/, "").split("/").map(decoded);
  const place = places.find(one => one.name === name) ?? places[0];
  if (id && place.one) return { place, id, ...place.one };
  return { place, element: place.element, word: place.word };
}

/** The address of a part of the page, or of one thing in it. */
export const to = (name, id) => `#/${name}${id === undefined ? "" : "/" + encodeURIComponent(id)}`;

/** The first-run token of an address `#setup=TOKEN`. */
export const setupToken = fragment => /^#setup=(.+)$/.exec(fragment)?.[1] ?? "";

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
