/** Layers of Keras as calls of layers of tfjs. */
import {
  arithmetic,
  hardSigmoid,
  hardSwish,
  isConstant,
  rescaled,
} from "@lib/formats/arithmetic.ts";
import {
  type CallContext,
  type LayerCall,
  operationCall,
  operationOf,
} from "@lib/formats/keras_operations.ts";
import { type MakeCall, SIZE_CALLS } from "@lib/formats/keras_sizes.ts";
import { LAYER_CLASSES, translateLayer } from "@lib/formats/keras_layers.ts";
import type { Settings, Written } from "@lib/formats/keras_written.ts";
import type { LayerGraph, Tensor } from "@lib/formats/layer_graph.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/** Layers that do nothing when a network predicts: noise, augmentation, penalties. */
const IDLE = [
  ...["ActivityRegularization", "AlphaDropout", "GaussianDropout", "GaussianNoise", "Identity"],
  ...["AugMix", "CutMix", "MixUp", "RandAugment", "RandomBrightness", "RandomColorDegeneration"],
  ...["RandomColorJitter", "RandomContrast", "RandomElasticTransform", "RandomErasing"],
  ...["RandomFlip", "RandomGaussianBlur", "RandomGrayscale", "RandomHeight", "RandomHue"],
  ...["RandomInvert", "RandomPerspective", "RandomPosterization", "RandomRotation"],
  ...["RandomSaturation", "RandomSharpness", "RandomShear", "RandomTranslation", "RandomWidth"],
  ...["RandomZoom", "StochasticDepth"],
];

/** Layers of Keras's own ConvNeXt. */
const CONVNEXT = ["LayerScale", "StochasticDepth"];

/** Layers that are not one of tfjs. */
const CALLS: Record<string, MakeCall> = {
  Rescaling: ({ scale, offset }, { graph, name }) => ([input]) => {
    const [scales, offsets] = [scale, offset ?? 0].map((each) =>
      // numbers, or an array of NumPy as Keras writes one
      [Object(each).config?.value ?? each].flat() as number[]
    );
    const count = Math.max(scales!.length, offsets!.length);
    const filled = (values: number[]): number[] =>
      values.length === count ? values : Array<number>(count).fill(values[0]!);
    return rescaled(graph, input!, filled(scales!), filled(offsets!), name);
  },
  Normalization: (settings, context) => ([input]) => normalized(input!, settings, context),
  Subtract: (_, { graph, name }) => (inputs) => arithmetic(graph, "subtract", inputs, name),
  Flatten: ({ data_format }, { graph, name }) => ([input]) =>
    graph.flatten(input!, name, data_format === "channels_first"),
  Reshape: ({ target_shape }, { graph, name }) => ([input]) =>
    graph.reshape(input!, target_shape as number[], name),
  SeparableConv2D: separable,
  ...SIZE_CALLS,
  LayerScale: (_, context) => {
    const config = { kernel_size: [1, 1], use_bias: false };
    return translatedCall({ class_name: "DepthwiseConv2D", config }, context);
  },
  HardSigmoid: (_, { graph, name, keras }) => ([input]) =>
    hardSigmoid(graph, input!, name, keras < 3 ? [1 / 5, 1 / 2] : undefined),
  HardSwish: (_, { graph, name }) => ([input]) => hardSwish(graph, input!, name),
};

/** A convolution of each channel on its own, then one of all channels; dilated, tfjs has it as one layer only. */
function separable(settings: Settings, context: CallContext): ReturnType<MakeCall> {
  const { graph, name, places } = context;
  const { depth_multiplier, strides, padding, ...rest } = settings;
  if (String(settings.dilation_rate ?? 1).split(",").some((rate) => rate !== "1")) {
    return translatedCall({ class_name: "SeparableConv2D", config: settings }, context);
  }
  const { kernel_size, trainable } = settings;
  const apart = { depth_multiplier, strides, padding, kernel_size, trainable, use_bias: false };
  const whole = { ...rest, kernel_size: [1, 1] };
  const [first, second] = [places.slice(0, 1), places.slice(1)];
  const own = { ...context, name: graph.unusedName(`${name}_depthwise`), places: first };
  const depthwise = translatedCall({ class_name: "DepthwiseConv2D", config: apart }, own);
  const next = { ...context, places: second };
  const pointwise = translatedCall({ class_name: "Conv2D", config: whole }, next);
  return (inputs) => pointwise([depthwise(inputs)]);
}

