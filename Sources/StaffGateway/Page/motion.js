// Where a robot is drawn between two messages of telemetry. Pure: times are given, in ms.

/** How long ago a robot was heard from before it looks stale, and before it looks gone; ms. */
export const staleAfter = 5000;
export const goneAfter = 30_000;

// A jump longer than this (mm) is not a drive: another floor's elevator, or a robot that was carried.
const longestDrive = 12_000;

// What is taken for the time between two messages of a robot, at least and at most; ms.
const quickest = 150;
const slowest = 2500;

/** A robot's movement when it is first seen. */
export function placed(seen, now) {
  const at = spot(seen);
  return { from: at, to: at, begun: now, lasts: 1, heardAt: seen.heardAt };
}

/**
 * The movement after new telemetry: from where it is drawn now to where it is, as long as the robot's messages lie apart.
 * `still`: at once, for who does not want things to move.
 */
export function moved(motion, seen, now, still = false) {
  const to = spot(seen);
  // The same message again, perhaps with its age rounded otherwise.
  if (to.floor === motion.to.floor && to.x === motion.to.x && to.y === motion.to.y && to.heading === motion.to.heading) return motion;
  const here = drawn(motion, now);
  const jump = still || to.floor !== here.floor || Math.hypot(to.x - here.x, to.y - here.y) > longestDrive;
  // A little longer, so that it seldom has to stop and wait for the next.
  const apart = 1.15 * Math.min(slowest, Math.max(quickest, seen.heardAt - motion.heardAt));
  return { from: jump ? to : here, to, begun: now, lasts: apart, heardAt: seen.heardAt };
}

/** Where it is drawn at `now`: `{floor, x, y, heading}`, in mm and degrees clockwise from north. */
export function drawn(motion, now) {
  const { from, to } = motion;
  const t = Math.min(1, Math.max(0, (now - motion.begun) / motion.lasts));
  const turn = ((to.heading - from.heading + 540) % 360) - 180;
  return {
    floor: to.floor,
    x: from.x + (to.x - from.x) * t,
    y: from.y + (to.y - from.y) * t,
    heading: (from.heading + turn * t + 360) % 360,
  };
}

/** "fresh", "stale" or "gone". */
export function freshness(ageMs) {
  return ageMs > goneAfter ? "gone" : ageMs > staleAfter ? "stale" : "fresh";
}

const spot = seen => ({ floor: seen.place.floor ?? 0, x: seen.place.x_mm ?? 0, y: seen.place.y_mm ?? 0, heading: seen.heading_degrees ?? 0 });
