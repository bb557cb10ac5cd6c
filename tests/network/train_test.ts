/** Training that goes on from its checkpoint, and checkpoints that must not be used. */
import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
import { loadNetwork, saveNetwork } from "@lib/formats/network_file.ts";
import { paperCnn } from "@lib/network/paper_cnn.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { type Recipe, train, type TrainingProgress } from "@lib/network/train.ts";
import { assert, assertEquals, assertRejects } from "@lib/std/assert.ts";
import { loadCheckpoint, saveCheckpoint } from "@lib/network/checkpoint.ts";
import { type NamedArrays, readSafetensors, writeSafetensors } from "@lib/network/safetensors.ts";
import { startingState } from "@lib/network/training_state.ts";
import { assertClose } from "../assert_close.ts";
import { weightsOf } from "../weights_of.ts";
import { join } from "@lib/std/path.ts";

const signs = syntheticSigns(90, 1);
const recipe: Recipe = {
  epochs: 3,
  batchSize: 32,
  learningRate: 0.0005,
  weightDecay: 1e-6,
  seed: 1,
};
function assertSame(found: Trained, expected: Trained): void {
  assertEquals(found.losses, expected.losses);
  assertClose(found.weights, expected.weights);
}

interface Trained {
  weights: number[];
  losses: number[];
}

/** Trains to the end; with a checkpoint, stops once after `stopAfter` epochs as if it were killed. */
async function trained(
  checkpoint?: string,
  stopAfter = 0,
  seed = recipe.seed,
): Promise<Trained> {
  const network = paperCnn(43, 1);
  const onEpoch = (history: readonly unknown[]): void => {
    if (history.length === stopAfter) throw new Error("killed");
  };
  const history = await train(network, signs, { ...recipe, seed }, { checkpoint, onEpoch });
  return { weights: weightsOf(network), losses: history.map((record) => record.loss) };
}

Deno.test("a training that was cut ends with the same network as one that was not", async () => {
  const checkpoint = join(await Deno.makeTempDir(), "training.safetensors");
  await assertRejects(() => trained(checkpoint, 2), Error, "killed");
  const resumed = await trained(checkpoint);
  const whole = await trained();
  assertSame(resumed, whole);
  assert(whole.losses[2]! < whole.losses[0]!, `Expected falling losses but found ${whole.losses}`);
  assertSame(await trained(checkpoint), whole); // nothing left to do
});

Deno.test("another seed trains another network", async () => {
  const [one, two] = [await trained(), await trained(undefined, 0, 2)];
  assert(String(one.losses) !== String(two.losses));
});

Deno.test("training leaves no tensors behind and tells its progress up to the end", async () => {
  const network = paperCnn(43, 1);
  const before = tf.memory().numTensors;
  const told: TrainingProgress[] = [];
  await train(network, signs, { ...recipe, epochs: 2 }, {
    onProgress: (progress) => void told.push(progress),
  });
  assertEquals(tf.memory().numTensors, before);
  assert(
    told.every(({ share, imagesPerSecond }) => share > 0 && share <= 1 && imagesPerSecond > 0),
  );
});

Deno.test("a training that comes to nothing says so and leaves no tensors behind", async () => {
  const network = paperCnn(43, 1);
  const before = tf.memory().numTensors;
  await assertRejects(
    () => train(network, signs, { ...recipe, learningRate: NaN }),
    Error,
    "Expected a finite loss but found NaN in epoch 1",
  );
  assertEquals(tf.memory().numTensors, before);
});

const broken: Record<string, [damage: (file: string) => Promise<void>, message: string]> = {
  "cut in half": [
    async (file) => await Deno.truncate(file, (await Deno.stat(file)).size / 2),
    "training.safetensors",
  ],
  "empty": [async (file) => await Deno.truncate(file, 0), "Expected a safetensors header"],
  "of text": [
    async (file) => await Deno.writeTextFile(file, "not a checkpoint at all"),
    "Expected a safetensors header",
  ],
};
for (const [name, [damage, message]] of Object.entries(broken)) {
  Deno.test(`a checkpoint ${name} is refused and stays where it is`, async () => {
    const checkpoint = join(await Deno.makeTempDir(), "training.safetensors");
    await assertRejects(() => trained(checkpoint, 1), Error, "killed");
    await damage(checkpoint);
    const left = await Deno.readFile(checkpoint);
    await assertRejects(() => trained(checkpoint), Error, message);
    assertEquals(await Deno.readFile(checkpoint), left);
  });
}

