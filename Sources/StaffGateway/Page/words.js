// What the states of orders, robots and tasks are called, which tone they have, and which sign goes with them. The sign
// differs in shape, so that nobody needs to tell colours apart.

export const orderStates = {
  basket: { word: "Basket", tone: "quiet", sign: "ring", says: "being filled at a kiosk" },
  placed: { word: "Placed", tone: "info", sign: "dot", says: "being checked before robots go" },
  approved: { word: "Being fetched", tone: "busy", sign: "arrow", says: "robots fetch it" },
  ready: { word: "Ready", tone: "good", sign: "check", says: "everything that can be had is at the depot" },
  canceling: { word: "Being cancelled", tone: "warn", sign: "half", says: "items go back, money too" },
  completed: { word: "Handed over", tone: "quiet", sign: "check", says: "the customer has it" },
  canceled: { word: "Cancelled", tone: "quiet", sign: "cross", says: "nothing is owed" },
  rejected: { word: "Rejected", tone: "bad", sign: "cross", says: "it could not be made" },
  abandoned: { word: "Abandoned", tone: "quiet", sign: "ring", says: "a basket that was left" },
};

export const botStates = {
  working: { word: "Working", tone: "busy", sign: "arrow", says: "has a task" },
  waiting: { word: "Waiting", tone: "good", sign: "dot", says: "free, has asked for a task" },
  idle: { word: "Idle", tone: "info", sign: "ring", says: "online, has not asked for a task" },
  paused: { word: "Paused", tone: "warn", sign: "bars", says: "stands still until it is resumed" },
  faulted: { word: "Fault", tone: "bad", sign: "alert", says: "something is wrong with it" },
  offline: { word: "Offline", tone: "quiet", sign: "half", says: "has no connection" },
  lost: { word: "Lost", tone: "bad", sign: "cross", says: "said not to come back" },
  retired: { word: "Retired", tone: "quiet", sign: "square", says: "out of service" },
};

export const taskStates = {
  queued: { word: "Waits for a robot", tone: "info", sign: "ring" },
  assigned: { word: "Given to a robot", tone: "info", sign: "dot" },
  accepted: { word: "Taken", tone: "busy", sign: "dot" },
  shopping: { word: "Shopping", tone: "busy", sign: "arrow" },
  returning: { word: "On the way to the depot", tone: "busy", sign: "arrow" },
  delivered: { word: "Delivered", tone: "good", sign: "check" },
  canceled: { word: "Cancelled", tone: "quiet", sign: "cross" },
  "in-custody": { word: "In a robot that lost it", tone: "warn", sign: "half" },
};

export const invoiceStates = {
  open: { word: "To be paid", tone: "warn", sign: "ring" },
  paying: { word: "Being paid", tone: "busy", sign: "half" },
  paid: { word: "Paid", tone: "good", sign: "check" },
  canceled: { word: "Nothing to pay", tone: "quiet", sign: "cross" },
  refunded: { word: "Paid back", tone: "quiet", sign: "half" },
};

export const severities = {
  critical: { word: "Critical", tone: "bad", sign: "alert" },
  warning: { word: "Warning", tone: "warn", sign: "half" },
};

export const alertKinds = {
  fault: { word: "Robot with a fault", todo: "Go to the robot, clear what is wrong, then resume it." },
  lost: { word: "Lost robot", todo: "If it turns up, put it back to work; its items were fetched again." },
  offline: { word: "Robot not heard from", todo: "Look for it where it was last seen; declare it lost if it will not come back." },
  overdue: { word: "Order that waits long", todo: "See what holds it up; give its task to another robot, or cancel it." },
  unpaid: { word: "Ready, not paid", todo: "Call the customer to the desk." },
  custody: { word: "Items in a robot without a task", todo: "Bring the robot to the depot, or wait until its items are fetched again." },
};

/** What is known of a state, also of one that this page does not know yet. */
export function state(table, name) {
  return table[name] ?? { word: name ?? "unknown", tone: "quiet", sign: "ring", says: "" };
}
