// Everything that happened, event by event: when, at which service, how long after the last, why, and the raw data.

import { h } from "./tree.js";
import { app } from "./app-context.js";
import { clock, gap } from "./format.js";
import { content, sentence } from "./event-words.js";

const services = { orders: "Orders", payments: "Payments", depot: "Depot", stores: "Stores", gateway: "Robots' gateway" };
const anchor = event => `event-${event.service}-${event.position}`;

/**
 * A list of events, oldest first or `newestFirst`. `names` gives readable names (event-words.js). A cause that is in the
 * list becomes a link to it.
 */
export function timeline(events, { names, newestFirst = false } = {}) {
  const known = new Map(events.map(event => [`${event.service}/${event.position}`, event]));
  const rows = events.map((event, at) => row(event, events[at - 1], known, names));
  return h("ol", { class: "timeline", reversed: newestFirst || undefined }, newestFirst ? rows.reverse() : rows);
}

function row(event, before, known, names) {
  const after = before ? Date.parse(event.at) - Date.parse(before.at) : undefined;
  return h("li", { key: anchor(event), id: anchor(event), tabindex: "-1", class: event.service },
    h("div", { class: "when" }, h("time", { datetime: event.at, title: event.at }, clock(event.at, app.now())),
      h("span", { class: "quiet" }, after === undefined ? "" : `+${gap(after)}`)),
    h("div", { class: "what" },
      h("p", {}, sentence(event, names)),
      h("p", { class: "small quiet row tight" }, h("span", { class: `service ${event.service}` }, services[event.service] ?? event.service),
        h("span", {}, `${event.type} · no. ${event.position}`), cause(event, known, names)),
      h("details", {}, h("summary", {}, "Data"), h("pre", { tabindex: "0", "aria-label": `Data of ${event.type}` }, JSON.stringify(content(event), null, 2)))));
}

function cause(event, known, names) {
  if (!event.cause) return null;
  if (event.cause.command) return h("span", {}, `because of a command: ${event.cause.command}`);
  const causing = known.get(`${event.cause.service}/${event.cause.position}`);
  if (!causing) return h("span", {}, `because of ${services[event.cause.service] ?? event.cause.service} no. ${event.cause.position}`);
  const go = click => {
    click.preventDefault();
    const target = document.getElementById(anchor(causing));
    target?.scrollIntoView({ block: "center" });
    target?.focus({ preventScroll: true });
  };
  return h("span", {}, "because ", h("a", { href: `#${anchor(causing)}`, onclick: go }, lower(sentence(causing, names))));
}

// A robot's id keeps its spelling; a sentence begins small inside another.
const lower = text => (/^(The|A|An|Everything|Somebody|Checkout|Handed|Nothing|What|Every)\b/.test(text) ? text[0].toLowerCase() + text.slice(1) : text);
