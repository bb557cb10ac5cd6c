/**
 * The whole experiment with its training cut short, for its peak memory: prints MB as JSON.
 *
 * @module
 */
import { ftrojan, PAPER_TRIGGER } from "@lib/attack/ftrojan.ts";
import { poisonTrainingSet } from "@lib/attack/poison.ts";
import { pickImages } from "@lib/data/select.ts";
import { loadDataset } from "@lib/study/dataset.ts";
import { evidenceOf } from "@lib/pruning/evidence.ts";
import { measureDefense } from "@lib/pruning/measure.ts";
import { pruningCurve } from "@lib/pruning/pruning_curve.ts";
import { CLEAN_ASCENDING } from "@lib/pruning/ranking.ts";
import { paperExperiment, poisoningOf } from "@lib/study/experiment.ts";
import { evaluateBadNet } from "@lib/network/evaluate.ts";
import { paperCnn } from "@lib/network/paper_cnn.ts";
import { train } from "@lib/network/train.ts";
import { seededRandom } from "@lib/random.ts";

const [target, trigger] = [10, ftrojan(PAPER_TRIGGER)];
const experiment = paperExperiment("gtsrb");
const dataset = await loadDataset(experiment);
const { images } = poisonTrainingSet(
  await dataset.train(),
  poisoningOf(experiment),
  seededRandom(1),
);
const network = paperCnn(images.classNames.length, 1);
const steps = Number(Deno.args[0]);
const some = pickImages(images, Array.from({ length: 64 * steps }, (_, index) => index));
await train(network, some, { ...experiment.recipe, epochs: 1 });
await evaluateBadNet(network, dataset.test, trigger, target);
const defense = await measureDefense(network, dataset, trigger, target);
pruningCurve(defense, CLEAN_ASCENDING.order(evidenceOf(defense)));
const status = await Deno.readTextFile("/proc/self/status");
console.log(JSON.stringify({ result: Number(/VmHWM:\s+(\d+)/.exec(status)![1]) / 1024 }));
