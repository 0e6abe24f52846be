// Talking to the kiosk gateway.

/// Longer than the gateway lets a service take.
const PATIENCE = 13_000;

/// An answer that is not what was asked for: a problem document of RFC 9457, or none when nothing came at all.
export class Refusal extends Error {
  constructor(status, problem, retryAfter) {
    super(problem?.detail ?? "no answer");
    this.status = status;
    this.kind = problem?.type?.split(":").at(-1) ?? (status ? "unknown" : "unreachable");
    this.errors = problem?.errors ?? [];
    /// In milliseconds.
    this.retryAfter = retryAfter;
  }

  /// Whether it may go well later, as it is. What was asked for may have been done all the same.
  get isPassing() {
    return this.status === 0 || [408, 425, 429, 502, 503, 504].includes(this.status);
  }
}

/// Asks the gateway. Returns the status and the document, if there is one.
export async function ask(method, path, { body, key } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  let response, text;
  try {
    response = await fetch(path, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    text = await response.text();
  } catch {
    throw new Refusal(0);
  }
  let document;
  try {
    document = text ? JSON.parse(text) : undefined;
  } catch {
    // Not from our gateway: a proxy's page, say.
    throw new Refusal(response.ok ? 502 : response.status);
  }
  if (response.ok) return { status: response.status, document };
  throw new Refusal(response.status, document, Number(response.headers.get("Retry-After")) * 1000 || undefined);
}

/// The document at a path.
export const get = async path => (await ask("GET", path)).document;

/// Follows server-sent events until `close` is called, also over a server that is gone for a while.
///
/// A browser comes back by itself after a break, but not after an answer that is an error: then this one does.
export function follow(path, handlers, { lost, ended } = {}) {
  let source, timer, closed = false;
  const open = () => {
    source = new EventSource(path);
    for (const [name, handler] of Object.entries(handlers)) {
      source.addEventListener(name, event => {
        lost?.(false);
        handler(JSON.parse(event.data));
      });
    }
    source.onopen = () => lost?.(false);
    source.onerror = () => {
      if (closed) return;
      if (ended?.()) return close();
      lost?.(true);
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, 2_000);
    };
  };
  const close = () => {
    closed = true;
    clearTimeout(timer);
    source.close();
  };
  open();
  return close;
}
