// A QR code as a picture.

import { h, View } from "./dom.js";
import { encode } from "./qr.js";

class QRCode extends View {
  set text(text) {
    this.content = text;
    if (this.isConnected) this.show();
  }

  view() {
    if (!this.content) return [];
    const rows = encode(this.content);
    // The quiet zone of four modules belongs to it, and it is dark on light in a dark room too.
    const size = rows.length + 8;
    const path = rows.flatMap((row, y) => row.flatMap((dark, x) => dark ? `M${x + 4} ${y + 4}h1v1h-1z` : [])).join("");
    return h("svg", { viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": "The pickup code as a QR code", "shape-rendering": "crispEdges" },
      h("rect", { width: size, height: size, fill: "#fff" }), h("path", { d: path, fill: "#000" }));
  }
}

customElements.define("qr-code", QRCode);
