// Form fields with labels, hints and errors that belong to them.

import { h } from "./tree.js";

/**
 * A field: `{name, label, type, value, hint, required, options: [[value, word]], ...}`; what else it has becomes
 * attributes of the control. `error` is what the server found wrong.
 */
export function field(prefix, { name, label, hint, options, value, type = "text", ...rest }, error) {
  const id = `${prefix}-${name}`;
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  const common = { id, name, "aria-describedby": described, "aria-invalid": error ? "true" : undefined, ...rest };
  if (type === "checkbox") {
    return h("div", { class: "field check", key: name },
      h("label", {}, h("input", { type, ...common, ref: box => { box.checked = Boolean(value); } }), h("span", {}, label)),
      hint ? h("p", { class: "hint", id: `${id}-hint` }, hint) : null);
  }
  const control = options
    ? h("select", { ...common, value: value ?? options[0]?.[0] }, options.map(([each, word]) => h("option", { value: each }, word)))
    : type === "area"
      ? h("textarea", { ...common, rows: 2, value })
      : h("input", { type, autocomplete: "off", ...common, value });
  return h("div", { class: "field", key: name },
    h("label", { for: id }, label, rest.required ? null : h("span", { class: "optional" }, " optional")),
    control,
    hint ? h("p", { class: "hint", id: `${id}-hint` }, hint) : null,
    error ? h("p", { class: "error", id: `${id}-error` }, `“${label}” ${error}.`) : null);
}

/** What a form holds, by name; a checkbox is true or false, everything else text without blanks around it. */
export function valuesOf(form) {
  const values = {};
  for (const control of form.elements) {
    if (!control.name) continue;
    values[control.name] = control.type === "checkbox" ? control.checked
      : control.type === "password" ? control.value : control.value.trim();
  }
  return values;
}

/** A problem as it stands above a form. */
export function problemBox(problem) {
  if (!problem) return null;
  return h("div", { class: "problem", role: "alert", key: "problem" }, h("strong", {}, problem.title), h("p", {}, problem.detail));
}

/** What a problem says of one field. */
export const errorOf = (problem, name) => problem?.fields?.find(one => one.field === name)?.message;
