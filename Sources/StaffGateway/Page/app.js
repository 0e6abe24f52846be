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
