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
