import { type GraphFunction, runnable } from "@lib/network/loaded_graphs.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/** A value in a graph: the name of the node that makes it, with `:1`, `:2` … for its further outputs. */
export type Ref = string;

/** A node's attributes: a name with one of `type`, `ints`, `int`, `float`, `bool` and `text`. */
type Attributes = Record<string, string>;

/** Types of values in TensorFlow's own words. */
type ValueType = "FLOAT" | "DOUBLE" | "INT32" | "UINT8" | "UINT16" | "UINT64" | "BOOL";

/** An attribute that names a type of values. */
export const type = (name: ValueType): string => `{ type: DT_${name} }`;
/** A whole number. */
export const int = (value: number): string => `{ i: ${value} }`;
/** A list of whole numbers. */
export const ints = (values: number[]): string =>
  `{ list { ${values.map((value) => `i: ${value}`).join(" ")} } }`;
/** A real number. */
export const float = (value: number): string => `{ f: ${value} }`;
/** A truth value. */
export const bool = (value: boolean): string => `{ b: ${value} }`;
/** A word. */
export const text = (value: string): string => `{ s: "${value}" }`;
/** The attributes of an operation on whole numbers. */
export const WHOLE = { T: type("INT32") };
/** A node's output by its number. */
export const output = (node: Ref, index: number): Ref => `${node}:${index}`;

/**
 * A TensorFlow graph, written node by node and run as one function. TensorFlow joins neighbouring
 * operations (a convolution, its bias and its ELU become one kernel) and runs independent ones side by
 * side, neither of which it can do with operations that arrive one by one.
 *
 * @example
 * ```ts
 * import { Graph } from "@lib/network/graph.ts";
 * import { tf } from "@lib/network/tensorflow.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const graph = new Graph();
 * const doubled = graph.node("Mul", [graph.placeholder("x", "FLOAT"), graph.constant(2)]);
 * const [y] = graph.compile()({ x: tf.tensor([1, 2, 3]) }, [doubled]);
 * assertEquals([...y!.dataSync()], [2, 4, 6]);
 * ```
 */
export class Graph {
  readonly #nodes: string[] = [];

  /** A value that is given anew at each run. */
  placeholder(name: string, of: ValueType): Ref {
    return this.#add("Placeholder", [], { dtype: type(of) }, name);
  }

  /** A value that never changes: one number, or a list of them. */
  constant(values: number | number[], of: "FLOAT" | "INT32" | "UINT16" = "FLOAT"): Ref {
    const list = [values].flat();
    const field = of === "FLOAT" ? "float_val" : "int_val";
    const content = list.map((value) => `${field}: ${value}`).join(" ");
    return this.#fixed(of, Array.isArray(values) ? [list.length] : [], content);
  }

  /** A tensor's values as they are now, for good: TensorFlow lays constants out as its kernels like them. */
  tensor(values: tf.Tensor): Ref {
    const numbers = values.dataSync<"float32">();
    const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    const content = Array.from(bytes, (byte) => OCTAL[byte]).join("");
    return this.#fixed("FLOAT", values.shape, `tensor_content: "${content}"`);
  }

  /**
   * One of TensorFlow's raw operations.
   *
   * @param operation As in TensorFlow's list, such as "FusedBatchNormV3".
   * @param inputs Values; `^name` only waits for a node.
   * @param attributes What it needs besides `T` = float32.
   * @returns Its first output.
   */
  node(operation: string, inputs: Ref[], attributes: Attributes = {}): Ref {
    return this.#add(operation, inputs, { T: type("FLOAT"), ...attributes });
  }

  /** The same values in another shape; −1 stands for what is left. */
  reshape(value: Ref, shape: number[] | Ref, of: ValueType = "FLOAT"): Ref {
    const target = typeof shape === "string" ? shape : this.constant(shape, "INT32");
    return this.node("Reshape", [value, target], { T: type(of), Tshape: type("INT32") });
  }

  /** The same values as another type. */
  cast(value: Ref, from: ValueType, to: ValueType): Ref {
    return this.#add("Cast", [value], { SrcT: type(from), DstT: type(to) });
  }

  /** The slabs of a value's first axis at the given indices. */
  gather(value: Ref, indices: Ref): Ref {
    const types = { Tparams: type("FLOAT"), Tindices: type("INT32"), Taxis: type("INT32") };
    return this.#add("GatherV2", [value, indices, this.constant(0, "INT32")], types);
  }

