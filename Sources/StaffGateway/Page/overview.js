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
