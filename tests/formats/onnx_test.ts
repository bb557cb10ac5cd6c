/** Networks from PyTorch, as ONNX and back, beside what onnxruntime computes with them. */
import { openNetwork } from "@lib/formats/any_network.ts";
import { logitsNetwork } from "@lib/formats/logits_network.ts";
import { onnxBytes, parseOnnx } from "@lib/formats/onnx_proto.ts";
import { copyNetwork, disposeNetwork } from "@lib/network/copy_network.ts";
import { hasGraph } from "@lib/network/network_nodes.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { tailOf } from "@lib/pruning/tail.ts";
import { assert, assertEquals, assertRejects } from "@lib/std/assert.ts";
import expected from "../reference/onnx/expected.json" with { type: "json" };
import { assertClose } from "../assert_close.ts";
import {
  askOnnxruntime,
  hasKeras,
  predictions,
  unpackModels,
  writePruned,
} from "./keras_models.ts";

const folder = await unpackModels("../onnx/models.zip");
const NAMES = Object.keys(expected) as (keyof typeof expected)[];

/** Half precision is computed in single precision here. */
const toleranceOf = (name: string): number => name.includes("half") ? 1e-2 : 1e-4;

for (const name of NAMES) {
  Deno.test(`${name} computes as in onnxruntime, and leaves only its weights in memory`, async () => {
    const before = tf.memory().numTensors;
    const { network } = await openNetwork(`${folder}/${name}`);
    assertEquals(tf.memory().numTensors - before, network.weights.length);
    assertClose(predictions(network), expected[name], toleranceOf(name));
    const logits = await logitsNetwork(network);
    // rectifiers have other upper limits than 6 there
    assertEquals(hasGraph(logits), !name.startsWith("various"));
    assertEquals(tailOf(logits) !== undefined, /paper|mobilenet|parts/.test(name), name);
    for (const each of [network, logits]) disposeNetwork(each);
    assertEquals(tf.memory().numTensors, before);
  });
}

/** The same, and that the source itself is not written over. */
const writeOnnx = (name: string, target: string): Promise<Float32Array> =>
  writePruned(`${folder}/${name}`, target, async ({ save, format, extension }, pruned) => {
    assertEquals([format, extension], ["onnx", ".onnx"]);
    await assertRejects(() => save(`${folder}/./${name}`, pruned), Error, "other than the source");
  });

Deno.test("pruned networks are written as ONNX", async () => {
  for (const name of NAMES) {
    const target = `${folder}/pruned_${name}`;
    const wanted = await writeOnnx(name, target);
    const { network } = await openNetwork(target);
    assertClose(predictions(network), wanted, name.includes("half") ? 1e-2 : 1e-6);
    disposeNetwork(network);
  }
});

Deno.test({
  name: "pruned networks are the same in onnxruntime",
  ignore: !hasKeras,
  async fn(): Promise<void> {
    const files = NAMES.map((name) => `${folder}/again_${name}`);
    const wanted: Float32Array[] = [];
    for (const [index, name] of NAMES.entries()) {
      wanted.push(await writeOnnx(name, files[index]!));
    }
    const found = await askOnnxruntime(files);
    NAMES.forEach((name, index) => assertClose(wanted[index]!, found[index]!, toleranceOf(name)));
  },
});

const bytes = await Deno.readFile(`${folder}/paper.onnx`);

/** The paper's network with something changed. */
function changed(change: (model: ReturnType<typeof parseOnnx>) => void): Uint8Array {
  const model = parseOnnx(bytes, "paper.onnx");
  change(model);
  return onnxBytes(model);
}

/** Another operator in the place of the first of a kind; its settings are like the first pooling's. */
const replaced = (
  kind: string,
  opType: string,
  settings: Record<string, number | number[] | string>,
): Uint8Array =>
  changed(({ graph }) => {
    const [node, pooling] = [kind, "MaxPool"].map((each) =>
      graph.node.find((other) => other.opType === each)!
    );
    const like = (name: string) => pooling!.attribute.find((each) => each.name === name)!;
    node!.attribute = Object.entries(settings).map(([name, value]) => {
      if (Array.isArray(value)) return { ...like("kernel_shape"), name, ints: value.map(BigInt) };
      if (typeof value === "number") return { ...like("ceil_mode"), name, i: BigInt(value) };
      return { ...like("ceil_mode"), name, s: new TextEncoder().encode(value) };
    });
    node!.opType = opType;
  });

