// Who is signed in: what the role may, the password, signing out.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { call } from "./api.js";
import { action } from "./action.js";
import { wrong } from "./dialog.js";
import { roles, roleWords } from "./roles.js";

customElements.define("mb-account", class extends View {
  render() {
    const { name, role } = app.session.user ?? {};
    return [
      h("h1", {}, "Your account"),
      h("section", { class: "card narrow" },
        h("h2", {}, name),
        h("p", {}, `You are a ${role}.`),
        h("ul", { class: "plain" }, roles.map(each => h("li", { class: each === role ? "strong" : "" }, `A ${each} ${roleWords[each]}.`))),
        h("div", { class: "row" },
          action({
            label: "Change password …", says: "Your other sessions end; this one stays",
            ask: {
              title: "Change your password", text: "Wherever else you are signed in, you are signed out.", confirm: "Change it",
              fields: [
                { name: "current_password", label: "Present password", type: "password", required: true, autocomplete: "current-password" },
                { name: "new_password", label: "New password", type: "password", required: true, autocomplete: "new-password", hint: "10 to 128 characters, not your name." },
                { name: "again", label: "New password again", type: "password", required: true, autocomplete: "new-password" },
              ],
              check: values => (values.new_password !== values.again ? wrong("again", "is not the same as above") : null),
            },
            act: async ({ current_password, new_password }) => {
              await call("PUT", "/session/password", { body: { current_password, new_password } });
              return true;
            },
            done: () => "Your password is changed.",
          }),
          h("button", { type: "button", onclick: () => app.signOut() }, "Sign out"))),
    ];
  }
});
