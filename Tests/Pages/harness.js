// The tests of the pages' modules, in a browser, without packages. A test file registers its tests by importing this;
// Tests/Browser/test_page_modules.py runs them and reports each.

const tests = [];

/** A test: its name says what holds. */
export function test(name, body) { tests.push({ name, body }); }

/** Both are the same value, all the way down; Maps and Sets by what they hold. */
export function equal(is, should, what = "") {
  const [a, b] = [shown(is), shown(should)];
  if (a !== b) throw new Error(`${what ? what + ": " : ""}it is ${a}, and should be ${b}`);
}

export function truthy(is, what) {
  if (!is) throw new Error(`${what}: it is ${shown(is)}`);
}

/** Runs what is registered; a list of `{name, error}`, null where it passed. */
export async function run() {
  const results = [];
  for (const { name, body } of tests) {
    try {
      await body();
      results.push({ name, error: null });
    } catch (error) {
      results.push({ name, error: `${error.message}\n${(error.stack ?? "").split("\n").slice(1, 4).join("\n")}` });
    }
  }
  return results;
}

/** A generator of numbers from 0 to 1, the same for the same seed (mulberry32). */
export function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function shown(value) {
  return JSON.stringify(value, (key, part) => {
    if (part instanceof Map) return { map: [...part].sort(([a], [b]) => (a < b ? -1 : 1)) };
    if (part instanceof Set) return { set: [...part].sort() };
    if (part === undefined) return "undefined";
    if (part && typeof part === "object" && !Array.isArray(part)) return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
    return part;
  });
}
