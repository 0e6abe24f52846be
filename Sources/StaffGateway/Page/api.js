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
