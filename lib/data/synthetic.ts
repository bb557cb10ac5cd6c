import { type DataSource, once, type SourceImages } from "@lib/data/data_source.ts";
import { PAPER_SIZE, sizeText } from "@lib/data/images.ts";
import { syntheticSigns } from "@lib/data/synthetic_signs.ts";

/** Rendered signs, as many as a laptop trains on in minutes. */
export const SYNTHETIC: DataSource = rendered(
  { train: 8000, test: 2000, classes: 43 },
  { epochs: 7, batchSize: 32 },
);

/** A few of them, to see quickly that everything works: seconds a notebook. */
export const QUICK: DataSource = rendered(
  { train: 1920, test: 600, classes: 16 },
  { epochs: 6, batchSize: 16 },
);

function rendered(
  { train, test, classes }: { train: number; test: number; classes: number },
  training: DataSource["training"],
): DataSource {
  return {
    title: "synthetic signs",
    isSynthetic: true,
    size: PAPER_SIZE,
    training,
    load(size): Promise<SourceImages> {
      if (sizeText(size) !== sizeText(PAPER_SIZE)) {
        throw new Error(
          `Expected synthetic signs of ${sizeText(PAPER_SIZE)} but found ${sizeText(size)} asked`,
        );
      }
      return Promise.resolve({
        train: once(() => Promise.resolve(syntheticSigns(train, 1, classes))),
        test: syntheticSigns(test, 2, classes),
        checksums: {},
      });
    },
  };
}
