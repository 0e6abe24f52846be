// What the kiosk shows while nobody is there.

import { h, View } from "./dom.js";
import { icon, sign } from "./icons.js";
import { go, shop } from "./shop.js";

const STEPS = [
  ["basket", "Choose", "from every store, here at one place"],
  ["robot", "Robots fetch it", "while you sit down for a coffee"],
  ["depot", "Collect", "everything at the depot, with your code"],
];

class AttractView extends View {
  source = shop;

  view() {
    const mall = shop.settings?.mall_name;
    return h("section", { class: "attract", onclick: event => { if (!event.target.closest("a, button")) go("#/stores"); } },
      h("div", { class: "signs", "aria-hidden": "true" }, (shop.stores ?? []).slice(0, 12).map(store => sign(store.category))),
      h("h1", { tabindex: -1 }, mall ? `Welcome to ${mall}` : "Welcome"),
      h("p", { class: "lead" }, "All our stores. One basket. Robots do the walking."),
      h("ol", { class: "steps" }, STEPS.map(([name, title, text]) =>
        h("li", {}, icon(name), h("div", {}, h("strong", {}, title), h("span", {}, text))))),
      h("div", { class: "ways" },
        h("button", { class: "primary huge", onclick: () => go("#/stores") }, "Start shopping"),
        h("a", { class: "button huge on-dark", href: "#/find" }, icon("ticket"), "Find my order")));
  }
}

customElements.define("attract-view", AttractView);
