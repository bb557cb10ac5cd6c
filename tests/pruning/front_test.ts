/** Greedy order, local search and front beside every one of the 1,024 sets of ten channels. */
import { channelSearch, greedyOrder, localSearch } from "@lib/pruning/channel_search.ts";
import type { Images } from "@lib/data/images.ts";
import type { Evidence } from "@lib/pruning/evidence.ts";
import { descending } from "@lib/pruning/order.ts";
import { bestWithin, searchFront } from "@lib/pruning/front.ts";
import { greedyRanking } from "@lib/pruning/greedy.ts";
import { pruneChannels } from "@lib/pruning/prune_channels.ts";
import { toTensor } from "@lib/network/image_input.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@lib/std/assert.ts";
import { SIGNS, tinyEvidence, tinyNetwork } from "./tiny_network.ts";

const CHANNELS = 10;
const SAMPLE = { images: 1000, sharpness: 1, seed: 1 }; // more than there are: all

/** Probabilities that really pruned networks give, for all sets of channels. */
async function bruteForce(
  evidence: Evidence & { bad: Images },
): Promise<{ target: number; truth: number; attack: number; accuracy: number }[]> {
  const { network, clean, backdoor, bad } = evidence;
  const found = [];
  for (let bits = 0; bits < 2 ** CHANNELS; bits++) {
    const pruned = await pruneChannels(network, channelsOf(bits));
    const told = (images: Images, labels: ArrayLike<number>): [number, number] => {
      const logits = tf.tidy(() => (pruned.apply(toTensor(images)) as tf.Tensor2D).arraySync());
      const own = logits.map((row, image) => {
        const sum = row.reduce((total, logit) => total + Math.exp(logit), 0);
        return Math.exp(row[labels[image]!]!) / sum;
      });
      const hits = logits.filter((row, image) => descending(row)[0] === labels[image]).length;
      return [own.reduce((sum, value) => sum + value) / own.length, hits / own.length];
    };
    const [target, attack] = told(bad, backdoor.labels.map(() => 0));
    const [truth, accuracy] = told(SIGNS, clean.labels);
    found.push({ target, truth, attack, accuracy });
    pruned.dispose();
  }
  return found;
}

const channelsOf = (bits: number): number[] =>
  Array.from({ length: CHANNELS }, (_, channel) => channel).filter((channel) =>
    bits >> channel & 1
  );
const bitsOf = (channels: Iterable<number>): number =>
  [...channels].reduce((bits, channel) => bits | 1 << channel, 0);

const evidence = await tinyEvidence(tinyNetwork(CHANNELS, 2));
const all = await bruteForce(evidence);
const objective = (bits: number, weight: number): number =>
  all[bits]!.target - weight * all[bits]!.truth;

Deno.test("the objective is that of really pruned networks, whichever channels are flipped", () => {
  const search = channelSearch(evidence, SAMPLE);
  for (const pruned of [new Set<number>(), new Set([3, 7, 1]), new Set(channelsOf(1023))]) {
    assertAlmostEquals(search.objective(pruned, 4), objective(bitsOf(pruned), 4), 1e-5);
    search.flips(pruned, 4).forEach((value, channel) =>
      assertAlmostEquals(value, objective(bitsOf(pruned) ^ 1 << channel, 4), 1e-5)
    );
  }
  search.dispose();
});

Deno.test("greedy prunes what really leaves the smallest objective, step by step", () => {
  for (const weight of [0, 1, 4]) {
    const order = greedyRanking(weight, SAMPLE).order(evidence);
    assertEquals(order.toSorted((a, b) => a - b), channelsOf(1023));
    let bits = 0;
    for (const channel of order) {
      const left = channelsOf(1023 & ~bits);
      const best = Math.min(...left.map((each) => objective(bits | 1 << each, weight)));
      bits |= 1 << channel;
      assertAlmostEquals(objective(bits, weight), best, 1e-5);
    }
  }
});

Deno.test("local search ends at the best of all 1,024 sets", () => {
  const search = channelSearch(evidence, SAMPLE);
  for (const weight of [0.25, 1, 4]) {
    const start = greedyOrder(search, weight).slice(0, 5);
    const way = localSearch(search, new Set(start), weight, CHANNELS);
    const best = Math.min(...all.map((_, bits) => objective(bits, weight)));
    assertAlmostEquals(objective(bitsOf(way.at(-1)!), weight), best, 1e-5);
    const values = way.map((set) => objective(bitsOf(set), weight));
    assert(values.every((value, at) => at === 0 || value < values[at - 1]!));
  }
  search.dispose();
});

Deno.test("the front's best sets are those of all 1,024", async () => {
  const before = tf.memory().numTensors;
  const shares: number[] = [];
  const front = await searchFront(evidence, {
    weights: [0.5, 1, 2, 4, 8, 4, 2, 1, 0.5],
    lookAhead: CHANNELS,
    sample: { ...SAMPLE, sharpness: 4 },
  }, (share) => void shares.push(share));
  assertEquals(tf.memory().numTensors, before);
  assertEquals(shares.at(-1), 1);
  for (const point of front) {
    const { attack, accuracy } = all[bitsOf(point.channels)]!;
    assertAlmostEquals(point.rates.cleanAccuracy, accuracy, 1e-12);
    assertAlmostEquals(point.rates.attackSuccess, attack, 1e-12);
  }
  for (const drop of [0, 0.05, 0.1, 0.2]) {
    const within = all.filter(({ accuracy }) => all[0]!.accuracy - accuracy <= drop + 1e-12);
    const best = Math.min(...within.map(({ attack }) => attack));
    const found = bestWithin(front, drop, all[0]!.accuracy);
    assertAlmostEquals(found.rates.attackSuccess, best, 1e-12);
  }
  assertThrows(() => bestWithin(front, -1, all[0]!.accuracy), Error, "Expected a point within -1");
});
