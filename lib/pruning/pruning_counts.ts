import type { LastActivations } from "@lib/pruning/activations.ts";
import { channelWeights, requireOrder } from "@lib/pruning/channel_weights.ts";
import { pruningSteps } from "@lib/pruning/pruning_steps.ts";
import { Graph, type GraphFunction, int, output, type Ref, type } from "@lib/network/graph.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** Channels that one run of the graph prunes. */
const BLOCK = 8;

/**
 * How many images are given a wanted class while a network's channels are pruned one by one: what
 * {@link pruningSteps} would count, without a list of classes for each step.
 *
 * @param network The attacked network.
 * @param activations What its last block said of N images.
 * @param order Channels, first to be pruned first.
 * @param wanted Lists of N class indices, such as the true ones or nothing but the target.
 * @returns For each list, 1 + `order.length` counts.
 * @throws {Error} If the order names a channel twice or one that is not there.
 * @example
 * ```ts
 * import { lastActivations } from "@lib/pruning/activations.ts";
 * import { pruningCounts } from "@lib/pruning/pruning_counts.ts";
 * import { classify } from "@lib/network/evaluate.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const network = paperCnn(43, 1);
 * const images = new Uint8Array(5 * 3072);
 * const wanted = await classify(network, images);
 * const activations = await lastActivations(network, images);
 * const [counts] = pruningCounts(network, activations, [7, 3], [wanted]);
 * assertEquals([counts!.length, counts![0]], [3, 5]);
 * ```
 */
export function pruningCounts(
  network: tf.LayersModel,
  activations: LastActivations,
  order: readonly number[],
  wanted: readonly Uint8Array[],
): number[][] {
  if (tf.getBackend() !== "tensorflow") {
    const steps = [...pruningSteps(network, activations, order)];
    return wanted.map((list) =>
      steps.map((classes) => classes.filter((found, image) => found === list[image]).length)
    );
  }
  requireOrder(order, activations.pooled.shape[0]);
  return tf.tidy(() => {
    const run = blockGraph();
    const fixed = {
      ...channelWeights(network),
      pooled: activations.pooled,
      places: placesOf(wanted, activations.pooled.shape[1]),
    };
    const counts: number[][] = [];
    let logits: tf.Tensor = activations.logits;
    for (let start = 0; start <= order.length; start += BLOCK) {
      const block = order.slice(start, start + BLOCK);
      const channels = tf.tensor1d([...block, ...Array(BLOCK - block.length).fill(0)], "int32");
      const [after, found] = run({ ...fixed, logits, channels });
      counts.push(...(found!.arraySync() as number[][]).slice(0, block.length + 1));
      logits = after!;
    }
    return wanted.map((_, list) => counts.map((each) => each[list]!));
  });
}

/**
 * A graph that prunes a block of channels: gives the logits after them, and how many images have their
 * largest logit at the wanted places before each.
 */
function blockGraph(): (feeds: Parameters<GraphFunction>[0]) => tf.Tensor[] {
  const graph = new Graph();
  const channels = graph.placeholder("channels", "INT32");
  const places = graph.placeholder("places", "INT32");
  const ofBlock = (name: string): Ref[] => {
    const picked = graph.gather(graph.placeholder(name, "FLOAT"), channels);
    const parts = graph.node("Unpack", [picked], { num: int(BLOCK), axis: int(0) });
    return Array.from({ length: BLOCK }, (_, index) => output(parts, index));
  };
  const [pooled, rows, offsets] = [ofBlock("pooled"), ofBlock("rows"), ofBlock("offsets")];
  let logits = graph.placeholder("logits", "FLOAT");
  const counts = pooled.map((values, index) => {
    const count = countAt(graph, logits, places);
    const contribution = graph.node("MatMul", [values, rows[index]!]);
    const rest = graph.node("Sub", [logits, contribution]);
    logits = graph.node("AddV2", [rest, offsets[index]!]);
    return count;
  });
  const packed = graph.node("Pack", counts, { N: int(BLOCK), axis: int(0) });
  const run = graph.compile();
  return (feeds) => run(feeds, [logits, packed]);
}

/** How many images have their largest logit at a place; one count for each list of places. */
function countAt(graph: Graph, logits: Ref, places: Ref): Ref {
  const axis = graph.constant([1], "INT32");
  const largest = graph.node("Max", [logits, axis], { Tidx: type("INT32") });
  const own = graph.pick(logits, places);
  const hit = graph.cast(graph.node("Equal", [own, largest]), "BOOL", "FLOAT");
  return graph.node("Sum", [hit, axis], { Tidx: type("INT32") });
}

/** Row and column, in the matrix of logits, of each list's classes; shape [lists, images, 2]. */
function placesOf(wanted: readonly Uint8Array[], images: number): tf.Tensor3D {
  const places = new Int32Array(wanted.length * images * 2);
  wanted.forEach((classes, list) => {
    for (let image = 0; image < images; image++) {
      places[2 * (list * images + image)] = image;
      places[2 * (list * images + image) + 1] = classes[image]!;
    }
  });
  return tf.tensor3d(places, [wanted.length, images, 2], "int32");
}
