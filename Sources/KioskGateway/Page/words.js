// What the page says, in a customer's words.

/// "€4.80"; the number of digits is the currency's.
export function money(amount) {
  if (!amount) return "";
  const format = new Intl.NumberFormat(navigator.language, { style: "currency", currency: amount.currency_code });
  return format.format(amount.minor_units / 10 ** format.resolvedOptions().maximumFractionDigits);
}

/// So many times an amount, which may be absent.
export const times = (amount, number) => amount && { ...amount, minor_units: amount.minor_units * number };

export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

/// "a, b and c".
export const list = words => words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

/// "7KQ 2MX": easier to read aloud and to compare.
export const spacedCode = code => code.length === 6 ? `${code.slice(0, 3)} ${code.slice(3)}` : code;

export const isOver = order => ["completed", "rejected", "canceled", "abandoned"].includes(order.state);

/// Units that can be had, of all lines, and how many of them are where.
export function progress(order) {
  const sum = pick => order.lines.reduce((units, line) => units + pick(line), 0);
  const wanted = sum(line => line.quantity - line.unavailable);
  return { wanted, picked: sum(line => line.picked), delivered: sum(line => line.delivered) };
}

/// How an order stands: a heading and a sentence.
export function orderWords(order, cardGiven) {
  const { wanted, picked, delivered } = progress(order);
  switch (order.state) {
  case "placed": return ["We have your order", "The stores are being asked. Robots set out in a moment."];
  case "approved":
    if (delivered > 0) return ["On the way", `${delivered} of ${count(wanted, "item")} are at the depot, the rest is coming.`];
    if (picked > 0) return ["Robots are shopping for you", `${picked} of ${count(wanted, "item")} picked up.`];
    return ["Robots are shopping for you", "Each item is picked up at its store and brought to the depot."];
  case "ready":
    return order.paid
      ? ["Ready to collect", "Show your code at the depot's desk."]
      : ["Ready to collect", "Pay here or at the depot's desk, then show your code there."];
  case "completed": return ["Handed over", "Enjoy! Thank you for shopping with us."];
  case "rejected": return ["This order did not go through", rejectionWords(cardGiven)];
  case "canceling": return ["Being cancelled", "Robots bring items back to their stores. Money that was paid goes back to where it came from."];
  case "canceled": return ["Cancelled", canceledWords(order)];
  default: return ["Your order", ""];
  }
}

function rejectionWords(cardGiven) {
  return cardGiven
    ? "Your card was declined. Nothing was charged. You can try again with another card, or pay later."
    : "It could not be taken just now. Nothing was charged.";
}

function canceledWords(order) {
  const nothingHad = order.lines.length > 0 && order.lines.every(line => line.unavailable === line.quantity);
  const why = nothingHad ? "The stores turned out to have none of it. " : "";
  return `${why}You owe nothing.${order.paid ? " What you had paid goes back to where it came from." : ""}`;
}

/// Where a robot is, as one would say it.
export function robotWords(robot, mall) {
  const name = `Robot ${robot.bot_id.replace(/^bot-?/, "")}`;
  const near = mall && robot.place && nearestStop(robot.place, mall);
  const metres = Math.round(robot.distance_left_mm / 1000);
  if (near && near.metres < 2.5 && robot.speed_mm_per_s < 200) return `${name} is at ${near.name}`;
  const floor = mall?.floors.find(one => one.number === robot.place?.floor)?.name.toLowerCase();
  const where = floor && mall.floors.length > 1 ? ` on the ${floor}` : "";
  return metres > 0 ? `${name} is under way${where}, ${metres} m to its next stop` : `${name} is under way${where}`;
}

function nearestStop(place, mall) {
  const stops = [...mall.stores, ...(mall.depot ? [{ name: "the depot", place: mall.depot }] : [])]
    .filter(stop => stop.place.floor === place.floor)
    .map(stop => ({ name: stop.name, metres: Math.hypot(stop.place.x_mm - place.x_mm, stop.place.y_mm - place.y_mm) / 1000 }));
  return stops.sort((a, b) => a.metres - b.metres)[0];
}

/// What a refusal means to a customer, who asked for `kind`.
export function problemWords({ kind: problem, status, retryAfter }, kind) {
  const seconds = Math.ceil((retryAfter ?? 10_000) / 1000);
  switch (problem) {
  case "payment-declined": return "The card was declined. Nothing was charged. Please try another card, or pay at the depot's desk.";
  case "no-such-code": return "There is no order with this code. Look again at what you wrote down: codes have six letters and digits.";
  case "too-many-guesses": return `Too many wrong codes. Please try again in ${count(seconds, "second")}.`;
  case "unreachable": return "The mall cannot be reached at the moment. Please try again soon.";
  }
  if (status === 404 && ["add", "reduce"].includes(kind)) return "This is not sold any more.";
  if (status === 404 && kind === "checkout") return "This basket is gone. Please choose again.";
  if (kind === "pay" && status === 409) return "This order needs no payment now.";
  if (kind === "cancel" && status === 409) return "This order cannot be cancelled any more.";
  if (status === 409) return "Something changed in the shop while you chose. Please look over your basket and try again.";
  return "Something went wrong on our side. Please try again, or ask at the depot's desk.";
}

/// Units that a customer can have: on the shelf, and waited for by no other order.
export const available = product => product.available ?? product.stock;

/// Which lines ask for more than the stores have; null when none does.
export function shortageWords(lines, products, entry) {
  const short = lines.flatMap(line => {
    const product = products.get(line.product_id);
    const stock = product ? available(product) : 0;
    const wanted = line.quantity + (entry.kind === "add" && entry.productID === line.product_id ? entry.quantity : 0);
    if (wanted <= stock) return [];
    return [stock === 0 ? `${line.name} is sold out` : `of ${line.name} only ${stock} ${stock === 1 ? "is" : "are"} left`];
  });
  if (short.length === 0) return null;
  const text = list(short);
  return `${text[0].toUpperCase()}${text.slice(1)}. Please change your basket.`;
}
