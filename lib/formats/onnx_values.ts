import type { Constant } from "@lib/formats/arithmetic.ts";
import type { LayerGraph, Tensor } from "@lib/formats/layer_graph.ts";
import { copyTensor, type NodeProto, type TensorProto } from "@lib/formats/onnx_proto.ts";
import { isFloating, numbersOf, setNumbers } from "@lib/formats/onnx_tensor.ts";
import { type Place, transposed } from "@lib/formats/weights.ts";

/** What an operator takes and gives: values that follow from the images, or known ones. */
export type Value = Computed | Known;

/** A tensor and the shape that it has in the file, the batch's size 0: images channels first. */
export interface Computed {
  /** Images channels last; those of one pixel may be rows of channels. */
  tensor: Tensor;
  shape: number[];
  /** Which axis of the tensor each axis in the file is, where it is turned: else as {@link usualOrder} says. */
  order?: number[];
}

/** The tensor's axes in the file's order: images, also with channels in groups, have channels last. */
export const usualOrder = (rank: number): number[] =>
  rank > 3
    ? [0, ...Array.from({ length: rank - 3 }, (_, at) => at + 3), 1, 2]
    : [...Array(rank).keys()];

/** Known numbers, with the tensor in the file that they are in the order of, if there is one. */
export interface Known extends Constant {
  source?: TensorProto;
  /** Whether they are floating-point numbers: sizes are whole. */
  isFloat: boolean;
}

/** Whether numbers are known. */
export const isKnown = (value: Value): value is Known => "values" in value;

/** The known numbers in a file's tensor. */
export const known = (source: TensorProto, where: string): Known => ({
  ...numbersOf(source, where),
  source,
  isFloat: isFloating(source),
});

/** What an operator gives. */
export type Operator = (call: Call) => Value | Value[];

/** An operator's call with what it takes. */
export class Call {
  /**
   * @param node In the file.
   * @param inputs What it takes, nothing where it leaves one out.
   * @param graph What it adds layers to.
   * @param name What to call its layer.
   * @param model Where new tensors go, which ones are weights already, and how an input becomes another.
   */
  constructor(
    readonly node: NodeProto,
    readonly inputs: (Value | undefined)[],
    readonly graph: LayerGraph,
    readonly name: string,
    readonly model: {
      initializer: TensorProto[];
      weights: Set<TensorProto>;
      rename: (index: number, name: string) => void;
    },
  ) {}

  /** Refuses what is not to be had. */
  refuse(expected: string, found: unknown): never {
    const named = `"${this.name}" of operator ${this.node.opType} in ${this.graph.where}`;
    throw new Error(`Expected ${expected} but found ${found} for ${named}`);
  }

  /** A setting that is a number. */
  number(name: string, otherwise: number): number {
    const found = this.node.attribute.find((each) => each.name === name);
    return found === undefined ? otherwise : found.f || Number(found.i);
  }

  /** A setting that is a list of whole numbers, or by its place among the inputs in newer files. */
  list(name: string, input?: number): number[] | undefined {
    const found = this.node.attribute.find((each) => each.name === name);
    if (found !== undefined) return found.ints.map(Number);
    const value = input === undefined ? undefined : this.inputs[input];
    return value && isKnown(value) ? Array.from(value.values) : undefined;
  }

  /** A setting that is a word. */
  word(name: string): string {
    const found = this.node.attribute.find((each) => each.name === name);
    return new TextDecoder().decode(found?.s ?? new Uint8Array());
  }

  /** An input that follows from the images, its axes turned as they may be. */
  turned(index = 0): Computed {
    const value = this.inputs[index];
    if (value === undefined || isKnown(value)) return this.refuse("a value of the images", "none");
    return value;
  }

  /** The same with its axes in the usual order. */
  computed(index = 0): Computed {
    const { tensor, shape, order } = this.turned(index);
    if (order === undefined) return { tensor, shape };
    if (order[0] !== 0) this.refuse("the batch's axis first", `[${order}]`);
    const dims: number[] = [];
    usualOrder(shape.length).forEach((to, axis) => dims[to] = order[axis]!);
    return { tensor: this.permuted(tensor, dims.slice(1)), shape };
  }

  /** A tensor with its axes, of which the batch's is none, in another order. */
  permuted(tensor: Tensor, dims: number[]): Tensor {
    const name = this.graph.unusedName(`${this.name}_turned`);
    return this.graph.apply(this.graph.layer("Permute", { name, dims }), [tensor]);
  }

  /** The same as images, [N, height, width, channels]. */
  images(index = 0): Tensor {
    const { tensor, shape } = this.computed(index);
    if (shape.length !== 4) return this.refuse("images channels first", `[${shape}]`);
    if (tensor.shape.length === 4) return tensor;
    return this.graph.reshape(tensor, [1, 1, shape[1]!], `${this.name}_pixel`, true);
  }

  /** An input that is known. */
  known(index: number): Known {
    const value = this.inputs[index];
    if (value === undefined || !isKnown(value)) return this.refuse(`input ${index} known`, "none");
    return value;
  }

  /** Where a weight is: a tensor of the file, its axes in the layer's order, as if of a shape. */
  place(index: number, order?: readonly number[], shape?: readonly number[]): Place {
    const { source, shape: own } = this.known(index);
    if (source === undefined || !isFloating(source)) {
      return this.refuse(`input ${index} as floating-point numbers in the file`, "others");
    }
    const { where } = this.graph;
    const tensor = this.model.weights.has(source) ? this.#copied(source, index) : source;
    this.model.weights.add(tensor);
    const axes = order ?? [...own.keys()];
    const back = axes.map((_, axis) => axes.indexOf(axis));
    return {
      read: () => {
        const { values } = numbersOf(tensor, where);
        const here = transposed({ shape: [...own], values }, axes);
        return shape === undefined ? here : { ...here, shape: [...shape] };
      },
      write: (values) => {
        const here = { shape: axes.map((axis) => own[axis]!), values };
        setNumbers(tensor, transposed(here, back).values);
      },
    };
  }

  /** A tensor that two layers have is one for each, so that they can change apart. */
  #copied(source: TensorProto, index: number): TensorProto {
    const copy = copyTensor(source, `${source.name}_${this.model.initializer.length}`);
    this.model.initializer.push(copy);
    this.model.rename(index, copy.name);
    return copy;
  }
}
