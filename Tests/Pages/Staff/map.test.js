import { equal, test, truthy } from "../harness.js";
import { entries, goalsOf, graphOf, route, shortest } from "/staff/graph.js";
import { drawn, freshness, moved, placed } from "/staff/motion.js";

const at = (x, y, floor = 0) => ({ floor, x_mm: x, y_mm: y });
const mall = {
  nodes: [
    { id: "depot", place: at(0, 0) }, { id: "hall", place: at(1000, 0) }, { id: "shop", place: at(1000, 1000) },
    { id: "far", place: at(9000, 0) }, { id: "up", place: at(1000, 0, 1) }, { id: "alone", place: at(5000, 5000) },
  ],
  edges: [
    { from: "depot", to: "hall", length_mm: 1000 }, { from: "hall", to: "shop", length_mm: 1000 }, { from: "hall", to: "far", length_mm: 8000 },
    { from: "depot", to: "far", length_mm: 20000 }, { from: "hall", to: "up", length_mm: 5000 },
  ],
  docks: [{ id: "dock-1", node: "depot" }], depot_node: "depot",
};
const graph = graphOf(mall);

test("the shortest way is found, and none where there is none", () => {
  equal(shortest(graph, [{ id: "depot", length: 0 }], "far"), ["depot", "hall", "far"]);
  equal(shortest(graph, [{ id: "shop", length: 0 }], "shop"), ["shop"]);
  equal(shortest(graph, [{ id: "depot", length: 0 }], "alone"), null);
});

test("a robot between two nodes goes on to the one that is nearer to its goal", () => {
  equal(entries(graph, at(600, 0)), [{ id: "depot", length: 600 }, { id: "hall", length: 400 }]);
  equal(route(graph, at(600, 0), ["shop"]).map(point => [point.x_mm, point.y_mm]), [[600, 0], [1000, 0], [1000, 1000]]);
  equal(route(graph, at(600, 0), ["depot"]).map(point => point.x_mm), [600, 0]);
});

test("a route leads through its goals in order, also over floors, and ends where there is no way on", () => {
  equal(route(graph, at(0, 0), ["shop", "up", "depot"]).map(point => `${point.floor} ${point.x_mm} ${point.y_mm}`),
    ["0 0 0", "0 1000 0", "0 1000 1000", "0 1000 0", "1 1000 0", "0 1000 0", "0 0 0"]);
  equal(route(graph, at(0, 0), ["alone"]), []);
  equal(route(graph, null, ["shop"]), []);
  equal(route(graph, at(0, 0), []), []);
});

test("a task leads to the stops that have something left, then to the depot", () => {
  const stop = (node, id, quantity) => ({ node, items: [{ product_id: id, quantity }] });
  const task = { state: "shopping", stops: [stop("shop", "a", 2), stop("far", "b", 1), stop("up", "c", 2)], picked: { a: 2, c: 1 }, unavailable: { b: 1 } };
  equal(goalsOf(task, graph), ["up", "depot"]);
  equal(goalsOf({ ...task, state: "returning" }, graph), ["depot"]);
  equal(goalsOf({ ...task, state: "queued" }, graph), []);
  equal(goalsOf(undefined, graph), []);
});

const seen = (x, heading, heardAt, floor = 0) => ({ place: at(x, 0, floor), heading_degrees: heading, heardAt });

test("a robot is drawn on its way between two messages, and stays where it was last", () => {
  const motion = moved(placed(seen(0, 0, 0), 0), seen(1000, 90, 1000), 1000);
  equal([drawn(motion, 1000).x, drawn(motion, 1575).x, drawn(motion, 2150).x, drawn(motion, 9000).x], [0, 500, 1000, 1000]);
});

test("it turns the short way round", () => {
  const motion = moved(placed(seen(0, 350, 0), 0), seen(0, 10, 1000), 0);
  equal(Math.round(drawn(motion, 575).heading) % 360, 0);
});

test("a message that comes again changes nothing; one that comes early goes on from where it is drawn", () => {
  const motion = moved(placed(seen(0, 0, 0), 0), seen(1000, 0, 1000), 0);
  equal(moved(motion, seen(1000, 0, 1003), 500), motion);
  equal(Math.round(drawn(moved(motion, seen(2000, 0, 1500), 575), 575).x), 500);
});

test("it does not slide between floors, nor across half the mall", () => {
  equal(drawn(moved(placed(seen(0, 0, 1), 0), seen(1000, 0, 2, 1), 0), 0), { floor: 1, x: 1000, y: 0, heading: 0 });
  equal(drawn(moved(placed(seen(0, 0, 1), 0), seen(60000, 0, 2), 0), 0).x, 60000);
});

test("who does not want things to move sees a robot where it is", () => {
  equal(drawn(moved(placed(seen(0, 0, 0), 0), seen(1000, 0, 1000), 0, true), 0).x, 1000);
});

test("staleness grows with age", () => {
  equal([0, 4999, 6000, 31000].map(freshness), ["fresh", "fresh", "stale", "gone"]);
  truthy(freshness(Infinity) === "gone", "never heard from");
});
