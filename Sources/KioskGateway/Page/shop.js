// What this kiosk knows and does: the customer's basket, order and place on the page. Views show it and call its methods.

import { ask, follow, get, Refusal } from "./api.js";
import { Outbox } from "./outbox.js";
import { isOver, problemWords, shortageWords } from "./words.js";

const SESSION = "mallbots.session";
const PAYING = ["checkout", "pay"];

class Shop {
  #listeners = new Set();
  #closeStream = null;
  #searches = 0;
  #knocking;

  constructor(storage) {
    this.storage = storage;
    const query = new URLSearchParams(location.search);
    this.kioskID = (query.get("kiosk") ?? "").slice(0, 64) || undefined;
    this.settings = null;
    this.mall = null;
    this.stores = null;
    this.products = null;
    this.basket = null;
    this.order = null;
    this.robots = [];
    /// What the customer should know: {tone, text}, or null.
    this.notice = null;
    /// A payment that the card's bank has not yet answered.
    this.isCharging = false;
    /// Whether the newest try to reach the mall failed.
    this.isOffline = false;
    this.session = JSON.parse(storage.getItem(SESSION) ?? "{}");
    this.outbox = new Outbox({
      storage, name: "mallbots.outbox", perform: entry => this.#perform(entry),
      settled: (entry, result, refusal) => this.#settled(entry, result, refusal),
      changed: () => this.changed(),
    });
  }

  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed() { for (const listener of this.#listeners) listener(); }

  #keep(values) {
    this.session = { ...this.session, ...values };
    this.storage.setItem(SESSION, JSON.stringify(this.session));
  }

  // MARK: Beginning and end

  /// Carries on where a reload or a crash left off.
  async start() {
    addEventListener("online", () => this.retry());
    addEventListener("offline", () => this.#reached(false));
    this.outbox.work();
    if (this.session.orderID) this.followOrder(this.session.orderID);
    if (this.session.basketID && !this.outbox.has("checkout")) this.loadBasket();
    await this.#insist(async () => {
      [this.settings, this.mall] = await Promise.all([get("/api/v1/shop"), get("/api/v1/mall")]);
    });
    await this.loadStores();
  }

  retry() {
    this.outbox.hurry();
    this.changed();
  }

  /// Whether a payment is under way: then nothing may be forgotten.
  get isPaying() { return this.isCharging || this.outbox.has(...PAYING); }

  /// Forgets the customer. What was ordered stays ordered.
  reset() {
    this.#closeStream?.();
    this.#closeStream = null;
    this.outbox.clear();
    this.session = {};
    this.storage.removeItem(SESSION);
    Object.assign(this, { basket: null, order: null, robots: [], notice: null, products: null, isCharging: false });
    this.changed();
    this.loadStores();
  }

  tell(tone, text) {
    this.notice = text ? { tone, text } : null;
    this.changed();
  }

  // MARK: Reading

