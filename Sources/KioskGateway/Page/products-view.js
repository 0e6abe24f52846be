// The products of a store, or those that were searched for.

import { h, View } from "./dom.js";
import { category, icon, sign } from "./icons.js";
import { shop } from "./shop.js";
import { available, count, money } from "./words.js";

/// From so few on, the card says how many are left.
const FEW = 10;

class ProductsView extends View {
  source = shop;
  #asked;

  set store(id) { this.storeID = id; this.#load(); }
  set words(words) { this.searched = words; this.#load(); }

  #load() {
    if (this.storeID === undefined || this.searched === undefined) return;
    const asked = JSON.stringify([this.storeID, this.searched]);
    if (asked === this.#asked) return;
    this.#asked = asked;
    shop.loadProducts({ store: this.storeID, words: this.searched });
    this.refresh();
  }

  view() {
    const store = shop.stores?.find(one => one.store_id === this.storeID);
    const found = shop.products;
    const hue = store ? category(store.category).hue : null;
    return h("section", { class: "products", style: hue === null ? {} : { "--hue": hue } },
      h("div", { class: "store-head" },
        h("a", { class: "button quiet icon-only", href: "#/stores", "aria-label": "Back to all stores" }, icon("back")),
        store && sign(store.category, true),
        h("div", {},
          h("h1", { tabindex: -1 }, store?.name ?? (this.storeID ? "This store" : `“${this.searched}”`)),
          h("p", { class: "soft", role: "status" }, this.#summary(store, found)))),
      found && h("ul", { class: "cards" }, found.list.map(product => card(product, !store))));
  }

  #summary(store, found) {
    if (!found) return "Looking ...";
    if (store) return `${store.category} · ${count(found.total, "product")}`;
    if (this.storeID) return found.total ? count(found.total, "product") : "It does not take part at the moment.";
    return found.total === 0 ? "Nothing found. Try another word, or look into the stores." : `${count(found.total, "product")} found`;
  }
}

function card(product, withStore) {
  const units = shop.units(product.product_id);
  const had = available(product);
  const store = shop.stores?.find(one => one.store_id === product.store_id);
  return h("li", { class: had === 0 ? "card sold-out" : "card", key: product.product_id, style: { "--hue": category(store?.category ?? "").hue } },
    h("div", { class: "what" },
      h("h2", {}, product.name),
      h("p", { class: "soft" }, product.description),
      withStore && store && h("p", { class: "at" }, sign(store.category), store.name)),
    h("div", { class: "price" }, h("strong", {}, money(product.price)), h("span", { class: stockTone(had) }, stockWords(had))),
    units === 0
      ? h("button", {
        class: "primary add", disabled: had === 0, "aria-label": `Add ${product.name} to the basket`,
        onclick: () => shop.add(product),
      }, icon("plus"), had === 0 ? "Sold out" : "Add")
      : stepper(product, units, units < Math.min(had, 99)));
}

const stockTone = had => had === 0 ? "stock none" : had <= FEW ? "stock few" : "stock";
const stockWords = had => had === 0 ? "sold out" : had <= FEW ? `only ${had} left` : "in stock";

/// Less and more of a product, with how many there are between them.
export const stepper = (product, units, more) => h("div", { class: "stepper", role: "group", "aria-label": product.name },
  h("button", { class: "icon-only", "aria-label": `One ${product.name} less`, onclick: () => shop.reduce(product, units - 1) }, icon("minus")),
  h("output", { "aria-label": "In the basket" }, units),
  h("button", { class: "icon-only primary", "aria-label": `One ${product.name} more`, disabled: !more, onclick: () => shop.add(product) }, icon("plus")));

customElements.define("products-view", ProductsView);