/**
 * A layer of Keras, ready to be called.
 *
 * @param layer As Keras 2 or 3 writes it; no network.
 * @param context Graph, name, and the places of its weights.
 * @throws {Error} If it is a custom one or of a class that is not known here.
 */
export function layerCall(layer: Written, context: CallContext): LayerCall {
  const operation = operationOf(layer);
  if (operation !== undefined) return operationCall(operation, layer.config, context);
  const { class_name, config } = layer;
  const { named } = context;
  if (isStranger(layer) && !CONVNEXT.includes(class_name)) {
    throw new Error(`Expected layers that TensorFlow.js has but found custom layer ${named}`);
  }
  if (IDLE.includes(class_name)) return ([input]) => input as Tensor;
  const isOwn = Object.hasOwn(CALLS, class_name);
  if (!isOwn && !LAYER_CLASSES.includes(class_name)) {
    const known = [...LAYER_CLASSES, ...Object.keys(CALLS)].join(", ");
    throw new Error(`Expected layers of the classes ${known} but found layer ${named}`);
  }
  const call = isOwn ? CALLS[class_name]!(config, context) : translatedCall(layer, context);
  return (operands) => {
    if (operands.some(isConstant)) {
      throw new Error(`Expected calls with tensors only but found a constant for layer ${named}`);
    }
    return call(operands as Tensor[]);
  };
}

/** A layer that tfjs has too, with its activation behind it if tfjs has none of the kind. */
function translatedCall(written: Written, context: CallContext): (inputs: Tensor[]) => Tensor {
  const { graph, name, named } = context;
  const { class_name, config, behind } = translateLayer(written, named);
  const places = [...context.places];
  const atEnd = behind?.class_name === "PReLU" ? places.splice(-1) : [];
  const next = behind && layerCall(behind, {
    ...context,
    ...{ name: graph.unusedName(`${name}_activation`), places: atEnd },
  });
  let layer: tf.layers.Layer | undefined;
  return (inputs) => {
    layer ??= layerFor(
      graph,
      class_name,
      { ...graph.lastChannels(config, inputs[0]!), name },
      inputs[0]!,
    );
    const output = graph.apply(layer, inputs, places);
    const kept = written.config.keepdims === true
      ? graph.reshape(output, [1, 1, output.shape.at(-1)!], `${name}_kept`, true)
      : output;
    return next === undefined ? kept : next([kept]);
  };
}

/** A layer of tfjs; a convolution with a group a channel is one of each channel on its own. */
function layerFor(
  graph: LayerGraph,
  kind: string,
  config: Settings & { name: string },
  { shape }: Tensor,
): tf.layers.Layer {
  const { groups, filters, ...rest } = config as Settings & { name: string };
  if (kind !== "GroupedConv2D" || groups !== shape[3]) return graph.layer(kind, config);
  const depthMultiplier = Number(filters) / Number(groups);
  return graph.layer("DepthwiseConv2D", { ...rest, depthMultiplier });
}

/** Whether a layer is none of Keras's own. */
function isStranger({ class_name, module, registered_name }: Written): boolean {
  // a registered class has a package, as in my_package>MyLayer, and no module
  if (module === null || `${class_name} ${registered_name}`.includes(">")) return true;
  return module !== undefined && !/^(tf_)?keras\.(src\.)?(layers|activations)\b/.test(module);
}

/** Keras holds a deviation of zero for this. */
const LEAST_DEVIATION = 1e-7;

/** Values less their mean, over their deviation: of all, or of each channel. */
function normalized(input: Tensor, settings: Settings, context: CallContext): Tensor {
  const { graph, name, places, named } = context;
  const { mean, variance, invert } = settings;
  const [means, variances] = mean == null
    ? places.slice(0, 2).map((place) => Array.from(place.read().values))
    : [mean, variance].map((each) => [each].flat(Infinity) as number[]);
  const axes = [settings.axis ?? []].flat();
  const channels = graph.channelsFirst ? 1 : input.shape.length - 1;
  const isPlain = axes.every((axis) =>
    Number(axis) === channels || (axis === -1 && !graph.channelsFirst)
  );
  if (
    means === undefined || variances === undefined || invert === true || axes.length > 1 || !isPlain
  ) {
    throw new Error(
      `Expected means and variances of all values or each channel but found others for layer ${named}`,
    );
  }
  const scales = variances.map((each) => 1 / Math.max(Math.sqrt(each), LEAST_DEVIATION));
  return rescaled(graph, input, scales, scales.map((scale, index) => -scale * means[index]!), name);
}
