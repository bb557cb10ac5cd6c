import { type DataSource, once, type SourceImages } from "@lib/data/data_source.ts";
import { PAPER_SIZE, sizeText } from "@lib/data/images.ts";
import { syntheticSigns } from "@lib/data/synthetic_signs.ts";

/** Rendered signs, as few as a laptop needs to show everything in minutes. */
export const SYNTHETIC: DataSource = rendered(600, 12);

/** Fewer still, to see that everything runs. */
export const QUICK: DataSource = rendered(500, 8);

/** As many training images and classes in both. */
const [TRAIN, CLASSES] = [1920, 16];

function rendered(test: number, mostSteps: number): DataSource {
  return {
    title: "synthetic signs",
    isSynthetic: true,
    size: PAPER_SIZE,
    training: { epochs: 8, batchSize: 12 },
    mostSteps,
    load(size): Promise<SourceImages> {
      if (sizeText(size) !== sizeText(PAPER_SIZE)) {
        throw new Error(
          `Expected synthetic signs of ${sizeText(PAPER_SIZE)} but found ${sizeText(size)} asked`,
        );
      }
      return Promise.resolve({
        train: once(() => Promise.resolve(syntheticSigns(TRAIN, 1, CLASSES))),
        test: syntheticSigns(test, 2, CLASSES),
        checksums: {},
      });
    },
  };
}
