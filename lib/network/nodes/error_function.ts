import type { Ref } from "@lib/network/graph.ts";
import { type LayerNodes, type Pass, straight } from "@lib/network/nodes/pass.ts";
import { tf } from "@lib/network/tensorflow.ts";

/** A layer of tfjs that is the error function, which other programs write the GELU with. */
export class ErrorFunction extends tf.layers.Layer {
  /** @nocollapse */
  static className = "ErrorFunction";

  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.erf([inputs].flat()[0]!);
  }
}
tf.serialization.registerClass(ErrorFunction);

/** The same as nodes of a graph. */
export const ERROR_FUNCTION_NODES: Record<string, LayerNodes> = {
  ErrorFunction: {
    knows: () => true,
    add(graph, _layer, [input]): Pass {
      const back = (gradient: Ref): Ref => {
        const bell = graph.node("Exp", [graph.node("Neg", [graph.node("Square", [input])])]);
        const slope = graph.node("Mul", [bell, graph.constant(2 / Math.sqrt(Math.PI))]);
        return graph.node("Mul", [gradient, slope]);
      };
      return straight(graph.node("Erf", [input]), back);
    },
  },
};
