import { LayerGraph } from "@lib/formats/layer_graph.ts";
import { OPERATORS } from "@lib/formats/onnx_operators.ts";
import {
  type ModelProto,
  type NodeProto,
  parseOnnx,
  type TensorProto,
} from "@lib/formats/onnx_proto.ts";
import { Call, type Computed, isKnown, known, type Value } from "@lib/formats/onnx_values.ts";
import { readingError } from "@lib/formats/weights.ts";
import { dirname, join } from "@lib/std/path.ts";

/**
 * Reads a network of images from ONNX, as `torch.onnx.export` writes it. It takes images channels last.
 *
 * @param file The file's path; weights that it keeps in files beside it are read from there.
 * @returns The network, which the caller disposes, where its weights are in the model, and the model.
 * @throws {Error} If it is no whole ONNX file, or an operator is not to be had as layers.
 */
export async function readOnnx(
  file: string,
): Promise<ReturnType<LayerGraph["network"]> & { model: ModelProto }> {
  const model = parseOnnx(await Deno.readFile(file), file);
  await readOutside(model, file);
  const graph = new LayerGraph(file);
  graph.channelsFirst = true;
  try {
    const outputs = call(model, graph);
    return { ...graph.network(outputs, model.graph.name || "network"), model };
  } catch (error) {
    graph.dispose();
    throw readingError(error, "ONNX", file);
  }
}

/** Takes in the values that lie in files beside a network's own. */
async function readOutside({ graph }: ModelProto, file: string): Promise<void> {
  const files = new Map<string, Uint8Array>();
  for (const tensor of graph.initializer.filter(({ dataLocation }) => dataLocation === 1)) {
    const { location = "", offset, length } = Object.fromEntries(
      tensor.externalData.map(({ key, value }) => [key, value]),
    ) as { location?: string; offset?: string; length?: string };
    if (location.startsWith("/") || location.split(/[/\\]/).includes("..")) {
      throw new Error(
        `Expected weights beside the network but found them at ${location} in ${file}`,
      );
    }
    const path = join(dirname(file), location);
    const bytes = files.get(path) ?? await Deno.readFile(path).catch(() => {
      throw new Error(`Expected the weights of ${file} but found no file ${path}`);
    });
    files.set(path, bytes);
    const start = Number(offset ?? 0);
    const end = length === undefined ? undefined : start + Number(length);
    Object.assign(tensor, { rawData: bytes.slice(start, end), dataLocation: 0, externalData: [] });
  }
}

/** Calls all operators in the file's order, in which each comes after those that it needs. */
function call({ graph: file }: ModelProto, graph: LayerGraph): Computed["tensor"][] {
  const { where } = graph;
  const values = new Map<string, Value>();
  for (const tensor of file.initializer) values.set(tensor.name, known(tensor, where));
  for (const { name, type } of file.input.filter((input) => !values.has(input.name))) {
    const [, ...sizes] = (type?.tensorType?.shape?.dim ?? []).map((each) => Number(each.dimValue));
    if (sizes.length !== 3 || sizes.some((size) => !(size > 0))) {
      throw new Error(
        `Expected images of a known size, channels first, but found [${sizes}] for "${name}" in ${where}`,
      );
    }
    if (comesLast(file.node, name)) {
      const [height, width, channels] = sizes as [number, number, number];
      const tensor = graph.input(name, [null, channels, height, width]);
      values.set(name, { tensor, shape: [0, ...sizes], order: [0, 1, 2, 3] });
      continue;
    }
    values.set(name, { tensor: graph.input(name, [null, ...sizes]), shape: [0, ...sizes] });
  }
  const model = { initializer: file.initializer, weights: new Set<TensorProto>() };
  for (const { node, inputs: from, output } of calls(file.node, values)) {
    const operator = OPERATORS[node.opType];
    const named = `${node.domain || "ai.onnx"}.${node.opType}`;
    if (operator === undefined || !["", "ai.onnx"].includes(node.domain)) {
      const all = Object.keys(OPERATORS).join(", ");
      throw new Error(
        `Expected operators ${all} but found ${named} "${node.name}" in ${where}; in Python, put them in its place and export anew`,
      );
    }
    const inputs = from.map(([{ input }, index]) => values.get(input[index]!));
    const rename = (at: number, name: string): void => {
      const [{ input }, index] = from[at]!;
      input[index] = name;
    };
    const operation = new Call(node, inputs, graph, nameOf(node, graph), { ...model, rename });
    [operator(operation)].flat().forEach((value, index) =>
      values.set(index === 0 ? output : node.output[index]!, value)
    );
  }
  return file.output.map(({ name }) => {
    const value = values.get(name);
    if (value !== undefined && !isKnown(value)) return value.tensor;
    throw new Error(`Expected an output of the images but found none as "${name}" in ${where}`);
  });
}

/** Whether images come channels last: the first thing is that their channels are put first. */
const comesLast = (nodes: NodeProto[], images: string): boolean =>
  nodes.filter(({ input }) => input.includes(images)).every(({ opType, attribute }) =>
    opType === "Transpose" && String(attribute[0]?.ints) === "0,3,1,2"
  );

/** A call of an operator: where each input's name stands, and the name of the output. */
interface OperatorCall {
  node: NodeProto;
  inputs: [node: NodeProto, index: number][];
  output: string;
}

/** The file's calls; a product of rows and weights with a known sum behind it is one, a dense layer. */
function calls(nodes: NodeProto[], values: ReadonlyMap<string, Value>): OperatorCall[] {
  const result = nodes.map((node): OperatorCall => ({
    node,
    inputs: node.input.map((_, index) => [node, index]),
    output: node.output[0]!,
  }));
  for (const product of result.filter(({ node }) => node.opType === "MatMul")) {
    const users = result.filter(({ node }) => node.input.includes(product.output));
    const [sum] = users;
    const bias = sum?.node.input.findIndex((name) => values.has(name)) ?? -1;
    if (sum?.node.opType !== "Add" || users.length !== 1 || bias < 0) continue;
    product.inputs.push([sum.node, bias]);
    product.output = sum.output;
    result.splice(result.indexOf(sum), 1);
  }
  return result;
}

/** As the module was called in PyTorch, if its weights still are, or the call of the operator. */
function nameOf({ name, input, output, opType }: NodeProto, graph: LayerGraph): string {
  const module = input[1]?.match(/^([\w.]+)\.weight$/)?.[1];
  const whole = module ?? (name || output[0] || opType);
  return graph.unusedName(whole.replace(/^\//, ""));
}
