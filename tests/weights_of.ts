import type { tf } from "@lib/network/tensorflow.ts";

/** All numbers of a network's weights, end to end. */
export const weightsOf = (network: tf.LayersModel): number[] =>
  network.getWeights().flatMap((weight) => [...weight.dataSync()]);
