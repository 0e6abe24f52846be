// Finding an order again by its pickup code, with keys on the screen for those who have no others.

import { h, View } from "./dom.js";
import { icon } from "./icons.js";
import { shop } from "./shop.js";

/// What codes are made of: nothing that is easily confused.
const KEYS = [..."23456789ABCDEFGHJKMNPQRSTVWXYZ"];
const LENGTH = 6;

class FindView extends View {
  source = shop;
  #code = "";
  #words = null;
  #isLooking = false;

  view() {
    return h("section", { class: "find" },
      h("h1", { tabindex: -1 }, "What is your pickup code?"),
      h("p", { class: "lead" }, "Six letters and digits, from the screen on which you ordered."),
      h("form", { onsubmit: event => { event.preventDefault(); this.#look(); } },
        h("label", { for: "code", class: "hidden" }, "Pickup code"),
        h("input", {
          id: "code", class: "code", ".value": this.#code, autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: 9,
          "aria-describedby": "find-result", placeholder: "······", oninput: event => this.#type(event.target.value),
        }),
        h("div", { class: "keys", role: "group", "aria-label": "Letters and digits" },
          KEYS.map(key => h("button", { type: "button", key, onclick: () => this.#type(this.#code + key) }, key)),
          h("button", { type: "button", key: "back", class: "wide", "aria-label": "Delete the last character", onclick: () => this.#type(this.#code.slice(0, -1)) }, icon("back"))),
        h("p", { id: "find-result", class: this.#words ? "notice bad" : "notice none", role: "alert" }, this.#words ?? ""),
        h("div", { class: "actions" },
          h("a", { class: "button quiet", href: "#/" }, "Back"),
          h("button", { class: "primary huge", disabled: this.#code.length < LENGTH || this.#isLooking }, this.#isLooking ? "Looking ..." : "Find my order"))));
  }

  #type(text) {
    this.#code = text.toUpperCase().replace(/[^0-9A-Z]/g, "").slice(0, LENGTH);
    this.#words = null;
    this.show();
  }

  async #look() {
    if (this.#code.length < LENGTH || this.#isLooking) return;
    this.#isLooking = true;
    this.show();
    this.#words = await shop.find(this.#code);
    this.#isLooking = false;
    if (this.isConnected) this.show();
  }
}

customElements.define("find-view", FindView);
