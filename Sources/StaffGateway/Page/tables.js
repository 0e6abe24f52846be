// Tables that a phone can show: where there is no room, each row becomes a card with its columns' names in it.

import { h } from "./tree.js";

/**
 * `columns`: names, or `[name, "number"]` for figures. `rows`: `{key, class, cells}`; the first cell names the row, unless
 * `head` says which does. Roles are spelled out, because rows that are laid out as cards would lose theirs.
 */
export function table(label, columns, rows, { flush = true, head = 0 } = {}) {
  const names = columns.map(column => (Array.isArray(column) ? column : [column, ""]));
  return h("div", { class: `${flush ? "card flush " : ""}scroll`, tabindex: "0", role: "region", "aria-label": label, key: label }, h("table", { role: "table", "aria-label": label },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, names.map(([name, kind]) => h("th", { scope: "col", role: "columnheader", class: kind }, name)))),
    h("tbody", { role: "rowgroup" }, rows.map(row => h("tr", { key: row.key, role: "row", class: row.class },
      row.cells.map((cell, at) => (at === head
        ? h("th", { scope: "row", role: "rowheader", key: at }, h("span", {}, cell))
        : h("td", { role: "cell", key: at, class: names[at][1], "data-name": names[at][0] }, h("span", {}, cell)))))))));
}
