"use strict";
// What stands where one points at in a chart; every word comes ready-made with the page.
for (const figure of document.querySelectorAll("figure.chart")) {
  const series = JSON.parse(figure.querySelector("script").textContent);
  const svg = figure.querySelector("svg"), cursor = figure.querySelector(".cursor"), tip = figure.querySelector(".tip");
  const nearest = (xs, x) => {
    let best = 0;
    for (let i = 1; i < xs.length; i++) if (Math.abs(xs[i] - x) < Math.abs(xs[best] - x)) best = i;
    return best;
  };
  const show = event => {
    const box = svg.getBoundingClientRect();
    const x = (event.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
    const lead = series.reduce((a, b) => (b.x.length > a.x.length ? b : a));
    if (!lead.x.length) return;
    const at = lead.x[nearest(lead.x, x)];
    tip.replaceChildren();
    const heading = document.createElement("b");
    heading.textContent = lead.label[nearest(lead.x, x)];
    tip.append(heading);
    for (const one of series) {
      const i = nearest(one.x, at);
      // A series may have nothing there.
      if (!one.x.length || Math.abs(one.x[i] - at) > 12) continue;
      const line = document.createElement("span");
      line.className = one.style;
      line.textContent = one.name + ": " + one.text[i];
      tip.append(line);
    }
    cursor.setAttribute("x1", at);
    cursor.setAttribute("x2", at);
    cursor.style.visibility = "visible";
    tip.hidden = false;
    const left = at / svg.viewBox.baseVal.width * box.width;
    tip.style.left = (left + 12 + tip.offsetWidth > box.width ? left - tip.offsetWidth - 12 : left + 12) + "px";
  };
  const hide = () => { tip.hidden = true; cursor.style.visibility = "hidden"; };
  svg.addEventListener("pointermove", show);
  svg.addEventListener("pointerdown", show);
  svg.addEventListener("pointerleave", hide);
}
const button = document.getElementById("theme");
button.hidden = false;
button.addEventListener("click", () => {
  const root = document.documentElement, system = matchMedia("(prefers-color-scheme: dark)").matches;
  const dark = root.classList.contains("dark") || (system && !root.classList.contains("light"));
  root.classList.toggle("dark", !dark);
  root.classList.toggle("light", dark);
});
