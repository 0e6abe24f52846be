// A button that does something at the server: says what, asks back where it cannot be undone, shows that it runs and
// what became of it, and is disabled with the reason for a role that may not.

import { h } from "./tree.js";
import { View } from "./view.js";
import { icon } from "./signs.js";
import { ask } from "./dialog.js";
import { newKey } from "./api.js";
import { may, reasonFor } from "./roles.js";
import { complain, tell } from "./notices.js";
import { Problem } from "./problem.js";

/**
 * `spec`: `{label, says, role, kind, why, ask, act(values, key), done(result)}`. `why`: a reason that it cannot be used
 * now. `ask`: a question as in dialog.js, without `act`. `done` returns what to tell.
 */
export const action = spec => h("mb-action", { ".spec": spec, key: spec.key ?? spec.label });

customElements.define("mb-action", class extends View {
  #busy = false;
  #spec = null;
  set spec(value) {
    this.#spec = value;
    if (this.isConnected) this.update();
  }

  render() {
    const { label, says, kind = "", drawn, role = "viewer", why, id } = this.#spec;
    const reason = !may(role) ? reasonFor(role) : why;
    return h("button", {
      type: "button", class: kind, id, title: reason ?? says, "aria-disabled": reason || this.#busy ? "true" : undefined,
      onclick: () => (reason ? complain({ title: `“${label}” cannot be used`, detail: reason }) : this.#run()),
    }, this.#busy ? h("span", { class: "spinner" }) : drawn ? icon(drawn) : null, h("span", {}, label));
  }

  async #run() {
    if (this.#busy) return;
    const spec = this.#spec;
    // A question shows by itself that something is under way.
    this.#busy = !spec.ask;
    this.update();
    try {
      const result = spec.ask ? await ask({ ...spec.ask, act: spec.act }) : await spec.act({}, newKey());
      if (result !== undefined) tell(spec.done?.(result) ?? `Done: ${spec.label}.`);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      complain(problem);
    } finally {
      this.#busy = false;
      this.update();
    }
  }
});
