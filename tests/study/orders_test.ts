/** Tables over orders and networks, from a network small enough to check by hand. */
import type { Ranking } from "@lib/pruning/order.ts";
import { pruneChannels } from "@lib/pruning/prune_channels.ts";
import { medianCurve, orderStripsOf, repairedModels } from "@lib/study/order_tables.ts";
import {
  compareStopping,
  hitsAlong,
  measureOrder,
  randomOrders,
  RANKINGS,
} from "@lib/study/orders.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { assert, assertEquals, assertThrows } from "@lib/std/assert.ts";
import { tinyEvidence, tinyNetwork } from "../pruning/tiny_network.ts";

const CHANNELS = 10;
const network = tinyNetwork(CHANNELS, 2);
const evidence = await tinyEvidence(network);
const measured = { validation: evidence, test: evidence };
const forwards: Ranking = {
  name: "forwards",
  needs: "network",
  order: () => Array.from({ length: CHANNELS }, (_, channel) => channel),
};
const backwards: Ranking = {
  ...forwards,
  name: "backwards",
  order: (e) => forwards.order(e).reverse(),
};
const orders = [forwards, backwards].map((ranking) => measureOrder(measured, ranking, [0.01, 0.1]));

Deno.test("every ranking of the laboratory orders all channels, and names differ", () => {
  assertEquals(new Set(RANKINGS.map(({ name }) => name)).size, RANKINGS.length);
  for (const ranking of RANKINGS) {
    const { curve, points } = measureOrder(measured, ranking, [0.01]);
    assertEquals(curve.order.toSorted(), forwards.order(evidence), ranking.name);
    assertEquals(points.length, 1);
  }
});

Deno.test("the table has a row a repaired model, the figure a value a network", () => {
  const rates = orders.map(({ points }) => points[1]!.test.robustAccuracy);
  const { columns, rows } = repairedModels({ one: orders });
  assertEquals(new Set(columns).size, columns.length);
  assertEquals(rows.filter((row) => row[3] === 10).map((row) => [row[0], row[1], row[7]]), [
    ["one", "forwards", Number((100 * rates[0]!).toFixed(3))],
    ["one", "backwards", Number((100 * rates[1]!).toFixed(3))],
  ]);
  const [strip] = orderStripsOf([[orders[0]!], [orders[1]!]], [1]);
  assertEquals(strip, {
    name: "forwards",
    attackSuccess: [orders.map(({ points }) => points[1]!.test.attackSuccess)],
    robustAccuracy: [rates],
  });
});

Deno.test("random orders differ, and each has its repaired models", () => {
  const random = randomOrders(measured, [0.01, 0.1], 3);
  assertEquals(random.map(({ points }) => points.length), [2, 2, 2]);
  assertEquals(new Set(random.map(({ curve }) => String(curve.order))).size, 3);
});

Deno.test("a median curve has as many below it as above, at every step, and lies in its band", () => {
  for (const draws of [5, 6]) {
    const curves = randomOrders(measured, [], draws).map(({ curve }) => curve);
    const line = medianCurve("random", curves);
    for (const rate of ["cleanAccuracy", "attackSuccess"] as const) {
      assertEquals(line[rate].length, CHANNELS + 1);
      line[rate].forEach((middle, step) => {
        const values = curves.map(({ test }) => test[rate][step]!);
        // by definition: no other value has a smaller sum of distances
        const distance = (to: number) => values.reduce((sum, each) => sum + Math.abs(each - to), 0);
        assert(values.every((value) => distance(middle) <= distance(value) + 1e-12));
        assert(values.filter((value) => value <= middle).length >= draws / 2);
        assert(values.filter((value) => value >= middle).length >= draws / 2);
        const [low, high] = [Math.min(...values), Math.max(...values)];
        assertEquals(line.band[rate][step], { low, high });
      });
    }
  }
  const two = medianCurve("two", orders.map(({ curve }) => curve)).attackSuccess;
  const both = orders.map(({ curve }) => curve.test.attackSuccess);
  assertEquals(two, two.map((_, step) => (both[0]![step]! + both[1]![step]!) / 2));
  assertThrows(() => medianCurve("none", []), Error, "at least one curve but found none");
});

Deno.test("hits and the paired test are those of really pruned networks", async () => {
  const stoppedBy = await Promise.all(orders.map(async ({ curve, points }) => {
    const pruned = await pruneChannels(network, curve.order.slice(0, points[0]!.channelsPruned));
    const answers = tf.tidy(() =>
      (pruned.apply(toTensor(evidence.bad)) as tf.Tensor).argMax(1).dataSync()
    );
    return Array.from(answers, (answer) => answer !== 0);
  }));
  const [one, other] = stoppedBy;
  const only = (a: boolean[], b: boolean[]): number => a.filter((hit, i) => hit && !b[i]).length;
  const { onlyOne, onlyOther, p } = compareStopping(evidence, orders[0]!, orders[1]!, 0);
  assertEquals([onlyOne, onlyOther], [only(one!, other!), only(other!, one!)]);
  assert(p > 0 && p <= 1);
  const { backdoor } = evidence;
  const steps = hitsAlong(evidence, backdoor, [0, 1, 2], backdoor.labels.map(() => 0));
  const { attackSuccess } = orders[0]!.curve.test;
  steps.forEach((hits, step) =>
    assertEquals(hits.filter(Boolean).length / hits.length, attackSuccess[step])
  );
});
