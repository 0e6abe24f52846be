// Building the page: descriptions of elements, and what makes a part of the document agree with one.
//
// A view says what it looks like now; `patch` changes only what differs, so focus, scrolling and running transitions stay.

const SVG = "http://www.w3.org/2000/svg";

/// Describes an element. In `props`, what begins with "on" is a handler, with "." a property, the rest are attributes;
/// `key` names a child among its siblings. Children that are null or false are left out.
export function h(tag, props, ...children) {
  return { tag, props: props ?? {}, children: children.flat(Infinity).filter(child => child != null && child !== false && child !== true) };
}

/// Makes the children of `parent` agree with the descriptions.
export function patch(parent, descriptions) {
  const namespace = parent.namespaceURI === SVG && parent.localName !== "foreignObject" ? SVG : null;
  const keyed = new Map();
  for (const child of parent.childNodes) if (child.mallKey !== undefined) keyed.set(child.mallKey, child);
  let place = parent.firstChild;
  for (const description of descriptions) {
    const node = reuse(description, place, keyed) ?? create(description, namespace);
    update(node, description);
    if (node !== place) parent.insertBefore(node, place);
    else place = place.nextSibling;
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

function reuse(description, place, keyed) {
  if (typeof description !== "object") return place?.nodeType === Node.TEXT_NODE ? place : null;
  const { key } = description.props;
  const node = key === undefined ? place : keyed.get(key);
  const fits = node?.nodeType === Node.ELEMENT_NODE && node.localName === description.tag && node.mallKey === key;
  return fits ? node : null;
}

function create(description, namespace) {
  if (typeof description !== "object") return document.createTextNode("");
  const space = description.tag === "svg" ? SVG : namespace;
  const node = space ? document.createElementNS(space, description.tag) : document.createElement(description.tag);
  if (description.props.key !== undefined) node.mallKey = description.props.key;
  return node;
}

function update(node, description) {
  if (typeof description !== "object") {
    if (node.data !== String(description)) node.data = String(description);
    return;
  }
  const before = node.mallProps ?? {};
  const { props, children } = description;
  for (const name of Object.keys(before)) if (!(name in props)) set(node, name, undefined);
  for (const [name, value] of Object.entries(props)) if (before[name] !== value || name === ".value") set(node, name, value);
  node.mallProps = props;
  // An element of ours fills itself.
  if (!(node instanceof View)) patch(node, children);
}

function set(node, name, value) {
  if (name === "key") return;
  if (name.startsWith("on")) node[name] = value ?? null;
  else if (name.startsWith(".")) {
    if (node[name.slice(1)] !== value) node[name.slice(1)] = value;
  } else if (name === "style") {
    for (const [property, text] of Object.entries(value ?? {})) node.style.setProperty(property, text);
  } else if (value == null || value === false) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "" : value);
}

/// An element of the page. It shows itself again, at most once a frame, whenever what it shows may have changed.
export class View extends HTMLElement {
  #due = false;

  connectedCallback() {
    this.stop = this.source?.subscribe(() => this.refresh());
    this.show();
  }

  disconnectedCallback() { this.stop?.(); }

  refresh() {
    if (this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      if (this.isConnected) this.show();
    });
  }

  show() {
    const view = this.view();
    patch(this, Array.isArray(view) ? view.flat(Infinity).filter(Boolean) : [view]);
  }
}
