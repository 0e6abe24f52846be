// Where a robot is and what it is up to, in words and as known now: telemetry where there is any, else what the depot knows.

import { app } from "./app-context.js";
import { span } from "./format.js";
import { freshness } from "./motion.js";

/** `{place, battery, heading, speed, ageMs, fresh}` of a robot; `seen` is its telemetry, if any. */
export function sighting(bot, seen, now = Date.now()) {
  const ageMs = seen ? Math.max(0, now - seen.heardAt) : undefined;
  return {
    place: seen?.place ?? bot.place, battery: seen?.battery_percent ?? (bot.session ? bot.battery_percent : undefined), heading: seen?.heading_degrees,
    speed: seen?.speed_mm_per_s, ageMs, fresh: ageMs === undefined ? "gone" : freshness(ageMs),
  };
}

/** How long ago it was heard from, in words. */
export function heardWords({ ageMs, fresh }) {
  if (ageMs === undefined) return "not heard from";
  return fresh === "fresh" ? "heard from just now" : `last heard from ${span(ageMs)} ago`;
}

/** The floor and what is near: "Ground floor, near Crust & Crumb". */
export function placeWords(place, stores) {
  if (!place) return "not known";
  const floor = app.mall?.floors.find(one => one.number === (place.floor ?? 0))?.name ?? `floor ${place.floor ?? 0}`;
  let nearest = null;
  const consider = (name, at) => {
    if (!at || at.floor !== (place.floor ?? 0)) return;
    const off = Math.hypot(at.x_mm - place.x_mm, at.y_mm - place.y_mm);
    if (!nearest || off < nearest.off) nearest = { name, off };
  };
  const placeOf = id => app.mall?.nodes.find(node => node.id === id)?.place;
  for (const store of stores) consider(store.name, store.place ?? placeOf(store.node));
  if (app.mall) consider("the depot", placeOf(app.mall.depot_node));
  for (const dock of app.mall?.docks ?? []) consider(dock.id, placeOf(dock.node));
  if (!nearest) return floor;
  return nearest.off < 1500 ? `${floor}, at ${nearest.name}` : `${floor}, ${Math.round(nearest.off / 1000)} m from ${nearest.name}`;
}

const winds = ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"];
/** A heading in degrees clockwise from north, as a wind. */
export const headingWord = degrees => (degrees === undefined ? "–" : winds[Math.round(degrees / 45) % 8]);
