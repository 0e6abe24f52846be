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
