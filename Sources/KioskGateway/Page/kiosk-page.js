// The page: which view is shown, and what is around it.

import { h, View } from "./dom.js";
import { icon } from "./icons.js";
import { noticeBar } from "./notice-bar.js";
import { go, shop } from "./shop.js";
import "./attract-view.js";
import "./stores-view.js";
import "./products-view.js";
import "./basket-panel.js";
import "./checkout-view.js";
import "./order-view.js";
import "./find-view.js";
import "./idle-guard.js";

/// The view of an address: its element, its title, and whether the basket stands beside it.
function route(hash) {
  const [, name = "", argument = ""] = hash.split("/");
  const text = decodeURIComponent(argument);
  switch (name) {
  case "stores": return { tag: "stores-view", title: "Stores", basket: true };
  case "store": return { tag: "products-view", title: "Products", basket: true, props: { ".store": text, ".words": "" } };
  case "search": return { tag: "products-view", title: "Search", basket: true, props: { ".store": "", ".words": text } };
  case "checkout": return { tag: "checkout-view", title: "Checkout" };
  case "order": return { tag: "order-view", title: "Your order" };
  case "find": return { tag: "find-view", title: "Find your order" };
  default: return { tag: "attract-view", title: "Welcome", bare: true };
  }
}

class KioskPage extends View {
  source = shop;

  connectedCallback() {
    // A reload finds the customer where they were; nobody's kiosk begins at the beginning.
    if (!shop.session.basketID && !shop.session.orderID && !shop.outbox.has("checkout")) go("#/");
    if (shop.session.orderID && !location.hash.startsWith("#/order")) go("#/order");
    addEventListener("hashchange", () => {
      shop.notice = null;
      this.show();
      this.querySelector("main")?.scrollTo(0, 0);
      scrollTo(0, 0);
      // So that a keyboard goes on from here, and a screen reader says where it is.
      this.querySelector("h1")?.focus({ preventScroll: true });
    });
    super.connectedCallback();
    shop.start().catch(error => console.error(error));
  }

  view() {
    const { tag, title, basket, bare, props } = route(location.hash);
    const mall = shop.settings?.mall_name;
    document.title = mall ? `${title} · ${mall}` : title;
    return [
      shop.isOffline && offline(),
      !bare && header(tag),
      h("div", { class: basket ? "frame with-basket" : "frame" },
        h("main", { class: bare ? "bare" : "" },
          !bare && tag !== "checkout-view" && tag !== "order-view" && noticeBar(), h(tag, { ...props, key: tag })),
        basket && h("basket-panel", { key: "basket" })),
      h("idle-guard", { key: "idle" }),
    ];
  }
}

const offline = () => h("div", { class: "offline", role: "alert", key: "offline" }, icon("cloud"),
  h("p", {}, h("strong", {}, "The mall cannot be reached."),
    shop.isPaying
      ? " What you ordered is not lost and nothing is done twice: it is sent again until there is an answer."
      : " It is tried again every few seconds; your basket is kept."),
  h("button", { class: "quiet", onclick: () => shop.retry() }, "Try now"));

function header(tag) {
  const words = tag === "products-view" && location.hash.startsWith("#/search/") ? decodeURIComponent(location.hash.slice(9)) : "";
  return h("header", { class: "top", key: "header" },
    h("a", { class: "home", href: shop.order ? "#/order" : "#/stores" }, icon("basket"),
      h("span", {}, shop.settings?.mall_name ?? "Welcome")),
    tag !== "order-view" && tag !== "checkout-view" && search(words),
    tag !== "order-view" && tag !== "find-view" &&
      h("a", { class: "button quiet", href: "#/find" }, icon("ticket"), h("span", { class: "label" }, "Find my order")));
}

let typing;
const search = words => h("form", {
  class: "search", role: "search", key: "search",
  onsubmit: event => {
    event.preventDefault();
    seek(event.target.q.value, 0);
    // The keyboard on the screen has done its part.
    event.target.q.blur();
  },
}, h("label", { for: "q", class: "hidden" }, "Search all stores"), icon("search"),
h("input", {
  id: "q", name: "q", type: "search", placeholder: "Search all stores", autocomplete: "off", maxlength: 50, enterkeyhint: "search",
  value: words, oninput: event => seek(event.target.value, 250),
}));

function seek(words, wait) {
  clearTimeout(typing);
  typing = setTimeout(() => {
    const trimmed = words.trim();
    const hash = trimmed ? `#/search/${encodeURIComponent(trimmed)}` : "#/stores";
    // While typing, one search takes the other's place: going back does not spell the word backwards.
    history.replaceState(null, "", hash);
    document.querySelector("kiosk-page").show();
  }, wait);
}

customElements.define("kiosk-page", KioskPage);
