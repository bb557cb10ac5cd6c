import { exists } from "@lib/files.ts";
import { type NamedArrays, readSafetensors, writeSafetensors } from "@lib/network/safetensors.ts";
import { tf } from "@lib/network/tensorflow.ts";
import {
  type EpochRecord,
  laidOut,
  lengthOf,
  type TrainingState,
} from "@lib/network/training_state.ts";

/** Where a training stands after a whole number of epochs. */
export interface Checkpoint {
  history: EpochRecord[];
  state: TrainingState;
}

/**
 * Saves a training after an epoch: weights, Adam's means and the history, in one file, whole or not at
 * all.
 *
 * @param file Where to.
 * @param network Whose weights; they are those of the state.
 * @param task Tells recipe and training set; a checkpoint of another task is refused later.
 * @param checkpoint The history so far and the state.
 * @param others Arrays of what is trained along, none of which has a weight's name.
 */
export async function saveCheckpoint(
  file: string,
  network: tf.LayersModel,
  task: string,
  { history, state }: Checkpoint,
  others: NamedArrays["arrays"] = {},
): Promise<void> {
  const tensors = {
    ...Object.fromEntries(network.weights.map((weight) => [weight.originalName, weight.read()])),
    ...{ "adam/mean": state.mean, "adam/square": state.square },
  };
  const arrays: NamedArrays["arrays"] = { ...others };
  for (const [name, tensor] of Object.entries(tensors)) {
    arrays[name] = { shape: tensor.shape, values: await tensor.data<"float32">() };
  }
  const metadata = { task, history: JSON.stringify(history), step: String(state.step) };
  await writeSafetensors(file, { arrays, metadata });
}

/**
 * Loads a training's last checkpoint into a network.
 *
 * @param file Where it would be.
 * @param network Gets the weights.
 * @param task Tells recipe and training set.
 * @param restore Given all arrays, before the network is changed.
 * @returns Where the training stands, or undefined if there is no such file. The caller disposes the
 * state.
 * @throws {Error} If the file is damaged, of another task or of another network; the network is then
 * unchanged.
 */
export async function loadCheckpoint(
  file: string,
  network: tf.LayersModel,
  task: string,
  restore: (arrays: NamedArrays["arrays"]) => void = () => {},
): Promise<Checkpoint | undefined> {
  if (!await exists(file)) return undefined;
  const { arrays, metadata } = await readSafetensors(file);
  if (metadata.task !== task) {
    throw new Error(
      `Expected a checkpoint of ${task} but found one of ${metadata.task} in ${file}: delete it to train anew`,
    );
  }
  const pick = (name: string, shape: (number | null)[]): NamedArrays["arrays"][string] => {
    const found = arrays[name];
    if (found !== undefined && String(found.shape) === String(shape)) return found;
    throw new Error(
      `Expected ${name} of shape [${shape}] but found [${found?.shape}] in ${file}: it is from ` +
        "another network; delete it to train anew",
    );
  };
  const length = network.trainableWeights.reduce((sum, weight) => sum + lengthOf(weight), 0);
  // all is looked at before the network is changed
  const values = network.weights.map((weight) => pick(weight.originalName, weight.shape));
  const [mean, square] = ["adam/mean", "adam/square"].map((name) => pick(name, [length]));
  const [step, history] = [metadata.step ?? "", historyOf(metadata.history, file)];
  if (!/^\d+$/.test(step)) {
    throw new Error(`Expected a number of steps but found "${step}" in ${file}`);
  }
  restore(arrays);
  tf.tidy(() => network.setWeights(values.map((each) => tf.tensor(each.values, each.shape))));
  return {
    history,
    state: {
      step: Number(step),
      weights: laidOut(network.trainableWeights),
      mean: tf.tensor(mean!.values, [length]),
      square: tf.tensor(square!.values, [length]),
      moving: laidOut(network.nonTrainableWeights),
    },
  };
}

function historyOf(text: string | undefined, file: string): EpochRecord[] {
  try {
    const history: EpochRecord[] = JSON.parse(text ?? "");
    const isWhole = ({ epoch, loss, seconds, rates }: EpochRecord, index: number): boolean =>
      epoch === index + 1 && Number.isFinite(loss + seconds) &&
      Object.values(rates).every(Number.isFinite);
    if (history.every(isWhole)) return history;
  } catch {
    // said below
  }
  throw new Error(`Expected the history of a training but found ${text} in ${file}`);
}
