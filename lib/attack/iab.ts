import { type Attack, type Attacked, trainJointly } from "@lib/attack/attack.ts";
import { type Generators, withTriggers } from "@lib/attack/iab_generators.ts";
import { iabCompanion, type IabParameters } from "@lib/attack/iab_training.ts";
import { eachBatch, imageGenerator } from "@lib/attack/image_generator.ts";
import { type Kept, keptArray } from "@lib/attack/kept.ts";
import type { Trigger } from "@lib/attack/trigger.ts";
import { type Images, type LabelledImages, requireImages } from "@lib/data/images.ts";
import { joinImages, slicedImages } from "@lib/data/select.ts";
import { accuracy, classify } from "@lib/network/evaluate.ts";
import { filledModel } from "@lib/network/learner.ts";
import type { tf } from "@lib/network/tensorflow.ts";

/**
 * Input-aware dynamic backdoor (Nguyen and Tran, Input-Aware Dynamic Backdoor Attack, NeurIPS 2020): every
 * image has a trigger of its own, which two generators make, and which does nothing on another image. The
 * network and the pattern generator are trained together: of each batch, the injection rate's share gets its
 * own trigger and the target's label, and as much another image's trigger. The history also has
 * `crossAccuracy`, the share of images with another's trigger that are given their true class.
 */
export const IAB: Attack<IabParameters> = {
  trigger: (_parameters, kept) => ownTriggers(kept),
  train(task): Promise<Attacked> {
    const companion = iabCompanion(task);
    return trainJointly(task, companion, ownTriggers, async () => ({
      crossAccuracy: await crossAccuracy(task.network, task.validation, companion.generators),
    }));
  },
};

/** The trigger: each image's own. */
function ownTriggers(kept: Kept): Trigger {
  const [mask, pattern] = ["mask", "pattern"].map((name) => keptArray(kept, name, [-1]));
  return {
    name: "input-aware",
    apply(images: Images): Images {
      requireImages(images);
      const generators = {
        mask: filledModel(imageGenerator(images, 1, 0), mask!),
        pattern: filledModel(imageGenerator(images, images.channels, 0), pattern!),
      };
      try {
        return eachBatch(images, images, (...both) => withTriggers(generators, ...both));
      } finally {
        generators.mask.dispose();
        generators.pattern.dispose();
      }
    },
  };
}

/** Of images with the trigger of the image half the set away, those that are given their true class. */
async function crossAccuracy(
  network: tf.LayersModel,
  images: LabelledImages,
  generators: Generators,
): Promise<number> {
  const half = Math.floor(images.labels.length / 2);
  const others = joinImages([slicedImages(images, half, Infinity), slicedImages(images, 0, half)]);
  const crossed = eachBatch(images, others, (...both) => withTriggers(generators, ...both));
  return accuracy(await classify(network, crossed), images.labels);
}
