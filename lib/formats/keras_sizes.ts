/** Layers of Keras that give images another size. */
import type { CallContext } from "@lib/formats/keras_operations.ts";
import type { Settings } from "@lib/formats/keras_written.ts";
import type { Tensor } from "@lib/formats/layer_graph.ts";

/** Makes a layer ready to be called. */
export type MakeCall = (settings: Settings, context: CallContext) => (inputs: Tensor[]) => Tensor;

/** Images of another size. */
function resized(input: Tensor, size: number[], settings: Settings, context: CallContext): Tensor {
  if (String(size) === String(input.shape.slice(1, 3))) return input;
  const { interpolation = "nearest", ...others } = settings;
  const other = ["crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias"]
    .find((key) => others[key] === true);
  const { graph, name, named } = context;
  if (other !== undefined || !["bilinear", "nearest"].includes(String(interpolation))) {
    throw new Error(
      `Expected interpolation bilinear or nearest but found ${
        other ?? interpolation
      } for layer ${named}`,
    );
  }
  return graph.apply(graph.layer("Resized", { name, size, interpolation }), [input]);
}

/** Images of the size that they have already. */
function sized({ height, width }: Settings, { named }: CallContext): ReturnType<MakeCall> {
  return ([input]) => {
    const size = input!.shape.slice(1, 3);
    if (String(size) === String([height, width])) return input!;
    throw new Error(
      `Expected images of ${height}×${width} but found ${size.join("×")} for layer ${named}`,
    );
  };
}

/** By their classes. */
export const SIZE_CALLS: Record<string, MakeCall> = {
  CenterCrop: sized,
  RandomCrop: sized,
  Resizing: (settings, context) => ([input]) =>
    resized(input!, [settings.height, settings.width] as number[], settings, context),
  UpSampling2D: (settings, context) => ([input]) => {
    const factors = [settings.size, settings.size].flat() as number[];
    const size = [0, 1].map((axis) => input!.shape[axis + 1]! * factors[axis]!);
    return resized(input!, size, settings, context);
  },
};
