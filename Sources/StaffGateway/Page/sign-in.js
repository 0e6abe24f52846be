// Signing in; and, as long as there is nobody, making the first user with the token that the server printed.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { call } from "./api.js";
import { errorOf, field, problemBox, valuesOf } from "./fields.js";
import { missing, wrong } from "./dialog.js";
import { setupToken } from "./routes.js";

const signInFields = [
  { name: "name", label: "Name", required: true, autocomplete: "username", autocapitalize: "none", spellcheck: "false" },
  { name: "password", label: "Password", required: true, type: "password", autocomplete: "current-password" },
];
const setupFields = [
  { name: "token", label: "First-run token", required: true, hint: "The server printed it when it started.", spellcheck: "false" },
  { name: "name", label: "Your name", required: true, autocomplete: "username", autocapitalize: "none", hint: "1 to 32 letters, digits, “.”, “-” or “_”." },
  { name: "password", label: "Password", required: true, type: "password", autocomplete: "new-password", hint: "10 to 128 characters." },
  { name: "again", label: "Password again", required: true, type: "password", autocomplete: "new-password" },
];

customElements.define("mb-sign-in", class extends View {
  #busy = false;
  #problem = null;
  #waitUntil = 0;

  begin() {
    requestAnimationFrame(() => this.querySelector("input:not([value])")?.focus());
  }

  render() {
    const setup = app.session.needs_setup;
    const wait = Math.ceil((this.#waitUntil - Date.now()) / 1000);
    const token = setupToken(location.hash);
    const fields = setup ? setupFields.map(one => (one.name === "token" ? { ...one, value: token } : one)) : signInFields;
    return h("section", { class: "card lone" },
      h("img", { src: "/assets/icon.svg", alt: "", width: 44, height: 44 }),
      h("h1", {}, setup ? "Make the first user" : `Sign in${app.session.mall_name ? ` to ${app.session.mall_name}` : ""}`),
      setup ? h("p", {}, "Nobody can sign in yet. The first user is a manager, who can add the others.") : null,
      app.farewell && !this.#problem ? h("p", { class: "note", role: "status" }, app.farewell) : null,
      !setup && token ? h("p", { class: "note" }, "There are users already: the first-run token is of no use any more.") : null,
      problemBox(this.#problem),
      h("form", { key: setup ? "setup" : "sign-in", novalidate: true, onsubmit: event => this.#submit(event, setup) },
        fields.map(one => field("sign-in", one, errorOf(this.#problem, one.name))),
        h("button", { type: "submit", class: "primary full", "aria-disabled": this.#busy || wait > 0 ? "true" : undefined },
          this.#busy ? h("span", { class: "spinner" }) : null,
          this.#busy ? "Signing in …" : wait > 0 ? `Wait ${wait} s` : setup ? "Make the user and sign in" : "Sign in")));
  }

  async #submit(event, setup) {
    event.preventDefault();
    if (this.#busy || this.#waitUntil > Date.now()) return;
    const form = event.currentTarget;
    const values = valuesOf(form);
    this.#problem = missing(setup ? setupFields : signInFields, values);
    if (!this.#problem && setup && values.password !== values.again) this.#problem = wrong("again", "is not the same as above");
    if (this.#problem) return this.#show();
    this.#busy = true;
    this.update();
    try {
      const { name, password, token } = values;
      const { body } = await call("POST", setup ? "/setup" : "/session", { body: setup ? { token, name, password } : { name, password }, quiet: true });
      if (location.hash.startsWith("#setup=")) history.replaceState(null, "", "/#/overview");
      app.enter(body);
    } catch (problem) {
      this.#problem = problem;
      if (problem.retryAfter) this.#waitUntil = Date.now() + problem.retryAfter * 1000;
      if (problem.kind === "wrong-password") form.elements.password.value = "";
      this.#show();
    } finally {
      this.#busy = false;
      this.update();
    }
  }

  #show() {
    this.update();
    requestAnimationFrame(() => (this.querySelector("[aria-invalid=true]") ?? this.querySelector("input[type=password]"))?.focus());
  }
});
