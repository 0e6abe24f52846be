// One store and its products: price, stock, what is sold out.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { icon, mark } from "./signs.js";
import { money } from "./format.js";
import { floorName, notYet, nothing, roleNote } from "./parts.js";
import { addProduct, editProduct, editStore, removeProduct, takePart } from "./store-actions.js";
import { table } from "./tables.js";
import { to } from "./routes.js";

const few = 3;

customElements.define("mb-store", class extends View {
  #text = "";

  begin() {
    this.stores = this.follow("stores");
    void app.loadMall().catch(() => {});
  }

  render() {
    const { stores, products, complete } = this.stores.state;
    const store = stores.get(this.itemID);
    const back = h("a", { class: "back", href: to("stores"), key: "back" }, icon("back"), "Stores");
    if (!store) {
      return [back, h("h1", {}, "Store"), notYet(this.stores, "the store") ?? (complete ? nothing(`There is no store “${this.itemID}”.`, "cross") : null)];
    }
    const wanted = this.#text.trim().toLowerCase();
    const all = [...products.values()].filter(product => product.store_id === store.store_id);
    const shown = all.filter(product => `${product.name} ${product.description} ${product.product_id}`.toLowerCase().includes(wanted)).sort((a, b) => a.name.localeCompare(b.name));
    return [
      back,
      h("div", { class: "row between", key: "head" }, h("h1", {}, store.name), h("div", { class: "row" }, editStore(store), takePart(store), addProduct(store))),
      h("p", { class: "row", key: "facts" }, store.participating === false ? mark("quiet", "square", "takes no part") : mark("good", "check", "takes part"),
        h("span", { class: "quiet" }, [store.category, floorName(store.place?.floor ?? store.floor), store.node, store.store_id].filter(Boolean).join(" · "))),
      roleNote("manager"),
      h("form", { class: "toolbar", role: "search", key: "tools", onsubmit: event => event.preventDefault() },
        h("label", { for: "products-find" }, "Find"),
        h("input", { id: "products-find", type: "search", value: this.#text, placeholder: "Product", autocomplete: "off", oninput: event => { this.#text = event.currentTarget.value; this.update(); } }),
        h("span", { class: "quiet", role: "status" }, `${shown.length} of ${all.length}`)),
      table("Products", ["Product", ["Price", "number"], ["In stock", "number"], ["Size", "number"], "Change"], shown.map(product => ({
        key: product.product_id,
        cells: [
          [product.name, product.description ? h("span", { class: "quiet small block" }, product.description) : null], money(product.price),
          product.stock === 0 ? mark("bad", "cross", "sold out") : product.stock <= few ? mark("warn", "half", `only ${product.stock}`) : product.stock,
          product.size_units ?? 1, h("span", { class: "row tight nowrap" }, editProduct(product), removeProduct(product)),
        ],
      }))),
    ];
  }
});
