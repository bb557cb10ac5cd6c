import { tf } from "@lib/network/tensorflow.ts";

/** A layer and the layers whose outputs it takes; of none it takes the network's images. */
export interface LayerCall {
  layer: tf.layers.Layer;
  inputs: tf.layers.Layer[];
}

/**
 * A network as calls of its layers, each after those that it needs.
 *
 * @param network With one input, one output, and each layer called once.
 * @returns The calls, the network's output last; none where the network is no such one.
 * @example
 * ```ts
 * import { layerCalls } from "@lib/network/layer_calls.ts";
 * import { paperCnn } from "@lib/network/paper_cnn.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * assertEquals(layerCalls(paperCnn(43, 1))!.at(-1)!.layer.name, "dense");
 * ```
 */
export function layerCalls(network: tf.LayersModel): LayerCall[] | undefined {
  const { layers } = network;
  if (new Set(layers).size < layers.length) return undefined;
  if (network instanceof tf.Sequential) {
    return layers.map((layer, index) => ({
      layer,
      inputs: index === 0 ? [] : [layers[index - 1]!],
    }));
  }
  if (network.inputs.length !== 1 || network.outputs.length !== 1) return undefined;
  if (layers.some(({ inboundNodes }) => inboundNodes.length !== 1)) return undefined;
  // tfjs orders layers by how far they are from the output, which is the last one then
  if (layers.at(-1) !== network.outputs[0]!.sourceLayer) return undefined;
  return layers.map((layer) => ({ layer, inputs: layer.inboundNodes[0]!.inboundLayers }));
}

/** Whether a layer only stands for the network's images. */
export const isInput = (layer: tf.layers.Layer): boolean => layer.getClassName() === "InputLayer";
