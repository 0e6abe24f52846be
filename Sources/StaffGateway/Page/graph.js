// The building as a graph, and the way a robot has before it. Pure.

/** `mall` as GET /api/v1/mall gives it. */
export function graphOf(mall) {
  const places = new Map(mall.nodes.map(node => [node.id, node.place]));
  const ways = new Map(mall.nodes.map(node => [node.id, []]));
  for (const edge of mall.edges) {
    ways.get(edge.from)?.push({ to: edge.to, length: edge.length_mm });
    ways.get(edge.to)?.push({ to: edge.from, length: edge.length_mm });
  }
  return { places, ways, edges: mall.edges, depot: mall.depot_node, docks: new Map(mall.docks.map(dock => [dock.id, dock.node])) };
}

/** The shortest way from any of `from` (`[{id, length}]`: what it costs to be there) to `to`, as ids; null without one. */
export function shortest(graph, from, to) {
  const best = new Map(from.map(start => [start.id, start.length]));
  const before = new Map();
  const open = new Set(best.keys());
  while (open.size) {
    let at = null;
    for (const id of open) if (at === null || best.get(id) < best.get(at)) at = id;
    if (at === to) break;
    open.delete(at);
    for (const way of graph.ways.get(at) ?? []) {
      const length = best.get(at) + way.length;
      if (length < (best.get(way.to) ?? Infinity)) {
        best.set(way.to, length);
        before.set(way.to, at);
        open.add(way.to);
      }
    }
  }
  if (!best.has(to)) return null;
  const ids = [to];
  while (before.has(ids[0])) ids.unshift(before.get(ids[0]));
  return ids;
}

/** The ends of the way nearest to a place, with the distance to each: where a robot can go from there. */
export function entries(graph, place) {
  let nearest = null;
  for (const edge of graph.edges) {
    const a = graph.places.get(edge.from);
    const b = graph.places.get(edge.to);
    if (!a || !b || a.floor !== place.floor || b.floor !== place.floor) continue;
    const off = distanceToLine(place, a, b);
    if (!nearest || off < nearest.off) nearest = { off, edge, a, b };
  }
  if (!nearest) return [...graph.places].filter(([, at]) => at.floor === place.floor).map(([id, at]) => ({ id, length: far(place, at) }));
  return [
    { id: nearest.edge.from, length: far(place, nearest.a) },
    { id: nearest.edge.to, length: far(place, nearest.b) },
  ];
}

/** The nodes that a task still leads to, in order: stops with something left to fetch, then the depot. */
export function goalsOf(task, graph) {
  if (!task || task.state === "queued" || task.state === "delivered" || task.state === "canceled") return [];
  const left = stop => stop.items.some(
    item => (task.picked?.[item.product_id] ?? 0) + (task.unavailable?.[item.product_id] ?? 0) < item.quantity);
  const stops = task.state === "returning" || task.state === "in-custody" ? [] : task.stops.filter(left);
  return [...stops.map(stop => stop.node), graph.depot];
}

/** The points from `place` through `goals`, as `[{floor, x_mm, y_mm}]`; empty when there is no way. */
export function route(graph, place, goals) {
  if (!place || !goals.length) return [];
  const points = [place];
  let from = entries(graph, place);
  for (const goal of goals) {
    const ids = shortest(graph, from, goal);
    if (!ids) return points.length > 1 ? points : [];
    for (const id of ids) {
      const next = graph.places.get(id);
      if (next !== points.at(-1)) points.push(next);
    }
    from = [{ id: goal, length: 0 }];
  }
  return points;
}

const far = (a, b) => Math.hypot(a.x_mm - b.x_mm, a.y_mm - b.y_mm);

function distanceToLine(p, a, b) {
  const [dx, dy] = [b.x_mm - a.x_mm, b.y_mm - a.y_mm];
  const along = dx || dy ? ((p.x_mm - a.x_mm) * dx + (p.y_mm - a.y_mm) * dy) / (dx * dx + dy * dy) : 0;
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(p.x_mm - a.x_mm - t * dx, p.y_mm - a.y_mm - t * dy);
}