Deno.test({
  name: "a mean that counts its padding is onnxruntime's",
  ignore: !hasKeras,
  async fn(): Promise<void> {
    const file = `${folder}/counting.onnx`;
    const window = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1] };
    await Deno.writeFile(file, replaced("Elu", "AveragePool", { ...window, count_include_pad: 1 }));
    const { network } = await openNetwork(file);
    assertClose(predictions(network), (await askOnnxruntime([file]))[0]!, 1e-4);
    disposeNetwork(network);
  },
});

Deno.test({
  name: "a value that is expanded over the pixels is onnxruntime's",
  ignore: !hasKeras,
  async fn(): Promise<void> {
    const file = `${folder}/expanded.onnx`;
    await Deno.writeFile(
      file,
      changed(({ graph }) => {
        const at = graph.node.findIndex(({ opType }) => opType === "Elu");
        const [activation, first] = [graph.node[at]!, graph.initializer[0]!];
        const size = graph.input[0]!.type!.tensorType!.shape!.dim.slice(2)
          .map(({ dimValue }) => dimValue!);
        const rawData = new Uint8Array(BigInt64Array.from([1n, 1n, ...size]).buffer);
        const whole = { name: "whole", dims: [4n], dataType: 7, rawData };
        graph.initializer.push({ ...first, ...whole });
        const mean = { opType: "GlobalAveragePool", name: "mean", output: ["mean"], attribute: [] };
        const expand = {
          opType: "Expand",
          name: "expand",
          input: ["mean", "whole"],
          attribute: [],
        };
        graph.node.splice(at, 1, { ...activation, ...mean }, { ...activation, ...expand });
      }),
    );
    const { network } = await openNetwork(file);
    assertClose(predictions(network), (await askOnnxruntime([file]))[0]!, 1e-4);
    disposeNetwork(network);
  },
});

/** Operators put before the first ELU: they take what it took, as "x", and it takes "y". */
const inserted = (
  nodes: { opType: string; input: string[]; output: string; settings?: Record<string, number> }[],
  lists: Record<string, bigint[]> = {},
): Uint8Array =>
  changed(({ graph }) => {
    const at = graph.node.findIndex(({ opType }) => opType === "Elu");
    const [elu, first] = [graph.node[at]!, graph.initializer[0]!];
    const like = graph.node.find(({ opType }) => opType === "MaxPool")!.attribute
      .find(({ name }) => name === "ceil_mode")!;
    for (const [name, values] of Object.entries(lists)) {
      const rawData = new Uint8Array(BigInt64Array.from(values).buffer);
      graph.initializer.push({
        ...first,
        ...{ name, dims: [BigInt(values.length)], dataType: 7, rawData },
      });
    }
    const added = nodes.map(({ opType, input, output, settings = {} }) => ({
      ...{ ...elu, opType, name: output },
      input: input.map((each) => each === "x" ? elu.input[0]! : each),
      output: [output],
      // a number with a point is one of floating point
      attribute: Object.entries(settings).map(([name, value]) => {
        const isFloat = name.startsWith("value_float") || ["alpha", "gamma"].includes(name);
        return isFloat
          ? { ...elu.attribute[0]!, name, f: value }
          : { ...like, name, i: BigInt(value) };
      }),
    }));
    graph.node.splice(at, 1, ...added, { ...elu, input: ["y"] });
  });

Deno.test({
  name: "constants with a point and a start before the first row are onnxruntime's",
  ignore: !hasKeras,
  async fn(): Promise<void> {
    const half = { opType: "Constant", input: [], output: "half", settings: { value_float: 0.5 } };
    const part = { opType: "Constant", input: [], output: "part", settings: { value_float: 0.6 } };
    const product = { opType: "Mul", input: ["half", "part"], output: "product" };
    const rows = { starts: [-100n], ends: [1000n], axes: [2n] };
    const slice = { opType: "Slice", input: ["x", ...Object.keys(rows)], output: "y" };
    const contents = {
      folded: inserted([half, part, product, {
        opType: "Mul",
        input: ["x", "product"],
        output: "y",
      }]),
      sliced: inserted([slice], rows),
    };
    for (const [name, content] of Object.entries(contents)) {
      const file = `${folder}/${name}.onnx`;
      await Deno.writeFile(file, content);
      const { network } = await openNetwork(file);
      assertClose(predictions(network), (await askOnnxruntime([file]))[0]!, 1e-4);
      disposeNetwork(network);
    }
  },
});

