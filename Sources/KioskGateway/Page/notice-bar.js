// What the customer should know, and how to put it away.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { shop } from "./shop.js";

export const noticeBar = () => h("div", { class: "notices", "aria-live": "polite", key: "notices" },
  shop.notice && h("div", { class: `notice ${shop.notice.tone}` },
    icon(shop.notice.tone === "good" ? "check" : "ticket"), h("p", {}, shop.notice.text),
    h("button", { class: "quiet icon-only", "aria-label": "Close this message", onclick: () => shop.tell() }, icon("cross"))));
