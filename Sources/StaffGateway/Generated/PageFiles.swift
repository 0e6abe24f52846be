// Made by scripts/pages of the files in Page/. Do not edit.
import Web

/// The page's files, compiled in.
let pageFiles: [PageFile] = [
    PageFile(
        path: "/assets/account.js", source: "account.js", contentType: "text/javascript; charset=utf-8",
        tag: "bc6a9795ee829389",
        content: #"""
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

"""#),
    PageFile(
        path: "/assets/action.js", source: "action.js", contentType: "text/javascript; charset=utf-8",
        tag: "e039bf09ef00d0b7",
        content: #"""
// A button that does something at the server: says what, asks back where it cannot be undone, shows that it runs and
// what became of it, and is disabled with the reason for a role that may not.

import { h } from "./tree.js";
import { View } from "./view.js";
import { icon } from "./signs.js";
import { ask } from "./dialog.js";
import { newKey } from "./api.js";
import { may, reasonFor } from "./roles.js";
import { complain, tell } from "./notices.js";
import { Problem } from "./problem.js";

/**
 * `spec`: `{label, says, role, kind, why, ask, act(values, key), done(result)}`. `why`: a reason that it cannot be used
 * now. `ask`: a question as in dialog.js, without `act`. `done` returns what to tell.
 */
export const action = spec => h("mb-action", { ".spec": spec, key: spec.key ?? spec.label });

customElements.define("mb-action", class extends View {
  #busy = false;
  #spec = null;
  set spec(value) {
    this.#spec = value;
    if (this.isConnected) this.update();
  }

  render() {
    const { label, says, kind = "", drawn, role = "viewer", why, id } = this.#spec;
    const reason = !may(role) ? reasonFor(role) : why;
    return h("button", {
      type: "button", class: kind, id, title: reason ?? says, "aria-disabled": reason || this.#busy ? "true" : undefined,
      onclick: () => (reason ? complain({ title: `“${label}” cannot be used`, detail: reason }) : this.#run()),
    }, this.#busy ? h("span", { class: "spinner" }) : drawn ? icon(drawn) : null, h("span", {}, label));
  }

  async #run() {
    if (this.#busy) return;
    const spec = this.#spec;
    // A question shows by itself that something is under way.
    this.#busy = !spec.ask;
    this.update();
    try {
      const result = spec.ask ? await ask({ ...spec.ask, act: spec.act }) : await spec.act({}, newKey());
      if (result !== undefined) tell(spec.done?.(result) ?? `Done: ${spec.label}.`);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      complain(problem);
    } finally {
      this.#busy = false;
      this.update();
    }
  }
});

"""#),
    PageFile(
        path: "/assets/alerts-view.js", source: "alerts-view.js", contentType: "text/javascript; charset=utf-8",
        tag: "e08c1a9070c88d4f",
        content: #"""
// What is wrong in the mall, the most urgent first, with what to do about it.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { badge } from "./signs.js";
import { ago, clock } from "./format.js";
import { urgentFirst } from "./figures.js";
import { alertKinds, severities, state } from "./words.js";
import { alertText, notYet, nothing, subjectLink } from "./parts.js";

customElements.define("mb-alerts", class extends View {
  begin() {
    this.alerts = this.follow("alerts");
    this.orders = this.follow("orders");
  }

  render() {
    const alerts = urgentFirst(this.alerts.state.alerts.values());
    return [
      h("h1", {}, "Alerts"),
      notYet(this.alerts, "alerts"),
      this.alerts.state.complete && !alerts.length ? nothing("No alert is open. They come and go by themselves, as things happen and are settled.") : null,
      h("ul", { class: "alerts big", key: "alerts" }, alerts.map(alert => h("li", { key: alert.alert_id, class: `card ${state(severities, alert.severity).tone}` },
        badge(severities, alert.severity),
        h("div", {}, h("h2", {}, alertKinds[alert.kind]?.word ?? alert.kind), h("p", {}, subjectLink(alert, alertText(alert, this.orders.state.orders))), h("p", { class: "quiet" }, alertKinds[alert.kind]?.todo ?? "")),
        h("span", { class: "quiet nowrap", title: clock(alert.since, app.now()) }, ago(alert.since, app.now()))))),
    ];
  }
});

"""#),
    PageFile(
        path: "/assets/api.js", source: "api.js", contentType: "text/javascript; charset=utf-8",
        tag: "3ec31ae0cc21a0a0",
        content: #"""
// Calls of the gateway's REST API. Each returns what was answered, or throws a `Problem`.

import { Problem } from "./problem.js";

const patience = 20_000;
let refused = { signedOut() {}, forbidden() {} };

/** What is to happen when the server says that nobody is signed in, and when that a role may not. */
export function whenRefused(actions) { refused = actions; }

/** A key for one thing to be done, however often it is asked for. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * `path` is below /api/v1; `body` becomes JSON. `key` makes a POST safe to repeat.
 * Returns `{status, body}`; the body is null when there is none.
 */
export async function call(method, path, { body, key, quiet } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  let answer;
  let text;
  try {
    answer = await fetch(`/api/v1${path}`, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(patience),
    });
    text = await answer.text();
  } catch {
    throw Problem.unreachable();
  }
  let document = null;
  try {
    document = text ? JSON.parse(text) : null;
  } catch {
    throw Problem.odd(answer.status);
  }
  if (answer.ok) return { status: answer.status, body: document };
  const problem = Problem.from(document ?? {}, answer.status, Number(answer.headers.get("Retry-After")) || 0);
  if (problem.kind === "unauthenticated" && !quiet) refused.signedOut();
  if (problem.kind === "forbidden") refused.forbidden();
  throw problem;
}

export const get = async (path, query = {}) => (await call("GET", path + queryText(query))).body;
export const post = async (path, body = {}, key = newKey()) => (await call("POST", path, { body, key })).body;
export const patchJSON = async (path, body) => (await call("PATCH", path, { body })).body;
export const remove = async (path, query = {}) => (await call("DELETE", path + queryText(query))).body;

/** One part of a path, made safe. */
export const part = text => encodeURIComponent(text);

function queryText(query) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  return given.length ? "?" + new URLSearchParams(given) : "";
}

"""#),
    PageFile(
        path: "/assets/app-context.js", source: "app-context.js", contentType: "text/javascript; charset=utf-8",
        tag: "bf3c9103fd1e0d9f",
        content: #"""
// What all parts of the page share: who is signed in, the live data, the mall, and a way to hear that these changed.

const listeners = new Set();

export const app = {
  /** `{user: {name, role} | null, needs_setup, mall_name, currency_code, server_time}`, or null before it is known. */
  session: null,
  /** The live client (live.js). */
  live: null,
  /** The building, once it is known. */
  mall: null,
  /** How far the server's clock is ahead of this one, in milliseconds. */
  clockAhead: 0,
  /** Why sign-in is shown, when there is something to say. */
  farewell: "",

  /** Calls `listener` after each `changed()`; returns what ends that. */
  onChange(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  changed() { for (const one of [...listeners]) one(); },

  /** The server's time now, in milliseconds. */
  now() { return Date.now() + this.clockAhead; },
};

"""#),
    PageFile(
        path: "/assets/app.js", source: "app.js", contentType: "text/javascript; charset=utf-8",
        tag: "77c4f8faffc02d65",
        content: #"""
// The start of the page, and its frame: menu, connection, who is signed in, and the view that the address names.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { call, get, whenRefused } from "./api.js";
import { Live } from "./live.js";
import { may, reasonFor } from "./roles.js";
import { icon } from "./signs.js";
import { places, routeOf, to } from "./routes.js";
import { clearNotices, complain } from "./notices.js";
import { nextTheme, restoreTheme, themeWord } from "./theme.js";
import { clock } from "./format.js";
import { problemBox } from "./fields.js";
import "./sign-in.js";
import "./account.js";
import "./overview.js";
import "./map-view.js";
import "./orders-view.js";
import "./order-view.js";
import "./desk.js";
import "./robots-view.js";
import "./robot-view.js";
import "./stores-view.js";
import "./store-view.js";
import "./alerts-view.js";
import "./users-view.js";
import "./audit-view.js";

restoreTheme();

let leaving = false;

app.live = new Live({
  onCondition: () => app.changed(),
  onEnded: () => signedOut("Your session has ended: you signed out elsewhere, were inactive for long, or a manager changed your account."),
  onFailure: () => void readSession(),
  onAnew: () => void readSession(),
});
whenRefused({
  signedOut: () => signedOut("Your session has ended. Sign in to go on."),
  // The role may be another than this page knows.
  forbidden: () => void readSession(),
});

/** Takes over a session document: begins to follow the mall when somebody is signed in. */
app.enter = session => {
  app.session = session;
  app.clockAhead = Date.parse(session.server_time) - Date.now() || 0;
  if (session.user) {
    app.farewell = "";
    app.live.start();
  }
  app.changed();
};

app.signOut = async () => {
  // The server closes the socket of a session that ends: that must not look like somebody else's doing.
  leaving = true;
  try {
    await call("DELETE", "/session", { quiet: true });
    signedOut();
  } catch (problem) {
    // Whoever leaves must know that the session may still be good.
    if (problem.kind === "unauthenticated") signedOut();
    else complain(problem);
  }
  leaving = false;
};

/** The building is read once; those who need it ask for it. */
app.loadMall = async () => {
  if (app.mall || !app.session?.user) return;
  app.mall = await get("/mall");
  app.changed();
};

function signedOut(why) {
  if (!app.session?.user) return;
  app.session = { ...app.session, user: null };
  app.mall = null;
  app.farewell = leaving ? "You have signed out." : why;
  app.live.stop();
  clearNotices();
  for (const question of document.querySelectorAll("mb-question")) question.remove();
  app.changed();
}

async function readSession() {
  try {
    const session = await get("/session");
    if (!session.user && app.session?.user) signedOut("Your session has ended. Sign in to go on.");
    else app.enter(session);
  } catch (problem) {
    if (!app.session) app.startProblem = problem;
    app.changed();
  }
}

customElements.define("mb-app", class extends View {
  #menuOpen = false;
  #shown = "";

  begin() {
    const onHash = () => {
      this.#menuOpen = false;
      this.update();
    };
    addEventListener("hashchange", onHash);
    this.until(() => removeEventListener("hashchange", onHash));
    void readSession();
  }

  render() {
    if (!app.session) return this.#starting();
    if (!app.session.user) {
      document.title = `Sign in · ${app.session.mall_name || "MallBots"}`;
      this.#shown = "";
      return [h("main", { id: "main", key: "sign-in" }, h("mb-sign-in")), h("mb-notices", { key: "notices" })];
    }
    const route = routeOf(location.hash);
    const allowed = !route.place.role || may(route.place.role);
    document.title = `${route.word}${route.id ? " " + route.id : ""} · ${app.session.mall_name || "MallBots"}`;
    this.#focusNew(location.hash || "#/overview");
    return [
      h("a", { class: "skip", href: "#main", key: "skip", onclick: event => { event.preventDefault(); this.querySelector("main").focus(); } }, "Skip to the content"),
      h("mb-header", { key: "header" }),
      h("mb-menu", { key: "menu", ".route": route, ".open": this.#menuOpen, ".toggle": () => { this.#menuOpen = !this.#menuOpen; this.update(); } }),
      h("main", { id: "main", tabindex: "-1", key: "main" },
        h("mb-link-state", { key: "link" }),
        allowed
          ? h(route.element, { key: `${route.element}/${route.id ?? ""}`, ".itemID": route.id })
          : h("section", { class: "card", key: "refused" }, h("h1", {}, route.word), h("p", {}, reasonFor(route.place.role)))),
      h("mb-notices", { key: "notices" }),
    ];
  }

  #starting() {
    if (app.startProblem) {
      return h("main", { id: "main" }, h("section", { class: "card lone" }, h("h1", {}, "MallBots"), problemBox(app.startProblem),
        h("button", { type: "button", class: "primary", onclick: () => { app.startProblem = null; this.update(); void readSession(); } }, "Try again")));
    }
    return h("main", { id: "main" }, h("p", { class: "loading", role: "status" }, h("span", { class: "spinner" }), "Reaching the mall …"));
  }

  // Who cannot see that the view has changed hears its heading.
  #focusNew(address) {
    if (this.#shown === address) return;
    const first = this.#shown === "";
    this.#shown = address;
    if (first) return;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      const heading = this.querySelector("main h1");
      if (!heading || this.querySelector("main").contains(document.activeElement) && document.activeElement.matches("input")) return;
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
      scrollTo(0, 0);
    }));
  }
});

customElements.define("mb-header", class extends View {
  render() {
    const { mall_name: mall, user } = app.session;
    return h("header", { class: "top" },
      h("a", { class: "brand", href: to("overview") }, h("img", { src: "/assets/icon.svg", alt: "", width: 26, height: 26 }), h("span", {}, mall || "MallBots")),
      h("mb-condition"),
      h("div", { class: "row tight" },
        h("button", { type: "button", class: "plain", onclick: () => { nextTheme(); this.update(); }, "aria-label": `Colours: ${themeWord()}. Change` },
          icon("theme"), h("span", { class: "wide" }, themeWord())),
        h("a", { class: "button plain", href: to("account"), "aria-label": `Your account: ${user?.name}, ${user?.role}` }, icon("account"),
          h("span", { class: "wide" }, `${user?.name} · ${user?.role}`)),
        h("button", { type: "button", class: "plain wide", onclick: () => app.signOut() }, "Sign out")));
  }
});

customElements.define("mb-menu", class extends View {
  begin() { this.alerts = this.follow("alerts"); }
  set route(value) { this.current = value; if (this.isConnected) this.update(); }
  set open(value) { this.isOpen = value; if (this.isConnected) this.update(); }

  render() {
    const shown = places.filter(place => !place.aside && (!place.role || may(place.role)));
    const here = this.current?.place.name;
    const urgent = this.alerts.state.alerts.size;
    const item = (place, extra = "") => h("li", { key: place.name, class: extra },
      h("a", { href: to(place.name), "aria-current": place.name === here ? "page" : undefined },
        icon(place.icon), h("span", {}, h("span", { class: "long" }, place.word), h("span", { class: "short" }, place.short ?? place.word)),
        place.name === "alerts" && urgent ? h("span", { class: "count", "aria-label": `${urgent} open` }, urgent) : null));
    return h("nav", { "aria-label": "Parts of the page", class: this.isOpen ? "open" : "" },
      h("ul", {}, shown.map((place, at) => item(place, at < 4 ? "" : "later")),
        h("li", { class: "more", key: "more" },
          h("button", { type: "button", class: "plain", "aria-expanded": this.isOpen ? "true" : "false", onclick: () => this.toggle() },
            icon("more"), h("span", {}, "More"), urgent && !this.isOpen ? h("span", { class: "count", "aria-label": `${urgent} alerts` }, urgent) : null))));
  }
});

const conditions = {
  live: ["good", "Live"], reconnecting: ["warn", "Reconnecting"], offline: ["bad", "Offline"], off: ["quiet", "Not connected"],
};

customElements.define("mb-condition", class extends View {
  render() {
    const [tone, word] = conditions[app.live.condition];
    return h("p", { class: `condition ${tone}`, role: "status" }, h("span", { class: "pulse", "aria-hidden": "true" }), word);
  }
});

// Says how old everything is while nothing comes.
customElements.define("mb-link-state", class extends View {
  render() {
    const told = app.live.condition;
    const since = app.live.brokenSince;
    if (told === "live" || told === "off" || since === null || Date.now() - since < 1500) return [];
    const next = app.live.retrySeconds;
    return h("div", { class: `banner ${told === "offline" ? "bad" : "warn"}` },
      h("span", {}, told === "offline" ? "The server cannot be reached. " : "The connection broke. ",
        `What you see may be as old as ${clock(new Date(since).toISOString(), Date.now())}. `,
        next ? `Next attempt in ${next} s.` : "Trying now …"),
      h("button", { type: "button", class: "small", onclick: () => app.live.tryNow() }, "Try now"));
  }
});

"""#),
    PageFile(
        path: "/assets/audit-view.js", source: "audit-view.js", contentType: "text/javascript; charset=utf-8",
        tag: "68d8a0419df7cdb4",
        content: #"""
// Who did what and when, newest first.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { get } from "./api.js";
import { mark } from "./signs.js";
import { clock } from "./format.js";
import { nothing } from "./parts.js";
import { problemBox, valuesOf } from "./fields.js";
import { table } from "./tables.js";
import { to } from "./routes.js";

const views = { order: "orders", bot: "robots", store: "stores" };

customElements.define("mb-audit", class extends View {
  #entries = null;
  #next = null;
  #filter = {};
  #busy = false;
  #problem = null;

  begin() { void this.#load(); }

  render() {
    return [
      h("h1", {}, "Audit log"),
      h("form", { class: "toolbar", role: "search", key: "tools", onsubmit: event => this.#search(event) },
        h("label", { for: "audit-user" }, "User"), h("input", { id: "audit-user", name: "user", type: "search", autocomplete: "off", spellcheck: "false" }),
        h("label", { for: "audit-target" }, "Done to"), h("input", { id: "audit-target", name: "target", type: "search", placeholder: "bot/bot-3, order, user …", autocomplete: "off", spellcheck: "false" }),
        h("button", { type: "submit" }, this.#busy ? h("span", { class: "spinner" }) : null, "Show")),
      problemBox(this.#problem),
      !this.#entries && !this.#problem ? h("p", { class: "loading", role: "status", key: "loading" }, h("span", { class: "spinner" }), "Loading the audit log …") : null,
      this.#entries && !this.#entries.length ? nothing("Nothing is recorded that fits.", "ring") : null,
      this.#entries?.length ? table("Audit log", ["When", "User", "Did", "To", "Outcome"], this.#entries.map(entry => ({
        key: entry.position,
        cells: [
          h("span", { class: "nowrap" }, clock(entry.at, app.now())), entry.user, entry.action, target(entry.target),
          [entry.outcome === "done" ? mark("good", "check", "done") : mark("warn", "cross", entry.outcome), entry.detail ? h("span", { class: "quiet" }, ` ${entry.detail}`) : null],
        ],
      }))) : null,
      this.#next ? h("button", { type: "button", key: "more", onclick: () => this.#load(this.#next) }, "Show older") : null,
    ];
  }

  #search(event) {
    event.preventDefault();
    this.#filter = valuesOf(event.currentTarget);
    void this.#load();
  }

  async #load(page_token) {
    this.#busy = true;
    this.update();
    try {
      const page = await get("/audit", { ...this.#filter, page_size: 50, page_token });
      this.#entries = page_token ? [...this.#entries, ...page.entries] : page.entries;
      this.#next = page.next_page_token ?? null;
      this.#problem = null;
    } catch (problem) {
      this.#problem = problem;
    }
    this.#busy = false;
    this.update();
  }
});

// "order/o-1" leads to the order.
function target(text) {
  const [kind, ...rest] = (text ?? "").split("/");
  return views[kind] && rest.length ? h("a", { href: to(views[kind], rest.join("/")) }, text) : text ?? "";
}

"""#),
    PageFile(
        path: "/assets/bot-actions.js", source: "bot-actions.js", contentType: "text/javascript; charset=utf-8",
        tag: "538eaeac1a6bce0a",
        content: #"""
// What a manager can tell a robot. Each goes through the depot, so it reaches a robot that is offline when it is back.

import { app } from "./app-context.js";
import { part, post } from "./api.js";
import { action } from "./action.js";
import { given } from "./task-actions.js";
import { wrong } from "./dialog.js";

const reason = { name: "reason", label: "Reason", hint: "Stands in the robot's log." };
const away = bot => bot.state === "retired" || bot.state === "lost";
const gone = bot => (away(bot) ? `It is ${bot.state}: put it back to work first.` : undefined);

/** The buttons of a robot's card. */
export function botActions(bot) {
  const id = bot.bot_id;
  const tell = (what, spec) => action({
    role: "manager", why: gone(bot), act: (values, key) => post(`/bots/${part(id)}/${what}`, given(values), key), ...spec, key: what,
  });
  const docks = app.mall?.docks ?? [];
  return [
    bot.state === "paused"
      ? tell("resume", { label: "Resume", kind: "primary", says: "The robot goes on", done: () => `${id} was told to go on.` })
      : tell("pause", {
        label: "Pause …", says: "The robot stands still until it is resumed", done: () => `${id} was told to stand still.`,
        ask: { title: `Pause ${id}?`, text: "It stands still where it is and keeps its task, until it is resumed.", confirm: "Pause it", fields: [reason] },
      }),
    tell("dock", {
      label: "Send to a dock …", says: "After its task, if it has one", done: now => `${id} goes to ${now?.dock_id ?? "a dock"} when it is free.`,
      ask: {
        title: `Send ${id} to a dock`, text: "It finishes its task first, if it has one.", confirm: "Send it",
        fields: [{ name: "dock_id", label: "Dock", options: [["", "the nearest free one"], ...docks.map(dock => [dock.id, dock.id])] }],
      },
    }),
    tell("identify", {
      label: "Identify", says: "The robot blinks and beeps, so that a person finds it", why: gone(bot) ?? (bot.online ? undefined : "It is offline and could not be heard."),
      done: () => `${id} blinks and beeps.`,
    }),
    away(bot) ? backToWork(bot) : tell("retire", {
      label: "Retire …", kind: "danger", why: bot.retiring ? "It is being retired already." : undefined, says: "It gets no more tasks",
      done: () => `${id} gets no more tasks.`,
      ask: {
        title: `Retire ${id}?`, text: "It finishes what it has and gets no more tasks. It can be put back to work later.", confirm: "Retire it", danger: true,
        fields: [{ name: "at_once", label: "At once: leave to others what it has not picked yet", type: "checkbox" }, reason],
      },
    }),
    tell("lost", {
      label: "Declare lost …", kind: "danger", why: bot.state === "lost" ? "It is declared lost already." : undefined, says: "What it has is fetched again",
      done: () => `${id} is declared lost; what it had is fetched again.`,
      ask: {
        title: `Declare ${id} lost?`, confirm: "It is lost", danger: true, fields: [reason],
        text: "What it carries is fetched again by others, and comes too late if it still comes. This cannot be undone for its task.",
      },
    }),
  ];
}

function backToWork(bot) {
  return action({
    key: "reinstate", label: "Put back to work", kind: "primary", role: "manager", says: "It gets tasks again",
    act: (values, key) => post("/bots", { bot_id: bot.bot_id, capacity_units: bot.capacity_units ?? 0 }, key), done: () => `${bot.bot_id} is back at work.`,
  });
}

/** Makes a robot known before it connects for the first time. */
export function addBot() {
  return action({
    label: "Add a robot …", role: "manager", says: "Makes a robot known before its first connection",
    ask: {
      title: "Add a robot", confirm: "Add it", text: "It needs a certificate with this name too: mallbots certs issue.",
      fields: [
        { name: "bot_id", label: "Name", required: true, hint: "As in its certificate: letters, digits, “-”, “_”, “.”.", spellcheck: "false", autocapitalize: "none" },
        { name: "model", label: "Model" },
        { name: "capacity_units", label: "Room, in size units", required: true, type: "number", min: 1, value: "24" },
      ],
      check: values => (/^[1-9]\d{0,5}$/.test(values.capacity_units) ? null : wrong("capacity_units", "is a whole number from 1")),
    },
    act: (values, key) => post("/bots", given({ ...values, capacity_units: Number(values.capacity_units) }), key),
    done: bot => `${bot.bot_id} is known now.`,
  });
}

"""#),
    PageFile(
        path: "/assets/desk.js", source: "desk.js", contentType: "text/javascript; charset=utf-8",
        tag: "85a0229ec194bdab",
        content: #"""
// The pick-up desk, made for the keyboard: type the code or the ticket, Enter; the next thing to do has the focus.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { get, part } from "./api.js";
import { money } from "./format.js";
import { columnOf, longestFirst, progress } from "./figures.js";
import { linesTable, notYet, nothing, orderBadges, progressBar, ticket } from "./parts.js";
import { due, handOver, takeCard, takeCash } from "./order-actions.js";
import { problemBox } from "./fields.js";
import { mark } from "./signs.js";
import { to } from "./routes.js";

customElements.define("mb-desk", class extends View {
  #busy = false;
  #problem = null;
  #choices = [];
  // The order that is open, followed live.
  #topic = null;
  // The code as the customer showed it; only what came this way is used to hand over without asking again.
  #code = null;
  #done = "";
  #step = "";

  begin() {
    this.orders = this.follow("orders");
    if (this.itemID) this.#open(this.itemID, null);
    const onKey = event => this.#key(event);
    addEventListener("keydown", onKey);
    this.until(() => removeEventListener("keydown", onKey));
    this.until(() => this.#topic?.end());
    requestAnimationFrame(() => this.#field()?.focus());
  }

  render() {
    const order = this.#topic?.state.order;
    if (order) this.#follow(order);
    return [
      h("h1", {}, "Pick-up desk"),
      h("form", { class: "finder", role: "search", key: "find", onsubmit: event => this.#find(event) },
        h("label", { for: "desk-find" }, "Pickup code or ticket"),
        h("div", { class: "row" },
          h("input", { id: "desk-find", name: "find", type: "text", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", enterkeyhint: "search", "aria-describedby": "desk-hint" }),
          h("button", { type: "submit", class: "primary" }, this.#busy ? h("span", { class: "spinner" }) : null, "Find")),
        h("p", { class: "hint", id: "desk-hint" }, "Enter finds; then Enter again does what comes next. Escape begins anew.")),
      notYet(this.orders, "orders"),
      problemBox(this.#problem),
      this.#done ? h("p", { class: "done", role: "status", key: "done" }, mark("good", "check", this.#done)) : null,
      this.#choices.length ? this.#choose() : null,
      this.#topic ? notYet(this.#topic, "the order") : null,
      order ? this.#order(order, this.#topic.state.invoice) : this.#topic ? null : this.#queue(),
    ];
  }

  #order(order, invoice) {
    const { wanted, there, carried, lacking, missing } = progress(order);
    const ready = order.state === "ready";
    const sum = due(order, invoice);
    const words = ready
      ? lacking ? `Everything that can be had is here; ${lacking} of ${wanted} could not be had.` : "Everything is here."
      : columnOf(order) === "ended" ? "This order has ended."
        : `Not ready: ${there} of ${wanted} here, ${carried} in a robot, ${missing} still to be fetched.`;
    return h("section", { class: "card found", key: order.order_id, "aria-label": `Order ${order.ticket ?? ""}` },
      h("div", { class: "row between" },
        h("h2", { class: "row", tabindex: "-1" }, h("span", { class: "ticket huge" }, order.ticket ?? "–"), h("span", {}, `Order ${order.ticket ?? order.order_id}`)),
        h("div", { class: "row" }, orderBadges(order))),
      h("p", { class: "big" }, words),
      progressBar(order),
      linesTable(order),
      h("p", { class: "big due" }, order.paid ? "Nothing to pay." : h("span", {}, "To pay: ", h("strong", {}, money(sum)))),
      h("div", { class: "row actions" },
        takeCash(order, invoice, { kind: this.#next(order) === "pay" ? "primary" : "", id: "desk-cash" }),
        takeCard(order, invoice, { id: "desk-card" }),
        handOver(order, this.#code, { kind: this.#next(order) === "hand-over" ? "primary" : "", id: "desk-hand-over", done: () => this.#finished(order) }),
        h("a", { class: "button plain", href: to("orders", order.order_id) }, "Whole story"),
        h("button", { type: "button", class: "plain", onclick: () => this.#anew() }, "Next customer")));
  }

  #next(order) {
    if (columnOf(order) === "ended") return "ended";
    return !order.paid && order.state === "ready" ? "pay" : order.state === "ready" ? "hand-over" : "wait";
  }

  // When the next step changes, the button for it gets the focus: Enter goes on.
  #follow(order) {
    const step = `${order.order_id} ${this.#next(order)}`;
    if (step === this.#step) return;
    this.#step = step;
    if (this.#next(order) === "ended") return;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      if (document.querySelector("dialog[open]")) return;
      const id = { pay: "desk-cash", "hand-over": "desk-hand-over" }[this.#next(order)];
      (id ? this.querySelector(`#${id}`) : this.querySelector(".found h2"))?.focus();
    }));
  }

  #choose() {
    return h("section", { class: "card", key: "choose" }, h("h2", {}, "Which one?"),
      h("ul", { class: "plain" }, this.#choices.map(order => h("li", { key: order.order_id, class: "row" },
        h("button", { type: "button", onclick: () => this.#open(order.order_id, null) }, `Order ${order.ticket}, ${money(order.total)}`), orderBadges(order)))));
  }

  // Who can be served now: nothing typed yet.
  #queue() {
    const ready = longestFirst([...this.orders.state.orders.values()].filter(order => order.state === "ready"));
    return h("section", { class: "card", key: "queue" }, h("h2", {}, `Ready at the depot: ${ready.length}`),
      this.orders.state.complete && !ready.length ? nothing("No order waits for its customer.", "ring") : null,
      h("ul", { class: "queue" }, ready.map(order => h("li", { key: order.order_id },
        h("button", { type: "button", class: "plain", onclick: () => this.#open(order.order_id, null) },
          ticket(order), h("span", {}, order.paid ? mark("good", "check", "Paid") : mark("warn", "ring", money(order.total))))))));
  }

  async #find(event) {
    event.preventDefault();
    const text = this.#field().value.trim();
    if (!text || this.#busy) return;
    this.#problem = null;
    this.#done = "";
    this.#choices = [];
    this.#close();
    if (/^\d{1,3}$/.test(text)) return this.#byTicket(Number(text));
    this.#busy = true;
    this.update();
    try {
      const order = await get(`/pickup/${part(text.toUpperCase())}`);
      this.#open(order.order_id, text.toUpperCase());
    } catch (problem) {
      this.#problem = problem;
      this.#field().select();
    }
    this.#busy = false;
    this.update();
  }

  #byTicket(number) {
    const found = [...this.orders.state.orders.values()].filter(order => order.ticket === number);
    const open = found.filter(order => columnOf(order) !== "ended");
    const which = open.length ? open : found;
    if (which.length === 1) return this.#open(which[0].order_id, null);
    this.#choices = which;
    if (!which.length) {
      this.#problem = { title: `No order has the ticket ${number}`, detail: "Check the number with the customer, or use the pickup code." };
      this.#field().select();
    }
    this.update();
  }

  #open(id, code) {
    this.#close();
    this.#topic = app.live.follow(`order/${id}`, { onChange: () => this.update() });
    this.#code = code;
    this.#choices = [];
    this.#problem = null;
    this.#step = "";
    this.update();
  }

  #close() {
    this.#topic?.end();
    this.#topic = null;
  }

  #finished(order) {
    this.#anew();
    this.#done = `Order ${order.ticket ?? order.order_id} is handed over. Next customer.`;
    this.update();
    return this.#done;
  }

  #anew() {
    this.#close();
    this.#code = this.#problem = null;
    this.#choices = [];
    this.#done = this.#step = "";
    const field = this.#field();
    field.value = "";
    this.update();
    // After the dialog, if there was one, has given the focus back.
    setTimeout(() => field.focus(), 60);
  }

  #key(event) {
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") this.#anew();
    else if (event.key === "/" && !event.target.matches?.("input, textarea, select")) {
      event.preventDefault();
      this.#field().focus();
    }
  }

  #field() { return this.querySelector("#desk-find"); }
});

"""#),
    PageFile(
        path: "/assets/dialog.js", source: "dialog.js", contentType: "text/javascript; charset=utf-8",
        tag: "e0e708b367e4b546",
        content: #"""
// A question that waits for an answer: says what will happen, takes what is needed, shows that it runs and what is wrong.

import { h } from "./tree.js";
import { View } from "./view.js";
import { newKey } from "./api.js";
import { errorOf, field, problemBox, valuesOf } from "./fields.js";

/**
 * Asks, and does it. `act(values, key)` is called with what was filled in and one idempotency key for all attempts; its
 * result is what this resolves to, undefined when it was left. `check(values)` may return what is wrong before anything
 * is sent; `live(values)` a node that follows what is typed.
 */
export function ask({ title, text, fields = [], confirm, cancel = "Leave it", danger = false, act, check, live }) {
  return new Promise(resolve => {
    const question = document.createElement("mb-question");
    Object.assign(question, { spec: { title, text, fields, confirm, cancel, danger, act, check, live }, resolve });
    document.body.append(question);
  });
}

customElements.define("mb-question", class extends View {
  #busy = false;
  #problem = null;
  #key = newKey();
  #values = {};

  begin() {
    for (const one of this.spec.fields) this.#values[one.name] = one.value;
    requestAnimationFrame(() => this.querySelector("dialog").showModal());
  }

  render() {
    const { title, text, fields, confirm, cancel, danger, live } = this.spec;
    return h("dialog", { "aria-labelledby": "question-title", oncancel: event => { if (this.#busy) event.preventDefault(); }, onclose: () => this.#leave() },
      h("form", { method: "dialog", novalidate: true, onsubmit: event => this.#submit(event), oninput: event => this.#typed(event) },
        h("h2", { id: "question-title" }, title),
        text ? h("p", {}, text) : null,
        problemBox(this.#problem),
        fields.map(one => field("question", one, errorOf(this.#problem, one.name))),
        live ? h("div", { "aria-live": "polite" }, live(this.#values)) : null,
        h("div", { class: "row end" },
          h("button", { type: "button", onclick: () => this.querySelector("dialog").close(), disabled: this.#busy }, cancel),
          h("button", { type: "submit", class: danger ? "danger" : "primary", "aria-disabled": this.#busy ? "true" : undefined, autofocus: !fields.length && !danger },
            this.#busy ? h("span", { class: "spinner" }) : null, this.#busy ? "Working …" : this.#problem?.kind === "unreachable" ? "Try again" : confirm))));
  }

  #typed(event) {
    this.#values = valuesOf(event.currentTarget);
    this.update();
  }

  async #submit(event) {
    event.preventDefault();
    if (this.#busy) return;
    const form = event.currentTarget;
    const values = valuesOf(form);
    this.#problem = missing(this.spec.fields, values) ?? this.spec.check?.(values) ?? null;
    if (this.#problem) return this.#showProblem();
    this.#busy = true;
    this.update();
    try {
      this.result = await this.spec.act(values, this.#key);
      this.querySelector("dialog").close();
    } catch (problem) {
      this.#problem = problem.title ? problem : { title: "This page has a fault", detail: `${problem.message}. Load the page again.`, fields: [] };
      // What was refused is not the same thing when it is sent again with other values.
      if (problem.kind !== "unreachable") this.#key = newKey();
      this.#showProblem();
    } finally {
      this.#busy = false;
      this.update();
    }
  }

  #showProblem() {
    this.update();
    requestAnimationFrame(() => this.querySelector("[aria-invalid=true]")?.focus());
  }

  #leave() {
    this.resolve(this.result);
    this.remove();
  }
});

/** What a form lacks, as a problem; null when nothing. */
export function missing(fields, values) {
  const lacking = fields.filter(one => one.required && one.type !== "checkbox" && !values[one.name]);
  if (!lacking.length) return null;
  return {
    title: "Something is missing", detail: "Fill in what is marked below.",
    fields: lacking.map(one => ({ field: one.name, message: "is needed" })),
  };
}

/** A problem found before anything is sent. */
export const wrong = (name, message) => ({ title: "Something is wrong", detail: "Correct what is marked below.", fields: [{ field: name, message }] });

"""#),
    PageFile(
        path: "/assets/event-words.js", source: "event-words.js", contentType: "text/javascript; charset=utf-8",
        tag: "7767d4c83d1b3451",
        content: #"""
// What an event of a service's log means, in words. Pure: an event in, a sentence out. What this page does not know yet
// is shown by its name; the raw data stand beside it always.

import { money, count } from "./format.js";

/** The event itself, taken out of the wrapper that the log's JSON has around it. */
export function content(event) {
  const data = event.data ?? {};
  const key = event.type ? event.type[0].toLowerCase() + event.type.slice(1) : "";
  return data[key] ?? data;
}

/** A sentence for the event. `names` may give `store(id)` and `product(id)` readable names. */
export function sentence(event, names = {}) {
  const data = content(event);
  const store = id => names.store?.(id) ?? id ?? "a store";
  const product = id => names.product?.(id) ?? id ?? "a product";
  const words = sentences[event.type];
  return words ? words(data, store, product) : spaced(event.type ?? "Event");
}

/** "OrderPlaced" as "Order placed". */
export function spaced(type) {
  const words = type.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return words ? words[0].toUpperCase() + words.slice(1) : words;
}

const sum = amount => money(amount && { minor_units: Number(amount.minorUnits ?? 0), currency_code: amount.currencyCode ?? "EUR" });
const because = reason => (reason ? `: ${reason}` : "");
const robot = data => data.botId ?? "a robot";
const units = stops => (stops ?? []).flatMap(stop => stop.items ?? []).reduce((all, item) => all + (item.quantity ?? 0), 0);
const steps = {
  CHECKOUT_STEP_CARD_AUTHORIZED: "the card is authorised",
  CHECKOUT_STEP_LIST_CREATED: "the shopping list is made",
  CHECKOUT_STEP_INVOICE_ISSUED: "the invoice is out",
  CHECKOUT_STEP_LIST_CANCELED: "the shopping list is undone",
  CHECKOUT_STEP_INVOICE_CLOSED: "nothing is owed any more",
};
const lacks = {
  UNAVAILABLE_REASON_OUT_OF_STOCK: "out of stock",
  UNAVAILABLE_REASON_STORE_CLOSED: "the store is closed",
  UNAVAILABLE_REASON_DAMAGED: "damaged",
};
const reports = {
  taskRequest: () => "is free and asks for a task",
  taskAccepted: () => "takes the task",
  taskDeclined: body => `declines the task${because(body.reason)}`,
  stopReached: (body, store) => `stands at ${store(body.storeId)}`,
  itemPicked: (body, store, product) => `has ${body.quantity ?? 0} × ${product(body.productId)}`,
  itemUnavailable: (body, store, product) => `cannot get ${body.quantity ?? 0} × ${product(body.productId)}`,
  stopDone: (body, store) => `leaves ${store(body.storeId)}`,
  taskDelivered: () => "has brought everything to the depot",
  taskAbandoned: body => `gives the task up${because(body.reason)}`,
  fault: body => `has a fault: ${body.code ?? ""} ${body.message ?? ""}`.trim(),
  faultCleared: body => `is well again (${body.code ?? "fault"})`,
  paused: body => `stands still${because(body.reason)}`,
  resumed: () => "goes on",
  goodbye: body => `says goodbye${because(body.reason)}`,
};
const directives = {
  assignTask: body => `take task ${body.taskId ?? ""}`,
  reviseTask: () => "the task has changed",
  cancelTask: body => `leave the task${because(body.reason)}`,
  pause: body => `stand still${because(body.reason)}`,
  resume: () => "go on",
  returnToDock: () => "go to a dock",
  goCharge: () => "go and charge",
  identify: () => "blink and beep",
};

function told(table, message, store, product) {
  const key = Object.keys(table).find(name => message?.[name] !== undefined);
  return key ? table[key](message[key], store, product) : undefined;
}

const sentences = {
  BasketStarted: d => `A basket was started at ${d.kioskId || "a kiosk"}`,
  ItemAdded: d => `${d.line?.quantity ?? 1} × ${d.line?.name ?? "an item"} went into the basket`,
  ItemRemoved: (d, store, product) => `${d.quantity ?? 1} × ${product(d.productId)} was taken out of the basket`,
  BasketAbandoned: () => "The basket was left behind",
  OrderPlaced: d => `The order was placed: ${count((d.lines ?? []).length, "line")}, ${sum(d.total)}${d.cardToken ? ", by card" : ", to be paid later"}`,
  OrderApproved: () => "The order was approved; robots may go",
  OrderRejected: d => `The order was rejected${because(d.reason)}`,
  OrderAdjusted: (d, store, product) => `${d.unavailable ?? 0} × ${product(d.productId)} could not be had; the total is now ${sum(d.newTotal)}`,
  OrderProgressed: (d, store, product) => [
    d.newlyPicked && `${d.newlyPicked} × ${product(d.productId)} is in a robot`,
    d.newlyDelivered && `${d.newlyDelivered} × ${product(d.productId)} is at the depot`,
    d.newlyUnpicked && `${d.newlyUnpicked} × ${product(d.productId)} has to be fetched again`,
  ].filter(Boolean).join("; ") || "The order went on",
  OrderReady: () => "Everything that can be had is at the depot",
  OrderPaid: () => "The order is paid",
  OrderCompleted: () => "Handed over to the customer",
  OrderCancelRequested: d => `Somebody asked to cancel${because(d.reason)}`,
  OrderCanceled: d => `The order was cancelled${because(d.reason)}`,
  CheckoutStepDone: d => `Checkout: ${steps[d.step] ?? "a step is done"}`,
  PickupCodeRefused: () => "Somebody tried a wrong pickup code",
  AuthorizationRequested: d => `The card's provider was asked for ${sum(d.amount)}`,
  PaymentAuthorized: d => `The card is good for ${sum(d.amount)}`,
  PaymentDeclined: d => `The card was declined${because(d.reason)}`,
  AuthorizationReleased: () => "What was held on the card was let go",
  InvoiceIssued: d => `The invoice says ${sum(d.amount)}`,
  InvoiceAdjusted: d => `The invoice says ${sum(d.amount)} now`,
  ChargeRequested: d => `The card is being charged ${sum(d.amount)}`,
  ChargeDeclined: d => `The charge was declined${because(d.reason)}`,
  InvoicePaid: d => `${sum(d.amount)} was paid${d.method === "PAYMENT_METHOD_CASH" ? " in cash" : " by card"}`,
  InvoiceCanceled: () => "The invoice was cancelled",
  RefundRequested: d => `${sum(d.amount)} is to be paid back${because(d.reason)}`,
  InvoiceRefunded: d => `${sum(d.amount)} was paid back`,
  AccountClosing: d => `What was paid or held goes back${because(d.reason)}`,
  AccountClosed: () => "Nothing is owed, held or to be given back any more",
  ListCreated: d => `The shopping list was made: ${count((d.stops ?? []).length, "stop")}`,
  ListRefused: d => `The shopping list cannot be made${because(d.reason)}`,
  ListAvailable: () => "The shopping list is open to robots",
  TaskQueued: d => `A trip waits for a robot: ${(d.stops ?? []).map(stop => stop.storeName || stop.storeId).join(", ")}`,
  TaskAssigned: d => `${robot(d)} was given the trip`,
  TaskAccepted: d => `${robot(d)} took the trip`,
  StopReached: (d, store) => `${robot(d)} stands at ${store(d.storeId)}`,
  ItemPicked: (d, store, product) => `${robot(d)} has ${d.quantity ?? 0} × ${product(d.productId)} from ${store(d.storeId)}`,
  ItemUnavailable: (d, store, product) => `${d.quantity ?? 0} × ${product(d.productId)} cannot be had at ${store(d.storeId)}${because(lacks[d.reason])}`,
  StopDone: (d, store) => `${robot(d)} leaves ${store(d.storeId)}`,
  TaskDelivered: d => `${robot(d)} brought ${count(units(d.delivered), "unit")} to the depot`,
  TaskRequeued: d => `The trip waits for another robot${because(d.reason)}`,
  TaskLeftInCustody: d => `${robot(d)} lost the trip, but has ${count(units(d.custody), "unit")} of it${because(d.reason)}`,
  TaskCanceled: d => `The trip was cancelled${because(d.reason)}`,
  ListReady: () => "Every trip of the list has ended",
  ListCancelRequested: d => `The shopping list is to be cancelled${because(d.reason)}`,
  ListCanceled: () => "The shopping list was cancelled",
  BotRegistered: d => `${robot(d)} was made known`,
  BotOnline: d => `${robot(d)} is online`,
  BotOffline: d => `${robot(d)} is offline${because(d.why)}`,
  BotWaiting: d => `${robot(d)} asks for a task (battery ${d.batteryPercent ?? 0} %)`,
  BotFaulted: d => `${robot(d)} has a fault: ${d.code ?? ""}${d.message ? `, ${d.message}` : ""}${d.needsHelp ? "; it needs help" : ""}`,
  BotFaultCleared: d => `${robot(d)} is well again (${d.code ?? "fault"})`,
  BotPaused: d => `${robot(d)} was paused${because(d.reason)}`,
  BotResumed: d => `${robot(d)} was resumed`,
  BotRetiring: d => `${robot(d)} finishes what it has and is retired then${because(d.reason)}`,
  BotRetired: d => `${robot(d)} is retired`,
  BotLost: d => `${robot(d)} was declared lost${because(d.reason)}`,
  BotSilent: d => `Nothing was heard from ${robot(d)} for ${d.seconds ?? 0} s`,
  BotHeard: d => `${robot(d)} was heard from again`,
  BotLow: d => `${robot(d)}'s battery is down to ${d.batteryPercent ?? 0} %`,
  BotReinstated: d => `${robot(d)} is back at work`,
  DirectiveIssued: d => `${robot(d)} is told: ${told(directives, d.message) ?? "a directive"}`,
  ReportRejected: d => `A report of ${robot(d)} made no sense${because(d.rejected?.why)}`,
  SessionOpened: d => `${robot(d)} connected from ${d.remoteAddress || "somewhere"} with ${d.software || "unknown software"}`,
  SessionClosed: d => `${robot(d)}'s connection ended${because(d.why)}`,
  ReportReceived: (d, store, product) => `${robot(d)} ${told(reports, d.report, store, product) ?? "reports"}`,
};

"""#),
    PageFile(
        path: "/assets/fields.js", source: "fields.js", contentType: "text/javascript; charset=utf-8",
        tag: "4366ee955aef1e26",
        content: #"""
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

"""#),
    PageFile(
        path: "/assets/figures.js", source: "figures.js", contentType: "text/javascript; charset=utf-8",
        tag: "ccdbbdc16b4e87ef",
        content: #"""
// How the mall is doing, computed from the orders that are known. Pure.

const hour = 3_600_000;
export const slices = 12;

/** How many there are of each state: a Map in the order of `table`, of states that occur or are in `always`. */
export function byState(entities, table, always = []) {
  const counts = new Map(Object.keys(table).filter(name => always.includes(name)).map(name => [name, 0]));
  for (const one of entities) counts.set(one.state, (counts.get(one.state) ?? 0) + 1);
  const rank = Object.keys(table);
  return new Map([...counts].sort(([a], [b]) => rank.indexOf(a) - rank.indexOf(b)));
}

/**
 * The last hour: how many were placed, became ready, were handed over, cancelled; the middle and the longest time from
 * placed to ready (ms; undefined when none became ready); and by twelfths of the hour, oldest first.
 */
export function lastHour(orders, now) {
  const from = now - hour;
  const within = text => text !== undefined && Date.parse(text) >= from && Date.parse(text) <= now + 60_000;
  const result = { placed: 0, ready: 0, handedOver: 0, canceled: 0, slices: Array.from({ length: slices }, () => ({ placed: 0, handedOver: 0 })) };
  const waits = [];
  const slice = text => result.slices[Math.min(slices - 1, Math.max(0, Math.floor((Date.parse(text) - from) / (hour / slices))))];
  for (const order of orders) {
    if (within(order.placed_at)) {
      result.placed += 1;
      slice(order.placed_at).placed += 1;
    }
    if (within(order.ready_at)) {
      result.ready += 1;
      if (order.placed_at) waits.push(Date.parse(order.ready_at) - Date.parse(order.placed_at));
    }
    if (!within(order.ended_at)) continue;
    if (order.state === "completed") {
      result.handedOver += 1;
      slice(order.ended_at).handedOver += 1;
    } else if (order.state === "canceled" || order.state === "rejected") result.canceled += 1;
  }
  waits.sort((a, b) => a - b);
  result.middleWait = waits[Math.floor((waits.length - 1) / 2)];
  result.longestWait = waits.at(-1);
  return result;
}

/** Alerts as they are to be dealt with: critical ones first, then the oldest. */
export function urgentFirst(alerts) {
  const rank = alert => (alert.severity === "critical" ? 0 : 1);
  return [...alerts].sort((a, b) => rank(a) - rank(b) || (a.since < b.since ? -1 : 1));
}

/** What an order still lacks: units wanted, there, on the way in a robot, not to be had. */
export function progress(order) {
  const all = { wanted: 0, there: 0, carried: 0, lacking: 0 };
  for (const line of order.lines ?? []) {
    all.wanted += line.quantity;
    all.there += line.delivered;
    all.carried += Math.max(0, line.picked - line.delivered);
    all.lacking += line.unavailable;
  }
  return { ...all, missing: Math.max(0, all.wanted - all.there - all.carried - all.lacking) };
}

/** The column of the board that an order stands in; null for none. */
export function columnOf(order) {
  switch (order.state) {
  case "placed": return "placed";
  case "approved": return "fetching";
  case "ready": return order.paid ? "collect" : "pay";
  case "canceling": return "canceling";
  case "completed": case "canceled": case "rejected": return "ended";
  default: return null;
  }
}

/** Whether an order is meant by what somebody typed: its ticket, code, id, kiosk, or a product or store in it. */
export function matches(order, text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return true;
  if (/^\d{1,3}$/.test(wanted)) return String(order.ticket) === wanted;
  return [order.order_id, order.pickup_code, order.kiosk_id, ...(order.lines ?? []).flatMap(line => [line.name, line.store_name])]
    .some(each => each?.toLowerCase().includes(wanted));
}

/** Orders by how long they wait: the longest first; those that ended the newest first. */
export function longestFirst(orders) {
  const key = order => (columnOf(order) === "ended" ? -Date.parse(order.ended_at ?? 0) : Date.parse(waitsSince(order) ?? 0));
  return [...orders].sort((a, b) => key(a) - key(b));
}

/** Since when an order waits for what comes next. */
export const waitsSince = order => (order.state === "ready" ? order.ready_at : order.placed_at) ?? order.started_at;

"""#),
    PageFile(
        path: "/assets/fold.js", source: "fold.js", contentType: "text/javascript; charset=utf-8",
        tag: "f9506bd524fe9064",
        content: #"""
// What is known of a live topic: the fold of its snapshot and deltas. Pure: values in, values out.

// By topic's kind: which lists of a document hold entities, by what id, and what names those that are gone.
const shapes = {
  orders: [{ list: "orders", id: "order_id", gone: "removed" }],
  fleet: [
    { list: "bots", id: "bot_id", gone: "removed_bots" },
    { list: "tasks", id: "task_id", gone: "removed_tasks", ended: task => ended.has(task.state) },
  ],
  lists: [{ list: "lists", id: "list_id", gone: "removed" }],
  stores: [
    { list: "stores", id: "store_id", gone: "removed_stores" },
    { list: "products", id: "product_id", gone: "removed_products" },
  ],
  alerts: [{ list: "alerts", id: "alert_id", gone: "removed" }],
  order: [],
  bot: [],
};
const ended = new Set(["delivered", "canceled"]);
const singles = { order: ["order", "invoice"], bot: ["bot", "task"] };
// More of a robot's log than this is read page by page.
const mostEvents = 1000;

/** The kind of a topic: "order/o-1" is an "order". */
export const kindOf = topic => topic.split("/", 1)[0];

/**
 * A topic of which nothing is known yet. `complete`: a whole snapshot is there. Entities are Maps by id; `telemetry` is a
 * Map by robot of what was heard and when (`heardAt`, this machine's clock in ms, its age taken off).
 */
export function unknown(topic) {
  const state = { topic, position: null, complete: false, problem: null, telemetry: new Map(), coming: null, events: [] };
  for (const shape of shapes[kindOf(topic)] ?? []) state[shape.list] = new Map();
  for (const name of singles[kindOf(topic)] ?? []) state[name] = null;
  return state;
}

/** The topic after a message of the server; `now` is this machine's clock in ms. An unknown message changes nothing. */
export function fold(state, message, now) {
  switch (message.type) {
  case "snapshot": return snapshot(state, message);
  case "delta": return changed(state, message);
  case "resumed": return { ...state, position: message.position, complete: true, problem: null, coming: null };
  case "telemetry": return heard(state, message.bots, now);
  case "error": return { ...state, problem: message.problem, coming: null };
  default: return state;
  }
}

// Parts gather beside what is shown, which stays until the last has come.
function snapshot(state, message) {
  const begun = message.part === 1 || !state.coming ? unknown(state.topic) : state.coming;
  const coming = merged(begun, message.data);
  if (!message.last) return { ...state, coming };
  return { ...coming, position: message.position, complete: true, coming: null, telemetry: state.telemetry };
}

// What changes between two parts of a snapshot has changed in what is coming too.
function changed(state, { data, position }) {
  const coming = state.coming ? merged(state.coming, data) : null;
  return { ...merged(state, data), coming, position };
}

function merged(state, data) {
  const next = { ...state };
  for (const { list, id, gone, ended } of shapes[kindOf(state.topic)] ?? []) {
    if (!data[list]?.length && !data[gone]?.length) continue;
    const entities = new Map(state[list]);
    for (const one of data[list] ?? []) {
      if (ended?.(one)) entities.delete(one[id]);
      else entities.set(one[id], one);
    }
    for (const one of data[gone] ?? []) entities.delete(one);
    next[list] = entities;
  }
  for (const name of singles[kindOf(state.topic)] ?? []) if (data[name] !== undefined) next[name] = data[name];
  // A robot's task is there only while it has one.
  if (data.bot && !data.bot.task_id) next.task = null;
  if (data.events?.length) next.events = joined(state.events, data.events);
  return next;
}

// Each event once, in the order of time; events of one log in the order of that log.
function joined(had, added) {
  const all = new Map(had.map(event => [`${event.service}/${event.position}`, event]));
  for (const event of added) all.set(`${event.service}/${event.position}`, event);
  return [...all.values()].sort(earlier).slice(-mostEvents);
}

function earlier(a, b) {
  if (a.service === b.service) return a.position - b.position;
  return a.at < b.at ? -1 : a.at > b.at ? 1 : 0;
}

// The newest wins, whatever order they come in.
function heard(state, bots, now) {
  const telemetry = new Map(state.telemetry);
  for (const bot of bots) {
    const heardAt = now - (bot.age_ms ?? 0);
    const old = telemetry.get(bot.bot_id);
    if (!old || old.heardAt <= heardAt) telemetry.set(bot.bot_id, { ...bot, heardAt });
  }
  return { ...state, telemetry };
}

"""#),
    PageFile(
        path: "/assets/format.js", source: "format.js", contentType: "text/javascript; charset=utf-8",
        tag: "4f0d86c0ce6d2948",
        content: #"""
// Amounts, times and spans of time as people read them. Pure but for the language of the browser.

/** `{minor_units, currency_code}` as text; a dash when there is none. */
export function money(amount) {
  if (!amount) return "–";
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency: amount.currency_code });
  return format.format(amount.minor_units / 10 ** fraction(amount.currency_code));
}

/** How many decimal places a currency has. */
export function fraction(currency) {
  return new Intl.NumberFormat(undefined, { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
}

/**
 * Minor units of an amount that somebody typed: "4.80", "4,8" and "4" in a currency with two places.
 * Undefined when it is no amount.
 */
export function minorUnits(text, currency) {
  const places = fraction(currency);
  const match = /^(\d{1,9})(?:[.,](\d*))?$/.exec(String(text).trim());
  if (!match || (match[2] ?? "").length > places) return undefined;
  return Number(match[1] + (match[2] ?? "").padEnd(places, "0"));
}

/** An amount as it is typed: "4.80". */
export function typed(amount) {
  if (!amount) return "";
  const places = fraction(amount.currency_code);
  return (amount.minor_units / 10 ** places).toFixed(places);
}

/** A span in milliseconds: "8 s", "4 min", "2 h 5 min", "3 days". */
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} days`;
}

/** A short span, with a decimal below ten seconds: "0.4 s". */
export function gap(ms) {
  return ms < 9950 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : span(ms);
}

/** Milliseconds from a time of the API until `now`; undefined without a time. */
export function since(text, now) {
  return text ? Math.max(0, now - Date.parse(text)) : undefined;
}

/** "4 min ago"; a dash when there is no time. */
export function ago(text, now) {
  const ms = since(text, now);
  return ms === undefined ? "–" : ms < 1500 ? "just now" : `${span(ms)} ago`;
}

/** "14:03:07" today, with the date before it on other days. */
export function clock(text, now) {
  if (!text) return "–";
  const date = new Date(text);
  const time = date.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
  return date.toDateString() === new Date(now).toDateString() ? time : `${date.toLocaleDateString()} ${time}`;
}

/** "1 robot", "2 robots". */
export function count(number, one, many = one + "s") { return `${number} ${number === 1 ? one : many}`; }

"""#),
    PageFile(
        path: "/assets/graph.js", source: "graph.js", contentType: "text/javascript; charset=utf-8",
        tag: "eb91d5e9d96dbd1b",
        content: #"""
// The building as a graph, and the way a robot has before it. Pure.

/** `mall` as GET /api/v1/mall gives it. */
export function graphOf(mall) {
  const places = new Map(mall.nodes.map(node => [node.id, node.place]));
  const ways = new Map(mall.nodes.map(node => [node.id, []]));
  for (const edge of mall.edges) {
    ways.get(edge.from)?.push({ to: edge.to, length: edge.length_mm });
    ways.get(edge.to)?.push({ to: edge.from, length: edge.length_mm });
  }
  return { places, ways, edges: mall.edges, depot: mall.depot_node, docks: new Map(mall.docks.map(dock => [dock.id, dock.node])) };
}

/** The shortest way from any of `from` (`[{id, length}]`: what it costs to be there) to `to`, as ids; null without one. */
export function shortest(graph, from, to) {
  const best = new Map(from.map(start => [start.id, start.length]));
  const before = new Map();
  const open = new Set(best.keys());
  while (open.size) {
    let at = null;
    for (const id of open) if (at === null || best.get(id) < best.get(at)) at = id;
    if (at === to) break;
    open.delete(at);
    for (const way of graph.ways.get(at) ?? []) {
      const length = best.get(at) + way.length;
      if (length < (best.get(way.to) ?? Infinity)) {
        best.set(way.to, length);
        before.set(way.to, at);
        open.add(way.to);
      }
    }
  }
  if (!best.has(to)) return null;
  const ids = [to];
  while (before.has(ids[0])) ids.unshift(before.get(ids[0]));
  return ids;
}

/** The ends of the way nearest to a place, with the distance to each: where a robot can go from there. */
export function entries(graph, place) {
  let nearest = null;
  for (const edge of graph.edges) {
    const a = graph.places.get(edge.from);
    const b = graph.places.get(edge.to);
    if (!a || !b || a.floor !== place.floor || b.floor !== place.floor) continue;
    const off = distanceToLine(place, a, b);
    if (!nearest || off < nearest.off) nearest = { off, edge, a, b };
  }
  if (!nearest) return [...graph.places].filter(([, at]) => at.floor === place.floor).map(([id, at]) => ({ id, length: far(place, at) }));
  return [
    { id: nearest.edge.from, length: far(place, nearest.a) },
    { id: nearest.edge.to, length: far(place, nearest.b) },
  ];
}

/** The nodes that a task still leads to, in order: stops with something left to fetch, then the depot. */
export function goalsOf(task, graph) {
  if (!task || task.state === "queued" || task.state === "delivered" || task.state === "canceled") return [];
  const left = stop => stop.items.some(
    item => (task.picked?.[item.product_id] ?? 0) + (task.unavailable?.[item.product_id] ?? 0) < item.quantity);
  const stops = task.state === "returning" || task.state === "in-custody" ? [] : task.stops.filter(left);
  return [...stops.map(stop => stop.node), graph.depot];
}

/** The points from `place` through `goals`, as `[{floor, x_mm, y_mm}]`; empty when there is no way. */
export function route(graph, place, goals) {
  if (!place || !goals.length) return [];
  const points = [place];
  let from = entries(graph, place);
  for (const goal of goals) {
    const ids = shortest(graph, from, goal);
    if (!ids) return points.length > 1 ? points : [];
    for (const id of ids) {
      const next = graph.places.get(id);
      if (next !== points.at(-1)) points.push(next);
    }
    from = [{ id: goal, length: 0 }];
  }
  return points;
}

const far = (a, b) => Math.hypot(a.x_mm - b.x_mm, a.y_mm - b.y_mm);

function distanceToLine(p, a, b) {
  const [dx, dy] = [b.x_mm - a.x_mm, b.y_mm - a.y_mm];
  const along = dx || dy ? ((p.x_mm - a.x_mm) * dx + (p.y_mm - a.y_mm) * dy) / (dx * dx + dy * dy) : 0;
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(p.x_mm - a.x_mm - t * dx, p.y_mm - a.y_mm - t * dy);
}

"""#),
    PageFile(
        path: "/assets/icon.svg", source: "icon.svg", contentType: "image/svg+xml",
        tag: "fdbc9360439b0150",
        content: #"""
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#0f5f6b"/><rect x="7" y="11" width="18" height="13" rx="4" fill="none" stroke="#fff" stroke-width="2.2"/><path d="M16 6.5V11M3.8 16v4M28.2 16v4" stroke="#fff" stroke-width="2.2" stroke-linecap="round"/><circle cx="12.5" cy="17.5" r="1.8" fill="#fff"/><circle cx="19.5" cy="17.5" r="1.8" fill="#fff"/><circle cx="16" cy="5.8" r="1.8" fill="#ffd27a"/></svg>

"""#),
    PageFile(
        path: "/", source: "index.html", contentType: "text/html; charset=utf-8",
        tag: "214b8e898dc5dd69",
        content: #"""
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta name="referrer" content="no-referrer">
  <title>MallBots staff</title>
  <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/assets/staff.css">
  <script type="module" src="/assets/app.js"></script>
</head>
<body>
  <mb-app></mb-app>
  <noscript><p class="loading">This page needs JavaScript: allow it for this address and load the page again.</p></noscript>
</body>
</html>

"""#),
    PageFile(
        path: "/assets/link.js", source: "link.js", contentType: "text/javascript; charset=utf-8",
        tag: "ad84e8a3ade7d1c9",
        content: #"""
// The live connection as a value: what is subscribed, under which ids, what is known of it, and when to try again.
// Pure: each input returns `{link, send, effects}`; live.js owns the socket, the timers and the clock.

import { fold, unknown } from "./fold.js";

// First after half a second, then twice as long each time, up to this.
const firstWait = 500;
const longestWait = 15_000;
// From this many failures on in a row the page says "offline".
const offlineAfter = 3;

/** A link with nothing subscribed. `phase`: "closed", "connecting", "open", "waiting". */
export function newLink() {
  return { phase: "closed", failures: 0, waitMs: 0, nextID: 1, topics: new Map(), brokenSince: null };
}

/** What people are told: "live", "reconnecting" or "offline"; "off" when nobody wants a connection. */
export function condition(link) {
  if (link.phase === "closed") return "off";
  const settled = [...link.topics.values()].every(topic => topic.settled);
  if (link.phase === "open" && settled) return "live";
  return link.failures >= offlineAfter ? "offline" : "reconnecting";
}

/** Somebody signed in: a connection is wanted. */
export function start(link, now) {
  return { ...link, phase: "connecting", failures: 0, brokenSince: now };
}

/** Nobody wants a connection any more; what was known is forgotten. */
export function stop() { return newLink(); }

/** The socket is open: everything is subscribed, from where it was. */
export function opened(link) {
  let next = { ...link, phase: "open", topics: new Map() };
  const send = [];
  for (const [name, topic] of link.topics) {
    const [after, message] = subscribed(next, topic);
    next = { ...after, topics: new Map(after.topics).set(name, { ...topic, id: message.id, settled: false }) };
    send.push(message);
  }
  return { link: next, send };
}

/** The socket is gone. Waits longer each time; `spread` is between 0 and 1, so that not all come back at once. */
export function broke(link, now, spread) {
  if (link.phase === "closed") return link;
  const waitMs = Math.round(Math.min(longestWait, firstWait * 2 ** link.failures) * (0.5 + spread / 2));
  const topics = new Map([...link.topics].map(([name, topic]) => [name, { ...topic, id: null, settled: false }]));
  return { ...link, phase: "waiting", failures: link.failures + 1, waitMs, topics, brokenSince: link.brokenSince ?? now };
}

/** The wait is over. */
export function retry(link) { return link.phase === "waiting" ? { ...link, phase: "connecting" } : link; }

/** Wants a topic, `hz` telemetry messages a second; again to want it faster. */
export function want(link, name, hz) {
  const had = link.topics.get(name);
  if (had && had.hz >= hz) return { link, send: [] };
  const topic = had ? { ...had, hz } : { hz, id: null, settled: false, state: unknown(name) };
  const send = had?.id != null ? [{ type: "unsubscribe", id: had.id }] : [];
  if (link.phase !== "open") return { link: { ...link, topics: new Map(link.topics).set(name, topic) }, send: [] };
  const [next, message] = subscribed(link, topic);
  const topics = new Map(next.topics).set(name, { ...topic, id: message.id, settled: false });
  return { link: { ...next, topics }, send: [...send, message] };
}

/** Nobody looks at a topic any more. */
export function unwant(link, name) {
  const had = link.topics.get(name);
  const topics = new Map(link.topics);
  topics.delete(name);
  return { link: { ...link, topics }, send: had?.id != null && link.phase === "open" ? [{ type: "unsubscribe", id: had.id }] : [] };
}

/**
 * A message of the server. `changed` names the topic that it was about, or is null; `anew`: the server sends all of it
 * again without being asked, as it does when the user's role has changed.
 */
export function received(link, message, now) {
  for (const [name, topic] of link.topics) {
    if (topic.id === null || topic.id !== message.id) continue;
    const state = fold(topic.state, message, now);
    // A subscription that the server ended is not there any more: nothing else comes under that id.
    const settles = message.type === "resumed" || message.type === "error" || (message.type === "snapshot" && message.last);
    const settled = topic.settled || settles;
    const topics = new Map(link.topics).set(name, { ...topic, state, settled });
    const whole = [...topics.values()].every(one => one.settled);
    return {
      link: { ...link, topics, failures: 0, brokenSince: whole ? null : link.brokenSince },
      changed: name,
      anew: topic.settled && message.type === "snapshot",
    };
  }
  return { link, changed: null, anew: false };
}

function subscribed(link, topic) {
  const message = { type: "subscribe", id: link.nextID, topic: topic.state.topic, hz: topic.hz };
  if (topic.state.position !== null && topic.state.complete) message.from = topic.state.position;
  return [{ ...link, nextID: link.nextID + 1 }, message];
}

"""#),
    PageFile(
        path: "/assets/live.js", source: "live.js", contentType: "text/javascript; charset=utf-8",
        tag: "796528a71b3693f3",
        content: #"""
// The socket around link.js: opens it, keeps it, and tells those who follow a topic that it changed.

import * as links from "./link.js";
import { unknown } from "./fold.js";

const subprotocol = "mallbots.staff.v1";
/** The server closes so when the session has ended. */
const sessionEnded = 4401;
// A view that is left for another often follows the same topics: do not subscribe anew for that.
const lingerMs = 3000;

export class Live {
  #link = links.newLink();
  #socket = null;
  #timer = null;
  #retryAt = 0;
  // By topic, those who follow it.
  #followers = new Map();

  /** `onCondition` is called when the connection's condition changed, `onEnded` when the session is over, `onFailure`
   * after each attempt that failed, `onAnew` when the server has reason to send everything again. */
  constructor({ onCondition, onEnded, onFailure, onAnew }) {
    Object.assign(this, { onCondition, onEnded, onFailure, onAnew });
    addEventListener("online", () => this.tryNow());
    addEventListener("offline", () => this.onCondition());
  }

  get condition() {
    const told = links.condition(this.#link);
    return told !== "off" && told !== "live" && navigator.onLine === false ? "offline" : told;
  }
  /** When it broke, in ms; null while all is well. */
  get brokenSince() { return this.#link.brokenSince; }
  /** Seconds until the next attempt; 0 while one is under way. */
  get retrySeconds() {
    return this.#link.phase === "waiting" ? Math.max(0, Math.ceil((this.#retryAt - Date.now()) / 1000)) : 0;
  }

  start() {
    if (this.#link.phase !== "closed") return;
    this.#link = links.start(this.#link, Date.now());
    this.#connect();
  }

  /** Forgets everything: at sign-out nothing of what was seen may stay. */
  stop() {
    clearTimeout(this.#timer);
    this.#link = links.stop();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
    this.onCondition();
  }

  tryNow() {
    if (this.#link.phase !== "waiting") return;
    clearTimeout(this.#timer);
    this.#link = links.retry(this.#link);
    this.#connect();
  }

  /** Follows a topic: `{state, end()}`, where `state` is always the newest (fold.js). `hz`: telemetry wanted. */
  follow(topic, { hz = 0, onChange }) {
    const followers = this.#followers.get(topic) ?? new Set();
    this.#followers.set(topic, followers.add(onChange));
    this.#step(links.want(this.#link, topic, hz));
    const live = this;
    const nothing = unknown(topic);
    return {
      get state() { return live.#link.topics.get(topic)?.state ?? nothing; },
      end() {
        followers.delete(onChange);
        setTimeout(() => live.#drop(topic, followers), lingerMs);
      },
    };
  }

  #drop(topic, followers) {
    if (followers.size || this.#followers.get(topic) !== followers) return;
    this.#followers.delete(topic);
    this.#step(links.unwant(this.#link, topic));
  }

  #step({ link, send }) {
    this.#link = link;
    for (const message of send) this.#socket?.send(JSON.stringify(message));
    if (send.length) this.onCondition();
  }

  #connect() {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1/live`, subprotocol);
    this.#socket = socket;
    const mine = action => event => { if (this.#socket === socket) action(event); };
    let wasOpen = false;
    socket.onopen = mine(() => {
      wasOpen = true;
      this.#step(links.opened(this.#link));
      this.onCondition();
    });
    socket.onmessage = mine(event => this.#take(event.data));
    socket.onclose = mine(event => {
      this.#socket = null;
      if (event.code === sessionEnded) return this.onEnded();
      this.#link = links.broke(this.#link, Date.now(), Math.random());
      this.#retryAt = Date.now() + this.#link.waitMs;
      this.#timer = setTimeout(() => this.tryNow(), this.#link.waitMs);
      this.onCondition();
      // A refused upgrade looks to a page like a network that is down: ask which it is.
      if (!wasOpen) this.onFailure();
    });
    this.onCondition();
  }

  #take(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      return console.warn("live: a message that is no JSON was left out");
    }
    const before = this.condition;
    const { link, changed, anew } = links.received(this.#link, message, Date.now());
    this.#link = link;
    for (const onChange of this.#followers.get(changed) ?? []) onChange(message);
    if (this.condition !== before) this.onCondition();
    if (anew) this.onAnew();
  }
}

"""#),
    PageFile(
        path: "/assets/map-floor.js", source: "map-floor.js", contentType: "text/javascript; charset=utf-8",
        tag: "bea4ddc196e75068",
        content: #"""
// One floor of the map. What stands is drawn like everything else; robots are moved frame by frame beside that.

import { h } from "./tree.js";
import { View } from "./view.js";
import { battery as batteryTone, robotMark, stationary } from "./map-marks.js";
import { goalsOf, graphOf, route } from "./graph.js";
import { drawn, moved, placed } from "./motion.js";
import { heardWords, sighting } from "./whereabouts.js";
import { botStates, state } from "./words.js";
import { span } from "./format.js";

const frameMs = 33;
// The order in which robots at one place take the places beside it.
const aside = [0, 1, -1, 2, -2];
// Empty ground farther than this from every node (mm) is not shown.
const margin = 7000;
const still = matchMedia("(prefers-reduced-motion: reduce)");

customElements.define("mb-floor", class extends View {
  #motions = new Map();
  #nudges = new Map();
  #mmPerPixel = 100;
  #graph = null;
  #view = [0, 0, 1, 1];
  #lastFrame = 0;

  set chosen(value) { this.picked = value; if (this.isConnected) this.update(); }
  set zoom(value) { this.scale = value; if (this.isConnected) this.update(); }
  set routes(value) { this.withRoutes = value; if (this.isConnected) this.update(); }

  begin() {
    this.#graph = graphOf(this.mall);
    this.#view = viewOf(this.mall, this.floor);
    const sizes = new ResizeObserver(() => this.#measure());
    sizes.observe(this);
    this.until(() => sizes.disconnect());
    let going = true;
    const frame = time => {
      if (!going) return;
      if (time - this.#lastFrame >= frameMs) {
        this.#lastFrame = time;
        this.#move();
      }
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    this.until(() => { going = false; });
  }

  render() {
    const { floor } = this;
    const bots = this.#here();
    const unit = this.#mmPerPixel;
    return h("div", { class: "floorscroll" },
      h("svg", { class: "map", viewBox: this.#view.join(" "), role: "group", "aria-label": `${floor.name}: ${bots.length} robots. Arrow keys go from robot to robot, Enter opens its card.`,
        ref: svg => this.#resize(svg), onkeydown: event => this.#key(event, bots) },
      h("rect", { class: "ground", width: floor.width_mm, height: floor.depth_mm, rx: 8 * unit }),
      stationary(this.mall, floor, this.stores.state.stores, unit),
      h("g", { class: "routes" }, this.withRoutes || this.picked ? bots.map(one => this.#route(one)) : null),
      h("g", { class: "robots" }, bots.map((one, at) => this.#robot(one, at, bots)))));
  }

  // The robots that are shown on this floor, by id.
  #here() {
    const { bots, tasks, telemetry } = this.fleet.state;
    const here = [];
    for (const bot of bots.values()) {
      const seen = telemetry.get(bot.bot_id);
      const place = seen?.place ?? bot.place;
      if (!place || (place.floor ?? 0) !== this.floor.number || bot.state === "retired") continue;
      here.push({ bot, place, sight: sighting(bot, seen), task: tasks.get(bot.task_id) });
    }
    return here.sort((a, b) => a.bot.bot_id.localeCompare(b.bot.bot_id, "en", { numeric: true }));
  }

  #robot({ bot, sight, task }, at, all) {
    const known = state(botStates, bot.state);
    const id = bot.bot_id;
    const chosen = this.picked === id;
    const reachable = this.picked && all.some(one => one.bot.bot_id === this.picked) ? chosen : at === 0;
    const words = [known.word, sight.battery === undefined ? null : `battery ${sight.battery} %`, task ? `trip with ${task.stops.length} stops` : null, heardWords(sight)].filter(Boolean).join(", ");
    return h("g", { key: id, class: `robot ${known.tone} ${sight.fresh}${chosen ? " chosen" : ""}`, "data-id": id, role: "button", tabindex: reachable ? "0" : "-1",
      "aria-label": `${id}: ${words}`, "aria-pressed": chosen ? "true" : "false", onclick: () => this.choose(chosen ? null : id) },
    robotMark(known.sign, batteryTone(sight.battery), chosen || this.#roomForNames(all.length) ? id : null,
      sight.fresh === "fresh" || !(chosen || this.#roomForNames(all.length)) ? null : span(sight.ageMs ?? 0)));
  }

  #roomForNames(robots) { return robots <= 60 && this.#mmPerPixel < 170; }

  #route({ bot, place, task }) {
    const chosen = this.picked === bot.bot_id;
    if (!this.withRoutes && !chosen) return null;
    const dock = !task && bot.dock_id && this.#graph.docks.get(bot.dock_id);
    const goals = task ? goalsOf(task, this.#graph) : dock ? [dock] : [];
    const points = route(this.#graph, place, goals);
    if (points.length < 2) return null;
    // The part on other floors is drawn there, while the robot is here: that floor shows it when it comes.
    let pen = "";
    let down = false;
    for (const point of points) {
      const on = (point.floor ?? 0) === this.floor.number;
      if (on) pen += `${down ? "L" : "M"}${point.x_mm} ${this.floor.depth_mm - point.y_mm}`;
      down = on;
    }
    return h("path", { key: bot.bot_id, class: `route${chosen ? " chosen" : ""}`, d: pen || "M0 0", "vector-effect": "non-scaling-stroke" });
  }

  #resize(svg) {
    this.svg = svg;
    this.#measure();
  }

  #measure() {
    if (!this.svg) return;
    const [, , across, down] = this.#view;
    const fits = this.several ? Math.max(300, innerHeight * 0.36) * across / down : Infinity;
    const width = Math.min(fits, Math.max(320, this.clientWidth - 2)) * (this.scale ?? 1);
    this.svg.style.width = `${width}px`;
    const unit = across / width;
    if (Math.abs(unit - this.#mmPerPixel) < 0.01) return;
    this.#mmPerPixel = unit;
    this.update();
  }

  update() {
    super.update();
    if (this.svg && this.scale !== this.measuredScale) {
      this.measuredScale = this.scale;
      this.#measure();
    }
  }

  #move() {
    if (!this.svg) return;
    const now = performance.now();
    const { telemetry, bots } = this.fleet.state;
    const crowd = new Map();
    for (const mark of this.svg.querySelectorAll(".robot")) {
      const id = mark.dataset.id;
      const seen = telemetry.get(id) ?? { place: bots.get(id)?.place, heardAt: 0 };
      if (!seen.place) continue;
      const had = this.#motions.get(id);
      const motion = had ? moved(had, seen, now, still.matches) : placed(seen, now);
      this.#motions.set(id, motion);
      const at = drawn(motion, now);
      const [dx, dy] = this.#nudge(id, at, seen, crowd);
      mark.setAttribute("transform", `translate(${at.x + dx} ${this.floor.depth_mm - at.y + dy}) scale(${this.#mmPerPixel})`);
      mark.querySelector(".nose").setAttribute("transform", `rotate(${at.heading})`);
    }
  }

  // Robots that stand at one place stand beside each other, so that each can be seen and pointed at.
  #nudge(id, at, seen, crowd) {
    const spot = `${Math.round(at.x / 1000)} ${Math.round(at.y / 1000)}`;
    let [wantX, wantY] = [0, 0];
    if (!seen.speed_mm_per_s) {
      const before = crowd.get(spot) ?? 0;
      crowd.set(spot, before + 1);
      const [column, line] = [before % aside.length, Math.floor(before / aside.length)];
      [wantX, wantY] = [aside[column] * 38 * this.#mmPerPixel, line * 48 * this.#mmPerPixel];
    }
    const [x, y] = this.#nudges.get(id) ?? [wantX, wantY];
    const now = still.matches ? [wantX, wantY] : [x + (wantX - x) * 0.2, y + (wantY - y) * 0.2];
    this.#nudges.set(id, now);
    return now;
  }

  #key(event, bots) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const id = event.target.closest?.(".robot")?.dataset.id;
    if (!id) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.choose(id);
    } else if (step) {
      event.preventDefault();
      const at = bots.findIndex(one => one.bot.bot_id === id);
      const next = bots[(at + step + bots.length) % bots.length].bot.bot_id;
      for (const mark of this.svg.querySelectorAll(".robot")) mark.setAttribute("tabindex", mark.dataset.id === next ? "0" : "-1");
      this.svg.querySelector(`.robot[data-id="${CSS.escape(next)}"]`)?.focus();
    }
  }
});

// The part of a floor that has something on it, on this floor or another: `[x, y, width, height]` in millimetres, y
// downwards. The same for floors of one size, so that what lies above each other stands above each other.
function viewOf(mall, floor) {
  const places = mall.nodes.map(node => node.place);
  if (!places.length) return [0, 0, floor.width_mm, floor.depth_mm];
  const [xs, ys] = [places.map(place => place.x_mm), places.map(place => floor.depth_mm - place.y_mm)];
  const [left, top] = [Math.max(0, Math.min(...xs) - margin), Math.max(0, Math.min(...ys) - margin)];
  return [left, top, Math.min(floor.width_mm, Math.max(...xs) + margin) - left, Math.min(floor.depth_mm, Math.max(...ys) + margin) - top];
}

"""#),
    PageFile(
        path: "/assets/map-marks.js", source: "map-marks.js", contentType: "text/javascript; charset=utf-8",
        tag: "7dac55d765e5c134",
        content: #"""
// What the map is drawn with: ways, stores, docks, the depot, elevators, and a robot's mark.

import { h } from "./tree.js";
import { marks } from "./signs.js";

/** Everything on a floor that does not move; `unit` is millimetres to a pixel. */
export function stationary(mall, floor, stores, unit) {
  const here = new Map(mall.nodes.filter(node => (node.place.floor ?? 0) === floor.number).map(node => [node.id, node.place]));
  const y = place => floor.depth_mm - place.y_mm;
  const at = place => `translate(${place.x_mm} ${y(place)}) scale(${unit})`;
  const ways = mall.edges.filter(edge => here.has(edge.from) && here.has(edge.to));
  // A way to another floor begins at an elevator.
  const lifts = new Set(mall.edges.filter(edge => here.has(edge.from) !== here.has(edge.to)).map(edge => (here.has(edge.from) ? edge.from : edge.to)));
  return [
    h("g", { class: "ways", key: "ways" }, ways.map(edge => {
      const [a, b] = [here.get(edge.from), here.get(edge.to)];
      return h("path", { key: `${edge.from} ${edge.to}`, d: `M${a.x_mm} ${y(a)}L${b.x_mm} ${y(b)}`, "stroke-width": 13 * unit });
    })),
    h("g", { class: "lifts", key: "lifts" }, [...lifts].map(id => h("g", { key: id, transform: at(here.get(id)) },
      h("rect", { x: -9, y: -9, width: 18, height: 18, rx: 3 }), h("path", { d: "M-4 -1 0 -5.5 4 -1M-4 2 0 6.5 4 2" }), h("text", { y: 23 }, "Elevator")))),
    h("g", { class: "docks", key: "docks" }, mall.docks.filter(dock => here.has(dock.node)).map(dock => h("g", { key: dock.id, transform: at(here.get(dock.node)) },
      h("title", {}, dock.id), h("rect", { x: -8, y: -8, width: 16, height: 16, rx: 4 }), h("path", { d: "M1.5 -6 -3.5 1H-.5L-1.5 6 3.5 -1H.5z" })))),
    here.has(mall.depot_node) ? h("g", { class: "depot", key: "depot", transform: at(here.get(mall.depot_node)) },
      h("rect", { x: -14, y: -14, width: 28, height: 28, rx: 5 }), h("path", { d: "M-7 7V-2L0 -7 7 -2V7zM-2.5 7V1.5H2.5V7" }), h("text", { y: 29, class: "strong" }, "Depot")) : null,
    h("g", { class: "stores", key: "stores" }, [...stores.values()].filter(store => here.has(store.node)).map(store => {
      const place = here.get(store.node);
      const low = place.y_mm < floor.depth_mm / 2;
      return h("g", { key: store.store_id, class: store.participating === false ? "closed" : "", transform: at(place) },
        h("rect", { x: -8, y: -8, width: 16, height: 16, rx: 3 }), h("path", { d: "M-4.5 -1V4.5H4.5V-1M-5 -1.5-3.800 -4.5H3.800L5 -1.5z" }),
        h("text", { y: low ? 23 : -15 }, store.name), store.participating === false ? h("text", { y: low ? 36 : -28, class: "small" }, "takes no part") : null);
    })),
  ];
}

/** How a battery is shown around a robot: how much of the ring, and its tone. */
export function battery(percent) {
  if (percent === undefined) return null;
  return { part: Math.max(0, Math.min(100, percent)) / 100, tone: percent <= 15 ? "bad" : percent <= 30 ? "warn" : "" };
}

/**
 * A robot in pixels around 0, 0, facing north: nose, body, the state's sign, the battery as a ring. Its `name`, when there
 * is room; `stale` is how long ago it was heard from, when that is long.
 */
export function robotMark(shape, charge, name, stale) {
  const ring = 2 * Math.PI * 12.5;
  return [
    h("circle", { class: "hit", r: 15 }),
    h("path", { class: "nose", d: "M0 -19.5 6 -11.5H-6z" }),
    h("circle", { class: "body", r: 11 }),
    charge ? h("circle", { class: `charge ${charge.tone}`, r: 12.5, transform: "rotate(-90)", "stroke-dasharray": `${(ring * charge.part).toFixed(1)} ${ring.toFixed(1)}` }) : null,
    h("g", { class: "state", transform: "translate(-7 -7) scale(.875)" }, marks(shape)),
    name ? h("text", { y: 27 }, name) : null,
    stale ? h("text", { y: 40, class: "late" }, `${stale} ago`) : null,
  ];
}

"""#),
    PageFile(
        path: "/assets/map-view.js", source: "map-view.js", contentType: "text/javascript; charset=utf-8",
        tag: "c050b0de5a232878",
        content: #"""
// The live map: floors with stores, ways, docks and the depot, the robots on them, and a robot's card beside it.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { botStates } from "./words.js";
import { count } from "./format.js";
import { badge, sign } from "./signs.js";
import { notYet } from "./parts.js";
import { problemBox } from "./fields.js";
import { to } from "./routes.js";
import "./map-floor.js";
import "./robot-card.js";

const hz = 2;
const zooms = [1, 1.5, 2.25, 3.4];

customElements.define("mb-map", class extends View {
  #floor = null;
  #zoom = 0;
  #table = false;
  #routes = true;
  #chosen = null;
  #problem = null;

  begin() {
    this.fleet = this.follow("fleet", { hz });
    this.stores = this.follow("stores");
    void this.#load();
  }

  render() {
    const mall = app.mall;
    return [
      h("h1", {}, "Map"),
      problemBox(this.#problem),
      this.#problem ? h("button", { type: "button", key: "again", onclick: () => this.#load() }, "Try again") : null,
      mall ? this.#tools(mall) : this.#problem ? null : h("p", { class: "loading", role: "status" }, h("span", { class: "spinner" }), "Loading the building …"),
      notYet(this.fleet, "robots"),
      mall ? h("div", { class: `mapbox${this.#chosen ? " with-card" : ""}`, key: "map" }, this.#table ? this.#asTable() : this.#floors(mall), this.#card()) : null,
      mall && !this.#table ? this.#legend() : null,
    ];
  }

  #tools(mall) {
    const floors = [...mall.floors].sort((a, b) => a.number - b.number);
    const choice = (value, word) => h("button", { type: "button", key: String(value), "aria-pressed": this.#floor === value ? "true" : "false", onclick: () => this.#set(() => { this.#floor = value; }) }, word);
    const toggle = (on, word, change) => h("button", { type: "button", key: word, "aria-pressed": on ? "true" : "false", onclick: () => this.#set(change) }, word);
    return h("div", { class: "toolbar", key: "tools" },
      floors.length > 1 ? h("div", { class: "segments", role: "group", "aria-label": "Floors" }, choice(null, "All floors"), floors.map(floor => choice(floor.number, floor.name || `Floor ${floor.number}`))) : null,
      h("div", { class: "segments", role: "group", "aria-label": "How to show" },
        toggle(!this.#table, "Map", () => { this.#table = false; }), toggle(this.#table, "Table", () => { this.#table = true; })),
      this.#table ? null : toggle(this.#routes, "Routes", () => { this.#routes = !this.#routes; }),
      this.#table ? null : h("div", { class: "segments", role: "group", "aria-label": "Size" },
        h("button", { type: "button", "aria-label": "Smaller", disabled: this.#zoom === 0, onclick: () => this.#set(() => { this.#zoom -= 1; }) }, "−"),
        h("button", { type: "button", "aria-label": "Larger", disabled: this.#zoom === zooms.length - 1, onclick: () => this.#set(() => { this.#zoom += 1; }) }, "+")));
  }

  #floors(mall) {
    const shown = mall.floors.filter(floor => this.#floor === null || floor.number === this.#floor).sort((a, b) => b.number - a.number);
    return h("div", { class: "floors", key: "floors" }, shown.map(floor => h("section", { class: "card floor", key: floor.number },
      h("h2", {}, floor.name || `Floor ${floor.number}`),
      h("mb-floor", { key: floor.number, ".floor": floor, ".mall": mall, ".fleet": this.fleet, ".stores": this.stores, ".several": shown.length > 1, ".zoom": zooms[this.#zoom],
        ".routes": this.#routes, ".chosen": this.#chosen, ".choose": id => this.#set(() => { this.#chosen = id; }) }))));
  }

  #asTable() {
    const bots = [...this.fleet.state.bots.values()]
      .filter(bot => this.#floor === null || (this.fleet.state.telemetry.get(bot.bot_id)?.place ?? bot.place)?.floor === this.#floor)
      .sort((a, b) => a.bot_id.localeCompare(b.bot_id, "en", { numeric: true }));
    return h("div", { key: "table" }, h("p", { class: "quiet small" }, `${count(bots.length, "robot")} ${this.#floor === null ? "on all floors" : "on this floor"}`),
      h("mb-robot-table", { ".bots": bots, ".fleet": this.fleet, ".stores": this.stores }));
  }

  #card() {
    if (!this.#chosen) return null;
    return h("aside", { class: "card", key: "card", "aria-label": `Robot ${this.#chosen}` },
      h("div", { class: "row between" }, h("h2", {}, h("a", { href: to("robots", this.#chosen) }, this.#chosen)),
        h("button", { type: "button", class: "plain small", onclick: () => this.#set(() => { this.#chosen = null; }) }, "Close")),
      h("mb-robot-card", { key: this.#chosen, ".itemID": this.#chosen }),
      h("p", {}, h("a", { href: to("robots", this.#chosen) }, "Its whole log")));
  }

  #legend() {
    return h("section", { class: "legend", key: "legend", "aria-label": "Signs on the map" },
      Object.keys(botStates).map(name => badge(botStates, name)),
      h("span", { class: "quiet row tight" }, sign("half"), "faded: not heard from for a while"));
  }

  #set(change) {
    change();
    this.update();
  }

  async #load() {
    this.#problem = null;
    try {
      await app.loadMall();
    } catch (problem) {
      this.#problem = problem;
    }
    this.update();
  }
});

"""#),
    PageFile(
        path: "/assets/motion.js", source: "motion.js", contentType: "text/javascript; charset=utf-8",
        tag: "dc8790832f833b00",
        content: #"""
// Where a robot is drawn between two messages of telemetry. Pure: times are given, in ms.

/** How long ago a robot was heard from before it looks stale, and before it looks gone; ms. */
export const staleAfter = 5000;
export const goneAfter = 30_000;

// A jump longer than this (mm) is not a drive: another floor's elevator, or a robot that was carried.
const longestDrive = 12_000;

// What is taken for the time between two messages of a robot, at least and at most; ms.
const quickest = 150;
const slowest = 2500;

/** A robot's movement when it is first seen. */
export function placed(seen, now) {
  const at = spot(seen);
  return { from: at, to: at, begun: now, lasts: 1, heardAt: seen.heardAt };
}

/**
 * The movement after new telemetry: from where it is drawn now to where it is, as long as the robot's messages lie apart.
 * `still`: at once, for who does not want things to move.
 */
export function moved(motion, seen, now, still = false) {
  const to = spot(seen);
  // The same message again, perhaps with its age rounded otherwise.
  if (to.floor === motion.to.floor && to.x === motion.to.x && to.y === motion.to.y && to.heading === motion.to.heading) return motion;
  const here = drawn(motion, now);
  const jump = still || to.floor !== here.floor || Math.hypot(to.x - here.x, to.y - here.y) > longestDrive;
  // A little longer, so that it seldom has to stop and wait for the next.
  const apart = 1.15 * Math.min(slowest, Math.max(quickest, seen.heardAt - motion.heardAt));
  return { from: jump ? to : here, to, begun: now, lasts: apart, heardAt: seen.heardAt };
}

/** Where it is drawn at `now`: `{floor, x, y, heading}`, in mm and degrees clockwise from north. */
export function drawn(motion, now) {
  const { from, to } = motion;
  const t = Math.min(1, Math.max(0, (now - motion.begun) / motion.lasts));
  const turn = ((to.heading - from.heading + 540) % 360) - 180;
  return {
    floor: to.floor,
    x: from.x + (to.x - from.x) * t,
    y: from.y + (to.y - from.y) * t,
    heading: (from.heading + turn * t + 360) % 360,
  };
}

/** "fresh", "stale" or "gone". */
export function freshness(ageMs) {
  return ageMs > goneAfter ? "gone" : ageMs > staleAfter ? "stale" : "fresh";
}

const spot = seen => ({ floor: seen.place.floor ?? 0, x: seen.place.x_mm ?? 0, y: seen.place.y_mm ?? 0, heading: seen.heading_degrees ?? 0 });

"""#),
    PageFile(
        path: "/assets/notices.js", source: "notices.js", contentType: "text/javascript; charset=utf-8",
        tag: "4e3f8f759d956611",
        content: #"""
// What became of what somebody did, told where eyes and screen readers find it.

import { h } from "./tree.js";
import { View } from "./view.js";
import { sign } from "./signs.js";

const stayMs = 7000;
let shown = [];
let nextID = 1;
let region = null;

/** Tells that something is done. */
export function tell(text) { add({ tone: "good", sign: "check", title: text }, stayMs); }

/** Tells what is wrong and what to do; stays until it is closed. */
export function complain(problem) {
  const fields = (problem.fields ?? []).map(one => `${one.field} ${one.message}`).join("; ");
  const detail = [problem.detail, fields].filter(Boolean).join(" ");
  add({ tone: "bad", sign: "alert", title: problem.title ?? String(problem.message ?? problem), detail }, 0);
}

/** Nothing of one person's work is left for the next. */
export function clearNotices() { shown = []; region?.update(); }

function add(notice, stays) {
  const one = { ...notice, id: nextID++ };
  shown = [...shown.slice(-3), one];
  region?.update();
  if (stays) setTimeout(() => drop(one), stays);
}

function drop(notice) {
  shown = shown.filter(one => one !== notice);
  region?.update();
}

customElements.define("mb-notices", class extends View {
  begin() {
    region = this;
    this.setAttribute("role", "status");
    this.setAttribute("aria-live", "polite");
  }
  render() {
    return shown.map(notice => h("div", { class: `notice ${notice.tone}`, key: notice.id },
      sign(notice.sign),
      h("div", {}, h("strong", {}, notice.title), notice.detail ? h("p", {}, notice.detail) : null),
      h("button", { class: "plain small", type: "button", onclick: () => drop(notice), "aria-label": `Close: ${notice.title}` }, "Close")));
  }
});

"""#),
    PageFile(
        path: "/assets/order-actions.js", source: "order-actions.js", contentType: "text/javascript; charset=utf-8",
        tag: "a4412b472ff64cfa",
        content: #"""
// What staff can do with an order: hand over, take payment, cancel, refund.

import { call, part, post, remove } from "./api.js";
import { action } from "./action.js";
import { h } from "./tree.js";
import { fraction, minorUnits, money, typed } from "./format.js";
import { wrong } from "./dialog.js";
import { orderName } from "./parts.js";
import { columnOf } from "./figures.js";

const testCards = ["card-approve", "card-decline", "card-late", "card-timeout"];

/** What is to be paid: the invoice's amount less what was captured, or the order's total. */
export function due(order, invoice) {
  const amount = invoice?.amount ?? order.total;
  if (!amount) return undefined;
  return { ...amount, minor_units: Math.max(0, amount.minor_units - (invoice?.captured?.minor_units ?? 0)) };
}

function unpayable(order) {
  if (order.paid) return "It is paid.";
  if (order.state === "ready" || order.state === "approved") return undefined;
  return `It is ${order.state}: a payment can be taken once it is approved, until it has ended.`;
}

/** Takes what is due in cash; the change is worked out. */
export function takeCash(order, invoice, extra = {}) {
  const sum = due(order, invoice);
  return action({
    key: "cash", label: "Take cash …", role: "clerk", why: unpayable(order), says: "Records that it was paid in cash at the desk",
    ask: {
      title: `Cash for ${orderName(order)}: ${money(sum)}`, confirm: "Cash is in the till",
      text: "This records the payment; it can be paid back later by a manager.",
      fields: [{ name: "given", label: "The customer gave", inputmode: "decimal", hint: "To work out the change. May stay empty." }],
      check: values => (values.given && minorUnits(values.given, sum.currency_code) === undefined
        ? wrong("given", `is no amount with ${fraction(sum.currency_code)} decimals at most`) : null),
      live: values => change(values.given, sum),
    },
    act: (values, key) => post(`/orders/${part(order.order_id)}/payment`, { method: "cash" }, key),
    done: () => `${money(sum)} taken in cash.`,
    ...extra,
  });
}

function change(given, sum) {
  const units = given ? minorUnits(given, sum.currency_code) : undefined;
  if (units === undefined) return null;
  const back = units - sum.minor_units;
  return h("p", { class: "big" }, back < 0 ? `${money({ ...sum, minor_units: -back })} are lacking` : `Change: ${money({ ...sum, minor_units: back })}`);
}

/** Charges a card with what is due. */
export function takeCard(order, invoice, extra = {}) {
  const sum = due(order, invoice);
  return action({
    key: "card", label: "Take card …", role: "clerk", why: unpayable(order), says: "Charges a card at the desk",
    ask: {
      title: `Card for ${orderName(order)}: ${money(sum)}`, confirm: "Charge the card",
      text: `The built-in provider is a simulator; its test cards are ${testCards.join(", ")}.`,
      fields: [{ name: "card_token", label: "Card", required: true, value: testCards[0], spellcheck: "false" }],
    },
    act: async (values, key) => (await call("POST", `/orders/${part(order.order_id)}/payment`, { body: { method: "card", ...values }, key })).body,
    done: paid => (paid?.state === "paid" ? `${money(sum)} taken by card.` : "The card is being charged; the order shows when it is done."),
    ...extra,
  });
}

/** Gives the items to the customer. `code`: as the customer showed it; asked for when it is not given. */
export function handOver(order, code, extra = {}) {
  const why = order.state !== "ready" ? `It is ${order.state}; it can be handed over when it is ready.` : order.paid ? undefined : "It is not paid: take the payment first.";
  const send = (pickup_code, key) => post(`/orders/${part(order.order_id)}/hand-over`, { pickup_code }, key);
  return action({
    key: "hand-over", label: code ? "Hand over" : "Hand over …", kind: "primary", role: "clerk", why, says: "Ends the order: the customer has the items",
    ask: code ? undefined : {
      title: `Hand over ${orderName(order)}`, text: "Ask the customer for the pickup code. This ends the order.", confirm: "Hand over",
      fields: [{ name: "code", label: "Pickup code", required: true, autocapitalize: "characters", spellcheck: "false" }],
    },
    act: (values, key) => send(code ?? values.code.toUpperCase(), key),
    done: () => `Handed over ${orderName(order)}.`,
    ...extra,
  });
}

/** Cancels an order that has not ended. */
export function cancelOrder(order) {
  const over = columnOf(order) === "ended" || order.state === "canceling";
  return action({
    label: "Cancel order …", kind: "danger", role: "clerk", why: over ? `It is ${order.state}.` : undefined, says: "Sends items back and pays back what was paid",
    ask: {
      title: `Cancel ${orderName(order)}?`, danger: true, confirm: "Cancel the order", cancel: "Keep it",
      text: "Robots bring back what they have, and what was paid is paid back. This cannot be undone.",
      fields: [{ name: "reason", label: "Reason" }],
    },
    act: values => remove(`/orders/${part(order.order_id)}`, values),
    done: ended => (ended?.state === "canceling" ? "It is being cancelled; it ends when everything is back." : `Cancelled ${orderName(order)}.`),
  });
}

/** Pays back what was paid, or part of it. */
export function refund(order, invoice) {
  const left = (invoice?.captured?.minor_units ?? 0) - (invoice?.refunded?.minor_units ?? 0);
  const sum = { minor_units: left, currency_code: invoice?.amount?.currency_code ?? order.total?.currency_code ?? "EUR" };
  return action({
    label: "Refund …", role: "manager", why: left > 0 ? undefined : "Nothing was paid that could be paid back.", says: "Pays back what was paid, or part of it",
    ask: {
      title: `Refund for ${orderName(order)}`, danger: true, confirm: "Pay back", text: `Up to ${money(sum)}. This cannot be undone.`,
      fields: [{ name: "amount", label: "Amount", required: true, value: typed(sum), inputmode: "decimal" }, { name: "reason", label: "Reason" }],
      check: values => {
        const units = minorUnits(values.amount, sum.currency_code);
        if (units === undefined || units === 0) return wrong("amount", "is no amount");
        return units > left ? wrong("amount", `is more than ${money(sum)}`) : null;
      },
    },
    act: (values, key) => post(`/orders/${part(order.order_id)}/refund`,
      { minor_units: minorUnits(values.amount, sum.currency_code), ...(values.reason ? { reason: values.reason } : {}) }, key),
    done: () => "The refund is on its way; the invoice shows when it is done.",
  });
}

"""#),
    PageFile(
        path: "/assets/order-view.js", source: "order-view.js", contentType: "text/javascript; charset=utf-8",
        tag: "49861767ac00a9de",
        content: #"""
// One order: what it holds and lacks, its payment, the robots on it, what can be done, and its whole story.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { badge, icon } from "./signs.js";
import { ago, clock, money } from "./format.js";
import { invoiceStates, taskStates } from "./words.js";
import { botLink, linesTable, namesFrom, notYet, orderBadges, progressBar, roleNote } from "./parts.js";
import { cancelOrder, handOver, refund, takeCard, takeCash } from "./order-actions.js";
import { timeline } from "./timeline.js";
import { reassign } from "./task-actions.js";
import { table } from "./tables.js";
import { to } from "./routes.js";

customElements.define("mb-order", class extends View {
  begin() {
    this.order = this.follow(`order/${this.itemID}`);
    this.fleet = this.follow("fleet");
    this.stores = this.follow("stores");
  }

  render() {
    const { order, invoice, events } = this.order.state;
    return [
      h("a", { class: "back", href: to("orders") }, icon("back"), "Orders"),
      h("h1", {}, order?.ticket ? `Order ${order.ticket}` : "Order"),
      notYet(this.order, "the order"),
      order ? [
        h("div", { class: "row", key: "badges" }, orderBadges(order), h("span", { class: "quiet mono" }, order.order_id)),
        h("div", { class: "grid", key: "cards" },
          this.#items(order), this.#facts(order, invoice), this.#tasks(order)),
        h("section", { class: "card", key: "story" }, h("h2", {}, "From kiosk to hand-over"), timeline(events, { names: namesFrom(this.stores) })),
      ] : null,
    ];
  }

  #items(order) {
    return h("section", { class: "card span2", key: "items" }, h("h2", {}, "Items"), progressBar(order), linesTable(order));
  }

  #facts(order, invoice) {
    const fact = (name, ...value) => h("div", { key: name }, h("dt", {}, name), h("dd", {}, ...value));
    const now = app.now();
    return h("section", { class: "card", key: "facts" }, h("h2", {}, "Payment and hand-over"),
      h("dl", { class: "facts" },
        fact("Total", money(order.total)),
        invoice ? fact("Invoice", badge(invoiceStates, invoice.state), " ", money(invoice.amount), invoice.method ? ` by ${invoice.method}` : "") : null,
        invoice?.refunded?.minor_units ? fact("Paid back", money(invoice.refunded)) : null,
        invoice?.decline_reason ? fact("Declined", invoice.decline_reason) : null,
        order.pickup_code ? fact("Pickup code", h("code", { class: "code" }, order.pickup_code)) : null,
        fact("Kiosk", order.kiosk_id ?? "–"),
        fact("Placed", `${clock(order.placed_at, now)}${order.placed_at ? ` (${ago(order.placed_at, now)})` : ""}`),
        order.ready_at ? fact("Ready", `${clock(order.ready_at, now)} (${ago(order.ready_at, now)})`) : null,
        order.ended_at ? fact("Ended", `${clock(order.ended_at, now)} (${ago(order.ended_at, now)})`) : null,
        order.reason ? fact("Reason", order.reason) : null),
      h("div", { class: "row" }, handOver(order, undefined), takeCash(order, invoice), takeCard(order, invoice), refund(order, invoice), cancelOrder(order)),
      roleNote("clerk"));
  }

  #tasks(order) {
    const tasks = [...this.fleet.state.tasks.values()].filter(task => task.list_id === order.order_id);
    if (!tasks.length) return null;
    return h("section", { class: "card span3", key: "tasks" }, h("h2", {}, "Trips"),
      table("Trips of the order", ["Trip", "State", "Robot", "Stops", "Do"], tasks.map(task => ({
        key: task.task_id,
        cells: [
          `Trip ${task.number}`, badge(taskStates, task.state), task.bot_id || task.custody_bot_id ? botLink(task.bot_id ?? task.custody_bot_id) : "–",
          task.stops.map(stop => stop.store_name).join(", "), reassign(task, this.fleet.state.bots),
        ],
      })), { flush: false }));
  }
});

"""#),
    PageFile(
        path: "/assets/orders-view.js", source: "orders-view.js", contentType: "text/javascript; charset=utf-8",
        tag: "0a2942a7a7c38f10",
        content: #"""
// The board: orders in columns by what comes next for them, the longest waiting first; and a search through all.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { get } from "./api.js";
import { money, since, span, clock } from "./format.js";
import { columnOf, longestFirst, matches, waitsSince } from "./figures.js";
import { notYet, orderBadges, progressBar, ticket } from "./parts.js";
import { problemBox } from "./fields.js";
import { sign } from "./signs.js";
import { table } from "./tables.js";
import { to } from "./routes.js";

const columns = [
  { name: "placed", word: "Placed", shape: "dot", hint: "being checked" },
  { name: "fetching", word: "Being fetched", shape: "arrow", hint: "robots are on it" },
  { name: "pay", word: "Ready, to be paid", shape: "ring", hint: "call the customer" },
  { name: "collect", word: "Ready, paid", shape: "check", hint: "hand over" },
  { name: "canceling", word: "Being cancelled", shape: "half", hint: "items go back", seldom: true },
  { name: "ended", word: "Ended", shape: "square", hint: "in the last hours" },
];
const mostEnded = 20;
// An order that waits longer than this is marked.
const longMs = 15 * 60_000;

customElements.define("mb-orders", class extends View {
  #text = "";
  #found = null;
  #busy = false;
  #problem = null;

  begin() { this.orders = this.follow("orders"); }

  render() {
    const shown = [...this.orders.state.orders.values()].filter(order => matches(order, this.#text));
    return [
      h("h1", {}, "Orders"),
      h("form", { class: "toolbar", role: "search", onsubmit: event => this.#search(event) },
        h("label", { for: "orders-find" }, "Find"),
        h("input", { id: "orders-find", type: "search", value: this.#text, placeholder: "Ticket, code, product …", autocomplete: "off", spellcheck: "false", oninput: event => this.#typed(event) }),
        h("button", { type: "submit", "aria-disabled": this.#busy ? "true" : undefined }, this.#busy ? h("span", { class: "spinner" }) : null, "Search all orders")),
      notYet(this.orders, "orders"),
      problemBox(this.#problem),
      this.#found ? this.#results() : null,
      h("div", { class: "board", key: "board" }, columns.map(column => this.#column(column, longestFirst(shown.filter(order => columnOf(order) === column.name))))),
    ];
  }

  #column(column, orders) {
    if (column.seldom && !orders.length) return null;
    const shown = column.name === "ended" ? orders.slice(0, mostEnded) : orders;
    return h("section", { class: `column ${column.name}`, key: column.name, "aria-label": `${column.word}: ${orders.length}` },
      h("h2", {}, sign(column.shape), column.word, h("span", { class: "count" }, orders.length)),
      h("p", { class: "quiet small" }, column.hint),
      h("ul", { class: "plain" }, shown.map(order => h("li", { key: order.order_id }, orderCard(order)))),
      orders.length > shown.length ? h("p", { class: "quiet small" }, `and ${orders.length - shown.length} more: search all orders`) : null);
  }

  #results() {
    return h("section", { class: "card", key: "found" },
      h("div", { class: "row between" }, h("h2", {}, `Found: ${this.#found.total ?? this.#found.orders.length}`),
        h("button", { type: "button", class: "plain small", onclick: () => { this.#found = null; this.update(); } }, "Close")),
      table("Orders found", ["Order", "Ticket", "State", "Placed", ["Total", "number"]], this.#found.orders.map(order => ({
        key: order.order_id,
        cells: [h("a", { href: to("orders", order.order_id) }, order.order_id), ticket(order), h("span", { class: "row tight" }, orderBadges(order)), clock(order.placed_at, app.now()), money(order.total)],
      })), { flush: false }),
      this.#found.next_page_token ? h("button", { type: "button", onclick: () => this.#load(this.#found.next_page_token) }, "Show more") : null);
  }

  #typed(event) {
    this.#text = event.currentTarget.value;
    if (!this.#text) this.#found = null;
    this.update();
  }

  #search(event) {
    event.preventDefault();
    if (!this.#busy) void this.#load();
  }

  async #load(page_token) {
    this.#busy = true;
    this.#problem = null;
    this.update();
    try {
      const page = await get("/orders", { q: this.#text, page_size: 50, page_token });
      this.#found = page_token ? { ...page, orders: [...this.#found.orders, ...page.orders] } : page;
    } catch (problem) {
      this.#problem = problem;
    }
    this.#busy = false;
    this.update();
  }
});

/** An order on the board: its number, how long it waits, how far it is. */
function orderCard(order) {
  const waits = since(waitsSince(order), app.now()) ?? 0;
  const over = columnOf(order) === "ended";
  const items = (order.lines ?? []).map(line => `${line.quantity} × ${line.name}`).join(", ");
  return h("a", { class: "ordercard", href: to("orders", order.order_id) },
    h("span", { class: "row between" }, h("span", { class: "row tight" }, ticket(order)),
      h("span", { class: !over && waits > longMs ? "late" : "quiet" }, over ? clock(order.ended_at, app.now()) : `${waits > longMs ? "long: " : ""}${span(waits)}`)),
    h("span", { class: "items" }, items),
    over ? h("span", { class: "row tight" }, orderBadges(order)) : progressBar(order),
    h("span", { class: "row between quiet" }, h("span", {}, order.kiosk_id ?? ""), h("span", {}, money(order.total))));
}

"""#),
    PageFile(
        path: "/assets/overview.js", source: "overview.js", contentType: "text/javascript; charset=utf-8",
        tag: "82959d45903fbcd2",
        content: #"""
// The mall at a glance: what needs a person now, orders and robots by state, how the last hour went.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { badge, icon, mark, sign } from "./signs.js";
import { ago, count, span } from "./format.js";
import { byState, columnOf, lastHour, urgentFirst } from "./figures.js";
import { alertKinds, botStates, orderStates, severities, state } from "./words.js";
import { alertText, notYet, nothing, subjectLink } from "./parts.js";
import { may } from "./roles.js";
import { to } from "./routes.js";

const openStates = ["placed", "approved", "ready"];
const mostAlerts = 5;

customElements.define("mb-overview", class extends View {
  begin() {
    this.orders = this.follow("orders");
    this.fleet = this.follow("fleet");
    this.alerts = this.follow("alerts");
  }

  render() {
    return [
      h("h1", {}, "Overview"),
      h("div", { class: "grid" }, this.#needed(), this.#ordersByState(), this.#robotsByState(), this.#hour()),
    ];
  }

  #needed() {
    const alerts = urgentFirst(this.alerts.state.alerts.values());
    const orders = [...this.orders.state.orders.values()];
    const unpaid = orders.filter(order => columnOf(order) === "pay").length;
    const collect = orders.filter(order => columnOf(order) === "collect").length;
    const more = alerts.length - mostAlerts;
    return h("section", { class: "card span2", key: "needed" }, h("h2", {}, "What needs a person now"),
      notYet(this.alerts, "alerts"),
      this.alerts.state.complete && !alerts.length ? nothing("No alert is open.") : null,
      h("ul", { class: "alerts" }, alerts.slice(0, mostAlerts).map(alert => h("li", { key: alert.alert_id, class: state(severities, alert.severity).tone },
        badge(severities, alert.severity),
        h("div", {}, h("p", { class: "strong" }, subjectLink(alert, alertText(alert, this.orders.state.orders))), h("p", { class: "quiet" }, alertKinds[alert.kind]?.todo ?? "")),
        h("span", { class: "quiet nowrap" }, ago(alert.since, app.now()))))),
      more > 0 ? h("p", {}, h("a", { href: to("alerts") }, `${count(more, "more alert")} …`)) : null,
      unpaid + collect > 0
        ? h("p", { class: "row" }, icon("desk"), h("span", {}, `At the desk: ${count(collect, "order")} to hand over, ${unpaid} to be paid first. `,
          may("clerk") ? h("a", { href: to("desk") }, "Open the pick-up desk") : null))
        : null);
  }

  #ordersByState() {
    const orders = [...this.orders.state.orders.values()];
    const counts = byState(orders.filter(order => order.state !== "basket" && order.state !== "abandoned"), orderStates, openStates);
    return h("section", { class: "card", key: "orders" }, h("h2", {}, h("a", { href: to("orders") }, "Orders")),
      notYet(this.orders, "orders"),
      h("ul", { class: "tally" }, [...counts].map(([name, number]) => h("li", { key: name, class: openStates.includes(name) ? "strong" : "" },
        badge(orderStates, name), h("span", { class: "figure" }, number)))));
  }

  #robotsByState() {
    const bots = [...this.fleet.state.bots.values()];
    const counts = byState(bots, botStates, ["working", "waiting"]);
    let x = 0;
    const working = counts.get("working") ?? 0;
    return h("section", { class: "card", key: "robots" }, h("h2", {}, h("a", { href: to("robots") }, "Robots")),
      notYet(this.fleet, "robots"),
      bots.length
        ? h("svg", { class: "parts", viewBox: "0 0 100 6", preserveAspectRatio: "none", role: "img", "aria-label": `${working} of ${count(bots.length, "robot")} at work` },
          [...counts].map(([name, number]) => {
            const width = 100 * number / bots.length;
            x += width;
            return h("rect", { key: name, class: state(botStates, name).tone, x: x - width, width: Math.max(0, width - 0.6), height: 6 });
          }))
        : null,
      h("ul", { class: "tally" }, [...counts].map(([name, number]) => h("li", { key: name }, badge(botStates, name), h("span", { class: "figure" }, number)))));
  }

  #hour() {
    const hour = lastHour(this.orders.state.orders.values(), app.now());
    const figure = (number, words, shape, tone) => h("div", {}, h("dt", {}, shape ? sign(shape) : null, words), h("dd", { class: tone }, number));
    const wait = hour.middleWait === undefined ? "–" : span(hour.middleWait);
    return h("section", { class: "card span2", key: "hour" }, h("h2", {}, "The last hour"),
      h("dl", { class: "figures" },
        figure(hour.placed, "placed"), figure(hour.handedOver, "handed over"), figure(hour.canceled, "cancelled"),
        figure(wait, "from placed to ready, in the middle"), figure(hour.longestWait === undefined ? "–" : span(hour.longestWait), "the longest")),
      this.#chart(hour));
  }

  #chart(hour) {
    const top = Math.max(1, ...hour.slices.flatMap(slice => [slice.placed, slice.handedOver]));
    const words = hour.slices.map((slice, at) => `${60 - at * 5} min ago: ${slice.placed} placed, ${slice.handedOver} handed over`).join("; ");
    const bar = (at, offset, number, tone) => h("rect", { class: tone, x: at * 50 + offset, y: 62 - 56 * number / top, width: 17, height: 56 * number / top, rx: 2 });
    return h("figure", { class: "hour" },
      h("svg", { viewBox: "0 0 600 66", role: "img", "aria-label": words },
        h("path", { class: "base", d: "M0 62.5H600" }),
        hour.slices.map((slice, at) => [bar(at, 6, slice.placed, "busy"), bar(at, 26, slice.handedOver, "good")])),
      h("figcaption", {}, h("span", {}, "60 min ago"), mark("busy", "arrow", "placed"), mark("good", "check", "handed over"), h("span", {}, "now")));
  }
});

"""#),
    PageFile(
        path: "/assets/parts.js", source: "parts.js", contentType: "text/javascript; charset=utf-8",
        tag: "aa732ac552c83186",
        content: #"""
// Pieces that several views show: an order's ticket, its lines, a bar of its progress, something still loading.

import { h } from "./tree.js";
import { app } from "./app-context.js";
import { badge, mark, sign } from "./signs.js";
import { money } from "./format.js";
import { progress } from "./figures.js";
import { may, reasonFor } from "./roles.js";
import { orderStates } from "./words.js";
import { to } from "./routes.js";
import { table } from "./tables.js";

/** While a topic's first snapshot is on its way, or the error that it ended with; null when it is there. */
export function notYet(subscription, what) {
  const { complete, problem } = subscription.state;
  if (problem) return h("div", { class: "problem", role: "alert", key: "topic" }, h("strong", {}, problem.title), h("p", {}, problem.detail));
  if (complete) return null;
  return h("p", { class: "loading", role: "status", key: "topic" }, h("span", { class: "spinner" }), `Loading ${what} …`);
}

/** The number that an order is called by. */
export const ticket = order => h("span", { class: "ticket" }, order.ticket ? String(order.ticket) : "–");

/** What an order is called in a sentence. */
export const orderName = order => (order.ticket ? `order ${order.ticket}` : `order ${order.order_id}`);

/** Whether it is paid, as a badge. */
export const paidBadge = order => (order.paid ? mark("good", "check", "Paid") : mark("warn", "ring", "Not paid"));

/** State and payment of an order. */
export const orderBadges = order => [badge(orderStates, order.state), ["completed", "canceled", "rejected", "abandoned"].includes(order.state) ? null : paidBadge(order)];

/** How far an order is, as a bar and in words. */
export function progressBar(order) {
  const { wanted, there, carried, lacking } = progress(order);
  const of = units => (wanted ? 100 * units / wanted : 0);
  const words = [`${there} of ${wanted} there`, carried && `${carried} in a robot`, lacking && `${lacking} cannot be had`].filter(Boolean).join(", ");
  return h("div", { class: "progress" },
    h("svg", { viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" },
      h("rect", { class: "all", width: 100, height: 4 }),
      h("rect", { class: "there", width: of(there), height: 4 }),
      h("rect", { class: "carried", x: of(there), width: of(carried), height: 4 }),
      h("rect", { class: "lacking", x: 100 - of(lacking), width: of(lacking), height: 4 })),
    h("span", {}, words));
}

/** An order's lines: what is there, on the way, and missing. */
export function linesTable(order) {
  const price = line => line.unit_price && { ...line.unit_price, minor_units: line.unit_price.minor_units * (line.quantity - line.unavailable) };
  return table("Items of the order", ["Item", "Store", ["Wanted", "number"], ["There", "number"], "State", ["Price", "number"]], (order.lines ?? []).map(line => ({
    key: line.product_id, cells: [line.name, line.store_name, line.quantity, h("strong", {}, line.delivered), lineState(line), money(price(line))],
  })), { flush: false });
}

function lineState(line) {
  const carried = Math.max(0, line.picked - line.delivered);
  const missing = line.quantity - line.delivered - carried - line.unavailable;
  return h("span", { class: "row tight" },
    missing > 0 ? mark("info", "ring", `${missing} to fetch`) : null,
    carried > 0 ? mark("busy", "arrow", `${carried} in a robot`) : null,
    line.unavailable > 0 ? mark("bad", "cross", `${line.unavailable} cannot be had`) : null,
    missing <= 0 && carried <= 0 && line.delivered > 0 ? mark("good", "check", line.unavailable ? "the rest is there" : "There") : null);
}

/** A link to a robot's card. */
export const botLink = id => h("a", { href: to("robots", id) }, id);

/** A link to whatever an alert is about. */
export function subjectLink(alert, words) {
  return alert.subject.type === "bot" ? h("a", { href: to("robots", alert.subject.id) }, words ?? alert.subject.id)
    : h("a", { href: to("orders", alert.subject.id) }, words ?? "the order");
}

/** Why the buttons beside it cannot be used, for who may not use them; nothing for others. */
export const roleNote = role => (may(role) ? null : h("p", { class: "hint", key: "role" }, reasonFor(role)));

/** An alert's text, with an order called by its ticket instead of its id; `orders`: a Map by id. */
export function alertText(alert, orders) {
  const ticket = alert.subject.type === "order" && orders.get(alert.subject.id)?.ticket;
  return ticket ? alert.text.replace(`order ${alert.subject.id}`, `Order ${ticket}`) : alert.text;
}

/** Says that there is nothing, and what that means. */
export const nothing = (words, shape = "check") => h("p", { class: "nothing" }, sign(shape), words);

/** What a store or product is called, as far as the live stores know. */
export function namesFrom(stores) {
  return {
    store: id => stores.state.stores.get(id)?.name,
    product: id => stores.state.products.get(id)?.name,
  };
}

/** A node's floor in words. */
export const floorName = number => app.mall?.floors.find(floor => floor.number === number)?.name ?? `Floor ${number ?? 0}`;

"""#),
    PageFile(
        path: "/assets/problem.js", source: "problem.js", contentType: "text/javascript; charset=utf-8",
        tag: "ecb851ceea711d77",
        content: #"""
// An error as people read it: what is wrong, and what to do.

export class Problem extends Error {
  /** `kind` is for programs; `fields` are `{field, message}`. */
  constructor({ kind, title, detail, status = 0, fields = [], retryAfter = 0 }) {
    super(title);
    Object.assign(this, { kind, title, detail, status, fields, retryAfter });
  }

  /** From a problem document of the gateway (RFC 9457). */
  static from(document, status, retryAfter = 0) {
    return new Problem({
      kind: String(document.type ?? "").split(":").at(-1) || "unknown",
      title: document.title || `The server answered ${status}`,
      detail: document.detail || "Try again; if it stays so, tell who runs the server.",
      status,
      fields: document.errors ?? [],
      retryAfter,
    });
  }

  static unreachable() {
    return new Problem({
      kind: "unreachable",
      title: "The server cannot be reached",
      detail: "It is not known whether this was done. Check the network and try again: trying again does nothing twice.",
    });
  }

  static odd(status) {
    return new Problem({
      kind: "odd-answer",
      title: `The server's answer (${status}) cannot be read`,
      detail: "Something between this page and the server may have answered. Load the page again.",
      status,
    });
  }
}

"""#),
    PageFile(
        path: "/assets/robot-card.js", source: "robot-card.js", contentType: "text/javascript; charset=utf-8",
        tag: "04349bdcb04dd25e",
        content: #"""
// A robot's card: how it is, what it does, what it can be told. Beside the map, and on the robot's own page.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { badge, battery, mark } from "./signs.js";
import { span } from "./format.js";
import { botStates, taskStates } from "./words.js";
import { notYet, roleNote } from "./parts.js";
import { botActions } from "./bot-actions.js";
import { reassign } from "./task-actions.js";
import { headingWord, heardWords, placeWords, sighting } from "./whereabouts.js";
import { to } from "./routes.js";

customElements.define("mb-robot-card", class extends View {
  begin() {
    this.topic = this.follow(`bot/${this.itemID}`, { hz: 1 });
    this.fleet = this.follow("fleet");
    this.stores = this.follow("stores");
    this.orders = this.follow("orders");
    void app.loadMall().catch(() => {});
  }

  render() {
    const { bot, task, telemetry } = this.topic.state;
    if (!bot) return notYet(this.topic, "the robot") ?? [];
    const seen = sighting(bot, telemetry.get(bot.bot_id));
    return [
      h("div", { class: "row", key: "badges" }, badge(botStates, bot.state), bot.retiring && bot.state !== "retired" ? mark("warn", "half", "Being retired") : null,
        battery(seen.battery), seen.fresh === "fresh" ? null : mark("warn", "half", heardWords(seen))),
      bot.fault ? h("div", { class: "problem", key: "fault" }, h("strong", {}, "Fault"), h("p", {}, bot.fault)) : null,
      h("dl", { class: "facts", key: "facts" },
        this.#fact("Where", placeWords(seen.place, this.stores.state.stores.values())),
        this.#fact("Moves", seen.speed === undefined ? "not known" : seen.speed > 0 ? `${(seen.speed / 1000).toFixed(1)} m/s, ${headingWord(seen.heading)}` : "stands still"),
        this.#fact("Dock", bot.dock_id ? `kept for it: ${bot.dock_id}` : "–"),
        this.#fact("Model", `${bot.model || "–"}, room for ${bot.capacity_units} units`),
        this.#fact("Delivered", `${bot.tasks_delivered ?? 0} trips`),
        this.#fact("Session", bot.online ? `no. ${bot.session}` : "none now")),
      h("section", { class: "inset", key: "task" }, h("h3", {}, "Trip"), this.#task(task, bot)),
      h("div", { class: "row", key: "actions" }, botActions(bot)),
      roleNote("manager"),
    ];
  }

  #fact(name, value) { return h("div", { key: name }, h("dt", {}, name), h("dd", {}, value)); }

  #task(task, bot) {
    return [
      bot.custody_task_id
        ? h("p", { key: "custody" }, mark("warn", "half", "In custody"), " It still has items of ", this.#orderLink(bot.custody_task_id), ", although the trip is not its own any more",
          task?.custody_until ? `; they are fetched again in ${span(Date.parse(task.custody_until) - app.now())}.` : ".")
        : null,
      !task || !bot.task_id ? h("p", { class: "quiet", key: "none" }, bot.custody_task_id ? "No trip of its own." : "It has no trip now.") : h("div", { key: "one" },
        h("p", { class: "row" }, badge(taskStates, task.state), this.#orderLink(task.task_id), task.canceling ? mark("warn", "half", "being cancelled") : null),
        h("ol", { class: "stops" }, task.stops.map(stop => this.#stop(stop, task))),
        reassign(task, this.fleet.state.bots)),
    ];
  }

  #stop(stop, task) {
    const got = stop.items.reduce((all, item) => all + Math.min(item.quantity, task.picked?.[item.product_id] ?? 0), 0);
    const lacking = stop.items.reduce((all, item) => all + (task.unavailable?.[item.product_id] ?? 0), 0);
    const wanted = stop.items.reduce((all, item) => all + item.quantity, 0);
    const done = got + lacking >= wanted;
    return h("li", { key: stop.store_id, class: done ? "quiet" : "" },
      done ? mark("good", "check", "done") : mark("info", "ring", `${got} of ${wanted}`), " ", h("strong", {}, stop.store_name), ": ",
      stop.items.map(item => `${item.quantity} × ${item.name}`).join(", "), lacking ? ` (${lacking} cannot be had)` : "");
  }

  #orderLink(taskID) {
    const id = taskID.split("/")[0];
    const known = this.orders.state.orders.get(id);
    return h("a", { href: to("orders", id) }, known?.ticket ? `order ${known.ticket}` : "its order");
  }
});

"""#),
    PageFile(
        path: "/assets/robot-view.js", source: "robot-view.js", contentType: "text/javascript; charset=utf-8",
        tag: "328638a38ab7a5da",
        content: #"""
// A robot's page: its card, and its log back to where it begins.

import { h } from "./tree.js";
import { View } from "./view.js";
import { get, part } from "./api.js";
import { icon } from "./signs.js";
import { namesFrom } from "./parts.js";
import { timeline } from "./timeline.js";
import { problemBox } from "./fields.js";
import { to } from "./routes.js";

customElements.define("mb-robot", class extends View {
  #older = [];
  #next = undefined;
  #busy = false;
  #problem = null;

  begin() {
    this.topic = this.follow(`bot/${this.itemID}`, { hz: 1 });
    this.stores = this.follow("stores");
  }

  render() {
    const { events, bot } = this.topic.state;
    const all = [...this.#older, ...events].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    return [
      h("a", { class: "back", href: to("robots") }, icon("back"), "Robots"),
      h("h1", {}, this.itemID),
      h("section", { class: "card", key: "card" }, h("h2", { class: "hidden" }, "How it is"), h("mb-robot-card", { key: this.itemID, ".itemID": this.itemID })),
      bot ? h("section", { class: "card", key: "log" }, h("h2", {}, "Log, newest first"),
        all.length ? timeline(all, { names: namesFrom(this.stores), newestFirst: true }) : h("p", { class: "quiet" }, "Nothing is in its log yet."),
        problemBox(this.#problem),
        this.#next === null ? h("p", { class: "quiet" }, "Here its log begins.")
          : h("button", { type: "button", "aria-disabled": this.#busy ? "true" : undefined, onclick: () => this.#more(all) },
            this.#busy ? h("span", { class: "spinner" }) : null, "Show older")) : null,
    ];
  }

  async #more() {
    if (this.#busy) return;
    this.#busy = true;
    this.#problem = null;
    this.update();
    try {
      const page = await get(`/bots/${part(this.itemID)}/log`, { page_size: 200, before: this.#next });
      const known = new Set([...this.#older, ...this.topic.state.events].map(event => `${event.service}/${event.position}`));
      this.#older = [...page.events.filter(event => !known.has(`${event.service}/${event.position}`)), ...this.#older];
      this.#next = page.next_before ?? null;
    } catch (problem) {
      this.#problem = problem;
    }
    this.#busy = false;
    this.update();
  }
});

"""#),
    PageFile(
        path: "/assets/robots-view.js", source: "robots-view.js", contentType: "text/javascript; charset=utf-8",
        tag: "56a677af175b7c52",
        content: #"""
// All robots as a table: state, battery, trip, place, and when each was heard from.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { badge, battery, mark } from "./signs.js";
import { count } from "./format.js";
import { byState } from "./figures.js";
import { botStates, state, taskStates } from "./words.js";
import { notYet } from "./parts.js";
import { addBot } from "./bot-actions.js";
import { heardWords, placeWords, sighting } from "./whereabouts.js";
import { table } from "./tables.js";
import { to } from "./routes.js";

customElements.define("mb-robots", class extends View {
  #text = "";
  #only = "";

  begin() {
    this.fleet = this.follow("fleet", { hz: 1 });
    this.stores = this.follow("stores");
    void app.loadMall().catch(() => {});
  }

  render() {
    const all = [...this.fleet.state.bots.values()].sort(byID);
    const counts = byState(all, botStates);
    const shown = all.filter(bot => (!this.#only || bot.state === this.#only) && bot.bot_id.toLowerCase().includes(this.#text.trim().toLowerCase()));
    return [
      h("div", { class: "row between", key: "head" }, h("h1", {}, "Robots"), addBot()),
      h("form", { class: "toolbar", role: "search", key: "tools", onsubmit: event => event.preventDefault() },
        h("label", { for: "robots-find" }, "Find"),
        h("input", { id: "robots-find", type: "search", value: this.#text, placeholder: "Name", autocomplete: "off", oninput: event => { this.#text = event.currentTarget.value; this.update(); } }),
        h("label", { for: "robots-state" }, "State"),
        h("select", { id: "robots-state", value: this.#only, onchange: event => { this.#only = event.currentTarget.value; this.update(); } },
          h("option", { value: "", key: "" }, `all (${all.length})`), [...counts].map(([name, number]) => h("option", { value: name, key: name }, `${state(botStates, name).word} (${number})`)))),
      notYet(this.fleet, "robots"),
      h("p", { class: "quiet small", role: "status", key: "count" }, this.#text || this.#only ? `${count(shown.length, "robot")} shown` : ""),
      h("mb-robot-table", { key: "table", ".bots": shown, ".fleet": this.fleet, ".stores": this.stores }),
    ];
  }
});

/** The robots as a table; the map shows the same for those who cannot see it. */
customElements.define("mb-robot-table", class extends View {
  set bots(value) { this.shown = value; if (this.isConnected) this.update(); }

  render() {
    const { tasks, telemetry } = this.fleet.state;
    return table("Robots", ["Robot", "State", "Battery", "Trip", "Where", "Heard from"],
      (this.shown ?? []).map(bot => this.#row(bot, tasks.get(bot.task_id), telemetry.get(bot.bot_id))));
  }

  #row(bot, task, heard) {
    const seen = sighting(bot, heard);
    return {
      key: bot.bot_id, class: seen.fresh,
      cells: [
        h("a", { href: to("robots", bot.bot_id) }, bot.bot_id),
        h("span", { class: "row tight" }, badge(botStates, bot.state), bot.retiring && bot.state !== "retired" ? mark("warn", "half", "retiring") : null),
        battery(seen.battery),
        task ? h("span", { class: "row tight" }, badge(taskStates, task.state), h("a", { href: to("orders", task.list_id) }, "order"))
          : bot.custody_task_id ? mark("warn", "half", "custody") : h("span", { class: "quiet" }, "–"),
        placeWords(seen.place, this.stores.state.stores.values()),
        h("span", { class: seen.fresh === "fresh" ? "quiet" : "late" }, heardWords(seen)),
      ],
    };
  }
});

// "bot-2" before "bot-10".
function byID(a, b) { return a.bot_id.localeCompare(b.bot_id, "en", { numeric: true }); }

"""#),
    PageFile(
        path: "/assets/roles.js", source: "roles.js", contentType: "text/javascript; charset=utf-8",
        tag: "48ade66876ca6ff0",
        content: #"""
// Who may do what. The server decides; this only keeps the page from offering what would be refused.

import { app } from "./app-context.js";

const rank = { viewer: 1, clerk: 2, manager: 3 };

export const roles = ["viewer", "clerk", "manager"];

/** Whether who is signed in may what `role` may. */
export function may(role) {
  return (rank[app.session?.user?.role] ?? 0) >= rank[role];
}

/** What a role may do, in words. */
export const roleWords = {
  viewer: "sees everything live, changes nothing",
  clerk: "also hands over, takes payments, cancels orders",
  manager: "also runs stores, products, robots, refunds, users",
};

/** Why a button cannot be used by who is signed in. */
export function reasonFor(role) {
  return `Only a ${role}${role === "manager" ? "" : " or a manager"} may do this; you are signed in as ${app.session?.user?.role}.`;
}

"""#),
    PageFile(
        path: "/assets/routes.js", source: "routes.js", contentType: "text/javascript; charset=utf-8",
        tag: "5c8248265caeb39d",
        content: #"""
// Which view an address shows. Addresses are fragments (#/orders/o-1), so that the server has one page only. Pure.

/** The parts of the page, in the order of the menu; `role` is the least that may see one. */
export const places = [
  { name: "overview", word: "Overview", element: "mb-overview", icon: "overview" },
  { name: "map", word: "Map", element: "mb-map", icon: "map" },
  { name: "orders", word: "Orders", element: "mb-orders", icon: "orders", one: { element: "mb-order", word: "Order" } },
  { name: "desk", word: "Pick-up desk", short: "Desk", element: "mb-desk", icon: "desk", role: "clerk", one: { element: "mb-desk", word: "Pick-up desk" } },
  { name: "robots", word: "Robots", element: "mb-robots", icon: "robots", one: { element: "mb-robot", word: "Robot" } },
  { name: "stores", word: "Stores", element: "mb-stores", icon: "stores", one: { element: "mb-store", word: "Store" } },
  { name: "alerts", word: "Alerts", element: "mb-alerts", icon: "alerts" },
  { name: "users", word: "Users", element: "mb-users", icon: "users", role: "manager" },
  { name: "audit", word: "Audit log", element: "mb-audit", icon: "audit", role: "manager" },
  { name: "account", word: "Your account", element: "mb-account", icon: "account", aside: true },
];

/** `{place, id?, element, word}` of a fragment; the overview when it is none of ours. */
export function routeOf(fragment) {
  const [name, id] = fragment.replace(/^#\/?/, "").split("/").map(decoded);
  const place = places.find(one => one.name === name) ?? places[0];
  if (id && place.one) return { place, id, ...place.one };
  return { place, element: place.element, word: place.word };
}

/** The address of a part of the page, or of one thing in it. */
export const to = (name, id) => `#/${name}${id === undefined ? "" : "/" + encodeURIComponent(id)}`;

/** The first-run token of an address `#setup=TOKEN`. */
export const setupToken = fragment => /^#setup=(.+)$/.exec(fragment)?.[1] ?? "";

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

"""#),
    PageFile(
        path: "/assets/sign-in.js", source: "sign-in.js", contentType: "text/javascript; charset=utf-8",
        tag: "773a8928caceea85",
        content: #"""
// Signing in; and, as long as there is nobody, making the first user with the token that the server printed.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { call } from "./api.js";
import { errorOf, field, problemBox, valuesOf } from "./fields.js";
import { missing, wrong } from "./dialog.js";
import { setupToken } from "./routes.js";

const signInFields = [
  { name: "name", label: "Name", required: true, autocomplete: "username", autocapitalize: "none", spellcheck: "false" },
  { name: "password", label: "Password", required: true, type: "password", autocomplete: "current-password" },
];
const setupFields = [
  { name: "token", label: "First-run token", required: true, hint: "The server printed it when it started.", spellcheck: "false" },
  { name: "name", label: "Your name", required: true, autocomplete: "username", autocapitalize: "none", hint: "1 to 32 letters, digits, “.”, “-” or “_”." },
  { name: "password", label: "Password", required: true, type: "password", autocomplete: "new-password", hint: "10 to 128 characters." },
  { name: "again", label: "Password again", required: true, type: "password", autocomplete: "new-password" },
];

customElements.define("mb-sign-in", class extends View {
  #busy = false;
  #problem = null;
  #waitUntil = 0;

  begin() {
    requestAnimationFrame(() => this.querySelector("input:not([value])")?.focus());
  }

  render() {
    const setup = app.session.needs_setup;
    const wait = Math.ceil((this.#waitUntil - Date.now()) / 1000);
    const token = setupToken(location.hash);
    const fields = setup ? setupFields.map(one => (one.name === "token" ? { ...one, value: token } : one)) : signInFields;
    return h("section", { class: "card lone" },
      h("img", { src: "/assets/icon.svg", alt: "", width: 44, height: 44 }),
      h("h1", {}, setup ? "Make the first user" : `Sign in${app.session.mall_name ? ` to ${app.session.mall_name}` : ""}`),
      setup ? h("p", {}, "Nobody can sign in yet. The first user is a manager, who can add the others.") : null,
      app.farewell && !this.#problem ? h("p", { class: "note", role: "status" }, app.farewell) : null,
      !setup && token ? h("p", { class: "note" }, "There are users already: the first-run token is of no use any more.") : null,
      problemBox(this.#problem),
      h("form", { key: setup ? "setup" : "sign-in", novalidate: true, onsubmit: event => this.#submit(event, setup) },
        fields.map(one => field("sign-in", one, errorOf(this.#problem, one.name))),
        h("button", { type: "submit", class: "primary full", "aria-disabled": this.#busy || wait > 0 ? "true" : undefined },
          this.#busy ? h("span", { class: "spinner" }) : null,
          this.#busy ? "Signing in …" : wait > 0 ? `Wait ${wait} s` : setup ? "Make the user and sign in" : "Sign in")));
  }

  async #submit(event, setup) {
    event.preventDefault();
    if (this.#busy || this.#waitUntil > Date.now()) return;
    const form = event.currentTarget;
    const values = valuesOf(form);
    this.#problem = missing(setup ? setupFields : signInFields, values);
    if (!this.#problem && setup && values.password !== values.again) this.#problem = wrong("again", "is not the same as above");
    if (this.#problem) return this.#show();
    this.#busy = true;
    this.update();
    try {
      const { name, password, token } = values;
      const { body } = await call("POST", setup ? "/setup" : "/session", { body: setup ? { token, name, password } : { name, password }, quiet: true });
      if (location.hash.startsWith("#setup=")) history.replaceState(null, "", "/#/overview");
      app.enter(body);
    } catch (problem) {
      this.#problem = problem;
      if (problem.retryAfter) this.#waitUntil = Date.now() + problem.retryAfter * 1000;
      if (problem.kind === "wrong-password") form.elements.password.value = "";
      this.#show();
    } finally {
      this.#busy = false;
      this.update();
    }
  }

  #show() {
    this.update();
    requestAnimationFrame(() => (this.querySelector("[aria-invalid=true]") ?? this.querySelector("input[type=password]"))?.focus());
  }
});

"""#),
    PageFile(
        path: "/assets/signs.js", source: "signs.js", contentType: "text/javascript; charset=utf-8",
        tag: "241177fc57f6a87e",
        content: #"""
// Signs and badges: a state as a shape and a word in a tone.

import { h } from "./tree.js";
import { state } from "./words.js";

// Each within 16 by 16.
const shapes = {
  ring: [["circle", { cx: 8, cy: 8, r: 5, fill: "none" }]],
  dot: [["circle", { cx: 8, cy: 8, r: 5.5, class: "full" }]],
  half: [["circle", { cx: 8, cy: 8, r: 5, fill: "none" }], ["path", { d: "M8 3a5 5 0 0 1 0 10z", class: "full" }]],
  square: [["rect", { x: 3.5, y: 3.5, width: 9, height: 9, rx: 1.5, fill: "none" }]],
  bars: [["path", { d: "M5.5 3.5v9M10.5 3.5v9", fill: "none" }]],
  check: [["path", { d: "M3 8.5 6.5 12 13 4.5", fill: "none" }]],
  cross: [["path", { d: "M4 4l8 8M12 4l-8 8", fill: "none" }]],
  arrow: [["path", { d: "M4.5 2.8 12.8 8l-8.3 5.2z", class: "full" }]],
  alert: [["path", { d: "M8 1.8 14.6 13.6H1.4z", fill: "none" }], ["path", { d: "M8 6.2v3.4M8 11.6v.2", fill: "none" }]],
};

/** The marks of a sign, to be drawn in a box of 16 by 16. */
export const marks = name => (shapes[name] ?? shapes.ring).map(([tag, props]) => h(tag, props));

/** A sign alone, for where the word stands beside it. */
export function sign(name) {
  return h("svg", { class: "sign", viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }, marks(name));
}

/** A state's badge; `word` where another than its own fits better. */
export function badge(table, name, word) {
  const known = state(table, name);
  return h("span", { class: `badge ${known.tone}`, title: known.says || undefined }, sign(known.sign), h("span", {}, word ?? known.word));
}

/** A badge of one's own. */
export const mark = (tone, shape, word) => h("span", { class: `badge ${tone}` }, sign(shape), h("span", {}, word));

const icons = {
  overview: "M2.5 8.5h4v5h-4zM9.5 2.5h4v11h-4zM2.5 2.5h4v3h-4z",
  map: "M2 4l4-1.5 4 1.5 4-1.5v9.5l-4 1.5-4-1.5-4 1.5zM6 2.5V12M10 4v9.5",
  orders: "M3.5 2.5h9v11l-2-1.3-2.5 1.3-2.5-1.3-2 1.3zM6 6h4M6 9h4",
  desk: "M2 6.5 4 2.5h8l2 4v7H2zM2 6.5h12M6 9.5h4",
  robots: "M3.5 5.5h9v7h-9zM8 2.5v3M6 8.5v1M10 8.5v1M1.5 8v2M14.5 8v2",
  stores: "M2.5 6.5v7h11v-7M1.8 6.5 3 2.5h10l1.2 4zM6.5 13.5v-4h3v4",
  alerts: "M8 2a4 4 0 0 1 4 4c0 4 1.5 5 1.5 5h-11S4 10 4 6a4 4 0 0 1 4-4zM6.5 13.5h3",
  users: "M6 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 13.5c0-3 2-4 4.5-4s4.5 1 4.5 4M11 3.2a2.5 2.5 0 0 1 0 4.6M12.5 9.8c1.3.6 2 1.8 2 3.7",
  audit: "M3.5 2.5h9v11h-9zM5.5 5.5h5M5.5 8h5M5.5 10.5h3",
  more: "M3 4.5h10M3 8h10M3 11.5h10",
  theme: "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11",
  account: "M8 8a2.8 2.8 0 1 0 0-5.6A2.8 2.8 0 0 0 8 8zM2.8 14c0-3.2 2.3-4.3 5.2-4.3s5.2 1.1 5.2 4.3",
  back: "M9.5 3 4.5 8l5 5",
  dock: "M8.8 1.8 4 9h3.2L6.8 14.2 12 6.8H8.6z",
};

/** A drawn icon, always beside a word. */
export function icon(name) {
  return h("svg", { class: "icon", viewBox: "0 0 16 16", width: 18, height: 18, "aria-hidden": "true" },
    h("path", { d: icons[name], fill: "none" }));
}

/** Battery: a bar and the figure; low ones are marked by a word too. */
export function battery(percent) {
  if (percent === undefined || percent === null) return h("span", { class: "quiet" }, "–");
  const tone = percent <= 15 ? "bad" : percent <= 30 ? "warn" : "good";
  return h("span", { class: `battery ${tone}` },
    h("svg", { viewBox: "0 0 26 12", width: 26, height: 12, "aria-hidden": "true" },
      h("rect", { x: 0.5, y: 0.5, width: 22, height: 11, rx: 2.5, fill: "none", class: "case" }),
      h("rect", { x: 23.5, y: 3.5, width: 2, height: 5, rx: 1, class: "full case" }),
      h("rect", { x: 2.5, y: 2.5, width: Math.max(1, 18 * percent / 100), height: 7, rx: 1, class: "charge" })),
    h("span", {}, `${percent} %`), percent <= 15 ? h("span", { class: "small" }, "low") : null);
}

"""#),
    PageFile(
        path: "/assets/staff.css", source: "staff.css", contentType: "text/css; charset=utf-8",
        tag: "bd3bb5a174563992",
        content: #"""
/* The staff page's design: a few sizes, a few colours, each with a dark twin; states differ in shape and word as well. */

:root {
  color-scheme: light dark;
  --paper: light-dark(#f5f4f0, #13181b);
  --card: light-dark(#ffffff, #1b2226);
  --inset: light-dark(#f7f6f3, #20282d);
  --ink: light-dark(#1c2428, #e8ebeb);
  --soft: light-dark(#566068, #a8b3b9);
  --line: light-dark(#dedcd5, #333d43);
  --edge: light-dark(#7d848a, #7d8a92);
  --accent: light-dark(#0f5f6b, #67c7d3);
  --on-accent: light-dark(#ffffff, #06252a);
  --hover: light-dark(#eceae4, #273036);
  --good: light-dark(#1b6a3a, #85d7a1);
  --good-bg: light-dark(#e2f2e7, #16341f);
  --busy: light-dark(#1a5790, #8fc4f4);
  --busy-bg: light-dark(#e1edf9, #152f49);
  --info: light-dark(#514b92, #bab6f3);
  --info-bg: light-dark(#ebe9f8, #2b294c);
  --warn: light-dark(#7b4a00, #f2c56d);
  --warn-bg: light-dark(#fcefd3, #3c2d0a);
  --bad: light-dark(#a1211d, #ffa09a);
  --bad-bg: light-dark(#fce3e1, #4b1c1a);
  --quiet: light-dark(#525b61, #aeb8bd);
  --quiet-bg: light-dark(#ecebe6, #293136);
  --shadow: 0 1px 2px rgb(0 0 0 / 0.06), 0 2px 8px rgb(0 0 0 / 0.04);
  --s1: 0.25rem; --s2: 0.5rem; --s3: 0.75rem; --s4: 1rem; --s5: 1.5rem; --s6: 2rem;
  --small: 0.8125rem; --text: 0.9375rem; --large: 1.125rem; --huge: 1.5rem;
  --round: 10px;
  font-family: Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  font-size: 100%;
}
:root[data-theme="light"] { color-scheme: light; }
:root[data-theme="dark"] { color-scheme: dark; }

*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
/* What is fixed at the edges must not cover what has the focus. */
html { scroll-padding: 5rem 0 2rem; }
body { margin: 0; background: var(--paper); color: var(--ink); font-size: var(--text); line-height: 1.45; font-variant-numeric: tabular-nums; }
h1, h2, h3, p, ul, ol, dl, dd, figure { margin: 0; }
h1 { font-size: var(--huge); line-height: 1.2; letter-spacing: -0.01em; }
h2 { font-size: var(--large); line-height: 1.3; }
h3 { font-size: var(--text); }
ul, ol { padding-left: 1.25em; }
ul.plain, nav ul, .alerts, .tally, .queue { list-style: none; padding: 0; }
a { color: var(--accent); text-underline-offset: 0.15em; text-decoration-thickness: 1px; }
h2 a, .brand, nav a, .ordercard, .back { text-decoration: none; }
h2 a:hover, .back:hover { text-decoration: underline; }
code, pre, .mono { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 0.92em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
main:focus, h1:focus, h2:focus { outline: none; }

/* --- frame --- */
mb-app { display: grid; grid-template: "top top" auto "menu main" 1fr / 13.5rem minmax(0, 1fr); min-height: 100vh; }
mb-app:not(:has(mb-header)) { display: block; }
mb-link-state:empty { display: none; }
mb-header { grid-area: top; position: sticky; top: 0; z-index: 5; }
mb-menu { grid-area: menu; }
main { grid-area: main; padding: var(--s5); display: flex; flex-direction: column; gap: var(--s4); min-width: 0; max-width: 100rem; width: 100%; }
main > *:not(mb-link-state) { display: flex; flex-direction: column; gap: var(--s4); }
.top { display: flex; align-items: center; gap: var(--s4); justify-content: space-between; padding: var(--s2) var(--s5); background: var(--card); border-bottom: 1px solid var(--line); min-height: 3.5rem; }
.top > .row { flex-wrap: nowrap; }
.brand { display: flex; align-items: center; gap: var(--s3); font-weight: 650; color: var(--ink); min-width: 0; min-height: 2.5rem; }
.brand span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
mb-condition { margin-left: auto; }
.condition { display: flex; align-items: center; gap: var(--s2); font-size: var(--small); font-weight: 600; white-space: nowrap; color: var(--tone); }
.pulse { width: 0.6rem; height: 0.6rem; border-radius: 50%; background: currentcolor; }
.condition.warn .pulse { background: none; border: 2px solid; animation: beat 1s infinite alternate; }
.condition.bad .pulse { border-radius: 1px; }
@keyframes beat { to { opacity: 0.25; } }
nav { position: sticky; top: 3.5rem; padding: var(--s4) var(--s3); }
nav ul { display: flex; flex-direction: column; gap: 2px; }
nav a { display: flex; align-items: center; gap: var(--s3); padding: 0.55rem var(--s3); border-radius: var(--round); color: var(--ink); min-height: 2.5rem; }
nav a:hover { background: var(--hover); }
nav a[aria-current] { background: var(--accent); color: var(--on-accent); font-weight: 600; }
nav .short, nav .more { display: none; }
.count { margin-left: auto; min-width: 1.5rem; padding: 0 0.4rem; border-radius: 1rem; background: var(--quiet-bg); color: var(--quiet); font-size: var(--small); font-weight: 650; text-align: center; }
nav .count { background: var(--bad-bg); color: var(--bad); }
.skip { position: absolute; left: -100vw; top: 0; z-index: 20; padding: var(--s3); background: var(--card); }
.skip:focus { left: 0; }
.back { display: inline-flex; align-items: center; gap: var(--s1); align-self: flex-start; min-height: 1.75rem; }

/* --- boxes --- */
.card { background: var(--card); border: 1px solid var(--line); border-radius: var(--round); padding: var(--s4); box-shadow: var(--shadow); display: flex; flex-direction: column; gap: var(--s3); min-width: 0; }
.card.flush { padding: 0; display: block; }
.card.narrow { max-width: 36rem; }
.card.lone { max-width: 25rem; margin: 12vh auto 0; width: 100%; padding: var(--s5); gap: var(--s4); }
.inset { background: var(--inset); border-radius: var(--round); padding: var(--s3) var(--s4); display: flex; flex-direction: column; gap: var(--s2); }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); gap: var(--s4); align-items: start; }
.grid > .card { height: 100%; }
.span2 { grid-column: span 2; }
.span3 { grid-column: 1 / -1; }
.inset > div { display: flex; flex-direction: column; gap: var(--s2); }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: var(--s3); }
.row.tight { gap: var(--s2); }
.row > a:not(.button) { min-height: 1.5rem; display: inline-flex; align-items: center; }
.row.between { justify-content: space-between; }
.row.end { justify-content: flex-end; margin-top: var(--s2); }
.scroll { overflow-x: auto; }
.quiet { color: var(--soft); }
.small { font-size: var(--small); }
.big { font-size: var(--large); }
.strong { font-weight: 650; }
.nowrap { white-space: nowrap; }
.block { display: block; }
.late { color: var(--bad); font-weight: 600; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.loading { display: flex; align-items: center; gap: var(--s3); padding: var(--s5); color: var(--soft); justify-content: center; }
.nothing { display: flex; align-items: center; gap: var(--s3); color: var(--soft); padding: var(--s2) 0; }
.spinner { display: inline-block; width: 1em; height: 1em; border: 2px solid currentcolor; border-right-color: transparent; border-radius: 50%; animation: turn 0.8s linear infinite; flex: none; }
@keyframes turn { to { rotate: 1turn; } }
.note { background: var(--info-bg); color: var(--info); border-radius: var(--round); padding: var(--s3); }
.problem { background: var(--bad-bg); color: var(--bad); border-left: 4px solid; border-radius: var(--round); padding: var(--s3) var(--s4); }
.banner { display: flex; align-items: center; justify-content: space-between; gap: var(--s4); padding: var(--s2) var(--s4); border-radius: var(--round); background: var(--tone-bg); color: var(--tone); border: 1px solid; }

/* --- tones --- */
.good { --tone: var(--good); --tone-bg: var(--good-bg); }
.busy { --tone: var(--busy); --tone-bg: var(--busy-bg); }
.info { --tone: var(--info); --tone-bg: var(--info-bg); }
.warn { --tone: var(--warn); --tone-bg: var(--warn-bg); }
.bad { --tone: var(--bad); --tone-bg: var(--bad-bg); }
.badge.quiet, .robot.quiet, .condition.quiet, rect.quiet { --tone: var(--quiet); --tone-bg: var(--quiet-bg); }
.badge { display: inline-flex; align-items: center; gap: 0.35rem; padding: 0.1rem 0.55rem 0.1rem 0.4rem; border-radius: 1rem; background: var(--tone-bg); color: var(--tone); font-size: var(--small); font-weight: 600; white-space: nowrap; line-height: 1.5; }
.sign, .icon { flex: none; stroke: currentcolor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.sign { width: 0.95rem; height: 0.95rem; }
.icon { stroke-width: 1.4; }
.sign .full { fill: currentcolor; }
.battery { display: inline-flex; align-items: center; gap: var(--s2); white-space: nowrap; }
.battery .case { stroke: var(--edge); }
.battery .full { fill: var(--edge); stroke: none; }
.battery .charge { fill: var(--tone); }
.battery .small { color: var(--bad); font-weight: 600; }
.ticket { display: inline-block; min-width: 2.4rem; padding: 0 0.5rem; border-radius: 6px; background: var(--ink); color: var(--paper); font-weight: 700; text-align: center; font-size: var(--large); }
.ticket.huge { font-size: 2.25rem; line-height: 1.3; padding: 0 0.9rem; border-radius: var(--round); }
.code { font-size: var(--large); letter-spacing: 0.12em; font-weight: 650; }

/* --- controls --- */
button, .button, input, select, textarea { font: inherit; color: inherit; }
button, .button { display: inline-flex; align-items: center; justify-content: center; gap: var(--s2); min-height: 2.5rem; padding: 0.4rem 0.9rem; border: 1px solid var(--edge); border-radius: 8px; background: var(--card); color: var(--ink); font-weight: 550; cursor: pointer; text-decoration: none; }
button:hover, .button:hover { background: var(--hover); }
button.small, .small button { min-height: 2rem; padding: 0.2rem 0.65rem; font-size: var(--small); }
button.plain, .button.plain { border-color: transparent; background: none; padding-inline: 0.6rem; font-weight: 500; }
button.plain:hover, .button.plain:hover { background: var(--hover); }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
button.primary:hover { filter: brightness(1.08); }
button.danger { color: var(--bad); border-color: var(--bad); }
button.danger:hover { background: var(--bad-bg); }
dialog button.danger { background: var(--bad); color: var(--card); }
button.full { width: 100%; }
button[aria-disabled="true"], button:disabled { background: var(--inset); color: var(--soft); border: 1px dashed var(--edge); cursor: not-allowed; font-weight: 500; }
button:has(.spinner) { cursor: progress; }
button[aria-pressed="true"] { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.segments { display: inline-flex; }
.segments button { border-radius: 0; margin-left: -1px; }
.segments button:first-child { border-radius: 8px 0 0 8px; margin-left: 0; }
.segments button:last-child { border-radius: 0 8px 8px 0; }
.segments button:focus-visible { z-index: 1; }
input:not([type="checkbox"]), select, textarea { width: 100%; min-height: 2.5rem; padding: 0.4rem 0.7rem; border: 1px solid var(--edge); border-radius: 8px; background: var(--card); }
select { text-overflow: ellipsis; }
input[type="checkbox"] { width: 1.25rem; height: 1.25rem; accent-color: var(--accent); flex: none; }
input[aria-invalid="true"], select[aria-invalid="true"] { border: 2px solid var(--bad); }
::placeholder { color: var(--soft); opacity: 1; }
form { display: flex; flex-direction: column; gap: var(--s4); }
.field { display: flex; flex-direction: column; gap: var(--s1); }
.field label { font-weight: 600; }
.field.check label { display: flex; gap: var(--s3); align-items: center; font-weight: 500; min-height: 2rem; }
.optional { color: var(--soft); font-weight: 400; }
.hint { color: var(--soft); font-size: var(--small); }
.error { color: var(--bad); font-weight: 600; font-size: var(--small); }
.toolbar { display: flex; flex-direction: row; flex-wrap: wrap; align-items: center; gap: var(--s3); }
.toolbar label { font-weight: 600; }
.toolbar input:not([type="checkbox"]), .toolbar select { width: 14rem; max-width: 100%; }
dialog { border: 1px solid var(--line); border-radius: 14px; background: var(--card); color: var(--ink); padding: var(--s5); width: min(30rem, calc(100vw - 2rem)); max-height: calc(100vh - 2rem); box-shadow: 0 12px 48px rgb(0 0 0 / 0.35); }
dialog::backdrop { background: rgb(10 16 20 / 0.55); }
mb-action { display: inline-flex; }

/* --- tables and lists --- */
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 0.55rem var(--s4); border-bottom: 1px solid var(--line); vertical-align: middle; }
tbody tr:last-child > * { border-bottom: none; }
thead th { font-size: var(--small); color: var(--soft); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; }
tbody tr:hover { background: var(--inset); }
td.number, th.number { text-align: right; white-space: nowrap; }
.card > .scroll th:first-child { padding-left: 0; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr)); gap: var(--s3) var(--s4); }
aside .facts { grid-template-columns: repeat(auto-fill, minmax(min(100%, 9rem), 1fr)); }
.facts dt { color: var(--soft); font-size: var(--small); }
.facts dd { font-weight: 550; overflow-wrap: anywhere; }
.tally { display: flex; flex-direction: column; gap: var(--s2); }
.tally li { display: flex; justify-content: space-between; align-items: center; }
.figure { font-size: var(--large); font-weight: 650; }
.parts { width: 100%; height: 0.6rem; border-radius: 4px; }
.parts rect, .hour rect { fill: var(--tone); }
.figures { display: flex; flex-wrap: wrap; gap: var(--s3) var(--s6); }
.figures > div { display: flex; flex-direction: column-reverse; }
.figures dt { color: var(--soft); font-size: var(--small); }
.figures dd { font-size: var(--huge); font-weight: 650; line-height: 1.2; }
.hour { display: flex; flex-direction: column; gap: var(--s2); }
.hour > svg { width: 100%; max-height: 8rem; }
.hour .base { stroke: var(--line); fill: none; }
figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: var(--s2); color: var(--soft); font-size: var(--small); }
.alerts { display: flex; flex-direction: column; gap: var(--s2); }
.alerts li { display: grid; grid-template-columns: 6.2rem minmax(0, 1fr) auto; gap: var(--s3); align-items: start; padding: var(--s2) 0 var(--s2) var(--s3); border-left: 4px solid var(--tone); }
.alerts li.card { padding: var(--s4); }
.alerts .badge { justify-self: start; }
.progress { display: flex; flex-direction: column; gap: 3px; font-size: var(--small); color: var(--soft); }
.progress svg { width: 100%; height: 0.4rem; border-radius: 3px; }
.progress .all { fill: var(--quiet-bg); }
.progress .there { fill: var(--good); }
.progress .carried { fill: var(--busy); opacity: 0.6; }
.progress .lacking { fill: var(--bad); }

/* --- orders --- */
.board { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(11.5rem, 1fr); gap: var(--s3); overflow-x: auto; align-items: start; padding-bottom: var(--s3); }
.column { background: var(--inset); border: 1px solid var(--line); border-radius: var(--round); padding: var(--s3); display: flex; flex-direction: column; gap: var(--s2); min-width: 0; }
.column h2 { display: flex; align-items: center; gap: var(--s2); font-size: var(--text); }
.column ul { display: flex; flex-direction: column; gap: var(--s2); }
.ordercard { display: flex; flex-direction: column; gap: var(--s2); padding: var(--s3); background: var(--card); border: 1px solid var(--line); border-radius: 8px; color: var(--ink); box-shadow: var(--shadow); font-size: var(--small); }
.ordercard:hover { border-color: var(--accent); }
.ordercard .items { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
.column.pay { border-top: 4px solid var(--warn); }
.column.collect { border-top: 4px solid var(--good); }
.column.fetching { border-top: 4px solid var(--busy); }
.column.placed, .column.canceling, .column.ended { border-top: 4px solid var(--line); }
.timeline { list-style: none; padding: 0; border-left: 2px solid var(--line); margin-left: 0.4rem; }
.timeline li { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: var(--s3); padding: var(--s2) var(--s3); position: relative; border-radius: 8px; }
.timeline li:focus { background: var(--info-bg); outline: 2px solid var(--info); }
.timeline li::before { content: ""; position: absolute; left: -0.42rem; top: 0.95rem; width: 0.65rem; height: 0.65rem; border-radius: 50%; background: var(--tone, var(--edge)); border: 2px solid var(--card); }
.when { display: flex; flex-direction: column; font-size: var(--small); }
.what { display: flex; flex-direction: column; gap: 2px; min-width: 0; }
.timeline .orders { --tone: var(--busy); }
.timeline .payments { --tone: var(--good); }
.timeline .depot { --tone: var(--info); }
.timeline .gateway { --tone: var(--warn); }
.service { color: var(--tone, inherit); font-weight: 650; }
summary { cursor: pointer; color: var(--soft); font-size: var(--small); min-height: 1.5rem; width: fit-content; padding-right: var(--s3); }
pre { margin: var(--s2) 0 0; padding: var(--s3); background: var(--inset); border-radius: 8px; overflow: auto; max-height: 20rem; font-size: 0.78rem; }

/* --- desk --- */
.finder { gap: var(--s2); max-width: 42rem; }
.finder label { font-weight: 650; font-size: var(--large); }
.finder .row { flex-wrap: nowrap; }
.finder input:not([type="checkbox"]) { font-size: 1.75rem; letter-spacing: 0.08em; min-height: 3.5rem; text-transform: uppercase; }
.finder button { min-height: 3.5rem; padding-inline: 1.5rem; }
.found { max-width: 60rem; }
.actions button, .actions .button { min-height: 3rem; padding-inline: 1.1rem; }
.done .badge { font-size: var(--text); padding: 0.4rem 0.9rem; white-space: normal; }
.queue { display: flex; flex-wrap: wrap; gap: var(--s2); }
.queue button { border: 1px solid var(--line); min-height: 3rem; }

/* --- map --- */
.mapbox { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--s4); align-items: start; }
.mapbox.with-card { grid-template-columns: minmax(0, 1fr) minmax(18rem, 24rem); }
.mapbox aside { position: sticky; top: 4.5rem; max-height: calc(100vh - 5.5rem); overflow: auto; }
mb-robot-card { display: flex; flex-direction: column; gap: var(--s3); }
.floors { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 40rem), 1fr)); gap: var(--s4); min-width: 0; }
.floor { padding: var(--s3); }
.floorscroll { overflow: auto; max-height: 78vh; }
.map { display: block; height: auto; user-select: none; margin: 0 auto; }
.map text { font-size: 11px; fill: var(--soft); text-anchor: middle; paint-order: stroke; stroke: var(--inset); stroke-width: 3px; stroke-linejoin: round; }
.map .small { font-size: 9.5px; }
.map .ground { fill: var(--inset); stroke: var(--line); stroke-width: 1px; vector-effect: non-scaling-stroke; }
.map .ways path { stroke: var(--line); stroke-linecap: round; fill: none; }
.map :is(.stores, .depot, .docks, .lifts) path { fill: none; stroke: currentcolor; stroke-width: 1.4; stroke-linejoin: round; stroke-linecap: round; }
.map .stores { color: var(--accent); }
.map .stores rect { fill: var(--card); stroke: var(--accent); stroke-width: 1.2; }
.map .stores text { fill: var(--ink); font-weight: 550; }
.map .stores .closed { color: var(--soft); }
.map .stores .closed rect { stroke: var(--soft); stroke-dasharray: 3 2; }
.map .depot { color: var(--on-accent); }
.map .depot rect { fill: var(--accent); }
.map .depot text { fill: var(--ink); font-weight: 650; }
.map .docks { color: var(--good); }
.map .docks rect { fill: var(--good-bg); stroke: var(--good); }
.map .docks path { fill: currentcolor; stroke: none; }
.map .lifts { color: var(--soft); }
.map .lifts rect { fill: var(--card); stroke: var(--soft); stroke-dasharray: 3 2; }
.map .route { fill: none; stroke: var(--busy); stroke-width: 1.5px; stroke-dasharray: 2 5; stroke-linecap: round; opacity: 0.55; }
.map .route.chosen { stroke-width: 3px; stroke-dasharray: none; opacity: 0.9; }
.robot { cursor: pointer; }
.robot:focus { outline: none; }
.robot .hit { fill: transparent; }
.robot .body { fill: var(--tone-bg); stroke: var(--card); stroke-width: 1; }
.robot .nose { fill: var(--tone); }
.robot .charge { fill: none; stroke: var(--tone); stroke-width: 2.5; }
.robot .charge.warn { stroke: var(--warn); }
.robot .charge.bad { stroke: var(--bad); }
.robot .state { stroke: var(--tone); stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; color: var(--tone); }
.robot .state .full { fill: var(--tone); }
.robot text { fill: var(--ink); font-weight: 600; }
.robot text.late { fill: var(--bad); }
.robot.stale > :not(text) { opacity: 0.65; }
.robot.gone > :not(text) { opacity: 0.4; }
.robot.gone .charge, .robot.stale .charge { stroke-dasharray: 2 3; }
.robot:hover .hit { stroke: var(--edge); stroke-width: 2; }
.robot.chosen .hit { stroke: var(--accent); stroke-width: 3; r: 18px; }
.robot:focus-visible .hit { stroke: var(--ink); stroke-width: 4; r: 18px; }
.legend { display: flex; flex-wrap: wrap; gap: var(--s2); align-items: center; }
.stops { display: flex; flex-direction: column; gap: var(--s2); }
tr.gone td:last-child { font-style: italic; }

/* --- notices --- */
mb-notices { position: fixed; right: var(--s4); bottom: var(--s4); z-index: 10; display: flex; flex-direction: column; gap: var(--s2); width: min(26rem, calc(100vw - 2rem)); pointer-events: none; }
.notice { pointer-events: auto; display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: var(--s3); align-items: start; padding: var(--s3) var(--s4); background: var(--card); border: 1px solid var(--tone); border-left-width: 5px; border-radius: var(--round); box-shadow: 0 8px 28px rgb(0 0 0 / 0.18); }
.notice .sign { color: var(--tone); margin-top: 0.2rem; }

/* --- phone --- */
@media (max-width: 52rem) {
  .mapbox.with-card { grid-template-columns: minmax(0, 1fr); }
  .mapbox aside { position: static; max-height: none; order: -1; }
}
@media (max-width: 46rem) {
  html { scroll-padding: 5rem 0 6rem; }
  mb-app { grid-template: "top" auto "main" 1fr / minmax(0, 1fr); }
  main { padding: var(--s4) var(--s3) 6rem; }
  .top { padding-inline: var(--s3); gap: var(--s2); }
  .wide { display: none; }
  .span2 { grid-column: auto; }
  mb-menu { position: fixed; inset: auto 0 0 0; z-index: 6; }
  nav { position: static; padding: var(--s1) var(--s1) max(var(--s1), env(safe-area-inset-bottom)); background: var(--card); border-top: 1px solid var(--line); }
  nav ul { flex-direction: row; flex-wrap: wrap; }
  nav li { flex: 1 0 19%; display: flex; }
  nav a, nav .more button { flex: 1; flex-direction: column; gap: 1px; font-size: 0.75rem; padding: var(--s1); min-height: 3.2rem; justify-content: center; position: relative; }
  nav .short { display: inline; }
  nav .long, nav .later { display: none; }
  nav .more { display: flex; }
  nav .open .later, nav.open .later { display: flex; order: -1; }
  nav .count { position: absolute; top: 0; right: calc(50% - 1.8rem); }
  .alerts li { grid-template-columns: minmax(0, 1fr) auto; }
  .alerts li > div { grid-column: 1 / -1; grid-row: 2; }
  .board { grid-auto-flow: row; grid-auto-columns: auto; }
  .timeline li { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .when { flex-direction: row; gap: var(--s3); }
  .toolbar input:not([type="checkbox"]), .toolbar select { flex: 1 1 9rem; width: auto; }
  th, td { padding-inline: var(--s3); }
  table, tbody, tr { display: block; }
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  tr { padding: var(--s3) 0; border-bottom: 1px solid var(--line); }
  tbody tr:last-child { border-bottom: none; }
  tbody th, td, td.number { display: flex; justify-content: space-between; gap: var(--s4); padding: 0.2rem var(--s4); border: none; text-align: right; white-space: normal; }
  tbody th { font-size: var(--text); flex-direction: column; gap: 0; text-align: left; }
  td::before { content: attr(data-name); color: var(--soft); font-size: var(--small); text-align: left; flex: none; }
  .card > .scroll :is(td, th) { padding-inline: 0; }
  mb-notices { bottom: 4.5rem; right: var(--s3); }
  .actions button, .actions .button { flex: 1 1 9rem; }
  .actions mb-action { flex: 1 1 9rem; }
}
@media (prefers-reduced-motion: reduce) {
  *, *::before, *::after { animation-duration: 2s !important; transition: none !important; }
}
@media (forced-colors: active) {
  .badge, .ticket, .ordercard { border: 1px solid; }
  button[aria-pressed="true"], nav a[aria-current] { outline: 2px solid; }
}

"""#),
    PageFile(
        path: "/assets/store-actions.js", source: "store-actions.js", contentType: "text/javascript; charset=utf-8",
        tag: "1ff502244bd69d75",
        content: #"""
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

"""#),
    PageFile(
        path: "/assets/store-view.js", source: "store-view.js", contentType: "text/javascript; charset=utf-8",
        tag: "f867363f431189e9",
        content: #"""
// One store and its products: price, stock, what is sold out.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { icon, mark } from "./signs.js";
import { money } from "./format.js";
import { floorName, notYet, nothing, roleNote } from "./parts.js";
import { addProduct, editProduct, editStore, removeProduct, takePart } from "./store-actions.js";
import { table } from "./tables.js";
import { to } from "./routes.js";

const few = 3;

customElements.define("mb-store", class extends View {
  #text = "";

  begin() {
    this.stores = this.follow("stores");
    void app.loadMall().catch(() => {});
  }

  render() {
    const { stores, products, complete } = this.stores.state;
    const store = stores.get(this.itemID);
    const back = h("a", { class: "back", href: to("stores"), key: "back" }, icon("back"), "Stores");
    if (!store) {
      return [back, h("h1", {}, "Store"), notYet(this.stores, "the store") ?? (complete ? nothing(`There is no store “${this.itemID}”.`, "cross") : null)];
    }
    const wanted = this.#text.trim().toLowerCase();
    const all = [...products.values()].filter(product => product.store_id === store.store_id);
    const shown = all.filter(product => `${product.name} ${product.description} ${product.product_id}`.toLowerCase().includes(wanted)).sort((a, b) => a.name.localeCompare(b.name));
    return [
      back,
      h("div", { class: "row between", key: "head" }, h("h1", {}, store.name), h("div", { class: "row" }, editStore(store), takePart(store), addProduct(store))),
      h("p", { class: "row", key: "facts" }, store.participating === false ? mark("quiet", "square", "takes no part") : mark("good", "check", "takes part"),
        h("span", { class: "quiet" }, [store.category, floorName(store.place?.floor ?? store.floor), store.node, store.store_id].filter(Boolean).join(" · "))),
      roleNote("manager"),
      h("form", { class: "toolbar", role: "search", key: "tools", onsubmit: event => event.preventDefault() },
        h("label", { for: "products-find" }, "Find"),
        h("input", { id: "products-find", type: "search", value: this.#text, placeholder: "Product", autocomplete: "off", oninput: event => { this.#text = event.currentTarget.value; this.update(); } }),
        h("span", { class: "quiet", role: "status" }, `${shown.length} of ${all.length}`)),
      table("Products", ["Product", ["Price", "number"], ["In stock", "number"], ["Size", "number"], "Change"], shown.map(product => ({
        key: product.product_id,
        cells: [
          [product.name, product.description ? h("span", { class: "quiet small block" }, product.description) : null], money(product.price),
          product.stock === 0 ? mark("bad", "cross", "sold out") : product.stock <= few ? mark("warn", "half", `only ${product.stock}`) : product.stock,
          product.size_units ?? 1, h("span", { class: "row tight nowrap" }, editProduct(product), removeProduct(product)),
        ],
      }))),
    ];
  }
});

"""#),
    PageFile(
        path: "/assets/stores-view.js", source: "stores-view.js", contentType: "text/javascript; charset=utf-8",
        tag: "e09f8152b61a30d7",
        content: #"""
// All stores, and how to add one.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { mark } from "./signs.js";
import { floorName, notYet, nothing, roleNote } from "./parts.js";
import { addStore } from "./store-actions.js";
import { table } from "./tables.js";
import { to } from "./routes.js";

customElements.define("mb-stores", class extends View {
  begin() {
    this.stores = this.follow("stores");
    void app.loadMall().catch(() => {});
  }

  render() {
    const { stores, products, complete } = this.stores.state;
    const counts = new Map();
    const out = new Map();
    for (const product of products.values()) {
      counts.set(product.store_id, (counts.get(product.store_id) ?? 0) + 1);
      if (product.stock === 0) out.set(product.store_id, (out.get(product.store_id) ?? 0) + 1);
    }
    const sorted = [...stores.values()].sort((a, b) => a.name.localeCompare(b.name));
    return [
      h("div", { class: "row between", key: "head" }, h("h1", {}, "Stores"), addStore()),
      roleNote("manager"),
      notYet(this.stores, "stores"),
      complete && !sorted.length ? nothing("There is no store yet.", "ring") : null,
      table("Stores", ["Store", "Category", "Where", "Takes part", ["Products", "number"]], sorted.map(store => ({
        key: store.store_id,
        cells: [
          h("a", { href: to("stores", store.store_id) }, store.name), store.category || "–",
          `${floorName(store.place?.floor ?? store.floor)}${store.node ? `, ${store.node}` : ""}`,
          store.participating === false ? mark("quiet", "square", "no") : mark("good", "check", "yes"),
          [counts.get(store.store_id) ?? 0, out.get(store.store_id) ? h("span", { class: "late" }, ` (${out.get(store.store_id)} sold out)`) : null],
        ],
      }))),
    ];
  }
});

"""#),
    PageFile(
        path: "/assets/tables.js", source: "tables.js", contentType: "text/javascript; charset=utf-8",
        tag: "62f95a441e2bc885",
        content: #"""
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

"""#),
    PageFile(
        path: "/assets/task-actions.js", source: "task-actions.js", contentType: "text/javascript; charset=utf-8",
        tag: "dffef20fc01e0e3c",
        content: #"""
// Giving a trip to a robot of one's choice.

import { part, post } from "./api.js";
import { action } from "./action.js";
import { botStates, state } from "./words.js";

/** A button that gives a task to a robot: the first time, or instead of the one that has it. `bots`: a Map by id. */
export function reassign(task, bots) {
  const queued = task.state === "queued";
  const able = [...bots.values()].filter(bot => bot.online && !bot.retiring && ["waiting", "idle"].includes(bot.state) && bot.bot_id !== task.bot_id);
  const choices = able.map(bot => [bot.bot_id, `${bot.bot_id}: ${state(botStates, bot.state).word.toLowerCase()}, battery ${bot.battery_percent} %`]);
  const open = queued || ["assigned", "accepted", "shopping"].includes(task.state);
  const why = !open ? "Nothing of it is left to be fetched." : queued && !able.length ? "No robot is free now." : undefined;
  return action({
    key: `reassign-${task.task_id}`, label: queued ? "Give to a robot …" : "Give to another …", role: "manager", why,
    says: queued ? "Gives the trip to a robot of your choice" : "Takes what is still to be fetched from its robot",
    ask: {
      title: queued ? "Give the trip to a robot" : `Take the trip from ${task.bot_id}?`, confirm: queued ? "Give it" : "Take it and give it", danger: !queued,
      text: queued ? "The robot goes at once."
        : `${task.bot_id} brings what it already has to the depot; the rest is another trip. This cannot be undone.`,
      fields: [
        { name: "bot_id", label: "Robot", required: queued, options: queued ? choices : [["", "whoever the depot finds"], ...choices] },
        ...(queued ? [] : [{ name: "reason", label: "Reason" }]),
      ],
    },
    act: (values, key) => post(`/lists/${part(task.list_id)}/tasks/${task.number}/${queued ? "assign" : "reassign"}`, given(values), key),
    done: now => (now?.bot_id ? `${now.bot_id} has the trip.` : "The trip waits for a robot."),
  });
}

/** What was filled in, without what was left empty. */
export const given = values => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));

"""#),
    PageFile(
        path: "/assets/theme.js", source: "theme.js", contentType: "text/javascript; charset=utf-8",
        tag: "cef3a1ca93738845",
        content: #"""
// Dark or light: the system's choice, unless somebody chose otherwise on this machine.

const choices = ["system", "light", "dark"];
const words = { system: "as the system", light: "light", dark: "dark" };

export const theme = () => document.documentElement.dataset.theme ?? "system";
export const themeWord = () => words[theme()];

/** The next of: as the system, light, dark. */
export function nextTheme() {
  choose(choices[(choices.indexOf(theme()) + 1) % choices.length]);
}

export function restoreTheme() {
  try {
    choose(localStorage.getItem("mallbots.theme") ?? "system");
  } catch {
    // Storage may be forbidden; then it is the system's choice each time.
  }
}

function choose(name) {
  if (name === "system" || !choices.includes(name)) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  try {
    localStorage.setItem("mallbots.theme", name);
  } catch {
    // As above.
  }
}

"""#),
    PageFile(
        path: "/assets/timeline.js", source: "timeline.js", contentType: "text/javascript; charset=utf-8",
        tag: "ebd2219c544519b1",
        content: #"""
// Everything that happened, event by event: when, at which service, how long after the last, why, and the raw data.

import { h } from "./tree.js";
import { app } from "./app-context.js";
import { clock, gap } from "./format.js";
import { content, sentence } from "./event-words.js";

const services = { orders: "Orders", payments: "Payments", depot: "Depot", stores: "Stores", gateway: "Robots' gateway" };
const anchor = event => `event-${event.service}-${event.position}`;

/**
 * A list of events, oldest first or `newestFirst`. `names` gives readable names (event-words.js). A cause that is in the
 * list becomes a link to it.
 */
export function timeline(events, { names, newestFirst = false } = {}) {
  const known = new Map(events.map(event => [`${event.service}/${event.position}`, event]));
  const rows = events.map((event, at) => row(event, events[at - 1], known, names));
  return h("ol", { class: "timeline", reversed: newestFirst || undefined }, newestFirst ? rows.reverse() : rows);
}

function row(event, before, known, names) {
  const after = before ? Date.parse(event.at) - Date.parse(before.at) : undefined;
  return h("li", { key: anchor(event), id: anchor(event), tabindex: "-1", class: event.service },
    h("div", { class: "when" }, h("time", { datetime: event.at, title: event.at }, clock(event.at, app.now())),
      h("span", { class: "quiet" }, after === undefined ? "" : `+${gap(after)}`)),
    h("div", { class: "what" },
      h("p", {}, sentence(event, names)),
      h("p", { class: "small quiet row tight" }, h("span", { class: `service ${event.service}` }, services[event.service] ?? event.service),
        h("span", {}, `${event.type} · no. ${event.position}`), cause(event, known, names)),
      h("details", {}, h("summary", {}, "Data"), h("pre", { tabindex: "0", "aria-label": `Data of ${event.type}` }, JSON.stringify(content(event), null, 2)))));
}

function cause(event, known, names) {
  if (!event.cause) return null;
  if (event.cause.command) return h("span", {}, `because of a command: ${event.cause.command}`);
  const causing = known.get(`${event.cause.service}/${event.cause.position}`);
  if (!causing) return h("span", {}, `because of ${services[event.cause.service] ?? event.cause.service} no. ${event.cause.position}`);
  const go = click => {
    click.preventDefault();
    const target = document.getElementById(anchor(causing));
    target?.scrollIntoView({ block: "center" });
    target?.focus({ preventScroll: true });
  };
  return h("span", {}, "because ", h("a", { href: `#${anchor(causing)}`, onclick: go }, lower(sentence(causing, names))));
}

// A robot's id keeps its spelling; a sentence begins small inside another.
const lower = text => (/^(The|A|An|Everything|Somebody|Checkout|Handed|Nothing|What|Every)\b/.test(text) ? text[0].toLowerCase() + text.slice(1) : text);

"""#),
    PageFile(
        path: "/assets/tree.js", source: "tree.js", contentType: "text/javascript; charset=utf-8",
        tag: "4a2b97e987086f47",
        content: #"""
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

"""#),
    PageFile(
        path: "/assets/users-view.js", source: "users-view.js", contentType: "text/javascript; charset=utf-8",
        tag: "ee2f10dcc322842a",
        content: #"""
// Who may sign in, as what; a manager adds, changes, disables and removes.

import { h } from "./tree.js";
import { View } from "./view.js";
import { app } from "./app-context.js";
import { get, part, patchJSON, post, remove } from "./api.js";
import { action } from "./action.js";
import { mark } from "./signs.js";
import { ago, clock } from "./format.js";
import { roles, roleWords } from "./roles.js";
import { problemBox } from "./fields.js";
import { table } from "./tables.js";

const roleField = value => ({ name: "role", label: "Role", required: true, value, options: roles.map(role => [role, `${role}: ${roleWords[role]}`]) });
const passwordField = label => ({ name: "password", label, type: "password", required: true, autocomplete: "new-password", hint: "10 to 128 characters. Tell it to the user, who can change it." });

customElements.define("mb-users", class extends View {
  #users = null;
  #problem = null;

  begin() { void this.#load(); }

  render() {
    const now = app.now();
    return [
      h("div", { class: "row between", key: "head" }, h("h1", {}, "Users"), this.#add()),
      problemBox(this.#problem),
      this.#problem ? h("button", { type: "button", key: "again", onclick: () => this.#load() }, "Try again") : null,
      !this.#users && !this.#problem ? h("p", { class: "loading", role: "status", key: "loading" }, h("span", { class: "spinner" }), "Loading users …") : null,
      this.#users ? table("Users", ["Name", "Role", "May sign in", "Signed in", "Since", "Change"], this.#users.map(user => ({
        key: user.name,
        cells: [
          [user.name, user.name === app.session.user?.name ? h("span", { class: "quiet" }, " (you)") : null], user.role,
          user.disabled ? mark("bad", "cross", "disabled") : mark("good", "check", "yes"),
          h("span", { title: clock(user.last_signed_in_at, now) }, user.last_signed_in_at ? ago(user.last_signed_in_at, now) : "never"),
          clock(user.created_at, now), h("span", { class: "row tight" }, this.#change(user)),
        ],
      }))) : null,
    ];
  }

  #add() {
    return action({
      label: "Add a user …", role: "manager", says: "Makes somebody able to sign in",
      ask: {
        title: "Add a user", confirm: "Add the user",
        fields: [
          { name: "name", label: "Name", required: true, autocapitalize: "none", spellcheck: "false", hint: "1 to 32 letters, digits, “.”, “-” or “_”." },
          roleField("viewer"), passwordField("First password"),
        ],
      },
      act: (values, key) => this.#then(post("/users", values, key)),
      done: user => `${user.name} can sign in.`,
    });
  }

  #change(user) {
    const at = `/users/${part(user.name)}`;
    const self = user.name === app.session.user?.name;
    return [
      action({
        key: "role", label: "Role …", kind: "small", role: "manager", says: "Changes what the user may",
        ask: { title: `Role of ${user.name}`, confirm: "Change it", fields: [roleField(user.role)], text: self ? "This is you: with a lower role you cannot change it back." : undefined },
        act: values => this.#then(patchJSON(at, values)), done: now => `${now.name} is a ${now.role} now.`,
      }),
      action({
        key: "password", label: "Password …", kind: "small", role: "manager", says: "Gives the user a new password",
        ask: { title: `New password for ${user.name}`, confirm: "Set it", fields: [passwordField("New password")], text: "The user is signed out everywhere." },
        act: values => this.#then(patchJSON(at, values)), done: now => `${now.name} has a new password.`,
      }),
      user.disabled
        ? action({ key: "able", label: "Enable", kind: "small", role: "manager", says: "The user may sign in again", act: () => this.#then(patchJSON(at, { disabled: false })), done: now => `${now.name} may sign in again.` })
        : action({
          key: "able", label: "Disable …", kind: "small", role: "manager", says: "The user may not sign in any more",
          ask: { title: `Disable ${user.name}?`, text: "The user is signed out at once and may not sign in until enabled again.", confirm: "Disable", danger: true },
          act: () => this.#then(patchJSON(at, { disabled: true })), done: now => `${now.name} may not sign in any more.`,
        }),
      action({
        key: "remove", label: "Remove …", kind: "small danger", role: "manager", why: self ? "Nobody removes themselves; another manager can." : undefined, says: "Takes the user away for good",
        ask: { title: `Remove ${user.name}?`, text: "The user is signed out at once. What the user did stays in the audit log. This cannot be undone.", confirm: "Remove", cancel: "Keep", danger: true },
        act: () => this.#then(remove(at).then(() => true)), done: () => `${user.name} is removed.`,
      }),
    ];
  }

  async #then(doing) {
    const result = await doing;
    void this.#load();
    return result;
  }

  async #load() {
    try {
      this.#users = (await get("/users")).users;
      this.#problem = null;
    } catch (problem) {
      this.#problem = problem;
    }
    this.update();
  }
});

"""#),
    PageFile(
        path: "/assets/view.js", source: "view.js", contentType: "text/javascript; charset=utf-8",
        tag: "8e3cdd7bc16ae9a3",
        content: #"""
// What every part of the page has in common: a web component that draws itself again when what it shows has changed.

import { patch } from "./tree.js";
import { app } from "./app-context.js";

// A view that took long to draw rests this many times as long, so that a large mall leaves the page quick to the touch.
const rest = 6;

export class View extends HTMLElement {
  #due = false;
  #notBefore = 0;
  #ends = [];

  /** What it shows: a node or a list of nodes. */
  render() { return []; }

  /** Called when it comes into the page: the place to subscribe. */
  begin() {}

  connectedCallback() {
    this.begin();
    this.#draw();
    this.until(everySecond(() => this.update()));
    this.until(app.onChange(() => this.update()));
  }

  disconnectedCallback() {
    for (const end of this.#ends.splice(0)) end();
  }

  /** Draws again soon, once for however many changes come before. */
  update() {
    if (this.#due) return;
    this.#due = true;
    const draw = () => requestAnimationFrame(() => {
      this.#due = false;
      if (this.isConnected) this.#draw();
    });
    const wait = this.#notBefore - performance.now();
    if (wait > 0) setTimeout(draw, wait);
    else draw();
  }

  /** Calls `end` when this leaves the page. */
  until(end) { this.#ends.push(end); }

  /** Follows a live topic for as long as this is in the page. */
  follow(topic, options = {}) {
    const subscription = app.live.follow(topic, { ...options, onChange: () => this.update() });
    this.until(() => subscription.end());
    return subscription;
  }

  #draw() {
    const begun = performance.now();
    patch(this, this.render());
    const took = performance.now() - begun;
    this.#notBefore = took > 8 ? begun + took * rest : 0;
  }
}

// One clock for all, so that "3 min ago" goes on and nothing ticks when nothing is shown.
const tickers = new Set();
let timer = null;

function everySecond(tick) {
  tickers.add(tick);
  timer ??= setInterval(() => { for (const one of tickers) one(); }, 1000);
  return () => {
    tickers.delete(tick);
    if (!tickers.size) timer = void clearInterval(timer) ?? null;
  };
}

"""#),
    PageFile(
        path: "/assets/whereabouts.js", source: "whereabouts.js", contentType: "text/javascript; charset=utf-8",
        tag: "ca218ff186dd2232",
        content: #"""
// Where a robot is and what it is up to, in words and as known now: telemetry where there is any, else what the depot knows.

import { app } from "./app-context.js";
import { span } from "./format.js";
import { freshness } from "./motion.js";

/** `{place, battery, heading, speed, ageMs, fresh}` of a robot; `seen` is its telemetry, if any. */
export function sighting(bot, seen, now = Date.now()) {
  const ageMs = seen ? Math.max(0, now - seen.heardAt) : undefined;
  return {
    place: seen?.place ?? bot.place, battery: seen?.battery_percent ?? (bot.session ? bot.battery_percent : undefined), heading: seen?.heading_degrees,
    speed: seen?.speed_mm_per_s, ageMs, fresh: ageMs === undefined ? "gone" : freshness(ageMs),
  };
}

/** How long ago it was heard from, in words. */
export function heardWords({ ageMs, fresh }) {
  if (ageMs === undefined) return "not heard from";
  return fresh === "fresh" ? "heard from just now" : `last heard from ${span(ageMs)} ago`;
}

/** The floor and what is near: "Ground floor, near Crust & Crumb". */
export function placeWords(place, stores) {
  if (!place) return "not known";
  const floor = app.mall?.floors.find(one => one.number === (place.floor ?? 0))?.name ?? `floor ${place.floor ?? 0}`;
  let nearest = null;
  const consider = (name, at) => {
    if (!at || at.floor !== (place.floor ?? 0)) return;
    const off = Math.hypot(at.x_mm - place.x_mm, at.y_mm - place.y_mm);
    if (!nearest || off < nearest.off) nearest = { name, off };
  };
  const placeOf = id => app.mall?.nodes.find(node => node.id === id)?.place;
  for (const store of stores) consider(store.name, store.place ?? placeOf(store.node));
  if (app.mall) consider("the depot", placeOf(app.mall.depot_node));
  for (const dock of app.mall?.docks ?? []) consider(dock.id, placeOf(dock.node));
  if (!nearest) return floor;
  return nearest.off < 1500 ? `${floor}, at ${nearest.name}` : `${floor}, ${Math.round(nearest.off / 1000)} m from ${nearest.name}`;
}

const winds = ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"];
/** A heading in degrees clockwise from north, as a wind. */
export const headingWord = degrees => (degrees === undefined ? "–" : winds[Math.round(degrees / 45) % 8]);

"""#),
    PageFile(
        path: "/assets/words.js", source: "words.js", contentType: "text/javascript; charset=utf-8",
        tag: "644b6df05f53893e",
        content: #"""
// What the states of orders, robots and tasks are called, which tone they have, and which sign goes with them. The sign
// differs in shape, so that nobody needs to tell colours apart.

export const orderStates = {
  basket: { word: "Basket", tone: "quiet", sign: "ring", says: "being filled at a kiosk" },
  placed: { word: "Placed", tone: "info", sign: "dot", says: "being checked before robots go" },
  approved: { word: "Being fetched", tone: "busy", sign: "arrow", says: "robots fetch it" },
  ready: { word: "Ready", tone: "good", sign: "check", says: "everything that can be had is at the depot" },
  canceling: { word: "Being cancelled", tone: "warn", sign: "half", says: "items go back, money too" },
  completed: { word: "Handed over", tone: "quiet", sign: "check", says: "the customer has it" },
  canceled: { word: "Cancelled", tone: "quiet", sign: "cross", says: "nothing is owed" },
  rejected: { word: "Rejected", tone: "bad", sign: "cross", says: "it could not be made" },
  abandoned: { word: "Abandoned", tone: "quiet", sign: "ring", says: "a basket that was left" },
};

export const botStates = {
  working: { word: "Working", tone: "busy", sign: "arrow", says: "has a task" },
  waiting: { word: "Waiting", tone: "good", sign: "dot", says: "free, has asked for a task" },
  idle: { word: "Idle", tone: "info", sign: "ring", says: "online, has not asked for a task" },
  paused: { word: "Paused", tone: "warn", sign: "bars", says: "stands still until it is resumed" },
  faulted: { word: "Fault", tone: "bad", sign: "alert", says: "something is wrong with it" },
  offline: { word: "Offline", tone: "quiet", sign: "half", says: "has no connection" },
  lost: { word: "Lost", tone: "bad", sign: "cross", says: "said not to come back" },
  retired: { word: "Retired", tone: "quiet", sign: "square", says: "out of service" },
};

export const taskStates = {
  queued: { word: "Waits for a robot", tone: "info", sign: "ring" },
  assigned: { word: "Given to a robot", tone: "info", sign: "dot" },
  accepted: { word: "Taken", tone: "busy", sign: "dot" },
  shopping: { word: "Shopping", tone: "busy", sign: "arrow" },
  returning: { word: "On the way to the depot", tone: "busy", sign: "arrow" },
  delivered: { word: "Delivered", tone: "good", sign: "check" },
  canceled: { word: "Cancelled", tone: "quiet", sign: "cross" },
  "in-custody": { word: "In a robot that lost it", tone: "warn", sign: "half" },
};

export const invoiceStates = {
  open: { word: "To be paid", tone: "warn", sign: "ring" },
  paying: { word: "Being paid", tone: "busy", sign: "half" },
  paid: { word: "Paid", tone: "good", sign: "check" },
  canceled: { word: "Nothing to pay", tone: "quiet", sign: "cross" },
  refunded: { word: "Paid back", tone: "quiet", sign: "half" },
};

export const severities = {
  critical: { word: "Critical", tone: "bad", sign: "alert" },
  warning: { word: "Warning", tone: "warn", sign: "half" },
};

export const alertKinds = {
  fault: { word: "Robot with a fault", todo: "Go to the robot, clear what is wrong, then resume it." },
  lost: { word: "Lost robot", todo: "If it turns up, put it back to work; its items were fetched again." },
  offline: { word: "Robot not heard from", todo: "Look for it where it was last seen; declare it lost if it will not come back." },
  overdue: { word: "Order that waits long", todo: "See what holds it up; give its task to another robot, or cancel it." },
  unpaid: { word: "Ready, not paid", todo: "Call the customer to the desk." },
  custody: { word: "Items in a robot without a task", todo: "Bring the robot to the depot, or wait until its items are fetched again." },
};

/** What is known of a state, also of one that this page does not know yet. */
export function state(table, name) {
  return table[name] ?? { word: name ?? "unknown", tone: "quiet", sign: "ring", says: "" };
}

"""#),
]
