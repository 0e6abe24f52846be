// What a view shows, as a value, and the least change to the document that shows it. Keeps focus, scroll and what is
// being typed, because an element stays as long as its name and key do. Nothing here reads HTML text, so no data can
// become markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * A node: `h("button", { class: "primary", onclick: save, key: 1 }, "Save")`.
 * Props: `on…` are handlers; `.name` sets a property of the element; `key` names it among its siblings; `ref` is called
 * with the element when it is made; false, null and undefined leave an attribute out. Children may be nested lists.
 */
export function h(name, props, ...children) {
  return { name, props: props ?? {}, children: flat(children) };
}

function flat(list) {
  const out = [];
  for (const child of list.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === true) continue;
    if (typeof child === "object") out.push(child);
    else if (typeof out.at(-1) === "string") out[out.length - 1] += String(child);
    else out.push(String(child));
  }
  return out;
}

/** Makes the children of `parent` what `children` says. */
export function patch(parent, children, svg = parent.namespaceURI === SVG) {
  const wanted = flat([children]);
  const had = parent.mbChildren ?? [];
  const keyed = new Map();
  const loose = new Map();
  for (const one of had) {
    const key = keyOf(one.node);
    if (key !== undefined) keyed.set(key, one);
    else push(loose, nameOf(one.node), one);
  }
  const now = wanted.map(node => {
    const key = keyOf(node);
    let old = key !== undefined ? keyed.get(key) : loose.get(nameOf(node))?.shift();
    if (key !== undefined) keyed.delete(key);
    if (old && nameOf(old.node) !== nameOf(node)) old = undefined;
    return old ? change(old, node, svg) : make(node, svg);
  });
  const kept = new Set(now.map(one => one.element));
  for (const one of had) if (!kept.has(one.element)) one.element.remove();
  let before = parent.firstChild;
  for (const one of now) {
    if (one.element === before) before = before.nextSibling;
    else parent.insertBefore(one.element, before);
  }
  parent.mbChildren = now;
}

const keyOf = node => (typeof node === "string" ? undefined : node.props.key);
const nameOf = node => (typeof node === "string" ? "#text" : node.name);
const push = (map, key, value) => map.has(key) ? map.get(key).push(value) : map.set(key, [value]);

function make(node, svg) {
  if (typeof node === "string") return { node, element: document.createTextNode(node) };
  const inside = svg || node.name === "svg";
  const element = inside ? document.createElementNS(SVG, node.name) : document.createElement(node.name);
  setAll(element, {}, node.props);
  if (!node.name.includes("-")) patch(element, node.children, inside && node.name !== "foreignObject");
  // A list's choice can be set only once its choices are there.
  if (node.name === "select" && node.props.value !== undefined) element.value = node.props.value;
  node.props.ref?.(element);
  return { node, element };
}

function change(old, node, svg) {
  const { element } = old;
  if (typeof node === "string") {
    if (old.node !== node) element.data = node;
    return { node, element };
  }
  const inside = svg || node.name === "svg";
  // An element with a life of its own looks after what is in it.
  if (!node.name.includes("-")) patch(element, node.children, inside && node.name !== "foreignObject");
  setAll(element, old.node.props, node.props);
  return { node, element };
}

function setAll(element, was, is) {
  for (const name in was) if (!(name in is)) set(element, name, undefined, was[name]);
  for (const name in is) if (was[name] !== is[name]) set(element, name, is[name], was[name]);
}

function set(element, name, value) {
  if (name === "key" || name === "ref") return;
  if (name.startsWith("on")) element[name] = value ?? null;
  else if (name.startsWith(".")) element[name.slice(1)] = value;
  else if (name === "value" || name === "checked") element[name] = value ?? "";
  else if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}
