import { tf } from "@lib/network/tensorflow.ts";

/** Settings of a convolution in groups, as those of tfjs's Conv2D; it is linear and not dilated. */
interface GroupedSettings {
  name?: string;
  filters: number;
  kernelSize: [number, number];
  strides: [number, number];
  padding: "valid" | "same";
  groups: number;
  useBias: boolean;
}

/** The group of each of so many channels; in whole numbers, as a quotient may come out just below one. */
export const groupsOf = (count: number, groups: number): number[] =>
  Array.from({ length: count }, (_, at) => Math.floor(at * groups / count));

/** A layer of tfjs that convolves groups of channels apart, as in ResNeXt (Xie et al., 2017). */
export class GroupedConv2D extends tf.layers.Layer {
  /** @nocollapse */
  static className = "GroupedConv2D";
  readonly #settings: GroupedSettings;

  constructor({ name, ...settings }: GroupedSettings) {
    super({ name });
    this.#settings = settings;
  }

  override build(shape: tf.Shape): void {
    const { kernelSize, groups, filters, useBias } = this.#settings;
    const zeros = tf.initializers.zeros();
    const each = shape[3]! / groups;
    this.addWeight("kernel", [...kernelSize, each, filters], "float32", zeros);
    if (useBias) this.addWeight("bias", [filters], "float32", zeros);
    this.built = true;
  }

  override computeOutputShape([count, ...size]: tf.Shape): tf.Shape {
    const { kernelSize, strides, padding, filters } = this.#settings;
    const [height, width] = kernelSize.map((length, axis) =>
      Math.ceil((size[axis]! - (padding === "same" ? 0 : length - 1)) / strides[axis]!)
    );
    return [count!, height!, width!, filters];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const { groups, filters, strides, padding } = this.#settings;
    return tf.tidy(() => {
      const input = [inputs].flat()[0] as tf.Tensor4D;
      const [kernel, bias] = this.weights.map((weight) => weight.read());
      const groupOf = (count: number): tf.Tensor => tf.tensor1d(groupsOf(count, groups));
      const isOwn = groupOf(input.shape[3]).expandDims(1).equal(groupOf(filters));
      const whole = kernel!.tile([1, 1, groups, 1]).mul(isOwn) as tf.Tensor4D;
      const sum = tf.conv2d(input, whole, strides, padding);
      return bias === undefined ? sum : sum.add(bias);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const linear = { activation: "linear", dilationRate: [1, 1], dataFormat: "channelsLast" };
    return { ...super.getConfig(), ...this.#settings, ...linear };
  }
}
tf.serialization.registerClass(GroupedConv2D);