Deno.test("a checkpoint of another recipe, training set or network is refused", async () => {
  const checkpoint = join(await Deno.makeTempDir(), "training.safetensors");
  await assertRejects(() => trained(checkpoint, 1), Error, "killed");
  await assertRejects(() => trained(checkpoint, 0, 2), Error, "delete it to train anew");
  const others = syntheticSigns(90, 2);
  await assertRejects(
    () => train(paperCnn(43, 1), others, recipe, { checkpoint }),
    Error,
    "Expected a checkpoint of",
  );
  await assertRejects(
    () => train(paperCnn(44, 1), signs, recipe, { checkpoint }),
    Error,
    "Expected dense/kernel of shape [2048,44] but found [2048,43]",
  );
});

const faults: Record<string, [change: (content: NamedArrays) => void, message: string]> = {
  "a part missing": [({ arrays }) => delete arrays["adam/square"], "Expected adam/square of shape"],
  "a weight missing": [({ arrays }) => delete arrays["dense/bias"], "Expected dense/bias of shape"],
  "no step": [
    ({ metadata }) => metadata.step = "many",
    'Expected a number of steps but found "many"',
  ],
  "an empty step": [({ metadata }) => metadata.step = "", 'a number of steps but found ""'],
  ...Object.fromEntries(
    ["{}", "[1]", '[{"epoch": 2, "loss": 1, "seconds": 1, "rates": {}}]', "[{}]", ""].map((
      text,
    ) => [
      `the history ${text}`,
      [
        ({ metadata }: NamedArrays) => metadata.history = text,
        "Expected the history of a training",
      ],
    ]),
  ),
};
for (const [name, [change, message]] of Object.entries(faults)) {
  Deno.test(`a checkpoint with ${name} changes nothing and leaves nothing behind`, async () => {
    const checkpoint = join(await Deno.makeTempDir(), "training.safetensors");
    const network = paperCnn(43, 1);
    const state = startingState(network);
    await saveCheckpoint(checkpoint, network, "task", { history: [], state });
    const content = await readSafetensors(checkpoint);
    change(content);
    await writeSafetensors(checkpoint, content);
    const other = paperCnn(43, 2);
    const weights = weightsOf(other);
    const before = tf.memory().numTensors;
    await assertRejects(() => loadCheckpoint(checkpoint, other, "task"), Error, message);
    assertEquals(tf.memory().numTensors, before);
    assertClose(weightsOf(other), weights);
  });
}

Deno.test("a saved network predicts the same after loading, and a damaged one is refused", async () => {
  const folder = join(await Deno.makeTempDir(), "deep", "network");
  const network = paperCnn(43, 1);
  await saveNetwork(folder, network);
  await saveNetwork(folder, network); // replaces
  assertEquals([...Deno.readDirSync(folder)].map((entry) => entry.name).sort(), [
    "model.json",
    "weights.bin",
  ]);
  const images = tf.randomUniform([2, 32, 32, 3], 0, 1, "float32", 1);
  const logits = async (model: tf.LayersModel): Promise<ArrayLike<number>> =>
    await (model.apply(images) as tf.Tensor).data();
  assertClose(await logits(await loadNetwork(folder)), await logits(network));
  await Deno.truncate(join(folder, "weights.bin"), 1000);
  await assertRejects(
    () => loadNetwork(folder),
    Error,
    `Expected a tfjs layers model in ${folder}`,
  );
  await Deno.remove(join(folder, "model.json"));
  await assertRejects(
    () => loadNetwork(folder),
    Error,
    `Expected a tfjs layers model in ${folder}`,
  );
});
