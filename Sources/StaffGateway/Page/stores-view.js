// All stores, and how to add one.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { mark } from "./signs.js";
import { floorName, notYet, nothing, roleNote } from "./parts.js";
import { addStore } from "./store-actions.js";
import { table } from "./tables.js";
import { to } from "./routes.js";

customElements.define("mb-stores", class extends View {
  begin() {
    this.stores = this.follow("stores");
    void app.loadMall().catch(() => {});
  }

  render() {
    const { stores, products, complete } = this.stores.state;
    const counts = new Map();
    const out = new Map();
    for (const product of products.values()) {
      counts.set(product.store_id, (counts.get(product.store_id) ?? 0) + 1);
      if (product.stock === 0) out.set(product.store_id, (out.get(product.store_id) ?? 0) + 1);
    }
    const sorted = [...stores.values()].sort((a, b) => a.name.localeCompare(b.name));
    return [
      h("div", { class: "row between", key: "head" }, h("h1", {}, "Stores"), addStore()),
      roleNote("manager"),
      notYet(this.stores, "stores"),
      complete && !sorted.length ? nothing("There is no store yet.", "ring") : null,
      table("Stores", ["Store", "Category", "Where", "Takes part", ["Products", "number"]], sorted.map(store => ({
        key: store.store_id,
        cells: [
          h("a", { href: to("stores", store.store_id) }, store.name), store.category || "–",
          `${floorName(store.place?.floor ?? store.floor)}${store.node ? `, ${store.node}` : ""}`,
          store.participating === false ? mark("quiet", "square", "no") : mark("good", "check", "yes"),
          [counts.get(store.store_id) ?? 0, out.get(store.store_id) ? h("span", { class: "late" }, ` (${out.get(store.store_id)} sold out)`) : null],
        ],
      }))),
    ];
  }
});
