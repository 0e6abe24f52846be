// The stores of the mall, by floor.

import { h, View } from "./dom.js";
import { category, sign } from "./icons.js";
import { shop } from "./shop.js";

class StoresView extends View {
  source = shop;

  view() {
    const floors = [...new Set((shop.stores ?? []).map(store => store.floor ?? null))].sort((a, b) => a - b);
    return h("section", { class: "stores" },
      h("h1", { tabindex: -1 }, "Where would you like to shop?"),
      !shop.stores && h("p", { class: "waiting", role: "status" }, "Looking which stores are open ..."),
      shop.stores?.length === 0 && h("p", { class: "waiting" }, "No store takes part at the moment."),
      floors.map(floor => h("section", { key: `floor ${floor}` },
        h("h2", {}, shop.mall?.floors.find(one => one.number === floor)?.name ?? "In the mall"),
        h("ul", { class: "tiles" }, shop.stores.filter(store => (store.floor ?? null) === floor).map(store =>
          h("li", { key: store.store_id }, h("a", {
            class: "tile", href: `#/store/${encodeURIComponent(store.store_id)}`, style: { "--hue": category(store.category).hue },
          }, sign(store.category, true), h("span", { class: "name" }, store.name), h("span", { class: "soft" }, store.category))))))));
  }
}

customElements.define("stores-view", StoresView);
