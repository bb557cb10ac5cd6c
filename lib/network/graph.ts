import {
  type Attributes,
  int,
  output,
  type Ref,
  type,
  type ValueType,
} from "@lib/network/graph_text.ts";
import { runnable } from "@lib/network/loaded_graphs.ts";
import type { tf } from "@lib/network/tensorflow.ts";

export * from "@lib/network/graph_text.ts";

/** A graph that runs. */
export interface GraphFunction {
  /** Tensors by placeholder in, tensors by node out; only the latter are the caller's to dispose. */
  (feeds: Record<string, tf.Tensor>, fetches: Ref[]): tf.Tensor[];
  /** Frees what TensorFlow keeps of the graph; if it runs again it is loaded again. */
  release(): void;
}

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
    return this.#add(name, "Placeholder", [], { dtype: type(of) });
  }

  /** A value that never changes: one number, or a list of them. */
  constant(values: number | number[], of: "FLOAT" | "INT32" | "UINT16" = "FLOAT"): Ref {
    const list = [values].flat();
    const field = of === "FLOAT" ? "float_val" : "int_val";
    const shape = Array.isArray(values) ? `dim { size: ${list.length} }` : "";
    const content = list.map((value) => `${field}: ${value}`).join(" ");
    return this.#unnamed("Const", [], {
      dtype: type(of),
      value: `{ tensor { dtype: DT_${of} tensor_shape { ${shape} } ${content} } }`,
    });
  }

  /** A tensor's values as they are now, for good: TensorFlow lays constants out as its kernels like them. */
  tensor(values: tf.Tensor): Ref {
    const numbers = values.dataSync<"float32">();
    const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    const dimensions = values.shape.map((size) => `dim { size: ${size} }`).join(" ");
    const content = Array.from(bytes, (byte) => OCTAL[byte]).join("");
    return this.#unnamed("Const", [], {
      dtype: type("FLOAT"),
      value:
        `{ tensor { dtype: DT_FLOAT tensor_shape { ${dimensions} } tensor_content: "${content}" } }`,
    });
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
    return this.#unnamed(operation, inputs, { T: type("FLOAT"), ...attributes });
  }

  /** The same values in another shape; −1 stands for what is left. */
  reshape(value: Ref, shape: number[] | Ref, of: ValueType = "FLOAT"): Ref {
    const target = typeof shape === "string" ? shape : this.constant(shape, "INT32");
    return this.node("Reshape", [value, target], { T: type(of), Tshape: type("INT32") });
  }

  /** The same values as another type. */
  cast(value: Ref, from: ValueType, to: ValueType): Ref {
    return this.#unnamed("Cast", [value], { SrcT: type(from), DstT: type(to) });
  }

  /** The slabs of a value's first axis at the given indices. */
  gather(value: Ref, indices: Ref): Ref {
    const types = { Tparams: type("FLOAT"), Tindices: type("INT32"), Taxis: type("INT32") };
    return this.#unnamed("GatherV2", [value, indices, this.constant(0, "INT32")], types);
  }

  /** The single numbers of a value at places, of which the last axis holds the coordinates. */
  pick(value: Ref, places: Ref): Ref {
    const types = { Tparams: type("FLOAT"), Tindices: type("INT32") };
    return this.#unnamed("GatherNd", [value, places], types);
  }

  /** A value's shape, as int32. */
  shape(value: Ref): Ref {
    return this.node("Shape", [value], { out_type: type("INT32") });
  }

  /** How many numbers a value has, as int32. */
  size(value: Ref, of: ValueType = "FLOAT"): Ref {
    return this.node("Size", [value], { T: type(of), out_type: type("INT32") });
  }

  /** A value cut along its first axis into equal parts. */
  divide(value: Ref, parts: number, of: ValueType = "FLOAT"): Ref[] {
    const axis = this.constant(0, "INT32");
    const node = this.node("Split", [axis, value], { T: type(of), num_split: int(parts) });
    return Array.from({ length: parts }, (_, index) => output(node, index));
  }

  /** The way back: values put together along their first axis. */
  join(values: Ref[]): Ref {
    if (values.length === 1) return values[0]!;
    const attributes = { N: int(values.length), Tidx: type("INT32") };
    return this.node("ConcatV2", [...values, this.constant(0, "INT32")], attributes);
  }

  /** Values laid end to end. */
  concatenate(values: Ref[]): Ref {
    return this.join(values.map((value) => this.reshape(value, [-1])));
  }

  /** The way back: one long value cut into parts of given shapes. */
  split(value: Ref, shapes: number[][]): Ref[] {
    const sizes = shapes.map((shape) => shape.reduce((product, each) => product * each, 1));
    const parts = this.node(
      "SplitV",
      [value, this.constant(sizes, "INT32"), this.constant(0, "INT32")],
      { Tlen: type("INT32"), num_split: int(sizes.length) },
    );
    return shapes.map((shape, index) => this.reshape(output(parts, index), shape));
  }

  /**
   * Hands the graph to TensorFlow, as a saved model in text form. The same graph is loaded only once,
   * whichever network it was made for, as long as weights are fed.
   */
  compile(): GraphFunction {
    const { run, release } = runnable(`saved_model_schema_version: 1
meta_graphs { meta_info_def { tags: "serve" } graph_def { ${this.#nodes.join("\n")} } }`);
    const first = (name: Ref): Ref => name.includes(":") ? name : output(name, 0);
    const named = (feeds: Record<string, tf.Tensor>, fetches: Ref[]): tf.Tensor[] =>
      run(
        Object.fromEntries(Object.entries(feeds).map(([name, value]) => [first(name), value])),
        fetches.map(first),
      );
    return Object.assign(named, { release });
  }

  #unnamed(operation: string, inputs: Ref[], attributes: Attributes): Ref {
    return this.#add(`${operation}_${this.#nodes.length}`, operation, inputs, attributes);
  }

  #add(name: string, operation: string, inputs: Ref[], attributes: Attributes): Ref {
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