  /// Asks until there is an answer.
  async #insist(question) {
    for (let wait = 500; ; wait = Math.min(wait * 2, 5_000)) {
      try {
        const answer = await question();
        this.#reached(true);
        return answer;
      } catch (refusal) {
        if (!(refusal instanceof Refusal) || !refusal.isPassing) throw refusal;
        this.#reached(refusal.status !== 0);
        await new Promise(resolve => setTimeout(resolve, wait));
      }
    }
  }

  /// Tells whether the newest question reached the mall. When not, it is knocked at every few seconds.
  #reached(reached) {
    if (this.isOffline === !reached) return;
    this.isOffline = !reached;
    this.changed();
    if (reached) return clearInterval(this.#knocking);
    this.#knocking = setInterval(() => ask("GET", "/healthz").then(() => this.#reached(true), () => {}), 3_000);
  }

  async loadStores() {
    this.stores = (await this.#insist(() => get("/api/v1/stores"))).stores;
    this.changed();
  }

  /// The products of a store, or those of all stores that have the words. The newest question counts.
  async loadProducts({ store, words }) {
    const number = ++this.#searches;
    const asked = store ? `store ${store}` : `words ${words}`;
    if (this.products?.asked !== asked) this.products = null;
    const path = store ? `/api/v1/stores/${encodeURIComponent(store)}/products?` : "/api/v1/products?";
    const query = new URLSearchParams(words ? { q: words.slice(0, 50), page_size: 100 } : { page_size: 200 });
    let found;
    try {
      found = (await this.#insist(() => get(path + query)));
    } catch (refusal) {
      found = { products: [], total: 0 };
      this.tell("bad", problemWords(refusal));
    }
    if (number !== this.#searches) return;
    this.products = { asked, list: found.products, total: found.total };
    this.changed();
  }

  async loadBasket() {
    try {
      this.basket = await this.#insist(() => get(`/api/v1/baskets/${this.session.basketID}`));
    } catch {
      // Checked out, or gone.
      this.#keep({ basketID: undefined });
      this.basket = null;
    }
    this.changed();
  }

  // MARK: The basket

  /// Units of a product in the basket: what the mall knows of and what it is still to be told.
  units(productID) {
    const known = this.basket?.lines.find(line => line.product_id === productID)?.quantity ?? 0;
    return this.outbox.entries.reduce((units, entry) => {
      if (entry.productID !== productID) return units;
      return entry.kind === "add" ? units + entry.quantity : entry.kind === "reduce" ? entry.target : units;
    }, known);
  }

  get unitsInBasket() {
    const products = new Set([
      ...(this.basket?.lines ?? []).map(line => line.product_id), ...this.outbox.entries.map(entry => entry.productID),
    ]);
    return [...products].reduce((sum, product) => sum + (product ? this.units(product) : 0), 0);
  }

  add(product, quantity = 1) {
    this.notice = null;
    if (!this.session.basketID && !this.outbox.has("start")) {
      this.outbox.add({ kind: "start", path: "/api/v1/baskets", body: this.kioskID ? { kiosk_id: this.kioskID } : {} });
    }
    this.outbox.add({
      kind: "add", productID: product.product_id, name: product.name, quantity,
      path: "/api/v1/baskets/{basket}/items", body: { product_id: product.product_id, quantity },
    });
  }

  /// Leaves so many units of a product in the basket.
  reduce(product, target) {
    this.notice = null;
    this.outbox.add({ kind: "reduce", productID: product.product_id, name: product.name, target });
  }

  empty() {
    for (const line of this.basket?.lines ?? []) this.reduce(line, 0);
  }

  /// Fills a new basket with the lines of an order that came to nothing.
  again(order) {
    this.leaveOrder();
    for (const line of order.lines) this.add({ product_id: line.product_id, name: line.name }, line.quantity);
    go("#/checkout");
  }

  // MARK: The order

  checkout(cardToken) {
    this.notice = null;
    this.#keep({ cardGiven: Boolean(cardToken) });
    this.outbox.add({
      kind: "checkout", path: "/api/v1/baskets/{basket}/checkout", body: cardToken ? { card_token: cardToken } : {},
    });
  }

  pay(cardToken) {
    this.notice = null;
    this.outbox.add({
      kind: "pay", path: `/api/v1/orders/${this.session.orderID}/payment`, body: { card_token: cardToken },
    });
  }

  cancel() {
    this.notice = null;
    this.outbox.add({ kind: "cancel", method: "DELETE", path: `/api/v1/orders/${this.session.orderID}` });
  }

  /// Finds an order by its code. Returns what to tell when that was not possible, or null.
  async find(code) {
    try {
      const order = await get(`/api/v1/orders?${new URLSearchParams({ pickup_code: code })}`);
      this.#reached(true);
      this.takeOrder(order);
      go("#/order");
      return null;
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      this.#reached(refusal.status !== 0);
      return problemWords(refusal);
    }
  }

  takeOrder(order) {
    this.#keep({ orderID: order.order_id });
    this.order = order;
    this.robots = [];
    this.followOrder(order.order_id);
    this.changed();
  }

  /// Answers and events overtake each other: the newest version counts.
  #learn(order) {
    if (this.order?.order_id === order.order_id && this.order.version > order.version) return;
    this.order = order;
    if (order.paid) this.isCharging = false;
    this.changed();
  }

  followOrder(id) {
    this.#closeStream?.();
    this.#closeStream = follow(`/api/v1/orders/${id}/events`, {
      order: order => this.#learn(order),
      robots: ({ robots }) => {
        this.robots = robots;
        this.changed();
      },
    }, {
      lost: lost => this.#reached(!lost),
      ended: () => this.order?.order_id === id && isOver(this.order),
    });
  }

  leaveOrder() {
    this.#closeStream?.();
    this.#closeStream = null;
    this.#keep({ orderID: undefined });
    Object.assign(this, { order: null, robots: [], isCharging: false, notice: null });
    this.changed();
  }

  // MARK: What the outbox does

  async #perform(entry) {
    try {
      const result = entry.kind === "reduce" ? await this.#reduce(entry) : await ask(
        entry.method ?? "POST", entry.path.replace("{basket}", this.session.basketID ?? "none"), entry);
      this.#reached(true);
      return result;
    } catch (refusal) {
      if (refusal instanceof Refusal) this.#reached(refusal.status !== 0);
      throw refusal;
    }
  }

  /// Taking units out cannot be repeated blindly: each try looks how many there are.
  async #reduce({ productID, target }) {
    const path = `/api/v1/baskets/${this.session.basketID}`;
    const { status, document } = await ask("GET", path);
    const units = document.lines.find(line => line.product_id === productID)?.quantity ?? 0;
    if (units <= target) return { status, document };
    const query = target > 0 ? `?quantity=${units - target}` : "";
    return ask("DELETE", `${path}/items/${encodeURIComponent(productID)}${query}`);
  }

  #settled(entry, result, refusal) {
    if (refusal) return this.#refused(entry, refusal);
    const { status, document } = result;
    switch (entry.kind) {
    case "start":
      this.#keep({ basketID: document.order_id });
      this.basket = document;
      break;
    case "add": case "reduce":
      this.basket = document;
      break;
    case "checkout":
      this.#keep({ basketID: undefined });
      this.basket = null;
      this.takeOrder(document);
      go("#/order");
      break;
    case "pay":
      this.isCharging = status === 202;
      if (this.isCharging) this.#awaitCharge();
      else this.tell("good", "Paid. Thank you!");
      break;
    case "cancel":
      this.#learn(document);
      break;
    }
  }

  #refused(entry, refusal) {
    this.tell("bad", problemWords(refusal, entry.kind));
    if (entry.kind === "start" || (refusal.status === 404 && ["add", "reduce", "checkout"].includes(entry.kind) && !refusal.errors.length)) {
      this.#lookForBasket();
    }
    if (["add", "checkout"].includes(entry.kind) && refusal.status === 409) this.#explainShortage(entry);
    if (entry.kind === "checkout" && !this.basket) this.loadBasket();
    if (["pay", "cancel"].includes(entry.kind)) this.#lookAtOrder();
  }

  /// The basket of this session may be gone: then the next item begins a new one.
  async #lookForBasket() {
    if (!this.session.basketID) return this.outbox.clear();
    await this.loadBasket();
    if (!this.session.basketID) this.outbox.clear();
  }

  /// A refused item or checkout has most often to do with stock: says what is short, in words.
  async #explainShortage(entry) {
    const stores = new Set((this.basket?.lines ?? []).map(line => line.store_id));
    if (entry.productID && this.products) for (const one of this.products.list) if (one.product_id === entry.productID) stores.add(one.store_id);
    const pages = await Promise.all([...stores].map(store =>
      this.#insist(() => get(`/api/v1/stores/${encodeURIComponent(store)}/products?page_size=200`)).catch(() => ({ products: [] }))));
    const products = new Map(pages.flatMap(page => page.products).map(product => [product.product_id, product]));
    const words = shortageWords(this.basket?.lines ?? [], products, entry);
    if (words) this.tell("bad", words);
    if (this.products) {
      this.products = { ...this.products, list: this.products.list.map(one => products.get(one.product_id) ?? one) };
      this.changed();
    }
  }

  async #lookAtOrder() {
    const id = this.session.orderID;
    const order = await this.#insist(() => get(`/api/v1/orders/${id}`)).catch(() => null);
    if (order && this.session.orderID === id) this.#learn(order);
  }

  /// A bank may answer late: asks until it has.
  async #awaitCharge() {
    const id = this.session.orderID;
    while (this.isCharging && this.session.orderID === id) {
      await new Promise(resolve => setTimeout(resolve, 1_000));
      const invoice = await this.#insist(() => get(`/api/v1/orders/${id}/payment`)).catch(() => null);
      if (this.session.orderID !== id) return;
      if (invoice?.state === "paying") continue;
      this.isCharging = false;
      if (invoice?.state === "paid") this.tell("good", "Paid. Thank you!");
      else this.tell("bad", problemWords({ kind: "payment-declined" }));
    }
  }
}

export const shop = new Shop(sessionStorage);

/// Shows another view.
export function go(hash) {
  if (location.hash !== hash) location.hash = hash;
}
