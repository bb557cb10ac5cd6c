/** Inspections of small networks whose backdoors are made by hand. */
import { folderTree } from "@lib/data/file_tree.ts";
import { readClassFolders } from "@lib/data/image_folder.ts";
import { PAPER_SIZE } from "@lib/data/images.ts";
import { uniformImages } from "@lib/data/select.ts";
import { writeImage } from "@lib/data/image_file.ts";
import { exists, md5Of } from "@lib/files.ts";
import { inspect, INSPECTION_PARTS } from "@lib/inspect/inspect.ts";
import type { InspectionSettings } from "@lib/inspect/input.ts";
import { inspectionPage } from "@lib/inspect/page.ts";
import { type InspectionReport, reportText } from "@lib/inspect/report.ts";
import { openNetwork } from "@lib/formats/any_network.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { accuracy, classify } from "@lib/network/evaluate.ts";
import { loadKeras, saveKeras } from "@lib/formats/keras_archive.ts";
import { saveNetwork } from "@lib/formats/network_file.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { seededRandom } from "@lib/random.ts";
import { formedNetwork, type InputForm } from "@lib/inspect/input_form.ts";
import { requireApart } from "@lib/inspect/apart.ts";
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertThrows,
} from "@lib/std/assert.ts";
import { join } from "@lib/std/path.ts";
import { inspectOptions } from "../../tools/inspect_options.ts";
import { backdoor, CHANNEL, colourFolder, smallNetwork, TARGET } from "./inspection_network.ts";
import { unpackModels } from "../formats/keras_models.ts";

const folder = await Deno.makeTempDir();
const images = await colourFolder();

async function saved(name: string, network: tf.LayersModel): Promise<string> {
  await saveNetwork(join(folder, name), network);
  return join(folder, name);
}

/** Defaults, with an output folder of its own. */
const settingsOf = (
  network: string,
  other: Partial<InspectionSettings> = {},
): InspectionSettings => (
  { network, images, output: `${network} inspected`, pixels: "0-1", count: 1000, ...other }
);

