// What a manager does with stores and products.

import { app } from "./app-context.js";
import { part, patchJSON, post, remove } from "./api.js";
import { action } from "./action.js";
import { given } from "./task-actions.js";
import { fraction, minorUnits, typed } from "./format.js";
import { wrong } from "./dialog.js";

const currency = () => app.session?.currency_code || "EUR";
const whole = /^\d{1,9}$/;

// The server is told only what differs; `was` itself comes back when nothing does.
async function change(path, was, is) {
  const same = (a, b) => (typeof b === "object" ? a?.minor_units === b.minor_units : (a ?? "") === b);
  const news = Object.entries(is).filter(([name, value]) => !same(was[name], value));
  return news.length ? patchJSON(path, Object.fromEntries(news)) : was;
}

function storeFields(store) {
  const nodes = [...(app.mall?.nodes ?? [])].map(node => [node.id, `${node.id} (${app.mall.floors.find(floor => floor.number === (node.place.floor ?? 0))?.name ?? "floor"})`]);
  return [
    { name: "name", label: "Name", required: true, value: store?.name },
    { name: "category", label: "Category", value: store?.category },
    nodes.length ? { name: "node", label: "Where robots stop for it", required: true, options: nodes, value: store?.node }
      : { name: "node", label: "Node where robots stop for it", required: true, value: store?.node },
  ];
}

export function addStore() {
  return action({
    label: "Add a store …", role: "manager", says: "Makes a store that kiosks show",
    ask: {
      title: "Add a store", confirm: "Add it",
      fields: [...storeFields(), { name: "participating", label: "It takes part: kiosks sell its products", type: "checkbox", value: true }],
    },
    act: (values, key) => post("/stores", given(values), key),
    done: store => `${store.name} is there.`,
  });
}

export function editStore(store) {
  return action({
    key: "edit", label: "Edit …", role: "manager", says: "Changes name, category or place",
    ask: { title: `Edit ${store.name}`, confirm: "Save", fields: storeFields(store) },
    act: values => change(`/stores/${part(store.store_id)}`, store, values),
    done: now => (now === store ? "Nothing was changed." : `${now.name} is changed.`),
  });
}

export function takePart(store) {
  const leaves = store.participating !== false;
  return action({
    key: "part", label: leaves ? "Stop taking part …" : "Take part again", role: "manager", says: leaves ? "Kiosks sell nothing of it any more" : "Kiosks sell its products again",
    ask: leaves ? { title: `${store.name} stops taking part?`, text: "Kiosks sell nothing of it until it takes part again. Orders that are placed are still fetched.", confirm: "Stop" } : undefined,
    act: () => patchJSON(`/stores/${part(store.store_id)}`, { participating: !leaves }),
    done: () => (leaves ? `${store.name} takes no part now.` : `${store.name} takes part again.`),
  });
}

const priceField = product => ({
  name: "price", label: `Price, ${currency()}`, required: true, inputmode: "decimal", value: typed(product?.price), hint: fraction(currency()) ? "As in 4.80." : undefined,
});

function checkProduct(values) {
  if (minorUnits(values.price, currency()) === undefined) return wrong("price", `is no amount with ${fraction(currency())} decimals at most`);
  if (!whole.test(values.stock)) return wrong("stock", "is a whole number from 0");
  if (values.size_units !== undefined && !/^[1-9]\d{0,4}$/.test(values.size_units)) return wrong("size_units", "is a whole number from 1");
  return null;
}

const priced = ({ price, stock, size_units, ...rest }) => ({
  ...rest, price: { minor_units: minorUnits(price, currency()), currency_code: currency() }, stock: Number(stock),
  ...(size_units === undefined ? {} : { size_units: Number(size_units) }),
});

export function addProduct(store) {
  return action({
    label: "Add a product …", role: "manager", says: "Makes a product that kiosks sell",
    ask: {
      title: `Add a product to ${store.name}`, confirm: "Add it", check: checkProduct,
      fields: [
        { name: "name", label: "Name", required: true }, { name: "description", label: "Description" }, priceField(),
        { name: "stock", label: "In stock", required: true, type: "number", min: 0, value: "10" },
        { name: "size_units", label: "Size units", required: true, type: "number", min: 1, value: "1", hint: "How much of a robot's room one unit takes." },
      ],
    },
    act: (values, key) => post(`/stores/${part(store.store_id)}/products`, priced(given(values)), key),
    done: product => `${product.name} is there.`,
  });
}

export function editProduct(product) {
  return action({
    key: "edit", label: "Edit …", kind: "small", role: "manager", says: "Changes name, description, price or stock",
    ask: {
      title: `Edit ${product.name}`, confirm: "Save", check: checkProduct,
      fields: [
        { name: "name", label: "Name", required: true, value: product.name }, { name: "description", label: "Description", value: product.description },
        { ...priceField(product) }, { name: "stock", label: "In stock", required: true, type: "number", min: 0, value: String(product.stock) },
      ],
      text: "Baskets at kiosks take the price of the moment they check out.",
    },
    act: values => change(`/products/${part(product.product_id)}`, product, priced(values)),
    done: now => (now === product ? "Nothing was changed." : `${now.name} is changed.`),
  });
}

export function removeProduct(product) {
  return action({
    key: "remove", label: "Remove …", kind: "small danger", role: "manager", says: "Kiosks do not sell it any more",
    ask: { title: `Remove ${product.name}?`, text: "Kiosks do not sell it any more. Orders that are placed keep it. This cannot be undone.", confirm: "Remove it", cancel: "Keep it", danger: true },
    act: async () => { await remove(`/products/${part(product.product_id)}`); return true; },
    done: () => `${product.name} is removed.`,
  });
}
