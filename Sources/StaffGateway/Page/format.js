// Amounts, times and spans of time as people read them. Pure but for the language of the browser.

/** `{minor_units, currency_code}` as text; a dash when there is none. */
export function money(amount) {
  if (!amount) return "–";
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency: amount.currency_code });
  return format.format(amount.minor_units / 10 ** fraction(amount.currency_code));
}

/** How many decimal places a currency has. */
export function fraction(currency) {
  return new Intl.NumberFormat(undefined, { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
}

/**
 * Minor units of an amount that somebody typed: "4.80", "4,8" and "4" in a currency with two places.
 * Undefined when it is no amount.
 */
export function minorUnits(text, currency) {
  const places = fraction(currency);
  const match = /^(\d{1,9})(?:[.,](\d*))?$/.exec(String(text).trim());
  if (!match || (match[2] ?? "").length > places) return undefined;
  return Number(match[1] + (match[2] ?? "").padEnd(places, "0"));
}

/** An amount as it is typed: "4.80". */
export function typed(amount) {
  if (!amount) return "";
  const places = fraction(amount.currency_code);
  return (amount.minor_units / 10 ** places).toFixed(places);
}

/** A span in milliseconds: "8 s", "4 min", "2 h 5 min", "3 days". */
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} days`;
}

/** A short span, with a decimal below ten seconds: "0.4 s". */
export function gap(ms) {
  return ms < 9950 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : span(ms);
}

/** Milliseconds from a time of the API until `now`; undefined without a time. */
export function since(text, now) {
  return text ? Math.max(0, now - Date.parse(text)) : undefined;
}

/** "4 min ago"; a dash when there is no time. */
export function ago(text, now) {
  const ms = since(text, now);
  return ms === undefined ? "–" : ms < 1500 ? "just now" : `${span(ms)} ago`;
}

/** "14:03:07" today, with the date before it on other days. */
export function clock(text, now) {
  if (!text) return "–";
  const date = new Date(text);
  const time = date.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
  return date.toDateString() === new Date(now).toDateString() ? time : `${date.toLocaleDateString()} ${time}`;
}

/** "1 robot", "2 robots". */
export function count(number, one, many = one + "s") { return `${number} ${number === 1 ? one : many}`; }
