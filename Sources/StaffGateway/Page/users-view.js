// Who may sign in, as what; a manager adds, changes, disables and removes.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { get, part, patchJSON, post, remove } from "./api.js";
import { action } from "./action.js";
import { mark } from "./signs.js";
import { ago, clock } from "./format.js";
import { roles, roleWords } from "./roles.js";
import { problemBox } from "./fields.js";
import { table } from "./tables.js";

const roleField = value => ({ name: "role", label: "Role", required: true, value, options: roles.map(role => [role, `${role}: ${roleWords[role]}`]) });
const passwordField = label => ({ name: "password", label, type: "password", required: true, autocomplete: "new-password", hint: "10 to 128 characters. Tell it to the user, who can change it." });

customElements.define("mb-users", class extends View {
  #users = null;
  #problem = null;

  begin() { void this.#load(); }

  render() {
    const now = app.now();
    return [
      h("div", { class: "row between", key: "head" }, h("h1", {}, "Users"), this.#add()),
      problemBox(this.#problem),
      this.#problem ? h("button", { type: "button", key: "again", onclick: () => this.#load() }, "Try again") : null,
      !this.#users && !this.#problem ? h("p", { class: "loading", role: "status", key: "loading" }, h("span", { class: "spinner" }), "Loading users …") : null,
      this.#users ? table("Users", ["Name", "Role", "May sign in", "Signed in", "Since", "Change"], this.#users.map(user => ({
        key: user.name,
        cells: [
          [user.name, user.name === app.session.user?.name ? h("span", { class: "quiet" }, " (you)") : null], user.role,
          user.disabled ? mark("bad", "cross", "disabled") : mark("good", "check", "yes"),
          h("span", { title: clock(user.last_signed_in_at, now) }, user.last_signed_in_at ? ago(user.last_signed_in_at, now) : "never"),
          clock(user.created_at, now), h("span", { class: "row tight" }, this.#change(user)),
        ],
      }))) : null,
    ];
  }

  #add() {
    return action({
      label: "Add a user …", role: "manager", says: "Makes somebody able to sign in",
      ask: {
        title: "Add a user", confirm: "Add the user",
        fields: [
          { name: "name", label: "Name", required: true, autocapitalize: "none", spellcheck: "false", hint: "1 to 32 letters, digits, “.”, “-” or “_”." },
          roleField("viewer"), passwordField("First password"),
        ],
      },
      act: (values, key) => this.#then(post("/users", values, key)),
      done: user => `${user.name} can sign in.`,
    });
  }

  #change(user) {
    const at = `/users/${part(user.name)}`;
    const self = user.name === app.session.user?.name;
    return [
      action({
        key: "role", label: "Role …", kind: "small", role: "manager", says: "Changes what the user may",
        ask: { title: `Role of ${user.name}`, confirm: "Change it", fields: [roleField(user.role)], text: self ? "This is you: with a lower role you cannot change it back." : undefined },
        act: values => this.#then(patchJSON(at, values)), done: now => `${now.name} is a ${now.role} now.`,
      }),
      action({
        key: "password", label: "Password …", kind: "small", role: "manager", says: "Gives the user a new password",
        ask: { title: `New password for ${user.name}`, confirm: "Set it", fields: [passwordField("New password")], text: "The user is signed out everywhere." },
        act: values => this.#then(patchJSON(at, values)), done: now => `${now.name} has a new password.`,
      }),
      user.disabled
        ? action({ key: "able", label: "Enable", kind: "small", role: "manager", says: "The user may sign in again", act: () => this.#then(patchJSON(at, { disabled: false })), done: now => `${now.name} may sign in again.` })
        : action({
          key: "able", label: "Disable …", kind: "small", role: "manager", says: "The user may not sign in any more",
          ask: { title: `Disable ${user.name}?`, text: "The user is signed out at once and may not sign in until enabled again.", confirm: "Disable", danger: true },
          act: () => this.#then(patchJSON(at, { disabled: true })), done: now => `${now.name} may not sign in any more.`,
        }),
      action({
        key: "remove", label: "Remove …", kind: "small danger", role: "manager", why: self ? "Nobody removes themselves; another manager can." : undefined, says: "Takes the user away for good",
        ask: { title: `Remove ${user.name}?`, text: "The user is signed out at once. What the user did stays in the audit log. This cannot be undone.", confirm: "Remove", cancel: "Keep", danger: true },
        act: () => this.#then(remove(at).then(() => true)), done: () => `${user.name} is removed.`,
      }),
    ];
  }

  async #then(doing) {
    const result = await doing;
    void this.#load();
    return result;
  }

  async #load() {
    try {
      this.#users = (await get("/users")).users;
      this.#problem = null;
    } catch (problem) {
      this.#problem = problem;
    }
    this.update();
  }
});
