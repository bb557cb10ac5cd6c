import type { Dataset } from "@lib/data/dataset.ts";
import type { LabelledImages, Size } from "@lib/data/images.ts";
import { drawn } from "@lib/data/select.ts";
import { disposeNetwork } from "@lib/network/copy_network.ts";
import { paperCnn } from "@lib/network/paper_cnn.ts";
import type { tf } from "@lib/network/tensorflow.ts";
import { seededRandom } from "@lib/random.ts";
import { FREQUENCY_RECOVERY } from "@lib/recovery/frequency_recovery.ts";
import { findBackdoor } from "@lib/recovery/find_backdoor.ts";
import { recoverTriggers } from "@lib/recovery/recovery.ts";
import { recoverySettings } from "@lib/recovery/recovery_settings.ts";
import { exponent, inTurn, type Row, seconds, spread } from "./ratio.ts";
import { timedImages, trainingRate } from "./training.ts";

/** So many images trained take as long as a verdict and as verdict and repairs may. */
const ALLOWED = { verdict: 13_500, repairs: 60_000 };

/** The verdict and the repairs on the BadNet, in images that training takes as long for. */
export async function searchRows(
  network: tf.LayersModel,
  train: LabelledImages,
  { validationHalf }: Dataset,
): Promise<Row[]> {
  const clean = drawn(validationHalf, 1000, seededRandom(1));
  const some = timedImages(train);
  const repair = async (): Promise<void> => {
    const { repaired } = await FREQUENCY_RECOVERY.run({ network, clean });
    repaired.forEach(({ network }) => disposeNetwork(network));
  };
  const ways = [
    () => trainingRate(some),
    () => verdictSeconds({ network, clean }),
    () => seconds(repair),
  ];
  const [rates, verdicts, repairs] = await inTurn(ways, 3);
  const row = (name: string, allowed: number, times: number[]): Row => {
    const passes = times.map((time, round) => time * rates![round]!);
    const ratio = spread(passes.map((each) => allowed / each));
    const unit = "images trained in that time";
    return { name, ours: spread(passes).median, peer: allowed, unit, ratio, bar: 1 };
  };
  return [
    row(
      "verdict, to class and trigger, from 1,000 images of 43 classes, beside what is allowed",
      ALLOWED.verdict,
      verdicts!,
    ),
    row("verdict and three repairs, beside what is allowed", ALLOWED.repairs, repairs!),
  ];
}

/** Until class and trigger are known; the search for other triggers of that class is the repairs'. */
export async function verdictSeconds(
  task: Parameters<typeof findBackdoor>[0],
): Promise<number> {
  const start = performance.now();
  let end: number | undefined;
  await findBackdoor(task, (part) => {
    if (part === "looking for variants") end ??= performance.now();
  });
  return ((end ?? performance.now()) - start) / 1000;
}

/**
 * How the time of a search of all classes grows, on untrained networks and with few steps. Of one family: on
 * such networks it is chance whether there is a suspect, and so a second family or a search for variants.
 */
export async function searchGrowth(): Promise<Row[]> {
  const square = (side: number): Size => ({ height: side, width: side, channels: 3 });
  const classes = [10, 43, 200];
  const sides = [32, 64, 96];
  return [
    await growth("classes, 10 to 200", classes, classes.map((count) => [square(32), count])),
    await growth(
      "pixels, 32×32 to 96×96",
      sides.map((side) => side ** 2),
      sides.map((side) => [square(side), 10]),
    ),
  ];
}

async function growth(
  of: string,
  sizes: number[],
  networks: [Size, number][],
): Promise<Row> {
  const costs: number[] = [];
  for (const [size, classes] of networks) {
    const network = paperCnn(classes, 1, size);
    const random = seededRandom(1);
    const count = 64;
    const clean: LabelledImages = {
      ...size,
      pixels: Uint8Array.from(
        { length: count * size.height * size.width * 3 },
        () => 256 * random(),
      ),
      labels: Int32Array.from({ length: count }, (_, index) => index % classes),
      classNames: Array.from({ length: classes }, (_, label) => `${label}`),
    };
    const way = (): Promise<number> =>
      seconds(() => recoverTriggers(network, clean, recoverySettings(4)));
    await way();
    costs.push(spread((await inTurn([way], 3))[0]!).median);
    network.dispose();
  }
  const name = `growth of a search's time with ${of} (untrained networks, noise)`;
  return {
    name,
    ours: exponent(sizes, costs),
    peer: null,
    unit: "exponent",
    ratio: null,
    bar: null,
  };
}
