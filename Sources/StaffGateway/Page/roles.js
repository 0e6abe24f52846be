// Who may do what. The server decides; this only keeps the page from offering what would be refused.

import { app } from "./app-context.js";

const rank = { viewer: 1, clerk: 2, manager: 3 };

export const roles = ["viewer", "clerk", "manager"];

/** Whether who is signed in may what `role` may. */
export function may(role) {
  return (rank[app.session?.user?.role] ?? 0) >= rank[role];
}

/** What a role may do, in words. */
export const roleWords = {
  viewer: "sees everything live, changes nothing",
  clerk: "also hands over, takes payments, cancels orders",
  manager: "also runs stores, products, robots, refunds, users",
};

/** Why a button cannot be used by who is signed in. */
export function reasonFor(role) {
  return `Only a ${role}${role === "manager" ? "" : " or a manager"} may do this; you are signed in as ${app.session?.user?.role}.`;
}
