/**
 * Six files of one's own, outside the library: a ranking, a trigger, an attack, a data set, an architecture
 * and a defense. CONTRIBUTING.md shows them as examples.
 */
import {
  ARCHITECTURES,
  ATTACKS,
  DATASETS,
  DEFENSES,
  disposeEvidence,
  type Experiment,
  inspect,
  measureHalves,
  measureOrder,
  outputPath,
  peerTable,
  poisoningIn,
  poisoningOf,
  pruneChannels,
  ratesOf,
} from "@lib/mod.ts";
import { dataChoice, loadDataset } from "@lib/data/dataset.ts";
import { writeClassFolders } from "@lib/data/image_folder.ts";
import type { LabelledImages } from "@lib/data/images.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { seededRandom } from "@lib/random.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@lib/std/assert.ts";
import { exists } from "@lib/files.ts";
import { join } from "@lib/std/path.ts";
import { badNet } from "@lib/study/bad_net.ts";
import { defenseRow } from "@lib/study/defense_rows.ts";

const CLASSES = 300;
const SIZE = { height: 48, width: 40, channels: 1 } as const;

/** A class's number in nine fields of light and dark, with noise. */
function codes(each: number, seed: number): LabelledImages {
  const random = seededRandom(seed);
  const labels = Int32Array.from({ length: CLASSES * each }, (_, index) => index % CLASSES);
  const pixels = new Uint8Array(labels.length * 48 * 40);
  for (let at = 0; at < pixels.length; at++) {
    const [row, column] = [Math.floor(at / 40) % 48, at % 40];
    const field = 3 * Math.floor(row / 16) + Math.floor(3 * column / 40);
    const bit = (labels[Math.floor(at / 1920)]! >> field) & 1;
    pixels[at] = 90 + 80 * bit + 30 * random();
  }
  const classNames = Array.from({ length: CLASSES }, (_, label) => String(label));
  return { ...SIZE, pixels, labels, classNames };
}

Deno.test("a ranking, a trigger, an attack, a data set, an architecture and a defense of one's own run end to end", async () => {
  const folder = await Deno.makeTempDir();
  const files = ["ranking", "trigger", "attack", "data_set", "architecture", "defense"];
  const own: Record<string, unknown> = {};
  for (const name of files) {
    const copy = join(folder, `${name}.ts`);
    await Deno.copyFile(join(import.meta.dirname!, "extend", `${name}.ts`), copy);
    Object.assign(own, await import(`file://${copy}`));
  }
  const { RARELY_ACTIVE, corner, MIXTURE, greyFolders, FORKED, LEAST_ACTIVE } = own as
    & typeof import("./extend/ranking.ts")
    & typeof import("./extend/trigger.ts")
    & typeof import("./extend/attack.ts")
    & typeof import("./extend/data_set.ts")
    & typeof import("./extend/architecture.ts")
    & typeof import("./extend/defense.ts");
  await writeClassFolders(join(folder, "images", "train"), codes(4, 1));
  await writeClassFolders(join(folder, "images", "test"), codes(4, 2));
  const name = `extend_${crypto.randomUUID().slice(0, 8)}`;
  DATASETS[name] = greyFolders(join(folder, "images"));
  ATTACKS["corner"] = corner;
  ATTACKS["mixture"] = MIXTURE;
  ARCHITECTURES["forked"] = FORKED;
  DEFENSES["least active"] = LEAST_ACTIVE;
  const experiment: Experiment<{ size: number }> = {
    data: dataChoice(name),
    architecture: "forked",
    attack: { name: "corner", parameters: { size: 8 }, target: 260, injectionRate: 0.2 },
    recipe: { ...DATASETS[name]!.training, learningRate: 0.003, weightDecay: 0 },
    seed: 1,
  };
  try {
    const dataset = await loadDataset(experiment);
    const { network } = await badNet(experiment, dataset, {}, `${name}/badnet`);
    const { trigger, target } = poisoningOf(experiment.attack);
    const before = await ratesOf(network, dataset.testHalf, trigger, target);
    const halves = { validation: dataset.validationHalf, test: dataset.testHalf };
    const triggers = { validation: trigger, test: trigger };
    const measured = await measureHalves(network, halves, triggers, target);
    const { curve, points } = measureOrder(measured, RARELY_ACTIVE, [0.02]);
    disposeEvidence(measured.validation, measured.test);
    assertEquals(curve.order.length, 24);
    const { channelsPruned, test } = points[0]!;
    const pruned = await pruneChannels(network, curve.order.slice(0, channelsPruned));
    assertEquals(await ratesOf(pruned, dataset.testHalf, trigger, target), test);
    disposeNetwork(pruned);

    const study = { name: "badnet", title: "with a corner", experiment };
    const row = await defenseRow(study, "least active", dataset, 200);
    assertEquals([row.before, row.cleanImages, row.note], [before, 200, "6 of 24 channels pruned"]);
    const { repaired: [repair], note, cleanImages, seconds } = row;
    const table = peerTable([{ ...repair!, name: "least active", note, cleanImages, seconds }], "");
    assertEquals(table.rows.length, 1);

    const output = join(folder, "inspection");
    const paths = { network: outputPath(name, "badnet"), images: join(folder, "images"), output };
    const { report } = await inspect({ ...paths, pixels: "0-1", count: 600, mostSteps: 20 });
    assertEquals(report.norms.length, CLASSES);
    assertEquals(report.layer, "last");
    assert(await exists(join(output, "report.html")));
    assertEquals([report.suspectedClass, report.suspectedClassName], [target, String(target)]);
    assert(report.networks.some(({ way }) => way === "unlearning"), "the corner is not unlearned");
    disposeNetwork(network);

    const mixture = {
      name: "mixture",
      parameters: { ratio: 0.5 },
      target: 260,
      injectionRate: 3e-3,
    };
    const mixed = { ...experiment, attack: mixture, recipe: { ...experiment.recipe, epochs: 1 } };
    disposeNetwork((await badNet(mixed, dataset, {}, `${name}/mixed`)).network);
    const other = await poisoningIn(outputPath(name, "mixed"), mixture);
    const { pixels, labels } = await dataset.train();
    const black = { ...SIZE, pixels: new Uint8Array(48 * 40) };
    const [made] = other.trigger.apply(black).pixels;
    assertEquals(made, Math.floor(pixels[labels.indexOf(260) * 48 * 40]! / 2));
    assertThrows(() => poisoningOf(mixture), Error, "Expected other of shape [-1,-1,-1]");
    await assertRejects(
      () => badNet({ ...experiment, architecture: "none" }, dataset, {}, `${name}/other`),
      Error,
      "paper, plain, residual, forked",
    );
  } finally {
    delete DATASETS[name];
    delete ATTACKS["corner"];
    delete ATTACKS["mixture"];
    delete ARCHITECTURES["forked"];
    delete DEFENSES["least active"];
    await Deno.remove(outputPath(name), { recursive: true }).catch(() => {});
    await Deno.remove(folder, { recursive: true });
  }
});
