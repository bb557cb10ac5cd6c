/** In which form a network takes images: the committed networks, wrapped, on the real GTSRB where it is present. */
import { readAnyImages } from "@lib/data/any_images.ts";
import { orderedNames, relabelled } from "@lib/data/class_order.ts";
import { type LabelledImages, PAPER_SIZE } from "@lib/data/images.ts";
import { drawn, uniformImages } from "@lib/data/select.ts";
import { DATA_FOLDERS, outputPath } from "@lib/environment.ts";
import { exists } from "@lib/files.ts";
import { openNetwork } from "@lib/formats/any_network.ts";
import { requireAccuracy } from "@lib/inspect/accuracy.ts";
import { canExchange, exchangeRedAndBlue } from "@lib/inspect/input_form.ts";
import { formedNetwork, formOptions, type InputForm } from "@lib/inspect/input_form.ts";
import { copyNetwork, disposeNetwork } from "@lib/network/copy_network.ts";
import { tf } from "@lib/network/tensorflow.ts";
import { seededRandom } from "@lib/random.ts";
import { assert, assertEquals, assertRejects } from "@lib/std/assert.ts";
import { assertClose } from "../assert_close.ts";
import { smallNetwork } from "./inspection_network.ts";

const folder = DATA_FOLDERS[await exists(`${DATA_FOLDERS[0]}/GTSRB_Final_Test_GT.zip`) ? 0 : 1]!;
const ignore = !await exists(`${folder}/GTSRB_Final_Test_GT.zip`);
if (ignore) {
  console.warn("SKIPPED: forms of images, as GTSRB is neither in data/ nor in ../shared/data");
}

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

Deno.test("means of another number of channels, and blue first of one, are refused", async () => {
  const layers = [
    tf.layers.conv2d({ filters: 2, kernelSize: 1, inputShape: [2, 2, 1] }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 3 }),
  ];
  const network = tf.sequential({ layers });
  const before = tf.memory().numTensors;
  for (
    const [form, message] of [
      [{ pixels: "0-1", mean: [0.1, 0.2, 0.3] }, "each of the network's 1 channels, for --mean"],
      [{ pixels: "0-1", channels: "BGR" }, "images of three channels for --channels BGR"],
    ] as [InputForm, string][]
  ) await assertRejects(() => formedNetwork(network, form), Error, message);
  assertEquals(tf.memory().numTensors, before);
  network.dispose();
});

Deno.test("levels are scaled, standardised and exchanged as the form says", async () => {
  const input = tf.input({ shape: [2, 2, 3] });
  const convolution = tf.layers.conv2d({ filters: 3, kernelSize: 1 });
  const flat = tf.layers.flatten().apply(convolution.apply(input)) as tf.SymbolicTensor;
  const network = tf.model({ inputs: input, outputs: flat });
  convolution.setWeights([tf.eye(3).reshape([1, 1, 3, 3]), tf.zeros([3])]);
  const levels = [51, 102, 204];
  const image = { ...uniformImages({ height: 2, width: 2, channels: 3 }, 1, 0) };
  image.pixels.forEach((_, at) => image.pixels[at] = levels[at % 3]!);
  const shares = tf.tensor4d([...image.pixels].map((level) => level / 255), [1, 2, 2, 3]);
  for (
    const [form, seen] of [
      [{ pixels: "0-1" }, [0.2, 0.4, 0.8]],
      [{ pixels: "0-255" }, levels],
      [{ pixels: "-1-1" }, [-0.6, -0.2, 0.6]],
      [{ pixels: "0-1", mean: [0.1, 0.2, 0.3], std: [0.5, 0.1, 2] }, [0.2, 2, 0.25]],
      [{ pixels: "0-255", mean: [50], std: [2] }, [0.5, 26, 77]],
      [{ pixels: "-1-1", mean: [0, 0, 1], channels: "BGR" }, [-0.4, -0.2, -0.6]],
    ] as [InputForm, number[]][]
  ) {
    const before = tf.memory().numTensors;
    const formed = await formedNetwork(network, form);
    const values = tf.tidy(() => (formed.predict(shares) as tf.Tensor).dataSync());
    assertClose(values, [0, 1, 2, 3].flatMap(() => seen), 1e-5);
    disposeNetwork(formed);
    assertEquals(tf.memory().numTensors, before);
  }
});

