/** Tables over orders and networks, from a network small enough to check by hand. */
import type { Ranking } from "@lib/pruning/order.ts";
import { pruneChannels } from "@lib/pruning/prune_channels.ts";
import { meanCurve, rateTable, spreadTable } from "@lib/study/order_tables.ts";
import { compareStopping, hitsAlong, measureOrder, RANKINGS } from "@lib/study/orders.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { assert, assertEquals } from "@lib/std/assert.ts";
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

Deno.test("tables have a row an order, the rates of its repaired models, and mean and range", () => {
  const [one, other] = orders.map(({ points }) => points[1]!.test.robustAccuracy * 100);
  const { columns, rows } = rateTable(orders, "robustAccuracy", 1);
  assertEquals(columns, ["order", "needs", "1 pts", "10 pts"]);
  assertEquals(rows.map((row) => [row[0], row[3]]), [
    ["forwards", one!.toFixed(1)],
    ["backwards", other!.toFixed(1)],
  ]);
  const [a, b] = [[orders[0]!], [orders[1]!]];
  const spread = spreadTable([a!, b!], "robustAccuracy", 1).rows[0]![3];
  const [low, high] = [Math.min(one!, other!), Math.max(one!, other!)].map((rate) =>
    rate.toFixed(1)
  );
  assertEquals(spread, `${((one! + other!) / 2).toFixed(1)} (${low}–${high})`);
});

Deno.test("a mean curve lies in its band", () => {
  const { attackSuccess, band } = meanCurve("both", orders.map(({ curve }) => curve));
  assertEquals(attackSuccess.length, CHANNELS + 1);
  attackSuccess.forEach((rate, step) => {
    const values = orders.map(({ curve }) => curve.test.attackSuccess[step]!);
    assertEquals(rate, (values[0]! + values[1]!) / 2);
    assertEquals(band.attackSuccess[step], { low: Math.min(...values), high: Math.max(...values) });
  });
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
