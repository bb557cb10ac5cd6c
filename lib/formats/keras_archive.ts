import { writeWhole } from "@lib/files.ts";
import { type File, openHdf5, readNumbers, writeNumbers } from "@lib/formats/hdf5.ts";
import { type KerasFile, readKerasFile } from "@lib/formats/keras_file.ts";
import { layersOf, translateTopology } from "@lib/formats/keras_topology.ts";
import { disposeNetwork, type Topology } from "@lib/network/copy_network.ts";
import { tf } from "@lib/network/tensorflow.ts";

/**
 * Loads a network from Keras: a `.keras` archive of Keras 3 or HDF5 of Keras 2 or 3. The file's content
 * tells which.
 *
 * @param file The file's path.
 * @returns The network with its weights, a `tf.Sequential` if it is one in Keras; the caller disposes it.
 * @throws {Error} If the file is no whole network, a layer or setting is not to be had in tfjs, or a
 * weight is missing, of another shape than its layer's, or not finite.
 * @example
 * ```ts
 * import { loadKeras, saveKeras } from "@lib/formats/keras_archive.ts";
 * import { openZip, unpack } from "@lib/data/zip.ts";
 * import { assertEquals } from "@lib/std/assert.ts";
 *
 * const models = await openZip("tests/reference/keras/models.zip");
 * const entry = models.entries.find(({ fileName }) => fileName === "sequential.keras")!;
 * const folder = await Deno.makeTempDir();
 * await Deno.writeFile(`${folder}/network.keras`, unpack(models, [entry])[0]!);
 *
 * const network = await loadKeras(`${folder}/network.keras`);
 * assertEquals(network.outputShape, [null, 5]);
 * await saveKeras(`${folder}/network.keras`, `${folder}/repaired.keras`, network);
 * network.dispose();
 * ```
 */
export async function loadKeras(file: string): Promise<tf.LayersModel> {
  const content = await readKerasFile(file);
  const network = await build(content, file);
  try {
    await openHdf5(content.weights, file, "r", (hdf5) => {
      for (const { weight, values, named } of placesOf(hdf5, content, network, file)) {
        checkFinite(values, named);
        tf.tidy(() => void weight.write(tf.tensor(values, weight.shape as number[])));
      }
    });
    return network;
  } catch (error) {
    disposeNetwork(network);
    throw error;
  }
}

/**
 * Writes a copy of a network's file with other weights, as those of the repaired network. All else, as
 * topology and optimizer, stays what Keras wrote. Whole or not at all.
 *
 * @param source What {@link loadKeras} read; left as it is.
 * @param target Where to, in the source's format; what is there is replaced.
 * @param network Of the source's topology.
 * @throws {Error} If the target is the source, or the network has other layers or shapes than the source,
 * or a weight that is not finite.
 * @example See {@link loadKeras}.
 */
export async function saveKeras(
  source: string,
  target: string,
  network: tf.LayersModel,
): Promise<void> {
  await expectOther(source, target);
  const content = await readKerasFile(source);
  const { bytes } = await openHdf5(content.weights, source, "a", (hdf5) => {
    for (const { weight, path, named } of placesOf(hdf5, content, network, source)) {
      const values = weight.read().dataSync<"float32">();
      checkFinite(values, named);
      writeNumbers(hdf5, path, values, source);
    }
  });
  await writeWhole(target, content.pack(bytes));
}

/**
 * Refuses to write a file over the one that it is made from.
 *
 * @param source A file or folder.
 * @param target Another.
 * @throws {Error} If they are the same, by whatever path.
 * @example
 * ```ts
 * import { expectOther } from "@lib/formats/keras_archive.ts";
 * import { assertRejects } from "@lib/std/assert.ts";
 *
 * await assertRejects(() => expectOther("deno.json", "./lib/../deno.json"), Error, "but found");
 * ```
 */
export async function expectOther(source: string, target: string): Promise<void> {
  const [one, other] = await Promise.all(
    [source, target].map((path) => Deno.realPath(path).catch(() => undefined)),
  );
  if (one !== undefined && one === other) {
    throw new Error(`Expected a target other than the source but found ${target}`);
  }
}

async function build({ topology }: KerasFile, file: string): Promise<tf.LayersModel> {
  const translated = translateTopology(topology, file);
  const { registeredVariables } = tf.engine().state;
  const before = new Set(Object.keys(registeredVariables));
  const network = tf.models.modelFromJSON(translated as unknown as Topology);
  // looked at before anything else can make a network
  const made = Object.keys(registeredVariables).filter((name) => !before.has(name));
  return await network.catch((error) => {
    made.forEach((name) => registeredVariables[name]?.dispose());
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Expected layers that fit together but found in ${file}: ${reason}`);
  });
}

/** A network's weights, each with its place and values in a file and its name for errors. */
function* placesOf(
  hdf5: File,
  { topology, paths }: KerasFile,
  network: tf.LayersModel,
  file: string,
): Generator<{ weight: tf.LayerVariable; path: string; values: Float32Array; named: string }> {
  const layers = layersOf(topology, file);
  const places = paths(hdf5, layers);
  const names = layers.map(({ config }) => config.name);
  const extra = network.layers.find(({ name, weights }) =>
    weights.length > 0 && !names.includes(name)
  );
  if (extra !== undefined) {
    throw new Error(`Expected only layers of ${file} but found also "${extra.name}"`);
  }
  for (const [index, { class_name, config: { name } }] of layers.entries()) {
    const layer = network.layers.find((each) => each.name === name);
    if (layer === undefined && class_name !== "InputLayer") {
      throw new Error(`Expected a layer "${name}" as in ${file} but found none`);
    }
    const [weights, own] = [layer?.weights ?? [], places[index]!];
    if (weights.length !== own.length) {
      const found = `${own.length} in ${file}`;
      throw new Error(`Expected ${weights.length} weights of "${name}" but found ${found}`);
    }
    for (const [number, weight] of weights.entries()) {
      const named = `${weight.originalName} in ${file}`;
      const path = own[number]!;
      const { shape, values } = readNumbers(hdf5, path, file);
      if (String(shape) !== String(weight.shape)) {
        throw new Error(`Expected shape [${weight.shape}] but found [${shape}] for ${named}`);
      }
      yield { weight, path, values, named };
    }
  }
}

/**
 * Checks that weights are numbers.
 *
 * @param values Of one weight.
 * @param named Its name and file, for errors.
 * @throws {Error} If one is infinite or not a number.
 * @example
 * ```ts
 * import { checkFinite } from "@lib/formats/keras_archive.ts";
 * import { assertThrows } from "@lib/std/assert.ts";
 *
 * assertThrows(() => checkFinite(Float32Array.of(0, NaN), "bias in a.h5"), Error, "NaN at 1 of bias");
 * ```
 */
export function checkFinite(values: Float32Array, named: string): void {
  const other = values.findIndex((value) => !Number.isFinite(value));
  if (other >= 0) {
    throw new Error(`Expected finite weights but found ${values[other]} at ${other} of ${named}`);
  }
}
