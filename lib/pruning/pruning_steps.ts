import type { LastActivations } from "@lib/pruning/activations.ts";
import { channelWeights, requireOrder } from "@lib/pruning/channel_weights.ts";
import { Graph, int, output, type Ref, type } from "@lib/network/graph.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** Channels that one run of the graph prunes. */
const BLOCK = 8;

/**
 * The classes a network gives images while its channels are pruned one by one, without another forward
 * pass: pruning a channel replaces its contribution to the logits by a constant.
 *
 * @param network One with a tail.
 * @param activations Of that network on the images, from `lastActivations`; left as they are.
 * @param order The channels, first to be pruned first; not all need be there.
 * @yields One class an image: of the whole network, then after each channel.
 * @throws {Error} If an order names a channel twice or one that is not there.
 * @example
 * ```ts
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
 * import { lastActivations } from "@lib/pruning/activations.ts";
 * import { pruningSteps } from "@lib/pruning/pruning_steps.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const network = paperCnn(43, 1);
 * const activations = await lastActivations(network, syntheticSigns(43, 1));
 * const steps = [...pruningSteps(network, activations, [0, 9])];
 * assertEquals(steps.map((classes) => classes.length), [43, 43, 43]);
 * ```
 */
export function* pruningSteps(
  network: tf.LayersModel,
  activations: LastActivations,
  order: readonly number[],
): Generator<Int32Array> {
  const { pooled } = activations;
  requireOrder(order, pooled.shape[0]);
  const [, images] = pooled.shape;
  const fixed = { ...channelWeights(network), pooled };
  const run = blockGraph();
  let logits = activations.logits.clone() as tf.Tensor;
  try {
    for (let start = 0; start <= order.length; start += BLOCK) {
      const block = order.slice(start, start + BLOCK);
      const channels = tf.tensor1d([...block, ...Array(BLOCK - block.length).fill(0)], "int32");
      const [after, found] = run({ ...fixed, logits, channels });
      const classes = found!.dataSync<"int32">();
      tf.dispose([logits, channels, found!]);
      logits = after!;
      // of a block that is cut short, the last classes are those before a channel that is not pruned
      const count = Math.min(BLOCK, order.length + 1 - start);
      for (let step = 0; step < count; step++) {
        yield classes.subarray(step * images, (step + 1) * images);
      }
    }
  } finally {
    tf.dispose([logits, fixed.rows, fixed.offsets]);
  }
}

/** A graph that prunes a block of channels: gives the logits after them, and the classes before each. */
function blockGraph(): (feeds: Record<string, tf.Tensor>) => tf.Tensor[] {
  const graph = new Graph();
  const channels = graph.placeholder("channels", "INT32");
  const ofBlock = (name: string): Ref[] => {
    const picked = graph.gather(graph.placeholder(name, "FLOAT"), channels);
    const parts = graph.node("Unpack", [picked], { num: int(BLOCK), axis: int(0) });
    return Array.from({ length: BLOCK }, (_, index) => output(parts, index));
  };
  const [pooled, rows, offsets] = [ofBlock("pooled"), ofBlock("rows"), ofBlock("offsets")];
  const axis = graph.constant(1, "INT32");
  const whole = { Tidx: type("INT32"), output_type: type("INT32") };
  let logits = graph.placeholder("logits", "FLOAT");
  const classes = pooled.map((values, index) => {
    const found = graph.node("ArgMax", [logits, axis], whole);
    const contribution = graph.node("MatMul", [values, rows[index]!]);
    const rest = graph.node("Sub", [logits, contribution]);
    logits = graph.node("AddV2", [rest, offsets[index]!]);
    return found;
  });
  const packed = graph.node("Pack", classes, { N: int(BLOCK), axis: int(0), T: type("INT32") });
  const run = graph.compile();
  return (feeds) => run(feeds, [logits, packed]);
}