async function look(settings: InspectionSettings): Promise<InspectionReport> {
  const before = tf.memory().numTensors;
  const { report } = await inspect(settings);
  assertEquals(tf.memory().numTensors, before);
  const text = await Deno.readTextFile(join(settings.output, "report.json"));
  assertEquals(Object.keys(JSON.parse(text)), Object.keys(report));
  const page = await Deno.readTextFile(join(settings.output, "report.html"));
  assert(page.startsWith("<!DOCTYPE html>") && !page.includes("<script"));
  assertEquals(/(src|href)="(?!data:|#)/.exec(page), null);
  return report;
}

/** That a report tells of the backdoor, and that the repaired network in it is one. */
async function assertRepaired(
  report: InspectionReport,
  { network, output, ...form }: InspectionSettings,
): Promise<void> {
  assertEquals([report.backdoored, report.suspectedClass], [true, TARGET]);
  const { outlierIndex, outlierThreshold, amplitude, amplitudeThreshold } = report;
  assert(outlierIndex > outlierThreshold || amplitude <= amplitudeThreshold);
  assert(report.trigger!.attackSuccess > 0.9 && report.cleanAccuracy > 0.9);
  const [largest] = report.trigger!.coefficients;
  assert(largest!.row > 20 && largest!.column > 20, "Expected a chequered pattern");
  assertEquals(report.norms.length, 5);
  assert(report.networks.length > 0);
  const source = await openNetwork(network);
  for (const { file, way, channelsPruned, ...rates } of report.networks) {
    assert(rates.cleanAccuracy > 0.9);
    const repaired = await openNetwork(join(output, file));
    assertEquals(repaired.format, source.format);
    if (way !== "pruning") {
      if (way === "refitting") assert(rates.attackSuccess < 0.1 && rates.robustAccuracy > 0.9);
      await assertChanged(repaired.network, source.network, form);
      continue;
    }
    assert(rates.attackSuccess < 0.1);
    const zeros = zeroFilters(repaired.network, report.layer);
    assert(zeros.includes(CHANNEL));
    const before = zeroFilters(source.network, report.layer).length;
    assert(zeros.length >= channelsPruned && zeros.length <= before + channelsPruned);
    // all other layers are as they came
    source.network.layers.filter(({ name }) => name !== report.layer).forEach((layer) =>
      layer.getWeights().forEach((weight, index) => {
        const same = repaired.network.getLayer(layer.name).getWeights()[index]!;
        assertEquals(same.dataSync(), weight.dataSync());
      })
    );
  }
}

/** That the saved network has other weights, and still knows the images, which it takes as the source does. */
async function assertChanged(
  repaired: tf.LayersModel,
  source: tf.LayersModel,
  form: InputForm,
): Promise<void> {
  const [after, before] = [repaired, source].map((network) =>
    network.weights[0]!.read().dataSync()
  );
  assert(after!.some((value, index) => value !== before![index]));
  const colours = await readClassFolders(await folderTree(images), {
    size: PAPER_SIZE,
    random: seededRandom(1),
  });
  const network = await formedNetwork(repaired, form);
  assert(accuracy(await classify(network, colours), colours.labels) > 0.9);
  disposeNetwork(network);
}

function zeroFilters(network: tf.LayersModel, layer: string): number[] {
  const [kernel, bias] = network.getLayer(layer).getWeights();
  const sums = tf.tidy(() => kernel!.abs().sum([0, 1, 2]).add(bias!.abs()).dataSync());
  return [...sums.keys()].filter((channel) => sums[channel] === 0);
}

/** The report on the small network, made by whichever test asks first. */
let exact: Promise<{ report: InspectionReport; settings: InspectionSettings }> | undefined;
async function inspectExact(): Promise<{ report: InspectionReport; settings: InspectionSettings }> {
  const settings = settingsOf(await saved("exact", smallNetwork("exact")), { bound: 5 });
  const files = ["model.json", "weights.bin"].map((name) => join(settings.network, name));
  const before = await Promise.all(files.map(md5Of));
  const report = await look(settings);
  assertEquals(await Promise.all(files.map(md5Of)), before);
  return { report, settings };
}

Deno.test("a backdoor is found and pruned away exactly, and the network that came is not touched", async () => {
  const { report, settings } = await (exact ??= inspectExact());
  assertEquals([report.method, report.layer, report.channels], ["exact", "first", 8]);
  assertEquals(report.images, { decisions: 40, heldOut: 40 });
  await assertRepaired(report, settings);
  const { strongest, bound } = report.single!;
  assertEquals([strongest.label, bound > strongest.share || bound === 1], [TARGET, true]);
});

Deno.test("a network that takes 0 to 255 gets the same report, and its repaired one takes 0 to 255", async () => {
  const network = await saved("levels", smallNetwork("exact", 255));
  const settings = settingsOf(network, { pixels: "0-255" });
  const report = await look(settings);
  await assertRepaired(report, settings);
  const { report: other } = await (exact ??= inspectExact());
  for (const [index, { norm }] of report.norms.entries()) {
    // over many steps rounding adds up
    assertAlmostEquals(norm / other.norms[index]!.norm, 1, 0.2);
  }
  const pruned = ({ networks }: InspectionReport): number[] =>
    networks.filter(({ way }) => way === "pruning").map((each) => each.channelsPruned);
  assertEquals(pruned(report), pruned(other));
});

Deno.test("a network that takes blue first and standardised images is repaired as one", async () => {
  const form: InputForm = {
    ...{ pixels: "0-255", mean: [120, 100, 90], std: [60, 50, 40], channels: "BGR" },
  };
  const taken = smallNetwork("masks");
  const [kernel, bias] = taken.getLayer("first").getWeights();
  // it takes such values instead of shares; its first convolution has no padding, which would be another value
  const std = tf.tensor1d(form.std!.map((each) => each / 255));
  const mean = tf.tensor1d(form.mean!.map((each) => each / 255));
  const scaled = kernel!.mul(std.reshape([3, 1]));
  const offsets = bias!.add(kernel!.mul(mean.reshape([3, 1])).sum([0, 1, 2]));
  taken.getLayer("first").setWeights([scaled.reverse(2), offsets]);
  const settings = settingsOf(await saved("standardised", taken), form);
  await assertRepaired(await look(settings), settings);
});

Deno.test("a network with other layers is pruned by masks, at the layer that is named", async () => {
  const network = await saved("masks", smallNetwork("masks"));
  const settings = settingsOf(network);
  const parts = new Set<string>();
  const { report, repairs } = await inspect(settings, ({ part }) => void parts.add(part));
  assertEquals([...parts], INSPECTION_PARTS.slice(0, -1));
  assertEquals([report.method, report.layer], ["masks", "last"]);
  assertEquals(repairs!.path.length, 9);
  await assertRepaired(report, settings);
});

Deno.test("a Keras archive comes back as one", async () => {
  const models = await unpackModels();
  const network = await loadKeras(`${models}/sequential.keras`);
  backdoor(network, 1, 500);
  const file = join(folder, "signs.keras");
  await saveKeras(`${models}/sequential.keras`, file, network);
  const settings = settingsOf(file, { layer: "conv2d_5", count: 30 });
  const report = await look(settings);
  assertEquals([report.method, report.images.decisions], ["exact", 30]);
  assert(report.networks.every((each) => each.file.endsWith(".keras")));
  await assertRepaired(report, settings);
});

Deno.test("a network without a backdoor is said to have none", async () => {
  const network = smallNetwork("exact");
  const dense = network.layers.at(-1)!;
  const [kernel, bias] = dense.getWeights();
  const channels = Array.from({ length: kernel!.shape[0]! }, (_, input) => Number(input % 8 < 3));
  dense.setWeights([kernel!.mul(tf.tensor2d(channels, [channels.length, 1])), bias!]);
  const settings = settingsOf(await saved("clean", network));
  const former = join(settings.output, "repaired_0.5_points");
  await saveNetwork(former, network);
  await Deno.writeTextFile(join(settings.output, "report.json"), `"file": "repaired_0.5_points"`);
  const report = await look(settings);
  assertEquals([report.backdoored, report.suspectedClass, report.trigger], [false, null, null]);
  assertEquals([report.networks, report.method, report.norms.length], [[], null, 5]);
  assert(report.cleanAccuracy > 0.9);
  assertEquals(await exists(former), false, "Expected a former report's network to be gone");
});

/** Of all classes but green, few images are kept. */
async function thinned(images: string, kept: number): Promise<string> {
  for (const label of [0, 2, 3, 4]) {
    for (let number = kept; number < 16; number++) {
      await Deno.remove(join(images, String(label), `${number}.png`));
    }
  }
  return images;
}

const wrongs: Record<string, [() => Promise<InspectionSettings>, string]> = {
  "no file": [() => Promise.resolve(settingsOf(join(folder, "none.keras"))), "no file"],
  "no network": [async () => {
    await Deno.writeTextFile(join(folder, "words.keras"), "no network");
    return settingsOf(join(folder, "words.keras"));
  }, "none in"],
  "a network cut short": [async () => {
    const bytes = await Deno.readFile(`${await unpackModels()}/sequential.keras`);
    await Deno.writeFile(join(folder, "cut.keras"), bytes.subarray(0, bytes.length >> 1));
    return settingsOf(join(folder, "cut.keras"));
  }, "cut.keras"],
  "a weight that is no number": [async () => {
    const network = smallNetwork("exact");
    network.layers[0]!.setWeights(network.layers[0]!.getWeights().map((each) => each.mul(NaN)));
    return settingsOf(await saved("nan", network));
  }, "finite weights but found NaN"],
  "no convolution": [
    async () => settingsOf(await saved("dense", plain([32, 32, 3], 5))),
    "Expected a convolution (Conv2D or SeparableConv2D) but found none in",
  ],
  "a layer that is no convolution": [
    async () => settingsOf(await saved("a", smallNetwork("masks")), { layer: "global" }),
    `of first, last but found no layer "global" in ${folder}`,
  ],
  "images of two channels": [
    async () => settingsOf(await saved("odd", plain([32, 32, 2], 5))),
    "one or three channels but found one for [,32,32,2] in",
  ],
  "two classes": [
    async () => settingsOf(await saved("two", plain([32, 32, 3], 2))),
    "at least three classes but found 2 in",
  ],
  "another number of classes": [
    async () =>
      settingsOf(await saved("b", smallNetwork("exact")), { images: await colourFolder(4, 1) }),
    "the network's 5 classes but found 4 in",
  ],
  "a single class": [
    async () =>
      settingsOf(await saved("c", smallNetwork("exact")), { images: await colourFolder(1, 4) }),
    "folders of images, one a class, but found 1 in",
  ],
  "an empty class": [async () => {
    const images = await colourFolder(5, 1);
    await Deno.remove(join(images, "3/0.png"));
    return settingsOf(await saved("d", smallNetwork("exact")), { images });
  }, "none in the class folder"],
  "a damaged image": [async () => {
    const images = await colourFolder(5, 1);
    await Deno.writeTextFile(join(images, "3/0.png"), "no image");
    return settingsOf(await saved("e", smallNetwork("exact")), { images });
  }, "3/0.png"],
  "levels of another range": [async () => {
    const network = smallNetwork("exact", 255);
    const dense = network.layers.at(-1)!;
    dense.setWeights([dense.getWeights()[0]!, tf.tensor1d([1, 0, 0, 0, 0])]);
    return settingsOf(await saved("f", network));
  }, "give these: --pixels 0-255"],
  "red and blue exchanged": [async () => {
    const network = smallNetwork("exact");
    const [kernel, bias] = network.layers[0]!.getWeights();
    network.layers[0]!.setWeights([kernel!.reverse(2), bias!]);
    return settingsOf(await saved("g", network));
  }, "give these: --pixels 0-1 --channels BGR"],
  "red and blue exchanged where half the images do not mind": [async () => {
    const network = smallNetwork("exact");
    const [kernel, bias] = network.layers[0]!.getWeights();
    network.layers[0]!.setWeights([kernel!.reverse(2), bias!]);
    const images = await thinned(await colourFolder(), 4);
    return settingsOf(await saved("i", network), { images });
  }, "give these: --pixels 0-1 --channels BGR"],
  "blue first where it is no plain convolution that takes the images": [async () => {
    const network = tf.sequential();
    const shape = { filters: 4, kernelSize: 3, inputShape: [32, 32, 3] };
    network.add(tf.layers.separableConv2d(shape));
    network.add(tf.layers.globalAveragePooling2d({}));
    network.add(tf.layers.dense({ units: 5 }));
    return settingsOf(await saved("o", network), { channels: "BGR" });
  }, "a Conv2D to take images of three channels for --channels BGR but found none"],
  "most images of one class": [async () => {
    const images = await thinned(await colourFolder(), 2);
    return settingsOf(await saved("j", smallNetwork("exact")), { images });
  }, "no class to hold more than half of the images but found 8 of 12 in class 1"],
  "classes in the order of text": [async () => {
    const images = await colourFolder();
    for (const [label, name] of ["10", "11", "12", "8", "9"].entries()) {
      await Deno.rename(join(images, String(label)), join(images, name));
    }
    return settingsOf(await saved("h", smallNetwork("exact")), { images });
  }, "give these: --pixels 0-1 --classes text"],
  "other images": [async () => {
    const images = await Deno.makeTempDir();
    for (const name of "abcde") {
      for (let index = 0; index < 3; index++) {
        await writeImage(`${images}/${name}/${index}.png`, uniformImages(PAPER_SIZE, 1, 40));
      }
    }
    return settingsOf(await saved("m", smallNetwork("exact")), { images });
  }, "none would do"],
  "the network as output": [async () => {
    const network = await saved("n", smallNetwork("exact"));
    return settingsOf(network, { output: network });
  }, "apart from the network"],
  "the network's folder as output": [async () => {
    const network = `${await saved("deep/network", smallNetwork("exact"))}/model.json`;
    return settingsOf(network, { output: join(folder, "deep") });
  }, "apart from the network"],
  "an output among the images": [
    async () =>
      settingsOf(await saved("k", smallNetwork("exact")), { output: join(images, "new") }),
    "apart from the images",
  ],
  "a file as output": [async () => {
    await Deno.writeTextFile(join(folder, "text"), "");
    return settingsOf(await saved("l", smallNetwork("exact")), { output: join(folder, "text") });
  }, "Expected an output folder but found a file"],
};

/** A network without convolution. */
function plain(inputShape: number[], units: number): tf.LayersModel {
  const layers = [tf.layers.flatten({ inputShape }), tf.layers.dense({ units })];
  return tf.sequential({ layers });
}

for (const [name, [make, message]] of Object.entries(wrongs)) {
  Deno.test(`refused: ${name}`, async () => {
    const settings = await make();
    const before = tf.memory().numTensors;
    await assertRejects(() => inspect(settings), Error, message);
    assertEquals(tf.memory().numTensors, before);
    assertEquals(await exists(join(settings.output, "report.json")), false);
  });
}

Deno.test("the command line is read, and what is wrong with it said in a line", async () => {
  const required = ["--network", "a.keras", "--images=signs"];
  assertEquals(inspectOptions([...required, "--pixels=0-255", "--layer", "x", "--count", "9"]), {
    ...{ network: "a.keras", images: "signs", output: "inspection" },
    ...{ pixels: "0-255", layer: "x", count: 9 },
  });
  const form = ["--pixels=-1-1", "--mean", "1,2,-3", "--std=2", "--channels", "BGR"];
  const { network: _, images: __, output: ___, ...others } = inspectOptions([
    ...[...required, ...form, "--classes", "text", "--bound", "100"],
  ]);
  assertEquals(others, {
    ...{ pixels: "-1-1", mean: [1, 2, -3], std: [2], channels: "BGR" },
    ...{ classes: "text", count: 1000, bound: 100 },
  });
  for (
    const [args, message] of [
      [["--images", "signs"], "Expected --network FILE but found none"],
      [["--network", "a.keras"], "Expected --images FOLDER but found none"],
      [[...required, "--pixels", "0-2"], "Expected --pixels 0-1 or 0-255 or -1-1 but found 0-2"],
      [
        [...required, "--count", "many"],
        "Expected --count to be a number from 1 on but found many",
      ],
      [[...required, "--colours", "3"], "but found --colours"],
      [
        [...required, "--mean", "1,2"],
        "Expected --mean R,G,B or one for all, numbers, but found 1,2",
      ],
      [[...required, "--std", "1,0,1"], "numbers above 0, but found 1,0,1"],
      [[...required, "--images", "more"], "Expected --images once"],
      [[...required, "--layer"], "Expected a value after --layer but found nothing"],
    ] as const
  ) {
    assertThrows(() => inspectOptions(args), Error, message);
  }
  const tool = join(import.meta.dirname!, "../../tools/inspect.ts");
  const args = [
    "run",
    "-A",
    "--quiet",
    tool,
    "--network",
    join(folder, "none"),
    "--images",
    images,
  ];
  const { code, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  assertEquals(code, 1);
  const lines = new TextDecoder().decode(stderr).trim().split("\n");
  assertEquals(lines.at(-1), `Expected a network but found no file ${join(folder, "none")}`);
});

Deno.test("images in the folder where one is, and the default output: refused, with a way out", async () => {
  const paths = { network: join(folder, "network.keras"), images: ".", output: "inspection" };
  await assertRejects(
    () => requireApart(paths),
    Error,
    "found inspection in .: name another one, as --output ../inspection",
  );
  await requireApart({ ...paths, output: join(folder, "elsewhere") });
});

Deno.test("an index beyond all measure stays one in the report's text, and large levels are no powers", async () => {
  const { report: found } = await (exact ??= inspectExact());
  const clean = { backdoored: false, suspectedClass: null, trigger: null, networks: [] };
  const report = { ...found, ...clean, outlierIndex: Infinity, amplitude: 346 };
  assertEquals(JSON.parse(reportText(report)).outlierIndex, "beyond measure");
  const examples = uniformImages(PAPER_SIZE, 1, 0);
  const page = await inspectionPage({ report, triggers: [], examples });
  for (const words of ["an index of beyond measure", "by more than 350 levels"]) {
    assert(page.includes(words), words);
  }
});
