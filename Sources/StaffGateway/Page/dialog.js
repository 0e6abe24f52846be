// A question that waits for an answer: says what will happen, takes what is needed, shows that it runs and what is wrong.

import { h } from "./tree.js";
import { View } from "./view.js";
import { newKey } from "./api.js";
import { errorOf, field, problemBox, valuesOf } from "./fields.js";

/**
 * Asks, and does it. `act(values, key)` is called with what was filled in and one idempotency key for all attempts; its
 * result is what this resolves to, undefined when it was left. `check(values)` may return what is wrong before anything
 * is sent; `live(values)` a node that follows what is typed.
 */
export function ask({ title, text, fields = [], confirm, cancel = "Leave it", danger = false, act, check, live }) {
  return new Promise(resolve => {
    const question = document.createElement("mb-question");
    Object.assign(question, { spec: { title, text, fields, confirm, cancel, danger, act, check, live }, resolve });
    document.body.append(question);
  });
}

customElements.define("mb-question", class extends View {
  #busy = false;
  #problem = null;
  #key = newKey();
  #values = {};

  begin() {
    for (const one of this.spec.fields) this.#values[one.name] = one.value;
    requestAnimationFrame(() => this.querySelector("dialog").showModal());
  }

  render() {
    const { title, text, fields, confirm, cancel, danger, live } = this.spec;
    return h("dialog", { "aria-labelledby": "question-title", oncancel: event => { if (this.#busy) event.preventDefault(); }, onclose: () => this.#leave() },
      h("form", { method: "dialog", novalidate: true, onsubmit: event => this.#submit(event), oninput: event => this.#typed(event) },
        h("h2", { id: "question-title" }, title),
        text ? h("p", {}, text) : null,
        problemBox(this.#problem),
        fields.map(one => field("question", one, errorOf(this.#problem, one.name))),
        live ? h("div", { "aria-live": "polite" }, live(this.#values)) : null,
        h("div", { class: "row end" },
          h("button", { type: "button", onclick: () => this.querySelector("dialog").close(), disabled: this.#busy }, cancel),
          h("button", { type: "submit", class: danger ? "danger" : "primary", "aria-disabled": this.#busy ? "true" : undefined, autofocus: !fields.length && !danger },
            this.#busy ? h("span", { class: "spinner" }) : null, this.#busy ? "Working …" : this.#problem?.kind === "unreachable" ? "Try again" : confirm))));
  }

  #typed(event) {
    this.#values = valuesOf(event.currentTarget);
    this.update();
  }

  async #submit(event) {
    event.preventDefault();
    if (this.#busy) return;
    const form = event.currentTarget;
    const values = valuesOf(form);
    this.#problem = missing(this.spec.fields, values) ?? this.spec.check?.(values) ?? null;
    if (this.#problem) return this.#showProblem();
    this.#busy = true;
    this.update();
    try {
      this.result = await this.spec.act(values, this.#key);
      this.querySelector("dialog").close();
    } catch (problem) {
      this.#problem = problem.title ? problem : { title: "This page has a fault", detail: `${problem.message}. Load the page again.`, fields: [] };
      // What was refused is not the same thing when it is sent again with other values.
      if (problem.kind !== "unreachable") this.#key = newKey();
      this.#showProblem();
    } finally {
      this.#busy = false;
      this.update();
    }
  }

  #showProblem() {
    this.update();
    requestAnimationFrame(() => this.querySelector("[aria-invalid=true]")?.focus());
  }

  #leave() {
    this.resolve(this.result);
    this.remove();
  }
});

/** What a form lacks, as a problem; null when nothing. */
export function missing(fields, values) {
  const lacking = fields.filter(one => one.required && one.type !== "checkbox" && !values[one.name]);
  if (!lacking.length) return null;
  return {
    title: "Something is missing", detail: "Fill in what is marked below.",
    fields: lacking.map(one => ({ field: one.name, message: "is needed" })),
  };
}

/** A problem found before anything is sent. */
export const wrong = (name, message) => ({ title: "Something is wrong", detail: "Correct what is marked below.", fields: [{ field: name, message }] });
