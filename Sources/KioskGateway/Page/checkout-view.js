// The last look at the basket, and how to pay.

import { h, View } from "./dom.js";
import { icon } from "./icons.js";
import { noticeBar } from "./notice-bar.js";
import { stepper } from "./products-view.js";
import { go, shop } from "./shop.js";
import { count, money, times } from "./words.js";

class CheckoutView extends View {
  source = shop;
  #way = "later";
  #card = null;

  view() {
    if (shop.outbox.has("checkout")) return this.#placing();
    const lines = shop.basket?.lines ?? [];
    if (lines.length === 0 && !shop.outbox.has("start", "add")) return this.#nothing();
    const cards = shop.settings?.test_cards ?? [];
    return h("section", { class: "checkout" },
      h("div", { class: "store-head" },
        h("a", { class: "button quiet icon-only", href: "#/stores", "aria-label": "Back to the stores" }, icon("back")),
        h("h1", { tabindex: -1 }, "Everything there?")),
      noticeBar(),
      h("div", { class: "columns" }, this.#lines(lines), h("div", { class: "column" },
        h("fieldset", { class: "ways-to-pay" }, h("legend", {}, "How would you like to pay?"),
          this.#choice("later", "later", "Pay later", "Here or at the depot's desk, by card or in cash, when your things are there."),
          cards.length > 0 && this.#choice("card", "card", "Pay by card now", "Your card is charged when everything is there, for what you really get.")),
        this.#way === "card" && cards.length > 0 && chooseCard(cards, this.#card, token => { this.#card = token; this.show(); }),
        h("div", { class: "actions" },
          h("button", {
            class: "primary huge", disabled: lines.length === 0 || (this.#way === "card" && !this.#card),
            onclick: () => shop.checkout(this.#way === "card" ? this.#card : undefined),
          }, `Order for ${money(shop.basket?.total)}`)))));
  }

  #lines(lines) {
    return h("ul", { class: "lines sheet" }, lines.map(line => h("li", { key: line.product_id },
      h("div", { class: "what" }, h("strong", {}, line.name), h("span", { class: "soft" }, `${line.store_name} · ${money(line.unit_price)} each`)),
      stepper(line, shop.units(line.product_id), shop.units(line.product_id) < 99),
      h("span", { class: "sum" }, money(times(line.unit_price, line.quantity))))),
    h("li", { class: "total", key: "total" }, h("span", {}, count(shop.unitsInBasket, "item")), h("strong", {}, money(shop.basket?.total))));
  }

  #choice(value, drawing, title, text) {
    return h("label", { class: "choice" },
      h("input", { type: "radio", name: "way", value, ".checked": this.#way === value, onchange: () => { this.#way = value; this.show(); } }),
      icon(drawing), h("span", {}, h("strong", {}, title), h("span", { class: "soft" }, text)));
  }

  #placing() {
    return h("section", { class: "checkout placing", role: "status" },
      h("h1", { tabindex: -1 }, "Placing your order ..."),
      h("span", { class: "spinner", "aria-hidden": "true" }),
      h("p", {}, shop.outbox.isStuck
        ? "The mall does not answer at the moment. We keep trying; your order is placed once, however often we ask."
        : "This takes a moment."));
  }

  #nothing() {
    return h("section", { class: "checkout placing" }, h("h1", { tabindex: -1 }, "Your basket is empty"),
      noticeBar(),
      h("button", { class: "primary huge", onclick: () => go("#/stores") }, "Go to the stores"));
  }
}

/// Test cards, for a shop that only simulates payments.
export const chooseCard = (cards, chosen, choose) => h("fieldset", { class: "test-cards" },
  h("legend", {}, "Test cards"),
  h("p", { class: "soft" }, "Payments are simulated here: no money moves."),
  h("div", { class: "card-row" }, cards.map(card => h("label", { class: "choice", key: card.card_token },
    h("input", { type: "radio", name: "card", value: card.card_token, ".checked": chosen === card.card_token, onchange: () => choose(card.card_token) }),
    icon("card"), h("span", {}, h("strong", {}, card.name))))));

customElements.define("checkout-view", CheckoutView);