Deno.test("red and blue are exchanged only where one convolution takes them", () => {
  assert(canExchange(smallNetwork("masks")));
  const separable = tf.layers.separableConv2d({ filters: 2, kernelSize: 1, inputShape: [4, 4, 3] });
  assert(!canExchange(tf.sequential({ layers: [separable] })));
  const input = tf.input({ shape: [4, 4, 3] });
  const two = [1, 2].map(() => tf.layers.conv2d({ filters: 2, kernelSize: 1 }).apply(input));
  const output = tf.layers.add().apply(two as tf.SymbolicTensor[]) as tf.SymbolicTensor;
  assert(!canExchange(tf.model({ inputs: input, outputs: output })));
});

/** The committed network as one that takes another form: the inverse is put before it. */
async function wrapped(form: InputForm): Promise<tf.LayersModel> {
  const { network } = await openNetwork(outputPath("gtsrb", "badnet"));
  const [scale, offset] =
    ({ "0-1": [1, 0], "0-255": [255, 0], "-1-1": [2, -1] } as const)[form.pixels];
  const { mean = [0, 0, 0], std = [1, 1, 1] } = form;
  const rescaling = {
    scale: std.map((each) => each / scale),
    offset: mean.map((each) => (each - offset) / scale),
  };
  const copy = await copyNetwork(network, ({ config: { layers } }) => {
    if (layers[0]!.class_name === "InputLayer") layers.shift();
    const config = { name: "inverse", ...rescaling, batch_input_shape: [null, 32, 32, 3] };
    layers.unshift({ class_name: "Rescaling", config });
  });
  disposeNetwork(network);
  return copy;
}

Deno.test({
  name:
    "the committed network, taken wrongly: the options that do are named; taken rightly, nothing is",
  ignore,
  async fn(): Promise<void> {
    const settings = { size: PAPER_SIZE, most: 1000, random: seededRandom(1) };
    const found = await readAnyImages(folder, 43, settings);
    const names = found.classNames;
    const text = relabelled(found, await orderedNames(names, "text"));
    const plain: InputForm = { pixels: "0-1" };
    const { network } = await openNetwork(outputPath("gtsrb", "badnet"));
    await requireAccuracy({ network, file: "network", form: plain, names }, found);
    const blue = await copyNetwork(network);
    exchangeRedAndBlue(blue);
    const cases: [tf.LayersModel, InputForm, LabelledImages, string][] = [
      [await wrapped({ pixels: "0-255" }), plain, found, "--pixels 0-255"],
      [await wrapped({ pixels: "-1-1" }), plain, found, "--pixels -1-1"],
      [
        await wrapped({ pixels: "0-1", ...IMAGENET }),
        plain,
        found,
        formOptions({ ...plain, ...IMAGENET }),
      ],
      [blue, plain, found, "--pixels 0-1 --channels BGR"],
      [network, { pixels: "0-255" }, found, "--pixels 0-1"],
      [network, { pixels: "-1-1" }, found, "--pixels 0-1"],
      [network, plain, text, "--pixels 0-1 --classes numeric"],
      [await wrapped({ pixels: "0-255" }), plain, text, "--pixels 0-255 --classes numeric"],
    ];
    for (const [network, form, images, options] of cases) {
      const before = tf.memory().numTensors;
      await assertRejects(
        () => requireAccuracy({ network, file: "network", form, names }, images),
        Error,
        `give these: ${options}`,
      );
      assertEquals(tf.memory().numTensors, before);
    }
    for (const other of ["clean", "blend", "patch", "badnet_seed2"]) {
      const { network } = await openNetwork(outputPath("gtsrb", other));
      const some = drawn(found, 600, seededRandom(2));
      await requireAccuracy({ network, file: other, form: plain, names }, some);
      disposeNetwork(network);
    }
  },
});
