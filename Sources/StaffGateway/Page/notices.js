// What became of what somebody did, told where eyes and screen readers find it.

import { h } from "./tree.js";
import { View } from "./view.js";
import { sign } from "./signs.js";

const stayMs = 7000;
let shown = [];
let nextID = 1;
let region = null;

/** Tells that something is done. */
export function tell(text) { add({ tone: "good", sign: "check", title: text }, stayMs); }

/** Tells what is wrong and what to do; stays until it is closed. */
export function complain(problem) {
  const fields = (problem.fields ?? []).map(one => `${one.field} ${one.message}`).join("; ");
  const detail = [problem.detail, fields].filter(Boolean).join(" ");
  add({ tone: "bad", sign: "alert", title: problem.title ?? String(problem.message ?? problem), detail }, 0);
}

/** Nothing of one person's work is left for the next. */
export function clearNotices() { shown = []; region?.update(); }

function add(notice, stays) {
  const one = { ...notice, id: nextID++ };
  shown = [...shown.slice(-3), one];
  region?.update();
  if (stays) setTimeout(() => drop(one), stays);
}

function drop(notice) {
  shown = shown.filter(one => one !== notice);
  region?.update();
}

customElements.define("mb-notices", class extends View {
  begin() {
    region = this;
    this.setAttribute("role", "status");
    this.setAttribute("aria-live", "polite");
  }
  render() {
    return shown.map(notice => h("div", { class: `notice ${notice.tone}`, key: notice.id },
      sign(notice.sign),
      h("div", {}, h("strong", {}, notice.title), notice.detail ? h("p", {}, notice.detail) : null),
      h("button", { class: "plain small", type: "button", onclick: () => drop(notice), "aria-label": `Close: ${notice.title}` }, "Close")));
  }
});