  /** A value's shape, as int32. */
  shape(value: Ref): Ref {
    return this.node("Shape", [value], { out_type: type("INT32") });
  }

  /** How many numbers a value has, as int32. */
  size(value: Ref, of: ValueType = "FLOAT"): Ref {
    return this.node("Size", [value], { T: type(of), out_type: type("INT32") });
  }

  /** The part of a value that begins at the given place and has the given shape. */
  slice(value: Ref, start: Ref, shape: Ref, of: ValueType = "FLOAT"): Ref {
    return this.node("Slice", [value, start, shape], { T: type(of), Index: type("INT32") });
  }

  /** A mean of two values of which the first one has the given share. */
  mix(one: Ref, other: Ref, share: number): Ref {
    const first = this.node("Mul", [one, this.constant(share)]);
    return this.node("AddV2", [first, this.node("Mul", [other, this.constant(1 - share)])]);
  }

  /** A sum or a mean along some axes, which go, or stay with a length of 1. */
  reduce(how: "Mean" | "Sum", value: Ref, axes: number[], keeps = false): Ref {
    const settings = { Tidx: type("INT32"), keep_dims: bool(keeps) };
    return this.node(how, [value, this.constant(axes, "INT32")], settings);
  }

  /** A value cut along its first axis into equal parts. */
  divide(value: Ref, parts: number, of: ValueType = "FLOAT"): Ref[] {
    const axis = this.constant(0, "INT32");
    const node = this.node("Split", [axis, value], { T: type(of), num_split: int(parts) });
    return Array.from({ length: parts }, (_, index) => output(node, index));
  }

  /** The way back: values put together along an axis. */
  join(values: Ref[], axis = 0): Ref {
    if (values.length === 1) return values[0]!;
    const attributes = { N: int(values.length), Tidx: type("INT32") };
    return this.node("ConcatV2", [...values, this.constant(axis, "INT32")], attributes);
  }

  /** The way back: a value cut along an axis into parts of given sizes. */
  cut(value: Ref, sizes: number[], axis = 0): Ref[] {
    const operands = [value, this.constant(sizes, "INT32"), this.constant(axis, "INT32")];
    const attributes = { Tlen: type("INT32"), num_split: int(sizes.length) };
    const parts = this.node("SplitV", operands, attributes);
    return sizes.map((_, index) => output(parts, index));
  }

  /** Values laid end to end. */
  concatenate(values: Ref[]): Ref {
    return this.join(values.map((value) => this.reshape(value, [-1])));
  }

  /** The way back: one long value cut into parts of given shapes. */
  split(value: Ref, shapes: number[][]): Ref[] {
    if (shapes.length === 0) return []; // TensorFlow splits nothing into no parts
    const sizes = shapes.map((shape) => shape.reduce((product, each) => product * each, 1));
    return this.cut(value, sizes).map((part, index) => this.reshape(part, shapes[index]!));
  }

  /**
   * Hands the graph to TensorFlow, as a saved model in text form. The same graph is loaded only once,
   * whichever network it was made for, as long as weights are fed.
   */
  compile(): GraphFunction {
    return runnable(`saved_model_schema_version: 1
meta_graphs { meta_info_def { tags: "serve" } graph_def { ${this.#nodes.join("\n")} } }`);
  }

  #fixed(of: ValueType, shape: number[], content: string): Ref {
    const dimensions = shape.map((size) => `dim { size: ${size} }`).join(" ");
    const value = `{ tensor { dtype: DT_${of} tensor_shape { ${dimensions} } ${content} } }`;
    return this.#add("Const", [], { dtype: type(of), value });
  }

  #add(operation: string, inputs: Ref[], attributes: Attributes, given?: Ref): Ref {
    const name = given ?? `${operation}_${this.#nodes.length}`;
    const fields = [
      ...inputs.map((input) => `input: "${input}"`),
      ...Object.entries(attributes).map(([key, value]) => `attr { key: "${key}" value ${value} }`),
    ];
    this.#nodes.push(`node { name: "${name}" op: "${operation}" ${fields.join(" ")} }`);
    return name;
  }
}

/** Bytes as protocol buffers' text form writes them. */
const OCTAL = Array.from({ length: 256 }, (_, byte) => "\\" + byte.toString(8).padStart(3, "0"));
