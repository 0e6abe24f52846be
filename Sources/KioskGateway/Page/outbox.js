// What the customer has done and the mall has not yet answered.
//
// Each command waits here, with its idempotency key, until its answer is known: over a broken connection, over a restart of
// the server, over a reload of this page. One at a time, in the order in which they were given.

/// The time before the next try, in milliseconds.
const pause = tries => Math.min(500 * 2 ** (tries - 1), 5_000);

/// So often an answer that says "internal" is taken for a passing one.
const PATIENCE_WITH_FAULTS = 3;

export class Outbox {
  #entries;
  #working = false;
  #wake = null;

  /// `storage` keeps the entries; `perform(entry)` asks the mall and throws a Refusal; `settled(entry, result, refusal)` is told
  /// the outcome of each; `changed` that something has changed.
  constructor({ storage, name, perform, settled, changed }) {
    Object.assign(this, { storage, name, perform, settled, changed });
    this.#entries = JSON.parse(storage.getItem(name) ?? "[]");
    /// Whether the newest try brought no answer.
    this.isStuck = false;
  }

  get entries() { return this.#entries; }

  /// Whether one of these kinds is waiting.
  has(...kinds) { return this.#entries.some(entry => kinds.includes(entry.kind)); }

  /// Takes a command; it has its key from now on.
  add(entry) {
    this.#entries.push({ ...entry, key: crypto.randomUUID?.() ?? randomKey() });
    this.#save();
    this.work();
  }

  /// Drops all that waits. What is under way may still be done.
  clear() {
    this.#entries = [];
    this.isStuck = false;
    this.#save();
  }

  /// Tries at once instead of after the pause.
  hurry() { this.#wake?.(); }

  async work() {
    if (this.#working) return;
    this.#working = true;
    let tries = 0;
    while (this.#entries.length > 0) {
      const entry = this.#entries[0];
      try {
        const result = await this.perform(entry);
        this.isStuck = false;
        tries = 0;
        this.#finish(entry, result);
      } catch (refusal) {
        tries += 1;
        if (refusal.isPassing || (refusal.status === 500 && tries <= PATIENCE_WITH_FAULTS)) {
          this.isStuck = true;
          this.changed();
          await this.#sleep(refusal.retryAfter ?? pause(tries));
          continue;
        }
        if (refusal.status === undefined) console.error(refusal);
        this.isStuck = false;
        tries = 0;
        this.#finish(entry, undefined, refusal);
      }
    }
    this.isStuck = false;
    this.#working = false;
    this.changed();
  }

  #finish(entry, result, refusal) {
    // It may have been dropped meanwhile; then nobody wants to know.
    const index = this.#entries.indexOf(entry);
    if (index < 0) return;
    // The outcome is stored by `settled` before the command is forgotten: a reload in between repeats it, and gets the same.
    this.settled(entry, result, refusal);
    const place = this.#entries.indexOf(entry);
    if (place >= 0) this.#entries.splice(place, 1);
    this.#save();
  }

  #sleep(milliseconds) {
    return new Promise(resolve => {
      this.#wake = resolve;
      setTimeout(resolve, milliseconds);
    });
  }

  #save() {
    this.storage.setItem(this.name, JSON.stringify(this.#entries));
    this.changed();
  }
}

/// Where a page came over plain HTTP from another machine, browsers have no randomUUID.
function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, "0")).join("");
}
