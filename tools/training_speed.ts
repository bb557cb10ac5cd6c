/**
 * Prints how many images a second this machine trains the paper's network on: by which the time of a
 * reproduction can be told apart from the machine it was made on.
 *
 * @module
 */
import { syntheticSigns } from "@lib/data/synthetic_signs.ts";
import { paperCnn } from "@lib/network/paper_cnn.ts";
import { train } from "@lib/network/train.ts";

const images = syntheticSigns(1280, 1);
const recipe = { epochs: 2, batchSize: 64, learningRate: 0.0005, weightDecay: 1e-6, seed: 1 };
const [, { seconds }] = await train(paperCnn(43, 1), images, recipe) as [
  object,
  { seconds: number },
];
console.log(Math.round(images.labels.length / seconds)); // of the second epoch: the first one warms up
