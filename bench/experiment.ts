/**
 * The whole experiment with its training cut short, for its peak memory: prints MB as JSON.
 *
 * @module
 */
import { poisoningOf } from "@lib/attack/attacks.ts";
import { poisonTrainingSet } from "@lib/attack/poison.ts";
import { ratesOf } from "@lib/attack/rates.ts";
import { loadDataset } from "@lib/data/dataset.ts";
import { pickImages } from "@lib/data/select.ts";
import { measureHalves } from "@lib/pruning/evidence.ts";
import { pruningCurve } from "@lib/pruning/pruning_curve.ts";
import { cleanAscending } from "@lib/pruning/ranking.ts";
import { paperExperiment } from "@lib/study/experiment.ts";
import { paperCnn } from "@lib/network/paper_cnn.ts";
import { train } from "@lib/network/train.ts";
import { seededRandom } from "@lib/random.ts";

const experiment = paperExperiment("gtsrb");
const { seed } = experiment;
const poisoning = poisoningOf(experiment.attack);
const { target, trigger } = poisoning;
const dataset = await loadDataset(experiment);
const { images } = poisonTrainingSet(await dataset.train(), poisoning, seededRandom(seed));
const network = paperCnn(images.classNames.length, seed);
const steps = Number(Deno.args[0]);
const some = pickImages(images, Array.from({ length: 64 * steps }, (_, index) => index));
await train(network, some, { ...experiment.recipe, epochs: 1, seed });
await ratesOf(network, dataset.test, trigger, target);
const halves = { validation: dataset.validationHalf, test: dataset.testHalf };
const triggers = { validation: trigger, test: trigger };
const measured = await measureHalves(network, halves, triggers, target);
pruningCurve(measured, cleanAscending().order(measured.validation));
const status = await Deno.readTextFile("/proc/self/status");
console.log(JSON.stringify({ result: Number(/VmHWM:\s+(\d+)/.exec(status)![1]) / 1024 }));
