import type { Ref } from "@lib/network/graph.ts";
import { type LayerNodes, type Pass, straight } from "@lib/network/nodes/pass.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** Shares below this count as this: a softmax may give none at all. */
const LEAST = 1e-30;

/** A layer of tfjs that gives the logarithm of shares, which are logits again. */
export class Logarithm extends tf.layers.Layer {
  /** @nocollapse */
  static className = "Logarithm";

  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => tf.log(tf.maximum([inputs].flat()[0]!, LEAST)));
  }
}
tf.serialization.registerClass(Logarithm);

/** The same as nodes of a graph. */
export const LOGARITHM_NODES: Record<string, LayerNodes> = {
  Logarithm: {
    knows: () => true,
    add(graph, _layer, [input]): Pass {
      const shares = graph.node("Maximum", [input, graph.constant(LEAST)]);
      const back = (gradient: Ref): Ref => {
        const isMore = graph.node("GreaterEqual", [input, graph.constant(LEAST)]);
        const passed = graph.node("Mul", [gradient, graph.cast(isMore, "BOOL", "FLOAT")]);
        return graph.node("RealDiv", [passed, shares]);
      };
      return straight(graph.node("Log", [shares]), back);
    },
  },
};
