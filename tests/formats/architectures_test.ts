/** The three architectures in all formats: read as Keras predicts, pruned, searched, unlearned and written. */
import { PAPER_SIZE, type Size } from "@lib/data/images.ts";
import { drawn } from "@lib/data/select.ts";
import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
import { ftrojan, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
import { ratesOf } from "@lib/attack/rates.ts";
import { openNetwork } from "@lib/formats/any_network.ts";
import { saveNetwork } from "@lib/formats/network_file.ts";
import { ARCHITECTURES } from "@lib/network/architectures.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { hasGraph } from "@lib/network/network_nodes.ts";
import type { tf } from "@lib/network/tensorflow.ts";
import { findConvolution } from "@lib/pruning/convolution.ts";
import { pruneChannels } from "@lib/pruning/prune_channels.ts";
import { seededRandom } from "@lib/random.ts";
import { FINE_TUNING, fineTune } from "@lib/recovery/fine_tuning.ts";
import { pruneRecovered } from "@lib/recovery/prune_recovered.ts";
import { recoverTriggers } from "@lib/recovery/recovery.ts";
import { recoverySettings } from "@lib/recovery/recovery_settings.ts";
import { unlearn } from "@lib/recovery/unlearning.ts";
import { assert, assertEquals } from "@lib/std/assert.ts";
import expected from "../reference/keras/architectures.json" with { type: "json" };
import { assertClose } from "../assert_close.ts";
import { predictions, unpackModels } from "./keras_models.ts";

const folder = await unpackModels("architectures.zip");

const NAMES = ["paper", "plain", "residual"] as const;

for (const name of NAMES) {
  for (const ending of [".keras", ".h5", ""]) {
    Deno.test(`${name}${ending || " of tfjs"} is read, has a graph, and is written again`, async () => {
      if (ending === "") {
        const { network } = await openNetwork(`${folder}/${name}.keras`);
        await saveNetwork(`${folder}/${name}`, network);
        disposeNetwork(network);
      }
      const opened = await openNetwork(`${folder}/${name}${ending}`);
      assertClose(predictions(opened.network), expected[name], 1e-5);
      assert(hasGraph(opened.network), "no graph");
      const layer = findConvolution(opened.network).name;
      const pruned = await pruneChannels(opened.network, [1, 5], layer);
      const target = `${folder}/pruned_${name}${ending}`;
      await opened.save(target, pruned);
      const again = await openNetwork(target);
      assertEquals(again.format, opened.format);
      assertClose(predictions(again.network), predictions(pruned), 0);
      for (const each of [opened.network, pruned, again.network]) disposeNetwork(each);
    });
  }

  Deno.test(`${name} is pruned, searched and unlearned by the same calls`, async () => {
    const size: Size = PAPER_SIZE;
    const images = syntheticSigns(96, 1, 4);
    const untrained = ARCHITECTURES[name]!.build(size, 4, 1);
    const network = await fineTune(untrained, images, { ...FINE_TUNING, epochs: 1, batchSize: 32 });
    const some = drawn(images, 48, seededRandom(1));
    const triggers = await recoverTriggers(network, some, {
      ...{ ...recoverySettings(2), rates: [6, 3], images: 4 },
    });
    assertEquals(triggers.length, 4);
    const trigger = ftrojan(PAPER_TRIGGER);
    const layer = findConvolution(network).name;
    const found = await pruneRecovered(network, layer, some, trigger, 2);
    assertEquals(found.method, name === "residual" ? "masks" : "exact");
    const set = found.front.at(-1)!;
    const pruned = await pruneChannels(network, set.channels, layer);
    assertRates(await ratesOf(pruned, some, trigger, 2), set.rates);
    const settings = { share: 0.5, recipe: { ...FINE_TUNING, epochs: 1 } };
    const unlearned = await unlearn(network, some, trigger, settings);
    assert(differ(network, unlearned), "nothing was unlearned");
    for (const each of [untrained, network, pruned, unlearned]) disposeNetwork(each);
  });
}

function assertRates(found: object, expected: object): void {
  assertClose(Object.values(found), Object.values(expected), 1e-12);
}

function differ(one: tf.LayersModel, other: tf.LayersModel): boolean {
  const [first, second] = [one, other].map((each) => each.getWeights()[0]!.dataSync());
  return first!.some((weight, index) => weight !== second![index]);
}
