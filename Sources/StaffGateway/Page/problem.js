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
