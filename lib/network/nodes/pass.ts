import type { Graph, Ref } from "@lib/network/graph.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/** A layer's output, and the way back from the output's gradient. */
export interface Pass {
  output: Ref;
  /** In training: the layer's new moving statistics, in the order of `layer.nonTrainableWeights`. */
  moving?: Ref[];
  /** One gradient an input, if it is asked for, and one a trainable weight. */
  backward(gradient: Ref): { inputs: Ref[]; weights: Ref[] };
}

/** What a layer needs to know of the pass it is part of. */
export interface PassContext {
  /** The value of each of the network's weights. */
  weights: Map<tf.LayerVariable, Ref>;
  /** In training: two int32 that make this layer's random numbers. */
  seed?: Ref;
  /** Whether the gradient by the layer's input is needed: for the first layer it may not be. */
  needsInputGradient: boolean;
}

/** A layer's settings as tfjs gives them. */
export type Config = Record<string, unknown>;

/** A kind of layer as nodes of a graph: one or a few of TensorFlow's fused kernels. */
export interface LayerNodes {
  /** Whether a layer of these settings can be written. */
  knows(config: Config, layer: tf.layers.Layer): boolean;
  /** Adds a layer; `weights` are its trainable ones. */
  add(
    graph: Graph,
    layer: tf.layers.Layer,
    inputs: [Ref, ...Ref[]],
    weights: Ref[],
    context: PassContext,
  ): Pass;
}

/** A pass of a layer that has no weights and one input. */
export const straight = (output: Ref, back: (gradient: Ref) => Ref): Pass => ({
  output,
  backward: (gradient) => ({ inputs: [back(gradient)], weights: [] }),
});

/** Whether images have their channels last, as all kernels here want them. */
export const channelsLast = ({ dataFormat }: Config): boolean => dataFormat === "channelsLast";

/** Whether a layer's axis is that of images' channels. */
export function alongChannels({ axis }: Config, { outputShape }: tf.layers.Layer): boolean {
  return outputShape.length === 4 && [-1, 3].includes(Number([axis].flat()[0]));
}
