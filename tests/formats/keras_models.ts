/** The networks that Keras wrote (see tests/reference/keras/make_models.py), unpacked, and what they predict. */
import { openZip, unpack } from "@lib/data/zip.ts";
import { exists } from "@lib/files.ts";
import { type AnyNetwork, openNetwork } from "@lib/formats/any_network.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { findConvolution } from "@lib/pruning/convolution.ts";
import { pruneChannels } from "@lib/pruning/prune_channels.ts";
import { assert } from "@lib/std/assert.ts";
import { dirname, join } from "@lib/std/path.ts";
import expected from "../reference/keras/expected.json" with { type: "json" };
import { noise } from "../reference/reference.ts";

const REFERENCE = join(import.meta.dirname!, "../reference/keras");

export type ModelName = Exclude<keyof typeof expected, "versions">;

/** Names of all networks in both archives' formats. */
export const MODELS = Object.keys(expected).filter((name) => name !== "versions") as ModelName[];

/** A new folder with all files of an archive. */
export async function unpackModels(name = "models.zip"): Promise<string> {
  const folder = await Deno.makeTempDir();
  await unpackInto(folder, join(REFERENCE, name));
  return folder;
}

/** All files of an archive into a folder, which is made if it is not there. */
export async function unpackInto(folder: string, file: string): Promise<void> {
  const archive = await openZip(file);
  const contents = unpack(archive, archive.entries);
  for (const [index, { fileName }] of archive.entries.entries()) {
    const target = join(folder, fileName);
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.writeFile(target, contents[index]!);
  }
}

/** What Keras predicts with a network, [4, classes] or more axes. */
export function kerasPredictions(name: ModelName): number[] {
  return expected[name].predicted;
}

/** What a network here predicts for the same inputs. */
export function predictions(network: tf.LayersModel): Float32Array {
  const shape = [4, ...network.inputs[0]!.shape.slice(1) as number[]];
  const size = shape.reduce((product, each) => product * each, 1);
  return tf.tidy(() => {
    const inputs = tf.tensor(Float32Array.from(noise(size, 5)), shape);
    return (network.predict(inputs) as tf.Tensor).dataSync() as Float32Array;
  });
}

/** Writes a network with two channels less, in the format that it came in; what it computes then. */
export async function writePruned(
  source: string,
  target: string,
  check: (opened: AnyNetwork, pruned: tf.LayersModel) => Promise<void> = async () => {},
): Promise<Float32Array> {
  const opened = await openNetwork(source);
  const { network, save } = opened;
  const pruned = await pruneChannels(network, [1, 2], findConvolution(network).name);
  const [before, after] = [predictions(network), predictions(pruned)];
  assert(before.some((value, index) => Math.abs(value - after[index]!) > 1e-3), "no change");
  await save(target, pruned);
  await check(opened, pruned);
  for (const each of [network, pruned]) disposeNetwork(each);
  return after;
}

const PYTHON = join(import.meta.dirname!, "../../.keras/bin/python");

/** Whether Keras itself and onnxruntime are installed: `deno task test` sees to it. */
export const hasKeras = await exists(PYTHON);

/** What Keras itself predicts with files, one by one. */
export const askKeras = (files: readonly string[]): Promise<number[][]> => ask("predict.py", files);

/** What onnxruntime computes with files, one by one. */
export const askOnnxruntime = (files: readonly string[]): Promise<number[][]> =>
  ask("../onnx/predict.py", files);

async function ask(script: string, files: readonly string[]): Promise<number[][]> {
  const args = [join(REFERENCE, script), ...files];
  const command = new Deno.Command(PYTHON, { args, env: { KERAS_BACKEND: "jax" } });
  const output = await command.output();
  const [text, errors] = [output.stdout, output.stderr].map((each) =>
    new TextDecoder().decode(each)
  );
  if (!output.success) throw new Error(`Expected ${script} to predict but found ${errors}`);
  return text!.trim().split("\n").slice(-files.length).map((line) => JSON.parse(line));
}
