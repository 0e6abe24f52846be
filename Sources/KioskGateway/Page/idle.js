// When a kiosk that was left alone begins anew. Pure: the time is given, in milliseconds.

export class Idle {
  /// `quiet`: how long nobody touches it before it asks; `countdown`: how long it asks. `quiet` 0: never.
  constructor({ quiet, countdown }) {
    Object.assign(this, { quiet, countdown, since: null });
  }

  /// Somebody is there.
  touch(now) { this.since = now; }

  /// What is to be done. `held`: a payment is under way, or there is nothing to forget: no time passes.
  look(now, held) {
    if (this.quiet <= 0) return { do: "nothing" };
    if (held || this.since === null) {
      this.since = now;
      return { do: "nothing" };
    }
    const left = this.since + this.quiet + this.countdown - now;
    if (left <= 0) return { do: "reset" };
    if (left <= this.countdown) return { do: "ask", seconds: Math.ceil(left / 1000) };
    return { do: "nothing" };
  }
}
