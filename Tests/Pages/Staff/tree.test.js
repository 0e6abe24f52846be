import { equal, random, test, truthy } from "../harness.js";
import { h, patch } from "/staff/tree.js";

const place = () => document.body.appendChild(document.createElement("div"));

test("what is shown is what was said, and data never become markup", () => {
  const root = place();
  patch(root, [h("p", { class: "a" }, "<b>", 1, null, false, ["x", ["y"]]), "text"]);
  equal(root.innerHTML, '<p class="a">&lt;b&gt;1xy</p>text');
});

test("an element stays the same as long as its name and key do", () => {
  const root = place();
  patch(root, [h("i", { key: 1 }, "one"), h("i", { key: 2 }, "two")]);
  const [one, two] = root.children;
  patch(root, [h("i", { key: 2 }, "zwei"), h("b", {}), h("i", { key: 1 }, "eins")]);
  truthy(root.children[0] === two && root.children[2] === one, "the same elements");
  equal(root.textContent, "zweieins");
});

test("what is being typed and the focus survive a change around them", () => {
  const root = place();
  const view = count => [h("p", {}, count), h("input", { key: "field", value: "" })];
  patch(root, view(1));
  const field = root.querySelector("input");
  field.value = "typed";
  field.focus();
  patch(root, [h("h2", {}, "new"), ...view(2)]);
  equal([field.value, document.activeElement === field], ["typed", true]);
});

test("attributes, properties and handlers come and go", () => {
  const root = place();
  let clicks = 0;
  patch(root, h("button", { disabled: false, hidden: true, title: "a", onclick: () => { clicks += 1; }, ".mine": { x: 1 } }));
  const button = root.firstChild;
  equal([button.hasAttribute("disabled"), button.hidden, button.mine.x], [false, true, 1]);
  button.click();
  patch(root, h("button", {}));
  button.click();
  equal([clicks, button.hidden, button.title, button.mine], [1, false, "", undefined]);
});

test("drawings are drawings", () => {
  const root = place();
  patch(root, h("svg", { viewBox: "0 0 1 1" }, h("g", {}, h("path", { d: "M0 0" }))));
  truthy(root.querySelector("path") instanceof SVGPathElement, "a path");
});

test("a list's choice is set when its choices are there", () => {
  const root = place();
  patch(root, h("select", { value: "b" }, h("option", { value: "a" }), h("option", { value: "b" })));
  equal(root.firstChild.value, "b");
});

test("any change of a list comes to the same as building it anew", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const next = random(seed);
    const root = place();
    for (let step = 0; step < 20; step++) {
      const keys = Array.from({ length: 8 }, (_, at) => at).filter(() => next() < 0.6).sort(() => next() - 0.5);
      const nodes = keys.map(key => (next() < 0.2 ? h("b", {}, "loose") : h(next() < 0.3 ? "u" : "i", { key, title: step }, key)));
      patch(root, nodes);
      const fresh = document.createElement("div");
      patch(fresh, nodes);
      equal(root.innerHTML, fresh.innerHTML, `seed ${seed}, step ${step}`);
    }
  }
});
