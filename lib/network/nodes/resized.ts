import { bool, type Graph, type Ref, type } from "@lib/network/graph.ts";
import { type LayerNodes, type Pass, straight } from "@lib/network/nodes/pass.ts";
import { tf } from "@lib/network/tensorflow.ts";

interface ResizedSettings {
  name?: string;
  /** Height and width. */
  size: [number, number];
  interpolation: "bilinear" | "nearest";
}

/** A layer of tfjs for images of another size, whose pixels are squares as in Keras and PyTorch, not points. */
export class Resized extends tf.layers.Layer {
  /** @nocollapse */
  static className = "Resized";
  readonly #settings: ResizedSettings;

  constructor({ name, ...settings }: ResizedSettings) {
    super({ name });
    this.#settings = settings;
  }

  override computeOutputShape([count, , , channels]: tf.Shape): tf.Shape {
    return [count!, ...this.#settings.size, channels!];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const { size, interpolation } = this.#settings;
    const image = [inputs].flat()[0] as tf.Tensor4D;
    return interpolation === "nearest"
      ? tf.image.resizeNearestNeighbor(image, size, false, true)
      : tf.tidy(() => along(along(image, 1, size[0]), 2, size[1]));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.#settings };
  }
}
tf.serialization.registerClass(Resized);

/** Linear interpolation along an axis, as a product: tfjs's own takes pixels for points on its way back. */
function along(images: tf.Tensor4D, axis: 1 | 2, size: number): tf.Tensor4D {
  const length = images.shape[axis];
  const places = tf.range(0, size).add(0.5).mul(length / size).sub(0.5).clipByValue(0, length - 1);
  const distances = places.expandDims(1).sub(tf.range(0, length)).abs();
  const order = axis === 1 ? [1, 0, 2, 3] : [2, 1, 0, 3]; // which is its own way back
  const turned = images.transpose(order);
  const product = tf.relu(tf.sub(1, distances)).matMul<tf.Tensor>(turned.reshape([length, -1]));
  return product.reshape<tf.Tensor4D>([size, ...turned.shape.slice(1)]).transpose(order);
}

const SQUARES = { half_pixel_centers: bool(true), align_corners: bool(false) };

/** The same as nodes of a graph. */
export const RESIZED_NODES: Record<string, LayerNodes> = {
  Resized: {
    knows: () => true,
    add(graph: Graph, layer, [input]): Pass {
      const { size, interpolation } = layer.getConfig() as unknown as ResizedSettings;
      const kernel = interpolation === "nearest" ? "ResizeNearestNeighbor" : "ResizeBilinear";
      const resized = graph.node(kernel, [input, graph.constant(size, "INT32")], SQUARES);
      const [, height, width] = (layer.input as { shape: number[] }).shape;
      const before: Ref = interpolation === "nearest"
        ? graph.constant([height!, width!], "INT32")
        : input;
      return straight(
        resized,
        (gradient) =>
          graph.node(`${kernel}Grad`, [gradient, before], { ...SQUARES, T: type("FLOAT") }),
      );
    },
  },
};