Deno.test("a pooling of all pixels that pads by itself is no global one", async () => {
  const file = `${folder}/padded.onnx`;
  const window = { kernel_shape: [16, 16], strides: [2, 2], auto_pad: "SAME_UPPER" };
  await Deno.writeFile(file, replaced("MaxPool", "AveragePool", window));
  const { network } = await openNetwork(file);
  const pooling = network.layers.find((layer) => layer.getClassName() === "AveragePooling2D")!;
  assertEquals(pooling.getConfig().padding, "same");
  assertEquals(pooling.outputShape.slice(1, 3), [8, 8]);
  disposeNetwork(network);
});

Deno.test("settings of operators that are not to be had are refused", async () => {
  const file = `${folder}/unusual.onnx`;
  for (
    const [content, message] of [
      [
        inserted([{ opType: "Selu", input: ["x"], output: "y", settings: { alpha: 2 } }]),
        "Expected the usual constants but found alpha 2 and gamma 1.05",
      ],
      [
        inserted([{
          opType: "Resize",
          input: ["x", "", "", "sizes"],
          output: "y",
          settings: { antialias: 1 },
        }], {
          sizes: [1n, 32n, 16n, 16n],
        }),
        "Expected linear or whole steps of pixels that are squares",
      ],
    ] as const
  ) {
    await Deno.writeFile(file, content);
    await assertRejects(() => openNetwork(file), Error, message);
  }
});

Deno.test("the GELU by a hyperbolic tangent is told from the exact one", async () => {
  const file = `${folder}/gelu.onnx`;
  for (const [approximate, name] of [["tanh", "gelu_new"], ["none", "gelu"]] as const) {
    await Deno.writeFile(file, replaced("Elu", "Gelu", { approximate }));
    const { network } = await openNetwork(file);
    const found = network.layers.map((layer) => layer.getConfig().activation);
    assert(found.includes(name), String(found));
    const copy = await copyNetwork(network);
    const [mine, its] = [network, copy].map(predictions);
    assertClose(its!, mine!);
    for (const each of [network, copy]) disposeNetwork(each);
  }
});

Deno.test("what is no ONNX, or not to be had as layers, is refused", async () => {
  const file = `${folder}/refused.onnx`;
  const before = tf.memory().numTensors;
  const assertRefused = async (content: Uint8Array, ...words: string[]): Promise<void> => {
    await Deno.writeFile(file, content);
    for (const word of [...words, "refused.onnx"]) {
      await assertRejects(() => openNetwork(file), Error, word);
    }
    assertEquals(tf.memory().numTensors, before);
  };
  await assertRefused(new TextEncoder().encode("\x08\x08\x12\x07pytorch"), "with a network");
  await assertRefused(new TextEncoder().encode("no network"), "Expected a whole ONNX file");
  await assertRefused(bytes.slice(0, bytes.length / 2), "Expected a whole ONNX file");
  await assertRefused(
    changed(({ graph }) => graph.node[1]!.opType = "Einsum"),
    "Expected operators",
    "but found ai.onnx.Einsum",
  );
  await assertRefused(
    changed(({ graph }) => graph.input[0]!.type!.tensorType!.shape!.dim[2]!.dimValue = 0n),
    "Expected images of a known size, channels first, but found [3,0,16]",
  );
  await assertRefused(
    changed(({ graph }) => graph.initializer[0]!.dims[0] = 9n),
    "numbers but found",
  );
  await assertRefused(
    changed(({ graph }) => graph.initializer[0]!.rawData.set([0, 0, 0xc0, 0x7f])),
    "Expected finite weights but found NaN at 0 of 0/",
  );
  const outside = changed(({ graph }) =>
    Object.assign(graph.initializer[0]!, {
      dataLocation: 1,
      externalData: [{ $typeName: "EntryProto", key: "location", value: "missing.data" }],
    })
  );
  await assertRefused(outside, "found no file", "missing.data");
  const nowhere = changed(({ graph }) => graph.initializer[0]!.dataLocation = 1);
  await assertRefused(nowhere, "Expected the weights of");
  const window = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2], ceil_mode: 1 };
  await assertRefused(replaced("MaxPool", "MaxPool", window), "padding of half the window");
});
