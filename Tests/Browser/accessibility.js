// What can be seen of a page's accessibility from inside it: returns a list of what is wrong, each as one line.
() => {
  const wrong = [];
  const say = (element, what) => wrong.push(`${name(element)}: ${what}`);
  const name = element => {
    const words = (element.getAttribute?.("aria-label") || element.textContent || "").trim().replace(/\s+/g, " ").slice(0, 40);
    const id = element.id ? `#${element.id}` : "";
    const classes = element.getAttribute?.("class") ? `.${element.getAttribute("class").trim().replace(/\s+/g, ".")}` : "";
    return `<${element.tagName.toLowerCase()}${id}${classes}>${words ? ` “${words}”` : ""}`;
  };
  // A dialog that is open as a modal makes the rest of the page inert.
  const modal = [...document.querySelectorAll("dialog[open]")].filter(dialog => dialog.matches(":modal")).at(-1);
  const root = modal ?? document;
  const seen = element => {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) return false;
    for (let at = element; at; at = at.parentElement) {
      const clip = getComputedStyle(at);
      if (clip.clipPath === "inset(50%)") return false;
    }
    return box.right > 0 && box.bottom + scrollY > 0;
  };
  const hidden = element => element.closest("[aria-hidden=true], [inert]") !== null;
  const all = selector => [...root.querySelectorAll(selector)].filter(element => seen(element));

  // --- the document ---
  if (!document.documentElement.lang) wrong.push("the document has no language");
  if (!document.title.trim()) wrong.push("the document has no title");
  const viewport = document.querySelector("meta[name=viewport]")?.content ?? "";
  if (/user-scalable\s*=\s*(no|0)|maximum-scale\s*=\s*1\b/.test(viewport)) wrong.push("the viewport forbids zooming");
  if (document.documentElement.scrollWidth > innerWidth + 1) {
    const widest = all("body *").filter(element => element.getBoundingClientRect().right > innerWidth + 1)[0];
    wrong.push(`the page is ${document.documentElement.scrollWidth} px wide on a screen of ${innerWidth}${widest ? `, because of ${name(widest)}` : ""}`);
  }

  // --- landmarks and headings ---
  if (!modal) {
    const mains = all("main, [role=main]");
    if (mains.length !== 1) wrong.push(`there are ${mains.length} main landmarks instead of one`);
    for (const nav of all("nav, aside, [role=region]")) if (!label(nav)) say(nav, "is a landmark without a name");
    // A heading that only screen readers get counts as well.
    const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(element => element.checkVisibility({ visibilityProperty: true }) && !hidden(element));
    if (headings.filter(heading => heading.tagName === "H1").length !== 1) wrong.push(`there are ${headings.filter(h => h.tagName === "H1").length} first headings (h1) instead of one`);
    let level = 0;
    for (const heading of headings) {
      const now = Number(heading.tagName[1]);
      if (now > level + 1) say(heading, `is a heading of level ${now} after one of level ${level}`);
      if (!heading.textContent.trim()) say(heading, "is a heading without words");
      level = now;
    }
  }

  // --- ids and what refers to them ---
  const ids = new Map();
  for (const element of document.querySelectorAll("[id]")) ids.set(element.id, (ids.get(element.id) ?? 0) + 1);
  for (const [id, times] of ids) if (times > 1) wrong.push(`the id “${id}” is there ${times} times`);
  for (const attribute of ["aria-labelledby", "aria-describedby", "aria-controls", "for"]) {
    for (const element of document.querySelectorAll(`[${attribute}]`)) {
      for (const id of element.getAttribute(attribute).split(/\s+/)) if (!ids.has(id)) say(element, `${attribute} names “${id}”, which is not there`);
    }
  }

  // --- names of controls and pictures ---
  const controls = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex='-1']), [role=button], [role=link], [role=tab], [role=checkbox]";
  for (const control of all(controls)) {
    if (hidden(control)) say(control, "can be operated but is hidden from screen readers");
    else if (!label(control)) say(control, "has no name");
  }
  for (const picture of all("img")) if (!picture.hasAttribute("alt")) say(picture, "has no alternative text (alt)");
  for (const drawing of all("svg")) {
    if (drawing.parentElement.closest("svg") || hidden(drawing)) continue;
    if (!drawing.getAttribute("role") || !label(drawing)) say(drawing, "is a drawing with neither a role and a name nor aria-hidden");
  }
  const known = new Set("alert button cell checkbox columnheader dialog form grid group heading img link list listitem log main menu menuitem meter navigation none note option presentation progressbar radio radiogroup region row rowgroup rowheader search searchbox separator spinbutton status switch tab table tablist tabpanel textbox timer toolbar tooltip banner contentinfo complementary article".split(" "));
  for (const element of all("[role]")) if (!known.has(element.getAttribute("role"))) say(element, `has an unknown role “${element.getAttribute("role")}”`);
  for (const item of all("li")) if (!item.parentElement.matches("ul, ol, menu, [role=list]")) say(item, "is a list's item outside a list");
  for (const table of all("table")) if (!table.querySelector("th")) say(table, "is a table without header cells");

  // --- sizes of targets: WCAG 2.2, 2.5.8 ---
  for (const control of all(controls)) {
    if (hidden(control) || control.matches("[role=region], pre, main, h1, h2, li")) continue;
    // A link in a line of text is as high as the line.
    if (control.tagName === "A" && getComputedStyle(control).display === "inline") continue;
    const box = (control.closest("label") ?? control).getBoundingClientRect();
    if (box.width < 23.5 || box.height < 23.5) say(control, `is a target of ${Math.round(box.width)} by ${Math.round(box.height)} px, less than 24 by 24`);
  }

  // --- contrast: WCAG 2.2, 1.4.3 and 1.4.11 ---
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const colours = new Map();
  const colour = text => {
    if (!colours.has(text)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = text;
      pen.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
      colours.set(text, [r, g, b, a / 255]);
    }
    return colours.get(text);
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const light = rgb => {
    const [r, g, b] = rgb.slice(0, 3).map(part => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [high, low] = [light(a), light(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  // What lies under an element: its own background and its ancestors', as far as they shine through.
  const ground = element => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== "none") return null;
      const [r, g, b, a] = colour(style.backgroundColor);
      if (a > 0) layers.push([r, g, b, a]);
      if (a === 1) break;
    }
    const scheme = colour("Canvas");
    return layers.reverse().reduce((under, layer) => over(layer, under), scheme);
  };
  const opacity = element => {
    let all = 1;
    for (let at = element; at; at = at.parentElement) all *= Number(getComputedStyle(at).opacity);
    return all;
  };
  const told = new Set();
  const walker = document.createTreeWalker(root === document ? document.body : root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    const element = text.parentElement;
    if (!text.data.trim() || !seen(element) || element.closest("script, style, noscript, option")) continue;
    // What cannot be used now need not be easy to read; where it explains itself it should be.
    if (element.closest(":disabled")) continue;
    const style = getComputedStyle(element);
    const drawn = element.namespaceURI.endsWith("svg");
    let under = ground(drawn ? element.closest("svg").parentElement : element);
    // Words on a drawing have an outline of the ground's colour.
    if (drawn && style.stroke !== "none" && under) under = over(colour(style.stroke), under);
    if (!under) continue;
    const [r, g, b, a] = colour(drawn ? style.fill : style.color);
    const shown = over([r, g, b, a * opacity(element)], under);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const has = ratio(shown, under);
    const key = `${name(element)} ${has.toFixed(2)}`;
    if (has < (large ? 3 : 4.5) - 0.005 && !told.has(key)) {
      told.add(key);
      say(element, `has a contrast of ${has.toFixed(2)}, less than ${large ? 3 : 4.5}`);
    }
  }
  for (const field of all("input:not([type=checkbox], [type=radio], [type=range]), select, textarea")) {
    if (field.disabled) continue;
    const style = getComputedStyle(field);
    const outside = ground(field.parentElement);
    if (!outside || style.borderTopWidth === "0px") { if (outside && ratio(ground(field), outside) < 3) say(field, "cannot be told from what is around it"); continue; }
    const has = ratio(over(colour(style.borderTopColor), outside), outside);
    if (has < 3) say(field, `has a border with a contrast of ${has.toFixed(2)}, less than 3`);
  }
  return wrong;

  // An element's name as a screen reader says it, as far as pages of ours go.
  function label(element) {
    const by = element.getAttribute("aria-labelledby");
    if (by) return by.split(/\s+/).map(id => document.getElementById(id)?.textContent ?? "").join(" ").trim();
    if (element.getAttribute("aria-label")?.trim()) return element.getAttribute("aria-label").trim();
    if (element.labels?.length) return [...element.labels].map(one => one.textContent).join(" ").trim();
    if (element.matches("img")) return element.alt.trim();
    if (element.matches("input[type=submit], input[type=button], input[type=reset]")) return element.value.trim();
    if (element.matches("input, select, textarea, nav, aside, [role=region], svg")) {
      return (element.querySelector(":scope > title")?.textContent ?? element.getAttribute("title") ?? "").trim();
    }
    return words(element) || (element.getAttribute("title") ?? "").trim();
  }

  function words(element) {
    let text = "";
    for (const node of element.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) text += node.data;
      else if (node.nodeType === Node.ELEMENT_NODE && node.getAttribute("aria-hidden") !== "true" && getComputedStyle(node).display !== "none") {
        text += ` ${node.matches("img, [aria-label], [aria-labelledby]") ? label(node) : words(node)}`;
      }
    }
    return text.trim();
  }
}
