// The basket, beside or below whatever is being looked at.

import { h, View } from "./dom.js";
import { icon } from "./icons.js";
import { stepper } from "./products-view.js";
import { shop } from "./shop.js";
import { count, money, times } from "./words.js";

class BasketPanel extends View {
  source = shop;
  #isOpen = false;

  view() {
    const lines = shop.basket?.lines ?? [];
    const units = shop.unitsInBasket;
    const waiting = shop.outbox.entries.filter(entry =>
      entry.kind === "add" && !lines.some(line => line.product_id === entry.productID));
    return h("aside", { class: this.#isOpen ? "basket open" : "basket", "aria-label": "Basket" },
      h("div", { class: "basket-head" },
        h("h2", {}, icon("basket"), "Your basket"),
        h("button", {
          class: "quiet unfold", "aria-expanded": String(this.#isOpen), "aria-controls": units === 0 ? null : "basket-lines", disabled: units === 0,
          onclick: () => { this.#isOpen = !this.#isOpen; this.show(); },
        }, this.#isOpen ? "Hide items" : "Show items")),
      h("p", { class: "hidden", role: "status" }, units === 0 ? "Your basket is empty" : `${count(units, "item")} in your basket`),
      units === 0
        ? h("p", { class: "empty" }, "Nothing in it yet. Tap Add at what you like.")
        : h("ul", { class: "lines", id: "basket-lines" },
          lines.map(line => h("li", { key: line.product_id, class: shop.units(line.product_id) === 0 ? "going" : "" },
            h("div", { class: "what" }, h("strong", {}, line.name), h("span", { class: "soft" }, line.store_name)),
            stepper(line, shop.units(line.product_id), shop.units(line.product_id) < 99),
            h("span", { class: "sum" }, money(times(line.unit_price, shop.units(line.product_id)))))),
          waiting.map(entry => h("li", { key: `waiting ${entry.key}`, class: "going" },
            h("div", { class: "what" }, h("strong", {}, entry.name), h("span", { class: "soft" }, "is being put in")),
            h("span", { class: "sum" }, `${entry.quantity} ×`)))),
      h("div", { class: "basket-foot" },
        h("p", { class: "total" }, h("span", {}, units === 0 ? "Total" : count(units, "item")), h("strong", {}, money(shop.basket?.total) || "–")),
        h("a", {
          class: "button primary huge", href: "#/checkout", role: "link", "aria-disabled": units === 0 ? "true" : null,
          tabindex: units === 0 ? -1 : null, onclick: event => { if (units === 0) event.preventDefault(); },
        }, "Check out")));
  }
}

customElements.define("basket-panel", BasketPanel);
